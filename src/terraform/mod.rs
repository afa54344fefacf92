//! Terraform configurations to resources. All knowledge of the language ends here.

mod configuration;
mod evaluation;
/// The built-in functions.
pub mod functions;
mod inputs;
mod modules;
/// Plans and states.
pub mod plan;
mod schema;
mod type_expression;

pub use evaluation::collect;
pub use inputs::{CommandLineInput, Inputs, is_automatic};
pub use modules::{
    ModuleLoader, declares, has_backend, is_configuration, is_local, is_relevant, local_calls,
};
