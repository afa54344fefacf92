//! What holds for every input.

use std::fmt::Debug;

use credlint::finding::Finding;
use credlint::source::{FileId, Files, Notice, Place, Span};

/// The file that trees are parsed as. No text that is looked through for places holds its number by chance.
pub const FILE: FileId = FileId(4_123_456_789);

/// Every place that a tree of a text names lies in the text, and begins and ends between characters. Places are told from how
/// the tree is printed, so none can be forgotten.
pub fn places_of_tree(text: &str, tree: &impl Debug) {
    let printed = format!("{tree:?}");
    let begin = format!("Span {{ file: {FILE:?}, start: ");
    for (at, _) in printed.match_indices(&begin) {
        let numbers = &printed[at + begin.len()..];
        let Some((start, rest)) = numbers.split_once(", end: ") else { continue };
        let Some((end, _)) = rest.split_once(" }") else { continue };
        let (Ok(start), Ok(end)) = (start.parse::<usize>(), end.parse::<usize>()) else { continue };
        assert!(text.get(start..end).is_some(), "{start}..{end} is no place in {text:?}");
    }
}

/// A place lies in its file, between characters.
pub fn place(files: &Files, span: Span) {
    assert!(span.file.0 < files.count(), "{span:?} is in no file");
    let file = files.get(span.file);
    assert!(file.text.get(span.range()).is_some(), "{span:?} is no place in {:?}", file.text);
}

/// What holds for a notice.
pub fn notice(files: &Files, notice: &Notice) {
    notice.span.iter().for_each(|span| place(files, *span));
    assert!(!notice.message.is_empty());
    assert!(notice.span.is_some() || notice.path.is_some() || !notice.kind.is_incomplete(), "{notice:?}");
}

/// What holds for a finding.
pub fn finding(files: &Files, finding: &Finding) {
    let places = [&finding.primary].into_iter().chain(&finding.related).chain(&finding.trail);
    places.for_each(|Place { span, .. }| place(files, *span));
    let origins = finding.origins.flagged.iter().flatten().chain(&finding.origins.subject);
    origins.for_each(|span| place(files, *span));
    for line in [&finding.message, &finding.why, &finding.fix] {
        assert!(!line.is_empty(), "{finding:?}");
    }
    assert!(
        finding.fingerprint.len() == 64 && finding.fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit())
    );
}

/// Nothing that was read lies outside of what may be read.
pub fn containment(files: &Files) {
    for number in 0..files.count() {
        let file = files.get(FileId(number));
        let is_outside = file.path.starts_with('/') || file.path.split('/').any(|part| part == "..");
        assert!(!is_outside, "{} was read", file.path);
    }
}

/// Text in which nothing drives a terminal, disguises a line or is taken for a command by a build service.
pub fn inert(text: &str) {
    for line in text.split('\n') {
        let is_obeyed = |character: char| {
            character.is_control()
                || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!line.contains(is_obeyed), "{line:?}");
        assert!(!line.contains("##") || !line.to_ascii_lowercase().contains("##vso["), "{line:?}");
        assert!(!line.contains("##["), "{line:?}");
        // With a third colon it is the place of a further file, and no command.
        let command = line.trim_start().strip_prefix("::");
        assert!(!command.is_some_and(|command| !command.starts_with(": ")), "{line:?}");
    }
}

/// The same of coloured text: its styles and links are ours.
pub fn inert_but_for_styles(text: &str) {
    let mut plain = String::with_capacity(text.len());
    let mut parts = text.split('\u{1b}');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let rest = if let Some(style) = part.strip_prefix('[') {
            style
                .trim_start_matches(|character: char| character.is_ascii_digit() || character == ';')
                .strip_prefix('m')
        } else if let Some(link) = part.strip_prefix("]8;;") {
            let link =
                link.trim_start_matches(|character: char| character.is_ascii_graphic() && character != '\\');
            // The end of the link's address is the next escape.
            Some(link)
        } else {
            part.strip_prefix('\\')
        };
        plain.push_str(rest.unwrap_or_else(|| panic!("{part:?} is no style of ours")));
    }
    for line in plain.split('\n') {
        assert!(!line.contains(char::is_control), "{line:?}");
    }
}

/// Lines for a log of GitHub Actions: what is a command is one of ours.
pub fn log_commands(text: &str) {
    for line in text.split('\n') {
        let ours = ["::error ", "::warning ", "::notice "];
        let is_ours = ours.iter().any(|command| line.starts_with(command));
        inert(if is_ours { line.trim_start_matches(':') } else { line });
    }
}

/// A document that a parser of JSON reads, as one or as one a line.
pub fn json(text: &str) {
    inert(text);
    let parsed: Result<serde::de::IgnoredAny, _> = serde_json::from_str(text);
    let _ = parsed.unwrap_or_else(|error| panic!("{error} in {text}"));
}

/// A document that a parser of XML reads to its end.
pub fn xml(text: &str) {
    inert(text);
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_comments = true;
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => break,
            Ok(quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag)) => {
                for attribute in tag.attributes() {
                    let attribute = attribute.unwrap_or_else(|error| panic!("{error} in {text}"));
                    assert!(!attribute.value.contains(&b'<'), "{text}");
                }
            }
            Ok(_) => {}
            Err(error) => panic!("{error} in {text}"),
        }
    }
}

/// An error that stops a run, drawn as it is on a terminal without colours.
pub fn error(error: impl miette::Diagnostic) {
    let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor());
    let mut drawn = String::new();
    handler.render_report(&mut drawn, &error).unwrap_or_else(|failure| panic!("{failure} of {error:?}"));
    inert(&credlint::report::without_log_commands(&drawn));
    assert!(!drawn.contains("Failed to read contents"), "{drawn}");
}
