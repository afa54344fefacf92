//! Templates: literal text with strip markers and heredoc dedentation applied, as Terraform's parser does it.
//!
//! The rules work on a flat sequence of literal units and `${…}`/`%{…}` sequences, across the nesting of
//! directives. So a template is flattened, treated, and put together again.

use std::collections::VecDeque;

use hcl_edit::Span as _;
use hcl_edit::template::{Directive, Element, Strip, Template};
use unicode_segmentation::UnicodeSegmentation;

use super::expression::Failure;
use super::literal::{self, Quoting};
use super::lower::Lowering;
use super::tree::{ExpressionKind, TemplatePart};

/// How a template stands in its file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// Its escapes.
    pub quoting: Quoting,
    /// Whether it is a `<<-` heredoc.
    pub dedent: bool,
}

/// One step of the flat sequence.
#[derive(Debug)]
enum Unit {
    Literal(String),
    Sequence { strip_before: bool, strip_after: bool },
}

/// Lowers a template to a string, or to parts when it has sequences.
pub(super) fn lower_template(
    lowering: &Lowering<'_>,
    template: &Template,
    form: Form,
    depth: usize,
) -> Result<ExpressionKind, Failure> {
    let mut units = Vec::new();
    flatten(lowering, template, form.quoting, &mut units);
    strip(&mut units);
    if form.dedent {
        dedent(&mut units);
    }
    let unit_count = units.len();
    let mut parts = parts(lowering, template, &mut units.into(), depth)?;
    match parts.as_slice() {
        [] => return Ok(ExpressionKind::String("".into())),
        [TemplatePart::Literal(text)] => return Ok(ExpressionKind::String(text.clone())),
        // An interpolation is the value itself only when it is all there is: text that was stripped to
        // nothing still makes a string of it.
        [TemplatePart::Interpolation(_)] if unit_count > 1 => parts.push(TemplatePart::Literal("".into())),
        _ => {}
    }
    Ok(ExpressionKind::Template(parts))
}

fn flatten(lowering: &Lowering<'_>, template: &Template, quoting: Quoting, units: &mut Vec<Unit>) {
    for element in template {
        match element {
            Element::Literal(literal) => {
                let source = literal.span().map_or(literal.as_str(), |span| lowering.source_text(span));
                units.extend(literal::units(source, quoting).into_iter().map(Unit::Literal));
            }
            Element::Interpolation(interpolation) => units.push(sequence(interpolation.strip)),
            Element::Directive(directive) => match &**directive {
                Directive::If(directive) => {
                    units.push(sequence(directive.if_expr.strip));
                    flatten(lowering, &directive.if_expr.template, quoting, units);
                    if let Some(otherwise) = &directive.else_expr {
                        units.push(sequence(otherwise.strip));
                        flatten(lowering, &otherwise.template, quoting, units);
                    }
                    units.push(sequence(directive.endif_expr.strip));
                }
                Directive::For(directive) => {
                    units.push(sequence(directive.for_expr.strip));
                    flatten(lowering, &directive.for_expr.template, quoting, units);
                    units.push(sequence(directive.endfor_expr.strip));
                }
            },
        }
    }
}

fn sequence(strip: Strip) -> Unit {
    Unit::Sequence { strip_before: strip.strip_start(), strip_after: strip.strip_end() }
}

/// Applies `~`. It reaches one unit far: in a heredoc, `~}` at the end of a line takes the line break and
/// leaves the indentation of the next line.
fn strip(units: &mut [Unit]) {
    for at in 0..units.len() {
        let Unit::Sequence { strip_before, strip_after } = units[at] else { continue };
        if strip_before && let Some(Unit::Literal(text)) = at.checked_sub(1).and_then(|at| units.get_mut(at))
        {
            text.truncate(text.trim_end().len());
        }
        if strip_after && let Some(Unit::Literal(text)) = units.get_mut(at + 1) {
            text.replace_range(..text.len() - text.trim_start().len(), "");
        }
    }
}

/// Takes the smallest indentation of any line off every line. Lines of only white space do not count and stay
/// as they are; a line that starts with a sequence has no indentation.
fn dedent(units: &mut [Unit]) {
    let mut smallest = usize::MAX;
    let mut line_starts = Vec::new();
    let mut at_line_start = true;
    for (at, unit) in units.iter().enumerate() {
        let was_at_line_start = std::mem::replace(&mut at_line_start, false);
        let Unit::Literal(text) = unit else {
            if was_at_line_start {
                smallest = 0;
            }
            continue;
        };
        at_line_start = text.ends_with('\n');
        let blank = text.trim_start().is_empty() && at_line_start;
        if was_at_line_start && !blank {
            let indentation = &text[..text.len() - text.trim_start().len()];
            smallest = smallest.min(indentation.graphemes(true).count());
            line_starts.push(at);
        }
    }
    for at in line_starts {
        let Unit::Literal(text) = &mut units[at] else { continue };
        let end = text.grapheme_indices(true).nth(smallest).map_or(text.len(), |(offset, _)| offset);
        text.replace_range(..end, "");
    }
}

/// Puts the treated units back into the shape of the template, neighbouring text joined.
fn parts(
    lowering: &Lowering<'_>,
    template: &Template,
    units: &mut VecDeque<Unit>,
    depth: usize,
) -> Result<Vec<TemplatePart>, Failure> {
    let mut parts = Vec::new();
    for element in template {
        match element {
            Element::Literal(_) => {
                let mut text = String::new();
                while let Some(Unit::Literal(unit)) = units.front() {
                    text.push_str(unit);
                    units.pop_front();
                }
                if !text.is_empty() {
                    parts.push(TemplatePart::Literal(literal::normalized(text)));
                }
            }
            Element::Interpolation(interpolation) => {
                units.pop_front();
                parts.push(TemplatePart::Interpolation(lowering.expression(&interpolation.expr, depth)?));
            }
            Element::Directive(directive) => match &**directive {
                Directive::If(directive) => {
                    units.pop_front();
                    let condition = lowering.expression(&directive.if_expr.cond_expr, depth)?;
                    let then = self::parts(lowering, &directive.if_expr.template, units, depth + 1)?;
                    let otherwise = match &directive.else_expr {
                        None => Vec::new(),
                        Some(otherwise) => {
                            units.pop_front();
                            self::parts(lowering, &otherwise.template, units, depth + 1)?
                        }
                    };
                    units.pop_front();
                    parts.push(TemplatePart::If { condition, then, otherwise });
                }
                Directive::For(directive) => {
                    units.pop_front();
                    let head = &directive.for_expr;
                    let collection = lowering.expression(&head.collection_expr, depth)?;
                    let body = self::parts(lowering, &head.template, units, depth + 1)?;
                    units.pop_front();
                    parts.push(TemplatePart::For {
                        key: head.key_var.as_ref().map(|name| name.as_str().into()),
                        value: head.value_var.as_str().into(),
                        collection,
                        body,
                    });
                }
            },
        }
    }
    Ok(parts)
}
