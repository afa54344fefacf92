//! Values of JSON as expressions.

use std::collections::HashSet;
use std::sync::Arc;

use crate::source::{NoticeKind, Span};
use crate::syntax::Decoded;
use crate::syntax::hcl::{self, Expression, ExpressionKind, ObjectItem, UnaryOperator};
use crate::syntax::json::{Node, NodeKind};

use super::Reader;
use super::shape::Meaning;

impl Reader {
    /// A value as an expression; `None` when it cannot be read, which a notice says.
    pub(super) fn expression(&mut self, node: &Node, meaning: Meaning) -> Option<Expression> {
        let kind = match &node.kind {
            NodeKind::Unread => return None,
            NodeKind::Null => ExpressionKind::Null,
            NodeKind::Bool(value) => ExpressionKind::Bool(*value),
            NodeKind::Number(text) => number(text, node.span),
            NodeKind::String(decoded) => return self.string(decoded, node.span, meaning),
            NodeKind::Array(elements) => {
                // All of them, so that each bad one is told.
                let elements: Vec<_> =
                    elements.iter().map(|element| self.expression(element, meaning)).collect();
                ExpressionKind::Tuple(elements.into_iter().collect::<Option<_>>()?)
            }
            NodeKind::Object(members) => {
                let mut items = Vec::with_capacity(members.len());
                let mut keys: HashSet<&str> = HashSet::new();
                let mut complete = true;
                for member in members {
                    if !keys.insert(&member.key.text) {
                        let message = format!("`{}` stands twice in this object", member.key.text);
                        self.invalid(member.key_span, message);
                    }
                    let key = self.string(&member.key, member.key_span, meaning);
                    let value = self.expression(&member.value, meaning);
                    match (key, value) {
                        (Some(key), Some(value)) => items.push(ObjectItem { key, value }),
                        _ => complete = false,
                    }
                }
                if !complete {
                    return None;
                }
                ExpressionKind::Object(items)
            }
        };
        Some(Expression { kind: Box::new(kind), span: node.span })
    }

    fn string(&mut self, decoded: &Decoded, span: Span, meaning: Meaning) -> Option<Expression> {
        let read = match meaning {
            Meaning::Reference | Meaning::TypeExpression => hcl::parse_decoded_expression(self.file, decoded),
            Meaning::Expression if decoded.text.contains("${") || decoded.text.contains("%{") => {
                hcl::parse_decoded_template(self.file, decoded)
            }
            _ => {
                let kind = ExpressionKind::String(hcl::normalized(&decoded.text));
                return Some(Expression { kind: Box::new(kind), span });
            }
        };
        match read {
            Ok(expression) => Some(Expression { span, ..expression }),
            Err(notice) => {
                debug_assert_eq!(notice.kind, NoticeKind::ParseError);
                self.notices.push(notice.with_help("the argument was left out; the rest was read"));
                None
            }
        }
    }
}

/// A negative number is a negation, as in the native syntax.
fn number(text: &str, span: Span) -> ExpressionKind {
    let Some(digits) = text.strip_prefix('-') else { return ExpressionKind::Number(Arc::from(text)) };
    let span = Span { start: span.start + 1, ..span };
    let number = Expression { kind: Box::new(ExpressionKind::Number(digits.into())), span };
    ExpressionKind::Unary(UnaryOperator::Negate, number)
}
