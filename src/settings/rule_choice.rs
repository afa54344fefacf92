//! Which rules run: ours, the user's own, those selected.

use std::path::{Path, PathBuf};

use crate::cli::Selection;
use crate::rules::{Rule, RuleError, RuleSet};

use super::SettingsError;
use super::configuration::Configuration;
use super::paths::{current_directory, git_work_tree, read_found_text, read_text};
use super::profile;

/// Our rules and those of the user's own directories, with what the configuration says of them.
pub fn rule_set(directories: &[PathBuf], configuration: &Configuration) -> Result<RuleSet, SettingsError> {
    let mut set = RuleSet::built_in()?;
    for directory in directories {
        for path in rule_files(directory)? {
            let text = text_in_folder(directory, &path).map_err(|reason| unreadable(&path, reason))?;
            set.add_file(&path.display().to_string(), &text)?;
        }
    }
    for directory in configuration.rules_directories() {
        for path in rule_files(directory)? {
            let text = configuration.rule_text(&path).map_err(|reason| unreadable(&path, reason))?;
            set.add_file(&path.display().to_string(), &text)?;
        }
    }
    configuration.apply_to(&mut set)?;
    Ok(set)
}

/// The rules to run: those selected or of a profile, or all, without those ignored. What is typed comes first: a rule
/// that `--select` names runs whatever the configuration says.
pub fn selected<'r>(
    set: &'r RuleSet,
    selection: &Selection,
    configuration: &Configuration,
) -> Result<Vec<&'r Rule>, SettingsError> {
    let named = |names: &[String]| -> Result<Vec<&'r Rule>, SettingsError> {
        let mut rules = Vec::new();
        for name in names {
            rules.extend(find(set, name)?);
        }
        Ok(rules)
    };
    let is_typed = !selection.select.is_empty();
    let configured: Vec<String> = configuration.select.iter().map(|name| name.text.clone()).collect();
    // A profile that is typed stands in place of what the configuration selects, but leaves what it switches off.
    let select = match (is_typed, &selection.profile) {
        (true, _) => &selection.select,
        (false, Some(_)) => &Vec::new(),
        (false, None) => &configured,
    };
    let profile = if is_typed { None } else { profile::chosen(set, selection, configuration)? };
    let chosen = named(select)?;
    let ignored = named(&selection.ignore)?;
    let is_in = |rules: &[&Rule], rule: &Rule| rules.iter().any(|other| other.id == rule.id);
    Ok(set
        .rules()
        .iter()
        .filter(|rule| select.is_empty() || is_in(&chosen, rule))
        .filter(|rule| profile.as_ref().is_none_or(|profile| profile.has(rule)))
        .filter(|rule| is_typed || !configuration.switches_off(rule))
        .filter(|rule| !is_in(&ignored, rule))
        .collect())
}

/// The rules of a name; an error that names the nearest when there is none.
pub fn find<'r>(set: &'r RuleSet, name: &str) -> Result<Vec<&'r Rule>, SettingsError> {
    let found = set.find(name.trim());
    if !found.is_empty() {
        return Ok(found);
    }
    let near = set.suggestions(name);
    let help = if near.is_empty() {
        "`credlint rules` lists them".to_owned()
    } else {
        format!("did you mean {}? `credlint rules` lists all", near.join(" or "))
    };
    Err(SettingsError::UnknownRule { name: name.to_owned(), help })
}

/// Rules whose examples are to be run.
#[derive(Debug)]
pub struct RulesUnderTest {
    /// Our rules, and after them those that could be read.
    pub set: RuleSet,
    /// The files, in order.
    pub files: Vec<RuleFile>,
    /// What is wrong with those that could not be used.
    pub errors: Vec<RuleError>,
}

/// The file of a rule of a set.
#[derive(Debug)]
pub struct RuleFile {
    /// Where it is.
    pub path: PathBuf,
    /// Where it is, as it is shown.
    pub name: String,
    /// All of it.
    pub text: String,
    /// Which of the set's rules it is.
    pub index: usize,
}

impl RulesUnderTest {
    /// The rule files that paths name or hold; without a path, those in the folders of the configuration.
    pub fn new(paths: &[PathBuf], configuration: &Configuration) -> Result<Self, SettingsError> {
        let is_typed = !paths.is_empty();
        let folders = if is_typed { paths } else { configuration.rules_directories() };
        let mut under_test = Self { set: RuleSet::built_in()?, files: Vec::new(), errors: Vec::new() };
        for path in folders {
            if path.is_file() {
                under_test.add(path.clone(), read_text(path))?;
                continue;
            }
            for file in rule_files(path)? {
                // Somebody else may have written the configuration, and what it leads to.
                let text =
                    if is_typed { text_in_folder(path, &file) } else { configuration.rule_text(&file) };
                under_test.add(file, text)?;
            }
        }
        if under_test.files.is_empty() && under_test.errors.is_empty() {
            let paths = folders.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>();
            return Err(SettingsError::NoRules { paths: paths.join(", ") });
        }
        Ok(under_test)
    }

    fn add(&mut self, path: PathBuf, text: Result<String, String>) -> Result<(), SettingsError> {
        // The folders of the configuration are absolute.
        let here = current_directory().unwrap_or_default();
        let name = path.strip_prefix(here).unwrap_or(&path).display().to_string();
        let text = text.map_err(|reason| SettingsError::RuleFile { path: name.clone(), reason })?;
        match self.set.add_file(&name, &text) {
            Ok(()) => self.files.push(RuleFile { path, name, text, index: self.set.rules().len() - 1 }),
            Err(error) => self.errors.push(error),
        }
        Ok(())
    }
}

/// The text of a file in a folder that was typed. Somebody else may have put it there, as in a pull request: it is read
/// when it leads neither out of the folder nor out of the folder's work tree.
fn text_in_folder(folder: &Path, file: &Path) -> Result<String, String> {
    let real = |path: &Path| path.canonicalize().map_err(|error| error.to_string());
    let (folder, file) = (real(folder)?, real(file)?);
    if !file.starts_with(git_work_tree(&folder).unwrap_or(folder)) {
        return Err("leads out of the folder".to_owned());
    }
    read_found_text(&file)
}

fn unreadable(path: &Path, reason: String) -> SettingsError {
    SettingsError::RuleFile { path: path.display().to_string(), reason }
}

fn rule_files(directory: &Path) -> Result<Vec<PathBuf>, SettingsError> {
    let entries = std::fs::read_dir(directory).map_err(|error| SettingsError::RulesDirectory {
        path: directory.display().to_string(),
        reason: error.to_string(),
    })?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .filter(|path| path.file_stem().is_none_or(|stem| !stem.eq_ignore_ascii_case("readme")))
        .collect();
    files.sort();
    Ok(files)
}
