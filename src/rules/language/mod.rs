//! The language of expressions: the part of Google's Common Expression Language that rules use.
//!
//! A text becomes a tree ([`parse`]), the tree becomes a value ([`evaluate`]). Values borrow from the records and from
//! the tree; nothing is converted beforehand. Whatever is evaluated is counted, and given up beyond a bound.

mod calls;
mod evaluator;
mod lexer;
mod operators;
#[cfg(test)]
mod oracle_tests;
mod parser;
mod text;
mod tree;
mod value;

pub use evaluator::{Names, Problem, STEPS_OF_LOOK, Steps, evaluate};
pub use parser::parse;
pub use tree::{Call, Literal, Loop, LoopKind, Node, NodeKind, Operator};
#[cfg(test)]
pub use value::Text;
pub use value::{AsValue, Fields, Value};

/// How deep expressions may stand in one another: the parser recurses over parentheses, the evaluator over the tree.
const MAX_NESTING: usize = 96;

/// What is wrong with the text of an expression, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxFault {
    /// Where, in bytes from the start.
    pub at: usize,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do, when there is something.
    pub help: Option<&'static str>,
}

impl SyntaxFault {
    fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), help: None }
    }

    fn with_help(self, help: &'static str) -> Self {
        Self { help: Some(help), ..self }
    }
}
