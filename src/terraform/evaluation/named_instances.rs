//! Instances of a block whose `for_each` is unknown that the code names by a key of their own: where
//! `aws_iam_user.u["alice"]` is used, `alice` is among the keys.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::source::Span;
use crate::syntax::hcl::{Step, StepKind};
use crate::value::{Value, describe};

use super::instances::{Instance, Key, MAX_INSTANCES};
use super::module_instance::ModuleInstance;
use super::{Evaluator, Scope, access};

impl Evaluator<'_> {
    /// The instances of a resource, with those that a reference names by a known key.
    pub(super) fn named_instances(
        &self,
        module: &ModuleInstance,
        resource: usize,
        instances: Rc<Vec<Instance>>,
        steps: &[Step],
        scope: Scope<'_>,
    ) -> Rc<Vec<Instance>> {
        let Some(for_each) = &module.module.resources[resource].for_each else { return instances };
        let Some(every) = instances.iter().find(|instance| instance.stands_for.is_some()) else {
            return instances;
        };
        let Some((StepKind::Index(key), span)) = steps.first().map(|step| (&step.kind, step.span)) else {
            return instances;
        };
        let mut named = Vec::clone(&instances);
        for (_, key) in self.evaluate(key, scope).alternatives() {
            let Some(name) = key.as_str() else { continue };
            let wanted = Key::Name(name.into());
            if named.iter().any(|instance| instance.key == wanted) || named.len() >= MAX_INSTANCES {
                continue;
            }
            // In a set the key is the value.
            let value = if every.each_key == every.each_value {
                key.clone()
            } else {
                let collection = self.evaluate(for_each, Scope::of(module));
                access::index(&collection, &key, span)
            };
            self.once.borrow_mut().forget();
            self.named.borrow_mut().push((module.id, resource, named.len()));
            named.push(Instance {
                key: wanted,
                each_key: key,
                each_value: value,
                presence: every.presence.clone(),
                stands_for: None,
                is_named: true,
                address: OnceCell::new(),
            });
        }
        if named.len() == instances.len() {
            return instances;
        }
        let named = Rc::new(named);
        module.resources.borrow_mut().insert(resource, Some(Rc::clone(&named)));
        named
    }

    /// A value that is another one each time: no two evaluations have one identity.
    pub(super) fn made_anew(&self, value: Value) -> Value {
        let number = self.generated.get() + 1;
        self.generated.set(number);
        match value.as_unknown() {
            Some(unknown) if number > 1 => {
                let identity = format!("{} #{number}", unknown.identity);
                let mut other = unknown.clone();
                other.identity = identity.into();
                Value::from(other).with_marks(&value.marks)
            }
            _ => value,
        }
    }
}

/// The end of the ARN of a user, which its path and name decide.
pub fn arn_end(path: &Value, name: &Value) -> Option<Arc<str>> {
    Some(format!(":user{}{}", path.as_str()?, name.as_str()?).into())
}

/// `split` and `basename` of an ARN whose end is known: no slash comes before its resource part.
pub fn part_of_arn(function: &str, arguments: &[Value], span: Span) -> Option<Value> {
    let (argument, separator) = match (function, arguments) {
        ("split", [separator, text]) => (text, separator.as_str()?),
        ("basename", [text]) => (text, "/"),
        _ => return None,
    };
    let unknown = argument.as_unknown()?;
    let address = argument.marks.iter().find_map(|mark| match mark {
        crate::value::Mark::AttributeOf { address, attribute } if &**attribute == "arn" => Some(address),
        _ => None,
    })?;
    let end = unknown.suffix.as_deref().filter(|end| end.starts_with(":user"))?;
    if separator != "/" {
        return None;
    }
    let is_the_user = |text: &str| {
        let mark = crate::value::Mark::AttributeOf { address: Arc::clone(address), attribute: "name".into() };
        Value::string(text).with_mark(mark).with_marks(&argument.marks.taints())
    };
    let parts: Vec<&str> = end.split('/').collect();
    let (last, before) = parts.split_last()?;
    if function == "basename" {
        return Some(is_the_user(last));
    }
    let first = unknown.derive(format!("split(\"/\", {})[0]", describe(argument))).at(span);
    let mut elements = vec![Value::from(first)];
    elements.extend(before.iter().skip(1).map(|part| Value::string(*part)));
    elements.push(is_the_user(last));
    Some(Value::list(elements).with_marks(&argument.marks.taints()))
}

/// Module instance, resource and instance of each that was named.
pub type Named = Vec<(usize, usize, usize)>;
