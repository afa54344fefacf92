//! The action and the workflows: their shape, how they are pinned, and what the action's scripts do when they are run.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "reads this repository's own files, runs bash, and says what was skipped"
)]

mod project;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use clap::CommandFactory as _;
use project::{Project, skip};
use serde::Deserialize;

/// `action.yml`, as strictly as GitHub documents a composite action.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Action {
    name: String,
    description: String,
    author: String,
    branding: BTreeMap<String, String>,
    inputs: BTreeMap<String, Input>,
    outputs: BTreeMap<String, BTreeMap<String, String>>,
    runs: Runs,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    description: String,
    default: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Runs {
    using: String,
    steps: Vec<Step>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Step {
    id: Option<String>,
    name: Option<String>,
    r#if: Option<String>,
    shell: Option<String>,
    working_directory: Option<String>,
    uses: Option<String>,
    with: BTreeMap<String, serde_json::Value>,
    env: BTreeMap<String, String>,
    run: Option<String>,
    continue_on_error: bool,
}

/// A workflow, as far as ours go.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Workflow {
    name: String,
    on: serde_json::Value,
    permissions: BTreeMap<String, String>,
    concurrency: BTreeMap<String, serde_json::Value>,
    jobs: BTreeMap<String, Job>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Job {
    #[allow(dead_code, reason = "may be there")]
    name: String,
    runs_on: String,
    timeout_minutes: u32,
    permissions: BTreeMap<String, String>,
    #[allow(dead_code, reason = "may be there")]
    needs: Option<String>,
    #[allow(dead_code, reason = "may be there")]
    strategy: Option<serde_json::Value>,
    #[allow(dead_code, reason = "may be there")]
    env: Option<BTreeMap<String, String>>,
    #[allow(dead_code, reason = "may be there")]
    defaults: Option<serde_json::Value>,
    steps: Vec<Step>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

fn action() -> Action {
    serde_saphyr::from_str(&read("action.yml")).unwrap()
}

fn workflows() -> Vec<(String, Workflow)> {
    let entries = std::fs::read_dir(root().join(".github/workflows")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert!(names.len() >= 2, "{names:?}");
    names
        .into_iter()
        .map(|name| {
            let text = read(&format!(".github/workflows/{name}"));
            let workflow = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, workflow)
        })
        .collect()
}

/// Flags that are no inputs: what the action decides, what writes to the repository, and what is for a person to run.
const NO_INPUTS: &[&str] =
    &["color", "format", "help", "output", "quiet", "remediation-script", "write-baseline"];
/// Inputs that are no flags: what the action does around the check, and its paths, which are no flag either.
const NO_FLAGS: &[&str] =
    &["path", "working-directory", "version", "checksum", "upload", "category", "summary"];

#[test]
fn every_flag_is_an_input_and_every_input_a_flag() {
    let mut program = credlint::cli::CommandLine::command();
    program.build();
    let check = program.find_subcommand("check").unwrap();
    let flags: BTreeSet<&str> = check.get_arguments().filter_map(clap::Arg::get_long).collect();
    let action = action();
    let inputs: BTreeSet<&str> = action.inputs.keys().map(String::as_str).collect();
    let expected: BTreeSet<&str> =
        flags.into_iter().filter(|flag| !NO_INPUTS.contains(flag)).chain(NO_FLAGS.iter().copied()).collect();
    assert_eq!(inputs, expected);
    let script = step(&action, "check").run.as_ref().unwrap();
    for name in inputs.iter().filter(|name| !NO_FLAGS.contains(name)) {
        let variable = format!("INPUT_{}", name.to_uppercase().replace('-', "_"));
        let takes_value = check
            .get_arguments()
            .any(|flag| flag.get_long() == Some(*name) && flag.get_action().takes_values());
        let line = format!("{} {name} \"${variable}\"", if takes_value { "values" } else { "flag" });
        assert!(script.contains(&line), "the script does not have: {line}");
        assert_eq!(step(&action, "check").env[&variable], format!("${{{{ inputs.{name} }}}}"));
    }
    for (name, input) in &action.inputs {
        assert!(!input.description.is_empty(), "{name}");
    }
}

fn step<'a>(action: &'a Action, id: &str) -> &'a Step {
    action.runs.steps.iter().find(|step| step.id.as_deref() == Some(id)).unwrap()
}

#[test]
fn the_action_is_a_composite_that_fails_after_the_upload() {
    let action = action();
    assert_eq!((action.name.as_str(), action.runs.using.as_str()), ("credlint", "composite"));
    assert!(!action.description.is_empty() && !action.author.is_empty() && action.branding.len() == 2);
    assert!(action.outputs.values().all(|output| output.len() == 2));
    let place = |test: &dyn Fn(&Step) -> bool| action.runs.steps.iter().position(test).unwrap();
    let upload = place(&|step| step.uses.as_ref().is_some_and(|uses| uses.contains("upload-sarif")));
    let verdict = place(&|step| step.name.as_deref() == Some("Verdict"));
    assert!(place(&|step| step.id.as_deref() == Some("check")) < upload && upload < verdict);
    assert_eq!(action.runs.steps[verdict].r#if.as_deref(), Some("always()"));
    assert!(action.runs.steps[upload].with.contains_key("category"));
}

#[test]
fn everything_is_pinned_and_nothing_is_put_into_a_script() {
    let mut steps: Vec<(String, Step)> =
        action().runs.steps.into_iter().map(|step| ("action.yml".to_owned(), step)).collect();
    for (name, workflow) in workflows() {
        assert!(
            !workflow.name.is_empty() && workflow.on.is_object() && workflow.concurrency.len() == 2,
            "{name}"
        );
        assert!(workflow.permissions.is_empty(), "{name}: nothing for all jobs");
        for (job, Job { steps: of_job, permissions, timeout_minutes, runs_on, .. }) in workflow.jobs {
            assert!(!permissions.is_empty() && timeout_minutes <= 60 && !runs_on.is_empty(), "{name}: {job}");
            let writes = permissions.values().filter(|value| *value == "write").count();
            assert!(
                writes == 0 || (name.as_str(), job.as_str()) == ("release.yml", "release"),
                "{name}: {job}"
            );
            for step in &of_job {
                if step.uses.as_ref().is_some_and(|uses| uses.starts_with("actions/checkout@")) {
                    assert_eq!(step.with["persist-credentials"], false, "{name}: {job}");
                }
            }
            steps.extend(of_job.into_iter().map(|step| (name.clone(), step)));
        }
    }
    for (file, step) in &steps {
        assert!(
            !step.continue_on_error || step.uses.as_deref() == Some("./"),
            "{file}: only where the action itself is meant to fail"
        );
        if let Some(run) = &step.run {
            assert!(!run.contains("${{"), "{file}: an expression in a script:\n{run}");
            let checked = Command::new("bash").args(["-n", "-c", run]).output();
            match checked {
                Ok(checked) => assert!(checked.status.success(), "{file}: {checked:?}"),
                Err(error) => skip(&format!("scripts were not parsed, for bash cannot be run: {error}")),
            }
        }
        let Some(uses) = &step.uses else { continue };
        if uses == "./" {
            continue;
        }
        let (_, revision) = uses.split_once('@').unwrap();
        assert!(
            revision.len() == 40 && revision.chars().all(|digit| digit.is_ascii_hexdigit()),
            "{file}: {uses}"
        );
        let path = if file == "action.yml" { file.clone() } else { format!(".github/workflows/{file}") };
        let line = read(&path).lines().find(|line| line.contains(uses.as_str())).unwrap().to_owned();
        assert!(line.contains("# v"), "{file}: the version is missing behind {uses}");
    }
}

#[test]
fn shellcheck_has_nothing_to_say() {
    if let Err(error) = Command::new("shellcheck").arg("--version").output() {
        skip(&format!("scripts were not checked, for shellcheck cannot be run: {error}"));
        return;
    }
    let of_jobs = workflows().into_iter().flat_map(|(_, workflow)| workflow.jobs.into_values());
    let steps = action().runs.steps.into_iter().chain(of_jobs.flat_map(|job| job.steps));
    let folder = tempfile::tempdir().unwrap();
    let mut checked = 0;
    for step in steps {
        let Some(run) = step.run else { continue };
        // GitHub runs every script with -e.
        let script = folder.path().join("script.sh");
        std::fs::write(&script, format!("#!/usr/bin/env bash\nset -e\n{run}")).unwrap();
        let output = Command::new("shellcheck").arg(&script).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        checked += 1;
    }
    assert!(checked > 5, "{checked}");
}

#[test]
fn the_guide_shows_what_init_writes_and_init_pins_what_we_pin() {
    let project = Project::new(&[("main.tf", "")]);
    let written = Command::new(env!("CARGO_BIN_EXE_credlint"))
        .arg("init")
        .current_dir(project.path())
        .output()
        .unwrap();
    assert!(written.status.success(), "{written:?}");
    let workflow = std::fs::read_to_string(project.path().join(".github/workflows/credlint.yml")).unwrap();
    let _: Workflow = serde_saphyr::from_str::<serde_json::Value>(&workflow)
        .map(|mut parsed| {
            // Those whom it is written for may leave these to GitHub.
            parsed["jobs"]["credlint"]["name"] = "credlint".into();
            parsed["jobs"]["credlint"]["timeout-minutes"] = 10.into();
            serde_json::from_value(parsed).unwrap()
        })
        .unwrap();
    assert!(read("docs/github.md").contains(&format!("```yaml\n{workflow}```\n")), "{workflow}");
    let checkout = |text: &str| -> BTreeSet<String> {
        text.lines()
            .filter_map(|line| Some(line.split_once("uses: actions/checkout@")?.1.to_owned()))
            .collect()
    };
    let ours = [read(".github/workflows/ci.yml"), read(".github/workflows/release.yml")].concat();
    assert_eq!((checkout(&workflow), checkout(&ours).len()), (checkout(&ours), 1));
    assert!(workflow.contains(concat!("credlint/credlint@v", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn bash_on_windows_leaves_arguments_alone() {
    // `--var=path=/x` would come out as `--var=path=C:/Program Files/Git/x`.
    assert_eq!(step(&action(), "check").env["MSYS2_ARG_CONV_EXCL"], "*");
}

/// A job that uses the action: its directory, and what GitHub gives its steps.
struct Runner {
    project: Project,
    home: tempfile::TempDir,
    inputs: BTreeMap<String, String>,
}

/// What came of a job.
#[derive(Debug)]
struct Outcome {
    status: Option<i32>,
    log: String,
    summary: String,
    outputs: BTreeMap<String, String>,
}

impl Runner {
    /// `None` where there is no bash.
    fn new(files: &[(&str, &str)], inputs: &[(&str, &str)]) -> Option<Self> {
        if let Err(error) = Command::new("bash").arg("--version").output() {
            skip(&format!("the action's scripts were not run, for bash cannot be: {error}"));
            return None;
        }
        let given = inputs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Some(Self {
            project: Project::new(files),
            home: tempfile::tempdir().unwrap(),
            inputs: given.collect(),
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Puts a program of that name in front of all others.
    fn program(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = self.path("bin");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), format!("#!/usr/bin/env bash\n{script}\n")).unwrap();
        std::fs::set_permissions(folder.join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn expand(&self, action: &Action, outputs: &BTreeMap<String, String>, text: &str) -> String {
        let Some((before, rest)) = text.split_once("${{") else { return text.to_owned() };
        let (expression, after) = rest.split_once("}}").unwrap();
        let value = match expression.trim().split('.').collect::<Vec<_>>().as_slice() {
            ["inputs", name] => {
                let default = || action.inputs[*name].default.clone().unwrap_or_default();
                self.inputs.get(*name).cloned().unwrap_or_else(default)
            }
            ["steps", _, "outputs", name] => outputs.get(*name).cloned().unwrap_or_default(),
            ["github", "action_path"] => root().to_str().unwrap().to_owned(),
            ["github", "action_repository"] => String::new(),
            other => panic!("{other:?}"),
        };
        // What an input holds is no expression any more.
        format!("{before}{value}{}", self.expand(action, outputs, after))
    }

    fn run(&self) -> Outcome {
        let action = action();
        let mut outputs = BTreeMap::new();
        let mut job =
            Outcome { status: Some(0), log: String::new(), summary: String::new(), outputs: BTreeMap::new() };
        for step in &action.runs.steps {
            let Some(script) = &step.run else { continue };
            let is_due = job.status == Some(0) || step.r#if.as_deref() == Some("always()");
            if !is_due {
                continue;
            }
            let directory = step.working_directory.as_deref().unwrap_or(".");
            let directory = self.project.path().join(self.expand(&action, &outputs, directory));
            let output = self.bash(script, &directory, |command| {
                for (name, value) in &step.env {
                    command.env(name, self.expand(&action, &outputs, value));
                }
            });
            job.log.push_str(&String::from_utf8_lossy(&output.stdout));
            job.log.push_str(&String::from_utf8_lossy(&output.stderr));
            job.status = if job.status == Some(0) { output.status.code() } else { job.status };
            let text = std::fs::read_to_string(self.path("output")).unwrap_or_default();
            let lines = text.lines().filter_map(|line| line.split_once('='));
            outputs = lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        }
        job.summary = std::fs::read_to_string(self.path("summary")).unwrap_or_default();
        job.outputs = outputs;
        job
    }

    fn bash(&self, script: &str, directory: &Path, set: impl FnOnce(&mut Command)) -> Output {
        let program = Path::new(env!("CARGO_BIN_EXE_credlint")).parent().unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script])
            .current_dir(directory)
            .env("PATH", format!("{}:{}:{path}", self.path("bin").display(), program.display()))
            .env("RUNNER_TEMP", self.home.path())
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_ARCH", "X64")
            .env("GITHUB_OUTPUT", self.path("output"))
            .env("GITHUB_STEP_SUMMARY", self.path("summary"))
            .env_remove("GITHUB_SERVER_URL");
        set(&mut command);
        command.output().unwrap()
    }
}

const TWO_KEYS: &str = "resource \"aws_iam_user\" \"a\" {\n  name = \"a\"\n}\nresource \"aws_iam_access_key\" \"a\" {\n  count = 2\n  user  = aws_iam_user.a.name\n}\n";
const INSTALLED: (&str, &str) = ("version", "installed");

#[test]
fn findings_are_annotated_summed_up_and_fail_the_job() {
    let Some(runner) = Runner::new(&[("main.tf", TWO_KEYS)], &[INSTALLED]) else { return };
    let job = runner.run();
    assert_eq!((job.status, job.outputs["exit-status"].as_str()), (Some(1), "1"), "{job:?}");
    assert!(job.log.contains("::warning file=main.tf,line=4,endLine=4,col=1,"), "{}", job.log);
    assert!(job.summary.starts_with("### credlint: failed, "), "{}", job.summary);
    let sarif = std::fs::read_to_string(&job.outputs["sarif-file"]).unwrap();
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    assert!(!sarif["runs"][0]["results"].as_array().unwrap().is_empty());
    assert_eq!(std::fs::read_to_string(&job.outputs["summary-file"]).unwrap(), job.summary);
}

#[test]
fn inputs_are_flags_one_a_line() {
    let variable = "variable \"keys\" {\n  type = number\n}\n";
    let text = format!("{variable}{}", TWO_KEYS.replace("= 2", "= var.keys"));
    let files = [("infra/main.tf", text.as_str()), ("other/broken.tf", "resource {\n")];
    let inputs = [
        INSTALLED,
        ("path", "infra\n\n"),
        ("select", "multiple-active-keys\n  unnecessary-iam-user\r\n"),
        ("var", "keys=2"),
        ("fail-on", "critical"),
        ("summary", "false"),
    ];
    let Some(runner) = Runner::new(&files, &inputs) else { return };
    let job = runner.run();
    assert_eq!(job.status, Some(0), "{job:?}");
    assert!(
        job.log.contains("multiple-active-keys") && job.log.contains("unnecessary-iam-user"),
        "{}",
        job.log
    );
    assert!(!job.log.contains("secret-in-state") && job.summary.is_empty());
    let Some(mut runner) = Runner::new(&files, &[INSTALLED, ("var", "keys=1"), ("fail-on", "never")]) else {
        return;
    };
    assert_eq!(runner.run().status, Some(2), "something does not parse");
    runner.inputs.insert("allow-parse-errors".to_owned(), "true".to_owned());
    assert_eq!(runner.run().status, Some(0));
    runner.inputs.insert("allow-parse-errors".to_owned(), "maybe".to_owned());
    let job = runner.run();
    assert!(job.status == Some(2) && job.log.contains("neither true nor false"), "{job:?}");
}

#[test]
fn hostile_inputs_are_only_text() {
    let attack = "$(touch pwned) `touch pwned`; touch pwned\n--output=json=pwned\n\"'; touch pwned #\n-x";
    for name in ["path", "root", "var", "select", "config", "since", "baseline", "as-of", "fail-on", "rules"]
    {
        let Some(runner) = Runner::new(&[("main.tf", TWO_KEYS)], &[INSTALLED, (name, attack)]) else {
            return;
        };
        let job = runner.run();
        assert_eq!(job.status, Some(2), "{name}: {job:?}");
        let left: Vec<_> =
            std::fs::read_dir(runner.project.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
        assert_eq!(left, ["main.tf"], "{name}");
    }
}

/// Instead of curl: gives what lies in a folder.
const CURL: &str = r#"
while (($#)); do
  case "$1" in
    --output) out=$2; shift ;;
    https://*) name=${1##*/} ;;
  esac
  shift
done
[[ -f "$RELEASE/$name" ]] || exit 22
cp "$RELEASE/$name" "$out""#;

#[test]
fn a_release_is_installed_by_version_and_checksum_and_else_built() {
    let Some(mut runner) = Runner::new(&[("main.tf", TWO_KEYS)], &[("version", "9.8.7")]) else { return };
    let release = runner.path("release");
    std::fs::create_dir_all(&release).unwrap();
    runner.program("curl", &format!("RELEASE='{}'\n{CURL}", release.display()));
    runner.program("cargo", "echo \"cargo $*\"\nwhile (($#)); do if [[ $1 == --root ]]; then root=$2; fi; shift; done\nmkdir -p \"$root/bin\"; ln -s \"$(command -v credlint)\" \"$root/bin/credlint\"");
    let job = runner.run();
    assert!(job.status == Some(2) && job.log.contains("There is no release 9.8.7"), "{job:?}");

    let archive = "credlint-9.8.7-x86_64-unknown-linux-musl.tar.gz";
    let pack = format!(
        "mkdir p && printf '#!/bin/sh\\necho released >> \"%s\"\\n' \"$PWD/called\" > p/credlint && chmod +x p/credlint && tar -czf release/{archive} -C p . && cd release && sha256sum {archive} > SHA256SUMS"
    );
    let packed = runner.bash(&pack, runner.home.path(), |_| {});
    assert!(packed.status.success(), "{packed:?}");
    let job = runner.run();
    assert_eq!(job.status, Some(0), "{job:?}");
    assert_eq!(std::fs::read_to_string(runner.path("called")).unwrap(), "released\n");

    runner.inputs.insert("checksum".to_owned(), "0".repeat(64));
    let job = runner.run();
    assert!(job.status == Some(2) && job.log.contains("and not what was expected"), "{job:?}");
    runner.inputs.remove("checksum");
    std::fs::write(release.join("SHA256SUMS"), format!("{}  other.tar.gz\n", "0".repeat(64))).unwrap();
    assert_eq!(runner.run().status, Some(2), "the archive is not in the list");

    for version in ["", "source"] {
        runner.inputs.insert("version".to_owned(), version.to_owned());
        let job = runner.run();
        assert!(
            job.status == Some(1) && job.log.contains("cargo install --locked --path "),
            "{version}: {job:?}"
        );
    }
    runner.inputs.insert("version".to_owned(), "../../evil".to_owned());
    let job = runner.run();
    assert!(job.status == Some(2) && job.log.contains("is no version"), "{job:?}");
}
