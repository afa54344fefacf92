//! Type constraints, as Terraform's `type = …` and function signatures have them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Value;

/// A type constraint.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Any type; inside a collection, one type found by unification.
    Any,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(T)`
    List(Box<Type>),
    /// `set(T)`
    Set(Box<Type>),
    /// `map(T)`
    Map(Box<Type>),
    /// `tuple([A, B])`
    Tuple(Vec<Type>),
    /// `object({…})`
    Object(BTreeMap<Arc<str>, Field>),
}

/// One attribute of an object type.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its type.
    pub of_type: Type,
    /// Whether it may be left out (`optional(T)`): it is then null, or the default.
    pub optional: bool,
    /// The default of `optional(T, default)`, used when the attribute is left out or null.
    pub default: Option<Value>,
}

impl Type {
    /// The name a message uses: `list of string`, `object`.
    pub fn name(&self) -> String {
        match self {
            Self::Any => "dynamic".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Number => "number".to_owned(),
            Self::String => "string".to_owned(),
            Self::List(element) => format!("list of {}", element.name()),
            Self::Set(element) => format!("set of {}", element.name()),
            Self::Map(element) => format!("map of {}", element.name()),
            Self::Tuple(_) => "tuple".to_owned(),
            Self::Object(_) => "object".to_owned(),
        }
    }
}
