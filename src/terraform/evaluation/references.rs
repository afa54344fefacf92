//! What a name at the start of a reference means, asked for no further than its steps go.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::resource::Mode;
use crate::source::Span;
use crate::syntax::hcl::{Step, StepKind};
use crate::value::{Condition, Data, Each, Mark, Reason, Type, Unknown, Value, choose, convert, lift};

use super::instances::{Instance, Key};
use super::module_instance::Memo;
use super::{Evaluator, Scope, error};

/// The instances of a block, and how to get a value from one of them.
struct Block<'b> {
    /// How a person writes it: `aws_iam_user.a`, `module.team`.
    address: String,
    has_count: bool,
    has_for_each: bool,
    has_enabled: bool,
    instances: &'b [Instance],
    /// One attribute or output of an instance.
    part: &'b dyn Fn(usize, &Arc<str>, Span) -> Value,
    /// The whole instance as an object.
    whole: &'b dyn Fn(usize, Span) -> Value,
}

impl Evaluator<'_> {
    /// Evaluates `name` and the steps after it.
    pub(super) fn reference(&self, name: &Arc<str>, steps: &[Step], span: Span, scope: Scope<'_>) -> Value {
        if let Some(value) = scope.bound(name).cloned() {
            return self.walk(value, steps, scope);
        }
        if scope.is_template_file {
            return error(span, format!("the template has no variable `{name}`"));
        }
        let Some((first, rest)) = named(steps) else {
            return error(span, format!("`{name}` refers to nothing here"));
        };
        if let Some(environment) = &scope.module.environment {
            return self.terragrunt_reference(environment, name, first, rest, span, scope);
        }
        match &**name {
            "var" => self.walk(self.variable(scope.module, first, span), rest, scope),
            "local" => self.walk(self.local(scope.module, first, span), rest, scope),
            "each" | "count" => self.walk(repetition(name, first, span, scope), rest, scope),
            "path" => self.walk(self.path(first, scope), rest, scope),
            "module" => self.module_reference(first, rest, span, scope),
            "data" => match named(rest) {
                Some((second, rest)) => self.resource_reference(Mode::Data, first, second, rest, span, scope),
                None => error(span, format!("`data.{first}` needs a name")),
            },
            "terraform" | "self" | "ephemeral" | "action" | "provider" => {
                let unknown = Unknown::new(format!("{name}.{first}"), Reason::Deployment).at(span);
                self.walk(unknown.into(), rest, scope)
            }
            "resource" => match named(rest) {
                Some((second, rest)) => {
                    self.resource_reference(Mode::Managed, first, second, rest, span, scope)
                }
                None => error(span, format!("`resource.{first}` needs a name")),
            },
            _ => self.resource_reference(Mode::Managed, name, first, rest, span, scope),
        }
    }

    pub(super) fn local(&self, module: &super::ModuleInstance, name: &Arc<str>, span: Span) -> Value {
        let Some(expression) = module.module.local(name) else {
            return error(span, format!("there is no local value `{name}`"));
        };
        match module.locals.borrow().get(name) {
            Some(Memo::Done(value)) => return value.clone(),
            Some(Memo::Evaluating) => return error(span, format!("local.{name} refers to itself")),
            None => {}
        }
        module.locals.borrow_mut().insert(Arc::clone(name), Memo::Evaluating);
        let value = self.bounded(self.evaluate(expression, Scope::of(module)), expression.span);
        module.locals.borrow_mut().insert(Arc::clone(name), Memo::Done(value.clone()));
        value
    }

    fn path(&self, name: &str, scope: Scope<'_>) -> Value {
        match name {
            "root" => Value::string("."),
            "module" => Value::string(self.relative_module_path(&scope.module.module.directory)),
            _ => Unknown::new(format!("path.{name}"), Reason::Deployment).into(),
        }
    }

    fn resource_reference(
        &self,
        mode: Mode,
        resource_type: &Arc<str>,
        name: &Arc<str>,
        steps: &[Step],
        span: Span,
        scope: Scope<'_>,
    ) -> Value {
        let module = scope.module;
        let Some(resource) = module.module.resource(mode, resource_type, name) else {
            let prefix = if mode == Mode::Data { "data." } else { "" };
            return error(span, format!("`{prefix}{resource_type}.{name}` is not declared"));
        };
        let block = &module.module.resources[resource];
        let Some(instances) = self.resource_instances(module, resource) else {
            return error(span, format!("{}{} refers to itself", module.prefix, block.address()));
        };
        let instances = self.named_instances(module, resource, instances, steps, scope);
        self.block_reference(
            &Block {
                address: format!("{}{}", module.prefix, block.address()),
                has_count: block.count.is_some(),
                has_for_each: block.for_each.is_some(),
                has_enabled: block.enabled.is_some(),
                instances: &instances,
                part: &|at, name, span| self.attribute(module, resource, &instances, at, name, span),
                whole: &|at, span| self.whole_resource(module, resource, &instances, at, span),
            },
            steps,
            span,
            scope,
        )
    }

    fn module_reference(&self, name: &Arc<str>, steps: &[Step], span: Span, scope: Scope<'_>) -> Value {
        let module = scope.module;
        let Some(call_index) = module.module.call(name) else {
            return error(span, format!("there is no module `{name}`"));
        };
        let call = &module.module.calls[call_index];
        let address = format!("{}module.{name}", module.prefix);
        let Some(children) = self.call_instances(module, call_index) else {
            return error(span, format!("{address} refers to itself"));
        };
        let instances: Vec<Instance> = children.iter().map(|(instance, _)| instance.clone()).collect();
        let not_on_disk =
            |at: usize| Unknown::new(format!("{address}{}", instances[at].key), Reason::NotOnDisk);
        self.block_reference(
            &Block {
                address: address.clone(),
                has_count: call.count.is_some(),
                has_for_each: call.for_each.is_some(),
                has_enabled: call.enabled.is_some(),
                instances: &instances,
                part: &|at, name, span| match children[at].1 {
                    Some(child) => self.output(&self.instance(child), name, span),
                    None => {
                        let whole = not_on_disk(at);
                        whole.derive(format!("{}.{name}", whole.identity)).at(span).into()
                    }
                },
                whole: &|at, span| match children[at].1 {
                    Some(child) => {
                        let child = self.instance(child);
                        let names = child.module.outputs.keys();
                        let outputs = Value::object(
                            names.map(|name| (Arc::clone(name), self.output(&child, name, span))).collect(),
                        );
                        match child.module.model {
                            // The module has more outputs than its model.
                            Some(_) => outputs.with_mark(Mark::AttributeOf {
                                address: not_on_disk(at).identity,
                                attribute: Arc::from(""),
                            }),
                            None => outputs,
                        }
                    }
                    None => not_on_disk(at).at(span).into(),
                },
            },
            steps,
            span,
            scope,
        )
    }

    /// Evaluates a reference to a block that may have many instances, touching no more than it names.
    fn block_reference(&self, block: &Block<'_>, steps: &[Step], span: Span, scope: Scope<'_>) -> Value {
        if !block.has_count && !block.has_for_each {
            // A block that is not enabled is null.
            let disabled = || self.walk(Value::null(), steps, scope);
            if let ([], true) = (block.instances, block.has_enabled) {
                return disabled();
            }
            let value = match (block.instances, steps.split_first()) {
                ([_], Some((step, rest))) if let StepKind::Attribute(name) = &step.kind => {
                    self.walk((block.part)(0, name, step.span), rest, scope)
                }
                ([_], _) => self.walk((block.whole)(0, span), steps, scope),
                _ => return error(span, format!("{} has no instance", block.address)),
            };
            return match block.instances {
                [one] if block.has_enabled && !one.presence.is_always() => {
                    choose([(one.presence.clone(), value), (one.presence.not(), disabled())])
                }
                _ => value,
            };
        }
        match steps.split_first() {
            Some((step, rest)) if let StepKind::Index(key) = &step.kind => {
                let key = self.evaluate(key, scope);
                self.indexed_reference(block, &key, rest, step.span, scope)
            }
            Some((step, rest))
                if let (true, StepKind::Attribute(name)) = (block.has_for_each, &step.kind) =>
            {
                let key = Value::string(Arc::clone(name));
                self.indexed_reference(block, &key, rest, step.span, scope)
            }
            // `r[*].name`, `r.*.name`: only `name` of each.
            Some((step, [attribute, rest @ ..]))
                if let (true, StepKind::FullSplat | StepKind::AttributeSplat, StepKind::Attribute(name)) =
                    (block.has_count, &step.kind, &attribute.kind) =>
            {
                let full = matches!(step.kind, StepKind::FullSplat);
                let run = if full {
                    rest.len()
                } else {
                    rest.iter().take_while(|step| matches!(step.kind, StepKind::Attribute(_))).count()
                };
                let (count, into) = (block.instances.len(), &steps[1..2 + run]);
                let all = self.collection_once(&block.address, count, into, scope, || {
                    self.charge_steps(count);
                    Self::collection(block, |at| {
                        self.walk((block.part)(at, name, attribute.span), &rest[..run], scope)
                    })
                });
                self.walk(all, &rest[run..], scope)
            }
            _ => {
                let count = block.instances.len();
                let all = self.collection_once(&block.address, count, &[], scope, || {
                    self.charge_steps(count);
                    Self::collection(block, |at| (block.whole)(at, span))
                });
                self.walk(all, steps, scope)
            }
        }
    }

    fn indexed_reference(
        &self,
        block: &Block<'_>,
        key: &Value,
        steps: &[Step],
        span: Span,
        scope: Scope<'_>,
    ) -> Value {
        lift(std::slice::from_ref(key), |key| {
            let key = &key[0];
            if key.as_unknown().is_some_and(|unknown| unknown.error_message().is_some()) {
                return key.clone();
            }
            let Some(at) = find_instance(block, key) else {
                let symbolic =
                    block.instances.iter().find(|instance| matches!(instance.key, Key::Unknown(_)));
                if symbolic.is_some() || !key.is_wholly_known() {
                    let identity = format!("{}[{}]", block.address, crate::value::describe(key));
                    let unknown = match key.first_unknown() {
                        Some(unknown) => unknown.derive(identity),
                        None => Unknown::new(identity, Reason::Deployment).at(span),
                    };
                    return self.walk(unknown.into(), steps, scope);
                }
                let shown = crate::value::describe(key);
                return error(span, format!("{} has no instance with the key {shown}", block.address));
            };
            let value = match steps.split_first() {
                Some((step, rest)) if let StepKind::Attribute(name) = &step.kind => {
                    self.walk((block.part)(at, name, step.span), rest, scope)
                }
                _ => self.walk((block.whole)(at, span), steps, scope),
            };
            let presence = &block.instances[at].presence;
            let absent = || error(span, format!("{}{} is not there", block.address, block.instances[at].key));
            if presence.is_always() {
                value
            } else {
                choose([(presence.clone(), value), (presence.not(), absent())])
            }
        })
    }

    /// All instances together: a tuple for `count`, an object for `for_each`; a choice between collections
    /// when not all of them always exist.
    fn collection(block: &Block<'_>, part: impl Fn(usize) -> Value) -> Value {
        let mut listed = block.instances.iter().enumerate().filter(|(_, instance)| !instance.is_named);
        if let (Some((at, instance)), None) = (listed.next(), listed.next())
            && let (Key::Unknown(identity), true) = (&instance.key, block.has_for_each)
        {
            let over = Arc::clone(identity);
            let over = instance.stands_for.clone().map_or(over, |words| strip_every(&words));
            return Data::Each(Arc::new(Each {
                over,
                key: instance.each_key.clone(),
                element: part(at),
                when: instance.presence.clone(),
            }))
            .into();
        }
        if block.has_for_each && block.instances.iter().any(|one| matches!(one.key, Key::Unknown(_))) {
            let unknown = block.instances.iter().find_map(|one| one.each_key.first_unknown());
            return match unknown {
                Some(unknown) => {
                    let open = unknown.derive(block.address.clone());
                    let are_there = |one: &Instance| one.stands_for.is_none() && one.presence.is_always();
                    let instances = block.instances.iter().enumerate().filter(|(_, one)| !one.is_named);
                    if !instances.clone().all(|(_, one)| are_there(one)) {
                        return open.into();
                    }
                    let entries = instances.map(|(at, one)| (one.each_key.clone(), part(at))).collect();
                    open.with_entries(entries).into()
                }
                None => Unknown::new(block.address.clone(), Reason::Deployment).into(),
            };
        }
        let mut variants: Vec<(Condition, Vec<usize>)> = vec![(Condition::always(), Vec::new())];
        for (at, instance) in block.instances.iter().enumerate() {
            let mut next = Vec::with_capacity(variants.len());
            for (condition, kept) in variants {
                let without = condition.and(&instance.presence.not());
                let with = condition.and(&instance.presence);
                if !without.is_never() {
                    next.push((without, kept.clone()));
                }
                if !with.is_never() {
                    let mut kept = kept;
                    kept.push(at);
                    next.push((with, kept));
                }
            }
            variants = next;
            if variants.len() > crate::value::MAX_ALTERNATIVES {
                let words = format!("which instances of {} exist hangs on too many inputs", block.address);
                return Unknown::new(block.address.clone(), Reason::Unsupported(words.into())).into();
            }
        }
        let parts: Vec<Value> = (0..block.instances.len()).map(part).collect();
        choose(variants.into_iter().map(|(condition, kept)| {
            let collection = if block.has_for_each {
                let entries = kept.iter().filter_map(|at| match &block.instances[*at].key {
                    Key::Name(name) => Some((Arc::clone(name), parts[*at].clone())),
                    _ => None,
                });
                Value::object(entries.collect::<BTreeMap<_, _>>())
            } else {
                Value::tuple(kept.iter().map(|at| parts[*at].clone()).collect())
            };
            (condition, collection)
        }))
    }

    /// An output of a module instance.
    pub(super) fn output(&self, module: &Rc<super::ModuleInstance>, name: &Arc<str>, span: Span) -> Value {
        let Some(output) = module.module.outputs.get(name) else {
            let address = module.prefix.trim_end_matches('.');
            // The module has more outputs than its model.
            if module.module.model.is_some() {
                return Unknown::new(format!("{address}.{name}"), Reason::NotOnDisk).at(span).into();
            }
            return error(span, format!("{address} has no output `{name}`"));
        };
        match module.outputs.borrow().get(name) {
            Some(Memo::Done(value)) => return value.clone(),
            Some(Memo::Evaluating) => return error(span, format!("output {name} refers to itself")),
            None => {}
        }
        module.outputs.borrow_mut().insert(Arc::clone(name), Memo::Evaluating);
        let mut value = match &output.value {
            Some(expression) => self.bounded(self.evaluate(expression, Scope::of(module)), expression.span),
            None => error(output.header, format!("output `{name}` has no value")),
        };
        if output.sensitive {
            value = value.with_mark(Mark::Sensitive);
        }
        module.outputs.borrow_mut().insert(Arc::clone(name), Memo::Done(value.clone()));
        value
    }
}

/// The name of the first step, `.name`, and the steps after it.
fn named(steps: &[Step]) -> Option<(&Arc<str>, &[Step])> {
    let (first, rest) = steps.split_first()?;
    match &first.kind {
        StepKind::Attribute(name) => Some((name, rest)),
        _ => None,
    }
}

fn repetition(name: &str, part: &str, span: Span, scope: Scope<'_>) -> Value {
    match (name, part, scope.repetition) {
        ("each", "key", Some(instance)) if !matches!(instance.key, Key::Single | Key::Index(_)) => {
            instance.each_key.clone()
        }
        ("each", "value", Some(instance)) if !matches!(instance.key, Key::Single | Key::Index(_)) => {
            instance.each_value.clone()
        }
        ("count", "index", Some(instance)) if matches!(instance.key, Key::Index(_)) => {
            instance.each_key.clone()
        }
        _ => error(span, format!("`{name}.{part}` has no meaning here")),
    }
}

fn find_instance(block: &Block<'_>, key: &Value) -> Option<usize> {
    let wanted = match &key.data {
        Data::Unknown(unknown) => Key::Unknown(Arc::clone(&unknown.identity)),
        _ if block.has_count => match convert(key, &Type::Number).ok()?.data {
            Data::Number(number) => Key::Index(usize::try_from(number.as_i64()?).ok()?),
            _ => return None,
        },
        _ => match convert(key, &Type::String).ok()?.data {
            Data::String(name) => Key::Name(name),
            _ => return None,
        },
    };
    block.instances.iter().position(|instance| instance.key == wanted)
}

/// "every key of var.users" is over `var.users`.
fn strip_every(words: &str) -> Arc<str> {
    words.split_once(" of ").map_or(words, |(_, over)| over).into()
}
