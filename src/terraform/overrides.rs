//! Override files: what each of their blocks changes in the block that it is named after.
//!
//! After the Terraform language's merging behaviour: arguments replace one by one, nested blocks replace all of
//! their type, and nothing new may be declared.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::source::{Notice, NoticeKind, Span};
use crate::syntax::hcl::{Attribute, Block, Body, ExpressionKind};

use super::blocks::literal_string;

/// Merges an override file into the files read so far.
pub fn merge(files: &mut [(Body, Vec<Notice>)], overriding: Body, notices: &mut Vec<Notice>) {
    for block in overriding.blocks {
        match (&*block.kind, block.labels.len()) {
            ("locals", 0) => locals(files, block, notices),
            ("terraform", 0) => terraform(files, block),
            ("provider", 1) => provider(files, block, notices),
            ("variable" | "output" | "module", 1) | ("resource" | "data" | "ephemeral" | "action", 2) => {
                match find(files, |base| base.kind == block.kind && base.labels == block.labels) {
                    Some(base) => into_block(base, block, notices),
                    None => no_base(
                        notices,
                        block.header,
                        &format!("{} `{}`", block.kind, block.labels.join(".")),
                    ),
                }
            }
            ("moved" | "import" | "removed" | "check", _) => {
                let message = format!("Terraform takes no `{}` block from an override file", block.kind);
                notices.push(Notice::at(NoticeKind::InvalidConfiguration, block.header, message));
            }
            // Wrong labels, or no block of the language: told of, or passed over, as in any file.
            _ => files.iter_mut().take(1).for_each(|(body, _)| body.blocks.push(block.clone())),
        }
    }
}

fn no_base(notices: &mut Vec<Notice>, span: Span, what: &str) {
    let message = format!("there is no {what} to override");
    let notice = Notice::at(NoticeKind::InvalidConfiguration, span, message);
    notices.push(notice.with_help("an override file changes what other files of its directory declare"));
}

fn blocks(files: &mut [(Body, Vec<Notice>)]) -> impl Iterator<Item = &mut Block> {
    files.iter_mut().flat_map(|(body, _)| body.blocks.iter_mut())
}

fn find(files: &mut [(Body, Vec<Notice>)], is_base: impl Fn(&Block) -> bool) -> Option<&mut Block> {
    blocks(files).find(|block| is_base(block))
}

fn locals(files: &mut [(Body, Vec<Notice>)], block: Block, notices: &mut Vec<Notice>) {
    for attribute in block.body.attributes {
        let base = blocks(files)
            .filter(|base| &*base.kind == "locals")
            .flat_map(|base| base.body.attributes.iter_mut())
            .find(|base| base.name == attribute.name);
        match base {
            Some(base) => *base = attribute,
            None => no_base(notices, attribute.name_span, &format!("local value `{}`", attribute.name)),
        }
    }
}

/// A backend replaces a backend or `cloud`, a required provider the one of its name; all else is of no weight.
fn terraform(files: &mut [(Body, Vec<Notice>)], block: Block) {
    let keeps_state = |block: &Block| matches!(&*block.kind, "backend" | "cloud");
    let replaces_state = block.body.blocks.iter().any(keeps_state);
    let required: BTreeSet<Arc<str>> = block
        .body
        .blocks_of("required_providers")
        .flat_map(|required| required.body.attributes.iter().map(|attribute| Arc::clone(&attribute.name)))
        .collect();
    for base in blocks(files).filter(|base| &*base.kind == "terraform") {
        base.body.blocks.retain(|nested| !(replaces_state && keeps_state(nested)));
        for nested in base.body.blocks.iter_mut().filter(|nested| &*nested.kind == "required_providers") {
            nested.body.attributes.retain(|attribute| !required.contains(&attribute.name));
        }
    }
    add(files, block);
}

/// The default configuration of a provider may be new, one with an alias may not.
fn provider(files: &mut [(Body, Vec<Notice>)], block: Block, notices: &mut Vec<Notice>) {
    let alias = |block: &Block| block.body.attribute("alias").and_then(|alias| literal_string(&alias.value));
    let own = alias(&block);
    let is_base =
        |base: &Block| &*base.kind == "provider" && base.labels == block.labels && alias(base) == own;
    match (find(files, is_base), own) {
        (Some(base), _) => into_block(base, block, notices),
        (None, None) => add(files, block),
        (None, Some(alias)) => {
            no_base(notices, block.header, &format!("provider `{}.{alias}`", block.labels.join(".")));
        }
    }
}

fn add(files: &mut [(Body, Vec<Notice>)], block: Block) {
    if let Some((body, _)) = files.first_mut() {
        body.blocks.push(block);
    }
}

fn into_block(base: &mut Block, block: Block, notices: &mut Vec<Notice>) {
    let types: BTreeSet<Arc<str>> =
        block.body.blocks.iter().filter(|nested| &*nested.kind != "lifecycle").map(type_of).collect();
    let in_json: BTreeSet<Arc<str>> =
        block.body.attributes.iter().map(|attribute| Arc::clone(&attribute.name)).collect();
    // In JSON a nested block may look like an argument, so that one replaces the other.
    base.body.blocks.retain(|nested| {
        let nested = type_of(nested);
        !types.contains(&nested) && !in_json.contains(&nested)
    });
    base.body.attributes.retain(|attribute| !types.contains(&attribute.name));
    for nested in block.body.blocks {
        if &*nested.kind == "lifecycle"
            && let Some(own) = base.body.blocks.iter_mut().find(|own| &*own.kind == "lifecycle")
        {
            into_attributes(&mut own.body, nested.body.attributes, notices);
        } else {
            base.body.blocks.push(nested);
        }
    }
    let mut attributes = block.body.attributes;
    if &*block.kind == "variable" {
        into_variable(&mut base.body, &mut attributes);
    }
    into_attributes(&mut base.body, attributes, notices);
}

/// A default is converted to the type that stood with it first, and then to each that overrides this one: all
/// of them stay, in order, and the last is the variable's own.
fn into_variable(base: &mut Body, attributes: &mut Vec<Attribute>) {
    let names = |name: &'static str| move |attribute: &Attribute| &*attribute.name == name;
    let new_type = attributes.iter().position(names("type")).map(|at| attributes.remove(at));
    if attributes.iter().any(names("default")) {
        let last = base.attribute("type").cloned();
        base.attributes.retain(|attribute| &*attribute.name != "type");
        base.attributes.extend(new_type.or(last));
    } else {
        base.attributes.extend(new_type);
    }
}

fn into_attributes(base: &mut Body, attributes: Vec<Attribute>, notices: &mut Vec<Notice>) {
    for attribute in attributes {
        match &*attribute.name {
            "depends_on" => {
                let message = "`depends_on` cannot be overridden";
                notices.push(Notice::at(NoticeKind::InvalidConfiguration, attribute.span, message));
            }
            // An empty list or map of these changes nothing.
            "ignore_changes" | "providers" if is_empty(&attribute) => {}
            _ => match base.attributes.iter_mut().find(|own| own.name == attribute.name) {
                Some(own) => *own = attribute,
                None => base.attributes.push(attribute),
            },
        }
    }
}

fn is_empty(attribute: &Attribute) -> bool {
    match &*attribute.value.kind {
        ExpressionKind::Tuple(elements) => elements.is_empty(),
        ExpressionKind::Object(items) => items.is_empty(),
        _ => false,
    }
}

/// The type of a nested block; of a `dynamic` one, that of the blocks it makes.
fn type_of(block: &Block) -> Arc<str> {
    match (&*block.kind, block.labels.first()) {
        ("dynamic", Some(label)) => Arc::clone(label),
        _ => Arc::clone(&block.kind),
    }
}
