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

impl Field {
    /// An attribute that has to be there.
    pub fn required(of_type: Type) -> Self {
        Self { of_type, optional: false, default: None }
    }
}

impl Type {
    /// The type that a value converted to this constraint has, as far as it is fixed: no attribute of a value's
    /// type is optional.
    #[must_use]
    pub fn plain(&self) -> Self {
        match self {
            Self::Any | Self::Bool | Self::Number | Self::String => self.clone(),
            Self::List(element) => Self::List(Box::new(element.plain())),
            Self::Set(element) => Self::Set(Box::new(element.plain())),
            Self::Map(element) => Self::Map(Box::new(element.plain())),
            Self::Tuple(members) => Self::Tuple(members.iter().map(Self::plain).collect()),
            Self::Object(fields) => Self::Object(
                fields
                    .iter()
                    .map(|(name, field)| (Arc::clone(name), Field::required(field.of_type.plain())))
                    .collect(),
            ),
        }
    }

    /// Whether the type is not settled, here or inside.
    pub fn contains_any(&self) -> bool {
        match self {
            Self::Any => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.contains_any(),
            Self::Tuple(members) => members.iter().any(Self::contains_any),
            Self::Object(fields) => fields.values().any(|field| field.of_type.contains_any()),
        }
    }

    /// This constraint, with what it leaves open taken from the type that is converted to it.
    #[must_use]
    pub fn filled_from(&self, from: &Self) -> Self {
        let member = |to: &Self, from: &Self| Box::new(to.filled_from(from));
        match (self, from) {
            (Self::Any, _) => from.clone(),
            (Self::List(to), Self::List(from) | Self::Set(from)) => Self::List(member(to, from)),
            (Self::Set(to), Self::List(from) | Self::Set(from)) => Self::Set(member(to, from)),
            (Self::Map(to), Self::Map(from)) => Self::Map(member(to, from)),
            (Self::Tuple(to), Self::Tuple(from)) if to.len() == from.len() => {
                Self::Tuple(to.iter().zip(from).map(|(to, from)| to.filled_from(from)).collect())
            }
            (Self::Object(to), Self::Object(from)) => Self::Object(
                to.iter()
                    .map(|(name, field)| {
                        let given = from.get(name).map_or(&Self::Any, |field| &field.of_type);
                        (
                            Arc::clone(name),
                            Field { of_type: field.of_type.filled_from(given), ..field.clone() },
                        )
                    })
                    .collect(),
            ),
            _ => self.clone(),
        }
    }

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
