//! An error in an expression of a rule points at the character, however YAML writes the expression, under whichever
//! key it stands, and whatever stands before it in the file.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use credlint::rules::{RuleError, RuleSet};

/// Stands in a text before the character that the error has to point at.
const HERE: char = '▸';

/// `CONDITION`, `PLACE` and `TEXT` are replaced by what is tried.
const RULE: &str = "---
id: own
title: \"Schlüssel 🔑: a rule of one's own\"   # ✓
severity: low
subject: user
let:
  keys: user.access_keys
  first: LET
when: WHEN
flag: FLAG
also: [user, ALSO]
message: MESSAGE
why: \"é {user.name}\"
fix: f
cases:
  - when: CASE
    why: REASON
---
## What
";

/// What stands under each key where nothing is tried.
const KEYS: [(&str, &str); 7] = [
    ("LET", "user.created"),
    ("WHEN", "user.created"),
    ("FLAG", "keys"),
    ("ALSO", "user"),
    ("MESSAGE", "m"),
    ("CASE", "user.managed"),
    ("REASON", "r"),
];

/// What is wrong in a condition, where, and how the error begins.
const FAULTS: [(&str, &str); 14] = [
    ("user.▸nam == 'x'", "a record of the kind `user` has no field `nam`"),
    ("user.created && ▸usr.created", "there is no `usr` here"),
    (
        "user.created && user.access_keys.exists(k, k.▸activ)",
        "a record of the kind `access key` has no field",
    ),
    ("'grün' == user.▸nam", "a record of the kind `user` has no field `nam`"),
    ("user.name ▸== 3", "`text` and `whole number` never compare"),
    ("user.created ▸&& user.name", "this needs true or false, and gets a text"),
    ("user.name.▸replace('a', 'b') == 'é'", "there is no function `replace`"),
    ("user.access_keys.▸active", "a list of access keys has no field `active`"),
    ("user.created ▸) && true", "`)` cannot stand here"),
    ("user.created &&▸", "the expression ends too early"),
    ("user.name == ▸'é", "the text that begins here is never closed"),
    ("'é' == user.name ▸@ 1", "`@` cannot stand here"),
    ("user.name == 'it' && user.▸nam == \"it\"", "a record of the kind `user` has no field `nam`"),
    ("(user.created || user.managed) && (user.imported && user.▸nam == 'x')", "a record of the kind `user`"),
];

fn error(text: &str) -> RuleError {
    RuleSet::default().add_file("rules/own.md", text).err().unwrap_or_else(|| panic!("no error in\n{text}"))
}

/// The rule with a text under a key, and the others as they should be.
fn rule(key: &str, written: &str) -> String {
    let rest = KEYS.iter().filter(|(other, _)| *other != key);
    let text = rest.fold(RULE.to_owned(), |text, (other, right)| text.replace(other, right));
    text.replace(key, written)
}

/// The line and column of the mark.
fn mark(text: &str) -> (usize, usize) {
    let (before, _) = text.split_once(HERE).unwrap_or_else(|| panic!("no mark in\n{text}"));
    let line = before.rsplit('\n').next().unwrap();
    (before.matches('\n').count() + 1, line.trim_start_matches('\u{feff}').chars().count() + 1)
}

fn expect(marked: &str, message: &str) -> Result<(), String> {
    let error = error(&marked.replace(HERE, ""));
    let expected = mark(marked);
    if (error.line, error.column) == expected && error.message.starts_with(message) {
        return Ok(());
    }
    Err(format!("expected {expected:?} {message}\ngot {error}\n{marked}"))
}

/// How many of the styles are plain; they stand first.
const PLAIN: usize = 4;

/// The ways in which YAML can write a text of one line.
fn styles(text: &str, indentation: &str) -> Vec<String> {
    let double = text.replace('\\', "\\\\").replace('"', "\\\"");
    let single = text.replace('\'', "''");
    let broken = text.replacen(' ', &format!("\n{indentation}    "), 1);
    let broken_twice = text.replacen(' ', &format!("\n{indentation}  \n{indentation}   "), 1);
    vec![
        text.to_owned(),
        broken.clone(),
        broken_twice,
        format!("&anchor {text}"),
        format!("\"{double}\""),
        format!("\"{}\"", double.replacen(' ', &format!("\n{indentation}    "), 1)),
        format!("\"{}\"", double.replacen(' ', &format!(" \\\n{indentation}    \\ "), 1)),
        format!("\"{}\"", double.replace('u', "\\x75").replace('é', "\\u00e9").replace(' ', "\\x20")),
        format!("'{single}'"),
        format!("'{}'", single.replacen(' ', &format!("\n{indentation}  "), 1)),
        format!(">\n{indentation}  {broken}"),
        format!(">-   # é: a comment\n{indentation}  {}", broken.replace("\n    ", "\n  ")),
        format!(">-\n\n{indentation}  {text}"),
        format!("|\n{indentation}  {broken}\n"),
        format!("|2-\n{indentation}  {text}"),
        format!("!!str \"{double}\""),
    ]
}

/// The file as editors and systems save it.
fn forms(text: &str) -> [String; 4] {
    let windows = text.replace('\n', "\r\n");
    let marked = format!("\u{feff}{text}");
    let both = format!("\u{feff}{windows}");
    [text.to_owned(), windows, marked, both]
}

#[test]
fn conditions_in_every_style_and_file() {
    let mut wrong = Vec::new();
    for (fault, message) in FAULTS {
        for (key, indentation) in [("LET", "  "), ("WHEN", ""), ("FLAG", ""), ("CASE", "    ")] {
            // A text that begins with a quote cannot be written plainly.
            let skipped = if fault.starts_with('\'') { PLAIN } else { 0 };
            for written in styles(fault, indentation).into_iter().skip(skipped) {
                for form in forms(&rule(key, &written)) {
                    wrong.extend(expect(&form, message).err());
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} are off, first:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(4)].join("\n\n")
    );
}

#[test]
fn conditions_in_lists() {
    for (fault, message) in FAULTS {
        let double = fault.replace('"', "\\\"");
        for written in [format!("\"{double}\""), format!("'{}'", fault.replace('\'', "''"))] {
            for form in forms(&rule("ALSO", &written)) {
                expect(&form, message).unwrap_or_else(|wrong| panic!("{wrong}"));
            }
        }
    }
}

#[test]
fn expressions_in_messages() {
    let mut wrong = Vec::new();
    let faults =
        FAULTS.iter().map(|(fault, message)| (format!("zoë: {{{{ {{user.name}} {{{fault}}}"), *message));
    let others = [
        ("ä {keys.size()} {▸keys}", "a list of access keys cannot be written out"),
        ("ä {▸user}", "a user cannot be written out"),
        ("ä ▸{user.name", "this `{` is never closed"),
        ("ä {user.name} ▸} b", "this `}` closes nothing"),
        ("ä {▸} b", "`message` is empty"),
        ("ä {counted(user.groups, 'é', ▸us)}", "there is no `us` here"),
    ];
    let others = others.map(|(fault, message)| (fault.to_owned(), message));
    for (fault, message) in faults.chain(others) {
        // A quote that is never closed takes the brace with it.
        let message = if fault.contains("▸'é") { "this `{` is never closed" } else { message };
        let fault = if fault.contains("▸'é") {
            fault.replace('▸', "").replace(" {user.name == 'é", " ▸{user.name == 'é")
        } else {
            fault
        };
        for (key, indentation) in [("MESSAGE", ""), ("REASON", "    ")] {
            let message =
                message.replace("`message`", if key == "MESSAGE" { "`message`" } else { "`cases.why`" });
            for written in styles(&fault, indentation).into_iter().skip(PLAIN) {
                for form in forms(&rule(key, &written)) {
                    wrong.extend(expect(&form, &message).err());
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} are off, first:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(4)].join("\n\n")
    );
}

#[test]
fn values_of_the_wrong_kind() {
    for (key, written, message) in [
        ("WHEN", "▸user.name", "`when` gives a text, not true or false"),
        ("WHEN", "\n  ▸user.access_keys", "`when` gives a list of access keys, not true or false"),
        ("WHEN", "\"▸user\"", "`when` gives a user, not true or false"),
        ("WHEN", ">-\n  ▸user.name", "`when` gives a text, not true or false"),
        ("CASE", "'▸user.name'", "`cases.when` gives a text, not true or false"),
        ("FLAG", "|\n  ▸user.name", "`flag` gives a text, not a record or a list of records"),
        ("ALSO", "'▸user.name'", "`also` gives a text, not a record or a list of records"),
        ("WHEN", "'▸'", "`when` is empty"),
        ("MESSAGE", "▸[a]", "expected string scalar"),
        ("WHEN", "▸{a: b}", "expected string scalar"),
    ] {
        for form in forms(&rule(key, written)) {
            if let Err(wrong) = expect(&form, message) {
                panic!("{wrong}");
            }
        }
    }
}

/// Where an expression is an alias of another one, its text stands at the anchor.
#[test]
fn an_alias_points_at_what_it_stands_for() {
    let text = rule("CASE", "*a")
        .replace("first: user.created", "first: user.created\n  second: &a user.▸nam == 'x'");
    expect(&text, "a record of the kind `user` has no field `nam`").unwrap_or_else(|wrong| panic!("{wrong}"));
}

#[test]
fn what_is_drawn_drives_no_terminal() {
    let text = rule("WHEN", "user.▸nam == 'x'   # \u{202e}").replace("Schlüssel", "Schl\u{202e}");
    let error = RuleSet::default().add_file("rules\u{1b}[31m/own.md", &text.replace(HERE, "")).unwrap_err();
    assert_eq!((error.line, error.column), mark(&text));
    let mut drawn = String::new();
    let theme = miette::GraphicalTheme::unicode_nocolor();
    miette::GraphicalReportHandler::new_themed(theme).render_report(&mut drawn, &error).unwrap();
    assert!(drawn.contains("rules\\u{1b}[31m/own.md"), "{drawn}");
    let is_harmless =
        |character: char| character == '\n' || !character.is_control() && character != '\u{202e}';
    assert!(drawn.chars().all(is_harmless), "{drawn:?}");
    // The mark stands under the field.
    let lines: Vec<&str> = drawn.lines().collect();
    let at = lines.iter().position(|line| line.contains("user.nam")).unwrap();
    let column = |line: &str, text: &str| line[..line.find(text).unwrap()].chars().count();
    assert_eq!(column(lines[at], "nam"), column(lines[at + 1], "─"), "{drawn}");
}
