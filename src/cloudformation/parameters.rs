//! Parameters: what is declared, and what each is worth in one deployment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::source::Span;
use crate::value::{Data, MAX_TOGGLE_VALUES, Mark, Reason, Type, Unknown, Value, closed_choice, open_choice};

use super::document::{Entry, Node, NodeKind};
use super::scalar_text;

/// A declared parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Arc<str>,
    /// Where the name stands.
    pub span: Span,
    /// `String`, `CommaDelimitedList`, `AWS::SSM::Parameter::Value<String>`.
    pub type_name: Arc<str>,
    /// The default, and where it stands.
    pub default: Option<(Arc<str>, Span)>,
    /// `AllowedValues`.
    pub allowed: Vec<Arc<str>>,
    /// Where they stand.
    pub allowed_span: Option<Span>,
    /// Whether its value is hidden from whoever looks at the stack.
    pub no_echo: bool,
    /// Whether a console password refers to it: no report may show what it is or is compared with.
    pub holds_password: bool,
}

/// Texts that each parameter is compared with, by the parameter's name.
pub type Comparisons = BTreeMap<Arc<str>, BTreeSet<Arc<str>>>;

impl Parameter {
    /// Reads a declaration.
    pub fn read(entry: &Entry) -> Self {
        let text = |key: &str| entry.value.get(key).and_then(scalar_text);
        let allowed = entry.value.get("AllowedValues").and_then(Node::elements).unwrap_or_default();
        let default = entry.value.entry("Default");
        Self {
            name: Arc::clone(&entry.key),
            span: entry.key_span,
            type_name: text("Type").unwrap_or_else(|| "String".into()),
            default: default.and_then(|default| {
                let text = scalar_text(&default.value).or_else(|| joined(&default.value))?;
                Some((text, default.value.span))
            }),
            allowed: allowed.iter().filter_map(scalar_text).collect(),
            allowed_span: entry.value.get("AllowedValues").map(|values| values.span),
            no_echo: text("NoEcho").is_some_and(|text| text.eq_ignore_ascii_case("true")),
            holds_password: false,
        }
    }

    /// Whether its value is looked up in Parameter Store when the template is deployed.
    pub fn is_looked_up(&self) -> bool {
        self.type_name.starts_with("AWS::SSM::Parameter::Value<")
    }

    /// Whether its value is a list, written with commas.
    pub fn is_list(&self) -> bool {
        &*self.type_name == "CommaDelimitedList" || self.type_name.contains("List<")
    }

    /// Its value, when somebody gave it one.
    pub fn given(&self, value: Value) -> Value {
        let value = if self.is_looked_up() { self.looked_up() } else { self.typed(value) };
        self.echoed(value)
    }

    /// A value that is shown to whoever looks at the stack, unless it is `NoEcho`.
    fn echoed(&self, value: Value) -> Value {
        let value = if self.no_echo { value } else { self.readable(value, self.span) };
        if self.is_hidden() { value.with_mark(Mark::Sensitive) } else { value }
    }

    /// Whether its value is shown in no report.
    fn is_hidden(&self) -> bool {
        self.no_echo || self.holds_password
    }

    /// Its value, when nobody gave it one. `identity` is what conditions call it; with `comparisons`, somebody
    /// may well give it one, and it is a choice among those that matter.
    pub fn left_alone(&self, identity: &Arc<str>, comparisons: Option<&Comparisons>) -> Value {
        if self.is_looked_up() {
            let value = self.looked_up();
            let place: Arc<str> = "an SSM parameter of type String".into();
            return value.with_mark(Mark::Plaintext { at: self.span, place, is_text: false });
        }
        let Some((default, span)) = &self.default else {
            return self.required(identity);
        };
        let known = self.typed(Value::string(Arc::clone(default)));
        let known = if default.is_empty() { known } else { self.readable(known, *span) };
        let known = if self.is_hidden() { known.with_mark(Mark::Sensitive) } else { known };
        let Some(comparisons) = comparisons.filter(|_| !self.is_list()) else { return known };
        let nothing = BTreeSet::new();
        let compared = comparisons.get(&self.name).unwrap_or(&nothing);
        // What a secret is compared with is as good as the secret, unless it is nothing at all.
        if self.is_hidden() && !(default.is_empty() && compared.iter().all(|text| text.is_empty())) {
            return known;
        }
        self.toggle(identity, default, &known, compared).unwrap_or(known)
    }

    /// A parameter that has to be given a value, and was not.
    fn required(&self, identity: &Arc<str>) -> Value {
        let values = self.allowed_once();
        if !self.is_hidden() && !self.is_list() && (1..=MAX_TOGGLE_VALUES).contains(&values.len()) {
            let cases = values.into_iter().map(|text| {
                let value = self.echoed(Value::string(Arc::clone(&text)));
                (text, value)
            });
            return closed_choice(Arc::clone(identity), None, cases.collect());
        }
        let mut unknown = Unknown::new(&**identity, Reason::Parameter).at(self.span);
        if !self.is_list() {
            unknown = unknown.typed(Type::String);
        }
        self.echoed(unknown.into())
    }

    fn toggle(
        &self,
        identity: &Arc<str>,
        default: &Arc<str>,
        known: &Value,
        compared: &BTreeSet<Arc<str>>,
    ) -> Option<Value> {
        let mut values = self.allowed_once();
        let is_closed = !values.is_empty();
        if !is_closed && compared.is_empty() {
            return None;
        }
        if values.len() > MAX_TOGGLE_VALUES {
            // Those that make a difference, and one of the others.
            let others = values.iter().find(|text| *text != default && !compared.contains(*text)).cloned();
            values.retain(|text| compared.contains(text) || text == default || Some(text) == others.as_ref());
        }
        if !is_closed {
            values = compared.iter().cloned().collect();
        }
        // A default that is not allowed is refused; what the others would do is still worth knowing.
        values.retain(|text| text != default);
        values.insert(0, Arc::clone(default));
        if values.len() > MAX_TOGGLE_VALUES || (is_closed && values.len() < 2) {
            return None;
        }
        let cases = values.into_iter().map(|text| {
            let value = if text == *default {
                known.clone()
            } else {
                self.readable(Value::string(Arc::clone(&text)), self.span)
            };
            (text, value)
        });
        let (identity, cases) = (Arc::clone(identity), cases.collect());
        Some(if is_closed {
            closed_choice(identity, Some(Arc::clone(default)), cases)
        } else {
            open_choice(identity, cases, self.span, |anything| self.echoed(anything))
        })
    }

    fn allowed_once(&self) -> Vec<Arc<str>> {
        let mut values: Vec<Arc<str>> = Vec::new();
        for text in &self.allowed {
            if !values.contains(text) && values.len() <= 200 {
                values.push(Arc::clone(text));
            }
        }
        values
    }

    fn looked_up(&self) -> Value {
        Unknown::new(&*self.name, Reason::Deployment).at(self.span).into()
    }

    /// Text as the parameter's type takes it.
    fn typed(&self, value: Value) -> Value {
        let marks = value.marks.clone();
        match &value.data {
            Data::String(text) if self.is_list() => {
                // An empty text is a list of one empty text, as `CloudFormation` has it.
                let elements = text.split(',').map(|part| Value::string(part.trim()).with_marks(&marks));
                Value::list(elements.collect())
            }
            _ => value,
        }
    }

    /// The value, readable by whoever may look at the stack: in its default, or because it is echoed.
    fn readable(&self, value: Value, at: Span) -> Value {
        let is_text = at != self.span;
        let place: Arc<str> = if is_text {
            format!("the default of parameter {}", self.name).into()
        } else {
            format!("parameter {}, which is not NoEcho", self.name).into()
        };
        value.with_mark(Mark::Plaintext { at, place, is_text })
    }
}

/// A default that is written as a list.
fn joined(node: &Node) -> Option<Arc<str>> {
    let NodeKind::List(elements) = &node.kind else { return None };
    let texts: Vec<Arc<str>> = elements.iter().filter_map(scalar_text).collect();
    Some(texts.join(",").into())
}

/// What the parameters are compared with in the conditions and rules of a template.
pub fn comparisons(
    sections: &[Option<&Node>],
    mappings: Option<&Node>,
    parameters: &[Parameter],
) -> Comparisons {
    let mut found = Comparisons::new();
    let mut waiting: Vec<&Node> = sections.iter().copied().flatten().collect();
    while let Some(node) = waiting.pop() {
        match &node.kind {
            NodeKind::Map(entries) => {
                for entry in entries.iter() {
                    match (&*entry.key, entry.value.elements()) {
                        ("Fn::Equals", Some([left, right])) => {
                            compared(left, right, parameters, &mut found);
                            compared(right, left, parameters, &mut found);
                        }
                        (
                            "Fn::Contains" | "Fn::EachMemberIn" | "Fn::EachMemberEquals",
                            Some([left, right]),
                        ) => {
                            for (list, one) in [(left, right), (right, left)] {
                                for text in list.elements().unwrap_or_default() {
                                    compared(one, text, parameters, &mut found);
                                }
                            }
                        }
                        ("Fn::FindInMap", Some([map, top, ..])) => {
                            let keys = map.text().and_then(|map| mappings?.get(map)?.entries());
                            if let Some(name) = reference(top) {
                                let keys =
                                    keys.unwrap_or_default().iter().map(|entry| Arc::clone(&entry.key));
                                found.entry(name).or_default().extend(keys);
                            }
                        }
                        _ => {}
                    }
                    waiting.push(&entry.value);
                }
            }
            NodeKind::List(elements) => waiting.extend(elements.iter()),
            _ => {}
        }
    }
    found
}

fn compared(one: &Node, with: &Node, parameters: &[Parameter], found: &mut Comparisons) {
    let Some(name) = reference(one) else { return };
    let text = scalar_text(with).or_else(|| {
        let other = reference(with)?;
        let other = parameters.iter().find(|parameter| parameter.name == other)?;
        other.default.as_ref().map(|(text, _)| Arc::clone(text))
    });
    if let Some(text) = text {
        found.entry(name).or_default().insert(text);
    }
}

/// The name in `{"Ref": name}`.
pub fn reference(node: &Node) -> Option<Arc<str>> {
    match node.entries()? {
        [entry] if &*entry.key == "Ref" => scalar_text(&entry.value),
        _ => None,
    }
}
