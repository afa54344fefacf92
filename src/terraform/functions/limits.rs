//! How large results may get: the input is somebody's pull request.

use crate::value::{Data, Value};

/// Elements that a collection may have.
pub const MAX_ELEMENTS: usize = 100_000;

/// Bytes that a text may have.
pub const MAX_TEXT_BYTES: usize = 16 * 1024 * 1024;

/// Values that a function looks through. Far above what `MAX_ELEMENTS` needs in practice; it stops
/// collections that share their parts, which are small in memory and endless to walk.
pub const MAX_NODES: usize = 1_000_000;

/// Why a result is not computed.
pub const EXCEEDED: &str = "the result exceeds the limit of 100,000 elements or 16 MiB of text";

/// Whether a value itself is within the limits (its elements were when they were made).
pub fn is_allowed(value: &Value) -> bool {
    match &value.data {
        Data::String(text) => text.len() <= MAX_TEXT_BYTES,
        Data::List(elements) | Data::Set(elements) | Data::Tuple(elements) => elements.len() <= MAX_ELEMENTS,
        Data::Map(entries) | Data::Object(entries) => entries.len() <= MAX_ELEMENTS,
        _ => true,
    }
}

/// Whether a value can be looked through from end to end.
pub fn is_walkable(value: &Value) -> bool {
    value.is_within(MAX_NODES)
}

/// Values that a function looks through in a step of the evaluator, and bytes of text.
const VALUES_A_STEP: usize = 4;
const BYTES_A_STEP: usize = 256;

/// The steps that it takes to look through a value; `None` when it cannot be looked through.
pub fn work(value: &Value) -> Option<usize> {
    fn walk(value: &Value, left: &mut usize, bytes: &mut usize) -> bool {
        let Some(fewer) = left.checked_sub(1) else { return false };
        *left = fewer;
        *bytes = bytes.saturating_add(value.as_str().map_or(0, str::len));
        value.children().into_iter().all(|child| walk(child, left, bytes))
    }
    let (mut left, mut bytes) = (MAX_NODES, 0);
    walk(value, &mut left, &mut bytes).then(|| (MAX_NODES - left) / VALUES_A_STEP + bytes / BYTES_A_STEP)
}
