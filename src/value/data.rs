//! The value itself. Cloning is cheap: collections are shared.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Condition, Mark, Marks, Number, Type, Unknown};

/// A value and the marks it carries.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// Where it came from, as far as that matters. Marks of elements stand on the elements.
    pub marks: Marks,
    /// Its type, where the data does not show it: of a `null`, and of a list, set or map without elements.
    pub of_type: Option<Arc<Type>>,
}

/// What a value is. `List`, `Set` and `Map` have elements of one type; `Tuple` and `Object` need not.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// `null`; of which type, the value says.
    Null,
    /// A boolean.
    Bool(bool),
    /// An exact number.
    Number(Number),
    /// Text, NFC-normalised.
    String(Arc<str>),
    /// Elements of one type.
    List(Arc<Vec<Value>>),
    /// Elements of one type, distinct as far as they are known, in iteration order.
    Set(Arc<Vec<Value>>),
    /// Elements of any types.
    Tuple(Arc<Vec<Value>>),
    /// Values of one type by key.
    Map(Arc<BTreeMap<Arc<str>, Value>>),
    /// Values of any types by key.
    Object(Arc<BTreeMap<Arc<str>, Value>>),
    /// Nothing is known but what it stands for.
    Unknown(Arc<Unknown>),
    /// One of several, by condition. Conditions are disjoint; alternatives are not choices themselves.
    Choice(Arc<Vec<(Condition, Value)>>),
    /// A collection whose keys are unknown, described by one element that stands for each.
    Each(Arc<Each>),
}

/// "For every element of `over`": a list, set or map that is built from an unknown collection.
#[derive(Clone, Debug, PartialEq)]
pub struct Each {
    /// Identity of the unknown collection that is iterated in the end (`var.users`).
    pub over: Arc<str>,
    /// The key of each element; the element itself for sets; null for lists and tuples.
    pub key: Value,
    /// The element.
    pub element: Value,
    /// When an element is there: a `for … if` over an unknown collection filters it.
    pub when: Condition,
}

impl From<Data> for Value {
    fn from(data: Data) -> Self {
        Self { data, marks: Marks::default(), of_type: None }
    }
}

impl From<Unknown> for Value {
    fn from(unknown: Unknown) -> Self {
        Data::Unknown(Arc::new(unknown)).into()
    }
}

impl Value {
    /// `null` of no type in particular: `null` as it is written.
    pub fn null() -> Self {
        Data::Null.into()
    }

    /// `null` of a type.
    pub fn null_of(of_type: &Type) -> Self {
        Self::null().with_type(of_type)
    }

    /// The same value, told its type. Only a `null` and a collection without elements need to be told.
    #[must_use]
    pub fn with_type(mut self, of_type: &Type) -> Self {
        let is_open = match &self.data {
            Data::Null => *of_type != Type::Any,
            Data::List(elements) => elements.is_empty() && matches!(of_type, Type::List(_)),
            Data::Set(elements) => elements.is_empty() && matches!(of_type, Type::Set(_)),
            Data::Map(entries) => entries.is_empty() && matches!(of_type, Type::Map(_)),
            _ => false,
        };
        if is_open {
            self.of_type = Some(Arc::new(of_type.plain()));
        }
        self
    }

    /// A boolean.
    pub fn bool(value: bool) -> Self {
        Data::Bool(value).into()
    }

    /// A whole number.
    pub fn integer(value: impl Into<i64>) -> Self {
        Data::Number(Number::from(value.into())).into()
    }

    /// Text. The caller has normalised it (text from a parser is).
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Data::String(text.into()).into()
    }

    /// A tuple.
    pub fn tuple(elements: Vec<Self>) -> Self {
        Data::Tuple(Arc::new(elements)).into()
    }

    /// A list; the caller has made the elements one type.
    pub fn list(elements: Vec<Self>) -> Self {
        Data::List(Arc::new(elements)).into()
    }

    /// An object.
    pub fn object(fields: BTreeMap<Arc<str>, Self>) -> Self {
        Data::Object(Arc::new(fields)).into()
    }

    /// A map; the caller has made the values one type.
    pub fn map(values: BTreeMap<Arc<str>, Self>) -> Self {
        Data::Map(Arc::new(values)).into()
    }

    /// The same value with one more mark.
    #[must_use]
    pub fn with_mark(mut self, mark: Mark) -> Self {
        self.marks.insert(mark);
        self
    }

    /// The same value with these marks added.
    #[must_use]
    pub fn with_marks(mut self, marks: &Marks) -> Self {
        self.marks.extend(marks);
        self
    }

    /// Known text, marks aside.
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text),
            _ => None,
        }
    }

    /// A known boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.data {
            Data::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The unknown, if this is one.
    pub fn as_unknown(&self) -> Option<&Unknown> {
        match &self.data {
            Data::Unknown(unknown) => Some(unknown),
            _ => None,
        }
    }

    /// Whether this is a known `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// The elements of a list, set or tuple.
    pub fn elements(&self) -> Option<&[Self]> {
        match &self.data {
            Data::List(elements) | Data::Set(elements) | Data::Tuple(elements) => Some(elements),
            _ => None,
        }
    }

    /// The entries of a map or object.
    pub fn entries(&self) -> Option<&BTreeMap<Arc<str>, Self>> {
        match &self.data {
            Data::Map(entries) | Data::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// Direct children: elements or entry values, alternatives of a choice, the element of an `Each`.
    pub fn children(&self) -> Vec<&Self> {
        match &self.data {
            Data::List(elements) | Data::Set(elements) | Data::Tuple(elements) => elements.iter().collect(),
            Data::Map(entries) | Data::Object(entries) => entries.values().collect(),
            Data::Choice(alternatives) => alternatives.iter().map(|(_, value)| value).collect(),
            Data::Each(each) => vec![&each.key, &each.element],
            _ => Vec::new(),
        }
    }

    /// Whether this and everything inside it are at most so many values. Collections that share their parts
    /// are small in memory and endless to walk, so this is asked before a value is walked.
    pub fn is_within(&self, most: usize) -> bool {
        fn walk(value: &Value, left: &mut usize) -> bool {
            let Some(fewer) = left.checked_sub(1) else { return false };
            *left = fewer;
            value.children().into_iter().all(|child| walk(child, left))
        }
        let mut left = most;
        walk(self, &mut left)
    }

    /// Whether neither this nor anything inside it is unknown or a choice.
    pub fn is_wholly_known(&self) -> bool {
        !matches!(self.data, Data::Unknown(_) | Data::Choice(_) | Data::Each(_))
            && self.children().into_iter().all(Self::is_wholly_known)
    }

    /// The first unknown in this or inside it, in document order.
    pub fn first_unknown(&self) -> Option<&Unknown> {
        if let Data::Unknown(unknown) = &self.data {
            return Some(unknown);
        }
        self.children().into_iter().find_map(Self::first_unknown)
    }

    /// The marks of this and of everything inside it.
    pub fn deep_marks(&self) -> Marks {
        let mut marks = self.marks.clone();
        for child in self.children() {
            marks.extend(&child.deep_marks());
        }
        marks
    }

    /// The alternatives, a value that is no choice being one alternative that always holds.
    pub fn alternatives(&self) -> Vec<(Condition, Self)> {
        match &self.data {
            Data::Choice(alternatives) => alternatives
                .iter()
                .map(|(condition, value)| (condition.clone(), value.clone().with_marks(&self.marks)))
                .collect(),
            _ => vec![(Condition::always(), self.clone())],
        }
    }
}
