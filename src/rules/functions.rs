//! The functions that conditions and messages may call, as they are documented and checked: a few of the language's own,
//! and two for wording. `language/calls.rs` computes them.

use super::shape::Shape;

/// A function that a rule may call.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How it is written.
    pub usage: &'static str,
    /// What it gives, in words.
    pub text: &'static str,
    /// The shape of what it gives.
    pub result: Shape,
}

const fn function(name: &'static str, usage: &'static str, text: &'static str, result: Shape) -> Function {
    Function { name, usage, text, result }
}

/// Every function, in the order of the documentation. What is not here cannot be called: none of these
/// makes a large value out of a small one.
pub const FUNCTIONS: &[Function] = &[
    function("size", "list.size(), text.size()", "number of elements or characters", Shape::Whole),
    function("contains", "text.contains('x')", "whether the text has the part", Shape::Flag),
    function("startsWith", "text.startsWith('x')", "whether the text begins with the part", Shape::Flag),
    function("endsWith", "text.endsWith('x')", "whether the text ends with the part", Shape::Flag),
    function(
        "matches",
        "text.matches('^x')",
        "whether a regular expression is found in the text",
        Shape::Flag,
    ),
    function("lowerAscii", "text.lowerAscii()", "the text with A to Z in lower case", Shape::Text),
    function("upperAscii", "text.upperAscii()", "the text with a to z in upper case", Shape::Text),
    function("string", "string(number)", "the number as text", Shape::Text),
    function("int", "int(text)", "the text as a number", Shape::Whole),
    function("join", "list.join(', ')", "a list of texts as one text", Shape::Text),
    function(
        "counted",
        "counted(list, 'key', 'keys')",
        "the number of elements with the right noun: `1 key`, `2 keys`",
        Shape::Text,
    ),
    function(
        "listed",
        "listed(list)",
        "a list of texts in words: `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`",
        Shape::Text,
    ),
];
