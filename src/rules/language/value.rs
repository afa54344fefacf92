//! The values of expressions. They borrow from the records that they come from.

use std::fmt;
use std::rc::Rc;

/// A value of an expression.
#[derive(Clone)]
pub enum Value<'r> {
    /// `null`.
    Null,
    /// True or false.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// A whole number that is not negative, and of a type of its own: `1u`.
    Unsigned(u64),
    /// A number in binary floating point.
    Fraction(f64),
    /// Text.
    Text(Text<'r>),
    /// A list.
    List(List<'r>),
    /// A record.
    Record(&'r dyn Fields),
}

/// A text of a record or rule, or one that was made.
#[derive(Clone)]
pub enum Text<'r> {
    /// Stands in a record or rule.
    Borrowed(&'r str),
    /// Was made.
    Made(Rc<str>),
}

/// A list of a record, or one that was made.
#[derive(Clone)]
pub enum List<'r> {
    /// Stands in a record.
    Borrowed(&'r dyn Elements),
    /// Was made.
    Made(Rc<Vec<Value<'r>>>),
}

/// What has fields.
pub trait Fields {
    /// The value of a field, if there is one of that name.
    fn field(&self, name: &str) -> Option<Value<'_>>;

    /// The names of all its fields.
    fn names(&self) -> &'static [&'static str];
}

/// What has elements.
pub trait Elements {
    /// How many.
    fn count(&self) -> usize;

    /// One of them, the first at 0.
    fn element(&self, index: usize) -> Option<Value<'_>>;
}

/// What a field of a record can hold.
pub trait AsValue {
    /// Its value.
    fn as_value(&self) -> Value<'_>;
}

impl Value<'_> {
    /// What kind of value it is, in words that fit after an article.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag(_) => "true or false",
            Self::Whole(_) | Self::Unsigned(_) => "whole number",
            Self::Fraction(_) => "fraction",
            Self::Text(_) => "text",
            Self::List(_) => "list",
            Self::Record(_) => "record",
        }
    }
}

impl Value<'_> {
    /// A text that was made.
    pub fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Text(Text::Made(text.into()))
    }

    /// A list that was made.
    pub fn list(elements: Vec<Self>) -> Self {
        Self::List(List::Made(Rc::new(elements)))
    }
}

impl Text<'_> {
    /// The text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Made(text) => text,
        }
    }
}

impl<'r> List<'r> {
    /// How many elements it has.
    pub fn count(&self) -> usize {
        match self {
            Self::Borrowed(list) => list.count(),
            Self::Made(list) => list.len(),
        }
    }

    /// One of its elements, the first at 0.
    pub fn element(&self, index: usize) -> Option<Value<'r>> {
        match self {
            Self::Borrowed(list) => {
                let list: &'r dyn Elements = *list;
                list.element(index)
            }
            Self::Made(list) => list.get(index).cloned(),
        }
    }

    /// Its elements, in order.
    pub fn elements(&self) -> impl Iterator<Item = Value<'r>> + '_ {
        (0..self.count()).map_while(|index| self.element(index))
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Flag(flag) => write!(formatter, "{flag}"),
            Self::Whole(number) => write!(formatter, "{number}"),
            Self::Unsigned(number) => write!(formatter, "{number}u"),
            Self::Fraction(number) => write!(formatter, "{number:?}"),
            Self::Text(text) => write!(formatter, "{:?}", text.as_str()),
            Self::List(list) => formatter.debug_list().entries(list.elements()).finish(),
            Self::Record(record) => {
                let names = record.names().iter();
                formatter.debug_map().entries(names.map(|name| (name, record.field(name)))).finish()
            }
        }
    }
}

impl AsValue for bool {
    fn as_value(&self) -> Value<'_> {
        Value::Flag(*self)
    }
}

impl AsValue for i64 {
    fn as_value(&self) -> Value<'_> {
        Value::Whole(*self)
    }
}

impl AsValue for usize {
    fn as_value(&self) -> Value<'_> {
        Value::Unsigned(u64::try_from(*self).unwrap_or(u64::MAX))
    }
}

impl AsValue for String {
    fn as_value(&self) -> Value<'_> {
        Value::Text(Text::Borrowed(self))
    }
}

impl<T: AsValue> AsValue for Option<T> {
    fn as_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, AsValue::as_value)
    }
}

impl<T: AsValue> AsValue for Vec<T> {
    fn as_value(&self) -> Value<'_> {
        Value::List(List::Borrowed(self))
    }
}

impl<T: AsValue> Elements for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn element(&self, index: usize) -> Option<Value<'_>> {
        self.get(index).map(AsValue::as_value)
    }
}
