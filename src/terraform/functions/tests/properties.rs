//! Properties that hold for every function and any arguments: nothing panics, and what is said of an unknown
//! is true whatever it turns out to be.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

use super::super::names;
use super::{
    Condition, Data, Each, Mark, Question, Reason, Type, Unknown, Value, choose, run, text, unknown,
};
use crate::value::set_of;
use std::sync::Arc;

/// Texts that mean something to some function, among others.
const WORDS: &[&str] = &[
    "",
    "a",
    "b",
    "true",
    "1",
    "-2.5",
    "0.1",
    "1e3",
    "a,b",
    "%s",
    "%d-%s",
    "/a+/",
    "(a)(?P<b>x)?",
    "[",
    "\n",
    "é",
    "🙂",
    "10.0.0.0/8",
    "fd00::/64",
    "2018-01-02T03:04:05Z",
    "1h30m",
    "YYYY-MM-DD",
    "{\"a\":[1]}",
    "a: [1, x]\nb: *c",
    "a,b\n1,2",
    "aGk=",
    "UTF-8",
    "dns",
    "..",
    "../x",
    "**/*.tf",
    "\u{feff}",
    "$1",
    "${x}",
    "\0",
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => select(WORDS).prop_map(text),
        3 => (-3i64..12).prop_map(Value::integer),
        1 => any::<i64>().prop_map(Value::integer),
        1 => any::<bool>().prop_map(Value::bool),
        1 => Just(Value::null()),
    ]
}

fn collections(leaf: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    leaf.prop_recursive(3, 12, 4, |inner| {
        let keyed = proptest::collection::btree_map(select(&["a", "b", "k", ""][..]).prop_map(Arc::from), inner.clone(), 0..3);
        let listed = proptest::collection::vec(inner, 0..4);
        prop_oneof![
            4 => listed.clone().prop_map(Value::tuple),
            1 => listed.clone().prop_map(|elements| converted_or_not(Value::tuple(elements), &Type::List(Box::new(Type::Any)))),
            1 => listed.prop_map(|elements| converted_or_not(Value::tuple(elements), &Type::Set(Box::new(Type::Any)))),
            2 => keyed.prop_map(Value::object),
        ]
    })
    .boxed()
}

fn converted_or_not(value: Value, to: &Type) -> Value {
    crate::value::convert(&value, to).unwrap_or(value)
}

fn known() -> BoxedStrategy<Value> {
    collections(leaf().boxed())
}

/// Also what is unknown, chosen, described, marked or an error.
fn anything() -> BoxedStrategy<Value> {
    let toggle = |name: &str| Arc::new(Question::boolean(name, None));
    let (on, off) = (Condition::is(&toggle("var.on"), true), Condition::is(&toggle("var.on"), false));
    let open = prop_oneof![
        4 => leaf(),
        1 => select(&["var.a", "var.b", "each of var.users"][..]).prop_map(unknown),
        1 => select(vec![Type::String, Type::List(Box::new(Type::String)), Type::Bool])
            .prop_map(|of_type| Unknown::new("typed", Reason::Deployment).typed(of_type).into()),
        1 => Just(Unknown::error("broken").into()),
        1 => leaf().prop_map(|value| value.with_mark(Mark::Sensitive)),
        1 => (leaf(), leaf()).prop_map(move |(yes, no)| choose([(on.clone(), yes), (off.clone(), no)])),
        1 => (leaf(), leaf()).prop_map(|(key, element)| {
            Data::Each(Arc::new(Each { over: "var.users".into(), key, element, when: crate::value::Condition::always() })).into()
        }),
    ];
    collections(open.boxed())
}

fn function() -> impl Strategy<Value = &'static str> {
    select(names().collect::<Vec<_>>())
}

/// The value with one unknown replaced by what it turned out to be.
fn resolved(value: &Value, identity: &str, by: &Value) -> Value {
    let all = |elements: &[Value]| elements.iter().map(|one| resolved(one, identity, by)).collect::<Vec<_>>();
    let data = match &value.data {
        Data::Unknown(unknown) if unknown.identity.as_ref() == identity => {
            let of_type = unknown.of_type.as_deref().unwrap_or(&Type::Any);
            return converted_or_not(by.clone(), of_type);
        }
        Data::List(elements) => Data::List(Arc::new(all(elements))),
        Data::Tuple(elements) => Data::Tuple(Arc::new(all(elements))),
        Data::Set(elements) => return set_of(all(elements)),
        Data::Map(entries) | Data::Object(entries) => {
            let entries = entries.iter().map(|(key, one)| (Arc::clone(key), resolved(one, identity, by)));
            Data::Object(Arc::new(entries.collect()))
        }
        other => other.clone(),
    };
    data.into()
}

/// The unknowns inside, other than one.
fn has_others(value: &Value, identity: &str) -> bool {
    match &value.data {
        Data::Unknown(unknown) => unknown.identity.as_ref() != identity,
        Data::Each(_) | Data::Choice(_) => true,
        _ => value.children().into_iter().any(|child| has_others(child, identity)),
    }
}

/// The value without what an element's type adds: conversions of its neighbours, list or tuple.
fn loose(value: &Value) -> Value {
    let all = |elements: &[Value]| elements.iter().map(loose).collect::<Vec<_>>();
    match &value.data {
        Data::Number(number) => Value::string(number.to_string()),
        Data::Bool(value) => Value::string(value.to_string()),
        Data::List(elements) | Data::Tuple(elements) => Value::tuple(all(elements)),
        Data::Set(elements) => set_of(all(elements)),
        Data::Map(entries) | Data::Object(entries) => {
            Value::object(entries.iter().map(|(key, one)| (Arc::clone(key), loose(one))).collect())
        }
        other => other.clone().into(),
    }
}

proptest! {
    // One seed: the same arguments in every run.
    #![proptest_config(ProptestConfig { cases: 3000, rng_seed: RngSeed::Fixed(17), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_function_panics_and_each_is_repeatable(
        name in function(),
        arguments in proptest::collection::vec(anything(), 0..4),
    ) {
        prop_assert_eq!(run(name, arguments.as_slice()), run(name, arguments.as_slice()));
    }

    #[test]
    fn taints_are_never_lost(name in function(), mut arguments in proptest::collection::vec(known(), 1..4)) {
        // A secret does not survive its hash or its length; what is sensitive stays so.
        let hides = super::super::HIDE_THEIR_ARGUMENT.contains(&name);
        let taint = if hides { Mark::Sensitive } else { Mark::SecretOf { address: "key".into() } };
        arguments[0] = arguments[0].clone().with_mark(taint);
        let result = run(name, arguments.as_slice());
        let failed = result.as_unknown().is_some_and(|unknown| unknown.error_message().is_some());
        if !failed && name != "issensitive" {
            prop_assert!(!result.marks.taints().is_empty(), "{name}{arguments:?} = {result:?}");
        }
    }

    /// The argument is unknown, or something inside it is; the result that was given then must be the result
    /// that is given once it is known.
    #[test]
    fn what_is_said_of_unknowns_is_true(
        name in function(),
        arguments in proptest::collection::vec(known(), 1..4),
        at in any::<prop::sample::Index>(),
        deep in any::<bool>(),
    ) {
        let index = at.index(arguments.len());
        let mut open = arguments.clone();
        let mut by = arguments[index].clone();
        match &arguments[index].data {
            Data::Tuple(elements) if deep && !elements.is_empty() => {
                let mut elements = elements.as_ref().clone();
                by = std::mem::replace(&mut elements[0], unknown("u"));
                open[index] = Value::tuple(elements);
            }
            _ => open[index] = unknown("u"),
        }
        let (before, after) = (run(name, open.as_slice()), run(name, arguments.as_slice()));
        let failed = |value: &Value| value.as_unknown().is_some_and(|one| one.error_message().is_some());
        // Beside a set, lists become sets and sets lists: that hangs on all types, also the unknown one.
        // `merge` of one unknown and nothing else keeps its identity, though null would become an empty object.
        let exempt = name == "issensitive"
            || name == "merge" && by.is_null()
            || matches!(by.data, Data::Set(_))
            || name == "coalesce" && arguments.iter().any(|argument| matches!(argument.data, Data::Set(_)));
        if !has_others(&before, "u") && !failed(&after) && !exempt {
            let resolved = resolved(&before, "u", &by);
            prop_assert_eq!(loose(&resolved), loose(&after), "{}{:?} gave {:?}", name, open, before);
        }
        // An error that comes whatever the unknown is.
        if failed(&before) {
            prop_assert!(failed(&after), "{}{:?} gave {:?}", name, open, before);
        }
    }
}
