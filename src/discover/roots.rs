//! Which directories of Terraform configuration are roots, and which are only called.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A directory of configuration, and what bears on whether it is a root.
#[derive(Clone, Debug, Default)]
pub struct Candidate {
    /// Canonical directories that its module calls lead to.
    pub calls: Vec<PathBuf>,
    /// Whether it has a backend or a tfvars file of its own: somebody applies it as it stands.
    pub is_applied: bool,
    /// Whether it is a Terragrunt unit: what it calls is applied through it, whatever else speaks for a root.
    pub is_unit: bool,
}

/// The outcome.
#[derive(Debug, Default)]
pub struct Roots {
    /// The roots, in order.
    pub roots: Vec<PathBuf>,
    /// Directories that are only called, with one that calls them.
    pub called: BTreeMap<PathBuf, PathBuf>,
}

/// A root is a directory that no other scanned one calls, or that is applied as it stands. A module that a
/// Terragrunt unit applies is no root beside the unit. Directories that
/// only call one another in a circle would be nobody's: the first of each circle is a root too.
pub fn choose_roots(candidates: &BTreeMap<PathBuf, Candidate>) -> Roots {
    let mut callers: BTreeMap<&PathBuf, &PathBuf> = BTreeMap::new();
    let units = candidates.values().filter(|candidate| candidate.is_unit);
    let through_units: BTreeSet<&PathBuf> = units.flat_map(|unit| &unit.calls).collect();
    for (directory, candidate) in candidates {
        for called in &candidate.calls {
            if called != directory && candidates.contains_key(called) {
                callers.entry(called).or_insert(directory);
            }
        }
    }
    let mut roots: Vec<PathBuf> = candidates
        .iter()
        .filter(|(directory, candidate)| {
            let is_applied = candidate.is_applied && !through_units.contains(directory);
            candidate.is_unit || is_applied || !callers.contains_key(directory)
        })
        .map(|(directory, _)| directory.clone())
        .collect();
    let mut reached: BTreeSet<PathBuf> = BTreeSet::new();
    for root in &roots {
        reach(root, candidates, &mut reached);
    }
    for directory in candidates.keys() {
        if !reached.contains(directory) {
            reach(directory, candidates, &mut reached);
            roots.push(directory.clone());
        }
    }
    roots.sort();
    let called = callers
        .into_iter()
        .filter(|(directory, _)| !roots.contains(directory))
        .map(|(directory, caller)| (directory.clone(), caller.clone()))
        .collect();
    Roots { roots, called }
}

fn reach(from: &Path, candidates: &BTreeMap<PathBuf, Candidate>, reached: &mut BTreeSet<PathBuf>) {
    let mut waiting = vec![from.to_owned()];
    while let Some(directory) = waiting.pop() {
        if !reached.insert(directory.clone()) {
            continue;
        }
        if let Some(candidate) = candidates.get(&directory) {
            waiting.extend(candidate.calls.iter().filter(|called| candidates.contains_key(*called)).cloned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(edges: &[(&str, &[&str], bool)]) -> BTreeMap<PathBuf, Candidate> {
        edges
            .iter()
            .map(|(name, calls, is_applied)| {
                let calls = calls.iter().map(PathBuf::from).collect();
                (PathBuf::from(name), Candidate { calls, is_applied: *is_applied, is_unit: false })
            })
            .collect()
    }

    #[test]
    fn a_called_directory_is_no_root() {
        let roots = choose_roots(&candidates(&[("app", &["mod"], false), ("mod", &[], false)]));
        assert_eq!(roots.roots, [PathBuf::from("app")]);
        assert_eq!(roots.called[&PathBuf::from("mod")], PathBuf::from("app"));
    }

    #[test]
    fn a_called_directory_that_is_applied_is_one() {
        let roots = choose_roots(&candidates(&[("app", &["mod"], false), ("mod", &[], true)]));
        assert_eq!(roots.roots.len(), 2);
    }

    #[test]
    fn what_a_unit_applies_is_no_root_beside_it() {
        let mut all =
            candidates(&[("live/a", &["mod"], false), ("live/b", &["mod"], false), ("mod", &[], true)]);
        for unit in ["live/a", "live/b"] {
            all.get_mut(Path::new(unit)).expect("it was put there").is_unit = true;
        }
        let roots = choose_roots(&all);
        assert_eq!(roots.roots, [PathBuf::from("live/a"), PathBuf::from("live/b")]);
    }

    #[test]
    fn a_circle_is_not_lost() {
        let roots = choose_roots(&candidates(&[("a", &["b"], false), ("b", &["a"], false)]));
        assert_eq!(roots.roots, [PathBuf::from("a")]);
    }
}
