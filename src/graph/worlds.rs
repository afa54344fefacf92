//! Worlds: every way in which open questions can be answered, so that a rule never sees an unknown.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::value::{Answers, Condition, Cube, Question};

/// Worlds of one user at most; past it only those nearest to the defaults are looked at.
pub const MAX_WORLDS: usize = 4_096;

/// One answer to each question.
pub type World = BTreeMap<Arc<Question>, Arc<str>>;

/// The worlds of a neighbourhood.
#[derive(Debug)]
pub struct Worlds {
    /// The default world first.
    pub worlds: Vec<World>,
    /// Whether these are all of them.
    pub complete: bool,
}

/// The answer that stands for "none of those named".
const OTHER: &str = "(any other)";

/// Enumerates the worlds over which some conditions can differ, and in which the assumption holds.
pub fn enumerate<'c>(
    conditions: impl IntoIterator<Item = &'c Condition>,
    assumption: &'c Condition,
) -> Worlds {
    let conditions: Vec<&Condition> = conditions.into_iter().collect();
    let asked: BTreeSet<Arc<Question>> =
        conditions.iter().flat_map(|condition| condition.questions()).collect();
    // An assumption about something else takes no world away.
    if assumption.is_always() || assumption.questions().is_disjoint(&asked) {
        return all_worlds(&conditions);
    }
    let mut worlds = all_worlds(&[conditions, vec![assumption]].concat());
    // One that nothing meets would hide everything.
    if worlds.worlds.iter().any(|world| assumption.holds(world)) {
        worlds.worlds.retain(|world| assumption.holds(world));
    }
    worlds
}

fn all_worlds(conditions: &[&Condition]) -> Worlds {
    let answers = possible_answers(conditions.iter().copied());
    let total = answers.values().try_fold(1usize, |total, answers| total.checked_mul(answers.len()));
    if total.is_none_or(|total| total > MAX_WORLDS) {
        return Worlds { worlds: nearest(&answers), complete: false };
    }
    let mut worlds = vec![World::new()];
    for (question, all) in &answers {
        worlds = all
            .iter()
            .flat_map(|answer| {
                worlds.iter().map(move |world| {
                    let mut world = world.clone();
                    world.insert(Arc::clone(question), Arc::clone(answer));
                    world
                })
            })
            .collect();
    }
    Worlds { worlds, complete: true }
}

/// The default world, then those in which one answer is another, then two, as many as there may be. Last comes
/// the one furthest away, for what takes more.
fn nearest(answers: &BTreeMap<Arc<Question>, Vec<Arc<str>>>) -> Vec<World> {
    let with = |pick: fn(&[Arc<str>]) -> &Arc<str>| -> World {
        answers.iter().map(|(question, all)| (Arc::clone(question), Arc::clone(pick(all)))).collect()
    };
    let (first, last) = (with(|all| &all[0]), with(|all| &all[all.len() - 1]));
    let departures: Vec<(&Arc<Question>, &Arc<str>)> = answers
        .iter()
        .flat_map(|(question, all)| all[1..].iter().map(move |answer| (question, answer)))
        .collect();
    let depart = |world: &World, (question, answer): (&Arc<Question>, &Arc<str>)| {
        let mut world = world.clone();
        world.insert(Arc::clone(question), Arc::clone(answer));
        world
    };
    let singles = departures.iter().map(|departure| depart(&first, *departure));
    let pairs = departures.iter().enumerate().flat_map(|(at, one)| {
        let others = departures[at + 1..].iter().filter(move |other| other.0 != one.0);
        let first = &first;
        others.map(move |other| depart(&depart(first, *one), *other))
    });
    let mut worlds = vec![first.clone()];
    worlds.extend(singles.chain(pairs).take(MAX_WORLDS - 2));
    worlds.push(last);
    worlds
}

/// Every answer that can make a difference, the default first.
fn possible_answers<'c>(
    conditions: impl IntoIterator<Item = &'c Condition>,
) -> BTreeMap<Arc<Question>, Vec<Arc<str>>> {
    let mut named: BTreeMap<Arc<Question>, BTreeSet<Arc<str>>> = BTreeMap::new();
    for condition in conditions {
        for cube in condition.cubes() {
            for (question, answers) in cube {
                let (Answers::OneOf(words) | Answers::NoneOf(words)) = answers;
                named.entry(Arc::clone(question)).or_default().extend(words.iter().cloned());
            }
        }
    }
    named
        .into_iter()
        .map(|(question, mut named)| {
            named.extend(question.default.clone());
            let mut answers: Vec<Arc<str>> = match &question.domain {
                Some(domain) => domain.clone(),
                None => named.into_iter().chain([Arc::from(OTHER)]).collect(),
            };
            answers.sort_by_key(|answer| question.default.as_ref() != Some(answer));
            (question, answers)
        })
        .collect()
}

/// Whether a world agrees with the default of every question that has one.
pub fn agrees_with_defaults(world: &World) -> bool {
    world.iter().all(|(question, answer)| question.default.as_ref().is_none_or(|default| default == answer))
}

/// In how far something holds, given the worlds in which it does: `None` when it holds in every world that
/// agrees with the defaults, otherwise the smallest condition that can be said.
pub fn describe_possible(worlds: &[World], holds: &[bool]) -> Option<Condition> {
    let mut by_default = worlds.iter().zip(holds).filter(|(world, _)| agrees_with_defaults(world)).peekable();
    // Where the defaults are refused, nothing holds by default but what always holds.
    let is_certain = match by_default.peek() {
        Some(_) => by_default.all(|(_, holds)| *holds),
        None => holds.iter().all(|holds| *holds),
    };
    if is_certain {
        return None;
    }
    let relevant: Vec<(Arc<Question>, BTreeSet<Arc<str>>)> = relevant_questions(worlds, holds)
        .into_iter()
        .map(|question| {
            let others = other_answers(worlds, &question);
            (question, others)
        })
        .collect();
    let mut cubes: BTreeSet<Cube> = BTreeSet::new();
    for (world, _) in worlds.iter().zip(holds).filter(|(_, holds)| **holds) {
        let cube = relevant
            .iter()
            .filter_map(|(question, others)| {
                let answer = world.get(question)?;
                let answers = if &**answer == OTHER {
                    Answers::NoneOf(others.clone())
                } else {
                    Answers::OneOf(BTreeSet::from([Arc::clone(answer)]))
                };
                Some((Arc::clone(question), answers))
            })
            .collect();
        cubes.insert(cube);
    }
    if cubes.len() <= 200 {
        return Some(Condition::from_cubes(cubes.into_iter().collect()));
    }
    // Too many ways to say all of them: the one that departs least from the defaults.
    let departure = |cube: &Cube| {
        cube.iter()
            .filter(|(question, answers)| {
                question.default.as_ref().is_none_or(|default| !answers.allows(default))
            })
            .count()
    };
    let nearest = cubes.into_iter().min_by_key(departure)?;
    let nearest = nearest
        .into_iter()
        .filter(|(question, answers)| {
            question.default.as_ref().is_none_or(|default| !answers.allows(default))
        })
        .collect();
    Some(Condition::from_cubes(vec![nearest]))
}

/// The same where not all worlds are known: what the nearest world in which it holds answers otherwise.
pub fn describe_nearest(worlds: &[World], holds: &[bool]) -> Option<Condition> {
    let mut held = worlds.iter().zip(holds).filter(|(world, _)| agrees_with_defaults(world));
    if held.all(|(_, holds)| *holds) {
        return None;
    }
    let (first, nearest) = (worlds.first()?, worlds.iter().zip(holds).find(|(_, holds)| **holds)?.0);
    let departs = nearest.iter().filter(|(question, answer)| first.get(*question) != Some(answer));
    let answers = |question, answer: &Arc<str>| {
        if &**answer == OTHER {
            Answers::NoneOf(other_answers(worlds, question))
        } else {
            Answers::OneOf(BTreeSet::from([Arc::clone(answer)]))
        }
    };
    let cube: Cube =
        departs.map(|(question, answer)| (Arc::clone(question), answers(question, answer))).collect();
    // It holds in the first world, and an open question takes it away elsewhere.
    if cube.is_empty() { describe_possible(worlds, holds) } else { Some(Condition::from_cubes(vec![cube])) }
}

/// The questions whose answer changes the result in at least one world.
fn relevant_questions(worlds: &[World], holds: &[bool]) -> Vec<Arc<Question>> {
    // Worlds as numbers of answers: there are many, and each is compared with all that differ in one answer.
    let mut answers: BTreeMap<&Arc<Question>, BTreeMap<&Arc<str>, u32>> = BTreeMap::new();
    for (question, answer) in worlds.iter().flatten() {
        let known = answers.entry(question).or_default();
        let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
        known.entry(answer).or_insert(next);
    }
    let number = |world: &World| -> Vec<u32> {
        answers
            .iter()
            .map(|(question, known)| world.get(*question).map_or(u32::MAX, |answer| known[answer]))
            .collect()
    };
    let numbers: Vec<Vec<u32>> = worlds.iter().map(number).collect();
    let results: HashMap<&[u32], bool> =
        numbers.iter().map(Vec::as_slice).zip(holds.iter().copied()).collect();
    let changes = |at: usize, count: usize| {
        numbers.iter().zip(holds).any(|(world, holds)| {
            let mut other = world.clone();
            (0..u32::try_from(count).unwrap_or(u32::MAX)).any(|answer| {
                other[at] = answer;
                results.get(other.as_slice()).is_some_and(|result| result != holds)
            })
        })
    };
    answers
        .iter()
        .enumerate()
        .filter(|(at, (_, known))| changes(*at, known.len()))
        .map(|(_, (question, _))| Arc::clone(question))
        .collect()
}

fn other_answers(worlds: &[World], question: &Arc<Question>) -> BTreeSet<Arc<str>> {
    worlds
        .iter()
        .filter_map(|world| world.get(question))
        .filter(|answer| &***answer != OTHER)
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_condition_is_named() {
        let on = Arc::new(Question::boolean("var.on", Some(false)));
        let other = Arc::new(Question::boolean("var.other", Some(false)));
        let condition = Condition::is(&on, true);
        let noise = Condition::is(&other, true);
        let worlds = enumerate([&condition, &noise], &Condition::always());
        assert_eq!(worlds.worlds.len(), 4);
        assert!(agrees_with_defaults(&worlds.worlds[0]));
        let holds: Vec<bool> = worlds.worlds.iter().map(|world| condition.holds(world)).collect();
        let when = describe_possible(&worlds.worlds, &holds).unwrap();
        assert_eq!(when.to_string(), "var.on = true");
    }

    #[test]
    fn the_default_of_an_open_question_is_a_world_though_no_condition_names_it() {
        let question = Question { default: Some("dev".into()), ..Question::open("var.stage") };
        let prod = Condition::answered(&Arc::new(question), ["prod".into()]);
        for (condition, when) in [(&prod, Some("var.stage = prod")), (&prod.not(), None)] {
            let worlds = enumerate([condition], &Condition::always());
            assert!(agrees_with_defaults(&worlds.worlds[0]));
            let holds: Vec<bool> = worlds.worlds.iter().map(|world| condition.holds(world)).collect();
            let described = describe_possible(&worlds.worlds, &holds).map(|when| when.to_string());
            assert_eq!(described.as_deref(), when);
        }
    }

    #[test]
    fn what_holds_by_default_needs_no_condition() {
        let on = Arc::new(Question::boolean("var.on", Some(true)));
        let condition = Condition::is(&on, true);
        let worlds = enumerate([&condition], &Condition::always());
        let holds: Vec<bool> = worlds.worlds.iter().map(|world| condition.holds(world)).collect();
        assert_eq!(describe_possible(&worlds.worlds, &holds), None);
    }
}
