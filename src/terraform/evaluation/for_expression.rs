//! `[for …]` and `{for …}`, over known, chosen and unknown collections.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::source::Span;
use crate::syntax::hcl::{Expression, ForExpression};
use crate::value::{
    Condition, Data, Each, MAX_ALTERNATIVES, Marks, Type, Unknown, Value, choose, convert, describe, lift,
};

use super::operators::condition_of;
use super::{Binding, Evaluator, Scope, access, error};

/// One result of a `for`: when it is there, its key (for `{for …}`), its value.
struct Produced {
    when: Condition,
    key: Option<Value>,
    value: Value,
}

impl Evaluator<'_> {
    pub(super) fn for_expression(&self, node: &ForExpression, span: Span, scope: Scope<'_>) -> Value {
        let collection = self.evaluate(&node.collection, scope);
        let taints = collection.marks.taints();
        let result = lift(&[collection], |collection| self.for_over(node, &collection[0], span, scope));
        self.bounded(result, span).with_marks(&taints)
    }

    fn for_over(&self, node: &ForExpression, collection: &Value, span: Span, scope: Scope<'_>) -> Value {
        if let Some(entries) = entries(collection) {
            self.charge(entries.len());
            let mut produced = Vec::with_capacity(entries.len());
            let mut taints = Marks::default();
            for (key, value) in entries {
                match self.produce(node, key, value, &mut taints, scope) {
                    Ok(Some(result)) => produced.push(result),
                    Ok(None) => {}
                    Err(failure) => return failure,
                }
            }
            return assemble(node, &produced, span).with_marks(&taints);
        }
        let (over, key, element, when) = match &collection.data {
            Data::Unknown(unknown) if unknown.error_message().is_some() => return collection.clone(),
            Data::Unknown(unknown)
                if matches!(unknown.of_type.as_deref(), Some(Type::Bool | Type::Number | Type::String)) =>
            {
                return error(span, format!("{} cannot be iterated", unknown.identity));
            }
            Data::Unknown(unknown) => (
                Arc::clone(&unknown.identity),
                access::key_of(unknown),
                access::element_of(unknown),
                Condition::always(),
            ),
            Data::Each(each) => {
                let key = if each.key.is_null() {
                    each.element.derived(format!("each index of {}", each.over))
                } else {
                    each.key.clone()
                };
                (Arc::clone(&each.over), key, each.element.clone(), each.when.clone())
            }
            Data::Null => return error(span, "a null value cannot be iterated"),
            _ => return error(span, format!("{} cannot be iterated", describe(collection))),
        };
        match self.produce(node, key, element, &mut Marks::default(), scope) {
            Ok(Some(result)) => Data::Each(Arc::new(Each {
                over,
                key: result.key.unwrap_or_else(Value::null),
                element: result.value,
                when: when.and(&result.when),
            }))
            .into(),
            Ok(None) if node.result_key.is_some() => Value::object(BTreeMap::new()),
            Ok(None) => Value::tuple(Vec::new()),
            Err(failure) => failure,
        }
    }

    /// Evaluates condition, key and value for one element; `None` when it is filtered out. The whole result is
    /// as sensitive as its conditions and keys.
    fn produce(
        &self,
        node: &ForExpression,
        key: Value,
        value: Value,
        taints: &mut Marks,
        scope: Scope<'_>,
    ) -> Result<Option<Produced>, Value> {
        let outer = Binding { name: &node.value, value, outer: scope.bindings };
        let inner = node.key.as_ref().map(|name| Binding { name, value: key, outer: Some(&outer) });
        let scope = scope.bind(inner.as_ref().unwrap_or(&outer));
        let when = match &node.condition {
            Some(condition) => {
                let decided = self.evaluate(condition, scope);
                taints.extend(&decided.marks.faint());
                condition_of(&decided, condition.span)?
            }
            None => Condition::always(),
        };
        if when.is_never() {
            return Ok(None);
        }
        let key = node.result_key.as_ref().map(|key| self.evaluate(key, scope));
        if let Some(key) = &key {
            taints.extend(&key.marks.faint());
        }
        Ok(Some(Produced { when, key, value: self.evaluate(&node.result_value, scope) }))
    }
}

/// The keys and values of a known collection in iteration order; `None` when it is none.
pub(super) fn entries(collection: &Value) -> Option<Vec<(Value, Value)>> {
    match &collection.data {
        Data::List(elements) | Data::Tuple(elements) => {
            let index = |at: usize| Value::integer(i64::try_from(at).unwrap_or(i64::MAX));
            Some(elements.iter().enumerate().map(|(at, element)| (index(at), element.clone())).collect())
        }
        Data::Set(elements) => {
            Some(elements.iter().map(|element| (element.clone(), element.clone())).collect())
        }
        Data::Map(entries) | Data::Object(entries) => {
            Some(entries.iter().map(|(key, value)| (Value::string(Arc::clone(key)), value.clone())).collect())
        }
        Data::Unknown(unknown) if !unknown.entries.is_empty() => Some(unknown.entries.to_vec()),
        _ => None,
    }
}

/// The collection that the results make: one for each combination of filters that is possible.
fn assemble(node: &ForExpression, produced: &[Produced], span: Span) -> Value {
    let mut variants: Vec<(Condition, Vec<&Produced>)> = vec![(Condition::always(), Vec::new())];
    for one in produced {
        if one.when.is_always() {
            for (_, kept) in &mut variants {
                kept.push(one);
            }
            continue;
        }
        let mut next = Vec::with_capacity(variants.len() * 2);
        for (condition, kept) in variants {
            let (with, without) = (condition.and(&one.when), condition.and(&one.when.not()));
            if !without.is_never() {
                next.push((without, kept.clone()));
            }
            if !with.is_never() {
                let mut kept = kept;
                kept.push(one);
                next.push((with, kept));
            }
        }
        variants = next;
        if variants.len() > MAX_ALTERNATIVES {
            let reason =
                format!("`for` keeps elements by more than {MAX_ALTERNATIVES} combinations of unknowns");
            let unknown =
                crate::value::Unknown::new(reason.clone(), crate::value::Reason::Unsupported(reason.into()));
            return unknown.at(span).into();
        }
    }
    choose(variants.into_iter().map(|(condition, kept)| {
        let collection = match &node.result_key {
            Some(key) => object(key, node.group, &kept),
            None => Value::tuple(kept.into_iter().map(|one| one.value.clone()).collect()),
        };
        (condition, collection)
    }))
}

/// Keys as the texts that they become.
pub(super) fn text_keys(keys: &[Value]) -> impl Iterator<Item = Value> {
    keys.iter()
        .map(|key| convert(key, &Type::String).unwrap_or_else(|message| Unknown::error(message).into()))
}

fn object(key: &Expression, group: bool, kept: &[&Produced]) -> Value {
    let keys: Vec<Value> = kept.iter().filter_map(|one| one.key.clone()).collect();
    lift(&keys, |keys| {
        let mut fields: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        let mut groups: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
        for (name, one) in keys.iter().zip(kept) {
            let name = match convert(name, &Type::String).map(|name| name.data) {
                Ok(Data::String(name)) => name,
                Ok(Data::Unknown(unknown)) if unknown.error_message().is_some() => {
                    return Data::Unknown(unknown).into();
                }
                Ok(Data::Unknown(unknown)) => {
                    let open = unknown.derive(format!("{{for … : {} => …}}", unknown.identity));
                    if group {
                        return open.into();
                    }
                    let values = kept.iter().map(|one| one.value.clone());
                    return open.with_entries(text_keys(keys).zip(values).collect()).into();
                }
                _ => return error(key.span, "the key of each result must be a string"),
            };
            if group {
                groups.entry(name).or_default().push(one.value.clone());
            } else if fields.insert(Arc::clone(&name), one.value.clone()).is_some() {
                return error(key.span, format!("two results have the key {name:?}"));
            }
        }
        fields.extend(groups.into_iter().map(|(name, values)| (name, Value::tuple(values))));
        Value::object(fields)
    })
}
