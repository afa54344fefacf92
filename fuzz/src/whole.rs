//! The whole way: read, link, check, and everything that prints what came of it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use credlint::cli::{Check, Command, CommandLine};
use credlint::pipeline;
use credlint::report::human::HumanOptions;
use credlint::report::markdown::MarkdownOptions;
use credlint::report::{self, Report, RuleText};
use credlint::rules::RuleSet;
use credlint::settings::{CheckSettings, InputSettings};

use crate::bundle::Bundle;
use crate::invariants as holds;

/// What `credlint check` is asked when nothing else is typed.
static PLAIN_CHECK: LazyLock<Check> = LazyLock::new(|| {
    let line = CommandLine::parse_from_arguments(["credlint", "check", ".", "--as-of", "2026-06-01"]);
    match line.expect("the arguments are ours").command {
        Command::Check(check) => *check,
        _ => unreachable!("`check` is parsed as check"),
    }
});

/// Reads and checks a tree, and says what came of it in every format.
pub fn check_bundle(bundle: &Bundle, named: &[&str]) {
    let input = bundle.input(named);
    let first = check(&input, &RULES, |_| {});
    let layout = pipeline::lay_out(&input);
    let assemblies: Vec<_> = layout.assemblies.iter().map(|(path, _)| path.as_path()).collect();
    let list = report::file_list::FileList::new(
        &layout.discovered,
        &layout.roots,
        &layout.templates,
        &assemblies,
        &input.workspace,
    );
    holds::inert(&list.text());
    holds::json(&list.json());
    // The same input gives the same bytes. It takes as long again, so it is asked of some.
    if bundle.0.iter().map(|(path, _)| path.len()).sum::<usize>() % 4 == 0 {
        let again = check(&bundle.input(named), &RULES, |_| {});
        assert_eq!(first, again, "the same input gave something else");
    }
}

/// The rules that come with the program.
pub static RULES: LazyLock<RuleSet> =
    LazyLock::new(|| RuleSet::built_in().expect("the tests read every rule"));

/// Checks an input, with settings that `change` changes, and renders it. The text is the JSON.
pub fn check(input: &InputSettings, set: &RuleSet, change: impl FnOnce(&mut CheckSettings<'_>)) -> String {
    let mut settings = match CheckSettings::new(set, &PLAIN_CHECK, input) {
        Ok(settings) => settings,
        Err(error) => {
            holds::error(error);
            return String::new();
        }
    };
    change(&mut settings);
    let checked = pipeline::check(input, &settings, None);
    let files = &input.workspace.files;
    checked.notices.iter().for_each(|notice| holds::notice(files, notice));
    checked.findings.iter().for_each(|finding| holds::finding(files, finding));
    for suppressed in &checked.suppressed {
        holds::finding(files, &suppressed.finding);
        suppressed.suppression.place.iter().for_each(|place| holds::place(files, place.span));
    }
    assert!(checked.errors.is_empty(), "{:?}", checked.errors);
    holds::containment(files);
    // The documentation of rules is ours, and long: of those that found nothing it would be printed each time for nothing.
    let suppressed = checked.suppressed.iter().map(|suppressed| &suppressed.finding);
    let found: BTreeSet<&str> =
        checked.findings.iter().chain(suppressed).map(|finding| &*finding.rule).collect();
    let rules = settings.rules.iter().filter(|rule| found.contains(rule.id.as_str()));
    let rules: Vec<RuleText> = rules.map(|rule| RuleText::from(*rule)).collect();
    let report = checked.report(input, &settings, &rules);
    let json = report::json::render(&report);
    holds::json(&json);
    render(&report);
    holds::json(&report::graph::json(&checked.graph, &checked.notices, files));
    holds::inert(&report::graph::mermaid(&checked.graph));
    let diagram = report::graph::mermaid_of(&checked.graph, &checked.findings);
    let options = MarkdownOptions { files_at: Some("https://host/blob/0"), diagram: diagram.as_deref() };
    holds::inert(&report::markdown::render(&report, options));
    json
}

fn render(report: &Report<'_>) {
    holds::inert(&report::human::render(report, &HumanOptions::default()));
    holds::inert_but_for_styles(&report::human::render(
        report,
        &HumanOptions { color: true, hyperlinks: true, quiet: false, width: 80 },
    ));
    report::jsonl::render(report).lines().for_each(holds::json);
    holds::json(&report::sarif::render(report));
    holds::json(&report::gitlab::render(report));
    holds::xml(&report::junit::render(report));
    holds::log_commands(&report::github::render(report));
    holds::inert(&report::remediation_script::render(report));
}
