//! An assembly: its stacks with their environments, the assemblies of its stages, and nested templates.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cloudformation::{
    self, Deployment, NestedStack, NestedTemplate, NestedTemplates, StackInput, Template, Templates,
};
use crate::source::{Notice, NoticeKind, Workspace};
use crate::value::Value;

use super::MANIFEST;
use super::constructs::ConstructTree;
use super::manifest::{Artifact, Assets, Manifest, Metadata};

/// How deep stages and nested stacks stand in one another.
const MAX_DEPTH: usize = 12;

/// What an assembly deploys.
#[derive(Default)]
pub struct Assembly {
    /// Its stacks, those of its stages included, in the manifests' order.
    pub stacks: Vec<StackInput>,
    /// Directories that belong to it: its own, and those of its stages.
    pub directories: Vec<PathBuf>,
    /// Templates that it deploys.
    pub templates: Vec<PathBuf>,
    /// What could not be read.
    pub notices: Vec<Notice>,
}

/// Whether a file in an assembly's directory belongs to the assembly, so that it is no root of its own.
pub fn owns(assembly: &Assembly, path: &Path) -> bool {
    path.ancestors().skip(1).any(|directory| assembly.directories.iter().any(|own| own == directory))
}

/// Reads the assembly in a directory.
pub fn read(workspace: &Workspace, templates: &Templates<'_>, directory: &Path) -> Assembly {
    let mut reader = Reader { workspace, templates, assembly: Assembly::default() };
    reader.directory(directory, "", 0);
    reader.assembly
}

struct Reader<'a> {
    workspace: &'a Workspace,
    templates: &'a Templates<'a>,
    assembly: Assembly,
}

impl Reader<'_> {
    fn say(&mut self, kind: NoticeKind, path: &Path, message: impl Into<String>, help: &str) {
        let path = self.workspace.display(path);
        self.assembly.notices.push(Notice::about(kind, path, message).with_help(help));
    }

    fn json<T: serde::de::DeserializeOwned>(&mut self, path: &Path) -> Option<T> {
        let read = self.workspace.read_text(path).map_err(|error| error.to_string());
        let parsed = read.and_then(|text| {
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            serde_json::from_str(text)
                .map_err(|error| format!("is not what an assembly holds there: {error}"))
        });
        match parsed {
            Ok(value) => Some(value),
            Err(message) => {
                self.say(
                    NoticeKind::UnreadableFile,
                    path,
                    message,
                    "run `cdk synth` again, and scan all that it wrote",
                );
                None
            }
        }
    }

    fn directory(&mut self, directory: &Path, stage: &str, depth: usize) {
        if depth > MAX_DEPTH || self.assembly.directories.iter().any(|known| known == directory) {
            let message =
                "stages stand in one another in a circle or too deep; what lies further in was left out";
            self.say(NoticeKind::LimitReached, directory, message, "run `cdk synth` again");
            return;
        }
        self.assembly.directories.push(directory.to_owned());
        let Some(manifest) = self.json::<Manifest>(&directory.join(MANIFEST)) else { return };
        if !manifest.missing.is_empty() {
            let message = "context was missing when this was synthesised, so its templates hold placeholders";
            let help = "run `cdk synth` where it can look the context up, and commit cdk.context.json";
            self.say(NoticeKind::UnknownValue, &directory.join(MANIFEST), message, help);
        }
        for (id, artifact) in &manifest.artifacts {
            match artifact.type_name.as_str() {
                "aws:cloudformation:stack" => self.stack(directory, stage, id, artifact),
                "cdk:cloud-assembly" => {
                    let name = artifact.properties.directory_name.as_deref().unwrap_or(id);
                    match self.workspace.resolve(&directory.join(name)) {
                        Ok(path) if path.starts_with(directory) => self.directory(&path, id, depth + 1),
                        Ok(path) => {
                            let message = "a stage lies outside of its assembly, and was not read";
                            self.say(NoticeKind::OutsideRoot, &path, message, "run `cdk synth` again");
                        }
                        Err(error) => {
                            let help = "run `cdk synth` again, and scan all that it wrote";
                            self.say(
                                NoticeKind::UnreadableFile,
                                &directory.join(name),
                                error.to_string(),
                                help,
                            );
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn stack(&mut self, directory: &Path, stage: &str, id: &str, artifact: &Artifact) {
        let Some(file) = &artifact.properties.template_file else { return };
        let Some((path, template)) = self.template(directory, file) else { return };
        let mut tree = ConstructTree::default();
        tree.add(&artifact.metadata);
        if let Some(file) = &artifact.metadata_file
            && let Ok(path) = self.inside(directory, file)
            && let Some(metadata) = self.json::<Metadata>(&path)
        {
            tree.add(&metadata);
        }
        // Old versions put the stack's own name behind the path: "Test/Users (Test-Users)".
        let scope = artifact.display_name.as_deref().unwrap_or(id);
        let scope = scope.split_once(" (").map_or(scope, |(path, _)| path);
        let (account, region) = environment(artifact.environment.as_deref().unwrap_or_default());
        let account_scope = account.clone().unwrap_or_else(|| match stage {
            "" => "unknown-account".into(),
            stage => format!("unknown-account of {stage}").into(),
        });
        let every: Vec<String> = Self::nested_paths(&template, &tree);
        let constructs = tree.of_template("", &every);
        let parts = StackParts { directory, tree, assets: self.assets(directory, file), every };
        let nested = self.nested(&parts, &path, &template, &constructs, 0);
        let stack_name = artifact.properties.stack_name.as_deref().unwrap_or(id);
        let given = artifact.properties.parameters.iter().filter_map(|(name, value)| {
            let text = value
                .as_str()
                .map(str::to_owned)
                .or_else(|| (!value.is_null()).then(|| value.to_string()))?;
            Some((Arc::from(name.as_str()), Value::string(text)))
        });
        let deployment = Deployment {
            scope: scope.into(),
            account,
            account_scope,
            region,
            stack_name: Some(stack_name.into()),
            given: given.collect(),
            stands_for: None,
        };
        self.assembly.stacks.push(StackInput { template, deployment, nested, constructs });
    }

    /// A file that a manifest names relative to its directory.
    fn inside(&mut self, directory: &Path, file: &str) -> Result<PathBuf, ()> {
        let path = directory.join(file);
        match self.workspace.resolve(&path) {
            Ok(path) => Ok(path),
            Err(error) => {
                let help = "run `cdk synth` again, and scan all that it wrote";
                self.say(NoticeKind::UnreadableFile, &path, error.to_string(), help);
                Err(())
            }
        }
    }

    fn template(&mut self, directory: &Path, file: &str) -> Option<(PathBuf, Arc<Template>)> {
        let path = self.inside(directory, file).ok()?;
        match self.templates.load(&path) {
            Some(template) => {
                self.assembly.templates.push(path.clone());
                Some((path, template))
            }
            None => {
                let help = "run `cdk synth` again, and scan all that it wrote";
                self.say(NoticeKind::UnreadableFile, &path, "holds no template", help);
                None
            }
        }
    }

    /// Assets by hash, for nested templates that nothing else names.
    fn assets(&mut self, directory: &Path, template_file: &str) -> Option<Assets> {
        let name = template_file.strip_suffix(".template.json")?;
        let path = directory.join(format!("{name}.assets.json"));
        let path = self.workspace.resolve(&path).ok()?;
        self.json(&path)
    }

    /// The construct paths of all stacks nested in a template, as far as metadata names their templates.
    fn nested_paths(template: &Template, tree: &ConstructTree) -> Vec<String> {
        let own = cloudformation::nested_stacks(template)
            .into_iter()
            .filter_map(|nested| nested.construct_path.as_deref().and_then(ConstructTree::nested_path));
        own.chain(tree.nested_template_paths()).collect()
    }

    fn nested(
        &mut self,
        parts: &StackParts<'_>,
        template_path: &Path,
        template: &Template,
        constructs: &cloudformation::Constructs,
        depth: usize,
    ) -> NestedTemplates {
        let mut found = NestedTemplates::new();
        if depth > MAX_DEPTH {
            return found;
        }
        for stack in cloudformation::nested_stacks(template) {
            let path = stack.construct_path.as_deref().map(str::to_owned);
            let path = path.or_else(|| ConstructTree::path_of(constructs, &stack.logical_id));
            let path = path.as_deref().and_then(ConstructTree::nested_path);
            let Some(file) = parts.file_of(&stack, path.as_deref()) else { continue };
            let Some((nested_path, nested)) = self.template(parts.directory, &file) else { continue };
            if nested_path == template_path {
                continue;
            }
            // Without a path of its own every construct of the stack is tried, by logical id.
            let path = path.unwrap_or_default();
            let inner = parts.tree.of_template(&path, &parts.every);
            let deeper = self.nested(parts, &nested_path, &nested, &inner, depth + 1);
            let construct_path =
                Some(path.trim_start_matches('/')).filter(|path| !path.is_empty()).map(Arc::from);
            let nested =
                NestedTemplate { template: nested_path, nested: deeper, constructs: inner, construct_path };
            found.insert(stack.logical_id, nested);
        }
        found
    }
}

/// What is known of one stack and all that is nested in it.
struct StackParts<'p> {
    directory: &'p Path,
    tree: ConstructTree,
    assets: Option<Assets>,
    /// The construct paths of all nested stacks.
    every: Vec<String>,
}

impl StackParts<'_> {
    /// The file of a nested stack's template: by its own metadata, by its parent's, by the hash in its address.
    fn file_of(&self, stack: &NestedStack, path: Option<&str>) -> Option<String> {
        if let Some(file) = &stack.asset_path {
            return Some(file.to_string());
        }
        if let Some(file) = path.and_then(|path| self.tree.template_of(path)) {
            return Some(file.clone());
        }
        let files = &self.assets.as_ref()?.files;
        stack.address_texts.iter().find_map(|text| {
            let name = text.rsplit('/').next()?;
            let hash = name.split('.').next()?;
            files.get(hash)?.source.path.clone()
        })
    }
}

/// Account and region of `aws://123456789012/eu-west-1`; what is not settled is left out.
fn environment(text: &str) -> (Option<Arc<str>>, Option<Arc<str>>) {
    let mut parts = text.strip_prefix("aws://").unwrap_or_default().split('/');
    let mut next = |unknown: &str| {
        parts.next().filter(|part| !part.is_empty() && *part != unknown).map(Arc::<str>::from)
    };
    (next("unknown-account"), next("unknown-region"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_says_what_is_settled() {
        assert_eq!(environment("aws://111/us-east-1"), (Some("111".into()), Some("us-east-1".into())));
        assert_eq!(environment("aws://unknown-account/unknown-region"), (None, None));
        assert_eq!(environment("aws://unknown-account/eu-west-1"), (None, Some("eu-west-1".into())));
        assert_eq!(environment(""), (None, None));
    }
}
