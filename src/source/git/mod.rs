//! The files of an earlier commit, read from the objects that git keeps: nothing is checked out and nothing is written.

/// The one program that is run.
mod program;
/// What is at each path.
mod content;
/// The contents of files.
mod objects;
/// Which commit is meant, and what is put together from it.
mod open;
/// The commit as a tree that a workspace can look at.
mod tree;

pub use open::Unread;
pub use program::GitError;
pub use tree::GitTree;
