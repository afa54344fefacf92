//! A hostile repository that tries to read what lies beside it: by every feature that reads a file, and by every way out.
//! A word that stands in each file outside is in no output, and each attempt is told where it was made. Where `strace` is
//! installed, the system calls are looked at as well.
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::project::{parsed, skip};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;

/// Nobody but the files outside says this.
const CANARY: &str = "quokka7c1e";

/// Each way from the repository to what lies beside it.
const WAYS: [&str; 8] = ["climb", "detour", "absolute", "link", "folder", "chain", "process", "root"];

/// What lies outside: path and text.
fn outside() -> Vec<(&'static str, String)> {
    let user = format!("resource \"aws_iam_user\" \"{CANARY}\" {{\n  name = \"{CANARY}\"\n}}\n");
    let template = format!("Resources:\n  {CANARY}:\n    Type: AWS::IAM::User\n");
    let unit = format!("locals {{\n  {CANARY} = \"{CANARY}\"\n}}\ninputs = {{\n  name = \"{CANARY}\"\n}}\n");
    let stack = r#"{"type": "aws:cloudformation:stack", "properties": {"templateFile": "t.json"}}"#;
    vec![
        ("secret.txt", CANARY.to_owned()),
        ("listed/quokka7c1e.txt", String::new()),
        ("module/main.tf", user),
        ("template.yaml", template),
        ("unit/terragrunt.hcl", unit.clone()),
        ("unit.hcl", unit),
        (
            "assembly/manifest.json",
            format!(r#"{{"version": "38.0.1", "artifacts": {{"{CANARY}": {stack}}}}}"#),
        ),
        ("assembly/t.json", format!(r#"{{"Resources": {{"{CANARY}": {{"Type": "AWS::IAM::User"}}}}}}"#)),
        ("values.tfvars", format!("name = \"{CANARY}\"\n")),
        ("parameters.json", format!(r#"{{"Name": "{CANARY}"}}"#)),
        ("rules/rule.md", format!("---\nid: {CANARY}\n---\n# {CANARY}\n")),
        ("credlint.toml", format!("{CANARY} = \"{CANARY}\"\n")),
        ("program.ts", format!("\nnew User(this, '{CANARY}');\n")),
    ]
}

struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        for (path, text) in outside() {
            world.write(&world.top().join("outside").join(path), &text);
        }
        // Above the repository, where `find_in_parent_folders` and credlint's own search would come by.
        let above = format!("inputs = {{\n  name = \"{CANARY}\"\n}}\n");
        world.write(&world.top().join("terragrunt.hcl"), &above);
        world.write(&world.top().join("root.hcl"), &above);
        world.write(&world.top().join("credlint.toml"), &format!("{CANARY} = 1\n"));
        std::fs::create_dir_all(world.repository().join(".git")).unwrap();
        world
    }

    fn top(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    fn repository(&self) -> PathBuf {
        self.top().join("repository")
    }

    #[expect(clippy::unused_self, reason = "what is written is part of it")]
    fn write(&self, path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// What a file of `here`, a folder two below the repository, calls something that lies outside. Links are made.
    fn way_out(&self, way: &str, here: &Path, target: &str) -> String {
        std::fs::create_dir_all(here).unwrap();
        let full = self.top().join("outside").join(target);
        let name = Path::new(target).file_name().unwrap().to_str().unwrap();
        // Several attempts of one folder go the same way.
        let link = |to: &Path, name: &str| drop(symlink(to, here.join(name)));
        match way {
            "climb" => format!("../../../outside/{target}"),
            // Up from a folder that is a link: by name it stays inside, on disk it does not.
            "detour" => {
                link(&self.top().join("outside/unit"), "over");
                format!("./over/../{target}")
            }
            "absolute" => full.display().to_string(),
            "link" => {
                link(&Path::new("../../../outside").join(target), &format!("link-{name}"));
                format!("./link-{name}")
            }
            "folder" => {
                link(&self.top().join("outside"), "folder");
                format!("./folder/{target}")
            }
            "chain" => {
                link(Path::new("two"), "one");
                link(Path::new("../../../outside"), "two");
                format!("./one/{target}")
            }
            "process" => {
                link(Path::new(&format!("/proc/self/root{}/outside", self.top().display())), "process");
                format!("./process/{target}")
            }
            _ => format!("/proc/self/root{}", full.display()),
        }
    }

    #[expect(clippy::unused_self, reason = "what is run is run in it")]
    fn run(&self, folder: &Path, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_credlint"));
        let output = command.args(arguments).current_dir(folder).stdin(Stdio::null()).output().unwrap();
        assert_silent(&output, &format!("{arguments:?} in {}", folder.display()));
        output
    }
}

/// The word, and what would give it away.
fn assert_silent(output: &Output, what: &str) {
    let said = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
    let digest = sha2::Sha256::digest(CANARY)[..8]
        .iter()
        .fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"));
    let encoded = STANDARD.encode(CANARY);
    for word in [CANARY, encoded.as_str(), digest.as_str(), "panicked"] {
        // The path of a file, which the repository names itself, is no secret.
        let told = said.replace(&format!("listed/{CANARY}.txt"), "");
        assert!(!told.contains(word), "{what}: {word} in\n{said}");
    }
}

/// Writes one attempt into a folder.
type Attempt = fn(&World, &Path, &dyn Fn(&str) -> String);

fn user_named(world: &World, here: &Path, expression: &str) {
    world.write(
        &here.join("main.tf"),
        &format!("resource \"aws_iam_user\" \"u\" {{\n  name = {expression}\n}}\n"),
    );
}

fn unit_with(world: &World, here: &Path, text: &str) {
    world.write(
        &here.join("m/main.tf"),
        "variable \"name\" {}\nresource \"aws_iam_user\" \"u\" {\n  name = var.name\n}\n",
    );
    world.write(&here.join("terragrunt.hcl"), text);
}

fn template_with(world: &World, here: &Path, text: &str) {
    world.write(&here.join("stack.yaml"), text);
}

fn manifest_with(world: &World, here: &Path, artifact: &str) {
    world.write(&here.join("cdk.out"), r#"{"version": "38.0.1"}"#);
    world.write(
        &here.join("manifest.json"),
        &format!(r#"{{"version": "38.0.1", "artifacts": {{"A": {artifact}}}}}"#),
    );
}

const UNIT: &str = "terraform {\n  source = \"./m\"\n}\n";

/// Each feature that reads what the code names.
const ATTEMPTS: [(&str, Attempt); 26] = [
    ("module", |world, here, path| {
        world.write(
            &here.join("main.tf"),
            &format!("module \"m\" {{\n  source = \"{}\"\n}}\n", path("module")),
        );
    }),
    ("file", |world, here, path| user_named(world, here, &format!("file(\"{}\")", path("secret.txt")))),
    ("filebase64", |world, here, path| {
        user_named(world, here, &format!("filebase64(\"{}\")", path("secret.txt")));
    }),
    ("filesha256", |world, here, path| {
        user_named(world, here, &format!("filesha256(\"{}\")", path("secret.txt")));
    }),
    ("filebase64sha256", |world, here, path| {
        user_named(world, here, &format!("filebase64sha256(\"{}\")", path("secret.txt")));
    }),
    ("templatefile", |world, here, path| {
        user_named(world, here, &format!("templatefile(\"{}\", {{}})", path("secret.txt")));
    }),
    ("fileset", |world, here, path| {
        user_named(world, here, &format!("join(\"-\", fileset(\"{}\", \"*\"))", path("listed")));
    }),
    ("pattern", |world, here, path| {
        user_named(world, here, &format!("join(\"-\", fileset(\".\", \"{}/**\"))", path("listed")));
    }),
    ("fileexists", |world, here, path| {
        user_named(world, here, &format!("tostring(fileexists(\"{}\"))", path("secret.txt")));
    }),
    ("installed", |world, here, path| {
        world.write(&here.join("main.tf"), "module \"m\" {\n  source = \"acme/people/aws\"\n}\n");
        let directory = path("module");
        let entry = format!(
            r#"{{"Modules":[{{"Key":"m","Source":"registry.terraform.io/acme/people/aws","Version":"1.0.0","Dir":"{directory}"}}]}}"#
        );
        world.write(&here.join(".terraform/modules/modules.json"), &entry);
    }),
    ("include", |world, here, path| {
        unit_with(world, here, &format!("{UNIT}include \"o\" {{\n  path = \"{}\"\n}}\n", path("unit.hcl")));
    }),
    ("parent", |world, here, _| {
        unit_with(
            world,
            here,
            &format!("{UNIT}include \"o\" {{\n  path = find_in_parent_folders(\"root.hcl\")\n}}\n"),
        );
    }),
    ("configuration", |world, here, path| {
        let read = format!("read_terragrunt_config(\"{}\").inputs.name", path("unit.hcl"));
        unit_with(world, here, &format!("{UNIT}inputs = {{\n  name = {read}\n}}\n"));
    }),
    ("dependency", |world, here, path| {
        let dependency = format!("dependency \"d\" {{\n  config_path = \"{}\"\n}}\n", path("unit"));
        unit_with(
            world,
            here,
            &format!("{UNIT}{dependency}inputs = {{\n  name = dependency.d.outputs.name\n}}\n"),
        );
    }),
    ("unit", |world, here, path| {
        unit_with(world, here, &format!("terraform {{\n  source = \"{}\"\n}}\n", path("module")));
    }),
    ("values", |world, here, path| {
        let arguments = format!(
            "  extra_arguments \"a\" {{\n    commands = [\"plan\"]\n    required_var_files = [\"{}\"]\n  }}\n",
            path("values.tfvars")
        );
        unit_with(world, here, &format!("terraform {{\n  source = \"./m\"\n{arguments}}}\n"));
    }),
    ("tfvars", |world, here, path| {
        let read = format!("jsondecode(read_tfvars_file(\"{}\")).name", path("values.tfvars"));
        unit_with(world, here, &format!("{UNIT}inputs = {{\n  name = {read}\n}}\n"));
    }),
    ("nested", |world, here, path| {
        let url = path("template.yaml");
        template_with(
            world,
            here,
            &format!(
                "Resources:\n  N: {{Type: 'AWS::CloudFormation::Stack', Properties: {{TemplateURL: '{url}'}}}}\n"
            ),
        );
    }),
    ("application", |world, here, path| {
        let url = path("template.yaml");
        template_with(
            world,
            here,
            &format!(
                "Resources:\n  N: {{Type: 'AWS::Serverless::Application', Properties: {{Location: '{url}'}}}}\n"
            ),
        );
    }),
    ("transform", |world, here, path| {
        let url = path("template.yaml");
        template_with(
            world,
            here,
            &format!(
                "Transform: {{Name: 'AWS::Include', Parameters: {{Location: '{url}'}}}}\nResources:\n  U: {{Type: 'AWS::IAM::User'}}\n"
            ),
        );
    }),
    ("part", |world, here, path| {
        let url = path("template.yaml");
        template_with(
            world,
            here,
            &format!(
                "Resources:\n  Fn::Transform: {{Name: 'AWS::Include', Parameters: {{Location: '{url}'}}}}\n  U: {{Type: 'AWS::IAM::User'}}\n"
            ),
        );
    }),
    ("stack", |world, here, path| {
        let file = path("template.yaml");
        manifest_with(
            world,
            here,
            &format!(r#"{{"type": "aws:cloudformation:stack", "properties": {{"templateFile": "{file}"}}}}"#),
        );
    }),
    ("assembly", |world, here, path| {
        let directory = path("assembly");
        manifest_with(
            world,
            here,
            &format!(r#"{{"type": "cdk:cloud-assembly", "properties": {{"directoryName": "{directory}"}}}}"#),
        );
    }),
    ("asset", |world, here, path| {
        let file = path("template.yaml");
        let template = format!(
            r#"{{"Resources": {{"N": {{"Type": "AWS::CloudFormation::Stack", "Properties": {{"TemplateURL": "x"}}, "Metadata": {{"aws:asset:path": "{file}", "aws:asset:property": "TemplateURL"}}}}}}}}"#
        );
        world.write(&here.join("a.template.json"), &template);
        manifest_with(
            world,
            here,
            r#"{"type": "aws:cloudformation:stack", "properties": {"templateFile": "a.template.json"}}"#,
        );
    }),
    ("linked", |world, here, path| {
        // The configuration file is itself the link.
        let _ = path("module/main.tf");
        let to = world.top().join("outside/module/main.tf");
        drop(symlink(to, here.join("main.tf")));
    }),
    ("linked-values", |world, here, _| {
        world.write(
            &here.join("main.tf"),
            "variable \"name\" {}\nresource \"aws_iam_user\" \"u\" {\n  name = var.name\n}\n",
        );
        drop(symlink(world.top().join("outside/values.tfvars"), here.join("terraform.tfvars")));
    }),
];

/// The repository with every attempt by every way, each in a folder `ATTEMPT/WAY`.
fn hostile() -> World {
    let world = World::new();
    for (name, attempt) in ATTEMPTS {
        for way in WAYS {
            let here = world.repository().join(name).join(way);
            attempt(&world, &here, &|target| world.way_out(way, &here, target));
        }
    }
    world
}

#[test]
fn nothing_outside_is_in_any_output_and_every_attempt_is_told() {
    let world = hostile();
    let repository = world.repository();
    for format in ["human", "jsonl", "sarif", "github", "markdown", "gitlab", "junit"] {
        world.run(&repository, &["check", "--format", format]);
    }
    for arguments in [&["files"][..], &["graph"], &["check", "--remediation-script", "-"]] {
        world.run(&repository, arguments);
    }
    let report = parsed(&world.run(&repository, &["check", "--format", "json"]));
    let notices = report["notices"].as_array().unwrap();
    let mut untold = Vec::new();
    for (name, _) in ATTEMPTS {
        for way in WAYS {
            let here = format!("{name}/{way}/");
            let is_here = |notice: &&serde_json::Value| {
                notice["path"]
                    .as_str()
                    .or(notice["location"]["path"].as_str())
                    .is_some_and(|path| path.starts_with(&here))
            };
            // Terraform, too, takes a detour by name alone, and finds no file there.
            let is_inside = (name, way) == ("fileexists", "detour");
            if !is_inside && !notices.iter().any(|notice| is_here(&notice)) {
                untold.push(here);
            }
        }
    }
    assert!(untold.is_empty(), "{untold:#?}");
}

/// The paths that a run opens for reading, as the kernel was asked for them.
fn opened(world: &World, arguments: &[&str]) -> Option<Vec<String>> {
    let log = world.top().join("trace");
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-e", "trace=open,openat,openat2,execve,socket,connect", "-s", "4096", "-o"]);
    command.arg(&log).arg(env!("CARGO_BIN_EXE_credlint")).args(arguments).current_dir(world.repository());
    let ran = command.output().is_ok_and(|output| !output.stdout.is_empty());
    if !ran || !cfg!(target_os = "linux") {
        skip("there is no `strace` that can look at what is opened");
        return None;
    }
    Some(std::fs::read_to_string(log).unwrap().lines().map(str::to_owned).collect())
}

#[test]
fn nothing_outside_is_opened_nothing_is_run_and_nobody_is_called() {
    let world = hostile();
    let Some(calls) = opened(&world, &["check", "--format", "json"]) else { return };
    let repository = world.repository();
    assert!(
        calls.iter().any(|call| call.contains(&format!("{}/module", repository.display()))),
        "{calls:#?}"
    );
    let outside = world.top().join("outside").display().to_string();
    let wrong: Vec<&String> = calls
        .iter()
        .filter(|call| {
            let succeeded = call.rsplit_once(" = ").is_some_and(|(_, result)| !result.starts_with('-'));
            // What a descriptor leads to is told after it: `= 5</path>`.
            (succeeded && call.contains(&outside) && call.contains("open"))
                || call.contains("socket(")
                || call.contains("connect(")
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(calls.iter().filter(|call| call.contains("execve(")).count(), 1, "credlint itself");
}

#[test]
fn what_a_configuration_names_stays_inside() {
    let world = World::new();
    for (name, key) in [
        ("rules", "rules_folders = [\"PATH\"]\n"),
        ("values.tfvars", "[[roots]]\npath = \".\"\nvar_files = [\"PATH\"]\n"),
        ("parameters.json", "[[roots]]\npath = \".\"\nparameter_files = [\"PATH\"]\n"),
        ("secret.txt", "baseline = \"PATH\"\n"),
    ] {
        for way in WAYS {
            let here = world.repository().join(name).join(way);
            let path = world.way_out(way, &here, name);
            world.write(&here.join("credlint.toml"), &key.replace("PATH", &path));
            world.write(&here.join("main.tf"), "");
            let output = world.run(&here, &["check"]);
            // Lines are broken wherever they end.
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
            assert_eq!(output.status.code(), Some(2), "{name} {way}: {said}");
            let refused = ["outside of what is read", "is relative to the configuration", "does not exist"];
            assert!(refused.iter().any(|words| said.contains(words)), "{name} {way}: {said}");
            assert!(said.contains("credlint.toml:"), "{name} {way}: {said}");
        }
    }
    let here = world.repository().join("linked");
    world.write(&here.join("main.tf"), "");
    symlink("../../outside/credlint.toml", here.join("credlint.toml")).unwrap();
    let said = world.run(&here, &["check"]);
    assert!(String::from_utf8_lossy(&said.stderr).contains("leads outside"), "{said:?}");
}

#[test]
fn folders_of_rules_lead_nowhere_else() {
    let world = World::new();
    let here = world.repository().join("a/b");
    world.write(&here.join("main.tf"), "");
    for way in ["link", "chain", "process"] {
        let folder = here.join(way);
        std::fs::create_dir_all(&folder).unwrap();
        let to = match way {
            "link" => world.top().join("outside/rules/rule.md"),
            "chain" => {
                symlink("../../../../outside/rules/rule.md", folder.join("between")).unwrap();
                PathBuf::from("between")
            }
            _ => PathBuf::from(format!(
                "/proc/self/root{}",
                world.top().join("outside/rules/rule.md").display()
            )),
        };
        symlink(to, folder.join("own.md")).unwrap();
        for command in [&["check", "--rules", way][..], &["rules", "--rules", way], &["rules", "test", way]] {
            let output = world.run(&here, command);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{command:?}: {said}");
            assert!(
                said.contains("own.md") && said.contains("leads out of the folder"),
                "{command:?}: {said}"
            );
        }
    }
}

/// Makes a pipe that nobody writes to.
fn pipe(path: &Path) -> bool {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let made = Command::new("mkfifo").arg(path).status().is_ok_and(|status| status.success());
    if !made {
        skip("there is no `mkfifo` to make a pipe with");
    }
    made
}

/// Runs credlint, and gives up after a while.
fn ends(folder: &Path, arguments: &[&str]) -> Option<i32> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_credlint"));
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if start.elapsed() > Duration::from_mins(1) {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn pipes_and_devices_are_not_waited_for() {
    let world = World::new();
    let repository = world.repository();
    for name in [
        "main.tf",
        "other.tf.json",
        "terraform.tfvars",
        "stack.yaml",
        "template.json",
        "plan.json",
        "terraform.tfstate",
        "a/terragrunt.hcl",
        "cdk.out/manifest.json",
        "m/.terraform/modules/modules.json",
        "text",
    ] {
        if !pipe(&repository.join(name)) {
            return;
        }
    }
    symlink("/dev/zero", repository.join("zero.tf")).unwrap();
    symlink("/dev/tty", repository.join("terminal.yaml")).unwrap();
    world.write(&repository.join("m/main.tf"), "module \"m\" {\n  source = \"acme/people/aws\"\n}\n");
    user_named(&world, &repository.join("n"), "file(\"../text\")");
    assert_eq!(ends(&repository, &["check"]).map(|status| status < 3), Some(true));
    assert_eq!(ends(&repository, &["files"]).map(|status| status < 3), Some(true));
    for (name, text) in [
        ("own/rule.md", "rules_folders = [\"own\"]\n"),
        ("a.tfvars", "[[roots]]\npath = \".\"\nvar_files = [\"a.tfvars\"]\n"),
        ("a.json", "[[roots]]\npath = \".\"\nparameter_files = [\"a.json\"]\n"),
        ("b.json", "baseline = \"b.json\"\n"),
    ] {
        let folder = repository.join("configured").join(name.replace('/', "-"));
        assert!(pipe(&folder.join(name)));
        world.write(&folder.join("credlint.toml"), text);
        world.write(&folder.join("main.tf"), "");
        assert_eq!(ends(&folder, &["check"]), Some(2), "{text}");
    }
    let folder = repository.join("typed");
    assert!(pipe(&folder.join("own/rule.md")) && pipe(&folder.join("credlint.toml")));
    assert_eq!(ends(&folder, &["check"]), Some(2));
    std::fs::remove_file(folder.join("credlint.toml")).unwrap();
    assert_eq!(ends(&folder, &["check", "--rules", "own"]), Some(2));
    assert!(pipe(&folder.join(".pre-commit-config.yaml")));
    assert_eq!(ends(&folder, &["init"]), Some(0));
}
