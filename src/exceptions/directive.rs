//! What a comment says: `credlint: allow(multiple-active-keys, reason = "…", until = 2027-01-31)`.

use std::ops::Range;

use jiff::civil::Date;

/// How a directive begins.
pub const MARKER: &str = "credlint";

/// The words that a directive may have after the marker.
const ALLOW: &str = "allow";
const ALLOW_FILE: &str = "allow-file";

/// What an exception says of itself, wherever it is written. Ranges are those of the text that it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The rules, each by any of its names, and where the name stands.
    pub rules: Vec<(String, Range<usize>)>,
    /// Why: never empty.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Option<Date>,
}

/// A directive of a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Whether it is meant for the file as a whole: `allow-file`.
    pub for_file: bool,
    /// What it says.
    pub terms: Terms,
    /// From the marker to the closing bracket.
    pub range: Range<usize>,
}

/// What is wrong with an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Where.
    pub range: Range<usize>,
}

/// How an exception is written.
const FORM: &str =
    "write `credlint: allow(RULE, reason = \"why\", until = 2027-01-31)`; `until` may be left out";

impl Fault {
    fn new(message: impl Into<String>, range: Range<usize>) -> Self {
        Self { message: message.into(), help: FORM.to_owned(), range }
    }
}

/// The directives in the text of a comment, without its delimiters. Each starts on a line of its own and may go on
/// over several.
pub fn directives(text: &str) -> Vec<Result<Directive, Fault>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let line_end = text[at..].find('\n').map_or(text.len(), |length| at + length);
        let start = at + text[at..line_end].len() - text[at..line_end].trim_start().len();
        at = line_end + 1;
        if !is_directive(&text[start..]) {
            continue;
        }
        let mut reader = Reader { text, at: start };
        let read = reader.directive();
        // What follows on the lines of the directive is part of it.
        at = at.max(text[reader.at..].find('\n').map_or(text.len(), |length| reader.at + length + 1));
        found.push(read);
    }
    found
}

/// `credlint:`, and `credlint allow`, which is meant for one.
fn is_directive(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(MARKER) else { return false };
    let rest = rest.trim_start_matches([' ', '\t']);
    rest.starts_with(':') || rest.starts_with(ALLOW)
}

/// Checks what all kinds of exceptions must say.
pub fn terms(
    rules: Vec<(String, Range<usize>)>,
    reason: Option<String>,
    until: Option<Date>,
    range: Range<usize>,
) -> Result<Terms, Fault> {
    if rules.is_empty() {
        return Err(Fault::new("this exception names no rule", range));
    }
    match reason.map(|reason| one_line(&reason)) {
        Some(reason) if !reason.is_empty() => Ok(Terms { rules, reason, until }),
        _ => Err(Fault::new("this exception gives no reason", range)),
    }
}

/// A date of an exception.
pub fn date(text: &str, range: Range<usize>) -> Result<Date, Fault> {
    let is_plain = text.len() == "2027-01-31".len();
    text.parse().ok().filter(|_| is_plain).ok_or_else(|| {
        let mut fault = Fault::new(format!("`{text}` is no date"), range);
        fault.help =
            String::from("write the last day on which the exception counts as YEAR-MONTH-DAY: 2027-01-31");
        fault
    })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn directive(&mut self) -> Result<Directive, Fault> {
        let start = self.at;
        self.at += MARKER.len();
        self.skip_blanks();
        if !self.take(':') {
            return Err(Fault::new("a colon is missing after `credlint`", start..self.at));
        }
        self.skip_blanks();
        let (word, range) = self.word();
        let for_file = match word {
            ALLOW => false,
            ALLOW_FILE => true,
            "" => return Err(Fault::new("nothing follows `credlint:`", start..self.at)),
            other => return Err(Fault::new(format!("`{other}` is nothing that credlint does"), range)),
        };
        self.skip_blanks();
        if !self.take('(') {
            return Err(Fault::new(format!("a bracket is missing after `{word}`"), start..self.at));
        }
        let terms = self.arguments(start)?;
        let range = start..self.at;
        self.skip_spaces();
        let rest = self.text[self.at..].lines().next().unwrap_or_default().trim_end();
        if !rest.is_empty() {
            let rest = self.at..self.at + rest.len();
            return Err(Fault::new(
                "something follows the exception; the reason stands inside of the brackets",
                rest,
            ));
        }
        Ok(Directive { for_file, terms, range })
    }

    fn arguments(&mut self, start: usize) -> Result<Terms, Fault> {
        let (mut rules, mut reason, mut until) = (Vec::new(), None, None);
        loop {
            self.skip_blanks();
            if self.take(')') {
                break;
            }
            let (word, range) = self.value(start)?;
            self.skip_blanks();
            if self.take('=') {
                self.skip_blanks();
                let (value, at) = self.value(start)?;
                let is_second = match word.as_str() {
                    "reason" => reason.replace(value).is_some(),
                    "until" => until.replace(date(&value, at)?).is_some(),
                    other => {
                        return Err(Fault::new(
                            format!("an exception has no `{other}`, only `reason` and `until`"),
                            range,
                        ));
                    }
                };
                if is_second {
                    return Err(Fault::new(format!("`{word}` stands twice"), range));
                }
            } else {
                rules.push((word, range));
            }
            self.skip_blanks();
            if !self.take(',') && !self.text[self.at..].starts_with(')') {
                let message = "a comma or a closing bracket is missing here";
                return Err(Fault::new(message, self.here(start)));
            }
        }
        terms(rules, reason, until, start..self.at)
    }

    /// A word, or text in quotes in which a backslash makes the next character stand for itself.
    fn value(&mut self, start: usize) -> Result<(String, Range<usize>), Fault> {
        let opening = self.at;
        let quote = self.text[self.at..].chars().next().filter(|first| matches!(first, '"' | '\''));
        let Some(quote) = quote else {
            let (word, range) = self.word();
            if word.is_empty() {
                let message = "the name of a rule, `reason` or `until` is missing here";
                return Err(Fault::new(message, self.here(start)));
            }
            return Ok((word.to_owned(), range));
        };
        self.at += 1;
        let mut value = String::new();
        let mut characters = self.text[self.at..].char_indices();
        while let Some((at, character)) = characters.next() {
            if character == quote {
                self.at += at + 1;
                return Ok((value, opening..self.at));
            }
            let next =
                if character == '\\' { characters.next().map(|(_, next)| next) } else { Some(character) };
            value.extend(next);
        }
        self.at = self.text.len();
        Err(Fault::new("the quotes are never closed", opening..opening + 1))
    }

    /// Letters, digits, and what the names of rules have between them.
    fn word(&mut self) -> (&'t str, Range<usize>) {
        let rest = &self.text[self.at..];
        let is_part = |character: char| character.is_alphanumeric() || "-_./".contains(character);
        let length = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        let range = self.at..self.at + length;
        self.at = range.end;
        (&rest[..length], range)
    }

    fn take(&mut self, character: char) -> bool {
        let is_there = self.text[self.at..].starts_with(character);
        self.at += if is_there { character.len_utf8() } else { 0 };
        is_there
    }

    fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.text[self.at..].trim_start().len();
    }

    fn skip_spaces(&mut self) {
        self.at = self.text.len() - self.text[self.at..].trim_start_matches([' ', '\t']).len();
    }

    /// The next character, or the directive where the text ends.
    fn here(&self, start: usize) -> Range<usize> {
        match self.text[self.at..].chars().next() {
            Some(next) => self.at..self.at + next.len_utf8(),
            None => start..self.at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Result<Directive, Fault> {
        let mut found = directives(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        found.remove(0)
    }

    fn names(directive: &Directive) -> Vec<&str> {
        directive.terms.rules.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn a_directive_says_rules_reason_and_end() {
        let text = " credlint: allow(multiple-active-keys, CIS-1.4/1.13, reason = \"rotation, see \\\"OPS-1\\\"\", until = 2027-01-31)";
        let directive = one(text).unwrap();
        assert_eq!(names(&directive), ["multiple-active-keys", "CIS-1.4/1.13"]);
        assert_eq!(directive.terms.reason, "rotation, see \"OPS-1\"");
        assert_eq!(directive.terms.until, Some(jiff::civil::date(2027, 1, 31)));
        assert_eq!(&text[directive.range], text.trim_start());
        assert_eq!(&text[directive.terms.rules[1].1.clone()], "CIS-1.4/1.13");
        assert!(!directive.for_file);
        assert!(one("credlint:allow-file( a , reason='x', )").unwrap().for_file);
    }

    #[test]
    fn one_directive_may_go_on_over_lines_and_several_may_follow_each_other() {
        let text = "We need both.\n credlint: allow(a,\n   reason = \"b\n c\")\ncredlint: allow(d, reason = \"e\")\nmore";
        let found: Vec<Directive> = directives(text).into_iter().map(Result::unwrap).collect();
        assert_eq!(found.iter().map(|one| names(one)[0]).collect::<Vec<_>>(), ["a", "d"]);
        assert_eq!(found[0].terms.reason, "b c");
    }

    #[test]
    fn other_comments_are_none() {
        for text in
            ["", "see credlint: allow(a)", "credlint is a linter", "credlinter: allow(a)", "Credlint: b"]
        {
            assert_eq!(directives(text), [], "{text}");
        }
    }

    #[test]
    fn mistakes_are_told_at_their_place() {
        for (text, message, place) in [
            ("credlint: allow(a)", "this exception gives no reason", "credlint: allow(a)"),
            (
                "credlint: allow(a, reason = \" \")",
                "this exception gives no reason",
                "credlint: allow(a, reason = \" \")",
            ),
            (
                "credlint: allow(reason = \"x\")",
                "this exception names no rule",
                "credlint: allow(reason = \"x\")",
            ),
            ("credlint allow(a, reason = \"x\")", "a colon is missing after `credlint`", "credlint "),
            ("credlint: ignore(a)", "`ignore` is nothing that credlint does", "ignore"),
            ("credlint:", "nothing follows `credlint:`", "credlint:"),
            ("credlint: allow a", "a bracket is missing after `allow`", "credlint: allow "),
            (
                "credlint: allow(a, reason = \"x\"",
                "a comma or a closing bracket is missing here",
                "credlint: allow(a, reason = \"x\"",
            ),
            ("credlint: allow(a b)", "a comma or a closing bracket is missing here", "b"),
            ("credlint: allow(a, reason = \"x)", "the quotes are never closed", "\""),
            (
                "credlint: allow(a, why = \"x\")",
                "an exception has no `why`, only `reason` and `until`",
                "why",
            ),
            ("credlint: allow(a, reason = b, reason = c)", "`reason` stands twice", "reason"),
            ("credlint: allow(a, reason = b, until = 2027-02-30)", "`2027-02-30` is no date", "2027-02-30"),
            ("credlint: allow(a, reason = b, until = soon)", "`soon` is no date", "soon"),
            (
                "credlint: allow(a, reason = b) because",
                "something follows the exception; the reason stands inside of the brackets",
                "because",
            ),
            ("credlint: allow(, reason = b)", "the name of a rule, `reason` or `until` is missing here", ","),
        ] {
            let fault = one(text).unwrap_err();
            assert_eq!(fault.message, message, "{text}");
            assert_eq!(&text[fault.range], place, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(credlint:? ?allow(-file)?\\(?|[a-z\"'=,() \\\\\n-]|reason|until|é){0,40}") {
            for found in directives(&text) {
                let range = match &found {
                    Ok(directive) => &directive.range,
                    Err(fault) => &fault.range,
                };
                proptest::prop_assert!(text.get(range.clone()).is_some_and(|at| !at.is_empty()));
            }
        }
    }
}
