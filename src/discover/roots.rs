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
}

/// The outcome.
#[derive(Debug, Default)]
pub struct Roots {
    /// The roots, in order.
    pub roots: Vec<PathBuf>,
    /// Directories that are only called, with one that calls them.
    pub called: BTreeMap<PathBuf, PathBuf>,
}

/// A root is a directory that no other scanned one calls, or that is applied as it stands. Directories that
/// only call one another in a circle would be nobody's: the first of each circle is a root too.
pub fn choose_roots(candidates: &BTreeMap<PathBuf, Candidate>) -> Roots {
    let mut callers: BTreeMap<&PathBuf, &PathBuf> = BTreeMap::new();
    for (directory, candidate) in candidates {
        for called in &candidate.calls {
            if called != directory && candidates.contains_key(called) {
                callers.entry(called).or_insert(directory);
            }
        }
    }
    let mut roots: Vec<PathBuf> = candidates
        .iter()
        .filter(|(directory, candidate)| candidate.is_applied || !callers.contains_key(directory))
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
                (PathBuf::from(name), Candidate { calls, is_applied: *is_applied })
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
    fn a_circle_is_not_lost() {
        let roots = choose_roots(&candidates(&[("a", &["b"], false), ("b", &["a"], false)]));
        assert_eq!(roots.roots, [PathBuf::from("a")]);
    }
}
