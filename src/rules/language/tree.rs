//! The tree of an expression: what the parser gives, and the evaluator walks.

use std::sync::OnceLock;

use regex::Regex;

use super::calls::Function;

/// A part of an expression.
#[derive(Debug)]
pub struct Node {
    /// Where a person has to look, in bytes from the start of the text: a field's and a function's name, an operator's
    /// sign, and else where it begins.
    pub at: usize,
    /// What it is.
    pub kind: NodeKind,
}

/// What a part of an expression is.
#[derive(Debug)]
pub enum NodeKind {
    /// A value that is written out.
    Literal(Literal),
    /// A name.
    Name(Box<str>),
    /// `of.name`.
    Field(Box<Node>, Box<str>),
    /// `has(of.name)`.
    Has(Box<Node>, Box<str>),
    /// `of[index]`.
    Index(Box<[Node; 2]>),
    /// `[a, b]`.
    List(Vec<Node>),
    /// `!a`.
    Not(Box<Node>),
    /// `-a`.
    Negate(Box<Node>),
    /// `a && b && c`, or `a || b || c`: each operand with the sign that joins it to the others.
    Logic(Logic, Vec<(usize, Node)>),
    /// `a == b`, `a + b`, `a in b`.
    Binary(Operator, Box<[Node; 2]>),
    /// `condition ? yes : no`.
    Condition(Box<[Node; 3]>),
    /// `list.filter(x, …)`.
    Loop(Box<Loop>),
    /// `text.size()`, `size(text)`.
    Call(Box<Call>),
}

/// A value that is written out.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `null`.
    Null,
    /// `true`.
    Flag(bool),
    /// `1`.
    Whole(i64),
    /// `1u`.
    Unsigned(u64),
    /// `1.5`.
    Fraction(f64),
    /// `'a'`.
    Text(Box<str>),
}

/// What joins conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logic {
    /// `&&`.
    And,
    /// `||`.
    Or,
}

/// An operator between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `==`.
    Equal,
    /// `!=`.
    Unequal,
    /// `<`.
    Less,
    /// `<=`.
    AtMost,
    /// `>`.
    Greater,
    /// `>=`.
    AtLeast,
    /// `in`.
    In,
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `%`.
    Remainder,
}

/// What a loop does with the elements of its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopKind {
    /// `all`.
    All,
    /// `exists`.
    Exists,
    /// `exists_one`.
    ExistsOne,
    /// `filter`.
    Filter,
    /// `map`.
    Map,
}

/// A loop over a list.
#[derive(Debug)]
pub struct Loop {
    /// What it does.
    pub kind: LoopKind,
    /// The list.
    pub list: Node,
    /// The name that an element has inside.
    pub variable: Box<str>,
    /// Of `map` with three arguments: the condition under which an element is taken.
    pub guard: Option<Node>,
    /// What is asked of each element, or made of it.
    pub body: Node,
}

/// A call of a function.
#[derive(Debug)]
pub struct Call {
    /// Its name.
    pub name: Box<str>,
    /// What is called; `None` where there is no function that is called so.
    pub function: Option<Function>,
    /// What stands before the dot, if anything does, and what stands in the parentheses.
    pub arguments: Vec<Node>,
    /// The regular expression of `matches`, when it is written out: compiled when it is first needed.
    pub pattern: OnceLock<Option<Regex>>,
}

impl Node {
    /// The parts that it is made of.
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            NodeKind::Literal(_) | NodeKind::Name(_) => Vec::new(),
            NodeKind::Field(of, _) | NodeKind::Has(of, _) | NodeKind::Not(of) | NodeKind::Negate(of) => {
                vec![of]
            }
            NodeKind::Index(pair) | NodeKind::Binary(_, pair) => pair.iter().collect(),
            NodeKind::List(elements) => elements.iter().collect(),
            NodeKind::Logic(_, operands) => operands.iter().map(|(_, operand)| operand).collect(),
            NodeKind::Condition(parts) => parts.iter().collect(),
            NodeKind::Loop(it) => [&it.list, &it.body].into_iter().chain(&it.guard).collect(),
            NodeKind::Call(call) => call.arguments.iter().collect(),
        }
    }

    /// Whether it nests deeper than so many levels. Walks without recursion: it is what makes recursion over the tree
    /// safe.
    pub fn is_deeper_than(&self, limit: usize) -> bool {
        let mut waiting = vec![(self, 1)];
        while let Some((node, depth)) = waiting.pop() {
            if depth > limit {
                return true;
            }
            // Leaves are most of a tree.
            if !matches!(node.kind, NodeKind::Literal(_) | NodeKind::Name(_)) {
                waiting.extend(node.children().into_iter().map(|child| (child, depth + 1)));
            }
        }
        false
    }

    /// Whether it uses a name. One that a loop gives to its elements counts as well, which does no harm.
    pub fn uses(&self, name: &str) -> bool {
        let mut waiting = vec![self];
        while let Some(node) = waiting.pop() {
            match &node.kind {
                NodeKind::Name(used) if **used == *name => return true,
                NodeKind::Literal(_) | NodeKind::Name(_) => {}
                _ => waiting.extend(node.children()),
            }
        }
        false
    }
}
