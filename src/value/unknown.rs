//! What is not known, and what it stands for.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Data, Type, Value};
use crate::source::Span;

/// Longest identity kept in full (bytes); longer ones end in `…` and a hash, so that they stay distinct.
const MAX_IDENTITY_BYTES: usize = 240;

/// Entries of an object with unknown keys that are kept, and values within each.
const MAX_ENTRIES: usize = 1_000;

/// A value that nothing is known of but what it stands for. Two unknowns of one identity are the same value.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// What it stands for, in the field's own words: `var.users`, `data.aws_iam_user.x.arn`,
    /// `upper(var.team)`, `each key of var.users`.
    pub identity: Arc<str>,
    /// What it hangs on in the end: the identity of the first unknown it was computed from.
    pub cause: Arc<str>,
    /// Why it is unknown.
    pub reason: Reason,
    /// Where the unknown came into being.
    pub origin: Option<Span>,
    /// Its type, when that is known.
    pub of_type: Option<Arc<Type>>,
    /// When this is the JSON text of a value that is not wholly known: that value.
    pub json: Option<Arc<Value>>,
    /// When this is an object some of whose keys are unknown: its keys and values.
    pub entries: Arc<[(Value, Value)]>,
    /// Text that it is known to end in (`:iam::aws:policy/AdministratorAccess`).
    pub suffix: Option<Arc<str>>,
    /// Texts that it is known not to be.
    pub other_than: Arc<[Arc<str>]>,
}

/// Why a value is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// An input without a value: a required variable.
    Input,
    /// A template parameter without a value and without a default.
    Parameter,
    /// An input that has a default, were it given a value that nothing in the configuration names.
    Otherwise,
    /// Decided only when the code is deployed: a computed attribute, a data source, `timestamp()`.
    Deployment,
    /// What would say it is not on disk (a module's source), or lies outside the root.
    NotOnDisk,
    /// Evaluating it is an error; the message says which. `try` and `can` see this.
    Error(Arc<str>),
    /// Understanding it is not within what this program does, or a limit was reached.
    Unsupported(Arc<str>),
}

/// Which part of an unknown collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `each of var.users`: an element of a list or set.
    Element,
    /// `each key of var.users`: of a map, and of a collection whose kind is unknown.
    Key,
    /// `each value of var.users`: likewise.
    Value,
}

impl Unknown {
    /// An unknown of that identity.
    pub fn new(identity: impl Into<String>, reason: Reason) -> Self {
        let identity: Arc<str> = shorten(identity.into()).into();
        Self {
            cause: Arc::clone(&identity),
            identity,
            reason,
            origin: None,
            of_type: None,
            json: None,
            entries: Arc::default(),
            suffix: None,
            other_than: Arc::default(),
        }
    }

    /// An error: what a program that evaluates this would stop with.
    pub fn error(message: impl Into<Arc<str>>) -> Self {
        let message = message.into();
        Self::new(format!("error({message})"), Reason::Error(message))
    }

    /// The same unknown, said to come from a place (the first place stays).
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.origin.get_or_insert(span);
        self
    }

    /// The same unknown with its type told.
    #[must_use]
    pub fn typed(mut self, of_type: Type) -> Self {
        self.of_type = Some(Arc::new(of_type));
        self
    }

    /// The same unknown, told to be an object of these keys and values. Only a modest number of them is kept,
    /// none inside another, so that walking them always ends soon; and none when two keys may not differ.
    #[must_use]
    pub fn with_entries(mut self, entries: Vec<(Value, Value)>) -> Self {
        let mut keys = BTreeSet::new();
        let are_apart = entries.iter().all(|(key, _)| match &key.data {
            Data::String(text) => keys.insert((false, Arc::clone(text))),
            Data::Unknown(unknown) => keys.insert((true, Arc::clone(&unknown.identity))),
            _ => false,
        });
        let are_plain = entries.len() <= MAX_ENTRIES
            && entries.iter().all(|(_, value)| value.is_within(MAX_ENTRIES) && !holds_entries(value));
        self.entries = if are_apart && are_plain { entries.into() } else { Arc::default() };
        self
    }

    /// Something computed from this unknown: another identity, the same reason and origin.
    #[must_use]
    pub fn derive(&self, identity: impl Into<String>) -> Self {
        let mut derived = Self::new(identity, self.reason.clone());
        derived.origin = self.origin;
        derived.cause = Arc::clone(&self.cause);
        derived
    }

    /// What stands for each element, key or value of this collection.
    pub fn part(&self, part: Part) -> Value {
        let words = match part {
            Part::Element => "each of",
            Part::Key => "each key of",
            Part::Value => "each value of",
        };
        let unknown = self.derive(format!("{words} {}", self.identity));
        let of_type = match (part, self.of_type.as_deref()) {
            (Part::Key, _) => Some(Type::String),
            (_, Some(Type::List(element) | Type::Set(element) | Type::Map(element))) => {
                Some(element.as_ref().clone())
            }
            _ => None,
        };
        match of_type {
            Some(of_type) if of_type != Type::Any => unknown.typed(of_type).into(),
            _ => unknown.into(),
        }
    }

    /// The error message, when this is one.
    pub fn error_message(&self) -> Option<&str> {
        match &self.reason {
            Reason::Error(message) => Some(message),
            _ => None,
        }
    }
}

impl Value {
    /// An unknown that is computed from this value: another identity, the reason and origin of what is unknown
    /// in it, and its taints.
    #[must_use]
    pub fn derived(&self, identity: String) -> Self {
        let derived = match self.first_unknown() {
            Some(unknown) => unknown.derive(identity),
            None => Unknown::new(identity, Reason::Deployment),
        };
        Self::from(derived).with_marks(&self.deep_marks().taints())
    }
}

fn holds_entries(value: &Value) -> bool {
    value.as_unknown().is_some_and(|unknown| !unknown.entries.is_empty())
        || value.children().into_iter().any(holds_entries)
}

fn shorten(identity: String) -> String {
    use sha2::Digest as _;
    if identity.len() <= MAX_IDENTITY_BYTES {
        return identity;
    }
    let digest = sha2::Sha256::digest(identity.as_bytes());
    let mut cut = MAX_IDENTITY_BYTES - 20;
    while !identity.is_char_boundary(cut) {
        cut -= 1;
    }
    format!("{}…#{:02x}{:02x}{:02x}{:02x}", &identity[..cut], digest[0], digest[1], digest[2], digest[3])
}
