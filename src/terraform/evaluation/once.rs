//! What is the same for every instance, evaluated once: `element([for user in aws_iam_user.this : user.name], count.index)`
//! would otherwise ask for all names once for each instance, and take the square of their number.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use crate::source::Span;
use crate::syntax::hcl::{Expression, ExpressionKind, Step, StepKind, TemplatePart};
use crate::value::Value;

use super::instances::Key;
use super::{Evaluator, Scope};

/// Collections of fewer are put together as quickly as they are found again.
const FEW: usize = 16;

/// What has been evaluated once.
#[derive(Default)]
pub struct Once {
    /// All instances of a block, or one attribute of all: by address and the names of the steps into each.
    collections: HashMap<String, Value>,
    /// Values of expressions, by module instance.
    values: HashMap<(usize, Place), Value>,
    /// The names that an expression asks for.
    names: HashMap<Place, Option<Rc<BTreeSet<Arc<str>>>>>,
}

/// Which expression: where it is in memory (modules stay there as long as the evaluator), and in the file.
type Place = (*const ExpressionKind, Span);

impl Once {
    /// Forgets every value: there are more instances now.
    pub fn forget(&mut self) {
        self.collections.clear();
        self.values.clear();
    }
}

impl Evaluator<'_> {
    /// The value of an expression that may be large. It is remembered where it is repeated and hangs on nothing that
    /// differs from one repetition to the next.
    pub(super) fn evaluate_once(
        &self,
        expression: &Expression,
        scope: Scope<'_>,
        evaluate: impl FnOnce() -> Value,
    ) -> Value {
        let is_repeated =
            scope.bindings.is_some() || scope.repetition.is_some_and(|instance| instance.key != Key::Single);
        let is_plain = !scope.in_try && !scope.is_template_file && scope.module.environment.is_none();
        if !(is_repeated && is_plain) {
            return evaluate();
        }
        let place: Place = (&raw const *expression.kind, expression.span);
        let names = {
            let known = self.once.borrow().names.get(&place).cloned();
            known.unwrap_or_else(|| {
                let mut names = BTreeSet::new();
                let is_settled = add_names(expression, &mut names);
                let names = is_settled.then(|| Rc::new(names));
                self.once.borrow_mut().names.insert(place, names.clone());
                names
            })
        };
        let differs =
            |name: &Arc<str>| matches!(&**name, "count" | "each" | "self") || scope.bound(name).is_some();
        if names.is_none_or(|names| names.iter().any(differs)) {
            return evaluate();
        }
        let key = (scope.module.id, place);
        if let Some(known) = self.once.borrow().values.get(&key) {
            return known.clone();
        }
        let value = evaluate();
        self.once.borrow_mut().values.insert(key, value.clone());
        value
    }

    /// All instances of a block, or what the steps lead to in each. Steps whose keys may differ are not remembered.
    pub(super) fn collection_once(
        &self,
        address: &str,
        count: usize,
        steps: &[Step],
        scope: Scope<'_>,
        collect: impl FnOnce() -> Value,
    ) -> Value {
        let mut key = address.to_owned();
        for step in steps {
            let StepKind::Attribute(name) = &step.kind else { return collect() };
            // Nothing that an address has in it.
            key.push('\n');
            key.push_str(name);
        }
        if count < FEW || scope.in_try {
            return collect();
        }
        if let Some(known) = self.once.borrow().collections.get(&key) {
            return known.clone();
        }
        let value = collect();
        self.once.borrow_mut().collections.insert(key, value.clone());
        value
    }
}

/// Adds the first names of all references, those that a `for` gives a meaning to included. Whether the expression is
/// worth the same each time.
fn add_names(expression: &Expression, names: &mut BTreeSet<Arc<str>>) -> bool {
    let mut waiting = vec![expression];
    while let Some(expression) = waiting.pop() {
        match &*expression.kind {
            ExpressionKind::Variable(name) => {
                names.insert(Arc::clone(name));
            }
            ExpressionKind::Call(call) if call.name.ends_with("uuid") => return false,
            // A directive gives names a meaning as well.
            ExpressionKind::Template(parts)
                if parts.iter().any(|part| matches!(part, TemplatePart::For { .. })) =>
            {
                return false;
            }
            _ => {}
        }
        waiting.extend(expression.children());
    }
    true
}
