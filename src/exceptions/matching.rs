//! Which findings the exceptions set aside, and which exceptions set nothing aside.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::finding::{Finding, Origins, Suppressed, Suppression};
use crate::source::{Files, Span};

use super::{Exception, Patterns, Scope};

/// What the exceptions do.
#[derive(Debug, Default)]
pub struct Applied {
    /// Findings that nothing sets aside, in their order.
    pub findings: Vec<Finding>,
    /// Those that are, in their order, each by the first exception that covers it.
    pub suppressed: Vec<Suppressed>,
    /// For each exception, whether a finding is covered by it. One that has expired covers what it would cover.
    pub used: Vec<bool>,
}

/// Sets findings aside. What has expired on a day before `today` does not count.
pub fn apply(findings: Vec<Finding>, exceptions: &[Exception], files: &Files, today: Date) -> Applied {
    if exceptions.is_empty() {
        return Applied { findings, ..Applied::default() };
    }
    let mut of_rule: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, exception) in exceptions.iter().enumerate() {
        for rule in &exception.rules {
            of_rule.entry(rule).or_default().push(index);
        }
    }
    let mut applied = Applied { used: vec![false; exceptions.len()], ..Applied::default() };
    for finding in findings {
        let candidates = of_rule.get(&*finding.rule).map(Vec::as_slice).unwrap_or_default();
        let mut cover = Cover::default();
        let mut first = None;
        for index in candidates {
            let exception = &exceptions[*index];
            let own = cover_of(&finding, &exception.scope, files);
            if own == Cover::default() {
                continue;
            }
            applied.used[*index] = true;
            if !exception.is_expired(today) {
                cover.add(own);
                first = first.or(Some(exception));
            }
        }
        match first.filter(|_| cover.is_enough(&finding.origins)) {
            Some(exception) => {
                let suppression = suppression(exception);
                applied.suppressed.push(Suppressed { finding, suppression });
            }
            None => applied.findings.push(finding),
        }
    }
    applied
}

/// What of a finding is accepted.
#[derive(Debug, Default, PartialEq, Eq)]
struct Cover {
    /// All of it: the user, or what the rule runs over.
    whole: bool,
    /// Those of the things that it points at.
    parts: BTreeSet<usize>,
}

impl Cover {
    fn add(&mut self, other: Self) {
        self.whole |= other.whole;
        self.parts.extend(other.parts);
    }

    /// Whether nothing would be found without what is accepted: what came later was accepted by nobody.
    fn is_enough(&self, origins: &Origins) -> bool {
        let open = origins.flagged.len() - self.parts.len();
        self.whole || open == 0 || (origins.together && open == 1 && !self.parts.is_empty())
    }
}

/// What an exception covers of a finding. Files are told by their paths, for one may have been read more than once.
fn cover_of(finding: &Finding, scope: &Scope, files: &Files) -> Cover {
    let is_in = |span: &Span| match scope {
        Scope::File(path) => files.get(span.file).path == *path,
        Scope::Part(path, range) => range.contains(&span.range().start) && files.get(span.file).path == *path,
        Scope::Patterns(_) | Scope::Nothing => false,
    };
    let parts = finding.origins.flagged.iter().enumerate();
    Cover {
        whole: match scope {
            Scope::Patterns(patterns) => fits(finding, patterns),
            _ => finding.origins.subject.iter().any(is_in),
        },
        parts: parts.filter(|(_, spans)| spans.iter().any(is_in)).map(|(index, _)| index).collect(),
    }
}

fn fits(finding: &Finding, patterns: &Patterns) -> bool {
    let Patterns { user, address, root } = patterns;
    let name = finding.subject.name.as_deref();
    let mut addresses =
        std::iter::once(&finding.subject.address).chain(&finding.addresses).map(String::as_str);
    user.as_ref().is_none_or(|user| name.is_some_and(|name| user.matches(name)))
        && root.as_ref().is_none_or(|root| root.matches(&finding.root))
        && address.as_ref().is_none_or(|pattern| addresses.any(|one| pattern.matches(one)))
}

fn suppression(exception: &Exception) -> Suppression {
    Suppression {
        kind: exception.kind,
        reason: Some(exception.reason.clone()),
        until: exception.until,
        place: Some(exception.place.clone()),
    }
}
