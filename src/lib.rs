//! credlint finds long-lived AWS credentials in infrastructure code before they are deployed.
//!
//! The modules are listed in reading order; `src/README.md` is the map.

/// Text and places: files, spans, lines, notices. Knows no format.
pub mod source;
/// Text to spanned trees, one folder a format. Never fails: a tree and notices come back.
pub mod syntax;
/// Known, unknown and chosen values, the conditions they hold under and the marks they carry.
pub mod value;
/// Which files there are, and which roots they form.
pub mod discover;
/// The narrow waist: what every reader hands over.
pub mod resource;
/// Terraform configurations to resources.
pub mod terraform;
/// `CloudFormation` templates to resources.
pub mod cloudformation;
/// Assemblies that the CDK synthesised.
pub mod cdk;
/// Users and their credentials, format-neutral.
pub mod graph;
/// What AWS knows of users: credential reports, joined to the code.
pub mod evidence;
/// What a rule found, and where.
pub mod finding;
/// Rule files, their conditions, and their evaluation over the graph.
pub mod rules;
/// What somebody has looked at and accepted.
pub mod exceptions;
/// Findings to text: one renderer a file.
pub mod report;
/// What was typed.
pub mod cli;
/// What was typed, given meaning.
pub mod settings;
/// What `credlint init` writes.
pub mod init;
/// The stages in order: read this first.
pub mod pipeline;
