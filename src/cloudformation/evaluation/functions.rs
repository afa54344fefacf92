//! The intrinsic functions.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::source::Span;
use crate::value::{Data, Reason, Unknown, Value, choose, describe, hoist, lift};

use super::super::document::Node;
use super::super::scalar_text;
use super::text::{Piece, concatenate, pieces, scalar};
use super::{Stack, error};

/// Elements of a list that a function makes at most.
const MAX_ELEMENTS: usize = 10_000;

impl Stack<'_> {
    /// Calls a function; `span` is that of its arguments.
    pub(super) fn call(&self, name: &str, argument: &Node, span: Span) -> Value {
        let arguments = argument.elements().unwrap_or_default();
        match (name, arguments) {
            ("Ref", _) => match scalar_text(argument) {
                Some(name) => self.reference(&name, argument.span),
                // A loop puts a value where the name of its variable stood.
                None => self.value(argument),
            },
            ("Fn::GetAtt", _) => self.get_att(argument),
            ("Fn::Sub", [template, variables]) => self.sub(template, Some(variables)),
            ("Fn::Sub", [template]) => self.sub(template, None),
            ("Fn::Sub", _) => self.sub(argument, None),
            ("Fn::Join", [delimiter, list]) => self.join(delimiter, list, span),
            ("Fn::If", [condition, then, otherwise]) => self.choice(condition, then, otherwise),
            ("Fn::Select", [index, list]) => select(&self.value(index), &self.list(list), span),
            ("Fn::Split", [delimiter, text]) => self.split(&self.value(delimiter), &self.value(text), span),
            ("Fn::FindInMap", [map, top, second, rest @ ..]) => {
                let default = rest.first().and_then(|options| options.get("DefaultValue"));
                self.find_in_map(map, [top, second], default, span)
            }
            ("Fn::Base64", _) => base64_of(&self.value(argument), span),
            ("Fn::Length", _) => length(&self.list(argument), span),
            ("Fn::ToJsonString", _) => to_json(&self.value(argument)),
            ("Fn::Cidr", [block, rest @ ..]) => {
                let rest: Vec<Value> = rest.iter().map(|argument| self.value(argument)).collect();
                cidr(&self.value(block), &rest, span)
            }
            ("Fn::GetAZs", _) => self.later("Fn::GetAZs", argument, span),
            ("Fn::ImportValue", _) => self.import(argument, span),
            ("Fn::GetStackOutput", _) => self.later("Fn::GetStackOutput", argument, span),
            (
                "Fn::Equals"
                | "Fn::And"
                | "Fn::Or"
                | "Fn::Not"
                | "Fn::Contains"
                | "Fn::EachMemberIn"
                | "Fn::EachMemberEquals",
                _,
            ) => {
                let holds = self.condition_call(name, argument, span, "inside a value");
                choose([(holds.clone(), Value::bool(true)), (holds.not(), Value::bool(false))])
            }
            ("Fn::Transform", _) => {
                let macro_name = argument.get("Name").and_then(scalar_text).unwrap_or_else(|| "?".into());
                let reason = format!("macro {macro_name} makes it, and macros are not run");
                Unknown::new(format!("Fn::Transform {macro_name}"), Reason::Unsupported(reason.into()))
                    .at(span)
                    .into()
            }
            ("Fn::Join" | "Fn::If" | "Fn::Select" | "Fn::Split" | "Fn::FindInMap" | "Fn::Cidr", _) => {
                error(format!("`{name}` has the wrong arguments"), span)
            }
            _ => {
                let reason = format!("`{name}` is no function that is known here");
                Unknown::new(name, Reason::Unsupported(reason.into())).at(span).into()
            }
        }
    }

    /// A list argument, its choices outside.
    fn list(&self, node: &Node) -> Value {
        hoist(&self.value(node))
    }

    /// Something that is known only once the template is deployed.
    fn later(&self, name: &str, argument: &Node, span: Span) -> Value {
        let argument = self.value(argument);
        let identity = format!("{name}({})", describe(&argument));
        let unknown = Unknown::new(identity, Reason::Deployment).at(span);
        Value::from(unknown).with_marks(&argument.deep_marks().taints())
    }

    fn import(&self, argument: &Node, span: Span) -> Value {
        let name = self.value(argument);
        match name.as_str().and_then(|name| self.shared.exports.get(name)) {
            Some(value) => value.clone(),
            None => self.later("Fn::ImportValue", argument, span),
        }
    }

    fn choice(&self, condition: &Node, then: &Node, otherwise: &Node) -> Value {
        let holds = match scalar_text(condition) {
            Some(name) => self.condition(&name, condition.span),
            None => self.condition_of(condition, "of an `Fn::If`"),
        };
        // What is never asked for is not evaluated: it may well be refused.
        if holds.is_always() {
            return self.value(then);
        }
        if holds.is_never() {
            return self.value(otherwise);
        }
        choose([(holds.clone(), self.value(then)), (holds.not(), self.value(otherwise))])
    }

    fn join(&self, delimiter: &Node, list: &Node, span: Span) -> Value {
        let Some(delimiter) = scalar_text(delimiter) else {
            return error("the delimiter of `Fn::Join` has to be plain text", delimiter.span);
        };
        let list = self.list(list);
        lift(&[list], |lists| {
            let list = &lists[0];
            let Some(elements) = list.elements() else {
                return match list.as_unknown() {
                    Some(unknown) if unknown.error_message().is_none() => {
                        let text = format!("Fn::Join({:?}, {})", &*delimiter, unknown.identity);
                        Value::from(unknown.derive(text)).with_marks(&list.marks.taints())
                    }
                    Some(_) => list.clone(),
                    None => error("`Fn::Join` takes a list", span),
                };
            };
            let delimiter = Value::string(Arc::clone(&delimiter));
            let mut pieces = Vec::with_capacity(elements.len() * 2);
            for element in elements.iter().filter(|element| !element.is_null()) {
                if !pieces.is_empty() {
                    pieces.push(delimiter.clone());
                }
                pieces.push(element.clone());
            }
            concatenate(&pieces, span).with_marks(&list.marks.taints())
        })
    }

    fn split(&self, delimiter: &Value, text: &Value, span: Span) -> Value {
        lift(&[delimiter.clone(), text.clone()], |arguments| {
            let (delimiter, text) = (&arguments[0], &arguments[1]);
            let Some(delimiter) = scalar(delimiter).filter(|delimiter| !delimiter.is_empty()) else {
                return error("the delimiter of `Fn::Split` has to be text", span);
            };
            let taints = text.marks.taints();
            match (scalar(text), text.as_unknown()) {
                (Some(known), _) => {
                    let parts = known.split(&*delimiter).take(MAX_ELEMENTS);
                    Value::list(parts.map(|part| Value::string(part).with_marks(&taints)).collect())
                }
                (None, Some(unknown)) if unknown.error_message().is_none() => {
                    let parts = (&*delimiter == "/").then(|| self.parts_of_arn(text)).flatten();
                    parts.unwrap_or_else(|| {
                        text.derived(format!("Fn::Split({delimiter:?}, {})", unknown.identity))
                    })
                }
                _ => error("`Fn::Split` takes a text", span),
            }
        })
    }

    fn sub(&self, template: &Node, variables: Option<&Node>) -> Value {
        let Some(text) = scalar_text(template) else {
            return error("`Fn::Sub` takes a text", template.span);
        };
        let literal = |text: &str| {
            if text.is_empty() { Value::string("") } else { self.written(Value::string(text), template.span) }
        };
        let mut known: BTreeMap<&str, Value> = BTreeMap::new();
        let pieces: Vec<Value> = pieces(&text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) => literal(text),
                Piece::Reference(name) => known
                    .entry(name)
                    .or_insert_with(|| {
                        if let Some(value) = variables.and_then(|variables| variables.get(name)) {
                            return self.value(value);
                        }
                        match name.split_once('.') {
                            Some((resource, attribute)) => self.attribute(resource, attribute, template.span),
                            None => self.reference(name, template.span),
                        }
                    })
                    .clone(),
            })
            .collect();
        concatenate(&pieces, template.span)
    }
}

fn select(index: &Value, list: &Value, span: Span) -> Value {
    lift(&[index.clone(), list.clone()], |arguments| {
        let (index, list) = (&arguments[0], &arguments[1]);
        let Some(elements) = list.elements() else {
            return match list.as_unknown() {
                Some(unknown) if unknown.error_message().is_some() => list.clone(),
                _ => list.derived(format!("Fn::Select({}, {})", describe(index), describe(list))),
            };
        };
        let present: Vec<&Value> = elements.iter().filter(|element| !element.is_null()).collect();
        match scalar(index).map(|text| text.trim().parse::<usize>()) {
            Some(Ok(at)) => match present.get(at) {
                Some(element) => (*element).clone().with_marks(&list.marks.taints()),
                None => error(format!("`Fn::Select` asks for element {at} of {}", present.len()), span),
            },
            Some(Err(_)) => error("the index of `Fn::Select` is no whole number", span),
            None => index.derived(format!("Fn::Select({}, {})", describe(index), describe(list))),
        }
    })
}

fn base64_of(value: &Value, span: Span) -> Value {
    lift(std::slice::from_ref(value), |arguments| {
        let value = &arguments[0];
        let marks = value.deep_marks().taints();
        match scalar(value) {
            Some(text) => Value::string(STANDARD.encode(text.as_bytes())).with_marks(&marks),
            None if value.as_unknown().is_some() => value.derived(format!("Fn::Base64({})", describe(value))),
            None => error("`Fn::Base64` takes a text", span),
        }
    })
}

fn length(list: &Value, span: Span) -> Value {
    lift(std::slice::from_ref(list), |arguments| {
        let list = &arguments[0];
        match (list.elements(), list.entries(), list.as_unknown()) {
            (Some(elements), ..) => {
                let count = elements.iter().filter(|element| !element.is_null()).count();
                Value::integer(i64::try_from(count).unwrap_or(i64::MAX))
            }
            (_, Some(entries), _) => Value::integer(i64::try_from(entries.len()).unwrap_or(i64::MAX)),
            (.., Some(_)) => list.derived(format!("Fn::Length({})", describe(list))),
            _ => error("`Fn::Length` takes a list", span),
        }
    })
}

fn to_json(value: &Value) -> Value {
    let value = hoist(value);
    lift(&[value], |arguments| {
        let value = &arguments[0];
        let marks = value.deep_marks().taints();
        if value.is_wholly_known() {
            return Value::string(json_of(value).to_string()).with_marks(&marks);
        }
        let derived = value.derived(format!("Fn::ToJsonString({})", describe(value)));
        match &derived.data {
            Data::Unknown(unknown) => {
                let mut unknown = (**unknown).clone();
                unknown.json = Some(Arc::new(value.clone()));
                Value::from(unknown).with_marks(&marks)
            }
            _ => derived,
        }
    })
}

fn json_of(value: &Value) -> serde_json::Value {
    match &value.data {
        Data::Bool(value) => (*value).into(),
        Data::Number(number) => serde_json::from_str(&number.to_string())
            .unwrap_or_else(|_| serde_json::Value::String(number.to_string())),
        Data::String(text) => serde_json::Value::String(text.to_string()),
        _ => match (value.elements(), value.entries()) {
            (Some(elements), _) => elements.iter().map(json_of).collect(),
            (_, Some(entries)) => {
                entries.iter().map(|(key, value)| (key.to_string(), json_of(value))).collect()
            }
            _ => serde_json::Value::Null,
        },
    }
}

/// The blocks of an address range: `Fn::Cidr: [block, count, bits of each]`.
fn cidr(block: &Value, rest: &[Value], span: Span) -> Value {
    let arguments: Vec<Value> = std::iter::once(block.clone()).chain(rest.iter().cloned()).collect();
    lift(&arguments, |arguments| {
        let number = |at: usize| arguments.get(at).and_then(scalar).and_then(|text| text.parse::<u8>().ok());
        let block = scalar(&arguments[0]).and_then(|text| text.parse::<ipnet::IpNet>().ok());
        let (Some(block), Some(count)) = (block, number(1).or((arguments.len() == 1).then_some(1))) else {
            let unknown = arguments.iter().find(|argument| argument.as_unknown().is_some());
            return unknown.map_or_else(
                || error("`Fn::Cidr` takes a block, a count and a number of bits", span),
                |unknown| unknown.derived(format!("Fn::Cidr({})", describe(unknown))),
            );
        };
        let bits = number(2).unwrap_or(8);
        let prefix = block.max_prefix_len().saturating_sub(bits).max(block.prefix_len());
        match block.subnets(prefix) {
            Ok(subnets) => {
                let subnets =
                    subnets.take(usize::from(count)).map(|subnet| Value::string(subnet.to_string()));
                Value::list(subnets.collect())
            }
            Err(_) => error("`Fn::Cidr` asks for blocks that are larger than the block itself", span),
        }
    })
}
