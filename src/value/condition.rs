//! When something holds: a disjunction of cubes over questions whose answers are not fixed by the inputs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, LazyLock};

/// Past this many cubes a condition is no longer kept apart; see [`Condition::or`].
const MAX_CUBES: usize = 256;

/// Something that the inputs do not settle: a toggle (`var.create_key`), an unknown (`data.x.y.enabled`),
/// or a proposition about an unknown (`length(var.users) > 0`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// What is asked, in the field's own words.
    pub identity: Arc<str>,
    /// All possible answers, when they are known.
    pub domain: Option<Vec<Arc<str>>>,
    /// The answer that holds when nobody says otherwise; an unknown has none.
    pub default: Option<Arc<str>>,
}

impl Question {
    /// A question answered by true or false.
    pub fn boolean(identity: impl Into<Arc<str>>, default: Option<bool>) -> Self {
        let word = |value: bool| Arc::from(if value { "true" } else { "false" });
        Self {
            identity: identity.into(),
            domain: Some(vec![word(false), word(true)]),
            default: default.map(word),
        }
    }

    /// A question about an unknown text.
    pub fn open(identity: impl Into<Arc<str>>) -> Self {
        Self { identity: identity.into(), domain: None, default: None }
    }

    fn is_proposition(&self) -> bool {
        let compares = [" == ", " < ", " <= ", " > ", " >= "].iter().any(|word| self.identity.contains(word));
        compares && self.domain.as_ref().is_some_and(|domain| domain.len() == 2)
    }
}

/// Which answers to one question are allowed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answers {
    /// One of these.
    OneOf(BTreeSet<Arc<str>>),
    /// Anything but these (only for questions without a domain).
    NoneOf(BTreeSet<Arc<str>>),
}

impl Answers {
    fn intersect(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::OneOf(a), Self::OneOf(b)) => Self::OneOf(a & b),
            (Self::OneOf(a), Self::NoneOf(b)) | (Self::NoneOf(b), Self::OneOf(a)) => Self::OneOf(a - b),
            (Self::NoneOf(a), Self::NoneOf(b)) => Self::NoneOf(a | b),
        }
    }

    fn union(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::OneOf(a), Self::OneOf(b)) => Self::OneOf(a | b),
            (Self::OneOf(a), Self::NoneOf(b)) | (Self::NoneOf(b), Self::OneOf(a)) => Self::NoneOf(b - a),
            (Self::NoneOf(a), Self::NoneOf(b)) => Self::NoneOf(a & b),
        }
    }

    fn complement(&self, question: &Question) -> Self {
        match (self, &question.domain) {
            (Self::OneOf(allowed), Some(domain)) => {
                Self::OneOf(domain.iter().filter(|answer| !allowed.contains(*answer)).cloned().collect())
            }
            (Self::OneOf(allowed), None) => Self::NoneOf(allowed.clone()),
            (Self::NoneOf(excluded), _) => Self::OneOf(excluded.clone()),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::OneOf(allowed) if allowed.is_empty())
    }

    fn is_all(&self, question: &Question) -> bool {
        match self {
            Self::NoneOf(excluded) => excluded.is_empty(),
            Self::OneOf(allowed) => {
                question.domain.as_ref().is_some_and(|domain| domain.iter().all(|one| allowed.contains(one)))
            }
        }
    }

    fn contains_all(&self, other: &Self) -> bool {
        self.intersect(other) == *other
    }

    /// Whether an answer is allowed.
    pub fn allows(&self, answer: &str) -> bool {
        match self {
            Self::OneOf(allowed) => allowed.contains(answer),
            Self::NoneOf(excluded) => !excluded.contains(answer),
        }
    }
}

/// A conjunction: each question's answer is among those allowed. Empty: always.
pub type Cube = BTreeMap<Arc<Question>, Answers>;

/// When something holds: one of the cubes does. Kept free of contradictions and of absorbed cubes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Condition(Arc<Vec<Cube>>);

impl Default for Condition {
    fn default() -> Self {
        Self::always()
    }
}

impl Condition {
    /// Holds in every world.
    pub fn always() -> Self {
        static ALWAYS: LazyLock<Arc<Vec<Cube>>> = LazyLock::new(|| Arc::new(vec![Cube::new()]));
        Self(Arc::clone(&ALWAYS))
    }

    /// Holds in no world.
    pub fn never() -> Self {
        static NEVER: LazyLock<Arc<Vec<Cube>>> = LazyLock::new(Arc::default);
        Self(Arc::clone(&NEVER))
    }

    /// The question's answer is among these.
    pub fn answered(question: &Arc<Question>, answers: impl IntoIterator<Item = Arc<str>>) -> Self {
        let answers = Answers::OneOf(answers.into_iter().collect());
        if answers.is_empty() {
            return Self::never();
        }
        if answers.is_all(question) {
            return Self::always();
        }
        Self(Arc::new(vec![Cube::from([(Arc::clone(question), answers)])]))
    }

    /// The boolean question is answered so.
    pub fn is(question: &Arc<Question>, value: bool) -> Self {
        Self::answered(question, [Arc::from(if value { "true" } else { "false" })])
    }

    /// Whether it holds in every world.
    pub fn is_always(&self) -> bool {
        matches!(self.0.as_slice(), [cube] if cube.is_empty())
    }

    /// Whether it holds in no world.
    pub fn is_never(&self) -> bool {
        self.0.is_empty()
    }

    /// The cubes.
    pub fn cubes(&self) -> &[Cube] {
        &self.0
    }

    /// The questions asked, each once, in order.
    pub fn questions(&self) -> BTreeSet<Arc<Question>> {
        self.0.iter().flat_map(|cube| cube.keys().cloned()).collect()
    }

    /// Both hold.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        if self.is_always() || other.is_never() {
            return other.clone();
        }
        if other.is_always() || self.is_never() {
            return self.clone();
        }
        let mut cubes = Vec::new();
        for left in self.0.iter() {
            for right in other.0.iter() {
                if let Some(cube) = intersect(left, right) {
                    cubes.push(cube);
                }
            }
        }
        Self::from_cubes(cubes)
    }

    /// At least one holds. Past `MAX_CUBES` cubes the result is widened to always: what it guards is then
    /// reported without the condition, never lost.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        if self.is_always() || other.is_never() {
            return self.clone();
        }
        if other.is_always() || self.is_never() {
            return other.clone();
        }
        Self::from_cubes(self.0.iter().chain(other.0.iter()).cloned().collect())
    }

    /// It does not hold.
    #[must_use]
    pub fn not(&self) -> Self {
        let mut result = Self::always();
        for cube in self.0.iter() {
            let negated = cube
                .iter()
                .map(|(question, answers)| Cube::from([(Arc::clone(question), answers.complement(question))]))
                .filter(|cube| cube.values().all(|answers| !answers.is_empty()))
                .collect();
            result = result.and(&Self::from_cubes(negated));
        }
        result
    }

    /// Whether both can hold in one world.
    pub fn is_compatible(&self, other: &Self) -> bool {
        self.0.iter().any(|left| other.0.iter().any(|right| intersect(left, right).is_some()))
    }

    /// Whether this holds wherever the other does.
    pub fn is_implied_by(&self, other: &Self) -> bool {
        self.is_always() || other.and(&self.not()).is_never()
    }

    /// Whether it holds in a world. Questions the world does not answer are taken as any answer.
    pub fn holds(&self, world: &BTreeMap<Arc<Question>, Arc<str>>) -> bool {
        self.0.iter().any(|cube| {
            cube.iter()
                .all(|(question, answers)| world.get(question).is_none_or(|answer| answers.allows(answer)))
        })
    }

    /// Whether it holds in every world that agrees with the defaults, whatever the unknowns turn out to be.
    pub fn holds_by_default(&self) -> bool {
        let defaults = self
            .questions()
            .into_iter()
            .filter_map(|question| {
                let default = question.default.clone()?;
                Some(Self::answered(&question, [default]))
            })
            .fold(Self::always(), |all, one| all.and(&one));
        self.is_implied_by(&defaults)
    }

    /// A condition from cubes: merged and absorbed.
    pub fn from_cubes(mut cubes: Vec<Cube>) -> Self {
        if cubes.len() > MAX_CUBES {
            return Self::always();
        }
        loop {
            cubes.sort();
            cubes.dedup();
            absorb(&mut cubes);
            if !merge_pairs(&mut cubes) {
                break;
            }
        }
        Self(Arc::new(cubes))
    }
}

fn intersect(left: &Cube, right: &Cube) -> Option<Cube> {
    let mut cube = left.clone();
    for (question, answers) in right {
        let both = cube.get(question).map_or_else(|| answers.clone(), |mine| mine.intersect(answers));
        if both.is_empty() {
            return None;
        }
        cube.insert(Arc::clone(question), both);
    }
    Some(cube)
}

/// Removes every cube that another one covers.
fn absorb(cubes: &mut Vec<Cube>) {
    let covers = |wide: &Cube, narrow: &Cube| {
        wide.len() <= narrow.len()
            && wide.iter().all(|(question, answers)| {
                narrow.get(question).is_some_and(|narrower| answers.contains_all(narrower))
            })
    };
    let mut index = 0;
    while index < cubes.len() {
        let covered = (0..cubes.len()).any(|other| other != index && covers(&cubes[other], &cubes[index]));
        if covered {
            cubes.remove(index);
        } else {
            index += 1;
        }
    }
}

/// Joins two cubes that differ in the answers to one question only (`a and b or a and not b` is `a`), and
/// drops from one cube a literal that a wider cube makes needless (`a or (not a and b)` is `a or b`). Every pair is
/// looked at once; whether anything changed is returned.
fn merge_pairs(cubes: &mut [Cube]) -> bool {
    let mut is_changed = false;
    for first in 0..cubes.len() {
        for second in 0..cubes.len() {
            if first == second {
                continue;
            }
            if let Some(merged) = widen(&cubes[first], &cubes[second])
                && merged != cubes[second]
            {
                cubes[second] = merged;
                is_changed = true;
            }
        }
    }
    is_changed
}

/// `narrow`, widened in one question by `other`, where that changes nothing about their disjunction.
fn widen(other: &Cube, narrow: &Cube) -> Option<Cube> {
    let mut differing = None;
    for (question, answers) in other {
        let mine = narrow.get(question)?;
        if !answers.contains_all(mine) {
            if differing.is_some() {
                return None;
            }
            differing = Some((question, answers.union(mine)));
        }
    }
    let (question, union) = differing?;
    let mut merged = narrow.clone();
    if union.is_all(question) {
        merged.remove(question);
    } else {
        merged.insert(Arc::clone(question), union);
    }
    Some(merged)
}

impl fmt::Display for Condition {
    /// In words: `var.create_key = true and var.stage = "prod"`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_never() {
            return formatter.write_str("never");
        }
        for (index, cube) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str(" or ")?;
            }
            if cube.is_empty() {
                formatter.write_str("always")?;
            }
            for (index, (question, answers)) in cube.iter().enumerate() {
                if index > 0 {
                    formatter.write_str(" and ")?;
                }
                write_literal(formatter, question, answers)?;
            }
        }
        Ok(())
    }
}

fn write_literal(formatter: &mut fmt::Formatter<'_>, question: &Question, answers: &Answers) -> fmt::Result {
    let identity = &question.identity;
    if question.is_proposition() {
        return if answers.allows("true") {
            formatter.write_str(identity)
        } else {
            write!(formatter, "not ({identity})")
        };
    }
    let (verb, words) = match answers {
        Answers::OneOf(words) => ("=", words),
        Answers::NoneOf(words) => ("!=", words),
    };
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match (words.as_slice(), verb) {
        ([word], _) => write!(formatter, "{identity} {verb} {word}"),
        (_, "=") => write!(formatter, "{identity} is one of {}", words.join(", ")),
        (_, _) => write!(formatter, "{identity} is none of {}", words.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toggle(name: &str, default: Option<bool>) -> Arc<Question> {
        Arc::new(Question::boolean(name, default))
    }

    #[test]
    fn algebra_simplifies() {
        let (a, b) = (toggle("var.a", Some(false)), toggle("var.b", None));
        let (a, b) = (Condition::is(&a, true), Condition::is(&b, true));
        assert!(a.or(&a.not()).is_always());
        assert!(a.and(&a.not()).is_never());
        assert_eq!(a.and(&b).or(&a.and(&b.not())), a);
        assert_eq!(a.or(&a.not().and(&b)), a.or(&b));
        assert_eq!(a.not().not(), a);
        assert!(!a.is_compatible(&a.not()));
        assert!(a.or(&b).is_implied_by(&a));
        assert!(!a.is_implied_by(&a.or(&b)));
    }

    #[test]
    fn open_questions_know_other_answers() {
        let stage = Arc::new(Question::open("var.stage"));
        let prod = Condition::answered(&stage, [Arc::from("prod")]);
        let dev = Condition::answered(&stage, [Arc::from("dev")]);
        assert!(prod.and(&dev).is_never());
        assert!(!prod.or(&dev).is_always());
        assert!(prod.or(&prod.not()).is_always());
        assert_eq!(prod.to_string(), "var.stage = prod");
        assert_eq!(prod.or(&dev).to_string(), "var.stage is one of dev, prod");
        assert_eq!(prod.not().to_string(), "var.stage != prod");
    }

    #[test]
    fn defaults_decide() {
        let on = toggle("var.on", Some(true));
        let unknown = toggle("data.x.y", None);
        assert!(Condition::is(&on, true).holds_by_default());
        assert!(!Condition::is(&on, false).holds_by_default());
        assert!(!Condition::is(&unknown, true).holds_by_default());
        assert!(Condition::is(&on, true).or(&Condition::is(&unknown, true)).holds_by_default());
    }
}
