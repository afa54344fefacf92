//! Findings that somebody has looked at and accepted: comments in the code, metadata of templates, entries of the
//! configuration and of the baseline. None of them is silent: what they set aside is kept, with its reason.

mod baseline;
mod commentary;
mod directive;
mod in_code;
mod in_programs;
mod in_templates;
mod matching;
#[cfg(test)]
mod robustness;

pub use baseline::{Baseline, Compared, Entry, by_baseline};
pub use directive::{Fault, Terms};
pub use in_code::read;
pub use matching::{Applied, apply};

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use crate::finding::SuppressionKind;
use crate::source::{AddressPattern, NamePattern, PathPattern, Place};

/// One exception to the rules.
#[derive(Clone, Debug)]
pub struct Exception {
    /// What it is written in.
    pub kind: SuppressionKind,
    /// The rule as it is written: any of its names.
    pub rule: String,
    /// The ids of the rules that have this name.
    pub rules: Vec<Arc<str>>,
    /// Why: one line.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Option<Date>,
    /// What it covers.
    pub scope: Scope,
    /// Where it is written.
    pub place: Place,
}

/// What an exception covers.
#[derive(Clone, Debug)]
pub enum Scope {
    /// Whatever has a place in a file.
    File(Arc<str>),
    /// Whatever has a place that starts in a part of a file: a block, the call of a module, a resource.
    Part(Arc<str>, Range<usize>),
    /// Whatever fits all of the patterns that are given.
    Patterns(Box<Patterns>),
    /// Nothing: it stands above nothing.
    Nothing,
}

/// What a finding must fit; what is not given fits all.
#[derive(Clone, Debug)]
pub struct Patterns {
    /// The user's name.
    pub user: Option<NamePattern>,
    /// The address of the user, or of something that the finding points at.
    pub address: Option<AddressPattern>,
    /// The root.
    pub root: Option<PathPattern>,
}

impl Exception {
    /// Whether it does not count any more.
    pub fn is_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

/// From the name of a rule to the ids that it stands for; what is wrong with the name, and what may be meant.
pub type FindRules<'a> = dyn Fn(&str) -> Result<Vec<Arc<str>>, (String, String)> + 'a;
