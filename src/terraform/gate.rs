//! Which files are worth parsing, told by a search through their bytes: most files of a large tree are not.

use aho_corasick::AhoCorasick;

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

/// A search for all of that at once.
#[derive(Debug)]
pub struct Gate {
    /// Looks for [`WORDS`] first, then for the types.
    finder: AhoCorasick,
}

/// What is looked for besides types.
const WORDS: [(&str, Meaning); 4] = [
    ("module", Meaning::Call),
    ("credlint", Meaning::Exception),
    // Behind these a letter is written by its number.
    ("\\u", Meaning::Anything),
    ("\\U", Meaning::Anything),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Call,
    Exception,
    Anything,
}

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
    /// A gate for resource types.
    pub fn new<'t>(types: impl Iterator<Item = &'t str>) -> Self {
        let words = WORDS.iter().map(|(word, _)| *word);
        let finder = AhoCorasick::new(words.chain(types)).expect("the words are few and short");
        Self { finder }
    }

    /// What a file has in it.
    pub fn mentions(&self, name: &str, text: &[u8]) -> Mentions {
        let is_json = name.ends_with(".json");
        let mut found = Mentions::default();
        for hit in self.finder.find_iter(text) {
            match WORDS.get(hit.pattern().as_usize()).map(|(_, meaning)| *meaning) {
                None => found.types = true,
                Some(Meaning::Call) => found.calls |= is_json || is_call(text, hit.start(), hit.end()),
                Some(Meaning::Exception) => found.exceptions = true,
                Some(Meaning::Anything) => return Mentions { types: true, calls: true, exceptions: true },
            }
        }
        found
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
        let found = Gate::new(["aws_iam_user"].into_iter()).mentions(name, text.as_bytes());
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
        ] {
            assert_eq!(mentions("main.tf", text), (false, false, false), "{text}");
        }
    }
}
