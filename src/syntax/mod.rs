//! Text to spanned trees. Every parser here is total: it returns a tree and notices, and never panics.

/// The HashiCorp configuration language.
pub mod hcl;
