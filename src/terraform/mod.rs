//! Terraform configurations to resources. All knowledge of the language ends here.

mod configuration;
mod evaluation;
/// The built-in functions.
pub mod functions;
mod inputs;
mod manifest;
mod models;
mod module_source;
mod modules;
mod schema;
mod type_expression;
mod version_constraint;

pub use configuration::Module;
pub use evaluation::{Terragrunt, Unit, collect, is_unit_file};
pub use inputs::{CommandLineInput, Inputs, is_automatic};
pub use modules::{ModuleLoader, has_backend, is_configuration, is_relevant, local_calls};
