//! One assembly, those within it included: its stacks in the order of its manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::cloudformation::{Constructs, NestedTemplate, NestedTemplates, Templates};
use crate::source::{FileId, Notice, NoticeKind, ReadError, Span, Workspace};

use super::detect::MANIFEST;
use super::manifest::{Artifact, InOrder, Manifest, Missing, environment};
use super::metadata::Metadata;
use super::nested::{NestedStacks, inside};

/// How deep assemblies may stand within one another.
const MAX_DEPTH: usize = 16;
/// How many stacks and assemblies within one are looked at.
const MAX_ARTIFACTS: usize = 2_000;

const SYNTHESISE_AGAIN: &str = "synthesise the program again, and scan the whole `cdk.out`";

/// What `cdk synth` wrote.
#[derive(Debug, Default)]
pub struct Assembly {
    /// Its directory and those of the assemblies within it, canonical. None of them is one to read by itself.
    pub directories: Vec<PathBuf>,
    /// Its stacks. None when the manifest cannot be read, which is said; its templates can still be read one by one.
    pub stacks: Vec<Stack>,
    /// What could not be read.
    pub notices: Vec<Notice>,
}

/// One stack.
#[derive(Clone, Debug)]
pub struct Stack {
    /// What tells it from the others of the assembly: `Production/Users`.
    pub id: Arc<str>,
    /// The name that it is deployed under: `Production-Users`.
    pub name: Arc<str>,
    /// Its template.
    pub template: PathBuf,
    /// The number of its account, unless that is whichever one deploys.
    pub account: Option<Arc<str>>,
    /// Its region, unless that is whichever one deploys.
    pub region: Option<Arc<str>>,
    /// The stage that it belongs to: `Production`.
    pub stage: Option<Arc<str>>,
    /// What its parameters are given.
    pub parameters: BTreeMap<Arc<str>, Arc<str>>,
    /// The constructs of its template by logical id, those of nested stacks not included.
    pub constructs: Constructs,
    /// The stacks nested in it by the logical id of the resource that they are in its template.
    pub nested: NestedTemplates,
}

impl Stack {
    /// Every template that the stack is made of, its own first.
    pub fn templates(&self) -> Vec<&Path> {
        let mut found = vec![self.template.as_path()];
        let mut waiting: Vec<&NestedTemplate> = self.nested.values().collect();
        while let Some(nested) = waiting.pop() {
            found.push(&nested.template);
            waiting.extend(nested.nested.values());
        }
        found
    }
}

/// Reads the assembly in a canonical directory.
pub fn read(workspace: &Workspace, templates: &Templates<'_>, directory: &Path) -> Assembly {
    let mut reader = Reader {
        workspace,
        templates,
        outermost: directory.to_owned(),
        artifacts: 0,
        nested: 0,
        ids: BTreeSet::new(),
        assembly: Assembly::default(),
    };
    reader.directory(directory, None, 0);
    reader.assembly
}

struct Reader<'a> {
    workspace: &'a Workspace,
    templates: &'a Templates<'a>,
    /// The directory of the whole assembly.
    outermost: PathBuf,
    artifacts: usize,
    nested: usize,
    ids: BTreeSet<Arc<str>>,
    assembly: Assembly,
}

/// The manifest that is being read.
struct Here<'a> {
    directory: &'a Path,
    stage: Option<Arc<str>>,
    file: FileId,
    text: &'a str,
    depth: usize,
}

impl Here<'_> {
    /// The start of a value of the manifest.
    fn span(&self, value: &RawValue) -> Span {
        let at = (value.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let at = at.min(self.text.len());
        Span::new(self.file, at, (at + 1).min(self.text.len()))
    }
}

impl Reader<'_> {
    fn say(&mut self, notice: Notice) {
        self.assembly.notices.push(notice);
    }

    fn directory(&mut self, directory: &Path, stage: Option<Arc<str>>, depth: usize) {
        self.assembly.directories.push(directory.to_owned());
        let path = directory.join(MANIFEST);
        let file = match self.workspace.load(&path) {
            Ok(file) => file,
            Err(error) => {
                let kind = match error {
                    ReadError::Missing => NoticeKind::ModuleNotOnDisk,
                    ReadError::OutsideRoot => NoticeKind::OutsideRoot,
                    _ => NoticeKind::UnreadableFile,
                };
                let message = format!("the manifest of an assembly {error}, so its stacks are not known");
                self.say(
                    Notice::about(kind, self.workspace.display(&path), message).with_help(SYNTHESISE_AGAIN),
                );
                return;
            }
        };
        let source = self.workspace.files.get(file);
        let text = source.text.trim_start_matches('\u{feff}');
        let manifest = match Manifest::parse(text) {
            Ok(manifest) => manifest,
            Err(error) => {
                let line = source.line_range(error.line());
                let at = (line.start + error.column().saturating_sub(1)).min(line.end);
                let message =
                    "the manifest of an assembly is not what CDK writes, so its stacks are not known";
                let notice = Notice::at(NoticeKind::ParseError, Span::new(file, at, at), message);
                self.say(notice.with_help(SYNTHESISE_AGAIN));
                return;
            }
        };
        let here = Here { directory, stage, file, text, depth };
        self.missing(&here, &manifest.missing);
        let mut artifacts = Vec::new();
        for (id, value) in &manifest.artifacts.0 {
            match serde_json::from_str::<Artifact<'_>>(value.get()) {
                Ok(artifact) => artifacts.push((id, *value, artifact)),
                Err(_) => {
                    let message = format!("the artifact {id} is not what CDK writes, so it was left out");
                    let notice = Notice::at(NoticeKind::InvalidConfiguration, here.span(value), message);
                    self.say(notice.with_help(SYNTHESISE_AGAIN));
                }
            }
        }
        let files = artifacts.iter().filter(|(.., artifact)| artifact.kind == "cdk:asset-manifest");
        let assets =
            self.assets(&here, files.filter_map(|(.., artifact)| artifact.properties.file.as_deref()));
        for (id, value, artifact) in &artifacts {
            let span = here.span(value);
            let is_stack = artifact.kind == "aws:cloudformation:stack";
            let is_assembly = artifact.kind == "cdk:cloud-assembly";
            if !is_stack && !is_assembly {
                // Lists, reports and trees; one that has a template all the same is something new.
                if artifact.properties.template_file.is_some() {
                    let message = format!("{id} is of a type that is not known, {}", artifact.kind);
                    self.say(Notice::at(NoticeKind::FormatNotRead, span, message));
                }
                continue;
            }
            self.artifacts += 1;
            if self.artifacts > MAX_ARTIFACTS {
                let message = format!(
                    "{MAX_ARTIFACTS} stacks and stages of an assembly are looked at; {id} and what follows was left out"
                );
                self.say(Notice::at(NoticeKind::LimitReached, span, message));
                return;
            }
            if is_stack {
                self.stack(&here, id, span, artifact, &assets);
            } else {
                self.nested_assembly(&here, id, span, artifact);
            }
        }
    }

    /// What was to be looked up in an account and was not.
    fn missing(&mut self, here: &Here<'_>, missing: &[&RawValue]) {
        let Some(first) = missing.first() else { return };
        let providers: BTreeSet<String> = missing
            .iter()
            .filter_map(|one| serde_json::from_str::<Missing>(one.get()).ok())
            .map(|one| one.provider)
            .filter(|provider| !provider.is_empty())
            .collect();
        let providers = if providers.is_empty() {
            String::new()
        } else {
            format!(" ({})", providers.into_iter().collect::<Vec<_>>().join(", "))
        };
        let message = format!(
            "the program was synthesised without {} that it looks up in an account{providers}, so placeholders \
             stand for them, and what hangs on them may differ",
            match missing.len() {
                1 => "a value".to_owned(),
                count => format!("{count} values"),
            },
        );
        let notice = Notice::at(NoticeKind::UnknownValue, here.span(first), message);
        self.say(notice.with_help("run `cdk synth` where it can look them up, and keep `cdk.context.json`"));
    }

    /// The files of assets by hash, from the lists of them. One that is not there is missed only where it is needed.
    fn assets<'t>(
        &mut self,
        here: &Here<'_>,
        files: impl Iterator<Item = &'t str>,
    ) -> BTreeMap<String, String> {
        #[derive(serde::Deserialize)]
        struct List<'a> {
            #[serde(borrow, default)]
            files: InOrder<&'a RawValue>,
        }
        #[derive(serde::Deserialize)]
        struct Asset {
            source: Source,
        }
        #[derive(serde::Deserialize)]
        struct Source {
            path: String,
        }
        let mut assets = BTreeMap::new();
        for file in files.take(MAX_ARTIFACTS) {
            let path = inside(self.workspace, &self.outermost, here.directory, file);
            let Ok(text) = path.and_then(|path| self.workspace.read_text(&path)) else { continue };
            let Ok(list) = serde_json::from_str::<List<'_>>(text.trim_start_matches('\u{feff}')) else {
                continue;
            };
            for (hash, asset) in list.files.0 {
                if let Ok(asset) = serde_json::from_str::<Asset>(asset.get()) {
                    assets.insert(hash, asset.source.path);
                }
            }
        }
        assets
    }

    fn nested_assembly(&mut self, here: &Here<'_>, id: &str, span: Span, artifact: &Artifact<'_>) {
        let named = artifact.properties.display_name.as_ref().or(artifact.display_name.as_ref());
        let stage: Arc<str> = named.map_or(id, String::as_str).into();
        let Some(name) = &artifact.properties.directory_name else {
            let message = format!("{stage} does not say which directory it is in, so it was left out");
            self.say(Notice::at(NoticeKind::InvalidConfiguration, span, message).with_help(SYNTHESISE_AGAIN));
            return;
        };
        let directory = match inside(self.workspace, &self.outermost, here.directory, name) {
            Ok(directory) => directory,
            Err(error) => {
                self.not_there(span, &format!("the assembly of {stage}, {name},"), &error);
                return;
            }
        };
        if self.assembly.directories.contains(&directory) {
            let message =
                format!("{stage} is in {name}, which is part of the assembly already; it was left out");
            self.say(Notice::at(NoticeKind::InvalidConfiguration, span, message).with_help(SYNTHESISE_AGAIN));
            return;
        }
        if here.depth >= MAX_DEPTH {
            let message = format!("assemblies are looked at {MAX_DEPTH} deep; {stage} was left out");
            self.say(Notice::at(NoticeKind::LimitReached, span, message));
            return;
        }
        self.directory(&directory, Some(stage), here.depth + 1);
    }

    fn not_there(&mut self, span: Span, what: &str, error: &ReadError) {
        let kind = match error {
            ReadError::OutsideRoot => NoticeKind::OutsideRoot,
            ReadError::Missing => NoticeKind::ModuleNotOnDisk,
            _ => NoticeKind::UnreadableFile,
        };
        let why = match error {
            ReadError::OutsideRoot => "leads out of the assembly".to_owned(),
            error => error.to_string(),
        };
        let message = format!("{what} {why}, so it was not checked");
        self.say(Notice::at(kind, span, message).with_help(SYNTHESISE_AGAIN));
    }

    fn stack(
        &mut self,
        here: &Here<'_>,
        artifact_id: &str,
        span: Span,
        artifact: &Artifact<'_>,
        assets: &BTreeMap<String, String>,
    ) {
        let id = self.unique(artifact, artifact_id);
        let Some(file) = &artifact.properties.template_file else {
            let message =
                format!("the stack {id} does not say which template it is made of; it was left out");
            self.say(Notice::at(NoticeKind::InvalidConfiguration, span, message).with_help(SYNTHESISE_AGAIN));
            return;
        };
        let path = inside(self.workspace, &self.outermost, here.directory, file);
        let is_file =
            |path: PathBuf| if self.workspace.is_file(&path) { Ok(path) } else { Err(ReadError::Missing) };
        let template = match path.and_then(is_file) {
            Ok(template) => template,
            Err(error) => {
                self.not_there(span, &format!("the template of {id}, {file},"), &error);
                return;
            }
        };
        // Where nothing can be found, nobody asks where it was made.
        let (constructs, nested) = if self.templates.is_idle(&template) {
            (Constructs::default(), NestedTemplates::new())
        } else {
            let metadata = self.metadata(here, &id, span, artifact);
            let (count, notices) = (&mut self.nested, &mut self.assembly.notices);
            NestedStacks::new(
                self.workspace,
                self.templates,
                &self.outermost,
                here.directory,
                &metadata,
                assets,
                count,
                notices,
            )
            .of_stack(&template)
        };
        let (account, region) = artifact.environment.as_deref().map(environment).unwrap_or_default();
        let given = artifact.properties.parameters.iter();
        let stack = Stack {
            name: artifact.properties.stack_name.as_deref().unwrap_or(artifact_id).into(),
            template,
            account: account.map(Arc::from),
            region: region.map(Arc::from),
            stage: here.stage.clone(),
            parameters: given
                .filter_map(|(name, value)| Some((name.as_str().into(), scalar(value)?)))
                .collect(),
            constructs,
            nested,
            id,
        };
        self.assembly.stacks.push(stack);
    }

    /// What tells a stack from those before it.
    fn unique(&mut self, artifact: &Artifact<'_>, artifact_id: &str) -> Arc<str> {
        let names = [artifact.display_name.as_deref(), Some(artifact_id)].into_iter().flatten();
        let numbered = (2..).map(|number| format!("{artifact_id} ({number})"));
        let mut names = names.map(str::to_owned).chain(numbered).map(Arc::<str>::from);
        let id = names.find(|name| !self.ids.contains(name)).unwrap_or_default();
        self.ids.insert(Arc::clone(&id));
        id
    }

    /// The metadata of a stack, from both places that it may be in.
    fn metadata(&mut self, here: &Here<'_>, id: &str, span: Span, artifact: &Artifact<'_>) -> Metadata {
        let mut metadata = Metadata::default();
        let mut is_broken = artifact.metadata.is_some_and(|inline| metadata.add(inline.get()).is_err());
        if let Some(name) = &artifact.additional_metadata_file {
            let path = inside(self.workspace, &self.outermost, here.directory, name);
            match path.and_then(|path| self.workspace.read_text(&path)) {
                Ok(text) => is_broken |= metadata.add(&text).is_err(),
                Err(error) => {
                    let message = format!(
                        "{name}, which says where the program made what is in {id}, {error}, so findings \
                         point at the template alone"
                    );
                    let kind = match error {
                        ReadError::OutsideRoot => NoticeKind::OutsideRoot,
                        _ => NoticeKind::ModuleNotOnDisk,
                    };
                    self.say(Notice::at(kind, span, message).with_help(SYNTHESISE_AGAIN));
                }
            }
        }
        if is_broken {
            let message = format!(
                "the metadata of {id} is not what CDK writes, so findings may point at the template alone"
            );
            let kind = NoticeKind::InvalidConfiguration;
            self.say(Notice::at(kind, span, message).with_help(SYNTHESISE_AGAIN));
        }
        if metadata.is_cut {
            let message = format!(
                "{id} has more constructs than are looked at; some findings point at the template alone"
            );
            self.say(Notice::at(NoticeKind::LimitReached, span, message));
        }
        metadata
    }
}

/// The text of a string, number or boolean.
fn scalar(value: &RawValue) -> Option<Arc<str>> {
    match value.get().as_bytes().first()? {
        b'"' => serde_json::from_str::<String>(value.get()).ok().map(Arc::from),
        b'{' | b'[' | b'n' => None,
        _ => Some(value.get().into()),
    }
}
