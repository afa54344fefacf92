//! Inputs that nobody set and somebody may well set: choices between the values that matter, each answer a word of
//! the question that conditions ask.

use std::sync::Arc;

use super::{Condition, Question, Reason, Type, Unknown, Value, choose};
use crate::source::Span;

/// Values of one toggle at most; an input with more has its default.
pub const MAX_TOGGLE_VALUES: usize = 8;

/// The choice of an input that takes these values and no others, with the word for each.
pub fn closed_choice(
    identity: impl Into<Arc<str>>,
    default: Option<Arc<str>>,
    cases: Vec<(Arc<str>, Value)>,
) -> Value {
    let mut domain: Vec<Arc<str>> = cases.iter().map(|(word, _)| Arc::clone(word)).collect();
    domain.sort();
    let question = Arc::new(Question { identity: identity.into(), domain: Some(domain), default });
    choose(cases.into_iter().map(|(word, value)| (Condition::answered(&question, [word]), value)))
}

/// The choice of an input whose text is compared with others: the default first, each of them, or anything else,
/// of which `anything` makes the value.
pub fn open_choice(
    identity: impl Into<Arc<str>>,
    cases: Vec<(Arc<str>, Value)>,
    at: Span,
    anything: impl FnOnce(Value) -> Value,
) -> Value {
    let identity = identity.into();
    let default = cases.first().map(|(text, _)| Arc::clone(text));
    let question = Arc::new(Question { identity: Arc::clone(&identity), domain: None, default });
    let mut other = Unknown::new(&*identity, Reason::Otherwise).at(at).typed(Type::String);
    other.other_than = cases.iter().map(|(text, _)| Arc::clone(text)).collect();
    let named = Condition::answered(&question, other.other_than.iter().cloned());
    let cases = cases.into_iter().map(|(text, value)| (Condition::answered(&question, [text]), value));
    choose(cases.chain([(named.not(), anything(other.into()))]))
}
