//! Every limit that `docs/limits.md` lists is reached by a test, here or where its area is tested, and said when it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use credlint::pipeline;
use credlint::settings::InputSettings;
use credlint::settings::configuration::Configuration;
use credlint::source::Workspace;

use super::tree::{BASE, Memory};

/// Words of the first column, and the file and test that reach the limit.
const REACHED: [(&str, &str, &str); 31] = [
    ("nesting of one expression", "src/syntax/hcl/robustness.rs", "deep_nesting_is_a_notice"),
    ("nesting of JSON", "src/syntax/json/tests.rs", "hostile_nesting_ends"),
    ("expressions that wait for one another", "tests/mutation/limits.rs", "chains_of_references_end"),
    ("expressions and elements evaluated in one root", "tests/mutation/limits.rs", "loops_in_loops_end"),
    ("parts of one value", "tests/mutation/limits.rs", "what_doubles_ends"),
    ("elements of one function's result", "src/terraform/functions/tests/mod.rs", "results_are_bounded"),
    ("text made by one function or template", "tests/mutation/limits.rs", "what_doubles_ends"),
    ("what the searches of one", "tests/mutation/limits.rs", "searches_end"),
    ("users of one account that may have one name", "tests/mutation/limits.rs", "namesakes_are_so_many"),
    ("instances of one block", "tests/mutation/limits.rs", "instances_end"),
    ("instances in one root", "tests/check.rs", "work_is_bounded"),
    ("modules that call one another", "tests/mutation/limits.rs", "calls_of_calls_end"),
    (
        "alternatives of one value",
        "src/terraform/functions/tests/mod.rs",
        "too_many_choices_stay_inside_of_what_is_remembered",
    ),
    ("references followed in one plan", "tests/plans.rs", "hostile_plans_end"),
    (
        "parts of a template that aliases repeat",
        "src/cloudformation/document/tests.rs",
        "what_aliases_repeat_has_a_limit",
    ),
    (
        "nesting of a template",
        "src/cloudformation/document/tests.rs",
        "nesting_has_a_limit_whatever_it_is_made_of",
    ),
    ("entries that the loops of one section make", "tests/template_loops.rs", "a_loop_that_is_too_long_ends"),
    (
        "stacks nested in one template",
        "tests/templates.rs",
        "nested_templates_that_cannot_be_followed_are_said",
    ),
    ("`credlint.toml`", "tests/configuration.rs", "limits_of_the_file_count_and_longer_ones_are_said"),
    (
        "a credential report",
        "src/evidence/report/error_tests.rs",
        "rows_past_the_limit_are_not_read_in_silence",
    ),
    (
        "worlds of one user",
        "tests/check.rs",
        "a_user_with_more_toggles_than_there_are_worlds_is_judged_near_the_defaults",
    ),
    ("a file", "tests/mutation/limits.rs", "a_file_is_so_large"),
    ("numbers", "tests/mutation/limits.rs", "numbers_end"),
    ("values of one input that are tried", "", "a default stands in, and nothing is left out in silence"),
    (
        "a plan or state",
        "",
        "half a gigabyte is too much for a test; it is the file's limit with another number",
    ),
    ("a manifest of installed modules", "", "as above"),
    ("files that one Terragrunt unit reads", "tests/mutation/limits.rs", "files_of_one_unit_are_so_many"),
    ("expressions evaluated in one template or assembly", "", "takes too long without optimisation"),
    ("keys of a mapping", "tests/mutation/limits.rs", "what_functions_of_templates_make_ends"),
    (
        "text made by one function of a template",
        "tests/mutation/limits.rs",
        "what_functions_of_templates_make_ends",
    ),
    ("accounts of which there are reports", "", "takes too long without optimisation"),
];

/// Rows whose limit no test reaches yet, each for its reason above or because it is about what is listed, not lost.
const OTHERS: [&str; 2] = ["errors told of one credential report", "entries of the scanned tree"];

#[test]
fn every_documented_limit_is_reached_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/limits.md")).unwrap();
    let rows = text.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let rows: Vec<&str> = rows.take_while(|line| line.starts_with('|')).map(|line| &line[2..]).collect();
    let is_of = |row: &str, words: &str| {
        let rest = row.strip_prefix(words);
        rest.is_some_and(|rest| rest.starts_with([' ', ',', ';', '\'']))
    };
    for row in &rows {
        let known = REACHED.iter().map(|(words, ..)| *words).chain(OTHERS);
        assert!(known.clone().any(|words| is_of(row, words)), "no test is named for the limit of {row}");
    }
    for (words, path, name) in REACHED {
        assert!(rows.iter().any(|row| is_of(row, words)), "docs/limits.md has no row on {words}");
        if !path.is_empty() {
            let source = std::fs::read_to_string(root.join(path)).unwrap();
            assert!(source.contains(&format!("fn {name}()")), "{path} has no test {name}");
        }
    }
}

/// The notices on a tree, in words.
fn notices(files: &[(&str, &str)]) -> Vec<String> {
    let contents: BTreeMap<String, Arc<[u8]>> =
        files.iter().map(|(path, text)| ((*path).to_owned(), Arc::from(text.as_bytes()))).collect();
    let base = PathBuf::from(BASE);
    let workspace =
        Workspace::new(base.clone(), vec![base.clone()]).with_tree(Arc::new(Memory::new(&contents)));
    let input = InputSettings {
        workspace,
        paths: vec![base],
        notices: Vec::new(),
        assignments: Vec::new(),
        parameters: Vec::new(),
        configuration: Configuration::default(),
        allow_parse_errors: false,
    };
    let understood = pipeline::understand(&input);
    understood.notices.iter().map(|notice| format!("{}: {}", notice.kind.name(), notice.message)).collect()
}

/// The notices on a program that names its user by an expression over these local values.
fn notices_of(locals: &str, name: &str) -> Vec<String> {
    notices(&[(
        "main.tf",
        &format!("locals {{\n{locals}}}\nresource \"aws_iam_user\" \"u\" {{\n  name = {name}\n}}\n"),
    )])
}

fn is_said(notices: &[String], words: &str) {
    assert!(notices.iter().any(|notice| notice.contains(words)), "{words} is not in {notices:#?}");
}

/// `a1 = f(local.a0)`, `a2 = f(local.a1)` and so on.
fn chain(first: &str, count: usize, next: impl Fn(&str) -> String) -> String {
    let rest =
        (1..=count).map(|number| format!("  a{number} = {}\n", next(&format!("local.a{}", number - 1))));
    format!("  a0 = {first}\n") + &rest.collect::<String>()
}

#[test]
fn chains_of_references_end() {
    let said = notices_of(&chain("\"x\"", 2_000, str::to_owned), "local.a2000");
    is_said(&said, "limit-reached: more than 1500 expressions wait for one another");
}

#[test]
fn what_doubles_ends() {
    let lists = notices_of(&chain("[1]", 30, |last| format!("[{last}, {last}]")), "jsonencode(local.a30)");
    is_said(&lists, "limit-reached: a value of more than 500000 parts was not looked at");
    let texts =
        notices_of(&chain("\"xxxxxxxx\"", 30, |last| format!("\"${{{last}}}${{{last}}}\"")), "local.a30");
    is_said(&texts, "longer than 16 MiB");
}

/// Templates within templates, whose text is read, parsed and made again for each turn of a loop.
#[test]
fn loops_in_loops_end() {
    let text = "%{ for a in range(1000) }%{ for b in range(1000) }%{ for c in range(1000) }x%{ endfor }%{ endfor }%{ endfor }";
    let said = notices_of(&format!("  x = \"{text}\"\n"), "local.x");
    is_said(&said, "limit-reached: evaluation stopped after 10000000 expressions");
}

#[test]
fn searches_end() {
    // Each search goes to the end of the text for a `b`, and then takes one letter.
    let text = "a".repeat(100_000);
    let said = notices_of(&format!("  x = length(regexall(\"a*b|a\", \"{text}\"))\n"), "\"u${local.x}\"");
    is_said(&said, "the result exceeds the limit");
}

#[test]
fn namesakes_are_so_many() {
    let users = |count: usize| {
        let user = |number| {
            format!(
                "resource \"aws_iam_user\" \"u{number}\" {{\n  name = \"u\"\n}}\nresource \"aws_iam_access_key\" \
                 \"k{number}\" {{\n  user = \"u\"\n}}\n"
            )
        };
        notices(&[("main.tf", &(0..count).map(user).collect::<String>())])
    };
    is_said(&users(65), "limit-reached: more than 64 users have the name of aws_iam_user.u64");
    assert!(users(64).is_empty());
}

#[test]
fn instances_end() {
    let said = notices(&[(
        "main.tf",
        "resource \"aws_iam_user\" \"u\" {\n  count = 1e9\n  name = \"u${count.index}\"\n}\n",
    )]);
    is_said(&said, "limit-reached: ");
}

#[test]
fn calls_of_calls_end() {
    let deep: Vec<(String, String)> = (0..45)
        .map(|number| {
            let path = if number == 0 { "main.tf".to_owned() } else { format!("m{number}/main.tf") };
            let up = if number == 0 { "./" } else { "../" };
            (path, format!("module \"m\" {{\n  source = \"{up}m{}\"\n}}\n", number + 1))
        })
        .chain([(
            "m45/main.tf".to_owned(),
            "resource \"aws_iam_user\" \"u\" {\n  name = \"u\"\n}\n".to_owned(),
        )])
        .collect();
    let deep: Vec<(&str, &str)> = deep.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    is_said(&notices(&deep), "limit-reached: ");
    // One that calls itself does so without end.
    let itself =
        "module \"m\" {\n  source = \"../m\"\n}\nresource \"aws_iam_user\" \"u\" {\n  name = \"u\"\n}\n";
    let caller = "module \"m\" {\n  source = \"./m\"\n}\n";
    assert!(!notices(&[("main.tf", caller), ("m/main.tf", itself)]).is_empty());
}

#[test]
fn a_file_is_so_large() {
    let text = " ".repeat(64 * 1024 * 1024 + 1);
    is_said(&notices(&[("main.tf", &text)]), "unreadable-file: is larger than 64 MiB");
}

#[test]
fn numbers_end() {
    let said = notices_of(&chain("10", 20, |last| format!("{last} * {last}")), "\"u${local.a20}\"");
    is_said(&said, "unknown-value: ");
}

#[test]
fn files_of_one_unit_are_so_many() {
    let count = 1_001;
    let local = |number| format!("  l{number} = read_terragrunt_config(\"f{number}.hcl\")\n");
    let locals: String = (0..count).map(local).collect();
    let last = count - 1;
    let unit = format!(
        "terraform {{\n  source = \"./m\"\n}}\nlocals {{\n{locals}}}\ninputs = {{\n  name = local.l{last}.locals.name\n  all = [{}]\n}}\n",
        (0..last).map(|number| format!("local.l{number}.locals.name")).collect::<Vec<_>>().join(", ")
    );
    let module = "variable \"name\" {}\nvariable \"all\" {}\nresource \"aws_iam_user\" \"all\" {\n  count = length(var.all)\n  \
                  name  = var.all[count.index]\n}\nresource \"aws_iam_user\" \"u\" {\n  name = var.name\n}\n";
    let mut files = vec![("terragrunt.hcl".to_owned(), unit), ("m/main.tf".to_owned(), module.to_owned())];
    let file = |number| (format!("f{number}.hcl"), format!("locals {{\n  name = \"u{number}\"\n}}\n"));
    files.extend((0..count).map(file));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let said = notices(&files);
    is_said(&said, "one unit reads more than 1000 files");
}

#[test]
fn what_functions_of_templates_make_ends() {
    let template = |rest: &str, name: &str| {
        let user =
            format!("Resources:\n  U:\n    Type: AWS::IAM::User\n    Properties:\n      UserName: {name}\n");
        notices(&[("t.yaml", &format!("Parameters:\n  P:\n    Type: String\n{rest}{user}"))])
    };
    let mappings = |count: usize| {
        let row = |number| format!("    k{number}:\n      N: n{number}\n");
        let rows: String = (0..count).map(row).collect();
        template(&format!("Mappings:\n  M:\n{rows}"), "!FindInMap [M, !Ref P, N]")
    };
    assert!(mappings(40).is_empty());
    is_said(&mappings(41), "unknown-value: the name of U is unknown");
    let half = "x".repeat(600_000);
    let joined = template("", &format!("!Join ['', [{half}, {half}]]"));
    is_said(&joined, "the name of U is unknown: it is longer than 1048576 bytes");
}
