//! What the functions make of unknowns, choices and marks; Terraform itself answers for known values, in
//! `tests/functions.rs`.

mod properties;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{FileContext, call};
use crate::source::Workspace;
use crate::value::{Condition, Data, Each, Mark, Question, Reason, Type, Unknown, Value, choose, set_of};

/// Calls a function that needs no files.
fn run(name: &str, arguments: impl Into<Vec<Value>>) -> Value {
    let nowhere = PathBuf::from("/nowhere");
    let workspace = Workspace::new(nowhere.clone(), vec![nowhere]);
    let template = |text: &str, _: &str, _: &Value| Value::string(text);
    let work = Cell::new(0);
    let working_directory = Path::new("/nowhere");
    let files = FileContext { workspace: &workspace, working_directory, template: &template, work: &work };
    call(name, &arguments.into(), &files).unwrap()
}

fn text(text: &str) -> Value {
    Value::string(text)
}

fn unknown(identity: &str) -> Value {
    Unknown::new(identity, Reason::Input).into()
}

fn tuple<const LENGTH: usize>(elements: [Value; LENGTH]) -> Value {
    Value::tuple(Vec::from(elements))
}

fn object<const LENGTH: usize>(fields: [(&str, Value); LENGTH]) -> Value {
    Value::object(fields.into_iter().map(|(name, value)| (Arc::from(name), value)).collect())
}

fn toggled(yes: Value, no: Value) -> Value {
    let toggle = Arc::new(Question::boolean("var.on", Some(false)));
    choose([(Condition::is(&toggle, true), yes), (Condition::is(&toggle, false), no)])
}

fn each(value: &Value) -> &Each {
    match &value.data {
        Data::Each(each) => each,
        other => panic!("not an `Each`: {other:?}"),
    }
}

fn identity(value: &Value) -> &str {
    &value.as_unknown().unwrap_or_else(|| panic!("known: {value:?}")).identity
}

fn error(value: &Value) -> &str {
    value.as_unknown().and_then(Unknown::error_message).unwrap_or_else(|| panic!("no error: {value:?}"))
}

fn name_of_alice() -> Value {
    text("alice")
        .with_mark(Mark::AttributeOf { address: "aws_iam_user.alice".into(), attribute: "name".into() })
}

fn secret() -> Value {
    text("s3cr3t").with_mark(Mark::SecretOf { address: "aws_iam_access_key.a".into() })
}

#[test]
fn the_table_is_sorted() {
    assert!(super::names().is_sorted());
    assert!(super::table::find("try").is_none() && super::table::find("upper").is_some());
}

#[test]
fn equal_calls_on_one_unknown_are_one_unknown() {
    let upper = run("upper", [unknown("var.team")]);
    assert_eq!(identity(&upper), "upper(var.team)");
    assert_eq!(upper.as_unknown().unwrap().of_type.as_deref(), Some(&Type::String));
    assert_eq!(run("core::upper", [unknown("var.team")]), upper);
    let joined = run("join", [text("-"), tuple([unknown("var.a"), text("x")])]);
    assert_eq!(identity(&joined), "join(\"-\", [var.a, \"x\"])");
}

#[test]
fn errors_say_what_terraform_says() {
    assert_eq!(error(&run("upper", [])), "not enough arguments for \"upper\": \"str\" is missing");
    assert_eq!(error(&run("upper", [text("a"), text("b")])), "too many arguments for \"upper\": it takes 1");
    assert_eq!(
        error(&run("upper", [Value::null()])),
        "invalid value for \"str\" parameter: argument must not be null"
    );
    assert_eq!(error(&run("upper", [tuple([])])), "invalid value for \"str\" parameter: string required");
    assert_eq!(
        error(&run("element", [tuple([]), Value::integer(0)])),
        "call to \"element\" failed: cannot use element function with an empty list"
    );
    let first = Value::from(Unknown::error("first"));
    assert_eq!(error(&run("concat", [tuple([]), first.clone()])), "first");
    assert_eq!(error(&run("jsonencode", [first.clone()])), "first");
    assert_eq!(error(&run("join", [text(","), tuple([first])])), "first");
}

#[test]
fn sensitive_arguments_are_not_quoted() {
    let failed = run("tonumber", [secret().with_mark(Mark::Sensitive)]);
    assert!(!error(&failed).contains("s3cr3t"), "{failed:?}");
    let derived = run("format", [text("%s-%s"), secret(), unknown("var.x")]);
    assert_eq!(identity(&derived), "format(\"%s-%s\", (sensitive), var.x)");
}

#[test]
fn structure_survives_unknown_elements() {
    let list = run("concat", [tuple([text("a")]), tuple([unknown("var.b")])]);
    assert_eq!(list.elements().unwrap(), [text("a"), unknown("var.b")]);
    assert_eq!(run("length", [list.clone()]), Value::integer(2));
    assert_eq!(run("element", [list.clone(), Value::integer(0)]), text("a"));
    assert_eq!(run("reverse", [list.clone()]).elements().unwrap()[1], text("a"));
    let set = run("toset", [list]);
    assert_eq!(set.elements().unwrap().len(), 2);
    assert_eq!(identity(&run("length", [set])), "length(toset([\"a\", var.b]))");
    let map = run("merge", [object([("a", unknown("var.a"))]), object([("b", text("x"))])]);
    assert_eq!(run("keys", [map.clone()]), tuple([text("a"), text("b")]));
    assert_eq!(run("lookup", [map, text("a"), text("none")]), unknown("var.a"));
    assert_eq!(run("merge", [object([("a", text("x"))]), unknown("var.more")]).as_str(), None);
    assert_eq!(
        run("flatten", [tuple([tuple([text("a")]), tuple([text("b")])])]),
        tuple([text("a"), text("b")])
    );
    let zipped = run("zipmap", [tuple([text("k")]), tuple([unknown("var.v")])]);
    assert_eq!(zipped, object([("k", unknown("var.v"))]));
}

#[test]
fn what_decides_decides_despite_unknowns() {
    let list = tuple([unknown("var.a"), text("b")]);
    assert_eq!(run("contains", [list.clone(), text("b")]), Value::bool(true));
    assert_eq!(identity(&run("contains", [list, text("c")])), "contains([var.a, \"b\"], \"c\")");
    let truths = tuple([unknown("var.a"), Value::bool(true)]);
    assert_eq!(run("anytrue", [truths.clone()]), Value::bool(true));
    assert!(run("alltrue", [truths]).as_unknown().is_some());
    assert_eq!(run("concat", [tuple([]), unknown("var.users")]), unknown("var.users"));
    assert_eq!(run("merge", [object([]), unknown("var.tags"), Value::null()]), unknown("var.tags"));
}

#[test]
fn unknown_collections_stay_recognisable() {
    let users = unknown("var.users");
    let set = run("toset", [users.clone()]);
    assert_eq!(each(&set).over.as_ref(), "var.users");
    assert_eq!(identity(&each(&set).key), "each of var.users");
    assert_eq!(each(&set).key, each(&set).element);

    let keys = run("keys", [users.clone()]);
    assert_eq!(each(&keys).key, Value::null());
    assert_eq!(identity(&each(&keys).element), "each key of var.users");
    let set_of_keys = run("toset", [keys]);
    assert_eq!(identity(&each(&set_of_keys).key), "each key of var.users");
    assert_eq!(identity(&each(&run("values", [users.clone()])).element), "each value of var.users");

    for same in ["distinct", "sort", "compact", "reverse"] {
        let list = run(same, [users.clone()]);
        assert_eq!(each(&list).over.as_ref(), "var.users", "{same}");
        assert_eq!(identity(&each(&list).element), "each of var.users", "{same}");
        assert_eq!(identity(&run("length", [list])), "length(var.users)", "{same}");
    }
    assert_eq!(identity(&run("tolist", [users.clone()])), "var.users");
    assert_eq!(identity(&run("sensitive", [users.clone()])), "var.users");
    assert_eq!(identity(&run("length", [set.clone()])), "length(var.users)");
    assert_eq!(run("contains", [users, each(&set).element.clone()]), Value::bool(true));
}

#[test]
fn lists_of_lists_over_unknowns_flatten_to_the_inner_one() {
    let row = |value: Value| object([("user", value)]);
    let over = |element: Value| -> Value {
        Data::Each(Arc::new(Each {
            over: "var.users".into(),
            key: Value::null(),
            element,
            when: Condition::always(),
        }))
        .into()
    };
    let one_each = over(tuple([row(unknown("each key of var.users"))]));
    let flat = run("flatten", [one_each]);
    assert_eq!(each(&flat).element, row(unknown("each key of var.users")));
    let inner: Value = Data::Each(Arc::new(Each {
        over: "each value of var.users".into(),
        key: Value::null(),
        element: row(unknown("x")),
        when: Condition::always(),
    }))
    .into();
    assert_eq!(each(&run("flatten", [over(inner)])).over.as_ref(), "each value of var.users");
    let sometimes = run("flatten", [over(toggled(tuple([text("a")]), tuple([])))]);
    let Data::Choice(alternatives) = &sometimes.data else { panic!("{sometimes:?}") };
    assert_eq!(each(&alternatives[0].1).element, text("a"));
    assert_eq!(alternatives[1].1, tuple([]));
    assert!(run("flatten", [over(tuple([text("a"), text("b")]))]).as_unknown().is_some());
}

#[test]
fn lookups_by_the_iterated_key_find_the_element() {
    let map: Value = Data::Each(Arc::new(Each {
        over: "var.users".into(),
        key: unknown("each key of var.users"),
        element: object([("path", text("/"))]),
        when: Condition::always(),
    }))
    .into();
    let found = run("lookup", [map.clone(), unknown("each key of var.users")]);
    assert_eq!(found, object([("path", text("/"))]));
    assert!(run("lookup", [map, text("alice")]).as_unknown().is_some());
}

#[test]
fn choices_are_taken_apart() {
    assert_eq!(run("upper", [toggled(text("a"), text("b"))]), toggled(text("A"), text("B")));
    assert_eq!(run("upper", [toggled(text("a"), text("A"))]), text("A"));
    let inside = tuple([toggled(text("a"), text("")), text("b")]);
    let compacted = run("compact", [inside.clone()]);
    let sizes: Vec<usize> =
        compacted.alternatives().iter().map(|(_, list)| list.elements().unwrap().len()).collect();
    assert_eq!(sizes, [2, 1]);
    assert_eq!(run("length", [inside]), Value::integer(2));
    let policy = run("jsonencode", [object([("Effect", toggled(text("Allow"), text("Deny")))])]);
    assert_eq!(policy, toggled(text(r#"{"Effect":"Allow"}"#), text(r#"{"Effect":"Deny"}"#)));
    let nested = tuple([toggled(tuple([text("a")]), tuple([])), tuple([text("b")])]);
    assert_eq!(run("flatten", [nested]), toggled(tuple([text("a"), text("b")]), tuple([text("b")])));
    // Not a sequence: stays where it is.
    let plain = run("flatten", [tuple([toggled(text("a"), text("b"))])]);
    assert_eq!(plain, tuple([toggled(text("a"), text("b"))]));
}

#[test]
fn one_failing_alternative_is_an_error_there_only() {
    let numbers = run("tonumber", [toggled(text("1"), text("x"))]);
    let alternatives = numbers.alternatives();
    assert_eq!(alternatives[0].1, Value::integer(1));
    assert!(error(&alternatives[1].1).contains("cannot convert"));
}

#[test]
fn json_of_unknowns_is_remembered() {
    let policy = object([("Resource", unknown("aws_iam_user.x.arn")), ("Effect", text("Allow"))]);
    let encoded = run("jsonencode", [policy.clone()]);
    assert_eq!(encoded.as_unknown().unwrap().json.as_deref(), Some(&policy));
    assert_eq!(run("jsondecode", [encoded]), policy);
    assert_eq!(identity(&run("jsondecode", [unknown("var.json")])), "jsondecode(var.json)");
}

#[test]
fn too_many_choices_stay_inside_of_what_is_remembered() {
    let fields: BTreeMap<Arc<str>, Value> = (0..10)
        .map(|index| {
            let toggle = Arc::new(Question::boolean(format!("var.on{index}"), None));
            let pick = choose([
                (Condition::is(&toggle, true), text("x")),
                (Condition::is(&toggle, false), text("y")),
            ]);
            (Arc::from(format!("k{index}")), pick)
        })
        .collect();
    let value = Value::object(fields);
    let encoded = run("jsonencode", [value.clone()]);
    assert_eq!(encoded.as_unknown().unwrap().json.as_deref(), Some(&value));
}

#[test]
fn endings_are_known_behind_unknowns() {
    let partition = unknown("data.aws_partition.current.partition");
    let suffix = |value: &Value| value.as_unknown().unwrap().suffix.as_deref().map(str::to_owned);
    let arn =
        run("format", [text("arn:%s:iam::aws:policy/%s"), partition.clone(), text("AdministratorAccess")]);
    assert_eq!(suffix(&arn).as_deref(), Some(":iam::aws:policy/AdministratorAccess"));
    let parts = tuple([text("arn"), partition.clone(), text("iam::aws:policy"), text("AdministratorAccess")]);
    let joined = run("join", [text(":"), parts]);
    assert_eq!(suffix(&joined).as_deref(), Some(":iam::aws:policy:AdministratorAccess"));
    let nested = run("format", [text("%s"), arn.clone()]);
    assert_eq!(suffix(&nested), suffix(&arn));
    assert_eq!(suffix(&run("format", [text("%5s/x%s"), arn.clone(), partition])), None);
    assert_eq!(run("endswith", [arn.clone(), text("/AdministratorAccess")]), Value::bool(true));
    assert_eq!(run("endswith", [arn, text("/ReadOnlyAccess")]), Value::bool(false));
}

#[test]
fn marks_go_where_the_value_goes() {
    let name = Mark::AttributeOf { address: "aws_iam_user.alice".into(), attribute: "name".into() };
    let keeps = |value: Value| value.marks.contains(&name);
    assert!(keeps(run("element", [tuple([name_of_alice()]), Value::integer(0)])));
    assert!(keeps(run("lookup", [object([("a", name_of_alice())]), text("a")])));
    assert!(keeps(run("coalesce", [Value::null(), name_of_alice()])));
    assert!(keeps(run("one", [tuple([name_of_alice()])])));
    assert!(keeps(run("tostring", [name_of_alice()])));
    assert!(keeps(run("join", [text(""), tuple([name_of_alice()])])));
    assert!(keeps(run("format", [text("%s"), name_of_alice()])));
    assert!(keeps(run("lower", [name_of_alice()])));
    assert!(keeps(run("trimspace", [name_of_alice()])));
    assert!(!keeps(run("upper", [name_of_alice()])));
    assert!(!keeps(run("format", [text("%s-x"), name_of_alice()])));
    assert!(!keeps(run("join", [text(","), tuple([name_of_alice(), text("b")])])));
    let list = run("distinct", [tuple([name_of_alice(), text("bob")])]);
    assert!(keeps(list.elements().unwrap()[0].clone()));
    assert!(keeps(run("toset", [tuple([name_of_alice()])]).elements().unwrap()[0].clone()));
}

#[test]
fn taints_go_into_whatever_is_computed() {
    let taint = Mark::SecretOf { address: "aws_iam_access_key.a".into() };
    for (name, arguments) in [
        ("upper", vec![secret()]),
        ("format", vec![text("key=%s"), secret()]),
        ("join", vec![text(","), tuple([secret(), text("x")])]),
        ("jsonencode", vec![object([("key", secret())])]),
        ("jsonencode", vec![object([("key", secret()), ("user", unknown("var.user"))])]),
        ("base64encode", vec![secret()]),
        ("replace", vec![unknown("var.text"), text("x"), secret()]),
        ("nonsensitive", vec![secret().with_mark(Mark::Sensitive)]),
        ("sensitive", vec![secret()]),
    ] {
        let result = run(name, arguments);
        assert!(result.marks.contains(&taint), "{name}: {result:?}");
    }
    assert!(!run("sha256", [secret()]).marks.contains(&taint), "a hash does not tell the secret");
    assert!(!run("length", [tuple([secret()]).with_mark(taint.clone())]).marks.contains(&taint));
    let list = run("formatlist", [text("k=%s"), tuple([secret(), text("x")])]);
    let elements = list.elements().unwrap();
    assert!(elements[0].marks.contains(&taint) && elements[1].marks.is_empty());
    let concatenated = run("concat", [tuple([secret()]), tuple([text("x")])]);
    assert!(concatenated.marks.is_empty() && concatenated.elements().unwrap()[0].marks.contains(&taint));

    assert!(run("sensitive", [text("a")]).marks.contains(&Mark::Sensitive));
    let plain = run("nonsensitive", [secret().with_mark(Mark::Sensitive)]);
    assert!(!plain.marks.contains(&Mark::Sensitive));
    assert_eq!(run("issensitive", [text("a").with_mark(Mark::Sensitive)]), Value::bool(true));
    assert!(run("upper", [text("a").with_mark(Mark::Sensitive)]).marks.contains(&Mark::Sensitive));
}

#[test]
fn what_a_deployment_computes_is_there() {
    let arn = Value::from(Unknown::new("aws_iam_policy.p.arn", Reason::Deployment));
    let list = tuple([arn.clone(), text(""), text("arn:aws:iam::aws:policy/AdministratorAccess")]);
    assert_eq!(run("compact", [list]).elements().unwrap().len(), 2);
    assert!(run("compact", [tuple([unknown("var.arn"), text("x")])]).as_unknown().is_some());
    for impure in ["timestamp", "plantimestamp", "uuid"] {
        assert_eq!(run(impure, []).as_unknown().unwrap().reason, Reason::Deployment, "{impure}");
    }
    let hash = run("bcrypt", [secret()]);
    assert_eq!(identity(&hash), "bcrypt((sensitive))");
}

#[test]
fn results_are_bounded() {
    let long = Value::tuple((0..400).map(|number: i32| Value::integer(number)).collect());
    let limited = |value: &Value| matches!(value.as_unknown().unwrap().reason, Reason::Unsupported(_));
    assert!(limited(&run("setproduct", [long.clone(), long.clone()])));
    let mut doubled = long;
    for _ in 0..20 {
        doubled = tuple([doubled.clone(), doubled]);
    }
    assert!(limited(&run("flatten", [doubled.clone()])));
    assert!(limited(&run("jsonencode", [doubled.clone()])));
    assert!(limited(&run("distinct", [doubled])));
    let long = text(&"a".repeat(1_000_000));
    assert!(limited(&run("replace", [long.clone(), text("a"), long.clone()])));
    assert!(limited(&run("replace", [long.clone(), text("/a/"), long.clone()])));
    assert!(limited(&run("indent", [Value::integer(1_000_000_000), text("a\nb")])));
    assert!(limited(&run("join", [long.clone(), Value::tuple(vec![text("a"); 30])])));
    assert!(!error(&run("format", [text("%999999999d"), Value::integer(1)])).is_empty());
    let set = set_of(vec![unknown("var.a"), unknown("var.b")]);
    assert_eq!(run("setunion", [set.clone(), set.clone()]), set);
}
