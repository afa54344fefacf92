//! Assemblies that are broken, partly there, or made to do harm.
#![allow(clippy::disallowed_methods, reason = "looks at what it tests with")]

use std::path::{Path, PathBuf};

use crate::cloudformation::Templates;
use crate::source::{NoticeKind, Workspace};

use super::{Assembly, Stack, read};

const TEMPLATE: &str = r#"{"Resources": {"U": {"Type": "AWS::IAM::User"}}}"#;

/// A repository with files, whose `cdk.out` is read.
struct Repository {
    root: tempfile::TempDir,
}

impl Repository {
    #[expect(clippy::disallowed_methods, reason = "the test writes what it reads")]
    fn new(files: &[(&str, &str)]) -> Self {
        let repository = Self { root: tempfile::tempdir().unwrap() };
        for (path, text) in files {
            let path = repository.base().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        repository
    }

    fn base(&self) -> PathBuf {
        self.root.path().canonicalize().unwrap()
    }

    fn read(&self) -> Assembly {
        let workspace = Workspace::new(self.base(), vec![self.base()]);
        let templates = Templates::new(&workspace);
        read(&workspace, &templates, &self.base().join("cdk.out"))
    }
}

fn kinds(assembly: &Assembly) -> Vec<NoticeKind> {
    assembly.notices.iter().map(|notice| notice.kind).collect()
}

fn ids(assembly: &Assembly) -> Vec<&str> {
    assembly.stacks.iter().map(|stack: &Stack| &*stack.id).collect()
}

fn stack(template: &str) -> String {
    format!(r#"{{"type": "aws:cloudformation:stack", "properties": {{"templateFile": "{template}"}}}}"#)
}

fn stage(directory: &str) -> String {
    format!(r#"{{"type": "cdk:cloud-assembly", "properties": {{"directoryName": "{directory}"}}}}"#)
}

fn manifest(artifacts: &[(&str, String)]) -> String {
    let artifacts: Vec<String> =
        artifacts.iter().map(|(id, artifact)| format!("\"{id}\": {artifact}")).collect();
    format!(r#"{{"version": "38.0.1", "artifacts": {{{}}}}}"#, artifacts.join(", "))
}

#[test]
fn a_manifest_that_is_not_there_or_broken_is_said() {
    assert_eq!(
        kinds(&Repository::new(&[("cdk.out/a.template.json", TEMPLATE)]).read()),
        [NoticeKind::ModuleNotOnDisk]
    );
    let deep = format!("{{\"artifacts\": {}", "[".repeat(100_000));
    for broken in ["", "{", "[]", r#"{"version": "1", "artifacts": {"A": "#, r#"{"artifacts": 7}"#, &deep] {
        let assembly = Repository::new(&[("cdk.out/manifest.json", broken)]).read();
        assert_eq!(kinds(&assembly), [NoticeKind::ParseError], "{broken:.40}");
        assert!(assembly.notices.iter().all(|notice| notice.span.is_some() && notice.help.is_some()));
        assert!(assembly.stacks.is_empty());
    }
}

#[test]
fn one_broken_artifact_spoils_no_other() {
    let text = manifest(&[
        ("Odd", "7".to_owned()),
        ("Untold", r#"{"type": "aws:cloudformation:stack"}"#.to_owned()),
        ("Gone", stack("gone.template.json")),
        ("New", r#"{"type": "cdk:terraform", "properties": {"templateFile": "a.template.json"}}"#.to_owned()),
        ("Report", r#"{"type": "cdk:feature-flag-report", "properties": {"flags": {}}}"#.to_owned()),
        ("Fine", stack("a.template.json")),
    ]);
    let assembly =
        Repository::new(&[("cdk.out/manifest.json", &text), ("cdk.out/a.template.json", TEMPLATE)]).read();
    assert_eq!(ids(&assembly), ["Fine"]);
    let expected = [
        NoticeKind::InvalidConfiguration,
        NoticeKind::InvalidConfiguration,
        NoticeKind::ModuleNotOnDisk,
        NoticeKind::FormatNotRead,
    ];
    assert_eq!(kinds(&assembly), expected);
}

#[test]
fn nothing_outside_the_assembly_is_read() {
    for name in
        ["../other.template.json", "/etc/hostname", "a/../../other.template.json", "link.template.json"]
    {
        let text = manifest(&[("A", stack(name))]);
        let repository =
            Repository::new(&[("cdk.out/manifest.json", &text), ("other.template.json", TEMPLATE)]);
        let link = repository.base().join("cdk.out/link.template.json");
        #[cfg(unix)]
        std::os::unix::fs::symlink(repository.base().join("other.template.json"), link).unwrap();
        #[cfg(not(unix))]
        let _ = link;
        let assembly = repository.read();
        assert_eq!((kinds(&assembly), ids(&assembly)), (vec![NoticeKind::OutsideRoot], vec![]), "{name}");
    }
    let text =
        manifest(&[("assembly-A", stage("..")), ("assembly-B", stage("/")), ("assembly-C", stage("gone"))]);
    let assembly = Repository::new(&[("cdk.out/manifest.json", &text), ("manifest.json", &text)]).read();
    let outside = NoticeKind::OutsideRoot;
    assert_eq!(kinds(&assembly), [outside, outside, NoticeKind::ModuleNotOnDisk]);
}

#[test]
fn an_assembly_within_itself_is_read_once() {
    let outer =
        manifest(&[("assembly-A", stage(".")), ("assembly-B", stage("b")), ("S", stack("a.template.json"))]);
    let inner = manifest(&[("assembly-A", stage("..")), ("S", stack("../a.template.json"))]);
    let files = [
        ("cdk.out/manifest.json", outer.as_str()),
        ("cdk.out/b/manifest.json", &inner),
        ("cdk.out/a.template.json", TEMPLATE),
    ];
    let assembly = Repository::new(&files).read();
    assert_eq!(kinds(&assembly), [NoticeKind::InvalidConfiguration; 2]);
    assert_eq!(ids(&assembly), ["S", "S (2)"], "each has a name of its own");
    assert_eq!(assembly.stacks[0].stage.as_deref(), Some("assembly-B"));
}

#[test]
fn stacks_nested_without_end_are_cut_off() {
    let nested = |name: &str, to: &str| {
        format!(
            r#""{name}": {{"Type": "AWS::CloudFormation::Stack", "Properties": {{"TemplateURL": "x"}},
            "Metadata": {{"aws:asset:path": "{to}"}}}}"#
        )
    };
    // Each level doubles the one before it.
    let mut files: Vec<(String, String)> = (0..30)
        .map(|level| {
            let next = format!("{}.json", level + 1);
            let text = format!(r#"{{"Resources": {{{}, {}}}}}"#, nested("L", &next), nested("R", &next));
            (format!("cdk.out/{level}.json"), text)
        })
        .collect();
    files.push(("cdk.out/manifest.json".to_owned(), manifest(&[("A", stack("0.json"))])));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let assembly = Repository::new(&files).read();
    assert!(kinds(&assembly).contains(&NoticeKind::LimitReached));
    assert!(assembly.stacks[0].templates().len() <= 2_001);

    let itself = format!(r#"{{"Resources": {{{}}}}}"#, nested("Self", "a.json"));
    let text = manifest(&[("A", stack("a.json"))]);
    let assembly = Repository::new(&[("cdk.out/manifest.json", &text), ("cdk.out/a.json", &itself)]).read();
    assert_eq!(
        assembly.stacks[0].templates().len(),
        2,
        "whoever evaluates it says that it is part of itself"
    );

    let out = format!(r#"{{"Resources": {{{}}}}}"#, nested("Out", "../../etc/x.json"));
    let assembly = Repository::new(&[("cdk.out/manifest.json", &text), ("cdk.out/a.json", &out)]).read();
    assert_eq!(kinds(&assembly), [NoticeKind::OutsideRoot]);
}

#[test]
fn lookups_that_had_no_answer_are_said_once() {
    let text = r#"{"version": "38.0.1", "artifacts": {}, "missing": [
        {"key": "vpc-provider:account=1", "provider": "vpc-provider", "props": {}},
        {"key": "ami:account=1", "provider": "ami", "props": {}}, 7]}"#;
    let assembly = Repository::new(&[("cdk.out/manifest.json", text)]).read();
    assert_eq!(kinds(&assembly), [NoticeKind::UnknownValue]);
    assert!(assembly.notices[0].message.contains("3 values"));
    assert!(assembly.notices[0].message.contains("(ami, vpc-provider)"));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a fixture is read whole, to be changed")]
fn metadata_that_is_not_there_or_broken_costs_the_lines_alone() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cdk/mailer/cdk.out");
    let names = [
        "manifest.json",
        "Mailer.assets.json",
        "Mailer.template.json",
        "Mailerexamplecom411ADCAE.nested.template.json",
        "Mailerexampleorg44809042.nested.template.json",
    ];
    let texts: Vec<(String, String)> = names
        .iter()
        .map(|name| (format!("cdk.out/{name}"), std::fs::read_to_string(fixture.join(name)).unwrap()))
        .collect();
    let mut files: Vec<(&str, &str)> =
        texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    for (metadata, kind) in
        [(None, NoticeKind::ModuleNotOnDisk), (Some("[7"), NoticeKind::InvalidConfiguration)]
    {
        files.extend(metadata.map(|text| ("cdk.out/Mailer.metadata.json", text)));
        let assembly = Repository::new(&files).read();
        assert_eq!(kinds(&assembly), [kind]);
        // Found by the hashes of the list of assets: these templates name no file.
        let templates: Vec<String> = assembly.stacks[0]
            .nested
            .values()
            .map(|nested| nested.template.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(templates, names[3..]);
    }
}

#[test]
fn parameters_and_the_assets_of_old_versions_are_read() {
    let text = r#"{"version": "1.10.0", "artifacts": {"A": {
        "type": "aws:cloudformation:stack", "environment": "aws://111111111111/eu-west-1",
        "properties": {"templateFile": "a.json", "parameters": {"P": "text", "N": 7, "B": true, "O": {}}},
        "metadata": {"/A/U": [{"type": "aws:cdk:logicalId", "data": "U"}], "/A": [{"type": "aws:cdk:asset", "data": {
            "path": "n.nested.template.json", "packaging": "file",
            "id": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}}]}}}}"#;
    let parent = r#"{"Resources": {"N": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL":
        {"Fn::Join": ["", ["https://s3.", {"Ref":
        "AssetParameters0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefS3Bucket1"}]]}}}}}"#;
    let files = [
        ("cdk.out/manifest.json", text),
        ("cdk.out/a.json", parent),
        ("cdk.out/n.nested.template.json", TEMPLATE),
    ];
    let assembly = Repository::new(&files).read();
    assert_eq!(kinds(&assembly), []);
    let stack = &assembly.stacks[0];
    let given: Vec<(&str, &str)> = stack.parameters.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(given, [("B", "true"), ("N", "7"), ("P", "text")]);
    let nested = &stack.nested["N"];
    assert!(nested.template.ends_with("n.nested.template.json"));
    // Its construct is not known, so what is in it is not that of the stack around it.
    assert_eq!((stack.constructs.len(), nested.constructs.len()), (1, 0));
}
