//! Rule files, their conditions, and their evaluation over the graph.

pub mod record;
