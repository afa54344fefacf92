//! Strings with interpolations and directives, and template files.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::source::Span;
use crate::syntax::hcl::{self, TemplatePart};
use crate::value::{Data, Marks, Type, Unknown, Value, convert, describe, hoist, lift};

use super::{Binding, Evaluator, Scope, error};

/// Longest text that a template may make (bytes).
const MAX_TEXT: usize = 16 * 1024 * 1024;

/// Bytes of a template's text whose parsing counts for one step: its tree is larger than its text.
const TEMPLATE_BYTES_PER_STEP: usize = 4;

/// Templates of files and texts that were parsed, by name and text, and what is wrong with them.
pub(super) type Templates = HashMap<(Arc<str>, Arc<str>), Result<Rc<hcl::Expression>, String>>;

impl Evaluator<'_> {
    /// The text of a template. One part that is unknown makes the text unknown; what it would read like is
    /// its identity.
    pub(super) fn template(&self, parts: &[TemplatePart], span: Span, scope: Scope<'_>) -> Value {
        let pieces: Vec<Value> = parts.iter().map(|part| self.template_part(part, span, scope)).collect();
        let text = lift(&pieces, |pieces| join(pieces, span));
        self.charge_text(&text);
        text
    }

    fn template_part(&self, part: &TemplatePart, span: Span, scope: Scope<'_>) -> Value {
        match part {
            TemplatePart::Literal(text) => Value::string(Arc::clone(text)),
            TemplatePart::Interpolation(inner) => {
                let value = hoist(&self.evaluate(inner, scope));
                lift(&[value], |value| text_of(&value[0], inner.span))
            }
            TemplatePart::If { condition, then, otherwise } => {
                let decided = self.evaluate(condition, scope);
                let taints = decided.marks.faint();
                let holds = match super::operators::condition_of(&decided, span) {
                    Ok(holds) => holds,
                    Err(failure) => return failure,
                };
                let mut arms = Vec::new();
                if !holds.is_never() {
                    arms.push((holds.clone(), self.template(then, span, scope)));
                }
                if !holds.is_always() {
                    arms.push((holds.not(), self.template(otherwise, span, scope)));
                }
                crate::value::choose(arms).with_marks(&taints)
            }
            TemplatePart::For { key, value, collection, body } => {
                let collection_value = self.evaluate(collection, scope);
                let taints = collection_value.marks.taints();
                let text = lift(&[collection_value], |collection_value| {
                    self.template_for(key.as_ref(), value, &collection_value[0], body, collection.span, scope)
                });
                text.with_marks(&taints)
            }
        }
    }

    fn template_for(
        &self,
        key_name: Option<&Arc<str>>,
        value_name: &str,
        collection: &Value,
        body: &[TemplatePart],
        span: Span,
        scope: Scope<'_>,
    ) -> Value {
        let Some(entries) = super::for_expression::entries(collection) else {
            return match &collection.data {
                Data::Unknown(unknown) if unknown.error_message().is_some() => collection.clone(),
                Data::Unknown(_) | Data::Each(_) => {
                    collection.derived(format!("%{{for … in {}}}", describe(collection)))
                }
                _ => error(span, format!("{} cannot be iterated", describe(collection))),
            };
        };
        self.charge(entries.len());
        let pieces: Vec<Value> = entries
            .into_iter()
            .map(|(key, value)| {
                let outer = Binding { name: value_name, value, outer: scope.bindings };
                let with_value = scope.bind(&outer);
                match key_name {
                    Some(name) => {
                        let inner = Binding { name, value: key, outer: Some(&outer) };
                        self.template(body, span, with_value.bind(&inner))
                    }
                    None => self.template(body, span, with_value),
                }
            })
            .collect();
        lift(&pieces, |pieces| join(pieces, span))
    }

    /// Evaluates the text of a template file: only the variables given exist in it.
    pub(super) fn template_file(
        &self,
        text: &str,
        name: &str,
        variables: &Value,
        span: Span,
        scope: Scope<'_>,
    ) -> Value {
        let expression = match self.parsed_template(text, name) {
            Ok(expression) => expression,
            Err(message) => return error(span, format!("template {name}: {message}")),
        };
        let Some(entries) = variables.entries() else {
            return match &variables.data {
                Data::Unknown(_) => variables.derived(format!("templatefile({name:?}, …)")),
                _ => error(span, "the variables of a template must be an object"),
            };
        };
        if let Some(name) = entries.keys().find(|name| !is_identifier(name)) {
            return error(span, format!("{name:?} is not a name that a template can use"));
        }
        let isolated = Scope { bindings: None, is_template_file: true, ..scope };
        let rendered = self.with_variables(&mut entries.iter(), isolated, &expression);
        lift(&[rendered], |rendered| {
            if rendered[0].is_null() {
                return error(span, format!("template {name} results in null"));
            }
            rendered[0].clone()
        })
    }

    /// The expression of a template's text. The same template in a loop is parsed and kept once.
    fn parsed_template(&self, text: &str, name: &str) -> Result<Rc<hcl::Expression>, String> {
        let key = (Arc::from(name), Arc::from(text));
        if let Some(known) = self.templates.borrow().get(&key) {
            return known.clone();
        }
        self.charge_steps(text.len() / TEMPLATE_BYTES_PER_STEP);
        let file = self.workspace.files.add(name, text);
        let parsed = hcl::parse_template(file, 0, text).map(Rc::new).map_err(|notice| notice.message);
        self.templates.borrow_mut().insert(key, parsed.clone());
        parsed
    }

    /// Binds the entries one inside the other, then evaluates.
    fn with_variables(
        &self,
        entries: &mut dyn Iterator<Item = (&Arc<str>, &Value)>,
        scope: Scope<'_>,
        expression: &hcl::Expression,
    ) -> Value {
        match entries.next() {
            None => self.evaluate(expression, scope),
            Some((name, value)) => {
                let binding = Binding { name, value: value.clone(), outer: scope.bindings };
                self.with_variables(entries, scope.bind(&binding), expression)
            }
        }
    }
}

fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|one| one.is_alphanumeric() || one == '_' || one == '-')
}

/// A value as text inside a template; unknowns and errors stay.
fn text_of(value: &Value, span: Span) -> Value {
    if value.is_null() {
        return error(span, "a null value in a template");
    }
    match convert(value, &Type::String) {
        Ok(text) => text,
        Err(message) => error(span, message),
    }
}

fn join(pieces: &[Value], span: Span) -> Value {
    let mut marks = Marks::default();
    for piece in pieces {
        marks.extend(&piece.marks.taints());
    }
    if let Some(failure) = pieces
        .iter()
        .find(|piece| piece.as_unknown().is_some_and(|unknown| unknown.error_message().is_some()))
    {
        return failure.clone();
    }
    let length: usize = pieces.iter().filter_map(Value::as_str).map(str::len).sum();
    if length > MAX_TEXT {
        return error(span, "the text of this template is longer than 16 MiB");
    }
    if let Some(unknown) = pieces.iter().find_map(Value::as_unknown) {
        return Value::from(open_text(pieces, unknown)).with_marks(&marks);
    }
    // One piece alone is that very value: `"${aws_iam_user.a.name}"` still names the user.
    let filled: Vec<&Value> = pieces.iter().filter(|piece| piece.as_str() != Some("")).collect();
    if let [only] = filled.as_slice() {
        return (*only).clone();
    }
    let text: String = pieces.iter().filter_map(Value::as_str).collect();
    Value::string(text).with_marks(&marks)
}

fn open_text(pieces: &[Value], unknown: &Unknown) -> Unknown {
    let mut identity = String::from("\"");
    for piece in pieces {
        match &piece.data {
            Data::String(text) => identity.push_str(text),
            _ => {
                let words = describe(piece);
                // A template inside a template reads as one.
                match words.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
                    Some(inner) => identity.push_str(inner),
                    None => {
                        identity.push_str("${");
                        identity.push_str(&words);
                        identity.push('}');
                    }
                }
            }
        }
    }
    identity.push('"');
    let mut derived = unknown.derive(identity).typed(Type::String);
    derived.suffix = pieces.last().and_then(Value::as_str).map(Arc::from);
    derived
}
