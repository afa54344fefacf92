//! Commands as a shell reads them: to be pasted by a person, and to stand in a script.

use super::inert;
use crate::finding::Word;

/// Options that stand alone. All others are taken to have a value.
const FLAGS: [&str; 3] = ["--debug", "--dry-run", "--force"];
/// A blank longer than this is no name.
const MAX_BLANK: usize = 60;

/// A command that can be shown and run as it stands: what is dangerous in it is quoted, and what no quoting helps against
/// is not in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Command(Vec<Argument>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Argument {
    Text(String),
    Blank(String),
}

impl Command {
    /// The command, `None` for what is done by hand, or why there is none: words that fit after "no command:".
    pub fn new(words: &[Word]) -> Result<Option<Self>, &'static str> {
        let mut arguments: Vec<Argument> = Vec::new();
        for word in words {
            let text = match word {
                Word::Placeholder(text) => {
                    arguments.push(Argument::Blank(blank(text)));
                    continue;
                }
                Word::Text(text) => text,
            };
            if let Some(reason) = objection(text) {
                return Err(reason);
            }
            match arguments.last_mut() {
                // The AWS CLI takes what begins with a hyphen for an option, unless it is joined to its own.
                Some(Argument::Text(option)) if text.starts_with('-') && wants_value(option) => {
                    option.push('=');
                    option.push_str(text);
                }
                _ => arguments.push(Argument::Text(text.clone())),
            }
        }
        Ok((!arguments.is_empty()).then_some(Self(arguments)))
    }

    /// Its words, none of them quoted, in which a blank is a name: `ID_OF_ACCESS_KEY_1`.
    pub fn words(&self) -> Vec<String> {
        self.0
            .iter()
            .map(|argument| match argument {
                Argument::Text(text) | Argument::Blank(text) => text.clone(),
            })
            .collect()
    }

    /// The names of its blanks.
    pub fn blanks(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|argument| match argument {
            Argument::Blank(name) => Some(name.as_str()),
            Argument::Text(_) => None,
        })
    }

    /// To be read and pasted.
    pub fn shown(&self) -> String {
        self.written(str::to_owned)
    }

    /// To stand in a script in which each blank is a variable. One that is empty gives its own name in angle brackets, and
    /// no other word looks so.
    pub fn in_script(&self) -> String {
        self.written(|name| format!("\"${{{name}:-<{name}>}}\""))
    }

    fn written(&self, blank: impl Fn(&str) -> String) -> String {
        let words = self.0.iter().map(|argument| match argument {
            Argument::Text(text) => quoted(text),
            Argument::Blank(name) => blank(name),
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

/// One word as a POSIX shell reads it.
pub fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_@+=:,./-".contains(&byte);
    // One more shell, zsh, puts the path of a program in the place of `=program`.
    if !word.is_empty() && !word.starts_with('=') && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// What no quoting helps against. No name that AWS allows has any of it.
fn objection(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        Some("a word of it would be empty")
    } else if inert(text) != text {
        Some("a name in it holds characters that are not shown as they are, which no name in AWS does")
    } else if text.contains("://") {
        Some("a name in it looks like an address, and the AWS CLI would send what it finds there")
    } else if text.starts_with('<') && text.ends_with('>') {
        Some("a name in it stands in angle brackets, like what is still to be filled in")
    } else {
        None
    }
}

fn wants_value(option: &str) -> bool {
    option.starts_with("--")
        && !option.contains('=')
        && !option.starts_with("--no-")
        && !FLAGS.contains(&option)
}

/// `id of access key 1` as the name of a variable that no shell and no program uses: `ID_OF_ACCESS_KEY_1`.
fn blank(text: &str) -> String {
    let upper: String = text
        .chars()
        .take(MAX_BLANK)
        .map(|character| if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' })
        .collect();
    let words: Vec<&str> = upper.split('_').filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [] => "YOUR_VALUE".to_owned(),
        ["ID", _, ..] => words.join("_"),
        _ => format!("YOUR_{}", words.join("_")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(texts: &[&str]) -> Vec<Word> {
        texts.iter().map(|text| Word::Text((*text).to_owned())).collect()
    }

    fn shown(texts: &[&str]) -> String {
        Command::new(&words(texts)).unwrap().unwrap().shown()
    }

    /// What POSIX says of words (2.2, quoting), for text without expansions: `None` where a shell would see anything but
    /// plain words.
    fn unquoted(line: &str) -> Option<Vec<String>> {
        let (mut words, mut word) = (Vec::new(), None::<String>);
        let mut characters = line.chars();
        while let Some(character) = characters.next() {
            match character {
                ' ' => words.extend(word.take()),
                '\'' => {
                    let word = word.get_or_insert_default();
                    loop {
                        match characters.next()? {
                            '\'' => break,
                            inner => word.push(inner),
                        }
                    }
                }
                '\\' => word.get_or_insert_default().push(characters.next()?),
                '$' | '`' | '"' | '|' | '&' | ';' | '<' | '>' | '(' | ')' | '\t' | '\n' | '*' | '?' | '['
                | '#' | '~' | '%' | '!' | '{' | '}' => return None,
                plain => word.get_or_insert_default().push(plain),
            }
        }
        words.extend(word);
        Some(words)
    }

    proptest! {
        #[test]
        fn what_is_quoted_reads_back(words in prop::collection::vec(r#"[-a-z' "\$`\\;&|<>(){}*?\[\]#~!%=\n\tß-]{0,12}"#, 1..5)) {
            let line = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(unquoted(&line), Some(words));
        }
    }

    #[test]
    fn commands_are_quoted_where_they_must_be() {
        assert_eq!(
            shown(&["aws", "iam", "get-user", "--user-name", "a.b+c=d,e@f_g-h"]),
            "aws iam get-user --user-name a.b+c=d,e@f_g-h"
        );
        assert_eq!(shown(&["aws", "$(rm -rf /)"]), "aws '$(rm -rf /)'");
        assert_eq!(shown(&["aws", "it's"]), "aws 'it'\\''s'");
        assert_eq!(shown(&["aws", "=ls"]), "aws '=ls'");
    }

    /// `aws iam get-user --user-name -x` is refused with "expected one argument"; with `--user-name=-x` the request holds
    /// `-x`.
    #[test]
    fn a_value_that_looks_like_an_option_is_joined_to_its_own() {
        assert_eq!(
            shown(&["aws", "iam", "x", "--user-name", "--status", "--status", "Inactive"]),
            "aws iam x --user-name=--status --status Inactive"
        );
        assert_eq!(shown(&["aws", "--user-name", "-x y"]), "aws '--user-name=-x y'");
        assert_eq!(shown(&["aws", "--no-paginate", "--user-name", "a"]), "aws --no-paginate --user-name a");
        assert_eq!(shown(&["aws", "--a=b", "--c", "d"]), "aws --a=b --c d");
    }

    #[test]
    fn what_no_quoting_helps_against_is_no_command() {
        for name in [
            "",
            "a\nb",
            "a\u{1b}[31m",
            "\u{202e}x",
            "a\0b",
            "\u{2028}",
            "##vso[task.x]",
            "::error::x",
            "file:///etc/passwd",
            "a,AttributeValue@=fileb://x",
            "<ID_OF_ACCESS_KEY_1>",
        ] {
            assert!(
                Command::new(&words(&["aws", "iam", "get-user", "--user-name", name])).is_err(),
                "{name:?}"
            );
        }
    }

    #[test]
    fn blanks_are_names() {
        for (text, name) in [
            ("id of access key 1", "ID_OF_ACCESS_KEY_1"),
            ("path", "YOUR_PATH"),
            ("ld preload", "YOUR_LD_PRELOAD"),
            ("1st $(x) `y`\n", "YOUR_1ST_X_Y"),
            ("", "YOUR_VALUE"),
            ("id", "YOUR_ID"),
        ] {
            let command = Command::new(&[Word::Text("aws".to_owned()), Word::Placeholder(text.to_owned())]);
            let command = command.unwrap().unwrap();
            assert_eq!(command.shown(), format!("aws {name}"));
            assert_eq!(command.in_script(), format!("aws \"${{{name}:-<{name}>}}\""));
            assert_eq!(command.words(), ["aws", name]);
        }
    }
}
