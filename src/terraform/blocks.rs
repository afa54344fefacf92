//! The blocks of a module, each read when somebody asks for it where its file allows that.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;

use crate::resource::Mode;
use crate::source::Span;
use crate::syntax::hcl::{Block, Body, Expression, ExpressionKind, Piece};
use crate::value::{Type, Value};

use super::construct::Construct;
use super::later::{Faults, LateFaults, Later};
use super::lifecycle::enabled;
use super::providers::ProviderReference;
use super::type_expression::{Constraint, parse_constraint};

/// A `variable` block.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub name: Arc<str>,
    /// `type`, `any` when absent.
    pub constraint: Type,
    /// The types that override files took the place of, in order: the default is converted to each of them
    /// before it is converted to `constraint`.
    pub overridden_constraints: Vec<Type>,
    /// Whether `type` is written at all.
    pub has_type: bool,
    /// `default`.
    pub default: Option<Expression>,
    /// `nullable`, true when absent.
    pub nullable: bool,
    /// `sensitive`.
    pub sensitive: bool,
    /// All values that its `validation` allows, where it lists them.
    pub allowed: Option<Vec<Value>>,
    /// The block's header.
    pub header: Span,
}

/// A `resource` or `data` block.
#[derive(Debug)]
pub struct ResourceBlock {
    /// Which of the two.
    pub mode: Mode,
    /// First label.
    pub resource_type: Arc<str>,
    /// Second label.
    pub name: Arc<str>,
    /// The block's header.
    pub header: Span,
    contents: Later<ResourceContents>,
}

/// What stands in a `resource` or `data` block: read when somebody asks for it.
#[derive(Debug)]
pub struct ResourceContents {
    /// `count`
    pub count: Option<Expression>,
    /// `for_each`
    pub for_each: Option<Expression>,
    /// `lifecycle { enabled = … }`
    pub enabled: Option<Expression>,
    /// `provider`
    pub provider: Option<ProviderReference>,
    /// The construct that it was generated from.
    pub construct: Option<Construct>,
    /// All arguments and nested blocks.
    pub body: Body,
}

impl Deref for ResourceBlock {
    type Target = ResourceContents;

    fn deref(&self) -> &ResourceContents {
        &self.contents
    }
}

impl ResourceBlock {
    /// A block that was parsed.
    pub fn new(mode: Mode, block: Block, faults: &mut Faults) -> Option<Self> {
        let [resource_type, name] = block.labels.as_slice() else { return None };
        Some(Self {
            mode,
            resource_type: Arc::clone(resource_type),
            name: Arc::clone(name),
            header: block.header,
            contents: Later::now(ResourceContents::new(block, faults)),
        })
    }

    /// A block that is parsed when it is asked for; what is wrong with it is told then.
    pub fn later(mode: Mode, piece: Piece, late: &LateFaults) -> Option<Self> {
        let [resource_type, name] = piece.labels.as_slice() else { return None };
        Some(Self {
            mode,
            resource_type: Arc::clone(resource_type),
            name: Arc::clone(name),
            header: piece.header,
            contents: late.parse(piece, ResourceContents::new),
        })
    }

    /// The text of a block whose file has nothing in it that is looked for; `None` where it has.
    pub fn text(&self) -> Option<&str> {
        self.contents.text()
    }

    /// Address within its module, without instance key: `aws_iam_user.a`, `data.aws_iam_user.a`.
    pub fn address(&self) -> String {
        match self.mode {
            Mode::Managed => format!("{}.{}", self.resource_type, self.name),
            Mode::Data => format!("data.{}.{}", self.resource_type, self.name),
        }
    }

    /// Its provisioners, each as if it were a resource of a type of its own: `provisioner "local-exec"`.
    pub fn provisioners(&self) -> impl Iterator<Item = (String, &Block)> {
        static WORD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("provisioner"));
        let may_have_one = self.text().is_none_or(|text| WORD.find(text.as_bytes()).is_some());
        let blocks = may_have_one.then(|| self.body.blocks_of("provisioner")).into_iter().flatten();
        blocks.filter_map(|block| Some((format!("provisioner \"{}\"", block.labels.first()?), block)))
    }
}

/// A `module` block.
#[derive(Debug)]
pub struct ModuleCall {
    /// Its label.
    pub name: Arc<str>,
    /// `source`, when it is a literal.
    pub source: Option<Arc<str>>,
    /// Where `source` stands, or the header.
    pub source_span: Span,
    /// `count`
    pub count: Option<Expression>,
    /// `for_each`
    pub for_each: Option<Expression>,
    /// `lifecycle { enabled = … }`
    pub enabled: Option<Expression>,
    /// `providers`: the called module's name (`aws`, `aws.other`) to the caller's.
    pub providers: BTreeMap<Arc<str>, ProviderReference>,
    /// The inputs and the meta-arguments.
    pub body: Body,
    /// The block's header.
    pub header: Span,
}

/// An `output` block.
#[derive(Debug)]
pub struct OutputBlock {
    /// `value`; absent is an error of the configuration.
    pub value: Option<Expression>,
    /// `sensitive = true`.
    pub sensitive: bool,
    /// The block's header.
    pub header: Span,
}

impl ResourceContents {
    fn new(mut block: Block, faults: &mut Faults) -> Self {
        let construct = Construct::take(&mut block);
        let (count, for_each, enabled) = repetition(&block, faults);
        let provider = block.body.attribute("provider").and_then(|attribute| {
            let reference = ProviderReference::new(&attribute.value);
            if reference.is_none() {
                faults.push((attribute.span, "`provider` refers to no provider".to_owned()));
            }
            reference
        });
        Self { count, for_each, enabled, provider, construct, body: block.body }
    }
}

impl ModuleCall {
    /// A call of that name.
    pub fn new(name: &Arc<str>, block: Block, faults: &mut Faults) -> Self {
        let (count, for_each, enabled) = repetition(&block, faults);
        let source = block.body.attribute("source");
        Self {
            name: Arc::clone(name),
            source: source.and_then(|attribute| literal_string(&attribute.value)),
            source_span: source.map_or(block.header, |attribute| attribute.span),
            count,
            for_each,
            enabled,
            providers: block
                .body
                .attribute("providers")
                .map(|attribute| ProviderReference::map(&attribute.value))
                .unwrap_or_default(),
            header: block.header,
            body: block.body,
        }
    }
}

impl Variable {
    /// A variable of that name.
    pub fn new(name: &Arc<str>, block: &Block, faults: &mut Faults) -> Self {
        let body = &block.body;
        // More than one stands here when override files changed it.
        let mut constraints = Vec::new();
        for attribute in body.attributes.iter().filter(|attribute| &*attribute.name == "type") {
            let constraint = parse_constraint(&attribute.value).unwrap_or_else(|fault| {
                faults.push(fault);
                Constraint::default()
            });
            constraints.push(constraint.of_type);
        }
        let constraint = constraints.pop();
        Self {
            name: Arc::clone(name),
            has_type: constraint.is_some(),
            constraint: constraint.unwrap_or(Constraint::default().of_type),
            overridden_constraints: constraints,
            default: body.attribute("default").map(|attribute| attribute.value.clone()),
            nullable: literal_bool(body, "nullable").unwrap_or(true),
            sensitive: literal_bool(body, "sensitive").unwrap_or(false),
            allowed: super::toggles::allowed_values(name, body),
            header: block.header,
        }
    }
}

impl OutputBlock {
    /// An output.
    pub fn new(block: &Block) -> Self {
        Self {
            value: block.body.attribute("value").map(|attribute| attribute.value.clone()),
            sensitive: literal_bool(&block.body, "sensitive").unwrap_or(false),
            header: block.header,
        }
    }
}

fn repetition(
    block: &Block,
    faults: &mut Faults,
) -> (Option<Expression>, Option<Expression>, Option<Expression>) {
    let value = |name| block.body.attribute(name).map(|attribute| attribute.value.clone());
    let (count, for_each, enabled) = (value("count"), value("for_each"), enabled(&block.body));
    if let (Some(_), Some(for_each)) = (&count, &for_each) {
        faults.push((for_each.span, "`count` and `for_each` exclude each other".to_owned()));
    }
    if let (Some(enabled), true) = (&enabled, count.is_some() || for_each.is_some()) {
        faults.push((enabled.span, "`enabled` excludes `count` and `for_each`".to_owned()));
    }
    (count, for_each, enabled)
}

/// The text of a string that holds no interpolation.
pub fn literal_string(expression: &Expression) -> Option<Arc<str>> {
    match &*expression.kind {
        ExpressionKind::String(text) => Some(Arc::clone(text)),
        ExpressionKind::Parenthesis(inner) => literal_string(inner),
        _ => None,
    }
}

fn literal_bool(body: &Body, name: &str) -> Option<bool> {
    match &*body.attribute(name)?.value.kind {
        ExpressionKind::Bool(value) => Some(*value),
        ExpressionKind::String(text) => text.parse().ok(),
        _ => None,
    }
}
