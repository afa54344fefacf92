//! The same infrastructure in every format (`fixtures/equivalent`) gives the same findings, up to places and addresses.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod project;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use credlint::rules::RuleSet;
use project::{parsed, run_in};
use serde_json::Value;

/// One way to write it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Form {
    Terraform,
    TerraformJson,
    Plan,
    CloudFormationYaml,
    CloudFormationJson,
    Cdk,
}

use Form::{Cdk, CloudFormationJson, CloudFormationYaml, Plan, Terraform, TerraformJson};

/// All of them; the others are compared with the first.
const FORMS: [Form; 6] = [Terraform, TerraformJson, Plan, CloudFormationYaml, CloudFormationJson, Cdk];

const OF_TERRAFORM: [Form; 3] = [Terraform, TerraformJson, Plan];

/// The rules that take part in some formats alone; all others take part in all. A format that comes to give findings
/// of a rule that it is not listed for fails, and so does one that gives none of a rule that it is listed for.
const RULES_OF_SOME: [(&str, &[Form]); 10] = [
    // There is no state that would keep the secret.
    ("secret-in-state", &OF_TERRAFORM),
    // CloudFormation has no resource type for service-specific credentials.
    ("non-expiring-service-credential", &OF_TERRAFORM),
    // These users are as they are, without exceptions.
    ("unused-exception", &[]),
    // What is looked at is code, without a credential report.
    ("console-user-without-mfa", &[]),
    ("credential-drift", &[]),
    ("root-access-key", &[]),
    ("root-without-mfa", &[]),
    ("undeclared-iam-user", &[]),
    ("unrotated-access-key", &[]),
    ("unused-credential", &[]),
];

/// What one format calls otherwise than another, and what both mean.
const WORDS: [(&str, &str); 7] = [
    ("an output that is not sensitive", "an output"),
    ("an output of the stack", "an output"),
    ("the configuration", "the code"),
    ("the template", "the code"),
    ("the default of parameter InitialPassword", "the code"),
    ("aws_iam_policy.auditing.arn", "auditing"),
    ("arn:${AWS::Partition}:iam:", "arn:aws:iam:"),
];

/// Passwords that stand in the fixtures, and in no output.
const PASSWORDS: [&str; 2] = ["Example-7-Password", "Example-8-Password"];

/// A finding without its places and addresses.
#[derive(PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Found {
    rule: String,
    user: String,
    severity: String,
    confidence: String,
    when: String,
    message: String,
}

impl Form {
    /// Its file or folder.
    fn path(self, stage: Stage) -> &'static str {
        match (self, stage) {
            (Terraform, _) => "fixtures/equivalent/terraform",
            (TerraformJson, _) => "fixtures/equivalent/terraform-json",
            (Plan, Stage::Default) => "fixtures/equivalent/plan/plan.json",
            (Plan, Stage::Production) => "fixtures/equivalent/plan/production.json",
            (CloudFormationYaml, _) => "fixtures/equivalent/cloudformation-yaml",
            (CloudFormationJson, _) => "fixtures/equivalent/cloudformation-json",
            (Cdk, _) => "fixtures/equivalent/cdk",
        }
    }

    /// Whether it is made for one set of inputs, and does not know what others would give.
    fn is_of_one_world(self) -> bool {
        self == Plan
    }

    /// What gives it another input than the default; a plan has the one that it was made for.
    fn production(self) -> &'static [&'static str] {
        match self {
            Terraform | TerraformJson => &["--var", "stage=prod"],
            Plan => &[],
            CloudFormationYaml | CloudFormationJson | Cdk => &["--parameters", "Stage=prod"],
        }
    }

    fn takes_part_in(self, rule: &str) -> bool {
        RULES_OF_SOME.iter().all(|(name, forms)| *name != rule || forms.contains(&self))
    }
}

/// Which inputs are given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// None: the default is `dev`.
    Default,
    /// The other one.
    Production,
}

#[test]
fn every_format_gives_what_terraform_gives() {
    let mut differences = Vec::new();
    for stage in [Stage::Default, Stage::Production] {
        let terraform = findings(Terraform, stage);
        for form in &FORMS[1..] {
            let expected: BTreeSet<&Found> = terraform
                .iter()
                .filter(|found| form.takes_part_in(&found.rule))
                .filter(|found| !form.is_of_one_world() || found.confidence == "certain")
                .collect();
            let found: BTreeSet<&Found> = findings(*form, stage).iter().collect();
            let path = form.path(stage);
            differences.extend(expected.difference(&found).map(|one| format!("{path} lacks {one:?}")));
            differences.extend(found.difference(&expected).map(|one| format!("{path} has also {one:?}")));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Nothing is given twice, which the comparison of sets would not see, and what hangs on the stage is only possible.
#[test]
fn findings_are_given_once_and_hang_on_the_stage_alone() {
    for form in FORMS {
        for stage in [Stage::Default, Stage::Production] {
            let found = findings(form, stage);
            for pair in found.windows(2) {
                assert!(pair[0] != pair[1] || pair[0].rule == "secret-in-state", "{form:?}: {:?}", pair[0]);
            }
            for one in found {
                let when = if one.confidence == "certain" { "" } else { "stage = prod" };
                assert_eq!(one.when, when, "{form:?}: {one:?}");
                assert!(one.confidence == "certain" || stage == Stage::Default, "{form:?}: {one:?}");
            }
            let is_open = found.iter().any(|one| one.confidence == "possible");
            assert_eq!(is_open, stage == Stage::Default && !form.is_of_one_world(), "{form:?}");
        }
    }
}

/// Each has a finding in each format that it takes part in, and a user who has none.
#[test]
fn every_rule_takes_part() {
    let set = RuleSet::built_in().unwrap();
    let rules: BTreeSet<&str> = set.rules().iter().map(|rule| rule.id.as_str()).collect();
    for (rule, _) in RULES_OF_SOME {
        assert!(rules.contains(rule), "{rule} is no rule");
    }
    for form in FORMS {
        let found = findings(form, Stage::Default);
        let users: BTreeSet<&str> = found.iter().map(|one| one.user.as_str()).collect();
        for rule in &rules {
            let flagged: BTreeSet<&str> =
                found.iter().filter(|one| one.rule == *rule).map(|one| one.user.as_str()).collect();
            assert_eq!(!flagged.is_empty(), form.takes_part_in(rule), "{form:?}: {rule}");
            assert!(flagged.len() < users.len(), "{form:?}: {rule} flags everybody");
        }
    }
}

#[test]
fn no_output_shows_a_password() {
    for form in FORMS {
        let path = form.path(Stage::Default);
        for arguments in [
            ["check", "--format", "human", path],
            ["check", "--format", "json", path],
            ["check", "--format", "sarif", path],
            ["graph", "--format", "json", path],
            ["graph", "--format", "mermaid", path],
        ] {
            let output = run_in(folder(), &arguments);
            let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
            assert!(text.contains("lisa"), "{arguments:?}: {text}");
            for password in PASSWORDS {
                assert!(!text.contains(password), "{arguments:?} shows {password}");
            }
        }
    }
}

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A command for a form, with its input.
fn arguments(command: &[&'static str], form: Form, stage: Stage) -> Vec<&'static str> {
    let input = match stage {
        Stage::Default => &[],
        Stage::Production => form.production(),
    };
    [command, &[form.path(stage)], input].concat()
}

fn report(form: Form, stage: Stage) -> Value {
    parsed(&run_in(folder(), &arguments(&["check", "--format", "json"], form, stage)))
}

/// What is found, in order, in words that all formats share.
fn findings(form: Form, stage: Stage) -> &'static [Found] {
    static ALL: LazyLock<BTreeMap<(Form, Stage), Vec<Found>>> = LazyLock::new(|| {
        let all =
            FORMS.into_iter().flat_map(|form| [Stage::Default, Stage::Production].map(|stage| (form, stage)));
        all.map(|(form, stage)| ((form, stage), compared(form, stage))).collect()
    });
    &ALL[&(form, stage)]
}

fn compared(form: Form, stage: Stage) -> Vec<Found> {
    let report = report(form, stage);
    assert!(report["notices"].as_array().unwrap().is_empty(), "{form:?}: {}", report["notices"]);
    let keys = keys(form, stage);
    let mut found: Vec<Found> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
            let rule = text("rule");
            Found {
                message: shared(&rule, &text("message"), &keys),
                user: text("subject_name"),
                severity: text("severity"),
                confidence: text("confidence"),
                // `var.stage = prod`, `Stage = prod`, and `People.Stage = prod` of the stack `People`.
                when: text("when").rsplit('.').next().unwrap().replace("Stage", "stage"),
                rule,
            }
        })
        .collect();
    found.sort();
    found
}

/// A message without addresses: a key is that of its user, a place is what it is and not where.
fn shared(rule: &str, message: &str, keys: &[(String, String)]) -> String {
    let mut message = message.to_owned();
    for (address, user) in keys {
        message = message.replace(address, &format!("a key of {user}"));
    }
    for (written, meant) in WORDS {
        message = message.replace(written, meant);
    }
    match rule {
        "exposed-secret-key" => message.split(" (").next().unwrap().to_owned(),
        // Which of two policies stands first is a matter of the format.
        "direct-user-policy" => {
            let (user, policies) = message.split_once(": ").unwrap();
            let policies: BTreeSet<&str> = policies.split(" and ").collect();
            format!("{user}: {policies:?}")
        }
        _ => message,
    }
}

/// The address of each key with its user's name, longer addresses first, so that none is taken for its beginning.
fn keys(form: Form, stage: Stage) -> Vec<(String, String)> {
    let graph = parsed(&run_in(folder(), &arguments(&["graph"], form, stage)));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = graph["access_keys"].as_array().unwrap().iter();
    let mut keys: Vec<(String, String)> =
        rows.map(|row| (text(&row["address"]), text(&row["user_name"]))).collect();
    keys.sort_by_key(|(address, _)| std::cmp::Reverse(address.len()));
    keys
}
