//! Rule files that are wrong, or meant to do harm: each gives an error that says where, or a bounded run.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use credlint::rules::record::{AccessKeyRecord, LimitsRecord, PolicyRecord, UserRecord};
use credlint::rules::{Hit, Rule, RuleError, RuleSet, evaluate};
use proptest::prelude::*;

const RULE: &str = "---
id: own
title: A rule of one's own
severity: low
subject: user
let:
  keys: user.access_keys
when: keys.size() > 0
flag: keys
message: \"{user.name} has {keys.size()} keys\"
why: w
fix: f
---
## What
";

fn read(text: &str) -> Result<RuleSet, RuleError> {
    let mut set = RuleSet::default();
    set.add_file("rules/own.md", text)?;
    Ok(set)
}

fn error(text: &str) -> RuleError {
    read(text).err().unwrap_or_else(|| panic!("read without an error: {text}"))
}

fn record(keys: usize, policies: usize) -> UserRecord {
    UserRecord {
        node: 0,
        address: "aws_iam_user.a".to_owned(),
        name: "a".to_owned(),
        name_known: true,
        machine: false,
        human: false,
        path: None,
        managed: true,
        created: true,
        imported: false,
        access_keys: (0..keys)
            .map(|index| AccessKeyRecord {
                node: 1 + index,
                address: format!("aws_iam_access_key.k[{index}]"),
                active: true,
                created: true,
                imported: false,
                in_state: true,
                encrypted: false,
                exposures: Vec::new(),
            })
            .collect(),
        password: None,
        groups: Vec::new(),
        policies: (0..policies)
            .map(|index| PolicyRecord {
                node: 1 + keys + index,
                address: format!("aws_iam_user_policy.p[{index}]"),
                name: format!("p{index}"),
                kind: "inline".to_owned(),
                direct: true,
                group: None,
                administrator: false,
            })
            .collect(),
        ssh_keys: Vec::new(),
        service_credentials: Vec::new(),
        certificates: Vec::new(),
        mfa_devices: Vec::new(),
        format: "terraform".to_owned(),
        live: None,
    }
}

fn run(set: &RuleSet, record: &UserRecord) -> (Vec<Hit>, Vec<String>) {
    let rules: Vec<&Rule> = set.rules().iter().collect();
    let (hits, errors) = evaluate(&rules, record, &LimitsRecord::default());
    (hits.into_iter().map(|(_, hit)| hit).collect(), errors.iter().map(ToString::to_string).collect())
}

#[test]
fn the_rule_itself_works() {
    let (hits, errors) = run(&read(RULE).unwrap(), &record(2, 0));
    assert!(errors.is_empty());
    assert_eq!(hits[0].message, "a has 2 keys");
    assert_eq!(hits[0].flagged, [1, 2]);
}

#[test]
fn errors_say_what_and_where() {
    for (from, to, place, message) in [
        ("severity: low", "severity: hgih", "4:11", "unknown variant `hgih`"),
        ("severity: low", "severty: low", "4:1", "unknown field `severty`"),
        ("severity: low\n", "", "11:1", "missing field `severity`"),
        ("subject: user", "subject: group", "5:10", "unknown variant `group`"),
        ("why: w", "why: w\nwhy: x", "12:1", "duplicate mapping key: why"),
        ("id: own", "id: other", "2:5", "the id `other` is not the file's name"),
        ("id: own", "id: Own", "2:5", "not made of lower-case letters"),
        ("  keys: user", "  user: user", "7:3", "`user` is taken"),
        ("  keys: user", "  Keys: user", "7:3", "`Keys` is no name"),
        ("user.access_keys", "user.acess_keys", "7:14", "no field `acess_keys`"),
        ("when: keys.size() > 0", "when: keys.size()", "8:7", "gives a whole number, not true or false"),
        ("when: keys.size() > 0", "when: keys.size() >", "8:20", "ends too early"),
        ("when: keys.size() > 0", "when: !user.created", "8:20", "a value is missing here"),
        ("when: keys.size() > 0", "when: ''", "8:8", "`when` is empty"),
        ("flag: keys", "flag: user.name", "9:7", "gives a text, not a record"),
        ("{keys.size()}", "{keys.sise()}", "10:33", "there is no function `sise`"),
        ("{keys.size()}", "{keys}", "10:28", "a list of access keys cannot be written out"),
        ("{keys.size()}", "{keys.size()", "10:27", "never closed"),
        ("{user.name}", "}", "10:11", "closes nothing"),
    ] {
        let error = error(&RULE.replace(from, to));
        assert_eq!(format!("{}:{}", error.line, error.column), place, "{to}: {error}");
        assert!(error.message.contains(message), "{to}: {error}");
        assert_eq!(error.file(), "rules/own.md");
        assert!(error.to_string().starts_with(&format!("rules/own.md:{place}: ")), "{error}");
    }
}

#[test]
fn errors_are_drawn_at_the_character() {
    let error = error(&RULE.replace("user.access_keys", "user.acess_keys"));
    assert!(error.help_text().unwrap().starts_with("did you mean `access_keys`?"), "{error:?}");
    let mut drawn = String::new();
    miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor())
        .render_report(&mut drawn, &error)
        .unwrap();
    assert!(drawn.contains("[rules/own.md:7:14]"), "{drawn}");
    assert!(drawn.contains("keys: user.acess_keys"), "{drawn}");
}

#[test]
fn expressions_are_placed_however_yaml_writes_them() {
    for (written, place) in [
        ("when: user.nam == 'x'", "8:12"),
        ("when: \"user.nam == 'x'\"", "8:13"),
        ("when: 'user.nam == ''x'''", "8:13"),
        ("when: >-\n  user.created &&\n  user.nam == 'x'", "10:8"),
        ("when: |\n  user.created\n    && user.nam == 'x'", "10:13"),
        ("when: user.created\n  && user.nam == 'x'", "9:11"),
    ] {
        let error = error(&RULE.replace("when: keys.size() > 0", written));
        assert!(error.message.contains("no field `nam`"), "{written}: {error}");
        assert_eq!(format!("{}:{}", error.line, error.column), place, "{written}: {error}");
    }
}

#[test]
fn files_that_are_no_rules_are_errors() {
    for text in [
        "",
        "# A heading\n",
        "---\n",
        "---\nid: own\n",
        "\u{feff}",
        "---\n---\n",
        "---\n- a\n---\n",
        "---\n\t\n---\n",
    ] {
        let error = error(text);
        assert!(error.line >= 1 && error.column >= 1, "{text:?}: {error}");
    }
    // A byte-order mark and Windows line endings are no harm.
    assert!(read(&format!("\u{feff}{}", RULE.replace('\n', "\r\n"))).is_ok());
}

#[test]
fn an_id_is_taken_once() {
    let mut set = read(RULE).unwrap();
    let error = set.add_file("elsewhere/own.md", RULE).unwrap_err();
    assert!(error.message.contains("there is a rule `own` already"), "{error}");
    assert_eq!(set.rules().len(), 1);
}

#[test]
fn size_and_number_are_bounded() {
    let names = |count: usize| {
        let mut text = String::from("let:\n");
        for index in 0..count {
            writeln!(text, "  n{index}: user.created").unwrap();
        }
        RULE.replace("let:\n", &text)
    };
    assert!(read(&names(15)).is_ok());
    assert!(error(&names(40)).message.contains("at most 16 names"));

    let cases = format!("cases:\n{}why: w", "  - when: user.created\n".repeat(40));
    assert!(error(&RULE.replace("why: w", &cases)).message.contains("at most 16 cases"));

    assert!(error(&format!("{RULE}{}", "x".repeat(1_000_000))).message.contains("larger than"));
    let long = format!("when: {}", "user.created && ".repeat(200));
    assert!(error(&RULE.replace("when: keys.size() > 0", &long)).message.contains("longer than"));
}

#[test]
fn hostile_yaml_is_refused() {
    let bomb = "a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n\
                c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\n\
                e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]\nsame-as: *e\n";
    for yaml in [
        bomb.to_owned(),
        format!("same-as: {}", "[".repeat(100_000)),
        format!("controls: {}", "{a: ".repeat(20_000)),
        format!("same-as:\n{}", " - \n".repeat(20_000)),
    ] {
        let start = Instant::now();
        error(&RULE.replace("why: w", &yaml));
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}

/// Loops over loops, and values that double: given up, and said.
#[test]
fn costly_rules_are_given_up_and_reported() {
    let doubling = |part: &str, end: &str| format!("[user.name]{}{end}", part.repeat(25));
    let nested = |depth: usize| {
        let open: Vec<String> = (0..depth).map(|at| format!("user.policies.exists(p{at}, ")).collect();
        let open = open.concat();
        format!("{open}p0.name == 'x'{}", ")".repeat(depth))
    };
    for condition in [
        doubling(".map(x, x + x)", ".size() > 0"),
        // It holds the same list many times over, which costs nothing until somebody goes through it.
        doubling(".map(x, [x, x])", ".exists(x, x == x)"),
        nested(4),
        "keys.map(k, keys.map(l, keys + keys)).size() > 0".to_owned(),
    ] {
        let set = read(&RULE.replace("when: keys.size() > 0", &format!("when: \"{condition}\""))).unwrap();
        let start = Instant::now();
        let (hits, errors) = run(&set, &record(300, 300));
        assert!(start.elapsed() < Duration::from_secs(10), "{condition}");
        assert!(hits.is_empty() && errors.len() == 1, "{condition}: {hits:?} {errors:?}");
        assert!(errors[0].contains("too many steps"), "{}", errors[0]);
        assert!(errors[0].starts_with("rule `own`: `when` cannot be evaluated"), "{}", errors[0]);
    }
}

/// A place may be held many times over as well.
#[test]
fn places_are_counted() {
    let flag = format!("flag: \"[user]{}\"", ".map(x, [x, x])".repeat(25));
    let (hits, errors) = run(&read(&RULE.replace("flag: keys", &flag)).unwrap(), &record(1, 0));
    assert!(hits.is_empty());
    assert!(errors[0].contains("too many steps") && errors[0].contains("`flag`"), "{errors:?}");
}

#[test]
fn values_under_let_cannot_be_doubled_for_ever() {
    let mut text = String::from("let:\n  a0: user.access_keys\n");
    for index in 1..15 {
        let before = index - 1;
        writeln!(text, "  a{index}: a{before} + a{before} + a{before} + a{before} + a{before} + a{before}")
            .unwrap();
    }
    let set = read(&RULE.replace("let:\n", &text)).unwrap();
    let start = Instant::now();
    let (_, errors) = run(&set, &record(10, 0));
    assert!(start.elapsed() < Duration::from_secs(20));
    assert!(errors[0].contains("too many steps"), "{errors:?}");
}

#[test]
fn one_failing_rule_leaves_the_others_alone() {
    let mut set = RuleSet::default();
    set.add_file("bad.md", &RULE.replace("id: own", "id: bad").replace("keys.size() > 0", "keys[7].active"))
        .unwrap();
    set.add_file("own.md", RULE).unwrap();
    let (hits, errors) = run(&set, &record(2, 0));
    assert_eq!(hits.len(), 1);
    assert_eq!(errors.len(), 1);
    assert!(errors[0].contains("rule `bad`") && errors[0].contains("aws_iam_user.a"), "{errors:?}");
}

/// Ten thousand credentials on one user is hostile, but no reason to say nothing.
#[test]
fn the_rules_of_ours_bear_large_users() {
    let set = RuleSet::built_in().unwrap();
    let start = Instant::now();
    let (hits, errors) = run(&set, &record(10_000, 0));
    assert!(errors.is_empty(), "{errors:?}");
    assert!(hits.iter().any(|hit| hit.message.contains("10000 active access keys")));
    let (hits, errors) = run(&set, &record(0, 10_000));
    assert!(errors.is_empty(), "{errors:?}");
    assert!(hits.iter().any(|hit| hit.message.contains("10000 policies")));
    assert!(start.elapsed() < Duration::from_mins(2));
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(2), failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    /// Whatever is written into a rule file, reading it ends, and a rule that was read can be run.
    #[test]
    fn mutated_rules_never_panic(position in 0..RULE.len(), inserted in "\\PC{0,12}|[\\[\\](){}'\"!&|.:\\n -]{0,12}", removed in 0_usize..10) {
        let end = (position + removed).min(RULE.len());
        let text = format!("{}{inserted}{}", &RULE[..position], &RULE[end..]);
        if let Ok(set) = read(&text) {
            run(&set, &record(2, 1));
        }
    }

    #[test]
    fn any_expression_ends(expression in "[a-z.()\\[\\]{}'\"!&|?:,+<>=0-9 -]{0,60}") {
        let quoted = format!("'{}'", expression.replace('\'', "''"));
        if let Ok(set) = read(&RULE.replace("when: keys.size() > 0", &format!("when: {quoted}"))) {
            run(&set, &record(2, 1));
        }
    }
}
