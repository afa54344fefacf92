//! Trees to measure with, made up from numbers alone: the same shape and size give the same bytes everywhere.

#![expect(clippy::disallowed_methods, reason = "what is measured has to be on the disk")]

mod plan;
mod random;
mod templates;
mod terraform;
mod users;

use std::io;
use std::path::{Path, PathBuf};

/// What a tree is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Terraform services of nine files each; 3 % of the files have users. The size counts files.
    Monorepo,
    /// Terraform services in which every file has users. The size counts files.
    Users,
    /// One root and one called module whose users, each with a key, come from `for_each`. The size counts users.
    Instances,
    /// One root and modules that call one another in a chain, the last with a user and a key. The size counts calls.
    Chain,
    /// `CloudFormation` templates, half YAML and half JSON; 3 % have users. The size counts templates.
    Templates,
    /// An assembly of the CDK, a template each stack; 3 % have users. The size counts stacks.
    Assembly,
    /// The JSON of one Terraform plan, in one line; 4 % of its resources are about users. The size counts kilobytes.
    Plan,
}

/// Every shape by the word for it.
pub const SHAPES: [(&str, Shape); 7] = [
    ("monorepo", Shape::Monorepo),
    ("users", Shape::Users),
    ("instances", Shape::Instances),
    ("chain", Shape::Chain),
    ("templates", Shape::Templates),
    ("assembly", Shape::Assembly),
    ("plan", Shape::Plan),
];

/// A file of a tree: its path below the tree's folder, and its text.
pub type File = (PathBuf, String);

/// The files of a tree.
pub fn files(shape: Shape, size: usize) -> Vec<File> {
    match shape {
        Shape::Monorepo => terraform::monorepo(size),
        Shape::Users => terraform::users_everywhere(size),
        Shape::Instances => terraform::instances(size),
        Shape::Chain => terraform::chain(size),
        Shape::Templates => templates::templates(size),
        Shape::Assembly => templates::assembly(size),
        Shape::Plan => plan::plan(size * 1024),
    }
}

/// Writes a tree into a folder that is not there yet.
pub fn write(folder: &Path, shape: Shape, size: usize) -> io::Result<()> {
    for (path, text) in files(shape, size) {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, text)?;
    }
    Ok(())
}
