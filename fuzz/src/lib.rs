//! What the fuzz targets do with an input. `README.md` says how they are run, and what has to hold.

mod bundle;
mod invariants;
mod whole;

use std::sync::Arc;

use credlint::evidence::report as credential_report;
use credlint::evidence::{Claim, GivenReport};
use credlint::rules::{Rule, RuleSet};
use credlint::settings::configuration::Configuration;
use credlint::settings::{InputSettings, RuleFile, RulesUnderTest};
use credlint::source::{Anchor, Held};
use credlint::syntax::{hcl, json, yaml};
use credlint::{cloudformation, pipeline, report, settings};

use bundle::Bundle;
use invariants::{self as holds, FILE};

/// HCL: its syntax, and a tree of Terraform and Terragrunt files.
pub fn hcl(data: &[u8]) {
    let bundle = Bundle::parse(data, "main.tf");
    for (_, text) in bundle.texts() {
        let parsed = hcl::parse(FILE, text);
        holds::places_of_tree(text, &parsed);
        let _ = hcl::parse_template(FILE, 0, text).map(|tree| holds::places_of_tree(text, &tree));
        let split = hcl::split(text);
        assert!(split.chunks.iter().all(|chunk| text.get(chunk.range.clone()).is_some()), "{text:?}");
    }
    whole::check_bundle(&bundle, &[]);
}

/// CloudFormation templates in YAML and JSON.
pub fn template(data: &[u8]) {
    let is_json = data.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let bundle = Bundle::parse(data, if is_json { "template.json" } else { "template.yaml" });
    for (_, text) in bundle.texts() {
        holds::places_of_tree(text, &yaml::parse(FILE, text));
        assert!(yaml::comments(text).into_iter().all(|comment| text.get(comment).is_some()), "{text:?}");
        holds::places_of_tree(text, &cloudformation::document::read(FILE, text).documents);
    }
    whole::check_bundle(&bundle, &[]);
}

/// JSON: its syntax, and Terraform's.
pub fn json(data: &[u8]) {
    let bundle = Bundle::parse(data, "main.tf.json");
    for (_, text) in bundle.texts() {
        let parsed = json::parse(FILE, text);
        holds::places_of_tree(text, &parsed);
        // Another parser refuses nothing that is read without a word. It gives up at another depth, and on large numbers.
        if parsed.notices.is_empty() {
            let other = serde_json::from_str::<serde_json::Value>(text.trim_start_matches('\u{feff}'));
            if let Err(error) = other {
                let words = error.to_string();
                let is_limit = words.contains("recursion limit") || words.contains("number out of range");
                assert!(is_limit, "{words}: {text:?}");
            }
        }
    }
    whole::check_bundle(&bundle, &[]);
}

/// Plans and states of Terraform, alone or beside their code.
pub fn plan(data: &[u8]) {
    whole::check_bundle(&Bundle::parse(data, "plan.json"), &["plan.json"]);
}

/// Assemblies of the CDK.
pub fn assembly(data: &[u8]) {
    whole::check_bundle(&Bundle::parse(data, "cdk.out/manifest.json"), &[]);
}

/// Credential reports, by themselves and joined to code.
pub fn report(data: &[u8]) {
    const CODE: &str = include_str!("code.tf");
    for is_audit in [true, false] {
        let input = InputSettings::of_text("main.tf", if is_audit { "" } else { CODE });
        let (read, notices) = credential_report::read(&input.workspace.files, "report.csv", data.to_vec());
        let otherwise_as_of = "2026-06-01T00:00:00Z".parse().expect("a moment");
        whole::check(&input, &whole::RULES, |settings| {
            settings.notices.extend(notices);
            settings.reports.push(GivenReport { report: read, claim: Claim::Open, otherwise_as_of });
            settings.is_audit = is_audit;
        });
    }
}

/// The configuration, and a check that it settles.
pub fn configuration(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut input = InputSettings::of_text("infra/main.tf", include_str!("code.tf"));
    let base = input.workspace.base.clone();
    let anchor = Arc::new(Anchor { directory: base.clone(), base });
    match Configuration::read("credlint.toml", text, &anchor) {
        Ok(configuration) => input.configuration = configuration,
        Err(error) => return holds::error(*error),
    }
    input.configuration.file = Some(input.workspace.files.add("credlint.toml", text));
    // Reading all rules takes longer than all the rest, and is needed where the configuration changes them.
    if input.configuration.rules.is_empty() {
        whole::check(&input, &whole::RULES, |_| {});
        return;
    }
    match settings::rule_set(&[], &input.configuration) {
        Ok(set) => drop(whole::check(&input, &set, |_| {})),
        Err(error) => holds::error(error),
    }
}

/// A rule file: how it is read, its examples, and everything that prints a rule.
pub fn rules(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // The file is called as its rule is, or nothing else would be said of it.
    let id = text.lines().find_map(|line| line.strip_prefix("id: ")).unwrap_or("own");
    let name = format!("{id}.md");
    let mut set = RuleSet::default();
    if let Err(error) = set.add_file(&name, text) {
        return holds::error(error);
    }
    let rule: &Rule = &set.rules()[0];
    let texts = [report::RuleText::from(rule)];
    holds::inert(&report::explain::explain(&texts[0], false));
    holds::inert(&report::rule_list::text(&texts, false));
    holds::json(&report::rule_list::json(&texts));
    let file = RuleFile { path: name.clone().into(), name, text: text.to_owned(), index: 0 };
    let under_test = RulesUnderTest { set, files: Vec::new(), errors: Vec::new() };
    for update in [false, true] {
        let (tried, _) = pipeline::try_file(&under_test, &file, update);
        let options = report::rule_trials::TrialOptions { color: false, quiet: false };
        holds::inert(&report::rule_trials::text(&[tried], 0, options));
    }
}

/// An expression of Terraform, with all functions at hand. What it is worth, where that is known, is what a parser of JSON
/// reads of it.
pub fn expression(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if hcl::parse_expression(FILE, 0, text).is_err() {
        return;
    }
    let program = format!(
        "resource \"aws_iam_user\" \"u\" {{\n  name = try(nonsensitive(jsonencode({text}\n)), \"error\")\n}}\n"
    );
    let files = [
        ("variables.tf", include_str!("../../tests/expressions/variables.tf")),
        ("templates.tf", include_str!("../../tests/expressions/templates.tf")),
        ("terraform.tfvars", include_str!("../../tests/expressions/terraform.tfvars")),
        ("t.tpl", include_str!("../../tests/expressions/t.tpl")),
        ("each.tpl", include_str!("../../tests/expressions/each.tpl")),
        ("rec.tpl", include_str!("../../tests/expressions/rec.tpl")),
        ("main.tf", &program),
    ];
    let held = files.map(|(name, text)| (name.to_owned(), Held::File(text.into())));
    let input = Bundle(held.into()).input(&[]);
    let understood = pipeline::understand(&input);
    let files = &input.workspace.files;
    understood.notices.iter().for_each(|notice| holds::notice(files, notice));
    holds::containment(files);
    let graph = report::graph::json(&understood.graph, &understood.notices, files);
    holds::json(&graph);
    let graph: serde_json::Value = serde_json::from_str(&graph).expect("it was parsed already");
    let Some(name) = graph["users"][0]["name"].as_str().filter(|name| *name != "error") else { return };
    if let Err(error) = serde_json::from_str::<serde_json::Value>(name) {
        let words = error.to_string();
        let is_limit = words.contains("recursion limit") || words.contains("number out of range");
        assert!(is_limit, "{words}: {text:?} is {name:?}");
    }
}
