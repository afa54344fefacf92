//! What is wrong with a configuration file: what, where, what is allowed.

use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, NamedSource, SourceSpan};

use crate::source::printable;

/// Mistakes that are told at once at most.
const MAX_MISTAKES: usize = 20;

/// A mistake at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Bytes of the file.
    pub span: Range<usize>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// A few words on what stands there.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
}

impl Mistake {
    /// A mistake at a place.
    pub fn new(span: Range<usize>, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { span, message: message.into(), label: label.into(), help: None }
    }

    /// The same with a line on what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A configuration file that cannot be used: its first mistake, and the others.
#[derive(Clone, Debug, thiserror::Error, Diagnostic)]
#[error("{path}:{line}:{column}: {message}")]
pub struct ConfigurationError {
    path: String,
    line: usize,
    column: usize,
    message: String,
    #[source_code]
    text: Arc<NamedSource<String>>,
    #[label("{label}")]
    place: SourceSpan,
    label: String,
    #[help]
    help: Option<String>,
    #[related]
    further: Vec<ConfigurationError>,
}

impl ConfigurationError {
    /// The error that tells the mistakes in the order of the file; `None` when there are none. `concealed` are
    /// places whose text is not shown.
    pub fn new(
        path: &str,
        text: &str,
        concealed: &[Range<usize>],
        mut mistakes: Vec<Mistake>,
    ) -> Option<Self> {
        mistakes.sort_by_key(|mistake| (mistake.span.start, mistake.span.end));
        mistakes.dedup();
        mistakes.truncate(MAX_MISTAKES);
        let path = printable(path).into_owned();
        let source = Arc::new(NamedSource::new(&path, shown(text, concealed)).with_language("TOML"));
        let mut errors = mistakes.into_iter().map(|mistake| Self::one(&path, text, &source, mistake));
        let first = errors.next()?;
        Some(Self { further: errors.collect(), ..first })
    }

    fn one(path: &str, text: &str, source: &Arc<NamedSource<String>>, mistake: Mistake) -> Self {
        let at = |mut offset: usize| {
            offset = offset.min(text.len());
            while !text.is_char_boundary(offset) {
                offset -= 1;
            }
            offset
        };
        let start = at(mistake.span.start);
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        // A place of many lines is told by its first.
        let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
        let end = at(mistake.span.end).clamp(start, line_end);
        Self {
            path: path.to_owned(),
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            message: printable(&mistake.message).into_owned(),
            text: Arc::clone(source),
            place: (start, end - start).into(),
            label: printable(&mistake.label).into_owned(),
            help: mistake.help.map(|help| printable(&help).into_owned()),
            further: Vec::new(),
        }
    }
}

/// The text fit to be shown, every byte at its place: what could drive a terminal is replaced by something of the
/// same length, and so is what is concealed.
fn shown(text: &str, concealed: &[Range<usize>]) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut concealed: Vec<&Range<usize>> = concealed.iter().collect();
    concealed.sort_by_key(|range| range.start);
    let mut concealed = concealed.into_iter().peekable();
    for (at, character) in text.char_indices() {
        while concealed.next_if(|range| range.end <= at).is_some() {}
        let is_concealed = concealed.peek().is_some_and(|range| range.contains(&at));
        let is_plain = matches!(character, '\n' | '\t')
            || printable(character.encode_utf8(&mut [0; 4])).len() == character.len_utf8();
        match character {
            '\r' if text[at..].starts_with("\r\n") => shown.push(' '),
            '\u{feff}' if at == 0 => shown.push_str("   "),
            _ if is_concealed && character != '\n' => (0..character.len_utf8()).for_each(|_| shown.push('*')),
            _ if is_plain => shown.push(character),
            _ => (0..character.len_utf8()).for_each(|_| shown.push('?')),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_keeps_every_place() {
        let text = "a = \"\u{1b}[2J\u{202e}ä\"\r\nb = \"geheim\"\n";
        let secret = text.find("geheim").unwrap();
        let concealed = Range { start: secret, end: secret + 6 };
        let safe = shown(text, std::slice::from_ref(&concealed));
        assert_eq!(safe, "a = \"?[2J???ä\" \nb = \"******\"\n");
        assert_eq!(safe.len(), text.len());
    }
}
