//! Inputs that somebody may well set otherwise: booleans, texts of which the configuration names the possible
//! ones. Each is a choice between its values, the default first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;

use crate::syntax::hcl::{BinaryOperator, Body, Call, Expression, ExpressionKind, StepKind};
use crate::value::{Data, MAX_TOGGLE_VALUES, Type, Value, closed_choice, convert, open_choice};

use super::blocks::Variable;
use super::configuration::Module;
use super::modules::{ModuleLoader, Source};
use super::type_expression::constant;

/// How deep a variable is followed into the modules that it is passed to.
const MAX_DEPTH: usize = 8;

/// Texts that each variable is compared with, by the variable's name.
pub type Comparisons = BTreeMap<Arc<str>, BTreeSet<Arc<str>>>;

/// The choice that an input is which nobody set; `None` for one that has its default.
pub fn toggle(variable: &Variable, default: &Value, comparisons: &Comparisons) -> Option<Value> {
    if let Some(values) = closed_domain(variable, default) {
        let words: Vec<Arc<str>> = values.iter().map(word).collect::<Option<_>>()?;
        let distinct: BTreeSet<&Arc<str>> = words.iter().collect();
        if distinct.len() != words.len() || words.len() < 2 {
            return None;
        }
        let cases = words.into_iter().zip(values).collect();
        return Some(closed_choice(format!("var.{}", variable.name), word(default), cases));
    }
    let compared = comparisons.get(&variable.name)?;
    open_domain(variable, default, compared)
}

/// All values of an input that takes no others: the default first.
fn closed_domain(variable: &Variable, default: &Value) -> Option<Vec<Value>> {
    let is_boolean =
        variable.constraint == Type::Bool || (!variable.has_type && matches!(default.data, Data::Bool(_)));
    let (on, off) = (Value::bool(true), Value::bool(false));
    if is_boolean {
        return match default.data {
            Data::Bool(true) => Some(vec![on, off]),
            Data::Bool(false) => Some(vec![off, on]),
            Data::Null if variable.nullable => Some(vec![Value::null(), off, on]),
            _ => None,
        };
    }
    let allowed = variable.allowed.as_ref()?;
    let mut values = Vec::with_capacity(allowed.len());
    for value in allowed {
        let value = convert(value, &variable.constraint).ok()?;
        if !values.contains(&value) {
            values.push(value);
        }
    }
    // A default that is not allowed is an error that says nothing of the other values.
    let first = values.iter().position(|value| value == default)?;
    values[..=first].rotate_right(1);
    (values.len() <= MAX_TOGGLE_VALUES).then_some(values)
}

/// A text that is compared with others: the default, each of them, or anything else.
fn open_domain(variable: &Variable, default: &Value, compared: &BTreeSet<Arc<str>>) -> Option<Value> {
    let is_text = variable.constraint == Type::String || !variable.has_type;
    let text: Arc<str> = default.as_str().filter(|_| is_text)?.into();
    let others: Vec<&Arc<str>> = compared.iter().filter(|other| **other != text).collect();
    // One more for "anything else", one for the default.
    if others.len() > MAX_TOGGLE_VALUES - 2 {
        return None;
    }
    let known = [&text].into_iter().chain(others);
    let cases = known.map(|text| (Arc::clone(text), Value::string(Arc::clone(text)))).collect();
    Some(open_choice(format!("var.{}", variable.name), cases, variable.header, |anything| anything))
}

/// How an answer is written.
fn word(value: &Value) -> Option<Arc<str>> {
    Some(match &value.data {
        Data::Bool(value) => value.to_string().into(),
        Data::Number(number) => number.to_string().into(),
        Data::String(text) => Arc::clone(text),
        Data::Null => "null".into(),
        _ => return None,
    })
}

/// The values that the `validation` blocks of a variable allow, where one of them lists them all.
pub fn allowed_values(name: &str, variable: &Body) -> Option<Vec<Value>> {
    let mut conditions =
        variable.blocks_of("validation").filter_map(|block| block.body.attribute("condition"));
    conditions.find_map(|condition| listed(&condition.value, name))
}

/// All values for which a condition can hold.
fn listed(condition: &Expression, name: &str) -> Option<Vec<Value>> {
    let is_it = |expression: &Expression| variable_name(expression).is_some_and(|other| **other == *name);
    match &*condition.kind {
        ExpressionKind::Parenthesis(inner) => listed(inner, name),
        ExpressionKind::Binary(BinaryOperator::Or, left, right) => {
            let mut values = listed(left, name)?;
            values.extend(listed(right, name)?);
            Some(values)
        }
        ExpressionKind::Binary(BinaryOperator::And, left, right) => {
            listed(left, name).or_else(|| listed(right, name))
        }
        ExpressionKind::Binary(BinaryOperator::Equal, left, right) => match (is_it(left), is_it(right)) {
            (true, false) => Some(vec![constant(right)?]),
            (false, true) => Some(vec![constant(left)?]),
            _ => None,
        },
        // `var.x == null ? true : contains(…)`
        ExpressionKind::Conditional(parts) => {
            let [condition, then, otherwise] = &**parts;
            if !matches!(&*then.kind, ExpressionKind::Bool(true)) {
                return None;
            }
            let mut values = listed(condition, name)?;
            values.extend(listed(otherwise, name)?);
            Some(values)
        }
        ExpressionKind::Call(call) => match (&*call.name, call.arguments.as_slice()) {
            ("contains" | "index", [list, value]) if is_it(value) => elements(list),
            ("can", [inner]) if matches!(&*inner.kind, ExpressionKind::Call(call) if &*call.name != "contains") => {
                listed(inner, name)
            }
            ("regex", [pattern, value]) if is_it(value) => alternatives(pattern),
            ("anytrue", [list]) => match &*list.kind {
                ExpressionKind::Tuple(conditions) => {
                    let all: Option<Vec<_>> = conditions.iter().map(|one| listed(one, name)).collect();
                    Some(all?.into_iter().flatten().collect())
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The elements of a list of constants.
fn elements(list: &Expression) -> Option<Vec<Value>> {
    match &*list.kind {
        ExpressionKind::Tuple(elements) => elements.iter().map(constant).collect(),
        ExpressionKind::Parenthesis(inner) => elements(inner),
        ExpressionKind::Call(Call { name, arguments, .. }) => match (&**name, arguments.as_slice()) {
            ("tolist" | "toset", [list]) => elements(list),
            _ => None,
        },
        _ => None,
    }
}

/// The words of `^(one|two)$`.
fn alternatives(pattern: &Expression) -> Option<Vec<Value>> {
    let ExpressionKind::String(pattern) = &*pattern.kind else { return None };
    let inside = pattern.strip_prefix("^(")?.strip_suffix(")$")?;
    let inside = inside.strip_prefix("?:").unwrap_or(inside);
    let is_plain = |word: &str| word.chars().all(|one| one.is_alphanumeric() || one == '-' || one == '_');
    let words: Vec<&str> = inside.split('|').collect();
    words.iter().all(|word| is_plain(word)).then(|| words.into_iter().map(Value::string).collect())
}

/// The name in `var.name`, when that is all.
fn variable_name(expression: &Expression) -> Option<&Arc<str>> {
    named_in("var", expression)
}

fn named_in<'e>(kind: &str, expression: &'e Expression) -> Option<&'e Arc<str>> {
    match &*expression.kind {
        ExpressionKind::Parenthesis(inner) => named_in(kind, inner),
        ExpressionKind::Traversal(root, steps) => match (&*root.kind, steps.as_slice()) {
            (ExpressionKind::Variable(first), [step]) if &**first == kind => match &step.kind {
                StepKind::Attribute(name) => Some(name),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// What the variables of a module are compared with, in it and in the modules that they are passed to.
pub fn comparisons(loader: &ModuleLoader<'_>, module: &Module) -> Comparisons {
    compare_module(loader, module, 0, &mut BTreeMap::new())
}

/// Each directory is looked at once; one that is being looked at (modules that call one another) adds nothing.
fn compare_module(
    loader: &ModuleLoader<'_>,
    module: &Module,
    depth: usize,
    known: &mut BTreeMap<PathBuf, Comparisons>,
) -> Comparisons {
    known.insert(module.directory.clone(), Comparisons::new());
    let mut found = Comparisons::new();
    let mut walk = Walk { module, found: &mut found };
    let may_compare = |text: Option<&str>| text.is_none_or(compares);
    let locals = module.locals().filter(|(_, local)| may_compare(local.text()));
    locals.filter_map(|(_, local)| local.as_ref()).for_each(|local| walk.expression(local));
    let resources = module.resources.iter().filter(|resource| may_compare(resource.text()));
    resources.for_each(|resource| walk.body(&resource.body));
    let outputs = module.outputs.values().filter(|output| may_compare(output.text()));
    let outputs = outputs.filter_map(|output| output.value.as_ref());
    outputs.for_each(|value| walk.expression(value));
    for call in &module.calls {
        walk.body(&call.body);
        let attributes = call.body.attributes.iter();
        let passed: Vec<(&Arc<str>, &Arc<str>)> = attributes
            .filter_map(|attribute| Some((&attribute.name, walk.variable(&attribute.value)?)))
            .collect();
        let source = call.source.as_deref().map(|source| loader.resolve(&module.directory, source));
        let Some(Source::Directory(directory)) = source else { continue };
        if passed.is_empty() || depth >= MAX_DEPTH {
            continue;
        }
        if !known.contains_key(&directory) {
            let inside = compare_module(loader, &loader.load(&directory), depth + 1, known);
            known.insert(directory.clone(), inside);
        }
        for (input, variable) in passed {
            if let Some(compared) = known.get(&directory).and_then(|inside| inside.get(input)) {
                walk.found.entry(Arc::clone(variable)).or_default().extend(compared.iter().cloned());
            }
        }
    }
    found
}

/// Whether a text that was not parsed yet has any comparison in it.
fn compares(text: &str) -> bool {
    static SIGNS: LazyLock<[Finder<'static>; 3]> =
        LazyLock::new(|| ["==", "!=", "contains"].map(Finder::new));
    SIGNS.iter().any(|sign| sign.find(text.as_bytes()).is_some())
}

struct Walk<'w> {
    module: &'w Module,
    found: &'w mut Comparisons,
}

impl<'w> Walk<'w> {
    /// The variable that an expression is, also by way of a local value that is no more than it.
    fn variable<'e>(&self, expression: &'e Expression) -> Option<&'e Arc<str>>
    where
        'w: 'e,
    {
        variable_name(expression).or_else(|| {
            let local = named_in("local", expression)?;
            variable_name(self.module.local(local)?)
        })
    }

    fn compared<'t>(&mut self, variable: &Arc<str>, texts: impl IntoIterator<Item = &'t Expression>) {
        for text in texts {
            if let Some(Value { data: Data::String(text), .. }) = constant(text) {
                self.found.entry(Arc::clone(variable)).or_default().insert(text);
            }
        }
    }

    fn body(&mut self, body: &Body) {
        body.attributes.iter().for_each(|attribute| self.expression(&attribute.value));
        body.blocks.iter().for_each(|block| self.body(&block.body));
    }

    fn expression(&mut self, expression: &Expression) {
        match &*expression.kind {
            ExpressionKind::Binary(BinaryOperator::Equal | BinaryOperator::NotEqual, left, right) => {
                for (variable, text) in [(left, right), (right, left)] {
                    if let Some(variable) = self.variable(variable).cloned() {
                        self.compared(&variable, [text]);
                    }
                }
            }
            ExpressionKind::Call(call) => {
                if let ("contains", [list, variable]) = (&*call.name, call.arguments.as_slice())
                    && let ExpressionKind::Tuple(texts) = &*list.kind
                    && let Some(variable) = self.variable(variable).cloned()
                {
                    self.compared(&variable, texts);
                }
            }
            _ => {}
        }
        for inner in expression.children() {
            self.expression(inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Interest;
    use crate::source::FileId;
    use crate::syntax::hcl::{parse, parse_expression};
    use crate::terraform::configuration::FileContents;

    fn allowed(condition: &str) -> Option<Vec<String>> {
        let condition = parse_expression(FileId(0), 0, condition).unwrap();
        let words = listed(&condition, "x")?;
        Some(words.iter().map(|value| word(value).unwrap().to_string()).collect())
    }

    #[test]
    fn validations_that_list_every_value() {
        let both = Some(vec!["dev".to_owned(), "prod".to_owned()]);
        for condition in [
            "contains([\"dev\", \"prod\"], var.x)",
            "contains(tolist([\"dev\", \"prod\"]), var.x)",
            "var.x == \"dev\" || (\"prod\" == var.x)",
            "can(index([\"dev\", \"prod\"], var.x))",
            "can(regex(\"^(dev|prod)$\", var.x))",
            "anytrue([var.x == \"dev\", var.x == \"prod\"])",
            "contains([\"dev\", \"prod\"], var.x) && length(var.x) > 2",
        ] {
            assert_eq!(allowed(condition), both, "{condition}");
        }
        assert_eq!(
            allowed("var.x == null ? true : contains([\"a\"], var.x)"),
            Some(vec!["null".to_owned(), "a".to_owned()])
        );
        for condition in [
            "length(var.x) > 2",
            "contains([\"dev\", \"prod\"], var.y)",
            "contains([\"dev\", \"prod\"], lower(var.x))",
            "!contains([\"dev\", \"prod\"], var.x)",
            "can(contains([\"dev\"], var.x))",
            "var.x == \"dev\" || length(var.x) > 2",
            "can(regex(\"(dev|prod)\", var.x))",
            "can(regex(\"^(dev|pr.d)$\", var.x))",
            "contains([local.a], var.x)",
        ] {
            assert_eq!(allowed(condition), None, "{condition}");
        }
    }

    #[test]
    fn comparisons_are_found_wherever_they_stand() {
        let text = "locals {\n  stage = var.stage\n  a = [for u in [1] : local.stage == \"prod\" ? 1 : 0]\n}\nresource \"r\" \"r\" {\n  count = contains([\"dev\", \"test\"], var.stage) ? 1 : 0\n  x { y = \"%{if \"qa\" != var.stage}z%{endif}\" }\n}\n";
        let parsed = parse(FileId(0), text);
        let module = Module::from_files(
            std::path::PathBuf::new(),
            vec![FileContents::Parsed(parsed.body, Vec::new())],
        );
        let workspace = crate::source::Workspace::new(std::path::PathBuf::new(), Vec::new());
        let found = comparisons(&ModuleLoader::new(&workspace, &Interest::default()), &module);
        let stages: Vec<&str> = found["stage"].iter().map(AsRef::as_ref).collect();
        assert_eq!(stages, ["dev", "prod", "qa", "test"]);
    }
}
