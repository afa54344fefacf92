//! What is mutated: every file of every fixture, every example of every rule, and the rules and the configuration
//! themselves.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use credlint::rules::{LANGUAGES, REPORT_LANGUAGE, RuleSet};

use super::tree::Contents;

/// What a file is to credlint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A part of the tree that is scanned.
    Code,
    /// The credential report that the project is joined to.
    Report,
    /// A rule of the user's own.
    Rule,
    /// The configuration.
    Configuration,
}

/// Files that are read together.
#[derive(Clone, Default)]
pub struct Project {
    pub name: String,
    pub files: Contents,
    pub report: Option<Arc<[u8]>>,
    pub rule: Option<Arc<[u8]>>,
    pub configuration: Option<Arc<[u8]>>,
}

impl Project {
    /// The id of the rule, which its file is called by.
    pub fn rule_id(&self) -> &str {
        self.name.split(' ').next().unwrap_or_default()
    }

    /// The bytes of one of its files.
    pub fn bytes(&self, role: Role, path: &str) -> &Arc<[u8]> {
        match role {
            Role::Code => &self.files[path],
            Role::Report => self.report.as_ref().unwrap(),
            Role::Rule => self.rule.as_ref().unwrap(),
            Role::Configuration => self.configuration.as_ref().unwrap(),
        }
    }

    /// The same with other bytes in one of its files.
    pub fn with(&self, role: Role, path: &str, bytes: Vec<u8>) -> Self {
        let (mut project, bytes) = (self.clone(), Arc::from(bytes));
        match role {
            Role::Code => drop(project.files.insert(path.to_owned(), bytes)),
            Role::Report => project.report = Some(bytes),
            Role::Rule => project.rule = Some(bytes),
            Role::Configuration => project.configuration = Some(bytes),
        }
        project
    }

    /// How many bytes it has.
    pub fn size(&self) -> usize {
        let others = [&self.report, &self.rule, &self.configuration];
        self.files.values().chain(others.into_iter().flatten()).map(|bytes| bytes.len()).sum()
    }
}

/// One file to mutate: its project, what it is and its path.
pub type Target = (usize, Role, String);

/// All projects, and the files in them to mutate, each once.
pub fn all() -> (Vec<Project>, Vec<Target>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut projects = of_fixtures(&root.join("fixtures"));
    let rules = RuleSet::built_in().unwrap();
    for rule in rules.rules() {
        let text = std::fs::read(root.join("rules").join(format!("{}.md", rule.id))).unwrap();
        for (number, example) in rule.examples().into_iter().enumerate() {
            let is_report = example.language == REPORT_LANGUAGE;
            let (_, name) = LANGUAGES.iter().find(|(language, _)| *language == example.language).unwrap();
            let code = (!is_report).then(|| ((*name).to_owned(), Arc::from(example.text.as_bytes())));
            let report = if is_report { Some(&example.text) } else { example.report.as_ref() };
            projects.push(Project {
                name: format!("{} example {number}", rule.id),
                files: code.into_iter().collect(),
                report: report.map(|text| Arc::from(text.as_bytes())),
                // Of a rule whose text is mutated as well, one example is enough to run it on.
                rule: (number == 0).then(|| Arc::from(text.as_slice())),
                configuration: None,
            });
        }
    }
    let targets = projects.iter().enumerate().flat_map(|(index, project)| {
        let code = project.files.keys().map(|path| (Role::Code, path.clone()));
        let others = [
            (Role::Report, &project.report),
            (Role::Rule, &project.rule),
            (Role::Configuration, &project.configuration),
        ];
        let others = others.into_iter().filter(|(_, bytes)| bytes.is_some());
        code.chain(others.map(|(role, _)| (role, String::new())))
            .map(move |(role, path)| (index, role, path))
            .collect::<Vec<_>>()
    });
    let targets = targets.collect();
    (projects, targets)
}

fn of_fixtures(root: &Path) -> Vec<Project> {
    let mut projects: BTreeMap<String, Project> = BTreeMap::new();
    let entries = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().map(Result::unwrap);
    for path in entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path) {
        let relative: Vec<&str> =
            path.strip_prefix(root).unwrap().iter().map(|part| part.to_str().unwrap()).collect();
        // Words for people are nothing that credlint reads.
        if relative.last().is_some_and(|name| *name == "README.md") {
            continue;
        }
        let depth = match relative[..] {
            ["terragrunt", ..] => 1,
            ["terraform", "programs" | "plans", ..] => 3,
            _ => 2,
        };
        let (name, rest) = relative.split_at(depth.min(relative.len() - 1));
        let bytes: Arc<[u8]> = std::fs::read(&path).unwrap().into();
        let whole = relative.join("/");
        let name = if name[0] == "evidence" { whole.clone() } else { name.join("/") };
        let project = projects.entry(name.clone()).or_insert_with(|| Project { name, ..Project::default() });
        if whole.starts_with("evidence/") {
            project.report = Some(bytes);
        } else {
            project.files.insert(rest.join("/"), bytes);
        }
    }
    // The company whose credential report is among the fixtures.
    let report = projects.remove("evidence/acme.json").unwrap().report;
    let acme = projects.get_mut("terraform/acme").unwrap();
    (acme.report, acme.configuration) = (report, Some(configuration(root).into_bytes().into()));
    projects.into_values().collect()
}

/// What `credlint init` writes, with every key in use.
fn configuration(root: &Path) -> String {
    let text = std::fs::read_to_string(root.join("../src/init/credlint.toml")).unwrap();
    let used =
        |line: &str| line.strip_prefix('#').filter(|key| !key.starts_with([' ', ':'])).map(str::to_owned);
    let lines = text.lines().map(|line| used(line).unwrap_or_else(|| line.to_owned()) + "\n");
    let text: String = lines.collect();
    // A name between dollar signs is a number that the program writes there.
    let parts = text.split('$').enumerate();
    parts.map(|(number, part)| if number % 2 == 1 { "30" } else { part }).collect()
}
