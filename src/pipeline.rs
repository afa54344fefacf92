//! Read this first: discover, read, graph, check on one screen. What comes out is what is reported.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::discover::{Candidate, Discovered, Entry, Roots, Standing, choose_roots, walk};
use crate::finding::{Coverage, Finding};
use crate::graph::{self, Graph, GraphRoot};
use crate::rules::{EvaluationError, Rule, judge};
use crate::settings::{InputSettings, Thresholds};
use crate::source::{Notice, NoticeKind, ReadError, Workspace};
use crate::terraform::plan::Written;
use crate::terraform::{self, CommandLineInput, Inputs, ModuleLoader, Terragrunt, Unit};

/// Evaluation recurses as deep as references chain; this much address space is reserved, not used.
const STACK_BYTES: usize = 512 * 1024 * 1024;

/// What was found in the tree, and which of it is a root.
#[derive(Debug)]
pub struct Layout {
    /// Files that are read or were left out.
    pub discovered: Discovered,
    /// Root modules, and modules that are only called.
    pub roots: Roots,
}

/// What was read and understood.
#[derive(Debug)]
pub struct Understood {
    /// Users and their credentials.
    pub graph: Graph,
    /// What was looked at.
    pub coverage: Coverage,
    /// What was not understood, sorted by place.
    pub notices: Vec<Notice>,
}

/// What the rules say.
#[derive(Debug)]
pub struct Checked {
    /// Findings that pass the thresholds.
    pub findings: Vec<Finding>,
    /// What was looked at.
    pub coverage: Coverage,
    /// What was not understood, sorted by place.
    pub notices: Vec<Notice>,
    /// Rules of the user's own that could not be evaluated.
    pub errors: Vec<EvaluationError>,
    /// Whether a certain finding reaches `fail_on`.
    pub failed: bool,
}

/// discover → read → graph → check. Reporting is the caller's.
pub fn check(settings: &InputSettings, rules: &[&Rule], thresholds: Thresholds) -> Checked {
    on_a_deep_stack(|| {
        let understood = read_and_link(settings);
        let verdict = judge(&understood.graph, rules);
        let mut findings = verdict.findings;
        findings.retain(|finding| {
            finding.severity >= thresholds.min_severity && finding.confidence >= thresholds.min_confidence
        });
        let fails = |finding: &Finding| {
            finding.confidence == crate::finding::Confidence::Certain
                && thresholds.fail_on.is_some_and(|least| finding.severity >= least)
        };
        let failed = findings.iter().any(fails);
        let mut notices = understood.notices;
        notices.extend(verdict.notices);
        Checked { findings, coverage: understood.coverage, notices, errors: verdict.errors, failed }
    })
}

/// discover → read → graph.
pub fn understand(settings: &InputSettings) -> Understood {
    on_a_deep_stack(|| read_and_link(settings))
}

/// discover.
pub fn lay_out(settings: &InputSettings) -> Layout {
    on_a_deep_stack(|| {
        let loader = ModuleLoader::new(&settings.workspace);
        let (discovered, _) = discover(settings);
        let units = units(&loader, &settings.workspace, &discovered);
        let candidates = candidates(&loader, &settings.workspace, &discovered, &units);
        Layout { roots: choose_roots(&candidates), discovered }
    })
}

fn read_and_link(settings: &InputSettings) -> Understood {
    let workspace = &settings.workspace;
    let loader = ModuleLoader::new(workspace);
    let (discovered, documents) = discover(settings);
    let units = units(&loader, workspace, &discovered);
    let candidates = candidates(&loader, workspace, &discovered, &units);
    let mut roots = choose_roots(&candidates).roots;
    let interest = graph::interest();
    let mut read = Vec::new();
    let mut notices = discovered.notices;
    notices.extend(settings.notices.iter().cloned());
    for (path, written) in &documents {
        let (file, own) = match workspace.load_unshown(path) {
            Ok(file) => (file, terraform::plan::directories_beside(workspace, path)),
            Err(error) => {
                notices.push(unreadable(workspace, path, &error));
                continue;
            }
        };
        let directories: Vec<PathBuf> = roots.iter().cloned().chain(own).collect();
        let document = terraform::plan::read(workspace, &loader, file, *written, &directories, &interest);
        read.push((GraphRoot { path: workspace.display(path), format: written.format() }, document.contents));
        // The plan says what becomes of its configuration; both together would report everything twice.
        if *written == Written::Plan {
            roots.retain(|root| Some(root) != document.directory.as_ref());
        }
    }
    if roots.is_empty() && documents.is_empty() {
        let message = "no Terraform configuration was found, so nothing was checked";
        let paths = settings.paths.iter().map(|path| workspace.display(path));
        notices.extend(paths.map(|path| Notice::about(NoticeKind::FormatNotRead, path, message)));
    }
    let mut coverage = Coverage {
        roots: roots.len() + documents.len(),
        files: file_count(&discovered.entries),
        ..Coverage::default()
    };
    let mut modules = Vec::new();
    for directory in &roots {
        let unit = units.get(directory);
        if unit.is_some_and(|unit| unit.is_excluded) {
            let message = "this unit is left out of every run, so it was not checked";
            notices.push(Notice::about(NoticeKind::FormatNotRead, workspace.display(directory), message));
            continue;
        }
        let module = unit.map_or_else(|| loader.load(directory), |unit| Arc::clone(&unit.module));
        modules.push(Arc::clone(&module));
        let is_relevant = loader.reaches(&module, &interest.resources);
        // A value that is unknown matters only where it can decide something.
        let matters = |notice: &&Notice| is_relevant || notice.kind != NoticeKind::UnknownValue;
        notices.extend(unit.iter().flat_map(|unit| unit.notices.iter()).filter(matters).cloned());
        if !is_relevant {
            continue;
        }
        let (inputs, input_notices) = match unit {
            Some(unit) => unit.inputs(workspace, &settings.assignments),
            None => Inputs::gather(workspace, &[directory], &settings.assignments),
        };
        notices.extend(input_notices);
        let provenance = unit.map_or_else(Vec::new, |unit| unit.provenance.clone());
        let contents = terraform::collect(workspace, &loader, module, &inputs, &interest, provenance);
        coverage.modules_not_on_disk += contents.modules_not_on_disk;
        let format = if unit.is_some() { "terragrunt" } else { "terraform" };
        read.push((GraphRoot { path: workspace.display(directory), format }, contents));
    }
    notices.extend(not_read(workspace, &discovered.entries));
    notices.extend(undeclared(&settings.assignments, &modules));
    let mut graph = graph::build(read);
    notices.append(&mut graph.notices);
    sort_notices(&mut notices);
    let managed = |nodes: &[usize]| nodes.iter().filter(|node| graph.nodes[**node].managed).count();
    coverage.users = managed(&graph.users.iter().map(|user| user.node).collect::<Vec<_>>());
    coverage.access_keys = managed(&graph.access_keys.iter().map(|key| key.node).collect::<Vec<_>>());
    coverage.passwords = managed(&graph.passwords.iter().map(|password| password.node).collect::<Vec<_>>());
    coverage.unknown_values = count_of(&notices, NoticeKind::UnknownValue);
    coverage.modules_not_on_disk = count_of(&notices, NoticeKind::ModuleNotOnDisk);
    coverage.modules_modelled = count_of(&notices, NoticeKind::ModuleModelled);
    Understood { graph, coverage, notices }
}

/// What is there: trees are walked; plans and states are read where they are named, and elsewhere left out.
fn discover(settings: &InputSettings) -> (Discovered, Vec<(PathBuf, Written)>) {
    let workspace = &settings.workspace;
    let what = |path: &Path| {
        let start = workspace.read_start(path, terraform::plan::START_BYTES).ok()?;
        terraform::plan::detect(&start)
    };
    let (mut documents, mut trees) = (Vec::new(), Vec::new());
    for path in &settings.paths {
        match what(path) {
            Some(_) if documents.iter().any(|(other, _)| other == path) => {}
            Some(written) => documents.push((path.clone(), written)),
            None => trees.push(path.clone()),
        }
    }
    let mut discovered = walk(workspace, &trees, classify);
    discovered.entries.retain_mut(|entry| {
        if entry.standing != Standing::ByContent {
            return true;
        }
        match what(&entry.path) {
            Some(written) => entry.standing = Standing::LeftOut(written.left_out()),
            None => return false,
        }
        !documents.iter().any(|(path, _)| *path == entry.path)
    });
    let named = documents
        .iter()
        .map(|(path, written)| Entry { path: path.clone(), standing: Standing::Document(written.format()) });
    discovered.entries.extend(named);
    discovered.entries.sort_by(|a, b| a.path.cmp(&b.path));
    give_way(&mut discovered);
    (discovered, documents)
}

/// Where `OpenTofu` has a file of its own in the place of Terraform's, that one is read.
fn give_way(discovered: &mut Discovered) {
    let read: BTreeSet<PathBuf> = discovered.entries.iter().map(|entry| entry.path.clone()).collect();
    for entry in &mut discovered.entries {
        let name = entry.path.file_name().and_then(|name| name.to_str());
        let replacement = name.and_then(terraform::replacement).map(|name| entry.path.with_file_name(name));
        if entry.standing == Standing::Terraform && replacement.is_some_and(|path| read.contains(&path)) {
            entry.standing = Standing::LeftOut(
                "OpenTofu reads the .tofu file of the same name in its place; Terraform would read this one and \
                 none of the .tofu files",
            );
        }
    }
}

fn unreadable(workspace: &Workspace, path: &Path, error: &ReadError) -> Notice {
    Notice::about(NoticeKind::UnreadableFile, workspace.display(path), error.to_string())
}

/// Which format a file name stands for.
fn classify(name: &str) -> Option<Standing> {
    if terraform::is_configuration(name) {
        Some(Standing::Terraform)
    } else if terraform::is_automatic(name) {
        Some(Standing::TerraformVariables)
    } else if terraform::is_unit_file(name) {
        Some(Standing::Terragrunt)
    } else if name == "terragrunt.hcl.json" {
        Some(Standing::LeftOut("Terragrunt's JSON syntax is not read"))
    } else if name == "terragrunt.stack.hcl" {
        Some(Standing::LeftOut("Terragrunt's stacks are not read"))
    } else if let Some(why) = terraform::why_not_configuration(name) {
        Some(Standing::NotCode(why))
    } else if [".json", ".tfstate", ".tfplan"].iter().any(|end| name.ends_with(end))
        || ["plan.out", "tfplan"].contains(&name)
    {
        Some(Standing::ByContent)
    } else {
        None
    }
}

fn candidates(
    loader: &ModuleLoader<'_>,
    workspace: &Workspace,
    discovered: &Discovered,
    units: &BTreeMap<PathBuf, Unit>,
) -> BTreeMap<PathBuf, Candidate> {
    let has_variables: Vec<&Path> = discovered
        .entries
        .iter()
        .filter(|entry| entry.standing == Standing::TerraformVariables)
        .filter_map(|entry| entry.path.parent())
        .collect();
    let mut candidates: BTreeMap<PathBuf, Candidate> = discovered
        .directories
        .iter()
        .filter_map(|directory| {
            let directory = workspace.resolve(directory).ok()?;
            let candidate = Candidate {
                calls: terraform::local_calls(loader, &directory),
                is_applied: has_variables.contains(&directory.as_path())
                    || terraform::has_backend(loader, &directory),
                is_unit: false,
            };
            Some((directory, candidate))
        })
        .collect();
    for (directory, unit) in units {
        let candidate = candidates.entry(directory.clone()).or_default();
        candidate.is_unit = true;
        candidate.calls.extend(unit.module_directory.iter().filter(|module| *module != directory).cloned());
    }
    candidates
}

/// The Terragrunt units by directory. A file that another one includes is not a unit itself.
fn units(
    loader: &ModuleLoader<'_>,
    workspace: &Workspace,
    discovered: &Discovered,
) -> BTreeMap<PathBuf, Unit> {
    let files = Terragrunt::default();
    let mut units: BTreeMap<PathBuf, Unit> = discovered
        .entries
        .iter()
        .filter(|entry| entry.standing == Standing::Terragrunt)
        .filter_map(|entry| {
            let path = workspace.resolve(&entry.path).ok()?;
            let unit = Unit::read(workspace, loader, &files, &path)?;
            Some((unit.directory.clone(), unit))
        })
        .collect();
    let included: BTreeSet<PathBuf> = units.values().flat_map(|unit| unit.includes.iter().cloned()).collect();
    units.retain(|_, unit| !included.contains(&unit.file));
    units
}

/// Files that are infrastructure code and are not read: a gate must not be silent about them.
fn not_read(workspace: &Workspace, entries: &[crate::discover::Entry]) -> Vec<Notice> {
    entries
        .iter()
        .filter_map(|entry| match entry.standing {
            Standing::LeftOut(why) => {
                Some(Notice::about(NoticeKind::FormatNotRead, workspace.display(&entry.path), why))
            }
            _ => None,
        })
        .collect()
}

/// A `--var` that no root declares is most likely a slip of the pen.
fn undeclared(assignments: &[CommandLineInput], roots: &[Arc<terraform::Module>]) -> Vec<Notice> {
    assignments
        .iter()
        .filter_map(|assignment| match assignment {
            CommandLineInput::Text { name, .. } => Some(name),
            CommandLineInput::File(_) => None,
        })
        .filter(|name| !roots.iter().any(|root| root.variables.contains_key(name.as_str())))
        .map(|name| {
            let message = format!("no root declares a variable `{name}`, so --var {name}=… changes nothing");
            Notice::about(NoticeKind::InvalidConfiguration, "--var", message)
        })
        .collect()
}

fn file_count(entries: &[crate::discover::Entry]) -> usize {
    let is_read = |entry: &&crate::discover::Entry| {
        !matches!(entry.standing, Standing::LeftOut(_) | Standing::NotCode(_))
    };
    entries.iter().filter(is_read).count()
}

fn count_of(notices: &[Notice], kind: NoticeKind) -> usize {
    notices.iter().filter(|notice| notice.kind == kind).count()
}

fn sort_notices(notices: &mut Vec<Notice>) {
    notices.sort_by(|a, b| (a.span, &a.path, a.kind, &a.message).cmp(&(b.span, &b.path, b.kind, &b.message)));
    notices.dedup();
}

fn on_a_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        let thread = thread.expect("one thread can be started");
        match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
