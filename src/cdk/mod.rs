//! Cloud assemblies: what `cdk synth` writes. Which stacks there are, where they go, which templates they are made of,
//! and which line of the program made what stands in these. The templates themselves are `CloudFormation`'s.

mod assembly;
mod construct;
mod detect;
mod manifest;
mod metadata;
mod nested;
mod stacks;

#[cfg(test)]
mod fixture_tests;
#[cfg(test)]
mod hostile_tests;

pub use assembly::{Assembly, Stack, read};
pub use construct::{ProgramFiles, constructs_of_template};
pub use detect::{MANIFEST, MARKER, is_assembly};
pub use stacks::inputs;
