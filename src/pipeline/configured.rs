//! What the configuration file gives single roots, and what of it comes to nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cloudformation;
use crate::discover::{Entry, Standing};
use crate::graph::Graph;
use crate::settings::InputSettings;
use crate::settings::configuration::Configuration;
use crate::source::{Notice, NoticeKind, is_account_number};
use crate::terraform::{CommandLineInput, Module};
use crate::value::Value;

use super::Layout;

/// What accounts are called of which nothing is said but that they are the environment's.
const OPEN_ACCOUNTS: [&str; 3] = ["aws", "", "unknown-account"];

/// What the variables of a root are given: by the configuration, then on the command line, which wins.
pub fn assignments(settings: &InputSettings, root: &str) -> Vec<CommandLineInput> {
    let configuration = &settings.configuration;
    let entries = configuration.roots.iter().zip(&configuration.inputs);
    let meant = entries.filter(|(entry, _)| entry.path.matches(root));
    let given = meant.flat_map(|(_, inputs)| &inputs.assignments);
    given.chain(&settings.assignments).cloned().collect()
}

/// What accounts are called.
pub fn account_names(settings: &InputSettings, graph: &Graph) -> BTreeMap<(usize, Arc<str>), String> {
    let configuration = &settings.configuration;
    let mut names = BTreeMap::new();
    for (root, account) in accounts(graph) {
        let configured = configured_number(configuration, graph, root, account);
        let name =
            configuration.accounts.get(configured.unwrap_or(account)).map(String::as_str).or(configured);
        if let Some(name) = name {
            names.insert((root, Arc::clone(account)), name.to_owned());
        }
    }
    names
}

/// The numbers of accounts. Where the code does not say which account a root is for, its entry does.
pub fn account_numbers(settings: &InputSettings, graph: &Graph) -> BTreeMap<(usize, Arc<str>), Arc<str>> {
    let mut numbers = BTreeMap::new();
    for (root, account) in accounts(graph) {
        let number = configured_number(&settings.configuration, graph, root, account).unwrap_or(account);
        if is_account_number(number) {
            numbers.insert((root, Arc::clone(account)), Arc::from(number));
        }
    }
    numbers
}

/// The accounts that users are in, by root.
fn accounts(graph: &Graph) -> impl Iterator<Item = (usize, &Arc<str>)> {
    graph.users.iter().map(|user| (graph.nodes[user.node].root, &user.account))
}

/// The number that the entry of a root gives an account of which the code says nothing.
fn configured_number<'s>(
    configuration: &'s Configuration,
    graph: &Graph,
    root: usize,
    account: &str,
) -> Option<&'s str> {
    if !OPEN_ACCOUNTS.contains(&account) {
        return None;
    }
    let path = &graph.roots[root].path;
    let meant = configuration.roots.iter().rev();
    meant.filter(|entry| entry.path.matches(path)).find_map(|entry| entry.account.as_deref())
}

/// What the configuration gives template parameters, by entry of `roots`.
pub struct Parameters<'s> {
    settings: &'s InputSettings,
    given: Vec<BTreeMap<Arc<str>, Value>>,
}

impl<'s> Parameters<'s> {
    /// Reads the parameter files.
    pub fn read(settings: &'s InputSettings, notices: &mut Vec<Notice>) -> Self {
        let mut given = Vec::new();
        for inputs in &settings.configuration.inputs {
            let (values, told) = cloudformation::gather(&settings.workspace, &inputs.parameters);
            notices.extend(told);
            given.push(values.into_iter().collect());
        }
        Self { settings, given }
    }

    /// What the parameters of a root are given; what is typed wins.
    pub fn with(&self, root: &str, typed: &BTreeMap<Arc<str>, Value>) -> BTreeMap<Arc<str>, Value> {
        let mut all = BTreeMap::new();
        for (entry, given) in self.settings.configuration.roots.iter().zip(&self.given) {
            if entry.path.matches(root) {
                all.extend(given.clone());
                let account = entry.account.as_deref().map(Value::string);
                all.extend(account.map(|number| (Arc::from("AWS::AccountId"), number)));
            }
        }
        all.extend(typed.clone());
        all
    }
}

/// What the configuration leaves out, and what in it comes to nothing: roots that are not there, inputs that nothing
/// declares.
pub fn notices(
    settings: &InputSettings,
    layout: &Layout,
    modules: &[(String, Arc<Module>)],
    parameters: &[(String, Vec<Arc<str>>)],
) -> Vec<Notice> {
    let configuration = &settings.configuration;
    let mut notices = Vec::new();
    let is_excluded = |entry: &&Entry| entry.standing == Standing::Excluded;
    let excluded = layout.discovered.entries.iter().filter(is_excluded).count();
    let start = configuration.span(&(0..0));
    if let (Some(start), true) = (start, excluded > 0) {
        let files = if excluded == 1 { "1 file is".to_owned() } else { format!("{excluded} files are") };
        let notice =
            Notice::at(NoticeKind::Configuration, start, format!("{files} excluded and not looked at"));
        notices.push(notice.with_help("`credlint files` lists them"));
    }
    // Whoever asks for a part of the tree does not see the roots of the others.
    let is_whole = settings.is_asked_for(&configuration.anchor.directory, true);
    let roots = layout.root_paths(&settings.workspace);
    for entry in &configuration.roots {
        let is_there = roots.iter().any(|root| entry.path.matches(root));
        let modules: Vec<_> = modules.iter().filter(|(root, _)| entry.path.matches(root)).collect();
        let parameters: Vec<_> = parameters.iter().filter(|(root, _)| entry.path.matches(root)).collect();
        let mut say = |span: &std::ops::Range<usize>, message: String| {
            let span = configuration.span(span);
            notices.extend(span.map(|span| Notice::at(NoticeKind::InvalidConfiguration, span, message)));
        };
        if modules.is_empty() && parameters.is_empty() {
            if is_whole && !is_there {
                let message = format!("no root is at `{}`, so this entry changes nothing", entry.path.text);
                say(&entry.span, message);
            }
            continue;
        }
        for (name, _) in &entry.variables {
            if !modules.iter().any(|(_, module)| module.variables.contains_key(name.text.as_str())) {
                let message = format!("no root here declares a variable `{}`", name.text);
                say(&name.span, message);
            }
        }
        for (name, _) in &entry.parameters {
            let is_declared =
                |(_, names): &(String, Vec<Arc<str>>)| names.iter().any(|known| **known == *name.text);
            if !name.text.starts_with("AWS::") && !parameters.iter().any(|root| is_declared(root)) {
                say(&name.span, format!("no root here declares a parameter `{}`", name.text));
            }
        }
    }
    notices
}
