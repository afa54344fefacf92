//! Rule files, their conditions, and their evaluation over the graph.
//!
//! A rule is one Markdown file: its front matter says when it speaks and what it says, its text is the
//! documentation, the examples in the text are its tests. Ours are under `rules/` and compiled in; a user's own
//! are read the same way. `rules/README.md` documents the format.

/// The record that a condition sees: the interface to the graph.
pub mod record;
// A rule file, from its text to what can be evaluated.
mod document;
mod front_matter;
mod quick;
mod rule;
mod trial;
// The language of its expressions.
mod check;
mod expression;
mod functions;
mod language;
mod shape;
mod template;
// Rules over records, and over the graph.
mod evaluate;
mod fingerprint;
mod judge;
mod judge_exceptions;
mod live;
mod neighbourhood;
/// The parts of `rules/README.md` that are generated.
pub mod reference;
// What can be wrong, and what was meant.
mod error;
mod names;

pub use document::{Doubt, Example, Expectation, HEADINGS, doubts, examples, headings};
pub use error::{EvaluationError, RuleError};
pub use evaluate::{Hit, evaluate, evaluate_account, evaluate_exception};
pub use front_matter::{Precision, SubjectKind};
pub use judge::{Verdict, judge};
pub use judge_exceptions::judge_exceptions;
pub use names::closest;
pub use rule::{Control, Rule};
pub use trial::{LANGUAGES, NOW_IN_EXAMPLES, REPORT_LANGUAGE, REPORT_NAME, Trial, TriedRule, with_outputs};

use crate::finding::Severity;

/// Our rule files: name and text, in the order of their names.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rule_files.rs"));

/// Whether a rule of that id comes with the program.
pub fn is_built_in(id: &str) -> bool {
    FILES.iter().any(|(name, _)| *name == id)
}

/// The rules of a run: ours, and a user's own.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
}

impl RuleSet {
    /// The rules that come with the program, in the order of their ids.
    ///
    /// # Errors
    ///
    /// A rule file that cannot be used. The tests read every file, so this does not happen in a build that
    /// passed them.
    pub fn built_in() -> Result<Self, RuleError> {
        let mut set = Self::default();
        for (name, text) in FILES {
            let name = format!("rules/{name}.md");
            set.add(&name, text, Rule::read_own(&name, text)?)?;
        }
        Ok(set)
    }

    /// Adds a rule file. `name` is its path, for errors; its last part is the rule's id and `.md`.
    ///
    /// # Errors
    ///
    /// A file that cannot be used, or an id that is taken.
    pub fn add_file(&mut self, name: &str, text: &str) -> Result<(), RuleError> {
        self.add(name, text, Rule::read(name, text)?)
    }

    fn add(&mut self, name: &str, text: &str, rule: Rule) -> Result<(), RuleError> {
        if self.rules.iter().any(|known| known.id == rule.id) {
            let source_text = std::sync::Arc::new(miette::NamedSource::new(name, text.to_owned()));
            return Err(RuleError::new(&source_text, 0, format!("there is a rule `{}` already", rule.id))
                .with_help(
                    "choose another id for this rule, and leave out the other one where it is in the way",
                ));
        }
        self.rules.push(rule);
        Ok(())
    }

    /// The rules, ours first, each group in the order in which it was added.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Gives all findings of a rule a severity, in place of its own.
    pub fn set_severity(&mut self, id: &str, severity: Severity) {
        for rule in self.rules.iter_mut().filter(|rule| rule.id == id) {
            rule.configured_severity = Some(severity);
        }
    }

    /// The rules of a name: an id, a control (`CIS-1.13`; `CIS-1.4/1.13` for one version alone) or the name
    /// of the same check in another tool. Case does not count. Empty when no rule has the name.
    pub fn find(&self, name: &str) -> Vec<&Rule> {
        let is_meant = |rule: &&Rule| rule.names().iter().any(|known| known.eq_ignore_ascii_case(name));
        self.rules.iter().filter(is_meant).collect()
    }

    /// The ids nearest to a name that no rule has, nearest first, at most three. A name of another tool that
    /// is near stands for the rule's id.
    pub fn suggestions(&self, name: &str) -> Vec<&str> {
        let mut known: Vec<(String, &str)> = Vec::new();
        for rule in &self.rules {
            known.extend(rule.names().into_iter().map(|name| (name, rule.id.as_str())));
        }
        let all: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
        let mut ids: Vec<&str> = Vec::new();
        for near in names::closest(name, &all) {
            let owner = known.iter().find(|(name, _)| name == near).map(|(_, id)| *id);
            ids.extend(owner.filter(|id| !ids.contains(id)));
        }
        ids
    }
}
