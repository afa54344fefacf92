//! A bound on what evaluating an expression costs, found before it is evaluated: the language has loops over
//! lists, the evaluator has no limit, and both the rule and the record may come from a pull request.

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, operators};
use cel::common::types::{CelList, CelMap, CelString};
use cel::common::value::Val;
use cel::{Context, IdedExpr, Value};

/// Most steps (values visited or copied) one evaluation may take: some tenths of a second.
const MAX_STEPS: u64 = 10_000_000;

/// How large a value can be at most, counted in scalars and containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Extent {
    /// Elements, when it is a list.
    items: u64,
    /// Size of the largest element.
    largest: u64,
    /// Size of the whole.
    total: u64,
}

impl Extent {
    const SCALAR: Self = Self { items: 1, largest: 1, total: 1 };

    /// Something of which only the size is known.
    fn within(total: u64) -> Self {
        Self { items: total, largest: total, total }
    }

    fn of_text(length: usize) -> Self {
        Self::within(1 + u64::try_from(length).unwrap_or(u64::MAX) / 32)
    }

    fn larger(self, other: Self) -> Self {
        Self {
            items: self.items.max(other.items),
            largest: self.largest.max(other.largest),
            total: self.total.max(other.total),
        }
    }

    fn with(self, other: Self) -> Self {
        Self {
            items: self.items.saturating_add(other.items),
            largest: self.largest.max(other.largest),
            total: self.total.saturating_add(other.total),
        }
    }

    /// The size after `rounds` of growing from `self` to `step`.
    fn grown(self, step: Self, rounds: u64) -> Self {
        let grow = |from: u64, to: u64| from.saturating_add(to.saturating_sub(from).saturating_mul(rounds));
        Self {
            items: grow(self.items, step.items),
            largest: self.largest.max(step.largest),
            total: grow(self.total, step.total),
        }
    }
}

/// Whether an expression can be evaluated within [`MAX_STEPS`] for what the context holds.
///
/// # Errors
///
/// A sentence that says it cannot.
pub fn affordable(expression: &IdedExpr, context: &Context<'_, '_>) -> Result<(), String> {
    let mut estimate = Estimate { context, local: Vec::new(), steps: 0 };
    let extent = estimate.extent(expression);
    if estimate.steps.saturating_add(extent.total) <= MAX_STEPS {
        return Ok(());
    }
    Err("it could take too many steps for a user with this many credentials and policies".to_owned())
}

/// Whether an expression only looks things up and compares them: no loop, and nothing that makes a value larger
/// than those it was given. Its cost needs no estimate.
pub fn is_plain(root: &IdedExpr) -> bool {
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        match &node.expr {
            Expr::Call(call) if !matches!(call.func_name.as_str(), operators::ADD | "join") => {
                waiting.extend(call.target.as_deref().into_iter().chain(&call.args));
            }
            Expr::Select(select) => waiting.push(&select.operand),
            Expr::Ident(_) | Expr::Literal(_) => {}
            _ => return false,
        }
    }
    true
}

struct Estimate<'a, 'p, 'v> {
    context: &'a Context<'p, 'v>,
    /// Variables of the loops around, innermost last.
    local: Vec<(&'a str, Extent)>,
    steps: u64,
}

impl<'a> Estimate<'a, '_, '_> {
    /// An upper bound on the size of the value; adds an upper bound on the steps. The recursion is bounded
    /// by the depth that expressions are limited to when they are compiled.
    fn extent(&mut self, node: &'a IdedExpr) -> Extent {
        self.add(1);
        if let Some(extent) = self.measured(node) {
            return extent;
        }
        match &node.expr {
            Expr::Literal(LiteralValue::String(text)) => Extent::of_text(text.inner().len()),
            Expr::Ident(name) => self.local(name).unwrap_or(Extent::SCALAR),
            Expr::Select(select) => Extent::within(self.extent(&select.operand).largest),
            Expr::List(list) => {
                let mut extent = Extent { items: 0, largest: 1, total: 1 };
                for element in &list.elements {
                    let element = self.extent(element);
                    extent.items += 1;
                    extent.largest = extent.largest.max(element.total);
                    extent.total = extent.total.saturating_add(element.total);
                }
                self.add(extent.total);
                extent
            }
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::Call(call) => self.call(call),
            Expr::Literal(_) | Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => Extent::SCALAR,
        }
    }

    /// The real size of what a path such as `user.access_keys` leads to, unless it begins at a loop's variable.
    fn measured(&mut self, node: &'a IdedExpr) -> Option<Extent> {
        let mut root = node;
        while let Expr::Select(select) = &root.expr {
            if select.test {
                return Some(Extent::SCALAR);
            }
            root = &select.operand;
        }
        let Expr::Ident(name) = &root.expr else { return None };
        if self.local(name).is_some() {
            return None;
        }
        // A path that leads nowhere fails when it is evaluated, and costs nothing.
        Some(Value::resolve_val(node, self.context).map_or(Extent::SCALAR, |value| measure(value.as_ref())))
    }

    fn comprehension(&mut self, comprehension: &'a ComprehensionExpr) -> Extent {
        let range = self.extent(&comprehension.iter_range);
        let start = self.extent(&comprehension.accu_init);
        self.add(range.total);
        let outer = self.local.len();
        self.local.push((&comprehension.iter_var, Extent::within(range.largest)));
        self.local.push((&comprehension.accu_var, start));

        let before = std::mem::take(&mut self.steps);
        self.extent(&comprehension.loop_cond);
        let step = self.extent(&comprehension.loop_step);
        let once = std::mem::replace(&mut self.steps, before);
        self.add(once.saturating_mul(range.items));

        let end = start.grown(step, range.items);
        self.local.push((&comprehension.accu_var, end));
        let result = self.extent(&comprehension.result);
        self.local.truncate(outer);
        result
    }

    fn call(&mut self, call: &'a CallExpr) -> Extent {
        let mut arguments = Vec::with_capacity(call.args.len() + 1);
        for argument in call.target.as_deref().into_iter().chain(&call.args) {
            let extent = self.extent(argument);
            self.add(extent.total);
            arguments.push(extent);
        }
        match (call.func_name.as_str(), arguments.as_slice()) {
            (operators::CONDITIONAL, [_, yes, no]) => yes.larger(*no),
            (operators::ADD, [left, right]) => left.with(*right),
            (operators::INDEX, [list, _]) => Extent::within(list.largest),
            ("join", [list, separator]) => {
                Extent::within(list.total.saturating_add(list.items.saturating_mul(separator.total)))
            }
            // What remains gives a scalar, or text no longer than its arguments together.
            (_, arguments) => {
                let total = arguments.iter().fold(1_u64, |sum, extent| sum.saturating_add(extent.total));
                Extent::within(total)
            }
        }
    }

    fn local(&self, name: &str) -> Option<Extent> {
        self.local.iter().rev().find(|(known, _)| *known == name).map(|(_, extent)| *extent)
    }

    fn add(&mut self, steps: u64) {
        self.steps = self.steps.saturating_add(steps);
    }
}

/// The size of a value. Values are records and lists of them, a few levels deep.
fn measure(value: &dyn Val) -> Extent {
    if let Some(text) = value.downcast_ref::<CelString>() {
        return Extent::of_text(text.inner().len());
    }
    let mut extent = Extent { items: 0, largest: 1, total: 1 };
    let mut add = |part: Extent| {
        extent.items += 1;
        extent.largest = extent.largest.max(part.total);
        extent.total = extent.total.saturating_add(part.total);
    };
    if let Some(list) = value.downcast_ref::<CelList>() {
        list.inner().iter().for_each(|element| add(measure(element.as_ref())));
        return extent;
    }
    if let Some(map) = value.downcast_ref::<CelMap>() {
        // The order does not matter: the sum and the maximum are the same in every order.
        #[expect(clippy::iter_over_hash_type, reason = "only a sum and a maximum come out of it")]
        for field in map.inner().values() {
            add(measure(field.as_ref()));
        }
        return extent;
    }
    Extent::SCALAR
}
