//! Versions and version constraints of modules, as Terraform compares them: `~> 5.30`, `>= 4, != 4.2.0, < 6`.

use std::cmp::Ordering;

/// A constraint with more clauses or a version with more parts is nobody's writing.
const MAX_PARTS: usize = 64;

/// A version: numbers, and a prerelease when there is one. What follows a `+` does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// At least three.
    numbers: Vec<u64>,
    /// How many of them are written: `~> 1.2` and `~> 1.2.0` are not the same.
    written: usize,
    prerelease: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Pessimistic,
}

/// Clauses that must all hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionConstraint {
    clauses: Vec<(Operator, Version)>,
}

impl Version {
    /// A version with or without a leading `v`; `None` when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split_once('+').map_or(text, |(version, _)| version);
        let (numbers, prerelease) = text.split_once('-').unwrap_or((text, ""));
        let is_prerelease = |character: char| character.is_ascii_alphanumeric() || "-.~".contains(character);
        if !prerelease.chars().all(is_prerelease) || text.ends_with('-') {
            return None;
        }
        let mut numbers = numbers
            .split('.')
            .take(MAX_PARTS)
            .map(|number| {
                let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
                if is_number { number.parse().ok() } else { None }
            })
            .collect::<Option<Vec<u64>>>()?;
        let written = numbers.len();
        numbers.resize(written.max(3), 0);
        Some(Self { numbers, written, prerelease: prerelease.to_owned() })
    }

    /// A release of three numbers.
    pub fn release(major: u64, minor: u64, patch: u64) -> Self {
        Self { numbers: vec![major, minor, patch], written: 3, prerelease: String::new() }
    }

    /// The release after this one: the smallest that is greater.
    fn next(&self) -> Self {
        let mut next = Self { prerelease: String::new(), ..self.clone() };
        if self.prerelease.is_empty()
            && let Some(last) = next.numbers.last_mut()
        {
            *last = last.saturating_add(1);
        }
        next
    }

    fn compare(&self, other: &Self) -> Ordering {
        let length = self.numbers.len().max(other.numbers.len());
        let number = |version: &Self, at: usize| version.numbers.get(at).copied().unwrap_or(0);
        (0..length)
            .map(|at| number(self, at).cmp(&number(other, at)))
            .find(|order| order.is_ne())
            .unwrap_or_else(|| compare_prereleases(&self.prerelease, &other.prerelease))
    }
}

/// None is greater than any; part by part, numbers below words and by value.
fn compare_prereleases(left: &str, right: &str) -> Ordering {
    match (left.is_empty(), right.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(left), Some(right)) => match (left.parse::<u64>(), right.parse::<u64>()) {
                (Ok(left), Ok(right)) => left.cmp(&right),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => left.cmp(right),
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

impl VersionConstraint {
    /// Clauses separated by commas; `None` when one of them is none.
    pub fn parse(text: &str) -> Option<Self> {
        let clauses = text.split(',').take(MAX_PARTS).map(clause).collect::<Option<Vec<_>>>()?;
        Some(Self { clauses })
    }

    /// Exactly that version.
    pub fn exactly(version: Version) -> Self {
        Self { clauses: vec![(Operator::Equal, version)] }
    }

    /// Whether a version satisfies every clause.
    pub fn admits(&self, version: &Version) -> bool {
        self.clauses.iter().all(|(operator, bound)| holds(*operator, version, bound))
    }

    /// Whether it admits some version from `from` on and below `below`. What a clause admits starts at its
    /// own version or just after it, so these and `from` are the only ones to try.
    pub fn admits_some(&self, from: &Version, below: &Version) -> bool {
        let starts = self.clauses.iter().flat_map(|(_, bound)| [bound.clone(), bound.next()]);
        let is_within = |version: &Version| version.compare(from).is_ge() && version.compare(below).is_lt();
        std::iter::once(from.clone())
            .chain(starts)
            .any(|version| is_within(&version) && self.admits(&version))
    }
}

fn clause(text: &str) -> Option<(Operator, Version)> {
    let text = text.trim();
    let operators = [
        ("~>", Operator::Pessimistic),
        (">=", Operator::GreaterOrEqual),
        ("<=", Operator::LessOrEqual),
        ("!=", Operator::NotEqual),
        ("=", Operator::Equal),
        (">", Operator::Greater),
        ("<", Operator::Less),
    ];
    let (operator, version) = operators
        .iter()
        .find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)))
        .unwrap_or((Operator::Equal, text));
    Some((operator, Version::parse(version)?))
}

fn holds(operator: Operator, version: &Version, bound: &Version) -> bool {
    let order = version.compare(bound);
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        _ if !is_comparable(version, bound) => false,
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Pessimistic => {
            // A bound that is a prerelease admits only prereleases.
            (bound.prerelease.is_empty() || !version.prerelease.is_empty())
                && order.is_ge()
                && version.numbers.len() >= bound.numbers.len()
                && version.numbers.iter().zip(&bound.numbers).take(bound.written - 1).all(|(a, b)| a == b)
        }
    }
}

/// A prerelease is only in a range that starts or ends with a prerelease of the same release.
fn is_comparable(version: &Version, bound: &Version) -> bool {
    version.prerelease.is_empty() || (!bound.prerelease.is_empty() && version.numbers == bound.numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(constraint: &str, version: &str) -> bool {
        VersionConstraint::parse(constraint).unwrap().admits(&Version::parse(version).unwrap())
    }

    /// What `terraform validate` 1.11.4 says to each of these as its own `required_version`.
    #[test]
    fn what_terraform_1_11_4_says_to_constraints_on_itself() {
        for (constraint, expected) in [
            ("1.11.4", true),
            ("= 1.11.4", true),
            ("v1.11.4", true),
            ("=1.11", false),
            ("!= 1.11.4", false),
            ("!= 1.11.3", true),
            ("> 1.11.3", true),
            ("> 1.11.4", false),
            (">= 1.11.4", true),
            ("< 1.11.5", true),
            ("< 1.11.4", false),
            ("<= 1.11.4", true),
            ("~> 1.11.0", true),
            ("~> 1.11.4", true),
            ("~> 1.11.5", false),
            ("~> 1.10.0", false),
            ("~> 1.10", true),
            ("~> 1.12", false),
            ("~> 1", true),
            ("~> 0", true),
            ("~> 2", false),
            (">= 1.3, < 2.0, != 1.5.0", true),
            (">= 1.3, < 1.11", false),
            ("<= 1.11.4+build5", true),
        ] {
            assert_eq!(admits(constraint, "1.11.4"), expected, "{constraint}");
        }
    }

    #[test]
    fn a_prerelease_is_admitted_only_by_its_own_release() {
        assert!(!admits(">= 1.0", "2.0.0-rc1"));
        assert!(admits("2.0.0-rc1", "2.0.0-rc1"));
        assert!(admits("~> 2.0.0-beta", "2.0.0-rc1"));
        assert!(!admits("~> 2.0.0-beta", "2.0.0"));
        assert!(admits(">= 2.0.0-beta", "2.0.0"));
        assert!(!admits("> 2.0.0-rc.10", "2.0.0-rc.9"));
    }

    #[test]
    fn what_is_no_constraint() {
        for text in ["", "latest", "~> ", "1.x", "=> 1", ">= 1,", "1..2", "1.2-"] {
            assert_eq!(VersionConstraint::parse(text), None, "{text}");
        }
    }

    #[test]
    fn some_version_of_a_range() {
        let five = |constraint: &str| {
            VersionConstraint::parse(constraint)
                .unwrap()
                .admits_some(&Version::release(5, 0, 0), &Version::release(6, 0, 0))
        };
        assert!(five("~> 5.30"));
        assert!(five("5.1.0"));
        assert!(five(">= 4"));
        assert!(five("> 5.59.9"));
        assert!(five("< 5.0.1"));
        assert!(five(">= 5, != 5.0.0"));
        assert!(!five("< 5"));
        assert!(!five("~> 6.0"));
        assert!(!five(">= 5.2, < 5.1"));
        assert!(!five("5.0.0-rc1"));
    }
}
