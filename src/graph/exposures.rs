//! Where the secret of an access key ends up in the clear: the value is followed, not its name.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::resource::{Output, OutputKind, Resource};
use crate::source::{Place, Span};
use crate::value::{Condition, Data, Mark, Value};

use super::resource_types::{Sink, sink_of};
use super::{Exposure, Graph, Node, NodeKind};

/// Adds an exposure for each secret in an output that is not sensitive, or in a sink.
pub fn add_exposures(graph: &mut Graph, root: usize, resources: &[Resource], outputs: &[Output]) {
    let keys: BTreeMap<Arc<str>, usize> = graph
        .access_keys
        .iter()
        .enumerate()
        .filter(|(_, key)| graph.nodes[key.node].root == root)
        .map(|(index, key)| (Arc::clone(&graph.nodes[key.node].address), index))
        .collect();
    for output in outputs.iter().filter(|output| !output.sensitive) {
        let place = Found {
            address: Arc::clone(&output.address),
            presence: output.presence.clone(),
            provenance: Vec::new(),
            span: output.span,
            inferred_from: None,
            construct_path: output.construct_path.clone(),
            constructed_at: output.constructed_at.clone(),
            words: match output.kind {
                OutputKind::Terraform => "an output that is not sensitive",
                OutputKind::Stack => "an output of the stack",
                OutputKind::Export => "an exported output",
            },
        };
        record(graph, root, &keys, &output.value, &place);
    }
    for resource in resources {
        let Some(sink) = sink_of(&resource.resource_type) else { continue };
        let shown = shows_in_clear(sink, resource);
        if shown.is_never() {
            continue;
        }
        for name in sink.attributes {
            let Some(attribute) = resource.attributes.get(name) else { continue };
            let mut provenance = resource.provenance.clone();
            provenance.pop();
            let place = Found {
                address: Arc::clone(&resource.address),
                presence: resource.presence.and(&shown),
                provenance,
                span: attribute.span,
                inferred_from: resource.inferred_from.clone(),
                construct_path: resource.construct_path.clone(),
                constructed_at: resource.constructed_at.clone(),
                words: words(sink, name),
            };
            record(graph, root, &keys, &attribute.value, &place);
        }
    }
}

struct Found {
    address: Arc<str>,
    presence: Condition,
    provenance: Vec<Place>,
    inferred_from: Option<Arc<str>>,
    construct_path: Option<Arc<str>>,
    constructed_at: Option<Place>,
    span: Span,
    words: &'static str,
}

fn record(graph: &mut Graph, root: usize, keys: &BTreeMap<Arc<str>, usize>, value: &Value, found: &Found) {
    for (address, when) in secrets_in(value) {
        let Some(key) = keys.get(&address) else { continue };
        // An encrypted secret leaves `secret` empty, and so does an import.
        let key_node = &graph.nodes[graph.access_keys[*key].node];
        let when = when.and(&graph.access_keys[*key].encrypted.not()).and(&key_node.imported.not());
        if when.is_never() {
            continue;
        }
        let mut provenance = found.provenance.clone();
        provenance.push(Place::new(found.span, format!("the secret ends up here, in {}", found.address)));
        graph.nodes.push(Node {
            kind: NodeKind::Exposure,
            address: Arc::clone(&found.address),
            root,
            presence: found.presence.and(&when),
            stands_for: None,
            provenance,
            managed: true,
            existed_before: Condition::never(),
            imported: Condition::never(),
            inferred_from: found.inferred_from.clone(),
            construct_path: found.construct_path.clone(),
            constructed_at: found.constructed_at.clone(),
        });
        let node = graph.nodes.len() - 1;
        graph.exposures.push(Exposure { node, place: found.words.into(), when: found.presence.and(&when) });
        let exposure = graph.exposures.len() - 1;
        graph.access_keys[*key].exposures.push(exposure);
    }
}

/// The addresses of the credentials whose secret is in a value, each when.
fn secrets_in(value: &Value) -> BTreeMap<Arc<str>, Condition> {
    let mut found = BTreeMap::new();
    gather(value, &Condition::always(), &mut found);
    found
}

fn gather(value: &Value, when: &Condition, found: &mut BTreeMap<Arc<str>, Condition>) {
    for mark in value.marks.iter() {
        if let Mark::SecretOf { address } = mark {
            let entry = found.entry(Arc::clone(address)).or_insert_with(Condition::never);
            *entry = entry.or(when);
        }
    }
    match &value.data {
        Data::Choice(alternatives) => {
            for (condition, alternative) in alternatives.iter() {
                gather(alternative, &when.and(condition), found);
            }
        }
        Data::Unknown(unknown) => {
            if let Some(inner) = &unknown.json {
                gather(inner, when, found);
            }
        }
        _ => {
            for child in value.children() {
                gather(child, when, found);
            }
        }
    }
}

/// What an attribute of a sink is, in words: some hold something else than the sink is there for.
fn words(sink: &Sink, attribute: &str) -> &'static str {
    match attribute {
        "Metadata" => "instance metadata",
        "Tags" => "a tag",
        "Code" => "a Lambda function's code",
        _ => sink.place,
    }
}

/// When a resource of a sink's type shows its value: an SSM parameter that is a `SecureString` does not.
fn shows_in_clear(sink: &Sink, resource: &Resource) -> Condition {
    if sink.resource_type != "aws_ssm_parameter" {
        return Condition::always();
    }
    let Some(parameter_type) = resource.value("type") else { return Condition::always() };
    parameter_type
        .alternatives()
        .into_iter()
        .filter(|(_, value)| value.as_str().is_some_and(|text| text != "SecureString"))
        .fold(Condition::never(), |all, (condition, _)| all.or(&condition))
}
