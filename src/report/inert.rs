//! Text from the input made inert: it can neither drive a terminal nor be taken for a command by a build service.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::source::printable;

/// GitHub's older `##[command]`, Azure's `##vso[command]` and `TeamCity`'s `##teamcity[command]` are obeyed anywhere in a
/// line of a log.
static LOG_COMMAND: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)##[a-z]*\[").expect("the pattern is a constant that parses"));

/// One line of text for a person: control and bidirectional characters are visible escapes, and what a build
/// service would obey (`::error::` at the start, `##vso[` anywhere) no longer reads as a command.
pub fn inert(text: &str) -> Cow<'_, str> {
    let text = printable(text);
    let text = match break_log_commands(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(broken) => Cow::Owned(broken),
    };
    if text.trim_start().starts_with("::") {
        return Cow::Owned(text.replacen(':', "\\u{3a}", 1));
    }
    text
}

/// Several lines, drawn for a terminal, in which a build service finds no command. Our own styles stay.
pub fn without_log_commands(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let line = break_log_commands(line);
        if line.trim_start().starts_with("::") { line.replacen(':', "\\u{3a}", 1) } else { line.into_owned() }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The place of each `#` that must be shown as an escape, so that no log command is left in the text.
pub(super) fn log_command_marks(text: &str) -> impl Iterator<Item = usize> {
    LOG_COMMAND.find_iter(text).map(|found| found.start() + 1)
}

fn break_log_commands(text: &str) -> Cow<'_, str> {
    // Most texts have nothing in them to look for.
    if memchr::memchr(b'#', text.as_bytes()).is_none() {
        return text.into();
    }
    LOG_COMMAND.replace_all(text, |found: &regex::Captures<'_>| found[0].replacen("##", "#\\u{23}", 1))
}

#[cfg(test)]
mod tests {
    use super::{inert, without_log_commands};

    #[test]
    fn harmless_text_stays() {
        for text in ["alice", "arn:aws:iam::aws:policy/X", "module.a[\"b\"]", "## heading", ""] {
            assert_eq!(inert(text), text);
        }
    }

    #[test]
    fn drawings_hold_no_commands_either() {
        let drawn = without_log_commands("  × a\n  ::error::b ::c\n \u{1b}[31m##[add-mask]d\u{1b}[0m\n");
        assert_eq!(drawn, "  × a\n  \\u{3a}:error::b ::c\n \u{1b}[31m#\\u{23}[add-mask]d\u{1b}[0m\n");
    }

    #[test]
    fn commands_to_build_services_are_broken() {
        assert_eq!(inert("::error::pwned"), "\\u{3a}:error::pwned");
        assert_eq!(inert("  ::set-env"), "  \\u{3a}:set-env");
        assert_eq!(inert("a ##vso[task.setvariable]x"), "a #\\u{23}vso[task.setvariable]x");
        assert_eq!(inert("##VSO[a] ##[add-mask]"), "#\\u{23}VSO[a] #\\u{23}[add-mask]");
        assert_eq!(inert("x\n::error::y"), "x\\n::error::y");
        assert_eq!(inert("\u{1b}[31m"), "\\u{1b}[31m");
    }
}
