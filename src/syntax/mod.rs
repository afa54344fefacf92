//! Text to spanned trees. Every parser here is total: it returns a tree and notices, and never panics.

mod decoded;
/// The HashiCorp configuration language.
pub mod hcl;
/// JSON.
pub mod json;
/// YAML.
pub mod yaml;

pub use decoded::Decoded;
