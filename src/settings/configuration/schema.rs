//! The JSON Schema of the configuration: types that say more than those that serde reads.
