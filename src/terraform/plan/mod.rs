//! Plans and states in JSON to resources: what Terraform says that it will do, or did.

mod accounts;
mod address;
mod detect;
mod format;
mod index;
mod places;
mod references;
mod resources;
mod state;

pub use detect::{START_BYTES, Written, detect};

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use self::accounts::Accounts;
use self::address::Address;
use self::format::{Change, Plan, ResourceValues, Values, VariableValue, head, members};
use self::index::{Index, Instance, Weight};
use self::places::{Places, planned_directory};
use self::references::Resolver;
use self::resources::Planned;
use super::evaluation::provider_arguments;
use super::inputs::Inputs;
use super::modules::ModuleLoader;
use crate::resource::{Interest, RootContents};
use crate::source::{FileId, Notice, NoticeKind, STANDARD_INPUT, Span, Workspace};

/// The newest major version of plan and state JSON that is known.
const FORMAT: &str = "1";

/// A plan or state that was read.
#[derive(Debug, Default)]
pub struct Document {
    /// What is in it.
    pub contents: RootContents,
    /// The directory that was planned, when it was found.
    pub directory: Option<PathBuf>,
}

/// Reads a plan or state. `candidates` are directories of configuration that it may have been made from.
pub fn read(
    workspace: &Workspace,
    loader: &ModuleLoader<'_>,
    file: FileId,
    written: Written,
    candidates: &[PathBuf],
    interest: &Interest,
) -> Document {
    let source = workspace.files.get(file);
    let text = source.text.trim_start_matches('\u{feff}');
    let whole = Whole { text, span: Span::new(file, 0, 0), offset: source.text.len() - text.len() };
    let read = match written {
        Written::Plan => plan(workspace, loader, &whole, candidates, interest),
        Written::ShownState => state::shown(loader, &whole, candidates, interest),
        Written::StateFile => state::file(loader, &whole, candidates, interest),
        Written::BinaryPlan => Err(Notice::about(
            NoticeKind::UnreadableFile,
            &*source.path,
            "is a binary plan, which only the program that wrote it can read",
        )
        .with_help("`terraform show -json FILE > plan.json`, or `tofu show -json`, makes it readable")),
        Written::Progress => Err(Notice::about(
            NoticeKind::UnreadableFile,
            &*source.path,
            "holds the messages of `terraform plan -json`, which do not say what is planned",
        )
        .with_help("`terraform plan -out=FILE`, then `terraform show -json FILE > plan.json`")),
    };
    read.unwrap_or_else(|notice| Document {
        contents: RootContents { notices: vec![notice], ..RootContents::default() },
        directory: None,
    })
}

/// The text of a whole file.
struct Whole<'t> {
    text: &'t str,
    /// The empty span at its start.
    span: Span,
    /// Bytes before the text: a byte-order mark.
    offset: usize,
}

impl<'t> Whole<'t> {
    /// What to say when it is one that `OpenTofu` has encrypted.
    fn encrypted(&self, what: &str) -> Option<Notice> {
        let members: std::collections::BTreeMap<&str, &serde_json::value::RawValue> =
            serde_json::from_str(self.text).ok()?;
        let is_encrypted =
            members.contains_key("encrypted_data") && members.contains_key("encryption_version");
        let message = format!("the {what} is encrypted, and credlint asks for no key");
        is_encrypted.then(|| {
            Notice::at(NoticeKind::ParseError, self.span, message)
                .with_help("`tofu show -json > state.json`, where the key is, makes it readable; nothing of it was checked")
        })
    }

    /// The file as a document; the notice says what is wrong with it, and never what is in it.
    fn parse<T: Deserialize<'t>>(&self, what: &str) -> Result<T, Notice> {
        serde_json::from_str(self.text).map_err(|error| {
            if let Some(notice) = self.encrypted(what) {
                return notice;
            }
            let line_start =
                self.text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len);
            let at = self.offset + line_start.sum::<usize>() + error.column().saturating_sub(1);
            let span = Span::new(self.span.file, at, at);
            let problem = match error.classify() {
                serde_json::error::Category::Eof => "ends too early, as if it had been cut off",
                serde_json::error::Category::Data => "is not built as Terraform builds it",
                _ => "is no valid JSON",
            };
            let message = format!("the {what} {problem} (line {}, column {})", error.line(), error.column());
            Notice::at(NoticeKind::ParseError, span, message)
                .with_help("write it again with `terraform show -json`; nothing of it was checked")
        })
    }

    /// Refuses a major version that is not known; what is added within one can be passed over.
    fn check_version(&self, version: Option<&str>, what: &str) -> Result<(), Notice> {
        let version = version.unwrap_or_default();
        match version.split('.').next() {
            Some(FORMAT | "0") => Ok(()),
            _ => {
                let message =
                    format!("the {what} has format version {version:?}, and only version 1 is known");
                Err(Notice::at(NoticeKind::ParseError, self.span, message)
                    .with_help("nothing of it was checked; check the configuration instead"))
            }
        }
    }

    /// Where a part of the text stands.
    fn span_of(&self, part: &str) -> Span {
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize) + self.offset;
        Span::new(self.span.file, start, start + part.len())
    }
}

fn plan(
    workspace: &Workspace,
    loader: &ModuleLoader<'_>,
    whole: &Whole<'_>,
    candidates: &[PathBuf],
    interest: &Interest,
) -> Result<Document, Notice> {
    let plan: Plan<'_> = whole.parse("plan")?;
    whole.check_version(plan.format_version.as_deref(), "plan")?;
    let configuration = plan.configuration.unwrap_or_default();
    let (mut index, odd_blocks) = Index::new(configuration.root_module.unwrap_or_default(), interest);
    let mut notices: Vec<Notice> =
        odd_blocks.into_iter().map(|raw| odd(whole.span_of(raw.get()), "resource block")).collect();
    for raw in plan.resource_changes.unwrap_or_default() {
        let weight = index.weight(&head(raw), interest);
        if matches!(weight, Weight::None) {
            continue;
        }
        let Ok(change) = serde_json::from_str::<Change<'_>>(raw.get()) else {
            notices.push(odd(whole.span_of(raw.get()), "resource change"));
            continue;
        };
        let actions: Vec<&str> = change.change.actions.iter().map(AsRef::as_ref).collect();
        if !is_wanted(interest, &change.resource_type) || change.deposed.is_some() || is_gone(&actions) {
            continue;
        }
        let Some(address) = Address::parse(&change.address) else { continue };
        if matches!(weight, Weight::OnlyItsModule) {
            index.add_module(&address);
            continue;
        }
        let is_created = actions.contains(&"create");
        let instance = Instance {
            address,
            known: members(change.change.after),
            unknown: members(change.change.after_unknown),
            sensitive: members(change.change.after_sensitive),
            exists: !is_created || change.change.importing.is_some(),
            is_imported: change.change.importing.is_some(),
            span: whole.span_of(raw.get()),
        };
        index.add(&change.address, instance);
    }
    // Data sources that are known already, and what an older plan lists without a change.
    let values = [plan.planned_values, plan.prior_state.and_then(|state| state.values)];
    let [planned, prior] = values.map(Option::unwrap_or_default);
    add_values(&mut index, whole, &planned, false, interest, &mut notices);
    add_values(&mut index, whole, &prior, true, interest, &mut notices);
    if plan.errored == Some(true) {
        let message = "planning stopped with an error, so the plan is not whole";
        notices.push(Notice::at(NoticeKind::LimitReached, whole.span, message));
    }
    if let Some(deferred) = plan.deferred_changes.filter(|deferred| !deferred.is_empty()) {
        let message = format!("{} changes are left for a later plan and were not looked at", deferred.len());
        notices.push(Notice::at(NoticeKind::LimitReached, whole.span, message));
    } else if plan.complete == Some(false) && plan.errored != Some(true) {
        let message = "the plan is of a part of the program, and nothing else was looked at";
        notices.push(
            Notice::at(NoticeKind::LimitReached, whole.span, message)
                .with_help("a plan without -target is of the whole program"),
        );
    }
    let directory = planned_directory(loader, &index, candidates.iter().cloned());
    let resolver = Resolver::new(&index);
    let places = Places::new(loader, directory.as_deref());
    let providers = configuration.provider_config.unwrap_or_default();
    let at_hand = directory.as_deref().map(|directory| {
        let inputs = inputs(plan.variables.unwrap_or_default(), whole.span);
        provider_arguments(workspace, loader, loader.load(directory), &inputs)
    });
    let accounts = Accounts::new(&index, &providers, at_hand.unwrap_or_default());
    let reader = Planned { index: &index, resolver: &resolver, places: &places };
    let mut contents = RootContents { resources: reader.resources(interest), ..RootContents::default() };
    if contents.resources.iter().any(|resource| super::schema::has_secret(&resource.resource_type)) {
        contents.resources.extend(reader.sinks(interest));
        let outputs = planned.outputs.iter().flatten().map(|(name, value)| (name.as_ref(), value));
        contents.outputs = reader.outputs(outputs, whole.span);
    }
    if resolver.is_exhausted() {
        let message = "the plan holds more references than are followed; some credentials have no user";
        notices.push(Notice::at(NoticeKind::LimitReached, whole.span, message));
    }
    contents.accounts = accounts.name(&mut contents.resources);
    contents.notices = notices;
    contents.steps = resolver.steps();
    Ok(Document { contents, directory })
}

/// What the root's variables were given when it was planned: all that they will be.
fn inputs(variables: BTreeMap<Cow<'_, str>, VariableValue<'_>>, span: Span) -> Inputs {
    let mut inputs = Inputs::default();
    inputs.is_complete = true;
    for (name, variable) in variables {
        if let Some(value) = variable.value.and_then(resources::known) {
            inputs.add_environment(name.as_ref().into(), value, span);
        }
    }
    inputs
}

fn is_wanted(interest: &Interest, resource_type: &str) -> bool {
    interest.resources.contains_key(resource_type) || interest.sinks.contains_key(resource_type)
}

/// Whether nothing is left after these actions.
fn is_gone(actions: &[&str]) -> bool {
    matches!(actions, ["delete" | "forget"])
}

fn odd(span: Span, what: &str) -> Notice {
    Notice::at(NoticeKind::ParseError, span, format!("a {what} is not built as Terraform builds it"))
        .with_help("write the file again with `terraform show -json`; the rest of it was read")
}

/// Adds instances that stand among values. Of a prior state only data sources are part of the plan.
fn add_values<'a>(
    index: &mut Index<'a>,
    whole: &Whole<'_>,
    values: &Values<'a>,
    is_prior: bool,
    interest: &Interest,
    notices: &mut Vec<Notice>,
) {
    let mut waiting: Vec<_> = values.root_module.iter().collect();
    while let Some(module) = waiting.pop() {
        for raw in module.resources.iter().flatten() {
            let head = head(raw);
            let weight = index.weight(&head, interest);
            let is_managed = |address: &str| Address::parse(address).is_some_and(|address| !address.is_data);
            if matches!(weight, Weight::None) || (is_prior && head.address.as_deref().is_some_and(is_managed))
            {
                continue;
            }
            let Ok(values) = serde_json::from_str::<ResourceValues<'a>>(raw.get()) else {
                notices.push(odd(whole.span_of(raw.get()), "resource"));
                continue;
            };
            let Some(address) = Address::parse(&values.address) else { continue };
            if !is_wanted(interest, &values.resource_type) || (is_prior && !address.is_data) {
                continue;
            }
            if matches!(weight, Weight::OnlyItsModule) {
                index.add_module(&address);
                continue;
            }
            let instance = Instance {
                address,
                known: members(values.values),
                unknown: format::Members::new(),
                sensitive: members(values.sensitive_values),
                exists: is_prior,
                is_imported: false,
                span: whole.span_of(raw.get()),
            };
            index.add(&values.address, instance);
        }
        waiting.extend(module.child_modules.iter().flatten());
    }
}

/// The directory of a plan and those above it, up to the boundary: where its configuration may be.
pub fn directories_beside(workspace: &Workspace, file: &Path) -> Vec<PathBuf> {
    let piped = workspace.standard_input.as_ref().filter(|_| file == Path::new(STANDARD_INPUT));
    let file = piped.map_or_else(|| file.to_owned(), |(_, directory)| directory.join(STANDARD_INPUT));
    let above = file.ancestors().skip(1);
    above.map_while(|directory| workspace.resolve(directory).ok()).take(8).collect()
}
