//! Where a template holds passwords: texts that no report may show, whatever they are called.

use std::sync::Arc;

use crate::source::Files;

use super::document::{Node, NodeKind};
use super::scalar_text;
use super::template::Template;

/// Hides the literals of passwords and the defaults of parameters that hold them, and says which do.
pub fn conceal(files: &Files, template: &mut Template) {
    let mut names: Vec<Arc<str>> = Vec::new();
    let resources = template.resources.as_ref();
    let mut waiting: Vec<&Node> = resources.into_iter().collect();
    while let Some(node) = waiting.pop() {
        match &node.kind {
            NodeKind::Map(entries) => {
                for entry in entries.iter() {
                    if &*entry.key == "LoginProfile" {
                        literals(files, &entry.value, &mut names);
                    } else {
                        waiting.push(&entry.value);
                    }
                }
            }
            NodeKind::List(elements) => waiting.extend(elements.iter()),
            _ => {}
        }
    }
    for parameter in &mut template.parameters {
        parameter.holds_password = names.contains(&parameter.name);
        if !parameter.no_echo && !parameter.holds_password {
            continue;
        }
        if let Some((text, span)) = &parameter.default
            && !text.is_empty()
        {
            files.conceal(*span);
        }
        if let Some(span) = parameter.allowed_span {
            files.conceal(span);
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
                    "Fn::Sub" => {
                        let text = entry.value.elements().and_then(<[Node]>::first).unwrap_or(&entry.value);
                        let text = scalar_text(text).unwrap_or_default();
                        let names = text.split("${").skip(1).filter_map(|rest| rest.split('}').next());
                        parameters.extend(names.map(|name| Arc::from(name.trim())));
                        literals(files, &entry.value, parameters);
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
