//! What becomes of the examples in a rule's text when they are run.

use super::document::{Doubt, Example, Expectation};

/// The languages of examples, and the file that stands for each.
pub const LANGUAGES: [(&str, &str); 4] = [
    ("hcl", "main.tf"),
    ("yaml", "template.yaml"),
    ("json", "template.json"),
    (REPORT_LANGUAGE, REPORT_NAME),
];

/// The language of credential reports, which are looked at by themselves.
pub const REPORT_LANGUAGE: &str = "csv";

/// The file that stands for them.
pub const REPORT_NAME: &str = "report.csv";

/// The moment that ages are counted to in examples, so that they give the same on every day.
pub const NOW_IN_EXAMPLES: &str = "2026-01-01T00:00:00Z";

/// An example, and what the rule makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The example.
    pub example: Example,
    /// What the rule finds, as examples write it; why it could not be run, otherwise.
    pub found: Result<Vec<String>, String>,
}

/// A rule, and what its examples give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedRule {
    /// Id.
    pub id: String,
    /// The rule file, as it was named.
    pub file: String,
    /// Its examples, in order.
    pub trials: Vec<Trial>,
    /// Of `flagged` and `clean`, those that it has no example of.
    pub lacks: Vec<Expectation>,
    /// What looks like an example and is none.
    pub doubts: Vec<Doubt>,
}

impl Trial {
    /// Whether the example gives what the file says.
    pub fn passes(&self) -> bool {
        let has_its_kind = match self.example.expectation {
            Expectation::Flagged => !self.example.expected_output.is_empty(),
            Expectation::Clean => true,
        };
        has_its_kind && self.found.as_ref() == Ok(&self.example.expected_output)
    }

    /// What the file is to say under the example, where it says something else and that can be mended by writing it
    /// down: a flagged example in which the rule finds something.
    pub fn output_to_write(&self) -> Option<&[String]> {
        let found = self.found.as_ref().ok()?;
        let is_flagged = self.example.expectation == Expectation::Flagged;
        (is_flagged && !found.is_empty() && *found != self.example.expected_output).then_some(found)
    }
}

impl TriedRule {
    /// A rule and its trials.
    pub fn new(id: &str, file: &str, trials: Vec<Trial>, doubts: Vec<Doubt>) -> Self {
        let has = |expectation| trials.iter().any(|trial: &Trial| trial.example.expectation == expectation);
        let lacks = [Expectation::Flagged, Expectation::Clean];
        let lacks = lacks.into_iter().filter(|expectation| !has(*expectation)).collect();
        Self { id: id.to_owned(), file: file.to_owned(), trials, lacks, doubts }
    }

    /// Whether nothing is wrong with it.
    pub fn passes(&self) -> bool {
        self.lacks.is_empty() && self.doubts.is_empty() && self.trials.iter().all(Trial::passes)
    }
}

/// The text of a rule file with what its examples give written under them.
pub fn with_outputs(text: &str, trials: &[Trial]) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for trial in trials {
        let Some(output) = trial.output_to_write() else { continue };
        let written = output.iter().flat_map(|line| [line.as_str(), ending]);
        match &trial.example.output_lines {
            Some(replaced) => {
                out.extend(lines[copied..replaced.start - 1].iter().copied());
                out.extend(written);
                copied = replaced.end - 1;
            }
            None => {
                let closing = trial.example.closing_line;
                out.extend(lines[copied..closing].iter().copied());
                if !out.ends_with('\n') {
                    out.push_str(ending);
                }
                out.extend([ending, "```text", ending].into_iter().chain(written).chain(["```", ending]));
                copied = closing;
            }
        }
    }
    out.extend(lines[copied..].iter().copied());
    out
}

#[cfg(test)]
mod tests {
    use super::{Trial, TriedRule, with_outputs};
    use crate::rules::document::{Expectation, examples};

    const FILE: &str = "## Examples\n\n```hcl flagged\na\n```\n\nwords\n\n```text\n1:1 low old\n1:2 low old\n```\n\n```hcl clean\nb\n```\n\n```yaml flagged\nc\n```";

    fn trials(text: &str, found: &str) -> Vec<Trial> {
        let found = |expectation| match expectation {
            Expectation::Flagged => Ok(vec![found.to_owned()]),
            Expectation::Clean => Ok(Vec::new()),
        };
        let examples = examples(text, 1).into_iter();
        examples.map(|example| Trial { found: found(example.expectation), example }).collect()
    }

    #[test]
    fn outputs_are_written_where_they_belong() {
        for text in [FILE.to_owned(), FILE.replace('\n', "\r\n")] {
            let written = with_outputs(&text, &trials(&text, "1:1 low new"));
            let expected =
                FILE.replace("1:1 low old\n1:2 low old", "1:1 low new") + "\n\n```text\n1:1 low new\n```\n";
            assert_eq!(written.replace("\r\n", "\n"), expected);
            assert_eq!(written.contains("\r\n"), text.contains("\r\n"));
            assert_eq!(
                written.matches('\r').count(),
                if text.contains('\r') { written.lines().count() } else { 0 }
            );
            let again = trials(&written, "1:1 low new");
            assert!(again.iter().all(Trial::passes), "{again:?}");
            assert_eq!(with_outputs(&written, &again), written);
        }
    }

    #[test]
    fn nothing_is_written_that_would_make_a_failure_right() {
        let mut trials = trials(FILE, "1:1 low new");
        trials[0].found = Ok(Vec::new());
        trials[1].found = Ok(vec!["1:1 low surprise".to_owned()]);
        trials[2].found = Err("not read".to_owned());
        assert_eq!(with_outputs(FILE, &trials), FILE);
        assert!(trials.iter().all(|trial| !trial.passes()));
    }

    #[test]
    fn both_kinds_of_examples_are_due() {
        let tried = |text: &str| TriedRule::new("a", "a.md", trials(text, "x"), Vec::new());
        assert!(tried(FILE).lacks.is_empty());
        assert_eq!(tried("").lacks, [Expectation::Flagged, Expectation::Clean]);
        assert_eq!(tried("```hcl clean\n```\n").lacks, [Expectation::Flagged]);
        // What is found has to be written down, and an example that gives nothing shows nothing.
        let mut silent = tried("```hcl flagged\na\n```\n");
        silent.trials[0].found = Ok(Vec::new());
        assert!(!silent.trials[0].passes());
    }
}
