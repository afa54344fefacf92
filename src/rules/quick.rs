//! Front matter that is written as simply as ours is, read quickly: a whole YAML parser took two thirds of the time in
//! which the rules are read at every start. What is not simple is left to it, and so is whatever is wrong: nothing here
//! knows places.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};
use serde_saphyr::{Location, Spanned};

use super::front_matter::{CaseEntry, ControlEntry, Entries, FrontMatter, StepEntry};

/// The front matter, if it is simple and right.
pub fn read(yaml: &str) -> Option<FrontMatter> {
    let mut lines = Vec::new();
    for line in yaml.lines() {
        let content = line.trim_start_matches(' ');
        if !content.is_empty() && !content.starts_with('#') {
            lines.push((line.len() - content.len(), content.trim_end()));
        }
    }
    let mut block = Block { lines, at: 0 };
    let Plain::Mapping(entries) = block.value(0)? else { return None };
    if block.at == block.lines.len() { front_matter(entries) } else { None }
}

/// A value of the simple part of YAML.
enum Plain<'t> {
    /// A text, and whether quotes say that it is one.
    Text(Cow<'t, str>, bool),
    List(Vec<Plain<'t>>),
    Mapping(Vec<(Cow<'t, str>, Plain<'t>)>),
}

/// Lines, each with the blanks before it.
struct Block<'t> {
    lines: Vec<(usize, &'t str)>,
    at: usize,
}

impl<'t> Block<'t> {
    /// What begins on the next line, after so many blanks. Recursion ends with the lines: each level stands further in.
    fn value(&mut self, indentation: usize) -> Option<Plain<'t>> {
        let is_list = self.next(indentation)?.starts_with("- ");
        let (mut elements, mut entries) = (Vec::new(), Vec::new());
        while let Some(content) = self.next(indentation)
            && content.starts_with("- ") == is_list
        {
            if is_list {
                let element = content[2..].trim_start();
                let inner = indentation + content.len() - element.len();
                self.lines[self.at] = (inner, element);
                if entry(element).is_some() {
                    elements.push(self.value(inner)?);
                } else {
                    self.at += 1;
                    elements.push(inline(element)?);
                }
                continue;
            }
            let (key, written) = entry(content)?;
            self.at += 1;
            let value = if written.is_empty() {
                let (inner, content) = *self.lines.get(self.at)?;
                let is_below = inner > indentation || inner == indentation && content.starts_with("- ");
                if !is_below {
                    return None;
                }
                self.value(inner)?
            } else {
                inline(written)?
            };
            if entries.iter().any(|(known, _)| *known == key) {
                return None;
            }
            entries.push((key, value));
        }
        // A line that stands further in goes on with a text.
        let is_over = self.lines.get(self.at).is_none_or(|(next, _)| *next <= indentation);
        let value = if is_list { Plain::List(elements) } else { Plain::Mapping(entries) };
        is_over.then_some(value)
    }

    fn next(&self, indentation: usize) -> Option<&'t str> {
        let (found, content) = *self.lines.get(self.at)?;
        (found == indentation).then_some(content)
    }
}

/// A key, and what is written after its colon.
fn entry(content: &str) -> Option<(Cow<'_, str>, &str)> {
    let (key, rest) = match content.chars().next()? {
        '"' | '\'' => quoted(content)?,
        _ => {
            let end = content.find(':')?;
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
            if !content[..end].bytes().all(is_plain) {
                return None;
            }
            (Cow::Borrowed(&content[..end]), &content[end..])
        }
    };
    let rest = rest.strip_prefix(':')?;
    (rest.is_empty() || rest.starts_with(' ')).then(|| (key, rest.trim_start()))
}

/// A value that ends with its line.
fn inline(written: &str) -> Option<Plain<'_>> {
    if written.starts_with(['[', '{', '"', '\'']) {
        let (value, rest) = flow(written)?;
        return rest.is_empty().then_some(value);
    }
    plain(written)
}

/// A text without quotes.
fn plain(written: &str) -> Option<Plain<'_>> {
    let is_special = written.is_empty()
        || written.starts_with(|first: char| "&*!|>%@`?#,[]{}~\"'".contains(first))
        || written.starts_with("- ")
        || written.contains(": ")
        || written.contains(" #")
        || written.ends_with(':')
        || written.eq_ignore_ascii_case("null");
    (!is_special).then_some(Plain::Text(Cow::Borrowed(written), false))
}

/// A value, and what is written after it.
fn flow(written: &str) -> Option<(Plain<'_>, &str)> {
    let close = match written.chars().next()? {
        '"' | '\'' => return quoted(written).map(|(text, rest)| (Plain::Text(text, true), rest)),
        '[' => ']',
        '{' => '}',
        _ => {
            let end = written.find([',', ']', '}'])?;
            return Some((plain(written[..end].trim_end())?, &written[end..]));
        }
    };
    let (mut elements, mut entries) = (Vec::new(), Vec::new());
    let mut rest = written[1..].trim_start();
    while !rest.starts_with(close) {
        if close == ']' {
            let (element, after) = flow(rest)?;
            elements.push(element);
            rest = after;
        } else {
            let (key, after) = entry(rest)?;
            let (value, after) = flow(after)?;
            entries.push((key, value));
            rest = after;
        }
        rest = rest.trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None if rest.starts_with(close) => {}
            None => return None,
        }
    }
    let value = if close == ']' { Plain::List(elements) } else { Plain::Mapping(entries) };
    Some((value, &rest[1..]))
}

/// What stands between quotes, and what is written after them.
fn quoted(written: &str) -> Option<(Cow<'_, str>, &str)> {
    let quote = written.chars().next()?;
    let inner = &written[1..];
    let end = inner.find(quote)?;
    let (text, after) = (&inner[..end], &inner[end + 1..]);
    if !text.contains('\\') && !after.starts_with('\'') {
        return Some((Cow::Borrowed(text), after));
    }
    if quote == '\'' {
        return None;
    }
    let mut text = String::new();
    let mut characters = inner.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((Cow::Owned(text), &inner[at + 1..])),
            '\\' => {
                let (_, escaped) = characters.next()?;
                if !matches!(escaped, '"' | '\\') {
                    return None;
                }
                text.push(escaped);
            }
            _ => text.push(character),
        }
    }
    None
}

fn front_matter(entries: Vec<(Cow<'_, str>, Plain<'_>)>) -> Option<FrontMatter> {
    let mut keys = Keys(entries);
    let front_matter = FrontMatter {
        id: text(keys.take("id")?)?,
        title: text(keys.take("title")?)?,
        severity: word(keys.take("severity")?)?,
        subject: word(keys.take("subject")?)?,
        bindings: Entries(match keys.take("let") {
            Some(Plain::Mapping(entries)) => {
                let named = entries.into_iter().map(|(name, value)| Some((spanned(name), text(value)?)));
                named.collect::<Option<_>>()?
            }
            Some(_) => return None,
            None => Vec::new(),
        }),
        when: text(keys.take("when")?)?,
        flag: text(keys.take("flag")?)?,
        also: keys.list("also", text)?,
        message: text(keys.take("message")?)?,
        why: text(keys.take("why")?)?,
        fix: text(keys.take("fix")?)?,
        cases: keys.list("cases", case)?,
        remedy: keys.list("remedy", step)?,
        controls: Entries(match keys.take("controls") {
            Some(Plain::Mapping(entries)) => {
                let named = entries.into_iter().map(|(name, value)| Some((spanned(name), control(value)?)));
                named.collect::<Option<_>>()?
            }
            Some(_) => return None,
            None => Vec::new(),
        }),
        same_as: keys.list("same-as", |name| Some(text(name)?.value))?,
        precision: keys.take("precision").map_or(Some(<_>::default()), word)?,
    };
    keys.0.is_empty().then_some(front_matter)
}

/// The keys of a mapping that are not taken yet.
struct Keys<'t>(Vec<(Cow<'t, str>, Plain<'t>)>);

impl<'t> Keys<'t> {
    fn take(&mut self, key: &str) -> Option<Plain<'t>> {
        let at = self.0.iter().position(|(known, _)| known == key)?;
        Some(self.0.remove(at).1)
    }

    /// The text under a key that may be left out. The outer `None`: it is no text.
    #[expect(clippy::option_option, reason = "what is left out is no reason to give up")]
    fn text(&mut self, key: &str) -> Option<Option<Spanned<String>>> {
        match self.take(key) {
            Some(value) => text(value).map(Some),
            None => Some(None),
        }
    }

    fn list<T>(&mut self, key: &str, of: fn(Plain<'t>) -> Option<T>) -> Option<Vec<T>> {
        match self.take(key) {
            Some(Plain::List(elements)) => elements.into_iter().map(of).collect(),
            Some(_) => None,
            None => Some(Vec::new()),
        }
    }
}

fn case(value: Plain<'_>) -> Option<CaseEntry> {
    let Plain::Mapping(entries) = value else { return None };
    let mut keys = Keys(entries);
    let case = CaseEntry {
        when: text(keys.take("when")?)?,
        severity: match keys.take("severity") {
            Some(value) => Some(word(value)?),
            None => None,
        },
        message: keys.text("message")?,
        why: keys.text("why")?,
        fix: keys.text("fix")?,
    };
    keys.0.is_empty().then_some(case)
}

fn step(value: Plain<'_>) -> Option<StepEntry> {
    let Plain::Mapping(entries) = value else { return None };
    let mut keys = Keys(entries);
    let step = StepEntry {
        when: keys.text("when")?,
        text: text(keys.take("text")?)?,
        effect: word(keys.take("effect")?)?,
        ask: match keys.take("ask") {
            Some(Plain::Text(flag, false)) if flag == "true" => true,
            Some(_) => return None,
            None => false,
        },
        run: keys.list("run", text)?,
    };
    keys.0.is_empty().then_some(step)
}

fn control(value: Plain<'_>) -> Option<ControlEntry> {
    Some(match value {
        Plain::Mapping(versions) => {
            let versions =
                versions.into_iter().map(|(version, of)| Some((version.into_owned(), numbers(of)?)));
            ControlEntry::Versioned(versions.collect::<Option<_>>()?)
        }
        value => ControlEntry::Unversioned(numbers(value)?),
    })
}

fn numbers(value: Plain<'_>) -> Option<Vec<String>> {
    // Without quotes, some are numbers to YAML.
    let number = |value| match value {
        Plain::Text(text, is_quoted) if is_quoted || text.parse::<f64>().is_err() => Some(text.into_owned()),
        _ => None,
    };
    match value {
        Plain::List(elements) => elements.into_iter().map(number).collect(),
        value => Some(vec![number(value)?]),
    }
}

fn text(value: Plain<'_>) -> Option<Spanned<String>> {
    match value {
        Plain::Text(text, _) => Some(spanned(text)),
        Plain::List(_) | Plain::Mapping(_) => None,
    }
}

fn spanned(text: Cow<'_, str>) -> Spanned<String> {
    Spanned::new(text.into_owned(), Location::UNKNOWN, Location::UNKNOWN)
}

/// One of several words.
fn word<T: for<'de> Deserialize<'de>>(value: Plain<'_>) -> Option<T> {
    match value {
        Plain::Text(text, _) => T::deserialize(StrDeserializer::<Error>::new(&text)).ok(),
        Plain::List(_) | Plain::Mapping(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::rules::FILES;
    use crate::rules::front_matter;

    /// What was read, without the places.
    fn shown(front_matter: &front_matter::FrontMatter) -> String {
        let shown = format!("{front_matter:?}");
        let mut parts = shown.split("referenced: Location {");
        let mut out = parts.next().unwrap().to_owned();
        for part in parts {
            // Both places of a value, one in the other's shape.
            let (_, after) = part.split_once("defined: Location {").unwrap();
            let end = after.find("} }").unwrap();
            out.push_str(&after[end..]);
        }
        out.replace(" }", "}").replace("}}", "}")
    }

    #[test]
    fn every_rule_of_ours_is_read_as_by_the_whole_parser() {
        for (name, text) in FILES {
            let parts = front_matter::read(name, text).unwrap();
            let yaml = &text[parts.start..=text[parts.start..].find("\n---").unwrap() + parts.start];
            let quick = read(yaml).unwrap_or_else(|| panic!("rules/{name}.md is not written simply"));
            assert_eq!(shown(&quick), shown(&parts.front_matter), "{name}");
            assert!(shown(&quick).contains(&format!("{:?}", quick.fix.value)), "{name}");
        }
    }

    #[test]
    fn what_is_not_simple_is_left_to_the_whole_parser() {
        const SIMPLE: &str =
            "id: a\ntitle: t\nseverity: low\nsubject: user\nwhen: w\nflag: f\nmessage: m\nwhy: y\nfix: x\n";
        assert!(read(SIMPLE).is_some());
        for (from, to) in [
            ("title: t", "title: t # a comment"),
            ("title: t", "title: &t t"),
            ("title: t", "title: >-\n  t"),
            ("title: t", "title: t\n  more"),
            ("title: t", "title: \"\\x41\""),
            ("title: t", "title: 'it''s'"),
            ("title: t", "title: \"t"),
            ("title: t", "title: null"),
            ("title: t", "title: [t]"),
            ("title: t", "title: a: b"),
            ("title: t", "title:"),
            ("title: t", "title: t\ntitle: t"),
            ("title: t", "titel: t"),
            ("title: t", "title:\tt"),
            ("title: t", "title: t\nalso: [a, b"),
            ("title: t", "title: t\nalso: {a: b}"),
            ("title: t", "title: t\ncontrols: {a: 1.5}"),
            ("severity: low", "severity: hgih"),
            ("subject: user\n", ""),
            ("id: a", "- id: a"),
            ("id: a", "  id: a"),
        ] {
            assert!(read(&SIMPLE.replace(from, to)).is_none(), "{to}");
        }
    }
}
