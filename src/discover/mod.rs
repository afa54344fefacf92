//! Which files there are, what each is, and which directories are roots.

mod roots;
mod walk;

pub use roots::{Candidate, Roots, choose_roots};
pub use walk::{Discovered, Entry, Standing, is_brought_by_a_tool, sort, walk};
