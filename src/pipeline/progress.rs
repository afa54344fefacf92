//! What a run is at, for whoever waits for it. The pipeline knows nothing of terminals.

use std::path::Path;

/// Is told what a run is at. It must be quick: it is told for every root.
pub trait Progress: Sync {
    /// The run is now at this stage.
    fn at(&self, stage: Stage<'_>);
}

/// The stages, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage<'a> {
    /// Files are looked for.
    Discovering,
    /// A root is read.
    Reading {
        /// Which one it is, from 1.
        number: usize,
        /// How many there are.
        count: usize,
        /// Its path, or that of a file within it.
        path: &'a Path,
    },
    /// Credentials are linked to users.
    Linking,
    /// The rules are run.
    Checking,
    /// All stages so far are gone through once more, over the tree as it was before the change.
    Earlier,
}

/// Nobody waits.
impl Progress for () {
    fn at(&self, _: Stage<'_>) {}
}
