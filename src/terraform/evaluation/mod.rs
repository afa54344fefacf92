//! The evaluator: what each expression of each module instance is worth, on demand and once.
//!
//! Everything is lazy. A local value, a variable, an output or a resource's attribute is evaluated when
//! something asks for it, and remembered. What asks is the collector, for the attributes the graph wants.

mod access;
mod arms;
mod calls;
mod carriers;
mod collect;
mod expression;
mod for_expression;
mod imports;
mod instances;
mod module_instance;
mod named_instances;
mod once;
mod operators;
mod policy_document;
mod providers;
mod provisioners;
mod references;
mod resources;
mod template;
mod terragrunt;
mod variables;

pub use collect::collect;
pub use providers::provider_arguments;
pub use terragrunt::{Terragrunt, Unit, is_unit_file};

use std::cell::{Cell, OnceCell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;

use crate::source::{Notice, NoticeKind, Span, Workspace};
use crate::syntax::hcl::Expression;
use crate::value::{Reason, Unknown, Value};

use super::inputs::Inputs;
use super::modules::ModuleLoader;
use super::toggles::Comparisons;
use instances::Instance;
use module_instance::ModuleInstance;

/// Expressions evaluated at most in one root; the work is counted, not the clock.
const MAX_STEPS: u64 = 10_000_000;

/// What one element that a function or a `for` makes counts for: it stays in memory, an expression does not.
const STEPS_PER_ELEMENT: usize = 4;

/// Bytes of text that count for one step.
const BYTES_PER_STEP: usize = 32;

/// Expressions that may wait for one another: nesting and chains of references together.
const MAX_DEPTH: u32 = 1_500;

/// Values inside one value at most.
const MAX_VALUES: usize = 500_000;

/// Evaluates one root.
pub struct Evaluator<'a> {
    workspace: &'a Workspace,
    loader: &'a ModuleLoader<'a>,
    inputs: &'a Inputs,
    root_directory: PathBuf,
    instances: RefCell<Vec<Rc<ModuleInstance>>>,
    notices: RefCell<Vec<Notice>>,
    accounts: RefCell<providers::Accounts>,
    templates: RefCell<template::Templates>,
    /// Instances that a reference named after their block was expanded.
    named: RefCell<named_instances::Named>,
    once: RefCell<once::Once>,
    /// Values made so far that are others each time.
    generated: Cell<usize>,
    steps: Cell<u64>,
    /// Whether a notice says already that a limit of evaluation was reached.
    has_said_limit: Cell<bool>,
    depth: Cell<u32>,
    /// What the root's variables are compared with, once it is asked.
    comparisons: OnceCell<Comparisons>,
    /// Instances of resources and modules made so far.
    expanded: Cell<usize>,
}

/// What a name can mean at a place.
#[derive(Clone, Copy)]
struct Scope<'s> {
    module: &'s ModuleInstance,
    /// The instance whose `each` and `count` are meant, inside a resource or module block.
    repetition: Option<&'s Instance>,
    bindings: Option<&'s Binding<'s>>,
    /// Inside a template file only its own variables exist.
    is_template_file: bool,
    /// Inside of `try` or `can` an error is an answer, so that it has to be one in every version of Terraform.
    in_try: bool,
}

/// A name bound by `for`, a `dynamic` block's iterator or a template file's variables.
struct Binding<'s> {
    name: &'s str,
    value: Value,
    outer: Option<&'s Binding<'s>>,
}

impl<'s> Scope<'s> {
    fn of(module: &'s ModuleInstance) -> Self {
        Self { module, repetition: None, bindings: None, is_template_file: false, in_try: false }
    }

    fn within(module: &'s ModuleInstance, repetition: &'s Instance) -> Self {
        Self { repetition: Some(repetition), ..Self::of(module) }
    }

    fn bind(self, bindings: &'s Binding<'s>) -> Self {
        Self { bindings: Some(bindings), ..self }
    }

    fn bound(self, name: &str) -> Option<&'s Value> {
        let mut binding = self.bindings;
        while let Some(current) = binding {
            if current.name == name {
                return Some(&current.value);
            }
            binding = current.outer;
        }
        None
    }
}

impl<'a> Evaluator<'a> {
    fn new(
        workspace: &'a Workspace,
        loader: &'a ModuleLoader<'a>,
        inputs: &'a Inputs,
        root_directory: PathBuf,
    ) -> Self {
        Self {
            workspace,
            loader,
            inputs,
            root_directory,
            instances: RefCell::default(),
            notices: RefCell::default(),
            accounts: RefCell::default(),
            templates: RefCell::default(),
            named: RefCell::default(),
            once: RefCell::default(),
            generated: Cell::new(0),
            steps: Cell::new(0),
            has_said_limit: Cell::new(false),
            depth: Cell::new(0),
            comparisons: OnceCell::new(),
            expanded: Cell::new(0),
        }
    }
}

impl Evaluator<'_> {
    fn instance(&self, id: usize) -> Rc<ModuleInstance> {
        Rc::clone(&self.instances.borrow()[id])
    }

    fn notice(&self, notice: Notice) {
        // What is said again elsewhere goes when all notices are sorted.
        let mut notices = self.notices.borrow_mut();
        if notices.last() != Some(&notice) {
            notices.push(notice);
        }
    }

    /// Evaluates an expression. Never fails: what is wrong or unknown is part of the value.
    fn evaluate(&self, expression: &Expression, scope: Scope<'_>) -> Value {
        let (steps, depth) = (self.steps.get().saturating_add(1), self.depth.get() + 1);
        if steps > MAX_STEPS || depth > MAX_DEPTH {
            return self.limit_reached(expression.span, steps > MAX_STEPS);
        }
        self.steps.set(steps);
        self.depth.set(depth);
        let value = self.evaluate_kind(expression, scope);
        self.depth.set(depth - 1);
        value
    }

    /// Counts work that is done within one expression: elements that a function or a `for` makes.
    fn charge(&self, elements: usize) {
        self.charge_steps(elements.saturating_mul(STEPS_PER_ELEMENT));
    }

    /// Counts text that is made, which stays in memory as well.
    fn charge_text(&self, value: &Value) {
        self.charge_steps(value.as_str().map_or(0, str::len) / BYTES_PER_STEP);
    }

    fn charge_steps(&self, steps: usize) {
        self.steps.set(self.steps.get().saturating_add(steps as u64));
    }

    /// The value, or an unknown in place of one that is too large to be walked: `b = [a, a]`, `c = [b, b]` …
    /// doubles with each line.
    fn bounded(&self, value: Value, span: Span) -> Value {
        if value.is_within(MAX_VALUES) {
            return value;
        }
        let what = format!("a value of more than {MAX_VALUES} parts");
        if !self.has_said_limit.replace(true) {
            self.notice(Notice::at(NoticeKind::LimitReached, span, format!("{what} was not looked at")));
        }
        Unknown::new(what.clone(), Reason::Unsupported(what.into())).at(span).into()
    }

    fn limit_reached(&self, span: Span, by_steps: bool) -> Value {
        let what = if by_steps {
            format!("evaluation stopped after {MAX_STEPS} expressions")
        } else {
            format!("more than {MAX_DEPTH} expressions wait for one another")
        };
        // Whatever comes after reaches it as well.
        if !self.has_said_limit.replace(true) {
            self.notice(Notice::at(NoticeKind::LimitReached, span, what.clone()));
        }
        Unknown::new(what.clone(), Reason::Unsupported(what.into())).at(span).into()
    }
}

/// An error value at a place.
fn error(span: Span, message: impl Into<String>) -> Value {
    Unknown::error(message.into()).at(span).into()
}
