//! What a configuration may say, and that the schema says the same.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use super::*;

fn anchor() -> Arc<Anchor> {
    Arc::new(Anchor { directory: PathBuf::from("/repo"), base: PathBuf::from("/repo") })
}

fn read(text: &str) -> Result<Configuration, String> {
    Configuration::read("credlint.toml", text, &anchor()).map_err(|error| {
        let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor());
        let mut out = String::new();
        handler.with_width(100).render_report(&mut out, &*error).unwrap();
        // Trailing blanks would not survive an editor.
        out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    })
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    let path = root().join("docs/credlint.schema.json");
    let text = serde_json::to_string_pretty(&schema::published()).unwrap() + "\n";
    if std::env::var_os("UPDATE_CONFIGURATION_SCHEMA").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(known == text, "run the tests with UPDATE_CONFIGURATION_SCHEMA=1 to renew {}", path.display());
}

pub(super) fn refused(text: &str) -> String {
    match read(text) {
        Ok(configuration) => panic!("{configuration:?}"),
        Err(error) => error,
    }
}

#[test]
fn text_that_is_no_toml_shows_no_input_and_drives_no_terminal() {
    let error = refused("[[roots]]\npath = \"a\"\nvariables = { password = \"hunter2\", b = }\n");
    assert!(error.contains("credlint.toml:3:") && !error.contains("hunter2"), "{error}");
    let error = refused("[[roots]]\npath = \"a\"\nvariables = { password = \"hunter2\n");
    assert!(error.contains("credlint.toml:3:") && !error.contains("hunter2"), "{error}");
    let error = refused("\u{1b}[2J = 1\n\"\u{202e}x\" = 2\n");
    assert!(!error.contains(['\u{1b}', '\u{202e}']), "{error}");
}

#[test]
fn everything_that_can_be_said_is_understood() {
    let configuration = read(
        r#"
select = ["CIS-1.13", "administrator-user"]
ignore = ["user-without-group"]
rules_folders = ["credlint-rules"]
fail_on = "never"
min_severity = "medium"
min_confidence = "certain"
max_unused_days = 45
max_key_age_days = 3650
new_key_days = 0
machine_users = ["ci-*", "svc_?"]
human_users = ["ci-maria"]
baseline = "credlint-baseline.json"

[paths]
include = ["infra"]
exclude = ["**/examples/**"]

[rules]
multiple-active-keys = "high"
direct-user-policy = "off"

[rules.secret-in-state]
severity = "medium"
enabled = true

[accounts]
"111122223333" = "production"

[[roots]]
path = "infra/*"
var_files = ["common.tfvars"]
variables = { name = "a", count = 3, on = true, list = ["a", "${b}"], map = { a = 1.5 } }
parameter_files = ["parameters.json"]
parameters = { Stage = "prod", Size = 2 }
account = "production"

[[allow]]
rule = ["multiple-active-keys", "CIS-1.16"]
user = "CI-*"
address = "module.team[*].aws_iam_user.this[\"a*\"]"
root = "infra/prod"
reason = " rotation in progress "
until = 2027-01-31
"#,
    )
    .unwrap();
    let texts = |located: &[Located]| located.iter().map(|one| one.text.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&configuration.select), ["CIS-1.13", "administrator-user"]);
    assert_eq!(texts(&configuration.ignore), ["user-without-group"]);
    assert_eq!(texts(&configuration.rules_folders), ["credlint-rules"]);
    assert_eq!(configuration.fail_on, Some(FailOn::Never));
    assert_eq!(configuration.min_severity, Some(Severity::Medium));
    assert_eq!(configuration.min_confidence, Some(Confidence::Certain));
    assert_eq!(
        (configuration.max_unused_days, configuration.max_key_age_days, configuration.new_key_days),
        (Some(45), Some(3650), Some(0))
    );
    assert!(
        configuration.machine_users[0].matches("CI-deploy")
            && !configuration.machine_users[1].matches("svc_12")
    );
    assert_eq!(configuration.human_users[0].text, "ci-maria");
    let settings: Vec<_> = configuration
        .rules
        .iter()
        .map(|setting| (setting.name.text.as_str(), setting.severity, setting.enabled))
        .collect();
    assert_eq!(
        settings,
        [
            ("direct-user-policy", None, false),
            ("multiple-active-keys", Some(Severity::High), true),
            ("secret-in-state", Some(Severity::Medium), true)
        ]
    );
    let root = &configuration.roots[0];
    assert!(
        root.path.matches("infra/prod") && !root.path.matches("infra") && !root.path.matches("infra/a/b")
    );
    let variables: Vec<_> =
        root.variables.iter().map(|(name, text)| (name.text.as_str(), text.as_str())).collect();
    assert_eq!(
        variables,
        [
            ("count", "3"),
            ("list", r#"["a","$${b}"]"#),
            ("map", r#"{"a":1.5}"#),
            ("name", "a"),
            ("on", "true")
        ]
    );
    assert_eq!(root.parameters.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["2", "prod"]);
    assert_eq!(root.account.as_deref(), Some("111122223333"));
    let entry = &configuration.allow[0];
    assert_eq!(texts(&entry.rules), ["multiple-active-keys", "CIS-1.16"]);
    assert!(entry.user.as_ref().unwrap().matches("ci-deploy"));
    assert!(entry.address.as_ref().unwrap().matches("module.team[\"ops\"].aws_iam_user.this[\"alice\"]"));
    assert!(!entry.address.as_ref().unwrap().matches("module.team[\"ops\"].aws_iam_user.this[\"bob\"]"));
    assert!(!entry.root.as_ref().unwrap().matches("infra/prod/eu"));
    assert_eq!(
        (entry.reason.as_str(), entry.until),
        ("rotation in progress", Some(jiff::civil::date(2027, 1, 31)))
    );
}

#[test]
fn patterns_of_paths_are_relative_to_the_file() {
    let configuration =
        read("[paths]\nexclude = [\"vendor/**\", \"**/examples\", \"a/*.tf\"]\ninclude = [\".\"]\n").unwrap();
    let leaves_out =
        |file: &str, named: &str| configuration.paths.leaves_out(&PathBuf::from(file), &PathBuf::from(named));
    assert!(leaves_out("/repo/vendor/x/main.tf", "/repo"));
    assert!(leaves_out("/repo/a/b/examples/c/main.tf", "/repo"));
    assert!(leaves_out("/repo/a/main.tf", "/repo") && !leaves_out("/repo/a/b/main.tf", "/repo"));
    assert!(!leaves_out("/elsewhere/vendor/main.tf", "/elsewhere"));
    // Whoever names a folder wants to see it.
    assert!(!leaves_out("/repo/vendor/x/main.tf", "/repo/vendor"));
    assert!(leaves_out("/repo/vendor/examples/main.tf", "/repo/vendor"));
    let configuration = read("[paths]\ninclude = [\"infra\", \"templates/*.yaml\"]\n").unwrap();
    let leaves_out =
        |file: &str| configuration.paths.leaves_out(&PathBuf::from(file), &PathBuf::from("/repo"));
    assert!(!leaves_out("/repo/infra/prod/main.tf") && !leaves_out("/repo/templates/a.yaml"));
    assert!(leaves_out("/repo/templates/b/a.yaml") && leaves_out("/repo/main.tf"));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(\\PC|[\\[\\]{}=\"'#.\n]|allow|roots|path|rules|until|2027-01-01|a){0,60}") {
        let _ = read(&text);
    }

    #[test]
    fn no_pattern_makes_it_panic(pattern in "([*?{}\\[\\]!,/.a-z\\\\-]|\\PC){0,300}", path in "\\PC{0,30}") {
        let text = format!("machine_users = [{0}]\n[paths]\nexclude = [{0}]\n", serde_json::json!(pattern));
        if let Ok(configuration) = read(&text) {
            configuration.machine_users[0].matches(&path);
            configuration.paths.leaves_out(&PathBuf::from("/repo").join(path), &PathBuf::from("/repo"));
        }
    }
}

/// Configurations that only look right to a schema: what is wrong takes knowledge that a schema does not have.
const WRONG_TO_THE_READER_ALONE: [&str; 5] = [
    "profile = \"a\"\nselect = [\"b\"]",
    "machine_users = [\"a[\"]",
    "[paths]\ninclude = [\"/a\"]",
    "[[roots]]\npath = \"a\"\naccount = \"unknown\"",
    "rules_folders = [\"/a\"]",
];

const RIGHT: [&str; 15] = [
    "",
    "select = []\nignore = [\"CIS-1.13\"]",
    "fail_on = \"never\"\nmin_severity = \"low\"\nmin_confidence = \"possible\"",
    "max_unused_days = 365",
    "max_key_age_days = 1\nnew_key_days = 365",
    "profile = \"cis-aws-5.0\"\nselect = []\nignore = [\"a\"]",
    "profile = \"whatever\"",
    "rules = { a = \"off\", b = { severity = \"low\" }, \"CIS-1.13\" = { enabled = false } }",
    "[rules.a]",
    "[paths]",
    "baseline = \"a.json\"",
    "[accounts]\n\"000000000001\" = \"a\"",
    "[[roots]]\npath = \".\"\nvariables = { a = [1, { b = false }] }\nparameters = { A = 1.5, B = true }",
    "[[allow]]\nuser = \"a\"\nreason = \"b\"\nuntil = 2027-01-31",
    "[[allow]]\nrule = [\"a\"]\nreason = \"b\"\n[[allow]]\naddress = \"a\"\nroot = \"b\"\nreason = \"c\"\nuntil = \"2028-02-29\"",
];

const WRONG: [&str; 40] = [
    "unknown = 1",
    "max_unused_day = 3",
    "max-unused-days = 3",
    "select = \"a\"",
    "select = [1]",
    "select = [\"\"]",
    "ignore = [\" \"]",
    "fail_on = \"off\"",
    "fail_on = \"High\"",
    "fail_on = true",
    "min_severity = \"never\"",
    "min_confidence = \"sure\"",
    "max_unused_days = 0",
    "max_unused_days = 366",
    "max_unused_days = 1.5",
    "max_unused_days = \"45\"",
    "max_key_age_days = 0",
    "max_key_age_days = 3651",
    "new_key_days = -1",
    "new_key_days = 366",
    "profile = \" \"",
    "profile = [\"cis-aws-5.0\"]",
    "machine_users = \"a\"",
    "baseline = \"\"",
    "rules = [\"a\"]",
    "rules = { a = \"none\" }",
    "rules = { a = { severity = \"off\" } }",
    "rules = { a = { level = \"low\" } }",
    "rules = { a = true }",
    "[paths]\nskip = [\"a\"]",
    "paths = [\"a\"]",
    "accounts = { a = \"b\" }",
    "accounts = { \"111122223333\" = 1 }",
    "[roots]\npath = \"a\"",
    "[[roots]]\nvar_files = [\"a\"]",
    "[[roots]]\npath = \"a\"\nparameters = { A = [1] }",
    "[[allow]]\nuser = \"a\"",
    "[[allow]]\nreason = \"a\"",
    "[[allow]]\nuser = \"a\"\nreason = \"b\"\nuntil = \"2027-02-29\"",
    "[[allow]]\nrule = []\nreason = \"a\nb\"",
];

/// As an editor hands it to a schema: dates are texts.
fn as_json(text: &str) -> Option<Value> {
    fn convert(value: toml::Value) -> Value {
        match value {
            toml::Value::Datetime(date) => date.to_string().into(),
            toml::Value::Array(values) => values.into_iter().map(convert).collect(),
            toml::Value::Table(table) => {
                Value::Object(table.into_iter().map(|(name, value)| (name, convert(value))).collect())
            }
            toml::Value::String(text) => text.into(),
            toml::Value::Integer(number) => number.into(),
            toml::Value::Float(number) => number.into(),
            toml::Value::Boolean(flag) => flag.into(),
        }
    }
    toml::from_str::<toml::Table>(text).ok().map(|table| convert(toml::Value::Table(table)))
}

fn validator() -> jsonschema::Validator {
    jsonschema::options().should_validate_formats(true).build(&schema::published()).unwrap()
}

#[test]
fn schema_and_reader_agree() {
    let schema = validator();
    let fits = |text: &str| as_json(text).is_some_and(|value| schema.is_valid(&value));
    for text in RIGHT {
        assert!(read(text).is_ok(), "the reader refuses {text}\n{}", refused(text));
        assert!(fits(text), "the schema refuses {text}");
    }
    for text in WRONG {
        assert!(read(text).is_err(), "the reader takes {text}");
        assert!(!fits(text), "the schema takes {text}");
    }
    for text in WRONG_TO_THE_READER_ALONE {
        assert!(read(text).is_err() && fits(text), "{text}");
    }
}

/// Blocks of TOML in a Markdown document.
fn blocks(markdown: &str) -> Vec<String> {
    markdown.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[expect(clippy::disallowed_methods, reason = "reads documents of this repository")]
#[test]
fn documented_examples_are_right() {
    let schema = validator();
    for (document, least) in [("docs/configuration.md", 10), ("README.md", 1)] {
        let blocks = blocks(&std::fs::read_to_string(root().join(document)).unwrap());
        assert!(blocks.len() >= least, "{document}: {} examples", blocks.len());
        for block in blocks {
            assert!(read(&block).is_ok(), "{document}: {}", refused(&block));
            let value = as_json(&block).unwrap();
            assert!(schema.is_valid(&value), "{document}: {:?}", schema.iter_errors(&value).next());
        }
    }
}
