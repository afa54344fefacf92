//! Terragrunt: a `terragrunt.hcl` is a unit, a module with the inputs that the file gives it. Its expressions
//! are evaluated as Terraform's are; only names and some functions mean something else.

mod configuration;
mod functions;
mod generated;
mod merge;
mod passing;
mod references;
mod source;
mod unit;

pub use configuration::{Environment, Terragrunt};
pub use unit::Unit;

/// The name of a unit's file.
const FILE_NAME: &str = "terragrunt.hcl";

/// Whether a file of this name is a unit, or what units include.
pub fn is_unit_file(name: &str) -> bool {
    name == FILE_NAME
}
