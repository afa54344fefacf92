//! What a template comes to: one stack, its parameters given, its loops expanded. An expression is evaluated
//! when somebody asks for it.

mod collect;
mod comparisons;
mod conditions;
mod functions;
mod include;
mod loops;
mod mappings;
mod memo;
mod nesting;
mod references;
mod text;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use crate::source::{Notice, NoticeKind, Place, Span};
use crate::value::{Condition, Data, Mark, Number, Reason, Unknown, Value};

use self::comparisons::compared_within;
use self::memo::Memo;
use super::document::{Entry, Node, NodeKind};
use super::loader::Templates;
use super::parameters::Comparisons;
use super::template::{ResourceNode, Template};
use super::{Constructs, Deployment, LineFinder, NestedTemplates, StackInput};

pub use collect::collect;
pub use include::has_unknown_macro;
pub use nesting::named_templates;

/// Expressions evaluated in one root at most. A template of AWS's largest size has some ten thousand.
const MAX_STEPS: usize = 4_000_000;

/// Nested stacks of one root at most, and how deep they nest.
const MAX_STACKS: usize = 1_000;
const MAX_STACK_DEPTH: usize = 12;

/// What all stacks of one root share.
pub struct Shared<'a> {
    templates: &'a Templates<'a>,
    lines: &'a LineFinder<'a>,
    /// The first resource whose line in the program is not known, and whether there is a trace of it.
    untraced: Cell<Option<(Span, bool)>>,
    /// Values that other stacks of the root export, by name.
    exports: BTreeMap<Arc<str>, Value>,
    notices: RefCell<BTreeSet<Notice>>,
    steps: Cell<usize>,
    stacks: Cell<usize>,
}

impl<'a> Shared<'a> {
    /// Nothing evaluated yet.
    pub fn new(
        templates: &'a Templates<'a>,
        lines: &'a LineFinder<'a>,
        exports: BTreeMap<Arc<str>, Value>,
    ) -> Self {
        let (notices, steps, stacks) = (RefCell::default(), Cell::new(0), Cell::new(0));
        Self { templates, lines, untraced: Cell::new(None), exports, notices, steps, stacks }
    }

    fn say(&self, notice: Notice) {
        self.notices.borrow_mut().insert(notice);
    }

    /// How many expressions were evaluated.
    pub fn steps(&self) -> u64 {
        self.steps.get() as u64
    }

    /// What was said so far.
    pub fn into_notices(self) -> Vec<Notice> {
        let mut notices: Vec<Notice> = self.notices.into_inner().into_iter().collect();
        if let Some((span, has_trace)) = self.untraced.get() {
            let (message, help) = if has_trace {
                (
                    "the program that made this is not in what is scanned, so findings point at the template",
                    "scan the tree that holds the program as well; a trace that ends in a library can be longer: \
                     `cdk synth --stack-trace-limit 50`",
                )
            } else {
                (
                    "which line of the program made this was not recorded, so findings point at the template",
                    "synthesise with a recent aws-cdk-lib, or with `cdk synth --debug`, and scan the whole cdk.out",
                )
            };
            notices.push(Notice::at(NoticeKind::NoCreationTrace, span, message).with_help(help));
        }
        notices
    }
}

/// A nested stack, where its template is at hand.
type NestedStack<'a> = Option<Rc<Stack<'a>>>;

/// One stack: a template with its parameters given.
pub struct Stack<'a> {
    shared: &'a Shared<'a>,
    template: Arc<Template>,
    /// What stands before its logical ids in addresses: nothing, or `Network/`.
    prefix: Arc<str>,
    /// How deep it is nested.
    depth: usize,
    deployment: Deployment,
    parameters: BTreeMap<Arc<str>, Value>,
    /// Unknown values of loops, by what stands for them in the expanded text.
    symbols: BTreeMap<Arc<str>, Value>,
    conditions: BTreeMap<Arc<str>, Node>,
    resources: Vec<ResourceNode>,
    index: BTreeMap<Arc<str>, usize>,
    outputs: Vec<Entry>,
    /// When the stack itself is there.
    presence: Condition,
    /// The stacks that it is nested in, as places.
    provenance: Vec<Place>,
    nested_templates: NestedTemplates,
    constructs: Constructs,
    known_conditions: Memo<Condition>,
    known_names: Memo<Value>,
    nested: Memo<NestedStack<'a>>,
    /// Whether literals say where they stand: inside a password.
    marks_literals: Cell<bool>,
}

/// How a stack hangs in another one.
struct Position {
    prefix: Arc<str>,
    depth: usize,
    presence: Condition,
    provenance: Vec<Place>,
    nested_templates: NestedTemplates,
    constructs: Constructs,
}

impl<'a> Stack<'a> {
    /// A root template's stack. Its parameters may well be given other values than their defaults.
    pub fn root(shared: &'a Shared<'a>, input: &StackInput) -> Self {
        let (template, deployment) = (Arc::clone(&input.template), input.deployment.clone());
        let compared = compared_within(shared.templates, &template, &input.nested);
        let prefix = match &*deployment.scope {
            "" => "".into(),
            scope => format!("{scope}/").into(),
        };
        let position = Position {
            prefix,
            depth: 0,
            presence: Condition::always(),
            provenance: Vec::new(),
            nested_templates: input.nested.clone(),
            constructs: Arc::clone(&input.constructs),
        };
        Self::new(shared, template, deployment, position, Some(&compared))
    }

    fn new(
        shared: &'a Shared<'a>,
        template: Arc<Template>,
        deployment: Deployment,
        position: Position,
        comparisons: Option<&Comparisons>,
    ) -> Self {
        let scope = Arc::clone(&deployment.scope);
        let identity = |name: &Arc<str>| match &*scope {
            "" => Arc::clone(name),
            scope => format!("{scope}.{name}").into(),
        };
        let parameters = template
            .parameters
            .iter()
            .map(|parameter| {
                let value = match deployment.given.get(&parameter.name) {
                    Some(value) => parameter.given(value.clone()),
                    None => parameter.left_alone(&identity(&parameter.name), comparisons),
                };
                (Arc::clone(&parameter.name), value)
            })
            .collect();
        let mut stack = Self {
            shared,
            template,
            prefix: position.prefix,
            depth: position.depth,
            deployment,
            parameters,
            symbols: BTreeMap::new(),
            conditions: BTreeMap::new(),
            resources: Vec::new(),
            index: BTreeMap::new(),
            outputs: Vec::new(),
            presence: position.presence,
            provenance: position.provenance,
            nested_templates: position.nested_templates,
            constructs: position.constructs,
            known_conditions: Memo::default(),
            known_names: Memo::default(),
            nested: Memo::default(),
            marks_literals: Cell::new(false),
        };
        stack.expand();
        stack
    }

    /// Expands the loops and inclusions of every section.
    fn expand(&mut self) {
        let template = Arc::clone(&self.template);
        for notice in &template.notices {
            self.shared.say(notice.clone());
        }
        self.say_macros();
        let included: Vec<Entry> = template
            .includes
            .iter()
            .flat_map(|include| self.included(include, 0))
            .map(|(entry, _)| entry)
            .collect();
        let sections = |own: &Option<Node>, name: &str| -> Vec<Node> {
            let beside = included.iter().filter(|entry| &*entry.key == name);
            own.iter().cloned().chain(beside.map(|entry| entry.value.clone())).collect()
        };
        let conditions = sections(&template.conditions, "Conditions");
        let resources = sections(&template.resources, "Resources");
        let outputs = sections(&template.outputs, "Outputs");
        for section in conditions {
            for (entry, _) in self.section(&section, "Conditions") {
                self.conditions.insert(Arc::clone(&entry.key), entry.value);
            }
        }
        for section in resources {
            self.add_resources(&section);
        }
        for section in outputs {
            let outputs = self.section(&section, "Outputs");
            self.outputs.extend(outputs.into_iter().map(|(entry, _)| entry));
        }
    }

    fn add_resources(&mut self, section: &Node) {
        for (entry, stands_for) in self.section(section, "Resources") {
            let Some(resource) = ResourceNode::read(&entry, stands_for) else {
                if entry.value.kind != NodeKind::Unread {
                    let message = format!("resource {} has no type, so it was not read", entry.key);
                    self.say(NoticeKind::InvalidConfiguration, entry.key_span, message);
                }
                continue;
            };
            self.index.insert(Arc::clone(&resource.logical_id), self.resources.len());
            self.resources.push(resource);
        }
    }

    fn say(&self, kind: NoticeKind, span: Span, message: impl Into<String>) {
        self.shared.say(Notice::at(kind, span, message));
    }

    /// The address of a logical id: of what was generated, the construct, which people named; the resource that a
    /// construct wraps stands for it.
    fn address(&self, logical_id: &str) -> Arc<str> {
        match self.constructs.get(logical_id) {
            Some(construct) => construct.path.strip_suffix("/Resource").unwrap_or(&construct.path).into(),
            None => format!("{}{logical_id}", self.prefix).into(),
        }
    }

    fn resource(&self, logical_id: &str) -> Option<&ResourceNode> {
        self.index.get(logical_id).map(|index| &self.resources[*index])
    }

    /// What an expression is worth. `AWS::NoValue` is null.
    fn value(&self, node: &Node) -> Value {
        let steps = self.shared.steps.get() + 1;
        self.shared.steps.set(steps);
        if steps > MAX_STEPS {
            if steps == MAX_STEPS + 1 {
                let message =
                    format!("evaluating this takes more than {MAX_STEPS} steps; the rest is unknown");
                self.say(NoticeKind::LimitReached, self.template.span, message);
            }
            return Unknown::new("what a limit cut off", Reason::Unsupported("a limit was reached".into()))
                .into();
        }
        match &node.kind {
            NodeKind::Null => Value::null(),
            NodeKind::Bool(value) => self.written(Value::bool(*value), node.span),
            NodeKind::Number(text) => {
                let number = Number::parse(text).filter(|number| *number.to_string() == **text);
                // `0123` and `1.10` are text to whoever reads them.
                let value = number
                    .map_or_else(|| Value::string(Arc::clone(text)), |number| Data::Number(number).into());
                self.written(value, node.span)
            }
            NodeKind::String(decoded) => self.literal(&decoded.text, node.span),
            NodeKind::List(elements) => {
                let elements = elements.iter().map(|element| self.value(element));
                Value::tuple(elements.filter(|element| !element.is_null()).collect())
            }
            NodeKind::Map(entries) => match entries.as_ref() {
                [entry] if is_function(&entry.key) => self.call(&entry.key, &entry.value, node.span),
                entries => {
                    let fields =
                        entries.iter().map(|entry| (Arc::clone(&entry.key), self.value(&entry.value)));
                    Value::object(fields.filter(|(_, value)| !value.is_null()).collect())
                }
            },
            NodeKind::Unread => {
                Unknown::new("what was not read", Reason::Unsupported("it was not read".into()))
                    .at(node.span)
                    .into()
            }
        }
    }

    /// A text as it stands. One that is a reference to a store of secrets is unknown.
    fn literal(&self, text: &Arc<str>, span: Span) -> Value {
        let value = Value::string(Arc::clone(text));
        if text.is_empty() { value } else { text::resolved(self.written(value, span), span) }
    }

    /// What stands in the template as it is, said so where that matters.
    fn written(&self, value: Value, at: Span) -> Value {
        if !self.marks_literals.get() {
            return value;
        }
        value.with_mark(Mark::Plaintext { at, place: "the template".into(), is_text: true })
    }
}

/// Whether the only key of a mapping makes it a function.
fn is_function(key: &str) -> bool {
    key == "Ref" || key.starts_with("Fn::")
}

/// An expression that would make a deployment fail.
fn error(message: impl Into<Arc<str>>, span: Span) -> Value {
    Unknown::error(message).at(span).into()
}
