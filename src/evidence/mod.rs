//! What AWS knows: credential reports, and how they are joined to what the code declares.

/// A credential report as it is read: rows, cells, and where each stands.
pub mod report;
