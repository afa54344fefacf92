//! The tree: what Terraform's native and JSON syntax both become. Every node has a span.

use std::collections::HashMap;
use std::sync::Arc;

use crate::source::Span;

/// A file's or a block's contents, in document order.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// `name = value` lines.
    pub attributes: Vec<Attribute>,
    /// Nested or top-level blocks.
    pub blocks: Vec<Block>,
}

impl Body {
    /// The last attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().rev().find(|attribute| &*attribute.name == name)
    }

    /// Takes out every attribute that another of its name follows, which Terraform refuses: the last one stays,
    /// as an editor would have meant it.
    pub fn take_overridden(&mut self) -> Vec<Attribute> {
        let mut last = HashMap::new();
        for (at, attribute) in self.attributes.iter().enumerate() {
            last.insert(Arc::clone(&attribute.name), at);
        }
        if last.len() == self.attributes.len() {
            return Vec::new();
        }
        let (mut kept, mut taken) = (Vec::with_capacity(last.len()), Vec::new());
        for (at, attribute) in self.attributes.drain(..).enumerate() {
            let target = if last.get(&attribute.name) == Some(&at) { &mut kept } else { &mut taken };
            target.push(attribute);
        }
        self.attributes = kept;
        taken
    }

    /// The blocks of that type, in document order.
    pub fn blocks_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| &*block.kind == kind)
    }
}

/// `name = value`.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The name.
    pub name: Arc<str>,
    /// Where the name stands.
    pub name_span: Span,
    /// The value.
    pub value: Expression,
    /// Name to end of value.
    pub span: Span,
}

/// `kind "label" { … }`.
#[derive(Clone, Debug)]
pub struct Block {
    /// The block type: `resource`, `module`, `dynamic` …
    pub kind: Arc<str>,
    /// The labels, unquoted.
    pub labels: Vec<Arc<str>>,
    /// From the block type to the last label: the one line that names the block.
    pub header: Span,
    /// The whole block.
    pub span: Span,
    /// What stands between the braces.
    pub body: Body,
}

/// A comment, its delimiters included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From `#`, `//` or `/*` to the end of the line or `*/`.
    pub span: Span,
}

/// An expression and its place.
#[derive(Clone, Debug)]
pub struct Expression {
    /// What it is.
    pub kind: Box<ExpressionKind>,
    /// Where it stands.
    pub span: Span,
}

/// The expressions of HCL.
#[derive(Clone, Debug)]
pub enum ExpressionKind {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number as written, `1e3` included: numbers are exact, so the text is kept.
    Number(Arc<str>),
    /// A quoted string or heredoc without interpolation, escapes decoded.
    String(Arc<str>),
    /// A quoted string or heredoc with interpolations or directives.
    Template(Vec<TemplatePart>),
    /// `[a, b]`.
    Tuple(Vec<Expression>),
    /// `{ a = 1, (b) = 2 }`, in document order, duplicates kept (the last wins).
    Object(Vec<ObjectItem>),
    /// A name at the start of a reference: `var`, `local`, `aws_iam_user`, `each`, a `for` variable.
    Variable(Arc<str>),
    /// A value and the steps into it: `aws_iam_user.a[0].name`. Never nested directly in another traversal.
    Traversal(Expression, Vec<Step>),
    /// `name(arguments)`; a namespaced name is written whole: `provider::aws::arn_parse`.
    Call(Call),
    /// `condition ? then : otherwise`.
    Conditional(Box<[Expression; 3]>),
    /// `-a`, `!a`.
    Unary(UnaryOperator, Expression),
    /// `a + b`.
    Binary(BinaryOperator, Expression, Expression),
    /// `[for …]`, `{for …}`.
    For(Box<ForExpression>),
    /// `(a)`.
    Parenthesis(Expression),
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum TemplatePart {
    /// Text as it will appear (strip markers already applied).
    Literal(Arc<str>),
    /// `${…}`.
    Interpolation(Expression),
    /// `%{ if … }…%{ else }…%{ endif }`.
    If {
        /// The condition.
        condition: Expression,
        /// The parts when true.
        then: Vec<TemplatePart>,
        /// The parts when false.
        otherwise: Vec<TemplatePart>,
    },
    /// `%{ for k, v in … }…%{ endfor }`.
    For {
        /// The first of two names, when there are two.
        key: Option<Arc<str>>,
        /// The only or second name.
        value: Arc<str>,
        /// What is iterated.
        collection: Expression,
        /// The repeated parts.
        body: Vec<TemplatePart>,
    },
}

/// `key = value` inside an object expression.
#[derive(Clone, Debug)]
pub struct ObjectItem {
    /// A bare word stands as [`ExpressionKind::String`]; `(expr)` as the expression in a parenthesis.
    pub key: Expression,
    /// The value.
    pub value: Expression,
}

/// One step of a traversal.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// From its dot or bracket to its end.
    pub span: Span,
}

/// The kinds of steps.
#[derive(Clone, Debug)]
pub enum StepKind {
    /// `.name`.
    Attribute(Arc<str>),
    /// `[index]`, and the legacy `.0` as a number.
    Index(Expression),
    /// `.*`: the attribute steps that follow directly apply to each element; an index step ends it.
    AttributeSplat,
    /// `[*]`: all steps that follow apply to each element.
    FullSplat,
}

/// A function call.
#[derive(Clone, Debug)]
pub struct Call {
    /// Function name.
    pub name: Arc<str>,
    /// Arguments.
    pub arguments: Vec<Expression>,
    /// Whether the last argument is followed by `...`.
    pub expand_last: bool,
}

/// `for` in brackets or braces.
#[derive(Clone, Debug)]
pub struct ForExpression {
    /// The first of two names, when there are two.
    pub key: Option<Arc<str>>,
    /// The only or second name.
    pub value: Arc<str>,
    /// What is iterated.
    pub collection: Expression,
    /// The key of each result: present for `{for …}`.
    pub result_key: Option<Expression>,
    /// The value of each result.
    pub result_value: Expression,
    /// Whether `...` groups values by key.
    pub group: bool,
    /// `if …`.
    pub condition: Option<Expression>,
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-`
    Negate,
    /// `!`
    Not,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
}

impl Expression {
    /// The expressions directly inside this one, in document order.
    pub fn children(&self) -> Vec<&Self> {
        match &*self.kind {
            ExpressionKind::Null
            | ExpressionKind::Bool(_)
            | ExpressionKind::Number(_)
            | ExpressionKind::String(_)
            | ExpressionKind::Variable(_) => Vec::new(),
            ExpressionKind::Template(parts) => parts.iter().flat_map(TemplatePart::children).collect(),
            ExpressionKind::Tuple(elements) => elements.iter().collect(),
            ExpressionKind::Object(items) => items.iter().flat_map(|item| [&item.key, &item.value]).collect(),
            ExpressionKind::Traversal(root, steps) => {
                let keys = steps.iter().filter_map(|step| match &step.kind {
                    StepKind::Index(key) => Some(key),
                    _ => None,
                });
                std::iter::once(root).chain(keys).collect()
            }
            ExpressionKind::Call(call) => call.arguments.iter().collect(),
            ExpressionKind::Conditional(parts) => parts.iter().collect(),
            ExpressionKind::Unary(_, inner) | ExpressionKind::Parenthesis(inner) => vec![inner],
            ExpressionKind::Binary(_, left, right) => vec![left, right],
            ExpressionKind::For(for_expression) => [
                Some(&for_expression.collection),
                for_expression.result_key.as_ref(),
                Some(&for_expression.result_value),
                for_expression.condition.as_ref(),
            ]
            .into_iter()
            .flatten()
            .collect(),
        }
    }
}

impl TemplatePart {
    fn children(&self) -> Vec<&Expression> {
        match self {
            Self::Literal(_) => Vec::new(),
            Self::Interpolation(inner) => vec![inner],
            Self::If { condition, then, otherwise } => {
                let parts = then.iter().chain(otherwise).flat_map(Self::children);
                std::iter::once(condition).chain(parts).collect()
            }
            Self::For { collection, body, .. } => {
                std::iter::once(collection).chain(body.iter().flat_map(Self::children)).collect()
            }
        }
    }
}
