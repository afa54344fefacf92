//! What the tree holds.
