//! Terraform's `==`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::unify::is_open;
use super::{Data, Unknown, Value, type_of};

/// Whether two values are equal; `None` when unknowns inside them leave it open. Values of different types
/// are unequal (`1` and `"1"`, a list and a tuple, empty lists of different types), nulls are equal; marks play
/// no part. Two unknowns of one identity are equal, unless they stand for an error.
pub fn equal(left: &Value, right: &Value) -> Option<bool> {
    match (&left.data, &right.data) {
        (Data::Choice(alternatives), _) => {
            under_choice(alternatives.iter().map(|(_, one)| equal(one, right)))
        }
        (_, Data::Choice(alternatives)) => under_choice(alternatives.iter().map(|(_, one)| equal(left, one))),
        (Data::Null, Data::Null) => Some(true),
        (Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_), _)
        | (_, Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_)) => same(left, right),
        _ if is_open(left) || is_open(right) => same(left, right),
        _ if type_of(left) != type_of(right) => {
            // An unknown may be null, and nulls of all types are equal.
            let may_be_null = |value: &Value| value.as_unknown().is_some();
            if may_be_null(left) && may_be_null(right) { None } else { Some(false) }
        }
        _ => same(left, right),
    }
}

/// As [`equal`], but the types that show nowhere in the data play no part: whether two values can be told
/// apart.
pub fn same(left: &Value, right: &Value) -> Option<bool> {
    match (&left.data, &right.data) {
        (Data::Choice(alternatives), _) => under_choice(alternatives.iter().map(|(_, one)| same(one, right))),
        (_, Data::Choice(alternatives)) => under_choice(alternatives.iter().map(|(_, one)| same(left, one))),
        (Data::Unknown(left), Data::Unknown(right)) => {
            (left.identity == right.identity && left.error_message().is_none()).then_some(true)
        }
        (Data::Unknown(unknown), _) => with_unknown(unknown, right),
        (_, Data::Unknown(unknown)) => with_unknown(unknown, left),
        (Data::Each(left), Data::Each(right)) => {
            let same = left.over == right.over
                && same(&left.key, &right.key) == Some(true)
                && same(&left.element, &right.element) == Some(true);
            same.then_some(true)
        }
        (Data::Each(_), other) | (other, Data::Each(_)) => {
            let collection = !matches!(other, Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_));
            if collection { None } else { Some(false) }
        }
        (Data::Null, Data::Null) => Some(true),
        (Data::Bool(left), Data::Bool(right)) => Some(left == right),
        (Data::Number(left), Data::Number(right)) => Some(left == right),
        (Data::String(left), Data::String(right)) => Some(left == right),
        (Data::List(left), Data::List(right)) | (Data::Tuple(left), Data::Tuple(right)) => {
            same_sequence(left, right)
        }
        (Data::Set(left), Data::Set(right)) => same_set(left, right),
        (Data::Map(left), Data::Map(right)) | (Data::Object(left), Data::Object(right)) => {
            same_entries(left, right)
        }
        _ => Some(false),
    }
}

/// The answer, when it is the same in every world.
fn under_choice(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut answers = answers;
    let first = answers.next()??;
    answers.all(|answer| answer == Some(first)).then_some(first)
}

/// Something is known of some unknowns: the text they end in, or a type that the other one has not.
fn with_unknown(unknown: &Unknown, known: &Value) -> Option<bool> {
    if unknown.error_message().is_some() || known.is_null() {
        return None;
    }
    let of_type = unknown.of_type.as_deref();
    if !is_open(known) && of_type.is_some_and(|of_type| !of_type.contains_any() && *of_type != type_of(known))
    {
        return Some(false);
    }
    let (suffix, text) = (unknown.suffix.as_ref()?, known.as_str()?);
    if text.ends_with(suffix.as_ref()) { None } else { Some(false) }
}

/// All of them are equal; unequal as soon as one pair is.
fn all(pairs: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut decided = Some(true);
    for answer in pairs {
        match answer {
            Some(false) => return Some(false),
            Some(true) => {}
            None => decided = None,
        }
    }
    decided
}

fn same_sequence(left: &Arc<Vec<Value>>, right: &Arc<Vec<Value>>) -> Option<bool> {
    if left.len() != right.len() {
        return Some(false);
    }
    all(left.iter().zip(right.iter()).map(|(left, right)| same(left, right)))
}

/// Sets are in one order, so known ones are compared pair by pair. What is not known may turn out to be
/// any of the others, so that only identity decides.
fn same_set(left: &Arc<Vec<Value>>, right: &Arc<Vec<Value>>) -> Option<bool> {
    let pairwise = same_sequence(left, right);
    if pairwise == Some(true) || left.iter().chain(right.iter()).all(Value::is_wholly_known) {
        return pairwise;
    }
    None
}

fn same_entries(
    left: &Arc<BTreeMap<Arc<str>, Value>>,
    right: &Arc<BTreeMap<Arc<str>, Value>>,
) -> Option<bool> {
    if left.len() != right.len() || !left.keys().eq(right.keys()) {
        return Some(false);
    }
    all(left.values().zip(right.values()).map(|(left, right)| same(left, right)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Reason;

    fn unknown(identity: &str) -> Value {
        Unknown::new(identity, Reason::Input).into()
    }

    #[test]
    fn types_matter() {
        let one = || vec![Value::integer(1)];
        assert_eq!(equal(&Value::integer(1), &Value::string("1")), Some(false));
        assert_eq!(equal(&Value::tuple(one()), &Value::list(one())), Some(false));
        assert_eq!(equal(&Value::tuple(one()), &Value::tuple(one())), Some(true));
        assert_eq!(equal(&Value::null(), &Value::null()), Some(true));
        assert_eq!(equal(&Value::null(), &Value::string("a")), Some(false));
    }

    #[test]
    fn unknowns_are_equal_to_themselves_only() {
        assert_eq!(equal(&unknown("var.a"), &unknown("var.a")), Some(true));
        assert_eq!(equal(&unknown("var.a"), &unknown("var.b")), None);
        assert_eq!(equal(&unknown("var.a"), &Value::null()), None);
        let error = || Value::from(Unknown::error("no"));
        assert_eq!(equal(&error(), &error()), None);
        let pair = |first: Value, second: &str| Value::tuple(vec![first, Value::string(second)]);
        assert_eq!(equal(&pair(unknown("var.a"), "x"), &pair(Value::string("q"), "y")), Some(false));
        assert_eq!(equal(&pair(unknown("var.a"), "x"), &pair(Value::string("q"), "x")), None);
    }

    #[test]
    fn a_known_ending_decides() {
        let mut policy = Unknown::new("policy", Reason::Deployment);
        policy.suffix = Some(":policy/AdministratorAccess".into());
        let policy = Value::from(policy);
        assert_eq!(equal(&policy, &Value::string("arn:aws:iam::aws:policy/ReadOnlyAccess")), Some(false));
        assert_eq!(equal(&policy, &Value::string("arn:aws:iam::aws:policy/AdministratorAccess")), None);
    }
}
