//! What the examples in rule files gave, for the author of the rules.

use anstyle::{AnsiColor, Style};

use super::inert;
use super::wording::counted;
use crate::rules::{Expectation, Trial, TriedRule};

/// Findings shown of one side of a difference.
const MAX_SHOWN: usize = 20;

/// How the trials are shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct TrialOptions {
    /// With styles.
    pub color: bool,
    /// Only what fails.
    pub quiet: bool,
}

/// Each rule with each example, what fails explained, and a line that counts. `broken`: how many files are no rules.
pub fn text(rules: &[TriedRule], broken: usize, options: TrialOptions) -> String {
    let mut page = Page { out: String::new(), options };
    for rule in rules.iter().filter(|rule| !options.quiet || !rule.passes()) {
        page.rule(rule);
    }
    if !options.quiet {
        page.summary(rules, broken);
    }
    page.out
}

struct Page {
    out: String,
    options: TrialOptions,
}

impl Page {
    fn rule(&mut self, rule: &TriedRule) {
        let id = self.painted(&inert(&rule.id), Style::new().bold());
        self.line(0, &id);
        for trial in &rule.trials {
            let Trial { example, .. } = trial;
            let passes = trial.passes();
            if passes && self.options.quiet {
                continue;
            }
            let kind = format!("{} {}", inert(&example.language), word(example.expectation));
            self.verdict(passes, &rule.file, example.line, &kind);
            if !passes {
                self.reason(trial);
            }
        }
        for doubt in &rule.doubts {
            self.verdict(false, &rule.file, doubt.line, &inert(&doubt.message));
            self.line(4, doubt.help);
        }
        for lacking in &rule.lacks {
            let what = format!("there is no {} example", word(*lacking));
            self.verdict(false, &rule.file, 0, &what);
            self.line(4, match lacking {
                Expectation::Flagged => "add a block ```hcl flagged, or yaml, with a program in which the rule finds something",
                Expectation::Clean => "add a block ```hcl clean, or yaml, with a program that is nearly the same and right",
            });
        }
    }

    fn verdict(&mut self, passes: bool, file: &str, line: usize, what: &str) {
        let (word, style) = match passes {
            true => ("ok    ", AnsiColor::Green.on_default()),
            false => ("FAILED", AnsiColor::Red.on_default().bold()),
        };
        let word = self.painted(word, style);
        let place = if line > 0 { format!(":{line}") } else { String::new() };
        self.line(2, &format!("{word}  {}{place}  {what}", inert(file)));
    }

    fn reason(&mut self, trial: &Trial) {
        let expected = &trial.example.expected_output;
        let found = match &trial.found {
            Ok(found) => found,
            Err(why) => {
                self.line(4, &inert(why));
                self.line(4, "mend the example: what cannot be read shows nothing about the rule");
                return;
            }
        };
        match (trial.example.expectation, found.is_empty(), expected.is_empty()) {
            (Expectation::Clean, ..) => {
                self.line(4, "the rule is to find nothing here, and finds:");
                self.side("+", found, AnsiColor::Green);
                self.line(4, "narrow the condition, or mark the example `flagged`");
            }
            (Expectation::Flagged, true, _) => {
                self.line(4, "the rule is to find something here, and finds nothing");
                self.side("-", expected, AnsiColor::Red);
                self.line(4, "widen the condition, or mark the example `clean`");
            }
            (Expectation::Flagged, false, true) => {
                self.line(4, "what the rule finds is not written under the example:");
                self.side("+", found, AnsiColor::Green);
                self.line(4, "look whether it is right, and write it there with --update");
            }
            (Expectation::Flagged, false, false) => {
                self.line(4, "the rule finds something else (+) than is written under the example (-):");
                self.difference(expected, found);
                self.line(4, "mend the rule, or write what it finds there with --update");
            }
        }
    }

    /// What both have at the start and at the end, and between them what was expected, then what is found.
    fn difference(&mut self, expected: &[String], found: &[String]) {
        let alike =
            |pairs: &mut dyn Iterator<Item = (&String, &String)>| pairs.take_while(|(a, b)| a == b).count();
        let start = alike(&mut expected.iter().zip(found));
        let end = alike(&mut expected[start..].iter().rev().zip(found[start..].iter().rev()));
        self.same(&expected[..start]);
        self.side("-", &expected[start..expected.len() - end], AnsiColor::Red);
        self.side("+", &found[start..found.len() - end], AnsiColor::Green);
        self.same(&expected[expected.len() - end..]);
    }

    fn same(&mut self, lines: &[String]) {
        self.listed(" ", lines, Style::new());
    }

    fn side(&mut self, sign: &str, lines: &[String], color: AnsiColor) {
        self.listed(sign, lines, color.on_default());
    }

    fn listed(&mut self, sign: &str, lines: &[String], style: Style) {
        for line in lines.iter().take(MAX_SHOWN) {
            let shown = self.painted(&format!("{sign} {}", inert(line)), style);
            self.line(6, &shown);
        }
        if lines.len() > MAX_SHOWN {
            self.line(6, &format!("{sign} … and {} more", lines.len() - MAX_SHOWN));
        }
    }

    fn summary(&mut self, rules: &[TriedRule], broken: usize) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        let examples: usize = rules.iter().map(|rule| rule.trials.len()).sum();
        let failed = rules.iter().filter(|rule| !rule.passes()).count();
        let mut words = vec![format!(
            "{} with {}",
            counted(rules.len(), "rule", "rules"),
            counted(examples, "example", "examples")
        )];
        words.push(match failed {
            0 => "all ok".to_owned(),
            _ => format!("{} failed", counted(failed, "rule", "rules")),
        });
        if broken > 0 {
            words.push(format!("{} could not be read", counted(broken, "file", "files")));
        }
        let words = words.join(", ").replacen(", ", ": ", 1);
        self.line(0, &words);
    }

    fn line(&mut self, indentation: usize, text: &str) {
        self.out.push_str(&" ".repeat(indentation));
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn painted(&self, text: &str, style: Style) -> String {
        if self.options.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

fn word(expectation: Expectation) -> &'static str {
    match expectation {
        Expectation::Flagged => "flagged",
        Expectation::Clean => "clean",
    }
}
