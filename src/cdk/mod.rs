//! What `cdk synth` leaves behind: an assembly of templates, and where in the program each construct was made.

mod assembly;
mod constructs;
mod manifest;

pub use assembly::{Assembly, owns, read};

/// The file that an assembly is known by.
pub const MANIFEST: &str = "manifest.json";

/// Whether the text of a `manifest.json` is that of an assembly: other tools have files of that name.
pub fn is_manifest(text: &[u8]) -> bool {
    let has = |words: &str| memchr::memmem::find(text, words.as_bytes()).is_some();
    has("\"artifacts\"") && (has("\"aws:cloudformation:stack\"") || has("\"cdk:cloud-assembly\""))
}
