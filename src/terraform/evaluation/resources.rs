//! Attributes of resource and data blocks, what the schema adds to them, and nested blocks as values.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::resource::Mode;
use crate::source::Span;
use crate::syntax::hcl::{Block, Body};
use crate::terraform::blocks::ResourceBlock;
use crate::terraform::schema::{self, Unset};
use crate::value::{Condition, Data, Mark, Question, Reason, Unknown, Value, assume, choose, lift, type_of};

use super::instances::{Expansion, Instance, Repetition};
use super::module_instance::{Memo, ModuleInstance, Repeated};
use super::named_instances::arn_end;
use super::{Binding, Evaluator, Scope, error};

/// Arguments that Terraform reads itself.
const META_ARGUMENTS: [&str; 5] = ["count", "for_each", "provider", "depends_on", "lifecycle"];

impl Evaluator<'_> {
    /// The instances of a resource block; `None` while they are being found (the block refers to itself).
    pub(super) fn resource_instances(
        &self,
        module: &ModuleInstance,
        resource: usize,
    ) -> Option<Rc<Vec<Instance>>> {
        if let Some(known) = module.resources.borrow().get(&resource) {
            return known.clone();
        }
        module.resources.borrow_mut().insert(resource, None);
        let block = &module.module.resources[resource];
        let what = format!("{}{}", module.prefix, block.address());
        let scope = Scope::of(module);
        let repetition = Repetition {
            count: block.count.as_ref(),
            for_each: block.for_each.as_ref(),
            enabled: block.enabled.as_ref(),
        };
        let Expansion { instances, unknown } = self.expand(repetition, &what, scope);
        module.resources.borrow_mut().insert(resource, Some(Rc::clone(&instances)));
        module.unknown_repetitions.borrow_mut().insert(Repeated::Resource(resource), unknown);
        Some(instances)
    }

    /// The address of one instance within the root.
    pub(super) fn resource_address(
        module: &ModuleInstance,
        block: &ResourceBlock,
        instance: &Instance,
    ) -> Arc<str> {
        let address = || format!("{}{}{}", module.prefix, block.address(), instance.key).into();
        Arc::clone(instance.address.get_or_init(address))
    }

    /// One attribute of one instance.
    pub(super) fn attribute(
        &self,
        module: &ModuleInstance,
        resource: usize,
        instances: &[Instance],
        at: usize,
        name: &Arc<str>,
        span: Span,
    ) -> Value {
        let key = (resource, at, Arc::clone(name));
        match module.attributes.borrow().get(&key) {
            Some(Memo::Done(value)) => return value.clone(),
            Some(Memo::Evaluating) => return error(span, format!("`{name}` refers to itself")),
            None => {}
        }
        module.attributes.borrow_mut().insert(key.clone(), Memo::Evaluating);
        let block = &module.module.resources[resource];
        let value = self.evaluate_attribute(module, resource, block, instances, at, name, span);
        // Where the instance exists, only some alternatives can be.
        let presence = module.presence.and(&instances[at].presence);
        let value = assume(&value, &presence);
        module.attributes.borrow_mut().insert(key, Memo::Done(value.clone()));
        value
    }

    #[expect(clippy::too_many_arguments, reason = "an attribute is named by all of these")]
    fn evaluate_attribute(
        &self,
        module: &ModuleInstance,
        resource: usize,
        block: &ResourceBlock,
        instances: &[Instance],
        at: usize,
        name: &Arc<str>,
        span: Span,
    ) -> Value {
        let instance = &instances[at];
        let address = || Self::resource_address(module, block, instance);
        let scope = Scope::within(module, instance);
        let written = self.written(&block.body, name, scope);
        let identify = |value: Value| {
            if schema::is_identity(&block.resource_type, name) {
                let mark = Mark::AttributeOf { address: address(), attribute: Arc::clone(name) };
                value.with_mark(mark)
            } else {
                value
            }
        };
        // `argument = null` is the argument left out.
        match written {
            Some(value) if !value.is_null() => {
                let value = schema::as_argument(&block.resource_type, name, &value)
                    .unwrap_or_else(|message| error(span, message));
                return identify(value);
            }
            _ => {}
        }
        let mut of_type = schema::attribute_type(&block.resource_type, name);
        if &*block.resource_type == "terraform_data" && &**name == "output" {
            // What was put in, once it is deployed.
            let input = self.written(&block.body, "input", scope).unwrap_or_else(Value::null);
            if input.is_null() {
                return input;
            }
            of_type = Some(type_of(&input)).filter(|of_type| !of_type.contains_any());
        }
        if block.mode == Mode::Data
            && let Some(value) = self.data_attribute(block, name, scope)
        {
            return value;
        }
        let computed = || {
            let unknown = Unknown::new(format!("{}.{name}", address()), Reason::Deployment).at(block.header);
            of_type.iter().fold(unknown, |unknown, of_type| unknown.typed(of_type.clone()))
        };
        match schema::unset(block.mode, &block.resource_type, name) {
            Unset::SameAs(other) => {
                let other: Arc<str> = other.into();
                let same = self.attribute(module, resource, instances, at, &other, span);
                identify(same)
            }
            Unset::Default(text) => Value::string(text),
            Unset::Null => of_type.as_ref().map_or_else(Value::null, Value::null_of),
            Unset::Secret => Value::from(computed())
                .with_mark(Mark::SecretOf { address: address() })
                .with_mark(Mark::Sensitive),
            Unset::Computed => {
                let mut unknown = computed();
                if (&*block.resource_type, &**name) == ("aws_iam_user", "arn") {
                    let part = |name| self.attribute(module, resource, instances, at, &Arc::from(name), span);
                    unknown.suffix = arn_end(&part("path"), &part("name"));
                }
                identify(unknown.into())
            }
        }
    }

    /// The whole instance: what is written, what the schema adds, and the mark that says that more exists.
    pub(super) fn whole_resource(
        &self,
        module: &ModuleInstance,
        resource: usize,
        instances: &[Instance],
        at: usize,
        span: Span,
    ) -> Value {
        let block = &module.module.resources[resource];
        let written = block.body.attributes.iter().map(|attribute| Arc::clone(&attribute.name));
        let blocks = block.body.blocks.iter().map(|nested| match (&*nested.kind, nested.labels.first()) {
            ("dynamic", Some(label)) => Arc::clone(label),
            _ => Arc::clone(&nested.kind),
        });
        let added = schema::shown_unset(&block.resource_type).iter().map(|name| Arc::from(*name));
        let names: Vec<Arc<str>> =
            written.chain(blocks).chain(added).filter(|name| !META_ARGUMENTS.contains(&&**name)).collect();
        let mut fields = BTreeMap::new();
        for name in names {
            let value = self.attribute(module, resource, instances, at, &name, span);
            fields.insert(name, value);
        }
        let address = Self::resource_address(module, block, &instances[at]);
        // The empty name says that there may be attributes that are not shown.
        let is_complete = schema::is_shown_complete(&block.resource_type);
        let attribute = if is_complete { "id" } else { "" };
        Value::object(fields).with_mark(Mark::AttributeOf { address, attribute: Arc::from(attribute) })
    }

    /// What a body says of a name: an argument's value, or nested blocks of that type as a tuple.
    pub(super) fn written(&self, body: &Body, name: &str, scope: Scope<'_>) -> Option<Value> {
        if let Some(attribute) = body.attribute(name) {
            return Some(self.bounded(self.evaluate(&attribute.value, scope), attribute.span));
        }
        let is_there = |block: &Block| {
            &*block.kind == name
                || (&*block.kind == "dynamic" && block.labels.first().is_some_and(|label| &**label == name))
        };
        if body.blocks.iter().any(is_there) { Some(self.nested(body, name, scope)) } else { None }
    }

    /// The nested blocks of one type, `dynamic` ones expanded, as a tuple of objects.
    pub(super) fn nested(&self, body: &Body, name: &str, scope: Scope<'_>) -> Value {
        let mut groups: Vec<Value> = Vec::new();
        for block in &body.blocks {
            if &*block.kind == name {
                groups.push(Value::tuple(vec![self.block_object(&block.body, scope)]));
            } else if &*block.kind == "dynamic" && block.labels.first().is_some_and(|label| &**label == name)
            {
                groups.push(self.dynamic(block, name, scope));
            }
        }
        lift(&groups, |groups| {
            let mut all = Vec::new();
            for group in groups {
                match group.elements() {
                    Some(elements) => all.extend(elements.iter().cloned()),
                    None => return group.clone(),
                }
            }
            Value::tuple(all)
        })
    }

    fn dynamic(&self, block: &Block, name: &str, scope: Scope<'_>) -> Value {
        let (Some(for_each), Some(content)) =
            (block.body.attribute("for_each"), block.body.blocks_of("content").next())
        else {
            return error(block.header, "a `dynamic` block needs `for_each` and `content`");
        };
        let iterator = block
            .body
            .attribute("iterator")
            .and_then(|attribute| match &*attribute.value.kind {
                crate::syntax::hcl::ExpressionKind::Variable(name) => Some(Arc::clone(name)),
                _ => None,
            })
            .unwrap_or_else(|| name.into());
        let collection = self.evaluate(&for_each.value, scope);
        lift(&[collection], |collection| {
            let collection = &collection[0];
            let Some(entries) = super::for_expression::entries(collection) else {
                return match &collection.data {
                    Data::Unknown(unknown) if unknown.error_message().is_none() => {
                        // One block stands for each, when there are any.
                        let words = format!("length({}) > 0", unknown.identity);
                        let is_any = Condition::is(&Arc::new(Question::boolean(words, None)), true);
                        let entry = (super::access::key_of(unknown), super::access::element_of(unknown));
                        let one = self.dynamic_object(content, &iterator, entry, scope);
                        choose([
                            (is_any.clone(), Value::tuple(vec![one])),
                            (is_any.not(), Value::tuple(Vec::new())),
                        ])
                    }
                    Data::Unknown(_) => collection.clone(),
                    // One block stands for each of an unknown collection.
                    Data::Each(each) => {
                        let entry = (each.key.clone(), each.element.clone());
                        Value::tuple(vec![self.dynamic_object(content, &iterator, entry, scope)])
                    }
                    _ => error(for_each.span, "`for_each` of a `dynamic` block must be a collection"),
                };
            };
            let objects =
                entries.into_iter().map(|entry| self.dynamic_object(content, &iterator, entry, scope));
            Value::tuple(objects.collect())
        })
    }

    fn dynamic_object(
        &self,
        content: &Block,
        iterator: &str,
        entry: (Value, Value),
        scope: Scope<'_>,
    ) -> Value {
        let fields = [(Arc::from("key"), entry.0), (Arc::from("value"), entry.1)];
        let value = Value::object(fields.into_iter().collect());
        let binding = Binding { name: iterator, value, outer: scope.bindings };
        self.block_object(&content.body, scope.bind(&binding))
    }

    /// A nested block as an object: its arguments, and its own nested blocks as tuples.
    pub(super) fn block_object(&self, body: &Body, scope: Scope<'_>) -> Value {
        let mut fields = BTreeMap::new();
        for attribute in &body.attributes {
            fields.insert(Arc::clone(&attribute.name), self.evaluate(&attribute.value, scope));
        }
        for block in &body.blocks {
            let name = match (&*block.kind, block.labels.first()) {
                ("dynamic", Some(label)) => label,
                _ => &block.kind,
            };
            if !fields.contains_key(name) {
                fields.insert(Arc::clone(name), self.nested(body, name, scope));
            }
        }
        Value::object(fields)
    }
}
