//! `credlint files`: what was found, as which format, in which root, what was left out and why.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::discover::{Discovered, Roots, Standing};
use crate::source::Workspace;

use super::{inert, to_json};

/// The list.
#[derive(Serialize)]
pub struct FileList {
    /// Version of this shape.
    version: u32,
    /// Root directories.
    roots: Vec<String>,
    /// Files and folders, in order.
    files: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    /// Relative to the repository root, forward slashes.
    path: String,
    /// `terraform`, `terraform-variables`, `terragrunt`, `terraform-plan`, `terraform-state`, `cloudformation`, `cdk`, or
    /// null when it was left out.
    format: Option<&'static str>,
    /// The root it belongs to; null for a module that is only called, and for what was left out.
    root: Option<String>,
    /// For a module that is only called: a directory that calls it; for a template that is only nested, a template
    /// that nests it.
    called_by: Option<String>,
    /// Why it was left out.
    left_out: Option<&'static str>,
}

impl FileList {
    /// The list of what was met and which of it is a root.
    pub fn new(
        discovered: &Discovered,
        layout: &Roots,
        templates: &Roots,
        assemblies: &[&Path],
        workspace: &Workspace,
    ) -> Self {
        let roots = layout.roots.iter().chain(&templates.roots).map(PathBuf::as_path);
        let roots = roots.chain(assemblies.iter().copied()).map(|root| workspace.display(root)).collect();
        let (roots_of_terraform, roots_of_templates): (HashSet<&OsStr>, HashSet<&OsStr>) =
            (texts(&layout.roots), texts(&templates.roots));
        let files = discovered.entries.iter().map(|entry| {
            let directory = entry.path.parent().unwrap_or_else(|| Path::new("/"));
            let is_root = roots_of_terraform.contains(directory.as_os_str());
            let (format, left_out) = match entry.standing {
                Standing::Terraform => (Some("terraform"), None),
                Standing::TerraformVariables => (Some("terraform-variables"), None),
                Standing::Terragrunt => (Some("terragrunt"), None),
                Standing::Template => (Some("cloudformation"), None),
                Standing::Assembly => (Some("cdk"), None),
                Standing::Document(format) => (Some(format), None),
                Standing::ByContent => (None, None),
                Standing::LeftOut(why) | Standing::NotCode(why) => (None, Some(why)),
                Standing::Excluded => (None, Some("excluded by the configuration")),
            };
            let root = match entry.standing {
                Standing::Document(_) => Some(workspace.display(&entry.path)),
                Standing::Assembly => assemblies
                    .iter()
                    .find(|assembly| entry.path.starts_with(assembly))
                    .map(|assembly| workspace.display(assembly)),
                Standing::Template => {
                    let is_root = roots_of_templates.contains(entry.path.as_os_str());
                    is_root.then(|| workspace.display(&entry.path))
                }
                _ => (is_root && left_out.is_none()).then(|| workspace.display(directory)),
            };
            Row {
                path: workspace.display(&entry.path),
                format,
                root,
                called_by: match entry.standing {
                    Standing::Template => templates.called.get(&entry.path),
                    _ => layout.called.get(directory),
                }
                .map(|caller| workspace.display(caller)),
                left_out,
            }
        });
        Self { version: 1, roots, files: files.collect() }
    }

    /// For programs. Ends in a newline.
    pub fn json(&self) -> String {
        to_json(self)
    }

    /// For a person. Ends in a newline.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut rows: HashMap<&str, Vec<&Row>> = HashMap::new();
        for row in &self.files {
            if let Some(root) = &row.root {
                rows.entry(root).or_default().push(row);
            }
        }
        for root in &self.roots {
            out.push_str(&format!("{} (root)\n", inert(root)));
            for row in rows.get(root.as_str()).into_iter().flatten() {
                out.push_str(&format!("  {}  {}\n", inert(&row.path), row.format.unwrap_or_default()));
            }
        }
        let called: Vec<&Row> =
            self.files.iter().filter(|row| row.called_by.is_some() && row.left_out.is_none()).collect();
        if !called.is_empty() {
            out.push_str("only called\n");
            for row in called {
                let by = row.called_by.as_deref().unwrap_or_default();
                out.push_str(&format!("  {}  called by {}\n", inert(&row.path), inert(by)));
            }
        }
        let left_out: Vec<&Row> = self.files.iter().filter(|row| row.left_out.is_some()).collect();
        if !left_out.is_empty() {
            out.push_str("left out\n");
            for row in left_out {
                out.push_str(&format!("  {}  {}\n", inert(&row.path), row.left_out.unwrap_or_default()));
            }
        }
        if out.is_empty() {
            out.push_str("no infrastructure code was found\n");
        }
        out
    }
}

/// Paths by their text, which is quicker to compare than their parts.
fn texts(paths: &[PathBuf]) -> HashSet<&OsStr> {
    paths.iter().map(|path| path.as_os_str()).collect()
}
