//! Terraform configurations to resources. All knowledge of the language ends here.

mod account;
mod blocks;
mod configuration;
mod construct;
mod evaluation;
/// The built-in functions.
pub mod functions;
mod gate;
mod inputs;
mod json_syntax;
mod later;
mod lifecycle;
mod manifest;
mod models;
mod module_files;
mod module_source;
mod modules;
mod overrides;
/// Plans and states.
pub mod plan;
mod providers;
mod schema;
mod toggles;
mod type_expression;
mod version_constraint;

pub use configuration::Module;
pub use evaluation::{Terragrunt, Unit, collect, is_unit_file};
pub use inputs::{CommandLineInput, Inputs, is_automatic};
pub use module_files::{is_configuration, is_replacement, replacement, why_not_configuration};
pub use modules::{ModuleLoader, has_backend, local_calls};
