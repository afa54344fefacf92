//! Marks: what a value is, beyond its text. They survive where the value itself survives.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::source::Span;

/// One mark.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// "This is attribute `attribute` of the resource instance at `address`." Lost by any operation whose
    /// result is another text: an identity, not a taint.
    AttributeOf {
        /// Instance address within the root.
        address: Arc<str>,
        /// Attribute name.
        attribute: Arc<str>,
    },
    /// "This holds the secret of the credential at `address`." Survives every operation.
    SecretOf {
        /// Instance address within the root.
        address: Arc<str>,
    },
    /// Terraform's `sensitive`. Survives every operation but `nonsensitive`.
    Sensitive,
    /// "This text can be read there": a literal, a default, a parameter that is echoed. Follows the text until
    /// something is mixed in that cannot be read.
    Plaintext {
        /// Where it stands.
        at: Span,
        /// What stands there: `the default of parameter Password`.
        place: Arc<str>,
        /// Whether it is the text that stands there, and not the name of what gives it.
        is_text: bool,
    },
}

impl Mark {
    /// Whether the mark follows a value into whatever is computed from it.
    pub fn is_taint(&self) -> bool {
        !matches!(self, Self::AttributeOf { .. })
    }

    /// Whether the text that bears it is not to be shown.
    pub fn hides(&self) -> bool {
        matches!(self, Self::SecretOf { .. } | Self::Sensitive)
    }
}

/// A set of marks; empty for nearly every value, and then free.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks(Option<Arc<BTreeSet<Mark>>>);

impl Marks {
    /// The marks in order.
    pub fn iter(&self) -> impl Iterator<Item = &Mark> {
        self.0.iter().flat_map(|marks| marks.iter())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether the mark is there.
    pub fn contains(&self, mark: &Mark) -> bool {
        self.0.as_ref().is_some_and(|marks| marks.contains(mark))
    }

    /// Adds a mark.
    pub fn insert(&mut self, mark: Mark) {
        Arc::make_mut(self.0.get_or_insert_default()).insert(mark);
    }

    /// Adds all of the other's.
    pub fn extend(&mut self, other: &Self) {
        match (&mut self.0, &other.0) {
            (_, None) => {}
            (mine @ None, Some(theirs)) => *mine = Some(Arc::clone(theirs)),
            (Some(mine), Some(theirs)) => Arc::make_mut(mine).extend(theirs.iter().cloned()),
        }
    }

    /// The marks that follow a value into what is computed from it.
    #[must_use]
    pub fn taints(&self) -> Self {
        self.iter().filter(|mark| mark.is_taint()).cloned().collect()
    }

    /// The taints without secrets: what is left of a secret in its hash, its length or a comparison with it.
    #[must_use]
    pub fn faint(&self) -> Self {
        self.iter().filter(|mark| matches!(mark, Mark::Sensitive)).cloned().collect()
    }

    /// The marks without one.
    #[must_use]
    pub fn without(&self, mark: &Mark) -> Self {
        self.iter().filter(|other| *other != mark).cloned().collect()
    }
}

impl FromIterator<Mark> for Marks {
    fn from_iter<I: IntoIterator<Item = Mark>>(marks: I) -> Self {
        let marks: BTreeSet<Mark> = marks.into_iter().collect();
        Self(if marks.is_empty() { None } else { Some(Arc::new(marks)) })
    }
}
