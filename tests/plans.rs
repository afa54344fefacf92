//! Plans and states: what Terraform wrote of the programs in `fixtures/terraform` gives what the programs give.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "reads fixtures and writes to temporary folders"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use credlint::cli::{self, Command, CommandLine};
use credlint::graph;
use credlint::pipeline::{self, Checked};
use credlint::report::{self, Report, RuleText};
use credlint::rules::RuleSet;
use credlint::settings::{CheckSettings, InputSettings};
use credlint::source::Workspace;
use credlint::terraform::ModuleLoader;
use credlint::terraform::plan::{self, Written, detect};
use serde_json::{Value, json};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/terraform")
}

fn settings(paths: &[&Path]) -> (InputSettings, Box<cli::Check>) {
    let paths = paths.iter().map(|path| path.to_str().unwrap());
    let line = CommandLine::parse_from_arguments(["credlint", "check"].into_iter().chain(paths)).unwrap();
    let Command::Check(arguments) = line.command else { unreachable!("`check` parses as check") };
    (InputSettings::new(&arguments.input).unwrap(), arguments)
}

fn check(paths: &[&Path]) -> (Checked, InputSettings) {
    let (settings, arguments) = settings(paths);
    let set = RuleSet::built_in().unwrap();
    (pipeline::check(&settings, &CheckSettings::new(&set, &arguments, &settings).unwrap(), None), settings)
}

/// Every rendering of a check: human, JSON, SARIF.
fn rendered(paths: &[&Path]) -> [String; 3] {
    let (checked, settings) = check(paths);
    let set = RuleSet::built_in().unwrap();
    let rules: Vec<RuleText> = set.rules().iter().map(RuleText::from).collect();
    let report = Report {
        findings: &checked.findings,
        rules: &rules,
        notices: &checked.notices,
        coverage: &checked.coverage,
        suppressed: &[],
        omit_suppressed: false,
        change: None,
        files: &settings.workspace.files,
        fail_on: None,
        failed: checked.failed,
    };
    [
        report::human::render(&report, &report::human::HumanOptions::default()),
        report::json::render(&report),
        report::sarif::render(&report),
    ]
}

/// What is found: rule, severity, user, message, and where.
fn findings(paths: &[&Path]) -> BTreeSet<String> {
    let document: Value = serde_json::from_str(&rendered(paths)[1]).unwrap();
    let mut found = BTreeSet::new();
    for finding in document["findings"].as_array().unwrap() {
        // What takes other inputs than those planned is no part of a plan.
        if finding["confidence"] == "certain" {
            let parts =
                ["rule", "severity", "subject", "subject_name", "message", "location", "related", "trail"];
            let parts: Vec<&Value> = parts.iter().map(|part| &finding[part]).collect();
            found.insert(serde_json::to_string(&parts).unwrap());
        }
    }
    found
}

/// Users with their accounts, credentials with their users.
fn nodes(path: &Path) -> BTreeSet<String> {
    let graph = graph_of(path);
    let rows = ["users", "access_keys", "passwords"].map(|kind| graph[kind].as_array().unwrap().clone());
    let facts = ["address", "account", "user", "status"];
    let existing =
        rows.into_iter().flatten().filter(|row| row["by_default"] == true && row["external"] != true);
    existing.map(|row| facts.map(|fact| row[fact].to_string()).join(" ")).collect()
}

fn graph_of(path: &Path) -> Value {
    let (settings, _) = settings(&[path]);
    let understood = pipeline::understand(&settings);
    let text = report::graph::json(&understood.graph, &understood.notices, &settings.workspace.files);
    serde_json::from_str(&text).unwrap()
}

fn messages(paths: &[&Path], rule: &str) -> Vec<String> {
    let (checked, _) = check(paths);
    let of_rule = checked.findings.iter().filter(|finding| &*finding.rule == rule);
    of_rule.map(|finding| finding.message.clone()).collect()
}

#[test]
fn a_plan_says_what_its_program_says_and_where() {
    let mut compared = 0;
    let programs = ["programs", "plans"].map(|folder| std::fs::read_dir(fixtures().join(folder)).unwrap());
    for program in programs.into_iter().flatten().map(|entry| entry.unwrap().path()) {
        let plan = program.join("plan.json");
        // The second deployment is no longer what the program alone says.
        if !plan.exists() || program.ends_with("lifecycle") {
            continue;
        }
        let (of_program, of_plan) = (findings(&[&program]), findings(&[&plan]));
        let odd: Vec<&String> = of_program.symmetric_difference(&of_plan).collect();
        assert!(odd.is_empty(), "{}: {odd:#?}", program.display());
        let (of_program, of_plan_alone) = (nodes(&program), nodes(&plan));
        let odd: Vec<&String> = of_program.symmetric_difference(&of_plan_alone).collect();
        assert!(odd.is_empty(), "{}: {odd:#?}", program.display());
        compared += of_plan.len();
    }
    assert!(compared > 100, "only {compared} findings were compared");
}

#[test]
fn every_unknown_link_finds_its_user() {
    let (settings, _) = settings(&[&fixtures().join("plans/links/plan.json")]);
    let understood = pipeline::understand(&settings);
    let text = report::graph::json(&understood.graph, &understood.notices, &settings.workspace.files);
    let graph: Value = serde_json::from_str(&text).unwrap();
    let mut links: Vec<(&str, &str)> = graph["access_keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| (key["address"].as_str().unwrap(), key["user"].as_str().unwrap()))
        .collect();
    links.sort_unstable();
    let expected = [
        ("aws_iam_access_key.audit", "aws_iam_user.audit"),
        ("aws_iam_access_key.deploy", "aws_iam_user.deploy"),
        ("aws_iam_access_key.external", "data.aws_iam_user.external"),
        (r#"aws_iam_access_key.of_team["ops"]"#, r#"module.team["ops"].aws_iam_user.member"#),
        (r#"aws_iam_access_key.person["ana"]"#, r#"aws_iam_user.person["ana"]"#),
        (r#"aws_iam_access_key.person["ben"]"#, r#"aws_iam_user.person["ben"]"#),
        ("aws_iam_access_key.robot[0]", "aws_iam_user.robot[0]"),
        ("aws_iam_access_key.robot[1]", "aws_iam_user.robot[1]"),
        ("aws_iam_access_key.second", "aws_iam_user.robot[1]"),
        (r#"module.team["dev"].aws_iam_access_key.boss"#, r#"aws_iam_user.person["ana"]"#),
        (r#"module.team["dev"].aws_iam_access_key.member"#, r#"module.team["dev"].aws_iam_user.member"#),
        (r#"module.team["ops"].aws_iam_access_key.boss"#, r#"aws_iam_user.person["ana"]"#),
        (r#"module.team["ops"].aws_iam_access_key.member"#, r#"module.team["ops"].aws_iam_user.member"#),
    ];
    assert_eq!(links, expected);
    assert_eq!(understood.notices, []);
    assert_eq!(understood.graph.roots[0].format, "terraform-plan");
}

#[test]
fn configurations_of_one_account_are_one_and_of_two_are_two() {
    let expected = [
        ("aws_iam_access_key.home", "aws_iam_user.home"),
        ("aws_iam_access_key.home_second", "aws_iam_user.home"),
        ("aws_iam_access_key.prod", "aws_iam_user.prod"),
        ("aws_iam_access_key.shared", "aws_iam_user.shared"),
        ("module.worker.aws_iam_access_key.this", "aws_iam_user.staging"),
    ];
    let accounts = [
        ("aws_iam_user.home", "aws"),
        ("aws_iam_user.prod", "111122223333"),
        ("aws_iam_user.shared", "777788889999"),
        ("aws_iam_user.staging", "444455556666"),
    ];
    let pairs = |graph: &Value, kind: &str, fact: &str| -> BTreeSet<(String, String)> {
        let rows = graph[kind].as_array().unwrap().iter();
        rows.map(|row| (row["address"].as_str().unwrap().into(), row[fact].as_str().unwrap_or("").into()))
            .collect()
    };
    let owned = |pairs: &[(&str, &str)]| -> BTreeSet<(String, String)> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    let plan = fixtures().join("programs/accounts/plan.json");
    let graph = graph_of(&plan);
    assert_eq!(pairs(&graph, "access_keys", "user"), owned(&expected));
    assert_eq!(pairs(&graph, "users", "account"), owned(&accounts));
    // Without its configuration a plan does not say what a role is that is no constant: nothing is guessed.
    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join("plan.json");
    std::fs::copy(&plan, &alone).unwrap();
    let links = pairs(&graph_of(&alone), "access_keys", "user");
    let differs: Vec<_> = links.symmetric_difference(&owned(&expected)).cloned().collect();
    assert!(differs.iter().all(|(key, _)| key == "aws_iam_access_key.shared"), "{differs:?}");
    assert_eq!(differs.len(), 2);
}

#[test]
fn a_plan_of_a_part_says_so() {
    let text = std::fs::read_to_string(fixtures().join("plans/smallest/plan.json")).unwrap();
    for (whole, part, expected) in [
        ("\"complete\":true", "\"complete\":false", "of a part of the program"),
        ("\"errored\":false", "\"errored\":true,\"later\":1", "planning stopped with an error"),
        ("\"complete\":true", "\"complete\":false,\"deferred_changes\":[{}]", "1 changes are left"),
    ] {
        let changed = text.replacen(whole, part, 1);
        assert_ne!(changed, text);
        let notices = read(&changed, Written::Plan).contents.notices;
        assert_eq!(notices.len(), 1, "{notices:?}");
        assert!(notices[0].message.contains(expected), "{notices:?}");
    }
}

#[test]
fn what_a_second_deployment_leaves_replaces_imports_and_deletes() {
    let plan = fixtures().join("plans/lifecycle/plan.json");
    // Only what is wholly new is a setup; a key for a user that is there, or is imported, was asked for.
    let setups = messages(&[&plan], "access-key-at-user-setup");
    assert_eq!(setups, ["user `new` gets 2 access keys at setup, together with a console password"]);
    // `gone` is deleted, `moving` is replaced and changes hands.
    let several = messages(&[&plan], "multiple-active-keys");
    assert_eq!(several, ["user `old` has 2 active access keys", "user `new` has 2 active access keys"]);
    assert_eq!(messages(&[&plan], "exposed-secret-key"), Vec::<String>::new());
    let (checked, _) = check(&[&plan]);
    let coverage = &checked.coverage;
    assert_eq!((coverage.users, coverage.access_keys, coverage.passwords), (4, 5, 3));
    assert!(checked.findings.iter().any(|finding| finding.subject.address == "aws_iam_user.after"));
}

#[test]
fn both_forms_of_a_state_say_the_same() {
    let folder = fixtures().join("plans/lifecycle");
    for name in ["before.tfstate", "before.json"] {
        let state = folder.join(name);
        let paths: &[&Path] = &[&state];
        assert_eq!(messages(paths, "access-key-at-user-setup"), Vec::<String>::new());
        assert_eq!(
            messages(paths, "multiple-active-keys"),
            ["user `old` has 3 active access keys of 3, and AWS allows two keys a user"]
        );
        assert_eq!(messages(paths, "secret-in-state").len(), 3);
        let exposed = messages(paths, "exposed-secret-key");
        assert!(exposed.iter().any(|message| message.contains("aws_ssm_parameter.leak")), "{exposed:?}");
    }
}

#[test]
fn no_text_of_a_plan_or_state_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["plans/lifecycle/before.tfstate", "plans/lifecycle/before.json", "plans/lifecycle/plan.json"]
    {
        let text = std::fs::read_to_string(fixtures().join(name)).unwrap();
        assert!(text.contains("that-nobody-may-see"), "{name} holds no secret to hide");
        let copy = folder.path().join(Path::new(name).file_name().unwrap());
        std::fs::write(&copy, text).unwrap();
        for output in rendered(&[&copy]) {
            assert!(output.contains("multiple-active-keys"));
            for hidden in ["that-nobody-may-see", "schema_version", "provider_name", "\"attributes\""] {
                assert!(!output.contains(hidden), "{name} shows {hidden}");
            }
        }
        let (settings, _) = settings(&[&copy]);
        let understood = pipeline::understand(&settings);
        let graph = report::graph::json(&understood.graph, &understood.notices, &settings.workspace.files);
        assert!(!graph.contains("that-nobody-may-see"));
    }
}

#[test]
fn without_its_configuration_a_plan_is_its_own_place() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("made-by-ci");
    std::fs::copy(fixtures().join("plans/links/plan.json"), &plan).unwrap();
    let (checked, settings) = check(&[&plan]);
    assert!(!checked.findings.is_empty());
    let text = std::fs::read_to_string(&plan).unwrap();
    for finding in &checked.findings {
        let file = settings.workspace.files.get(finding.primary.span.file);
        assert_eq!(&*file.path, "made-by-ci");
        let stands = &text[finding.primary.span.range()];
        // An output is in no object of its own.
        if finding.message.contains("output") {
            continue;
        }
        assert!(stands.starts_with('{') && stands.ends_with('}'), "no object: {stands}");
    }
}

#[test]
fn with_its_directory_a_plan_is_judged_once() {
    let program = fixtures().join("plans/links");
    let plan = program.join("plan.json");
    let (alone, _) = check(&[&plan]);
    let (both, settings) = check(&[&program, &plan]);
    let names = |checked: &Checked| -> Vec<String> {
        checked.findings.iter().map(|finding| finding.fingerprint.clone()).collect()
    };
    assert_eq!(names(&both), names(&alone));
    assert_eq!(both.coverage.roots, 1);
    assert!(both.notices.is_empty(), "{:?}", both.notices);
    assert!(settings.paths.len() == 2);
    // Met in a walk, it is left out, and that is said.
    let (walked, _) = check(&[&program]);
    assert_eq!(walked.notices.len(), 1);
    assert!(walked.notices[0].message.contains("read when it is named"), "{:?}", walked.notices);
}

/// What `credlint` prints and its status when this is its standard input, in a directory.
fn piped(directory: &Path, arguments: &[&str], input: &[u8]) -> (String, Option<i32>) {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut command = Command::new(env!("CARGO_BIN_EXE_credlint"));
    command.args(arguments).current_dir(directory).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

#[test]
fn a_plan_can_come_through_a_pipe() {
    let program = fixtures().join("plans/links");
    let plan = std::fs::read(program.join("plan.json")).unwrap();
    let arguments = ["check", "-", "--format", "json"];
    // In the directory of its configuration it says what the file says there.
    let (text, status) = piped(&program, &arguments, &plan);
    assert_eq!(status, Some(1));
    let document: Value = serde_json::from_str(&text).unwrap();
    let of_file: Value = serde_json::from_str(&rendered(&[&program.join("plan.json")])[1]).unwrap();
    let places = |document: &Value| -> Vec<String> {
        let findings = document["findings"].as_array().unwrap().iter();
        findings.map(|finding| format!("{} {}", finding["message"], finding["location"])).collect()
    };
    assert_eq!(places(&document), places(&of_file));
    // Elsewhere it is its own place.
    let folder = tempfile::tempdir().unwrap();
    let (text, _) = piped(folder.path(), &arguments, &plan);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["findings"].as_array().unwrap().len(), places(&of_file).len());
    assert!(document["findings"][0]["location"]["path"] == "<stdin>", "{text}");
    // What is no plan is not passed over.
    for other in [&b"resource \"aws_iam_user\" \"a\" {}"[..], b"", b"\xff", b"PK\x03\x04\xff"] {
        assert_eq!(piped(folder.path(), &["check", "-"], other).1, Some(2));
    }
}

/// What is said of a file of this text: the one notice, whether it makes the run incomplete, and the help.
fn refused(name: &str, text: &[u8]) -> (String, bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, text).unwrap();
    let (checked, _) = check(&[&file]);
    assert_eq!(checked.findings, []);
    assert_eq!(checked.notices.len(), 1, "{:?}", checked.notices);
    let notice = &checked.notices[0];
    (notice.message.clone(), notice.kind.is_incomplete(), notice.help.clone().unwrap_or_default())
}

#[test]
fn what_cannot_be_read_says_how_it_can() {
    let binary = refused("plan.out", b"PK\x03\x04\xff\xfe and so on");
    assert!(binary.0.contains("binary plan") && binary.1 && binary.2.contains("terraform show -json FILE"));
    let progress = b"{\"@level\":\"info\",\"@message\":\"Terraform 1.11.4\",\"type\":\"version\"}\n{\"@level\":\"info\"}\n";
    let progress = refused("plan.json", progress);
    assert!(progress.1 && progress.2.contains("terraform plan -out=FILE"), "{progress:?}");
    let future = refused("plan.json", br#"{"format_version":"2.0","planned_values":{}}"#);
    assert!(future.0.contains("\"2.0\"") && future.1, "{future:?}");
    let cut = refused("plan.json", br#"{"format_version":"1.2","planned_values":{"root_mo"#);
    assert!(cut.0.contains("cut off (line 1, column 50)") && cut.1, "{cut:?}");
    let old = refused("terraform.tfstate", br#"{"version":3,"terraform_version":"0.11.0","serial":1}"#);
    assert!(old.0.contains("version 3") && old.1, "{old:?}");
}

#[test]
fn a_plan_that_a_shell_wrote_as_utf_16_is_read() {
    let program = fixtures().join("plans/smallest/plan.json");
    let text = format!("\u{feff}{}", std::fs::read_to_string(&program).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.json");
    std::fs::write(&file, text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()).unwrap();
    assert_eq!(messages(&[&file], "secret-in-state"), messages(&[&program], "secret-in-state"));
    assert_eq!(messages(&[&file], "secret-in-state").len(), 1);
}

#[test]
fn a_newer_minor_version_and_what_it_adds_is_read() {
    let text = std::fs::read_to_string(fixtures().join("programs/counts/plan.json")).unwrap();
    let newer = text.replacen(
        "\"format_version\":\"1.2\"",
        "\"format_version\":\"1.99\",\"later\":{\"a\":[1e999]}",
        1,
    );
    assert_ne!(text, newer);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.json");
    std::fs::write(&file, format!("\u{feff}{newer}")).unwrap();
    let (checked, _) = check(&[&file]);
    assert!(!checked.findings.is_empty() && checked.notices.is_empty(), "{:?}", checked.notices);
}

/// Reads a text as a plan or state, as if a file held it.
fn read(text: &str, written: Written) -> plan::Document {
    let workspace = Workspace::new(PathBuf::from("/nowhere"), Vec::new());
    let file = workspace.files.add_unshown("plan.json", text);
    plan::read(
        &workspace,
        &ModuleLoader::new(&workspace, &graph::interest()),
        file,
        written,
        &[],
        &graph::interest(),
    )
}

#[test]
fn a_broken_plan_or_state_never_panics() {
    let folder = fixtures();
    let texts = [
        ("plans/smallest/plan.json", Written::Plan),
        ("plans/smallest/shown.json", Written::ShownState),
        ("plans/smallest/terraform.tfstate", Written::StateFile),
    ];
    for (name, written) in texts {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        assert!(!read(&text, written).contents.resources.is_empty(), "{name} holds nothing to break");
        for at in 0..text.trim_end().len() {
            detect(&text.as_bytes()[..at]);
            let cut = read(&text[..at], written);
            assert_eq!(cut.contents.notices.len(), 1, "{name} cut at {at}");
        }
        for at in 0..text.len() {
            let mut broken = text.clone();
            broken.replace_range(at..=at, ["", "\"", "["][at % 3]);
            read(&broken, written);
        }
    }
}

#[test]
fn hostile_plans_end() {
    let planned = json!({"root_module": {"resources": [
        {"address": "module.a.aws_iam_access_key.k", "type": "aws_iam_access_key", "values": {}}]}});
    let change = json!({"address": "module.a.aws_iam_access_key.k", "type": "aws_iam_access_key",
        "change": {"actions": ["create"], "after": {}, "after_unknown": {"user": true}}});
    // Each output refers to two others: more ways than could ever be followed.
    let outputs: serde_json::Map<String, Value> = (0..70)
        .map(|index| {
            let next = format!("module.a.o{}", (index + 1) % 70);
            let references = json!([next, format!("module.a.o{}", (index + 2) % 70), "module.a"]);
            (format!("o{index}"), json!({"expression": {"references": references}}))
        })
        .collect();
    let inner = json!({"outputs": outputs, "module_calls": {"a": {"module": {"outputs": outputs}}},
        "resources": [{"address": "aws_iam_access_key.k", "mode": "managed",
            "expressions": {"user": {"references": ["var.user"]}}}]});
    let root = json!({"outputs": outputs, "module_calls": {"a": {"module": inner,
        "expressions": {"user": {"references": ["module.a.o0", "module.a"]}}}}});
    let plan = json!({"format_version": "1.2", "planned_values": planned, "resource_changes": [change],
        "configuration": {"root_module": root}});
    let document = read(&plan.to_string(), Written::Plan);
    assert_eq!(document.contents.resources.len(), 1);
    // Deep nesting is refused or passed over, never followed down.
    for depth in [200, 100_000] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for key in ["variables", "planned_values", "resource_changes", "configuration", "format_version"] {
            read(&format!("{{\"{key}\":{deep},\"format_version\":\"1.2\"}}"), Written::Plan);
        }
        let change = format!(
            r#"{{"format_version":"1.2","resource_changes":[{{"address":"aws_iam_user.a","type":"aws_iam_user",
                "change":{{"actions":["create"],"after":{{"name":{deep},"path":1e999}}}}}}]}}"#
        );
        assert_eq!(read(&change, Written::Plan).contents.resources.len(), 1);
    }
}
