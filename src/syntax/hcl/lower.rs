//! From the syntax tree of `hcl-edit` to our own, every node with its place in the file.

use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr as source;
use hcl_edit::template::HeredocTemplate;

use super::expression::{Failure, Piece};
use super::literal::{self, Quoting};
use super::template::{Form, lower_template};
use super::tree::{
    BinaryOperator, Call, Expression, ExpressionKind, ForExpression, ObjectItem, Step, StepKind,
    UnaryOperator,
};
use crate::source::Span;

/// How deep a tree may get. One parse is bounded by `hcl-edit` (64 levels, 128 operators); this bounds
/// what several parses put together.
const MAX_DEPTH: usize = 256;

/// Lowers one parsed piece of a file.
pub(super) struct Lowering<'a> {
    /// The piece that was parsed.
    pub piece: &'a Piece<'a>,
    /// Where the parsed text starts in the piece.
    pub start: usize,
}

impl Lowering<'_> {
    /// The source under a range of the parsed text.
    pub(super) fn source_text(&self, range: Range<usize>) -> &str {
        self.piece.text.get(range.start + self.start..range.end + self.start).unwrap_or_default()
    }

    /// Lowers an expression that stands `depth` levels deep.
    pub(super) fn expression(
        &self,
        expression: &source::Expression,
        depth: usize,
    ) -> Result<Expression, Failure> {
        let range = expression.span().unwrap_or(0..0);
        if depth >= MAX_DEPTH {
            return Err(Failure::new(
                range.start + self.start,
                format!("nested more than {MAX_DEPTH} levels deep"),
            ));
        }
        let kind = self.kind(expression, &range, depth + 1)?;
        Ok(Expression { kind: Box::new(kind), span: self.span(range) })
    }

    fn span(&self, range: Range<usize>) -> Span {
        self.piece.span(range.start + self.start..range.end + self.start)
    }

    fn kind(
        &self,
        expression: &source::Expression,
        range: &Range<usize>,
        depth: usize,
    ) -> Result<ExpressionKind, Failure> {
        Ok(match expression {
            source::Expression::Null(_) => ExpressionKind::Null,
            source::Expression::Bool(value) => ExpressionKind::Bool(*value.value()),
            source::Expression::Number(_) => self.number(range),
            source::Expression::String(_) => ExpressionKind::String(self.quoted_text(range)),
            source::Expression::Array(array) => ExpressionKind::Tuple(self.all(array.iter(), depth)?),
            source::Expression::Object(object) => self.object(object, range, depth)?,
            source::Expression::StringTemplate(template) => {
                lower_template(self, template, Form { quoting: Quoting::Quoted, dedent: false }, depth)?
            }
            source::Expression::HeredocTemplate(heredoc) => self.heredoc(heredoc, range, depth)?,
            source::Expression::Parenthesis(inner) => {
                ExpressionKind::Parenthesis(self.expression(inner.inner(), depth)?)
            }
            source::Expression::Variable(name) => ExpressionKind::Variable(name.as_str().into()),
            source::Expression::Conditional(conditional) => ExpressionKind::Conditional(Box::new([
                self.expression(&conditional.cond_expr, depth)?,
                self.expression(&conditional.true_expr, depth)?,
                self.expression(&conditional.false_expr, depth)?,
            ])),
            source::Expression::FuncCall(call) => self.call(call, depth)?,
            source::Expression::Traversal(traversal) => self.traversal(traversal, depth)?,
            source::Expression::UnaryOp(operation) => ExpressionKind::Unary(
                match operation.operator.value() {
                    source::UnaryOperator::Neg => UnaryOperator::Negate,
                    source::UnaryOperator::Not => UnaryOperator::Not,
                },
                self.expression(&operation.expr, depth)?,
            ),
            source::Expression::BinaryOp(operation) => ExpressionKind::Binary(
                binary_operator(*operation.operator.value()),
                self.expression(&operation.lhs_expr, depth)?,
                self.expression(&operation.rhs_expr, depth)?,
            ),
            source::Expression::ForExpr(expression) => self.for_expression(expression, depth)?,
        })
    }

    fn all<'e>(
        &self,
        expressions: impl Iterator<Item = &'e source::Expression>,
        depth: usize,
    ) -> Result<Vec<Expression>, Failure> {
        expressions.map(|expression| self.expression(expression, depth)).collect()
    }

    /// A number as written. `-5` is one number to the parser, and a negation here as it is to Terraform.
    fn number(&self, range: &Range<usize>) -> ExpressionKind {
        let text = self.source_text(range.clone());
        let Some(mut digits) = text.strip_prefix('-') else { return ExpressionKind::Number(text.into()) };
        loop {
            digits = digits.trim_start();
            match digits.strip_prefix("/*").and_then(|comment| comment.split_once("*/")) {
                Some((_, after)) => digits = after,
                None => break,
            }
        }
        let span = self.span(range.end - digits.len()..range.end);
        let number = Expression { kind: Box::new(ExpressionKind::Number(digits.into())), span };
        ExpressionKind::Unary(UnaryOperator::Negate, number)
    }

    fn quoted_text(&self, range: &Range<usize>) -> Arc<str> {
        let text = self.source_text(range.clone());
        let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        literal::normalized(literal::decode(inner, Quoting::Quoted))
    }

    fn heredoc(
        &self,
        heredoc: &HeredocTemplate,
        range: &Range<usize>,
        depth: usize,
    ) -> Result<ExpressionKind, Failure> {
        let dedent = self.source_text(range.clone()).starts_with("<<-");
        lower_template(self, &heredoc.template, Form { quoting: Quoting::Unquoted, dedent }, depth)
    }

    fn object(
        &self,
        object: &source::Object,
        range: &Range<usize>,
        depth: usize,
    ) -> Result<ExpressionKind, Failure> {
        if let Some(carved) = self.piece.carved_at(range.start + self.start) {
            return Ok(ExpressionKind::Object(self.piece.carved_items(carved, depth)?));
        }
        let mut items = Vec::with_capacity(object.len());
        for (key, value) in object {
            let key = match key {
                source::ObjectKey::Ident(name) => {
                    bare_key(name.as_str(), self.span(name.span().unwrap_or(0..0)))
                }
                source::ObjectKey::Expression(key) => {
                    let key = self.expression(key, depth)?;
                    // A bare `null` is a word like any other here.
                    if matches!(&*key.kind, ExpressionKind::Null) { bare_key("null", key.span) } else { key }
                }
            };
            items.push(ObjectItem { key, value: self.expression(value.expr(), depth)? });
        }
        Ok(ExpressionKind::Object(items))
    }

    fn call(&self, call: &source::FuncCall, depth: usize) -> Result<ExpressionKind, Failure> {
        let mut name = String::new();
        for namespace in &call.name.namespace {
            name.push_str(namespace.as_str());
            name.push_str("::");
        }
        name.push_str(call.name.name.as_str());
        Ok(ExpressionKind::Call(Call {
            name: name.into(),
            arguments: self.all(call.args.iter(), depth)?,
            expand_last: call.args.expand_final(),
        }))
    }

    fn for_expression(&self, expression: &source::ForExpr, depth: usize) -> Result<ExpressionKind, Failure> {
        let intro = &expression.intro;
        let result_key = expression.key_expr.as_ref().map(|key| self.expression(key, depth)).transpose()?;
        let condition = expression.cond.as_ref().map(|condition| self.expression(&condition.expr, depth));
        Ok(ExpressionKind::For(Box::new(ForExpression {
            key: intro.key_var.as_ref().map(|name| name.as_str().into()),
            value: intro.value_var.as_str().into(),
            collection: self.expression(&intro.collection_expr, depth)?,
            result_key,
            result_value: self.expression(&expression.value_expr, depth)?,
            group: expression.grouping,
            condition: condition.transpose()?,
        })))
    }

    fn traversal(&self, traversal: &source::Traversal, depth: usize) -> Result<ExpressionKind, Failure> {
        let base = self.expression(&traversal.expr, depth)?;
        let mut steps = Vec::with_capacity(traversal.operators.len());
        let mut legacy = Vec::new();
        for operator in &traversal.operators {
            let span = self.span(operator.span().unwrap_or(0..0));
            let kind = match operator.value() {
                source::TraversalOperator::AttrSplat(_) => StepKind::AttributeSplat,
                source::TraversalOperator::FullSplat(_) => StepKind::FullSplat,
                source::TraversalOperator::GetAttr(name) => StepKind::Attribute(name.as_str().into()),
                source::TraversalOperator::Index(index) => StepKind::Index(self.expression(index, depth)?),
                source::TraversalOperator::LegacyIndex(index) => {
                    legacy.push(steps.len());
                    let span = index.span().map_or(span, |range| self.span(range));
                    let number = ExpressionKind::Number(index.value().to_string().into());
                    StepKind::Index(Expression { kind: Box::new(number), span })
                }
            };
            steps.push(Step { kind, span });
        }
        Ok(splats_over_legacy_indices(base, steps, &legacy))
    }
}

/// The key of an object item that is a bare word.
pub(super) fn bare_key(name: &str, span: Span) -> Expression {
    Expression { kind: Box::new(ExpressionKind::String(literal::normalized(name))), span }
}

/// `a.*.b.0.c` indexes each element, where `a.*.b[0]` would index the result. The first is therefore written
/// as the full splat that it equals, in a parenthesis where a bracket ends it: `(a[*].b[0].c)[1]`.
fn splats_over_legacy_indices(mut base: Expression, steps: Vec<Step>, legacy: &[usize]) -> ExpressionKind {
    let mut pending: Vec<Step> = Vec::with_capacity(steps.len());
    let mut splat_at = None;
    let mut rewritten = false;
    for (at, step) in steps.into_iter().enumerate() {
        match (&step.kind, splat_at) {
            (StepKind::AttributeSplat, _) => splat_at = Some(pending.len()),
            (StepKind::Index(_), Some(splat)) if legacy.contains(&at) => {
                pending[splat].kind = StepKind::FullSplat;
                rewritten = true;
            }
            (StepKind::Index(_) | StepKind::FullSplat, Some(_)) => {
                if rewritten {
                    let span = pending.last().map_or(base.span, |last| base.span.to(last.span));
                    let inner = ExpressionKind::Traversal(base, std::mem::take(&mut pending));
                    let inner = Expression { kind: Box::new(inner), span };
                    base = Expression { kind: Box::new(ExpressionKind::Parenthesis(inner)), span };
                }
                (splat_at, rewritten) = (None, false);
            }
            _ => {}
        }
        pending.push(step);
    }
    ExpressionKind::Traversal(base, pending)
}

fn binary_operator(operator: source::BinaryOperator) -> BinaryOperator {
    match operator {
        source::BinaryOperator::Plus => BinaryOperator::Add,
        source::BinaryOperator::Minus => BinaryOperator::Subtract,
        source::BinaryOperator::Mul => BinaryOperator::Multiply,
        source::BinaryOperator::Div => BinaryOperator::Divide,
        source::BinaryOperator::Mod => BinaryOperator::Modulo,
        source::BinaryOperator::Eq => BinaryOperator::Equal,
        source::BinaryOperator::NotEq => BinaryOperator::NotEqual,
        source::BinaryOperator::Less => BinaryOperator::Less,
        source::BinaryOperator::LessEq => BinaryOperator::LessOrEqual,
        source::BinaryOperator::Greater => BinaryOperator::Greater,
        source::BinaryOperator::GreaterEq => BinaryOperator::GreaterOrEqual,
        source::BinaryOperator::And => BinaryOperator::And,
        source::BinaryOperator::Or => BinaryOperator::Or,
    }
}
