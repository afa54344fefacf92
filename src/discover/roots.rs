//! Which directories of Terraform configuration are roots, and which are only called.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::path::PathBuf;

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
    // By number from here on: comparing paths part by part is slow.
    let directories: Vec<(&PathBuf, &Candidate)> = candidates.iter().collect();
    let numbers: HashMap<&OsStr, usize> = directories
        .iter()
        .enumerate()
        .map(|(number, (directory, _))| (directory.as_os_str(), number))
        .collect();
    let numbers_of = |candidate: &Candidate| -> Vec<usize> {
        candidate.calls.iter().filter_map(|called| numbers.get(called.as_os_str()).copied()).collect()
    };
    let calls: Vec<Vec<usize>> = directories.iter().map(|(_, candidate)| numbers_of(candidate)).collect();
    let mut callers: BTreeMap<usize, usize> = BTreeMap::new();
    for (caller, called) in calls.iter().enumerate() {
        for called in called.iter().filter(|called| **called != caller) {
            callers.entry(*called).or_insert(caller);
        }
    }
    let units = (0..directories.len()).filter(|number| directories[*number].1.is_unit);
    let through_units: HashSet<usize> = units.flat_map(|unit| calls[unit].iter().copied()).collect();
    let mut roots: BTreeSet<usize> = (0..directories.len())
        .filter(|number| {
            let candidate = directories[*number].1;
            let is_applied = candidate.is_applied && !through_units.contains(number);
            candidate.is_unit || is_applied || !callers.contains_key(number)
        })
        .collect();
    let mut reached = vec![false; directories.len()];
    for root in &roots {
        reach(*root, &calls, &mut reached);
    }
    for number in 0..directories.len() {
        if !reached[number] {
            reach(number, &calls, &mut reached);
            roots.insert(number);
        }
    }
    let directory = |number: usize| directories[number].0.clone();
    let called = callers.into_iter().filter(|(called, _)| !roots.contains(called));
    let called = called.map(|(called, caller)| (directory(called), directory(caller))).collect();
    Roots { roots: roots.into_iter().map(directory).collect(), called }
}

fn reach(from: usize, calls: &[Vec<usize>], reached: &mut [bool]) {
    let mut waiting = vec![from];
    while let Some(number) = waiting.pop() {
        if !std::mem::replace(&mut reached[number], true) {
            waiting.extend(&calls[number]);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

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
