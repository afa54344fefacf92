//! HCL native syntax: a splitter that survives bad blocks, and a spanned tree of our own behind `hcl-edit`.

mod tree;

pub use tree::*;
