//! Which findings the exceptions set aside, and which exceptions set nothing aside.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::finding::{Finding, Suppressed, Suppression};
use crate::source::{Files, Place};

use super::{Exception, Scope};

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
    let mut of_rule: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, exception) in exceptions.iter().enumerate() {
        for rule in &exception.rules {
            of_rule.entry(rule).or_default().push(index);
        }
    }
    let mut applied = Applied { used: vec![false; exceptions.len()], ..Applied::default() };
    for finding in findings {
        let candidates = of_rule.get(&*finding.rule).map(Vec::as_slice).unwrap_or_default();
        let covering: Vec<usize> = if candidates.is_empty() {
            Vec::new()
        } else {
            let places = Places::of(&finding, files);
            let covers = |index: &&usize| places.are_covered(&exceptions[**index].scope);
            candidates.iter().filter(covers).copied().collect()
        };
        for index in &covering {
            applied.used[*index] = true;
        }
        let first = covering.iter().map(|index| &exceptions[*index]).find(|one| !one.is_expired(today));
        match first {
            Some(exception) => {
                let suppression = suppression(exception);
                applied.suppressed.push(Suppressed { finding, suppression });
            }
            None => applied.findings.push(finding),
        }
    }
    applied
}

fn suppression(exception: &Exception) -> Suppression {
    Suppression {
        kind: exception.kind,
        reason: Some(exception.reason.clone()),
        until: exception.until,
        place: Some(exception.place.clone()),
    }
}

/// Where a finding points, in paths: one file may have been read more than once.
struct Places<'f> {
    finding: &'f Finding,
    starts: Vec<(Arc<str>, usize)>,
}

impl<'f> Places<'f> {
    fn of(finding: &'f Finding, files: &Files) -> Self {
        let places = std::iter::once(&finding.primary).chain(&finding.related).chain(&finding.trail);
        let start = |place: &Place| (Arc::clone(&files.get(place.span.file).path), place.span.range().start);
        Self { finding, starts: places.map(start).collect() }
    }

    fn are_covered(&self, scope: &Scope) -> bool {
        match scope {
            Scope::File(path) => self.starts.iter().any(|(file, _)| file == path),
            Scope::Part(path, range) => {
                self.starts.iter().any(|(file, start)| file == path && range.contains(start))
            }
            Scope::Patterns(patterns) => {
                let super::Patterns { user, address, root } = &**patterns;
                let name = self.finding.subject.name.as_deref();
                let mut addresses = std::iter::once(&*self.finding.subject.address)
                    .chain(self.finding.addresses.iter().map(String::as_str));
                user.as_ref().is_none_or(|user| name.is_some_and(|name| user.matches(name)))
                    && root.as_ref().is_none_or(|root| root.matches(&self.finding.root))
                    && address.as_ref().is_none_or(|pattern| addresses.any(|one| pattern.matches(one)))
            }
            Scope::Nothing => false,
        }
    }
}
