//! What the parameters of a root are compared with, in its template and in those that they are passed to.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::super::document::Node;
use super::super::loader::Templates;
use super::super::parameters::{Comparisons, comparisons, reference};
use super::super::template::{ResourceNode, Template};
use super::super::{NestedTemplate, NestedTemplates};
use super::nesting::written_location;

/// How deep a parameter is followed.
const MAX_DEPTH: usize = 8;

/// The comparisons of a template and of those nested in it.
pub fn compared_within(
    templates: &Templates<'_>,
    template: &Template,
    nested: &NestedTemplates,
) -> Comparisons {
    within(templates, template, nested, 0, &mut BTreeMap::new())
}

/// Each template is looked at once; one that is being looked at adds nothing.
fn within(
    templates: &Templates<'_>,
    template: &Template,
    nested: &NestedTemplates,
    depth: usize,
    known: &mut BTreeMap<PathBuf, Comparisons>,
) -> Comparisons {
    let sections = [template.conditions.as_ref(), template.rules.as_ref()];
    let mut found = comparisons(&sections, template.mappings.as_ref(), &template.parameters);
    known.insert(template.path.clone(), Comparisons::new());
    let resources = template.resources.as_ref().and_then(Node::entries).unwrap_or_default();
    for entry in resources.iter().filter(|_| depth < MAX_DEPTH) {
        let Some(resource) = ResourceNode::read(entry, None) else { continue };
        let nested = nested.get(&resource.logical_id);
        let Some(path) = path_of(templates, template, &resource, nested) else { continue };
        let passed = resource.property("Parameters").and_then(|parameters| parameters.value.entries());
        let passed: Vec<(&Arc<str>, Arc<str>)> = passed
            .unwrap_or_default()
            .iter()
            .filter_map(|entry| Some((&entry.key, reference(&entry.value)?)))
            .collect();
        if passed.is_empty() {
            continue;
        }
        if !known.contains_key(&path) {
            let Some(child) = templates.load(&path) else { continue };
            let deeper = nested.map(|nested| nested.nested.clone()).unwrap_or_default();
            let inside = within(templates, &child, &deeper, depth + 1, known);
            known.insert(path.clone(), inside);
        }
        for (input, parameter) in passed {
            if let Some(compared) = known.get(&path).and_then(|inside| inside.get(input)) {
                found.entry(parameter).or_default().extend(compared.iter().cloned());
            }
        }
    }
    found
}

/// The template of a nested stack, where its path is written out or known from elsewhere.
fn path_of(
    templates: &Templates<'_>,
    template: &Template,
    resource: &ResourceNode,
    nested: Option<&NestedTemplate>,
) -> Option<PathBuf> {
    match nested {
        Some(nested) => Some(nested.template.clone()),
        None => templates.beside(&template.path, &written_location(resource)?).ok(),
    }
}
