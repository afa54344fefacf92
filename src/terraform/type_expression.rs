//! `type = …` of a variable: a type written as an expression.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::source::Span;
use crate::syntax::hcl::{Call, Expression, ExpressionKind};
use crate::value::{Field, Type, Value};

/// A parsed `type`.
#[derive(Debug)]
pub struct Constraint {
    /// The type; defaults of `optional(T, default)` are in its fields.
    pub of_type: Type,
}

impl Default for Constraint {
    fn default() -> Self {
        Self { of_type: Type::Any }
    }
}

/// Parses a type expression; the error is a place and a message.
pub fn parse_constraint(expression: &Expression) -> Result<Constraint, (Span, String)> {
    Ok(Constraint { of_type: parse(expression)? })
}

fn parse(expression: &Expression) -> Result<Type, (Span, String)> {
    match &*expression.kind {
        // Terraform 0.11 wrote types as strings; `"list"` and `"map"` are still met in old modules.
        ExpressionKind::Variable(name) | ExpressionKind::String(name) => keyword(name, expression.span),
        ExpressionKind::Call(call) => constructor(call, expression.span),
        ExpressionKind::Parenthesis(inner) => parse(inner),
        _ => Err((expression.span, "this is not a type".to_owned())),
    }
}

fn keyword(name: &str, span: Span) -> Result<Type, (Span, String)> {
    match name {
        "any" => Ok(Type::Any),
        "bool" => Ok(Type::Bool),
        "number" => Ok(Type::Number),
        "string" => Ok(Type::String),
        "list" => Ok(Type::List(Box::new(Type::Any))),
        "set" => Ok(Type::Set(Box::new(Type::Any))),
        "map" => Ok(Type::Map(Box::new(Type::Any))),
        _ => Err((span, format!("`{name}` is not a type"))),
    }
}

fn constructor(call: &Call, span: Span) -> Result<Type, (Span, String)> {
    match (&*call.name, call.arguments.as_slice()) {
        ("list", [element]) => Ok(Type::List(Box::new(parse(element)?))),
        ("set", [element]) => Ok(Type::Set(Box::new(parse(element)?))),
        ("map", [element]) => Ok(Type::Map(Box::new(parse(element)?))),
        ("tuple", [elements]) => {
            let ExpressionKind::Tuple(elements) = &*elements.kind else {
                return Err((span, "`tuple` takes a list of types".to_owned()));
            };
            elements.iter().map(parse).collect::<Result<_, _>>().map(Type::Tuple)
        }
        ("object", [fields]) => object(fields, span),
        (name, _) => Err((span, format!("`{name}` does not make a type"))),
    }
}

fn object(fields: &Expression, span: Span) -> Result<Type, (Span, String)> {
    let ExpressionKind::Object(items) = &*fields.kind else {
        return Err((span, "`object` takes its attributes in braces".to_owned()));
    };
    let mut result = BTreeMap::new();
    for item in items {
        let (ExpressionKind::String(name) | ExpressionKind::Variable(name)) = &*item.key.kind else {
            return Err((item.key.span, "an attribute of an object type is a plain name".to_owned()));
        };
        result.insert(Arc::clone(name), field(&item.value)?);
    }
    Ok(Type::Object(result))
}

fn field(expression: &Expression) -> Result<Field, (Span, String)> {
    let ExpressionKind::Call(call) = &*expression.kind else {
        return Ok(Field { of_type: parse(expression)?, optional: false, default: None });
    };
    match (&*call.name, call.arguments.as_slice()) {
        ("optional", [of_type]) => Ok(Field { of_type: parse(of_type)?, optional: true, default: None }),
        ("optional", [of_type, default]) => {
            let of_type = parse(of_type)?;
            let default = constant(default)
                .ok_or_else(|| (default.span, "the default of `optional` is not a constant".to_owned()))?;
            Ok(Field { of_type, optional: true, default: Some(default) })
        }
        _ => Ok(Field { of_type: parse(expression)?, optional: false, default: None }),
    }
}

/// The value of an expression that refers to nothing and calls nothing.
pub fn constant(expression: &Expression) -> Option<Value> {
    Some(match &*expression.kind {
        ExpressionKind::Null => Value::null(),
        ExpressionKind::Bool(value) => Value::bool(*value),
        ExpressionKind::String(text) => Value::string(Arc::clone(text)),
        ExpressionKind::Number(text) => Value::number_literal(text),
        ExpressionKind::Parenthesis(inner) => constant(inner)?,
        ExpressionKind::Tuple(elements) => {
            Value::tuple(elements.iter().map(constant).collect::<Option<_>>()?)
        }
        ExpressionKind::Object(items) => {
            let mut fields = BTreeMap::new();
            for item in items {
                let key = constant(&item.key)?;
                fields.insert(Arc::from(key.as_str()?), constant(&item.value)?);
            }
            Value::object(fields)
        }
        ExpressionKind::Unary(crate::syntax::hcl::UnaryOperator::Negate, inner) => {
            let ExpressionKind::Number(text) = &*inner.kind else { return None };
            Value::number_literal(&format!("-{text}"))
        }
        _ => return None,
    })
}
