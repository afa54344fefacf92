//! Where a template holds passwords: texts that no report may show, whatever they are called.

use std::sync::Arc;

use crate::source::Files;

use super::document::{Node, NodeKind};
use super::scalar_text;
use super::template::Template;

/// Hides the literals of passwords, and the defaults and allowed values of parameters that hold them.
pub fn conceal(files: &Files, template: &Template) {
    let mut parameters: Vec<Arc<str>> = Vec::new();
    let resources = template.resources.as_ref();
    let mut waiting: Vec<&Node> = resources.into_iter().collect();
    while let Some(node) = waiting.pop() {
        match &node.kind {
            NodeKind::Map(entries) => {
                for entry in entries.iter() {
                    if &*entry.key == "LoginProfile" {
                        literals(files, &entry.value, &mut parameters);
                    } else {
                        waiting.push(&entry.value);
                    }
                }
            }
            NodeKind::List(elements) => waiting.extend(elements.iter()),
            _ => {}
        }
    }
    for parameter in &template.parameters {
        if !parameter.no_echo && !parameters.contains(&parameter.name) {
            continue;
        }
        for (text, span) in parameter.default.iter().chain(&parameter.allowed) {
            if !text.is_empty() {
                files.conceal(*span);
            }
        }
    }
}

/// Hides every text of a password, but for the names of what it refers to.
fn literals(files: &Files, node: &Node, parameters: &mut Vec<Arc<str>>) {
    match &node.kind {
        NodeKind::String(decoded) if !decoded.text.is_empty() && !decoded.text.starts_with("{{resolve:") => {
            files.conceal(node.span);
        }
        NodeKind::Number(_) => files.conceal(node.span),
        NodeKind::Map(entries) => {
            for entry in entries.iter() {
                match &*entry.key {
                    "Ref" => parameters.extend(scalar_text(&entry.value)),
                    "Condition" | "Fn::GetAtt" | "PasswordResetRequired" => {}
                    "Fn::If" => {
                        let branches = entry.value.elements().unwrap_or_default();
                        branches.iter().skip(1).for_each(|branch| literals(files, branch, parameters));
                    }
                    _ => literals(files, &entry.value, parameters),
                }
            }
        }
        NodeKind::List(elements) => {
            elements.iter().for_each(|element| literals(files, element, parameters));
        }
        _ => {}
    }
}
