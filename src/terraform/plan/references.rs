//! From what an expression of the program refers to, to the attributes of planned instances.
//!
//! A plan keeps of an expression only which names it refers to. That is enough to tell what an unknown
//! hangs on: through variables and outputs of modules, and through `each` and `count`, whose key picks the
//! instance of that key.

use std::cell::Cell;

use serde_json::value::RawValue;

use super::address::{Step, steps};
use super::format::members;
use super::index::Index;

/// References followed for one plan at most, and for one attribute: a program can be written that makes more of
/// them than any real one has.
const MAX_STEPS: usize = 5_000_000;
const MAX_STEPS_OF_ONE: usize = 20_000;
/// Names that one expression refers to, each of which is compared with every other.
const MAX_NAMES: usize = 1_000;
/// How many variables and outputs one reference may lead through.
const MAX_DEPTH: usize = 64;

/// What a reference leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// An attribute of a planned instance; `None` when the plan does not keep which one.
    Attribute {
        /// The instance.
        address: String,
        /// Its attribute.
        attribute: Option<String>,
    },
    /// A name that cannot be followed further.
    Opaque(String),
}

/// From where references are read.
#[derive(Clone, Copy)]
pub struct Scope<'s> {
    /// The module instance.
    pub module: &'s [Step],
    /// The key of the instance whose expression it is.
    pub key: Option<&'s str>,
    /// What that instance's `for_each` is.
    pub for_each: Option<&'s RawValue>,
}

/// Follows references within one plan.
pub struct Resolver<'i, 'a> {
    index: &'i Index<'a>,
    steps: Cell<usize>,
    /// What `steps` was when the attribute at hand was begun.
    begun: Cell<usize>,
    is_exhausted: Cell<bool>,
}

impl<'i, 'a> Resolver<'i, 'a> {
    /// A resolver for a plan.
    pub fn new(index: &'i Index<'a>) -> Self {
        Self { index, steps: Cell::new(0), begun: Cell::new(0), is_exhausted: Cell::new(false) }
    }

    /// Whether there were more references than are followed.
    pub fn is_exhausted(&self) -> bool {
        self.is_exhausted.get()
    }

    /// How many references were followed.
    pub fn steps(&self) -> u64 {
        self.steps.get() as u64
    }

    /// What an expression refers to in the end, in order, each once.
    pub fn targets(&self, scope: Scope<'_>, expression: &RawValue) -> Vec<Target> {
        let mut found = Vec::new();
        self.begun.set(self.steps.get());
        self.follow(scope, expression, None, MAX_DEPTH, &mut found);
        found.sort();
        found.dedup();
        found
    }

    fn follow(
        &self,
        scope: Scope<'_>,
        expression: &RawValue,
        picked: Option<&str>,
        depth: usize,
        found: &mut Vec<Target>,
    ) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if !self.may_go_on(1 + expression.get().len() / 64) {
            return;
        }
        let mut all = references(expression);
        if all.len() > MAX_NAMES {
            self.is_exhausted.set(true);
            all.truncate(MAX_NAMES);
        }
        let leaves: Vec<&String> =
            all.iter().filter(|name| !all.iter().any(|other| extends(other, name))).collect();
        let repeats = leaves.iter().any(|name| name.starts_with("each.") || *name == "count.index");
        // The same key on both sides: what repeats in the same way is meant one to one.
        let picked = if repeats { scope.key } else { picked };
        for name in leaves {
            if !self.may_go_on(1 + all.len()) {
                return;
            }
            self.reference(scope, name, picked, depth, found);
        }
    }

    fn may_go_on(&self, steps: usize) -> bool {
        self.steps.set(self.steps.get().saturating_add(steps));
        let ends = self.steps.get() >= MAX_STEPS || self.steps.get() - self.begun.get() >= MAX_STEPS_OF_ONE;
        self.is_exhausted.set(self.is_exhausted.get() || ends);
        !ends
    }

    fn reference(
        &self,
        scope: Scope<'_>,
        name: &str,
        picked: Option<&str>,
        depth: usize,
        found: &mut Vec<Target>,
    ) {
        let path = steps(name);
        let before = found.len();
        match (path[0].name.as_str(), path.get(1)) {
            ("each", Some(step)) if step.name == "value" => match scope.for_each {
                Some(for_each) => {
                    self.follow(Scope { for_each: None, ..scope }, for_each, scope.key, depth, found);
                }
                None => found.push(opaque(scope, name)),
            },
            ("each" | "count" | "path" | "terraform" | "self", _) => {}
            ("var", Some(variable)) => self.variable(scope, &variable.name, name, picked, depth, found),
            ("module", Some(call)) => self.output(scope, call, path.get(2), name, picked, depth, found),
            ("data", Some(kind)) => match path.get(2) {
                Some(block) => {
                    let address = format!("data.{}.{}", kind.name, block.name);
                    self.resource(scope, &address, block, path.get(3), picked, found);
                }
                None => found.push(opaque(scope, name)),
            },
            ("local", _) | (_, None) => found.push(opaque(scope, name)),
            (kind, Some(block)) => {
                let address = format!("{kind}.{}", block.name);
                self.resource(scope, &address, block, path.get(2), picked, found);
            }
        }
        // `each.value.id`, `var.user.id`: the attribute is named after what holds the instance.
        let last =
            path.last().filter(|_| path.len() > 2 && !["data", "module"].contains(&path[0].name.as_str()));
        for target in &mut found[before..] {
            if let (Target::Attribute { attribute: attribute @ None, .. }, Some(last)) = (target, last) {
                *attribute = Some(last.name.clone());
            }
        }
    }

    fn variable(
        &self,
        scope: Scope<'_>,
        variable: &str,
        name: &str,
        picked: Option<&str>,
        depth: usize,
        found: &mut Vec<Target>,
    ) {
        let written = self.index.call(scope.module).and_then(|call| {
            if !self.may_go_on(call.expressions.map_or(0, |all| all.get().len() / 64)) {
                return None;
            }
            let expression = members(call.expressions).get(variable).copied()?;
            Some((expression, call.for_each_expression))
        });
        match (written, scope.module.split_last()) {
            (Some((expression, for_each)), Some((call, parent))) => {
                let scope = Scope { module: parent, key: call.key.as_deref(), for_each };
                self.follow(scope, expression, picked, depth, found);
            }
            _ => found.push(opaque(scope, name)),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a reference is all of these")]
    fn output(
        &self,
        scope: Scope<'_>,
        call: &Step,
        output: Option<&Step>,
        name: &str,
        picked: Option<&str>,
        depth: usize,
        found: &mut Vec<Target>,
    ) {
        let keys: Vec<&Option<String>> = self.index.keys_of_call(scope.module, &call.name).collect();
        let wanted = call.key.as_deref().or(picked);
        let chosen: Vec<&Option<String>> = match keys.iter().find(|key| key.as_deref() == wanted) {
            Some(key) => vec![key],
            None if call.key.is_some() => Vec::new(),
            None => keys,
        };
        let before = found.len();
        for key in chosen {
            let mut module = scope.module.to_vec();
            module.push(Step { name: call.name.clone(), key: key.clone() });
            let Some(inner) = self.index.module(&module) else { continue };
            let outputs =
                inner.outputs.iter().filter(|(other, _)| output.is_none_or(|step| step.name == **other));
            for expression in outputs.filter_map(|(_, block)| block.expression) {
                let scope = Scope { module: &module, key: None, for_each: None };
                // A key after the output picks within it, as the caller's own key does.
                let within = output.and_then(|step| step.key.as_deref()).or(picked);
                self.follow(scope, expression, within, depth, found);
            }
        }
        if found.len() == before {
            found.push(opaque(scope, name));
        }
    }

    fn resource(
        &self,
        scope: Scope<'_>,
        block: &str,
        step: &Step,
        attribute: Option<&Step>,
        picked: Option<&str>,
        found: &mut Vec<Target>,
    ) {
        let attribute = attribute.map(|step| step.name.clone());
        let all = self.index.of_block(scope.module, block);
        let key_of = |address: &String| self.index.instances[address].address.last.key.as_deref();
        let wanted = step.key.as_deref().or(picked);
        let chosen: Vec<&String> =
            match all.iter().find(|address| wanted.is_some() && key_of(address) == wanted) {
                Some(address) => vec![address],
                None if step.key.is_some() => Vec::new(),
                None => all.iter().collect(),
            };
        if chosen.is_empty() {
            let attribute = attribute.as_ref().map(|name| format!(".{name}")).unwrap_or_default();
            let key = step.key.as_deref().unwrap_or_default();
            found.push(opaque(scope, &format!("{block}{key}{attribute}")));
        }
        if !self.may_go_on(chosen.len()) {
            return;
        }
        found.extend(
            chosen
                .into_iter()
                .map(|address| Target::Attribute { address: address.clone(), attribute: attribute.clone() }),
        );
    }
}

fn opaque(scope: Scope<'_>, name: &str) -> Target {
    Target::Opaque(format!("{}{name}", super::address::prefix(scope.module)))
}

/// Whether a reference goes on where another ends.
fn extends(longer: &str, shorter: &str) -> bool {
    longer.strip_prefix(shorter).is_some_and(|rest| rest.starts_with(['.', '[']))
}

/// All names that an expression refers to, nested blocks and their arguments included.
pub fn references(expression: &RawValue) -> Vec<String> {
    let mut found = Vec::new();
    // What nests deeper than any expression is refused by the parser.
    if let Ok(value) = serde_json::from_str(expression.get()) {
        gather(&value, &mut found);
    }
    found
}

fn gather(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Array(elements) => elements.iter().for_each(|element| gather(element, found)),
        serde_json::Value::Object(fields) => {
            if let Some(serde_json::Value::Array(names)) = fields.get("references") {
                found.extend(names.iter().filter_map(|name| name.as_str().map(str::to_owned)));
            } else if !fields.contains_key("constant_value") {
                fields.values().for_each(|field| gather(field, found));
            }
        }
        _ => {}
    }
}
