//! `CloudFormation` templates to resources: what AWS would create of them, in both syntaxes.

pub mod document;
