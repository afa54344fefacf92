//! Which findings were known before: in a baseline, or in the tree that a change started from.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Confidence, Finding, Severity};

/// What tells one finding from another, whatever its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity<'a> {
    /// [`Finding::fingerprint`].
    pub fingerprint: &'a str,
    /// [`Finding::fingerprint_in_root`].
    pub fingerprint_in_root: &'a str,
    /// [`Finding::root`].
    pub root: &'a str,
    /// [`Finding::confidence`].
    pub confidence: Confidence,
    /// [`Finding::rule`].
    pub rule: &'a str,
    /// [`Finding::severity`], as the rule has it.
    pub severity: Severity,
    /// Address of its subject.
    pub subject: &'a str,
    /// The name of its subject, where it is known: another name is another user, whatever its address.
    pub name: Option<&'a str>,
    /// [`Finding::addresses`].
    pub addresses: &'a [String],
}

impl Identity<'_> {
    /// Whether it points at a part of what another one of the same rule, root and user points at: one of three keys is
    /// gone, and two are left.
    pub fn is_part_of(&self, more: &Identity<'_>) -> bool {
        self.rule == more.rule
            && self.severity == more.severity
            && self.root == more.root
            && self.subject == more.subject
            && self.name == more.name
            && !self.addresses.is_empty()
            && self.addresses.len() < more.addresses.len()
            && self.addresses.iter().all(|address| more.addresses.contains(address))
    }
}

impl Finding {
    /// What tells it from others.
    pub fn identity(&self) -> Identity<'_> {
        Identity {
            fingerprint: &self.fingerprint,
            fingerprint_in_root: &self.fingerprint_in_root,
            root: &self.root,
            confidence: self.confidence,
            rule: &self.rule,
            severity: self.severity,
            subject: &self.subject.address,
            name: self.subject.name.as_deref(),
            addresses: &self.addresses,
        }
    }
}

/// For each finding, the known one that it is, each at most once.
///
/// One that was only possible does not stand for one that is certain: that is new. Where a root has been moved or renamed
/// (`is_gone` says that a known one is not there any more, `is_new` that another one was not there before), findings are
/// told by their addresses in it. One that points at less than a known one did is no new one.
pub fn match_known(
    known: &[Identity<'_>],
    found: &[Identity<'_>],
    is_gone: impl Fn(&str) -> bool,
    is_new: impl Fn(&str) -> bool,
) -> Vec<Option<usize>> {
    let mut matches = vec![None; found.len()];
    pair(known, found, &mut matches, |identity| identity.fingerprint, |_| true, |_| true);
    pair(
        known,
        found,
        &mut matches,
        |identity| identity.fingerprint_in_root,
        |known| is_gone(known.root),
        |found| is_new(found.root),
    );
    pair_parts(known, found, &mut matches);
    matches
}

/// Pairs what points at less than it did.
fn pair_parts(known: &[Identity<'_>], found: &[Identity<'_>], matches: &mut [Option<usize>]) {
    let mut left: BTreeMap<(&str, &str, &str), Vec<usize>> = BTreeMap::new();
    let taken: BTreeSet<usize> = matches.iter().flatten().copied().collect();
    for (index, one) in known.iter().enumerate().filter(|(index, _)| !taken.contains(index)) {
        left.entry((one.rule, one.root, one.subject)).or_default().push(index);
    }
    for (slot, one) in matches.iter_mut().zip(found).filter(|(slot, _)| slot.is_none()) {
        let Some(candidates) = left.get_mut(&(one.rule, one.root, one.subject)) else { continue };
        let is_more =
            |index: &usize| one.is_part_of(&known[*index]) && one.confidence <= known[*index].confidence;
        *slot = candidates.iter().position(is_more).map(|place| candidates.remove(place));
    }
}

/// Pairs what has the same key and is not paired yet, in the order in which it stands.
fn pair<'a>(
    known: &[Identity<'a>],
    found: &[Identity<'a>],
    matches: &mut [Option<usize>],
    key: impl Fn(&Identity<'a>) -> &'a str,
    may_be_known: impl Fn(&Identity<'a>) -> bool,
    may_be_found: impl Fn(&Identity<'a>) -> bool,
) {
    let mut is_taken = vec![false; known.len()];
    matches.iter().flatten().for_each(|index| is_taken[*index] = true);
    let mut waiting: BTreeMap<(&str, Option<&str>, Confidence), VecDeque<usize>> = BTreeMap::new();
    for (index, identity) in known.iter().enumerate() {
        if !is_taken[index] && may_be_known(identity) {
            waiting.entry((key(identity), identity.name, identity.confidence)).or_default().push_back(index);
        }
    }
    // A certain one needs a certain one; a possible one takes what is left over.
    for (as_found, as_known) in [
        (Confidence::Certain, Confidence::Certain),
        (Confidence::Possible, Confidence::Possible),
        (Confidence::Possible, Confidence::Certain),
    ] {
        for (slot, identity) in matches.iter_mut().zip(found) {
            if slot.is_none() && identity.confidence == as_found && may_be_found(identity) {
                *slot =
                    waiting.get_mut(&(key(identity), identity.name, as_known)).and_then(VecDeque::pop_front);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CERTAIN: Confidence = Confidence::Certain;
    const POSSIBLE: Confidence = Confidence::Possible;

    /// `root address`, of which the fingerprints are made here.
    fn identity(text: &'static str, confidence: Confidence) -> Identity<'static> {
        let (root, address) = text.split_once(' ').unwrap();
        Identity {
            fingerprint: text,
            fingerprint_in_root: address,
            root,
            confidence,
            rule: "rule",
            severity: Severity::Medium,
            subject: "user",
            name: None,
            addresses: &[],
        }
    }

    fn matched(
        known: &[Identity<'_>],
        found: &[Identity<'_>],
        gone: &[&str],
        new: &[&str],
    ) -> Vec<Option<usize>> {
        match_known(known, found, |root| gone.contains(&root), |root| new.contains(&root))
    }

    #[test]
    fn each_known_one_stands_for_one() {
        let one = identity("prod a", CERTAIN);
        assert_eq!(matched(&[one], &[one, one], &[], &[]), [Some(0), None]);
        assert_eq!(matched(&[one, one], &[one], &[], &[]), [Some(0)]);
        assert_eq!(matched(&[], &[one], &[], &[]), [None]);
        assert_eq!(matched(&[identity("dev a", CERTAIN)], &[one], &[], &[]), [None], "another root");
    }

    #[test]
    fn a_possible_one_does_not_stand_for_a_certain_one() {
        let (certain, possible) = (identity("prod a", CERTAIN), identity("prod a", POSSIBLE));
        assert_eq!(matched(&[possible], &[certain], &[], &[]), [None]);
        assert_eq!(matched(&[certain], &[possible], &[], &[]), [Some(0)]);
        assert_eq!(matched(&[certain, possible], &[possible, certain], &[], &[]), [Some(1), Some(0)]);
        assert_eq!(matched(&[possible, certain], &[possible, possible], &[], &[]), [Some(0), Some(1)]);
    }

    #[test]
    fn a_root_that_was_moved_is_known_by_its_addresses() {
        let known = [identity("old a", CERTAIN), identity("old b", CERTAIN)];
        let found = [identity("new a", CERTAIN), identity("new c", CERTAIN)];
        assert_eq!(matched(&known, &found, &["old"], &["new"]), [Some(0), None]);
        assert_eq!(matched(&known, &found, &[], &["new"]), [None, None], "the old one is still there");
        assert_eq!(matched(&known, &found, &["old"], &[]), [None, None], "the new one was there before");
        let both = [identity("old a", CERTAIN), found[0], found[0]];
        assert_eq!(matched(&known, &both, &["old"], &["new"]), [Some(0), None, None], "each once");
    }

    #[test]
    fn another_name_is_another_user() {
        let known = Identity { name: Some("alice"), ..identity("old a", CERTAIN) };
        let found = Identity { name: Some("bob"), ..known };
        assert_eq!(matched(&[known], &[found], &[], &[]), [None]);
        let moved = Identity { fingerprint: "new a", root: "new", ..known };
        assert_eq!(matched(&[known], &[moved], &["old"], &["new"]), [Some(0)]);
        let other = Identity { name: Some("bob"), ..moved };
        assert_eq!(matched(&[known], &[other], &["old"], &["new"]), [None]);
    }

    #[test]
    fn one_that_points_at_less_is_no_new_one() {
        let addresses = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let three = Identity { addresses: &addresses, ..identity("prod abc", CERTAIN) };
        let two = Identity { addresses: &addresses[..2], ..identity("prod ab", CERTAIN) };
        let one = Identity { addresses: &addresses[2..], ..identity("prod c", CERTAIN) };
        assert_eq!(matched(&[three], &[two], &[], &[]), [Some(0)]);
        assert_eq!(matched(&[three], &[two, one], &[], &[]), [Some(0), None], "each once");
        assert_eq!(matched(&[two], &[three], &[], &[]), [None], "more is new");
        assert_eq!(matched(&[two], &[one], &[], &[]), [None], "another one is new");
        let possible = Identity { confidence: POSSIBLE, ..three };
        assert_eq!(matched(&[possible], &[two], &[], &[]), [None]);
        let elsewhere = Identity { subject: "other", ..three };
        assert_eq!(matched(&[elsewhere], &[two], &[], &[]), [None]);
    }
}
