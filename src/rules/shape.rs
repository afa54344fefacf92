//! What a value in a condition can be: the types of the record's fields, and of what is computed from them.

use std::fmt;

use super::record::{Field, Record, records};

/// The shape of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// No value at all: the element of the empty list.
    Nothing,
    /// Not known before it is evaluated.
    Any,
    /// `null`.
    Null,
    /// Text.
    Text,
    /// True or false.
    Flag,
    /// A whole number.
    Whole,
    /// A record.
    Record(&'static Record),
    /// A list of equal shapes.
    List(Box<Shape>),
    /// The shape, or null.
    Nullable(Box<Shape>),
}

impl Shape {
    /// The shape of a record's field.
    pub fn of_field(field: &Field) -> Self {
        Self::of_kind(field.kind)
    }

    /// The shape without its null.
    pub fn present(&self) -> &Self {
        match self {
            Self::Nullable(inner) => inner,
            other => other,
        }
    }

    /// Whether a value of this shape may be a value of the other.
    pub fn fits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any | Self::Nothing, _)
            | (_, Self::Any | Self::Nothing)
            | (Self::Nullable(_), Self::Null)
            | (Self::Null, Self::Nullable(_)) => true,
            (Self::Nullable(inner), other) | (other, Self::Nullable(inner)) => inner.fits(other),
            (Self::List(left), Self::List(right)) => left.fits(right),
            (Self::Record(left), Self::Record(right)) => left.name == right.name,
            (left, right) => left == right,
        }
    }

    /// The shape of a value that is one or the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (left, right) if left == right => left,
            (Self::Nothing, shape) | (shape, Self::Nothing) => shape,
            (Self::Null, Self::Nullable(inner)) | (Self::Nullable(inner), Self::Null) => {
                Self::Nullable(inner)
            }
            (Self::Null, Self::Any) | (Self::Any, Self::Null) => Self::Any,
            (Self::Null, shape) | (shape, Self::Null) => Self::Nullable(Box::new(shape)),
            (Self::Nullable(left), Self::Nullable(right)) => Self::Nullable(Box::new(left.or(*right))),
            (Self::Nullable(inner), shape) | (shape, Self::Nullable(inner)) => {
                Self::Nullable(Box::new(inner.or(shape)))
            }
            (Self::List(left), Self::List(right)) => Self::List(Box::new(left.or(*right))),
            _ => Self::Any,
        }
    }

    /// Whether it is a place in the code that can be pointed at, or a list of such places.
    pub fn is_place(&self) -> bool {
        match self {
            Self::Any | Self::Nothing | Self::Null | Self::Record(_) => true,
            Self::List(inner) | Self::Nullable(inner) => inner.is_place(),
            Self::Text | Self::Flag | Self::Whole => false,
        }
    }

    fn of_kind(kind: &str) -> Self {
        // The compiler may set blanks between the words.
        let kind = kind.trim();
        let inside = |wrapper: &str| {
            let rest = kind.strip_prefix(wrapper)?.trim_start();
            rest.strip_prefix('<')?.strip_suffix('>')
        };
        if let Some(inner) = inside("Vec") {
            return Self::List(Box::new(Self::of_kind(inner)));
        }
        if let Some(inner) = inside("Option") {
            return Self::Nullable(Box::new(Self::of_kind(inner)));
        }
        match kind {
            "String" => Self::Text,
            "bool" => Self::Flag,
            "usize" | "i64" => Self::Whole,
            name => record(name).map_or(Self::Any, Self::Record),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing | Self::Any => formatter.write_str("any value"),
            Self::Null => formatter.write_str("null"),
            Self::Text => formatter.write_str("text"),
            Self::Flag => formatter.write_str("true or false"),
            Self::Whole => formatter.write_str("whole number"),
            Self::Record(record) => formatter.write_str(&words(record)),
            Self::List(inner) => match inner.as_ref() {
                Self::Record(record) => write!(formatter, "list of {}", plural(&words(record))),
                inner => write!(formatter, "list of {inner}"),
            },
            Self::Nullable(inner) => write!(formatter, "{inner}, or null"),
        }
    }
}

/// The record of that type name.
pub fn record(name: &str) -> Option<&'static Record> {
    records().iter().find(|record| record.name == name)
}

/// What a record is called in sentences: `AccessKeyRecord` is an `access key`.
pub fn words(record: &Record) -> String {
    let mut words = String::new();
    for letter in record.name.strip_suffix("Record").unwrap_or(record.name).chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

fn plural(noun: &str) -> String {
    match noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Shape, record, words};
    use crate::rules::record::records;

    #[test]
    fn every_field_has_a_shape() {
        for record in records() {
            for field in record.fields {
                let shape = Shape::of_field(field);
                assert!(!format!("{shape}").contains("any value"), "{}.{}: {shape}", record.name, field.name);
            }
        }
    }

    #[test]
    fn shapes_read_as_words() {
        let user = record("UserRecord").unwrap();
        let shape = |name: &str| {
            Shape::of_field(user.fields.iter().find(|field| field.name == name).unwrap()).to_string()
        };
        assert_eq!(words(user), "user");
        assert_eq!(shape("access_keys"), "list of access keys");
        assert_eq!(shape("policies"), "list of policies");
        assert_eq!(shape("password"), "password, or null");
        assert_eq!(shape("path"), "text, or null");
        assert_eq!(shape("created"), "true or false");
    }

    #[test]
    fn null_fits_only_what_may_be_null() {
        let password = Shape::Nullable(Box::new(Shape::Record(record("PasswordRecord").unwrap())));
        assert!(password.fits(&Shape::Null));
        assert!(!Shape::Text.fits(&Shape::Null));
        assert!(!Shape::Text.fits(&Shape::Whole));
        assert_eq!(Shape::Null.or(Shape::Text).to_string(), "text, or null");
        assert_eq!(Shape::Nothing.or(Shape::Flag), Shape::Flag);
    }
}
