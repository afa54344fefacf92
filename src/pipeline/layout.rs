//! discover: the files of every format, and what of them is a root.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use crate::cdk::{self, Assembly};
use crate::cloudformation::{self, Templates, detect};
use crate::discover::{self, Candidate, Discovered, Entry, Roots, Standing, choose_roots, walk};
use crate::settings::InputSettings;
use crate::source::{EntryKind, Notice, NoticeKind, PathMap, STANDARD_INPUT, Workspace, directory_and_name};
use crate::terraform::plan::Written;
use crate::terraform::{self, ModuleLoader, Terragrunt, Unit};

/// What was found, and which of it is a root.
pub struct Layout {
    /// Files that are read or were left out.
    pub discovered: Discovered,
    /// Root modules, and modules that are only called.
    pub roots: Roots,
    /// Of each directory that was walked, whether files with variables were met that Terraform reads unasked.
    with_variables: PathMap<bool>,
    /// Terragrunt units by directory; each is one of the roots.
    pub units: BTreeMap<PathBuf, Unit>,
    /// Plans and states: roots of their own.
    pub documents: Vec<(PathBuf, Written)>,
    /// Cloud assemblies by their directory, each a root; those of stages are part of another one.
    pub assemblies: Vec<(PathBuf, Assembly)>,
    /// Templates that are roots, and those that are only nested in others.
    pub templates: Roots,
}

impl Layout {
    /// Looks at what the settings name.
    pub fn of(settings: &InputSettings, loader: &ModuleLoader<'_>, templates: &Templates<'_>) -> Self {
        let (mut discovered, documents) = discover(settings, templates);
        loader.look_at(&configurations(&discovered));
        let assemblies = assemblies(templates, &settings.workspace, &mut discovered);
        let units = units(loader, &settings.workspace, &discovered);
        let candidates = candidates(loader, &discovered, &units);
        let templates = choose_roots(&template_candidates(templates, &discovered));
        let roots = choose_roots(&candidates);
        let with_variables = with_variables(&discovered);
        Self { discovered, roots, with_variables, units, documents, assemblies, templates }
    }

    /// Whether Terraform may find variables in a directory unasked. In one that was walked all of them were met.
    pub fn may_have_variables(&self, directory: &Path) -> bool {
        self.with_variables.get(directory).copied().unwrap_or(true)
    }

    /// Every root there is, as reports call it.
    pub fn root_paths(&self, workspace: &Workspace) -> BTreeSet<String> {
        let documents = self.documents.iter().map(|(path, _)| path);
        let assemblies = self.assemblies.iter().map(|(path, _)| path);
        let roots = self.roots.roots.iter().chain(&self.templates.roots);
        roots.chain(documents).chain(assemblies).map(|path| workspace.display(path)).collect()
    }

    /// How many files are read.
    pub fn file_count(&self) -> usize {
        let is_read = |entry: &&Entry| {
            !matches!(entry.standing, Standing::LeftOut(_) | Standing::NotCode(_) | Standing::Excluded)
        };
        self.discovered.entries.iter().filter(is_read).count()
    }
}

/// What is there: trees are walked; plans and states are read where they are named, and elsewhere left out.
fn discover(settings: &InputSettings, templates: &Templates<'_>) -> (Discovered, Vec<(PathBuf, Written)>) {
    let workspace = &settings.workspace;
    let what = |path: &Path| {
        let start = workspace.read_start(path, terraform::plan::START_BYTES).ok()?;
        terraform::plan::detect(&start)
    };
    let (mut documents, mut trees, mut named) = (Vec::new(), Vec::new(), Vec::new());
    for path in &settings.paths {
        match what(path) {
            Some(_) if documents.iter().any(|(other, _)| other == path) => {}
            Some(written) => documents.push((path.clone(), written)),
            None if workspace.is_file(path) && is_by_content(path) => {
                // Only the file itself: the others in its directory are no part of it.
                let standing = what_it_holds(workspace, templates, path, None);
                let kind = EntryKind::Link;
                named.extend(standing.map(|standing| Entry { path: path.clone(), kind, standing }));
            }
            None => trees.push(path.clone()),
        }
    }
    let mut not_a_document = None;
    if workspace.standard_input.is_some() {
        let path = Path::new(STANDARD_INPUT);
        match what(path) {
            Some(written) => documents.push((path.to_owned(), written)),
            None => {
                let message = "holds no plan or state, which are all that is read there";
                not_a_document = Some(
                    Notice::about(NoticeKind::UnreadableFile, STANDARD_INPUT, message)
                        .with_help("`terraform show -json FILE | credlint check -`"),
                );
            }
        }
    }
    let mut discovered = walk(workspace, &trees, &settings.configuration.paths, classify);
    discovered.notices.extend(not_a_document);
    discovered.entries.retain_mut(|entry| {
        if entry.standing == Standing::Excluded && is_by_content(&entry.path) {
            return is_code(workspace, &entry.path) || what(&entry.path).is_some();
        }
        if entry.standing != Standing::ByContent {
            return true;
        }
        let Ok(start) = workspace.read_start(&entry.path, terraform::plan::START_BYTES) else { return false };
        match terraform::plan::detect(&start) {
            Some(written) => entry.standing = Standing::LeftOut(written.left_out()),
            None => match what_it_holds(workspace, templates, &entry.path, Some(start)) {
                Some(standing) => entry.standing = standing,
                None => return false,
            },
        }
        !documents.iter().any(|(path, _)| *path == entry.path)
    });
    named.extend(documents.iter().map(|(path, written)| {
        let standing = Standing::Document(written.format());
        Entry { path: path.clone(), kind: EntryKind::Link, standing }
    }));
    if !named.is_empty() || trees.len() > 1 {
        discovered.entries.extend(named);
        discover::sort(&mut discovered.entries);
        discovered.entries.dedup_by(|a, b| a.path == b.path);
    }
    give_way(&mut discovered);
    (discovered, documents)
}

/// Of each directory that was walked, whether files with variables were met that Terraform reads unasked.
fn with_variables(discovered: &Discovered) -> PathMap<bool> {
    let mut known: PathMap<bool> =
        discovered.directories.iter().map(|directory| (directory.as_path(), false)).collect();
    // One that is left out or excluded as well: Terraform reads it all the same.
    let has_variables =
        |entry: &&Entry| entry.standing != Standing::Terraform && terraform::is_automatic(entry.name());
    let parents = discovered.entries.iter().filter(has_variables).filter_map(|entry| entry.path.parent());
    parents.for_each(|directory| {
        known.insert(directory, true);
    });
    known
}

/// Where `OpenTofu` has a file of its own in the place of Terraform's, that one is read.
fn give_way(discovered: &mut Discovered) {
    let is_a_replacement = |entry: &&Entry| {
        entry.standing == Standing::Terraform && entry.path.to_str().is_some_and(terraform::is_replacement)
    };
    let replacements = discovered.entries.iter().filter(is_a_replacement);
    let read: HashSet<PathBuf> = replacements.map(|entry| entry.path.clone()).collect();
    if read.is_empty() {
        return;
    }
    for entry in &mut discovered.entries {
        let replacement = terraform::replacement(entry.name()).map(|name| entry.path.with_file_name(name));
        if entry.standing == Standing::Terraform && replacement.is_some_and(|path| read.contains(&path)) {
            entry.standing = Standing::LeftOut(
                "OpenTofu reads the .tofu file of the same name in its place; Terraform would read this one and \
                 none of the .tofu files",
            );
        }
    }
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
    } else if BY_CONTENT.iter().any(|end| name.ends_with(end)) || ["plan.out", "tfplan"].contains(&name) {
        Some(Standing::ByContent)
    } else {
        None
    }
}

/// How the names of files end that may be plans, states or templates.
const BY_CONTENT: &[&str] = &[
    ".json",
    ".tfstate",
    ".tfplan",
    ".yaml",
    ".yml",
    ".template",
    ".cfn",
    ".cform",
    ".cft",
    ".cloudformation",
    ".sam",
];

/// Whether what a file is has to be told by what is in it: not a file of Terraform's.
fn is_by_content(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    matches!(classify(name), None | Some(Standing::ByContent))
}

/// Whether a file whose name does not tell would be looked at more closely.
fn is_code(workspace: &Workspace, path: &Path) -> bool {
    let is_manifest = |text: &str| path.ends_with(cdk::MANIFEST) && is_manifest(workspace, path, text);
    let text = workspace.read_text(path);
    text.is_ok_and(|text| detect::may_be_template(text.as_bytes()) || is_manifest(&text))
}

/// Whether a file is the manifest of an assembly, or holds a template, one that does not parse included. Its start may
/// have been read; that of most is all that they are.
fn what_it_holds(
    workspace: &Workspace,
    templates: &Templates<'_>,
    path: &Path,
    start: Option<Vec<u8>>,
) -> Option<Standing> {
    let text = match start.filter(|start| start.len() < terraform::plan::START_BYTES) {
        Some(whole) => String::from_utf8(whole).ok()?,
        None => workspace.read_text(path).ok()?,
    };
    if path.file_name().is_some_and(|name| name == cdk::MANIFEST) && is_manifest(workspace, path, &text) {
        return Some(Standing::Assembly);
    }
    let is_template = detect::may_be_template(text.as_bytes()) && templates.meet(path, text);
    is_template.then_some(Standing::Template)
}

/// Whether the text of a `manifest.json` is that of an assembly: other tools have files of that name.
fn is_manifest(workspace: &Workspace, path: &Path, text: &str) -> bool {
    cdk::is_assembly(text, workspace.is_file(&path.with_file_name(cdk::MARKER)))
}

/// The assemblies whose manifests were met. What else lies in their directories is read through them, or is an asset.
fn assemblies(
    templates: &Templates<'_>,
    workspace: &Workspace,
    discovered: &mut Discovered,
) -> Vec<(PathBuf, Assembly)> {
    let manifests = discovered.entries.iter().filter(|entry| entry.standing == Standing::Assembly);
    let mut directories: Vec<PathBuf> =
        manifests.filter_map(|entry| Some(entry.path.parent()?.to_owned())).collect();
    // A stage lies below the assembly that it is part of.
    directories.sort_by_key(|directory| directory.components().count());
    let mut found: Vec<(PathBuf, Assembly)> = Vec::new();
    for directory in directories {
        if !found.iter().any(|(_, assembly)| assembly.directories.contains(&directory)) {
            let assembly = cdk::read(workspace, templates, &directory);
            found.push((directory, assembly));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let stacks = found.iter().flat_map(|(_, assembly)| &assembly.stacks);
    let deployed: BTreeSet<&Path> = stacks.flat_map(cdk::Stack::templates).collect();
    discovered.entries.retain_mut(|entry| {
        if !found.iter().any(|(_, assembly)| is_part(assembly, &entry.path)) {
            return true;
        }
        let is_read = entry.standing == Standing::Assembly || deployed.contains(entry.path.as_path());
        entry.standing = Standing::Assembly;
        is_read
    });
    discovered.directories.retain(|directory| {
        !found.iter().any(|(_, assembly)| is_part(assembly, &directory.join(cdk::MANIFEST)))
    });
    found
}

/// The templates, and which of them another one nests.
fn template_candidates(templates: &Templates<'_>, discovered: &Discovered) -> BTreeMap<PathBuf, Candidate> {
    let found = discovered.entries.iter().filter(|entry| entry.standing == Standing::Template);
    found
        .map(|entry| {
            let template = Some(&entry.path).filter(|path| !templates.is_idle(path));
            let template = template.and_then(|path| templates.load(path));
            let calls = template.map(|template| cloudformation::nested_paths(templates, &template));
            (entry.path.clone(), Candidate { calls: calls.unwrap_or_default(), ..Candidate::default() })
        })
        .collect()
}

/// Whether a file lies in an assembly's directory, or in one below it: whatever it is, it is no root of its own.
/// Where the manifest cannot be read the templates are.
fn is_part(assembly: &Assembly, path: &Path) -> bool {
    let is_inside =
        path.ancestors().skip(1).any(|directory| assembly.directories.iter().any(|own| own == directory));
    is_inside && !assembly.stacks.is_empty()
}

/// The directories of Terraform configuration and their files.
fn configurations(discovered: &Discovered) -> Vec<(&Path, Vec<(&str, EntryKind)>)> {
    let mut found: PathMap<Vec<(&str, EntryKind)>> =
        discovered.directories.iter().map(|directory| (directory.as_path(), Vec::new())).collect();
    for entry in &discovered.entries {
        let Some((directory, name)) = directory_and_name(&entry.path) else { continue };
        // What was left out, such as a link that leads out of the root, is something to tell of all the same.
        if (entry.standing == Standing::Terraform || terraform::is_configuration(name))
            && let Some(files) = found.get_mut(Path::new(directory))
        {
            files.push((name, entry.kind));
        }
    }
    let files = discovered.directories.iter().map(|directory| {
        (directory.as_path(), found.get_mut(directory).map(std::mem::take).unwrap_or_default())
    });
    files.filter(|(_, files)| !files.is_empty()).collect()
}

fn candidates(
    loader: &ModuleLoader<'_>,
    discovered: &Discovered,
    units: &BTreeMap<PathBuf, Unit>,
) -> BTreeMap<PathBuf, Candidate> {
    let have_variables = discovered
        .entries
        .iter()
        .filter(|entry| entry.standing == Standing::TerraformVariables)
        .filter_map(|entry| Some((entry.path.parent()?, ())));
    let have_variables: PathMap<()> = have_variables.collect();
    let mut candidates: BTreeMap<PathBuf, Candidate> = discovered
        .directories
        .iter()
        .map(|directory| {
            let candidate = Candidate {
                calls: terraform::local_calls(loader, directory),
                is_applied: have_variables.contains(directory),
                is_unit: false,
            };
            (directory.clone(), candidate)
        })
        .collect();
    // Of a directory that nobody calls it does not matter.
    let called: PathMap<()> = candidates
        .values()
        .flat_map(|candidate| &candidate.calls)
        .map(|called| (called.as_path(), ()))
        .collect();
    for (directory, candidate) in candidates.iter_mut().filter(|(directory, _)| called.contains(directory)) {
        candidate.is_applied |= terraform::has_backend(loader, directory);
    }
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
