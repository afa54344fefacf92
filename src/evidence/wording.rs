//! Names in the words of messages.

/// Most names that a message gives.
const MAX_NAMED: usize = 3;

/// A few names in words: `a`, `a or b`, `a, b, c or 2 more`, with another word for `or` where that is meant.
pub fn some_of(names: &[String], word: &str) -> String {
    let (shown, more) = names.split_at(names.len().min(MAX_NAMED));
    match (shown, more.len()) {
        ([], _) => String::new(),
        ([only], 0) => only.clone(),
        ([first @ .., last], 0) => format!("{} {word} {last}", first.join(", ")),
        (shown, more) => format!("{} {word} {more} more", shown.join(", ")),
    }
}
