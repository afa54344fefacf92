//! One rule's documentation on a terminal: its Markdown, set off with styles where there are any.

use std::sync::LazyLock;

use anstyle::{AnsiColor, Style};
use regex::Regex;

use super::severity::words;
use super::{RuleText, inert};

static INLINE_CODE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("`[^`]+`").expect("the pattern is a constant that parses"));

/// The rule: what it is called here and elsewhere, then its documentation.
pub fn explain(rule: &RuleText, color: bool) -> String {
    let mut out = String::new();
    let severity = words(rule.severity).style;
    out.push_str(&painted(&inert(&rule.id), Style::new().bold(), color));
    out.push_str(&format!("  {}\n", painted(&rule.severity.to_string(), severity, color)));
    out.push_str(&format!("{}\n", inert(&rule.title)));
    if !rule.controls.is_empty() {
        let controls: Vec<String> = rule
            .controls
            .iter()
            .map(|control| {
                let edition = [control.benchmark.as_str(), control.version.as_str()];
                let edition =
                    edition.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
                format!("{edition}: {}", control.number)
            })
            .collect();
        out.push_str(&format!("controls: {}\n", inert(&controls.join(", "))));
    }
    if !rule.same_as.is_empty() {
        out.push_str(&format!("same as: {}\n", inert(&rule.same_as.join(", "))));
    }
    out.push('\n');
    out.push_str(&markdown(&rule.markdown, color));
    out
}

/// Markdown line by line: headings bold, code coloured, nothing reflowed, so that it can still be copied.
fn markdown(text: &str, color: bool) -> String {
    let mut out = String::new();
    let mut fence: Option<&str> = None;
    for line in text.trim().lines() {
        // A tab is harmless and belongs to code.
        let safe = line.split('\t').map(inert).collect::<Vec<_>>().join("\t");
        let marker = line.trim_start();
        let marker = &marker[..marker.len() - marker.trim_start_matches('`').len()];
        match fence {
            Some(open) if marker.len() >= open.len() => {
                fence = None;
                out.push_str(&painted(&safe, Style::new().dimmed(), color));
            }
            Some(_) => out.push_str(&painted(&safe, AnsiColor::Green.on_default(), color)),
            None if marker.len() >= 3 => {
                fence = Some(marker);
                out.push_str(&painted(&safe, Style::new().dimmed(), color));
            }
            None if line.starts_with('#') => out.push_str(&painted(&safe, Style::new().bold(), color)),
            None if color => {
                let code =
                    |found: &regex::Captures<'_>| painted(&found[0], AnsiColor::Green.on_default(), true);
                out.push_str(&INLINE_CODE.replace_all(&safe, code));
            }
            None => out.push_str(&safe),
        }
        out.push('\n');
    }
    out
}

fn painted(text: &str, style: Style, color: bool) -> String {
    if color && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn plain_text_is_the_markdown_under_a_heading() {
        insta::assert_snapshot!(explain(&sample::rules()[0], false), @r#"
    multiple-active-keys  medium
    IAM user has more than one active access key
    controls: cis-aws 1.4: 1.13
    same as: AC_AWS_0554

    ## What

    A user has `two` keys.

    ```hcl
    # a `comment`
    resource "x" "y" {}
    ```
    "#);
    }

    #[test]
    fn colour_takes_nothing_away() {
        let rule = &sample::rules()[0];
        let colored = explain(rule, true);
        assert!(colored.contains('\u{1b}'));
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), explain(rule, false));
    }

    #[test]
    fn a_hostile_rule_file_is_inert() {
        let mut rule = sample::rules().remove(0);
        rule.markdown = "## What\u{1b}]0;x\u{7}\n\n::error::x\n```sh\n\u{202e}\techo\n```\n".to_owned();
        let text = explain(&rule, false);
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']));
        assert!(!text.lines().any(|line| line.starts_with("::")));
        assert!(text.contains("\techo"));
    }
}
