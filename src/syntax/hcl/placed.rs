//! A tree moved to one place: text that is not in the scanned tree stands where it is asked for.

use crate::source::Span;

use super::{Body, Expression, ExpressionKind, Step, StepKind, TemplatePart};

impl Body {
    /// The same body with every part of it at that place.
    #[must_use]
    pub fn placed_at(mut self, span: Span) -> Self {
        self.place(span);
        self
    }

    fn place(&mut self, span: Span) {
        for attribute in &mut self.attributes {
            attribute.name_span = span;
            attribute.span = span;
            place(&mut attribute.value, span);
        }
        for block in &mut self.blocks {
            block.header = span;
            block.span = span;
            block.body.place(span);
        }
    }
}

fn place(expression: &mut Expression, span: Span) {
    expression.span = span;
    match &mut *expression.kind {
        ExpressionKind::Null
        | ExpressionKind::Bool(_)
        | ExpressionKind::Number(_)
        | ExpressionKind::String(_)
        | ExpressionKind::Variable(_) => {}
        ExpressionKind::Template(parts) => place_parts(parts, span),
        ExpressionKind::Tuple(elements) => place_all(elements, span),
        ExpressionKind::Object(items) => {
            for item in items {
                place(&mut item.key, span);
                place(&mut item.value, span);
            }
        }
        ExpressionKind::Traversal(root, steps) => {
            place(root, span);
            for Step { kind, span: at } in steps {
                *at = span;
                if let StepKind::Index(index) = kind {
                    place(index, span);
                }
            }
        }
        ExpressionKind::Call(call) => place_all(&mut call.arguments, span),
        ExpressionKind::Conditional(parts) => place_all(&mut **parts, span),
        ExpressionKind::Unary(_, operand) | ExpressionKind::Parenthesis(operand) => place(operand, span),
        ExpressionKind::Binary(_, left, right) => {
            place(left, span);
            place(right, span);
        }
        ExpressionKind::For(repeated) => {
            place(&mut repeated.collection, span);
            place(&mut repeated.result_value, span);
            for part in [&mut repeated.result_key, &mut repeated.condition].into_iter().flatten() {
                place(part, span);
            }
        }
    }
}

fn place_all(expressions: &mut [Expression], span: Span) {
    for expression in expressions {
        place(expression, span);
    }
}

fn place_parts(parts: &mut [TemplatePart], span: Span) {
    for part in parts {
        match part {
            TemplatePart::Literal(_) => {}
            TemplatePart::Interpolation(expression) => place(expression, span),
            TemplatePart::If { condition, then, otherwise } => {
                place(condition, span);
                place_parts(then, span);
                place_parts(otherwise, span);
            }
            TemplatePart::For { collection, body, .. } => {
                place(collection, span);
                place_parts(body, span);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use crate::source::{FileId, Span};

    #[test]
    fn no_part_keeps_its_place() {
        let text = r#"
            resource "a" "b" {
              x = { (k) = [for i, v in f(1, -y)[0].*.z : "${v}%{ if v }a%{ else }${w}%{ endif }" if (a ? b : c)] }
              dynamic "d" {
                for_each = { for k, v in m : k => v... if k > "%{ for q in r }${q}%{ endfor }" }
                content {
                  n = a[b.c]
                }
              }
            }
        "#;
        let parsed = parse(FileId(7), text);
        assert!(parsed.notices.is_empty(), "{:?}", parsed.notices);
        let there = Span::new(FileId(1), 2, 3);
        let shown = format!("{:?}", parsed.body.placed_at(there));
        assert!(shown.contains(&format!("{there:?}")));
        assert!(!shown.contains("FileId(7)"), "{shown}");
    }
}
