//! Which files are worth parsing, told by a search through their bytes: most files of a large tree are not.

use aho_corasick::packed::Searcher;
use memchr::memchr_iter;

use crate::resource::Interest;

/// What the text of a file, or of all files of a directory, has in it. Anything may be said too often and nothing
/// too rarely: an escape can hide every word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// A resource type that is looked for.
    pub types: bool,
    /// A call of a module.
    pub calls: bool,
    /// An exception to a rule.
    pub exceptions: bool,
}

/// A search for all of that.
#[derive(Debug)]
pub struct Gate {
    /// Beginnings of the names of resource types: what stands before [`COMMON`] in them, and what stands after it.
    types: Vec<(&'static str, &'static str)>,
    /// One pass for [`WORDS`] and the types without [`COMMON`]; none where the processor cannot.
    words: Option<Searcher>,
}

/// What all types of interest have in their names: one search finds them all.
const COMMON: &str = "iam_";

/// What is searched for in every text; what comes of each, [`Gate::mentions`] says. None begins within another
/// or within a type.
const WORDS: [&str; 3] = [COMMON, "module", "credlint"];

impl Mentions {
    /// Whether a module can lead to anything that is looked for.
    pub fn may_matter(self) -> bool {
        self.types || self.calls
    }

    /// What either of two texts has in it.
    pub fn or(self, other: Self) -> Self {
        Self {
            types: self.types || other.types,
            calls: self.calls || other.calls,
            exceptions: self.exceptions || other.exceptions,
        }
    }
}

impl Gate {
    /// A gate for the resource types that say something of users by themselves.
    pub fn new(interest: &Interest) -> Self {
        let types = interest.resources.keys().copied().filter(|word| !interest.supporting.contains(word));
        // One that another one begins with is found with it, and comes after it.
        let mut beginnings: Vec<&'static str> = Vec::new();
        for word in types {
            if !beginnings.last().is_some_and(|known| word.starts_with(known)) {
                beginnings.push(word);
            }
        }
        let types = beginnings.iter().filter_map(|word| word.split_once(COMMON)).collect();
        let others = beginnings.iter().copied().filter(|word| !word.contains(COMMON));
        Self { types, words: Searcher::new(WORDS.into_iter().chain(others)) }
    }

    /// What a file has in it.
    pub fn mentions(&self, name: &str, text: &[u8]) -> Mentions {
        // Behind these a letter is written by its number.
        let hides_letters = |at: usize| matches!(text.get(at + 1), Some(b'u' | b'U'));
        let words = match &self.words {
            Some(words) if !memchr_iter(b'\\', text).any(hides_letters) => words,
            _ => return Mentions { types: true, calls: true, exceptions: true },
        };
        let is_json = name.ends_with(".json");
        let mut found = Mentions::default();
        for word in words.find_iter(text) {
            match word.pattern().as_usize() {
                0 => found.types = found.types || self.is_type(text, word.start()),
                1 => found.calls = found.calls || is_json || is_call(text, word.start(), word.end()),
                2 => found.exceptions = true,
                _ => found.types = true,
            }
        }
        found
    }

    /// Whether one of the types stands where [`COMMON`] was found.
    fn is_type(&self, text: &[u8], at: usize) -> bool {
        let (head, rest) = (&text[..at], &text[at + COMMON.len()..]);
        let mut types = self.types.iter();
        types.any(|(before, after)| {
            // Of nearly all the first letter is another one.
            rest.first() == after.as_bytes().first()
                && rest.starts_with(after.as_bytes())
                && head.ends_with(before.as_bytes())
        })
    }
}

/// Whether the word begins a block: it is the first one of its line, or stands behind a comment, and is not the
/// beginning of something longer.
fn is_call(text: &[u8], start: usize, end: usize) -> bool {
    let before = text[..start].iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
    let begins = before.is_none_or(|byte| matches!(byte, b'\n' | b'\r' | b'/' | 0xbf));
    let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'=');
    begins && !text.get(end).is_some_and(goes_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mentions(name: &str, text: &str) -> (bool, bool, bool) {
        let none: &[&str] = &[];
        let resources =
            ["aws_iam_user", "aws_iam_user_policy", "aws_iam_policy", "other"].map(|word| (word, none));
        let supporting = ["aws_iam_policy"].into();
        let interest = Interest { resources: resources.into(), supporting, ..Interest::default() };
        let found = Gate::new(&interest).mentions(name, text.as_bytes());
        (found.types, found.calls, found.exceptions)
    }

    #[test]
    fn words_are_found_wherever_terraform_would_find_them() {
        for text in [
            "module \"a\" {}",
            "\u{feff}module \"a\" {}",
            "locals {}\r\n\tmodule a {}",
            "/* c */ module\"a\" {}",
            "module/**/\"a\" {}",
        ] {
            assert_eq!(mentions("main.tf", text), (false, true, false), "{text}");
        }
        assert_eq!(mentions("main.tf.json", "{\"module\": {}}"), (false, true, false));
        assert_eq!(mentions("main.tf", "data \"aws_iam_user\" \"a\" {}"), (true, false, false));
        assert_eq!(mentions("main.tf", "data \"other\" \"a\" {}"), (true, false, false));
        assert_eq!(mentions("main.tf", "# credlint:ignore"), (false, false, true));
        assert_eq!(mentions("main.tf", "resource \"aws_iam\\u005fuser\" \"a\" {}"), (true, true, true));
    }

    #[test]
    fn other_uses_of_the_words_are_none() {
        for text in [
            "# the module of the users",
            "x = module.a.b",
            "  module.a.b",
            "modules {}",
            "module_name = 1",
            "resource \"aws_iam_role\" \"a\" {}",
            "resource \"aws_iam_policy\" \"a\" {}",
        ] {
            assert_eq!(mentions("main.tf", text), (false, false, false), "{text}");
        }
    }
}
