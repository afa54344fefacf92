//! The language against another implementation of it: the `cel` crate gives the same values, and errors for the same
//! expressions.

use std::sync::{Arc, LazyLock};

use cel::common::types::{CelList, CelString, LIST_TYPE, STRING_TYPE};
use cel::common::value::CowVal;
use cel::objects::Key;
use cel::{Context, Env, ExecutionError, extensions};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::{AsValue, Names, Steps, Text, Value, evaluate, parse};
use crate::rules::Rule;
use crate::rules::RuleSet;
use crate::rules::expression::Expression;
use crate::rules::record::{
    AccessKeyRecord, ExposureRecord, GroupRecord, LimitsRecord, LiveCredentialRecord, LiveUserRecord,
    PasswordRecord, PolicyRecord, UserRecord,
};
use crate::rules::template::Template;

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut environment = Env::stdlib().with_optional_support(false);
    environment.add_extension(extensions::strings).unwrap();
    let arguments = vec![LIST_TYPE, STRING_TYPE, STRING_TYPE];
    environment.add_overload("counted", "counted_list_string_string", arguments, counted).unwrap();
    environment.add_overload("listed", "listed_list", vec![LIST_TYPE], listed).unwrap();
    Arc::new(environment)
});

static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::built_in().unwrap());

fn texts(list: &CowVal<'_, '_>) -> Result<Vec<String>, ExecutionError> {
    let elements = list.downcast_ref::<CelList>().map(CelList::inner).unwrap_or_default();
    let no_text = || ExecutionError::function_error("listed", "no text");
    let texts = elements.iter().map(|element| {
        let text = element.downcast_ref::<CelString>().ok_or_else(no_text)?;
        Ok(text.inner().to_owned())
    });
    texts.collect()
}

#[expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "the evaluator fixes the signature"
)]
fn counted<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let count = arguments[0].downcast_ref::<CelList>().unwrap().inner().len();
    let noun = arguments[if count == 1 { 1 } else { 2 }].downcast_ref::<CelString>().unwrap().inner();
    Ok(CowVal::owned(CelString::from(format!("{count} {noun}"))))
}

#[expect(clippy::needless_pass_by_value, reason = "the evaluator fixes the signature")]
fn listed<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let names = texts(&arguments[0])?;
    let words = match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, three] => format!("{one}, {two} and {three}"),
        [one, two, three, rest @ ..] => format!("{one}, {two}, {three} and {} more", rest.len()),
    };
    Ok(CowVal::owned(CelString::from(words)))
}

/// A value of ours, written in the way of both.
fn ours(value: &Value<'_>) -> String {
    match value {
        Value::List(list) => {
            let elements: Vec<String> = list.elements().map(|element| ours(&element)).collect();
            format!("[{}]", elements.join(", "))
        }
        Value::Record(record) => {
            let mut fields: Vec<String> = record
                .names()
                .iter()
                .map(|name| format!("{name}: {}", ours(&record.field(name).unwrap())))
                .collect();
            fields.sort();
            format!("{{{}}}", fields.join(", "))
        }
        scalar => format!("{scalar:?}"),
    }
}

/// A value of the oracle's, written in the way of both.
fn theirs(value: &cel::Value) -> String {
    match value {
        cel::Value::Null => "null".to_owned(),
        cel::Value::Bool(flag) => flag.to_string(),
        cel::Value::Int(number) => number.to_string(),
        cel::Value::UInt(number) => format!("{number}u"),
        cel::Value::Float(number) => format!("{number:?}"),
        cel::Value::String(text) => format!("{text:?}"),
        cel::Value::List(list) => {
            format!("[{}]", list.iter().map(theirs).collect::<Vec<_>>().join(", "))
        }
        cel::Value::Map(map) => {
            let field = |(name, value): (&Key, &cel::Value)| format!("{name}: {}", theirs(value));
            let mut fields: Vec<String> = map.map.iter().map(field).collect();
            fields.sort();
            format!("{{{}}}", fields.join(", "))
        }
        other => panic!("{other:?}"),
    }
}

/// Choices out of bytes; the first ones are the simplest, and what is exhausted chooses them.
struct Draw<'b>(&'b [u8]);

impl Draw<'_> {
    fn below(&mut self, count: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % count
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }

    fn flag(&mut self) -> bool {
        self.below(2) == 1
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.flag() { Some(make(self)) } else { None }
    }

    fn some<T>(&mut self, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(4)).map(|_| make(self)).collect()
    }

    fn text(&mut self) -> String {
        self.one(&["a", "", "access key 1", "access key 2", "Ünï 🔑", "ci-12", "/", "password"]).to_owned()
    }

    fn number(&mut self) -> i64 {
        [0, 1, 2, -1, 7, 90, 365, -60][self.below(8)]
    }
}

fn user(draw: &mut Draw<'_>) -> UserRecord {
    UserRecord {
        node: draw.below(9),
        address: draw.text(),
        name: draw.text(),
        name_known: draw.flag(),
        machine: draw.flag(),
        human: draw.flag(),
        path: draw.maybe(Draw::text),
        managed: draw.flag(),
        created: draw.flag(),
        imported: draw.flag(),
        access_keys: draw.some(|draw| AccessKeyRecord {
            node: draw.below(9),
            address: draw.text(),
            active: draw.flag(),
            created: draw.flag(),
            imported: draw.flag(),
            in_state: draw.flag(),
            encrypted: draw.flag(),
            exposures: draw.some(exposure),
        }),
        password: draw.maybe(|draw| PasswordRecord {
            node: draw.below(9),
            address: draw.text(),
            created: draw.flag(),
            reset_required: draw.flag(),
            encrypted: draw.flag(),
            exposures: draw.some(exposure),
        }),
        groups: draw.some(|draw| GroupRecord { node: draw.below(9), name: draw.text() }),
        policies: draw.some(|draw| PolicyRecord {
            node: draw.below(9),
            address: draw.text(),
            name: draw.text(),
            kind: draw.text(),
            direct: draw.flag(),
            group: draw.maybe(Draw::text),
            administrator: draw.flag(),
        }),
        ssh_keys: Vec::new(),
        service_credentials: Vec::new(),
        certificates: Vec::new(),
        mfa_devices: Vec::new(),
        format: draw.text(),
        live: draw.maybe(|draw| LiveUserRecord {
            node: draw.below(9),
            address: draw.text(),
            name: draw.text(),
            account: draw.text(),
            declared: draw.flag(),
            ambiguous: draw.flag(),
            compared: draw.flag(),
            age_days: draw.maybe(Draw::number),
            password_enabled: draw.maybe(Draw::flag),
            password: draw.maybe(credential),
            access_keys: draw.some(credential),
            certificates: Vec::new(),
            mfa_active: draw.maybe(Draw::flag),
        }),
    }
}

fn exposure(draw: &mut Draw<'_>) -> ExposureRecord {
    ExposureRecord { node: draw.below(9), address: draw.text(), place: draw.text() }
}

fn credential(draw: &mut Draw<'_>) -> LiveCredentialRecord {
    LiveCredentialRecord {
        node: draw.below(9),
        address: draw.text(),
        kind: draw.text(),
        label: draw.text(),
        active: draw.flag(),
        changed_on: draw.maybe(Draw::text),
        changed_days: draw.maybe(Draw::number),
        seconds_after_user: draw.maybe(Draw::number),
        used: draw.maybe(Draw::flag),
        used_on: draw.maybe(Draw::text),
        used_days: draw.maybe(Draw::number),
        idle_days: draw.maybe(Draw::number),
        used_for: draw.maybe(Draw::text),
    }
}

/// An expression of any kind, mostly one that makes sense.
fn anything(draw: &mut Draw<'_>, depth: usize) -> String {
    match draw.below(8) {
        0..=2 => scalar(draw, depth),
        3 => list(draw, depth),
        4 => record(draw, depth),
        _ => condition(draw, depth),
    }
}

fn scalar(draw: &mut Draw<'_>, depth: usize) -> String {
    let leaves = [
        "1",
        "'a'",
        "null",
        "0",
        "-1",
        "2u",
        "1.5",
        "-0.0",
        "9223372036854775807",
        "-9223372036854775808",
        "0x1f",
        "''",
        "\"\\u00dcn\\x69\"",
        "r'\\d+'",
        "'''access key 1'''",
        "'access key 2'",
        "user.name",
        "user.path",
        "user.node",
        "user.nothing",
        "user.live.age_days",
        "user.live.password.label",
        "limits.max_key_age_days",
        "x.name",
        "x.label",
        "y.address",
        "x.idle_days",
        "nobody",
    ];
    if depth == 0 {
        return draw.one(&leaves).to_owned();
    }
    let next = depth - 1;
    match draw.below(14) {
        0..=3 => draw.one(&leaves).to_owned(),
        4 | 5 => {
            let operator = draw.one(&["+", "-", "*", "/", "%"]);
            format!("{} {operator} {}", scalar(draw, next), scalar(draw, next))
        }
        6 => format!("({})", scalar(draw, next)),
        7 => format!("-{}", scalar(draw, 0)),
        8 => format!("{}.size()", list(draw, next)),
        9 => format!("size({})", anything(draw, next)),
        10 => {
            let function = draw.one(&["string", "int", "listed", "matches", "size"]);
            format!("{function}({})", anything(draw, next))
        }
        11 => {
            let function = draw.one(&["lowerAscii()", "upperAscii()", "size()", "join()"]);
            format!("({}).{function}", scalar(draw, next))
        }
        12 => match draw.below(3) {
            0 => format!("{}.join({})", list(draw, next), scalar(draw, next)),
            1 => format!("counted({}, {}, 'keys')", list(draw, next), scalar(draw, next)),
            _ => format!("listed({})", list(draw, next)),
        },
        _ => format!("({} ? {} : {})", condition(draw, next), scalar(draw, next), scalar(draw, next)),
    }
}

fn condition(draw: &mut Draw<'_>, depth: usize) -> String {
    let leaves =
        ["true", "false", "user.created", "x.active", "y.used", "user.live.mfa_active", "user.absent"];
    if depth == 0 {
        return draw.one(&leaves).to_owned();
    }
    let next = depth - 1;
    match draw.below(16) {
        0 | 1 => draw.one(&leaves).to_owned(),
        2 | 3 => {
            let operator = draw.one(&["==", "!=", "<", "<=", ">", ">=", "in"]);
            format!("{} {operator} {}", scalar(draw, next), scalar(draw, next))
        }
        4 => format!("({}) {} ({})", anything(draw, next), draw.one(&["==", "!="]), anything(draw, next)),
        5 => format!("{} in {}", anything(draw, 0), list(draw, next)),
        6 => format!("{} in {}", scalar(draw, 0), record(draw, next)),
        7 | 8 => format!("{} && {}", condition(draw, next), condition(draw, next)),
        9 => format!("{} || {} || {}", condition(draw, next), anything(draw, 0), condition(draw, next)),
        10 => format!("!({})", condition(draw, next)),
        11 | 12 => {
            let kind = draw.one(&["exists", "all", "exists_one", "existsOne"]);
            let (list, variable) = (list(draw, next), draw.one(&["x", "y", "user"]));
            format!("{list}.{kind}({variable}, {})", condition(draw, next))
        }
        13 => {
            let function = draw.one(&["contains", "startsWith", "endsWith", "matches"]);
            format!("({}).{function}({})", scalar(draw, next), scalar(draw, next))
        }
        14 => format!("has({}.{})", record(draw, next), draw.one(&["name", "label", "nothing", "path"])),
        _ => format!("({} ? {} : {})", condition(draw, next), condition(draw, next), anything(draw, 0)),
    }
}

fn list(draw: &mut Draw<'_>, depth: usize) -> String {
    let leaves = [
        "user.access_keys",
        "[]",
        "user.groups",
        "user.policies",
        "user.live.access_keys",
        "user.password.exposures",
        "['a', 'b', 'a', 'c', 'd']",
        "[1, 2u, 1.0, null,]",
    ];
    if depth == 0 {
        return draw.one(&leaves).to_owned();
    }
    let next = depth - 1;
    match draw.below(9) {
        0 | 1 => draw.one(&leaves).to_owned(),
        2 => format!("[{}, {}]", anything(draw, next), anything(draw, next)),
        3 => format!("({} + {})", list(draw, next), list(draw, next)),
        4 | 5 => {
            let (list, variable) = (list(draw, next), draw.one(&["x", "y"]));
            format!("{list}.filter({variable}, {})", condition(draw, next))
        }
        6 => format!("{}.map({}, {})", list(draw, next), draw.one(&["x", "y"]), anything(draw, next)),
        7 => {
            let (list, guard) = (list(draw, next), condition(draw, next));
            format!("{list}.map(x, {guard}, {})", anything(draw, next))
        }
        _ => format!("({} ? {} : {})", condition(draw, next), list(draw, next), list(draw, next)),
    }
}

fn record(draw: &mut Draw<'_>, depth: usize) -> String {
    let leaves = ["user", "x", "user.password", "user.live", "user.live.password", "limits", "y"];
    match draw.below(4) {
        0 | 1 => draw.one(&leaves).to_owned(),
        2 if depth > 0 => format!("{}[{}]", list(draw, depth - 1), scalar(draw, depth - 1)),
        _ => format!("user[{}]", draw.one(&["'live'", "'password'", "'none'", "0", "null"])),
    }
}

/// What both give for an expression with a user.
fn both(text: &str, record: &UserRecord) -> (Result<String, String>, Result<String, String>) {
    let limits = LimitsRecord::default();
    let mine = parse(text).map_err(|fault| fault.message).and_then(|tree| {
        let mut names = Names::default();
        names.add("limits", limits.as_value());
        names.add("user", record.as_value());
        let value = evaluate(&tree, &mut names, &mut Steps::default());
        assert_eq!(names.count(), 2, "{text}");
        value.map(|value| ours(&value)).map_err(super::Problem::message)
    });
    let program = ENVIRONMENT.compile(text).map_err(|errors| errors.to_string());
    let other = program.and_then(|program| {
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        context.add_variable_from_value("limits", cel::to_value(&limits).unwrap());
        context.add_variable_from_value("user", cel::to_value(record).unwrap());
        program.execute(&context).map(|value| theirs(&value)).map_err(|error| error.to_string())
    });
    (mine, other)
}

fn assert_same(text: &str, mine: &Result<String, String>, other: &Result<String, String>) {
    assert!(mine.as_ref().ok() == other.as_ref().ok(), "{text}\nours:   {mine:?}\ntheirs: {other:?}");
}

/// The expressions of a rule, in the order in which they may be evaluated, with the names that they give.
fn expressions(rule: &Rule) -> Vec<(Option<&str>, &Expression)> {
    let bindings = rule.needed.iter().chain(&rule.bindings);
    let mut found: Vec<(Option<&str>, &Expression)> =
        bindings.map(|(name, expression)| (Some(name.as_str()), expression)).collect();
    let mut add = |expression| found.push((None, expression));
    [&rule.when, &rule.flag].into_iter().chain(&rule.also).for_each(&mut add);
    let mut templates: Vec<&Template> = vec![&rule.texts.message, &rule.texts.why, &rule.texts.fix];
    for case in &rule.cases {
        add(&case.when);
        templates.extend([&case.message, &case.why, &case.fix].into_iter().flatten());
    }
    for step in &rule.remedy {
        step.when.iter().for_each(&mut add);
        templates.push(&step.text);
        templates.extend(step.run.iter().map(|(word, _)| word));
    }
    templates.iter().flat_map(|template| template.expressions()).for_each(add);
    found
}

/// The subject of a rule, where the user has one: for both.
fn subject<'r>(rule: &Rule, record: &'r UserRecord) -> Option<(Value<'r>, cel::Value)> {
    fn both<T: AsValue + serde::Serialize>(of: &T) -> (Value<'_>, cel::Value) {
        (of.as_value(), cel::to_value(of).unwrap())
    }
    match rule.subject.name() {
        "user" => Some(both(record)),
        "access_key" => record.access_keys.first().map(both),
        "password" => record.password.as_ref().map(both),
        "live_user" => record.live.as_ref().map(both),
        "live_credential" => record.live.as_ref()?.access_keys.first().map(both),
        _ => None,
    }
}

proptest! {
    // The same texts in every run: a gate that fails by chance is none. Others are tried with another number.
    #![proptest_config(ProptestConfig { cases: 600, rng_seed: RngSeed::Fixed(5), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn expressions_give_the_same(choices in prop::collection::vec(any::<u8>(), 0..160)) {
        let mut draw = Draw(&choices);
        let text = anything(&mut draw, 4);
        let record = user(&mut draw);
        let (mine, other) = both(&text, &record);
        assert_same(&text, &mine, &other);
    }

    /// Words and signs in any order: the same ones parse, and mean the same.
    #[test]
    fn texts_mean_the_same(words in prop::collection::vec(prop::sample::select(vec![
        "1", "2", "3u", "4.5", "-", "!", "+", "*", "/", "%", "==", "<", ">=", "&&", "||", "?", ":", "(", ")",
        "[", "]", ",", ".", "in", "size", "has", "limits", "true", "'a'", "\"b\"", "r'\\", "'", "'''", "\\n",
        "exists", "x", "x,", "if", " ", "\n", "// c\n", "max_unused_days", "[1, 2]", "(1", "1)", "1e2",
    ]), 1..10)) {
        let text = words.concat();
        let (mine, other) = both(&text, &user(&mut Draw(&[])));
        // A name that is meant from the outside is left out on purpose.
        if !mine.as_ref().is_err_and(|message| message.starts_with("`.` cannot")) {
            assert_same(&text, &mine, &other);
        }
    }

    #[test]
    fn operators_mean_the_same(words in prop::collection::vec(prop::sample::select(vec![
        "+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||", "in", "? 1 :", "? true :", "- -", "&& !",
    ]), 1..8), operands in prop::collection::vec(prop::sample::select(vec![
        "1", "2", "3", "true", "false", "(1)", "-4", "[1, 2]", "(5 - 7)", "!true", "--1", "--9223372036854775808", "---9223372036854775808", "-9223372036854775808",
    ]), 8)) {
        let mut text = operands[0].to_owned();
        for (word, operand) in words.iter().zip(&operands[1..]) {
            text.extend([" ", word, " ", operand]);
        }
        let (mine, other) = both(&text, &user(&mut Draw(&[])));
        assert_same(&text, &mine, &other);
    }

    #[test]
    fn the_rules_give_the_same(choices in prop::collection::vec(any::<u8>(), 0..160)) {
        let record = user(&mut Draw(&choices));
        let limits = LimitsRecord::default();
        for rule in RULES.rules() {
            let Some((own, their_subject)) = subject(rule, &record) else { continue };
            let mut names = Names::default();
            names.add("limits", limits.as_value());
            names.add("user", record.as_value());
            names.add(rule.subject.name(), own);
            let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
            context.add_variable_from_value("limits", cel::to_value(&limits).unwrap());
            context.add_variable_from_value("user", cel::to_value(&record).unwrap());
            context.add_variable_from_value(rule.subject.name(), their_subject);
            for (name, expression) in expressions(rule) {
                let mine = expression.evaluate(&mut names);
                let other = ENVIRONMENT.compile(&expression.text).unwrap().execute(&context);
                assert_same(
                    &expression.text,
                    &mine.as_ref().map(ours).map_err(Clone::clone),
                    &other.as_ref().map(theirs).map_err(ToString::to_string),
                );
                if let (Some(name), Ok(mine), Ok(other)) = (name, mine, other) {
                    names.add(name, mine);
                    context.add_variable_from_value(name, other);
                }
            }
        }
    }
}

/// What differs from the other implementation, on purpose: what no rule needs is refused where it stands.
#[test]
fn what_is_left_out() {
    for text in ["{}", "{'a': 1}", "b'a'", "Message{a: 1}", ".user"] {
        assert!(parse(text).is_err() && ENVIRONMENT.compile(text).is_ok(), "{text}");
    }
    let record = user(&mut Draw(&[]));
    for text in ["user.map(x, x)", "type(1)", "double(1)", "[] + user", "'a'.replace('a', 'b')"] {
        let (mine, other) = both(text, &record);
        assert!(mine.is_err() && other.is_ok(), "{text}: {mine:?} {other:?}");
    }
}

#[test]
fn steps_bound_what_an_evaluation_takes() {
    let list = |count: usize| Value::list(vec![Value::Text(Text::Borrowed("0123456789")); count]);
    for (text, count) in [
        ("l.exists(a, l.exists(b, l.exists(c, a + b == c)))", 100),
        ("l.map(a, l.map(b, l.map(c, c))).size()", 100),
        ("l.map(a, l + l).size()", 200),
        ("l.map(a, l.join()).size()", 200),
        ("l.map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a)", 1_000),
        ("[l].map(a, [a, a]).map(a, [a, a]).map(a, [a, a]).map(a, [a, a]).all(a, a == a)", 10_000),
        ("l.exists_one(a, a.matches(a))", 100),
        ("l.all(a, l.all(b, l.all(c, true))) || true", 100),
        ("[l.all(a, l.all(b, l.all(c, true)))].exists(a, true) || true", 100),
    ] {
        let tree = parse(text).unwrap();
        for (count, expected) in [(count, true), (2, false)] {
            let mut names = Names::default();
            names.add("l", list(count));
            let result = evaluate(&tree, &mut names, &mut Steps::of(100_000));
            let is_refused = matches!(result, Err(super::Problem::TooManySteps));
            assert_eq!(is_refused, expected, "{text}");
        }
    }
}
