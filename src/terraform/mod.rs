//! Terraform configurations to resources. All knowledge of the language ends here.

pub mod functions;
