//! Checks an expression against the record before it is ever evaluated: a field that is misspelt in a rule
//! must be found when the rule is read, not on the day it should have fired.

use super::functions::FUNCTIONS;
use super::language::{Call, Literal, Loop, LoopKind, Node, NodeKind, Operator};
use super::names::closest;
use super::record::Record;
use super::shape::{Shape, words};

/// The names that an expression may use, and their shapes. Later ones hide earlier ones.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    names: Vec<(String, Shape)>,
}

/// What is wrong with an expression, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do, when there is something.
    pub help: Option<String>,
    /// Where, counted from the start of the expression: in characters, once [`super::expression`] hands it out.
    pub offset: usize,
}

/// Nesting of an expression tree. Parentheses and macros count; a readable condition stays below 20. The
/// evaluator recurses, so this also bounds its stack.
const MAX_DEPTH: usize = 60;

/// The loops, and the test for a field. Written as they should be, they never reach the tree under their names.
const MACROS: [&str; 6] = ["all", "exists", "exists_one", "filter", "has", "map"];

impl Scope {
    /// Adds a name.
    pub fn add(&mut self, name: &str, shape: Shape) {
        self.names.push((name.to_owned(), shape));
    }

    /// The shape of a name.
    pub fn get(&self, name: &str) -> Option<&Shape> {
        self.names.iter().rev().find(|(known, _)| known == name).map(|(_, shape)| shape)
    }

    fn known(&self) -> Vec<&str> {
        self.names.iter().map(|(name, _)| name.as_str()).collect()
    }
}

/// The shape of what a parsed expression gives.
///
/// # Errors
///
/// The first fault, its offset in bytes: an unknown name, field or function, operands that cannot go together, too much
/// nesting.
pub fn check(root: &Node, scope: &Scope) -> Result<Shape, Fault> {
    if root.is_deeper_than(MAX_DEPTH) {
        return Err(Fault {
            message: "the expression is nested too deeply".to_owned(),
            help: Some("name a part of it under `let`".to_owned()),
            offset: 0,
        });
    }
    Checker { scope, variables: Vec::new() }.shape(root)
}

struct Checker<'a> {
    scope: &'a Scope,
    /// The names of the loops around, innermost last, and what their elements are.
    variables: Vec<(&'a str, Shape)>,
}

impl<'a> Checker<'a> {
    fn shape(&mut self, node: &'a Node) -> Result<Shape, Fault> {
        match &node.kind {
            NodeKind::Literal(literal) => Ok(literal_shape(literal)),
            NodeKind::Name(name) => self.name(node, name),
            NodeKind::Field(of, name) => self.field(node, of, name),
            NodeKind::Has(of, name) => self.field(node, of, name).map(|_| Shape::Flag),
            NodeKind::Index(pair) => {
                let list = self.shape(&pair[0])?;
                self.shape(&pair[1])?;
                match list.present() {
                    Shape::List(element) => Ok((**element).clone()),
                    Shape::Any => Ok(Shape::Any),
                    other => Err(fault(node, format!("a {other} has no elements"), None)),
                }
            }
            NodeKind::List(elements) => {
                let mut element = Shape::Nothing;
                for item in elements {
                    element = element.or(self.shape(item)?);
                }
                Ok(Shape::List(Box::new(element)))
            }
            NodeKind::Not(operand) => {
                let shape = self.shape(operand)?;
                expect_flag(node.at, &shape)
            }
            NodeKind::Negate(operand) => {
                let shape = self.shape(operand)?;
                comparable(node, &shape, &Shape::Whole)?;
                Ok(Shape::Whole)
            }
            NodeKind::Logic(_, operands) => {
                for (at, operand) in operands {
                    let shape = self.shape(operand)?;
                    expect_flag(*at, &shape)?;
                }
                Ok(Shape::Flag)
            }
            NodeKind::Binary(operator, pair) => {
                let left = self.shape(&pair[0])?;
                let right = self.shape(&pair[1])?;
                binary(node, *operator, &left, &right)
            }
            NodeKind::Condition(parts) => {
                let condition = self.shape(&parts[0])?;
                let yes = self.shape(&parts[1])?;
                let no = self.shape(&parts[2])?;
                expect_flag(node.at, &condition)?;
                Ok(yes.or(no))
            }
            NodeKind::Loop(it) => self.elements(it),
            NodeKind::Call(call) => self.call(node, call),
        }
    }

    fn name(&self, node: &Node, name: &str) -> Result<Shape, Fault> {
        let variable = self.variables.iter().rev().find(|(known, _)| *known == name).map(|(_, shape)| shape);
        if let Some(shape) = variable.or_else(|| self.scope.get(name)) {
            return Ok(shape.clone());
        }
        let mut known = self.scope.known();
        known.extend(self.variables.iter().map(|(name, _)| *name));
        Err(fault(node, format!("there is no `{name}` here"), Some(choices(name, "names", &known))))
    }

    fn field(&mut self, node: &Node, of: &'a Node, name: &str) -> Result<Shape, Fault> {
        let operand = self.shape(of)?;
        match operand.present() {
            Shape::Record(record) => record_field(node, record, name),
            Shape::Any | Shape::Nothing => Ok(Shape::Any),
            other => {
                let help = matches!(other, Shape::List(_)).then(|| {
                    "use `.filter(x, …)`, `.exists(x, …)`, `.map(x, …)` or `[0]` to get at its elements"
                        .to_owned()
                });
                Err(fault(node, format!("a {other} has no field `{name}`"), help))
            }
        }
    }

    fn elements(&mut self, it: &'a Loop) -> Result<Shape, Fault> {
        let list = self.shape(&it.list)?;
        let element = match list.present() {
            Shape::List(element) => (**element).clone(),
            Shape::Any | Shape::Nothing => Shape::Any,
            other => return Err(fault(&it.list, format!("a {other} is not a list"), None)),
        };
        self.variables.push((&it.variable, element.clone()));
        let shape = self.body(it, element);
        self.variables.pop();
        shape
    }

    fn body(&mut self, it: &'a Loop, element: Shape) -> Result<Shape, Fault> {
        if let Some(guard) = &it.guard {
            let shape = self.shape(guard)?;
            expect_flag(guard.at, &shape)?;
        }
        let shape = self.shape(&it.body)?;
        match it.kind {
            LoopKind::Map => Ok(Shape::List(Box::new(shape))),
            LoopKind::Filter => {
                expect_flag(it.body.at, &shape)?;
                Ok(Shape::List(Box::new(element)))
            }
            LoopKind::All | LoopKind::Exists | LoopKind::ExistsOne => expect_flag(it.body.at, &shape),
        }
    }

    fn call(&mut self, node: &Node, call: &'a Call) -> Result<Shape, Fault> {
        if MACROS.contains(&&*call.name) {
            let help = "it is written `list.filter(x, x.active)`; `has` is written `has(x.field)`".to_owned();
            let message = format!("`{}` is not used as it should be", call.name);
            return Err(fault(node, message, Some(help)));
        }
        for argument in &call.arguments {
            self.shape(argument)?;
        }
        if let Some(function) = FUNCTIONS.iter().find(|function| *function.name == *call.name) {
            return Ok(function.result.clone());
        }
        let known: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).chain(MACROS).collect();
        Err(fault(
            node,
            format!("there is no function `{}`", call.name),
            Some(choices(&call.name, "functions", &known)),
        ))
    }
}

fn record_field(node: &Node, record: &Record, name: &str) -> Result<Shape, Fault> {
    if let Some(field) = record.fields.iter().find(|field| field.name == name) {
        return Ok(Shape::of_field(field));
    }
    let known: Vec<&str> = record.fields.iter().map(|field| field.name).collect();
    let message = format!("a record of the kind `{}` has no field `{name}`", words(record));
    Err(fault(node, message, Some(choices(name, "fields", &known))))
}

fn binary(node: &Node, operator: Operator, left: &Shape, right: &Shape) -> Result<Shape, Fault> {
    match operator {
        Operator::Equal
        | Operator::Unequal
        | Operator::Less
        | Operator::AtMost
        | Operator::Greater
        | Operator::AtLeast => comparable(node, left, right),
        Operator::In => match right.present() {
            Shape::List(inner) => comparable(node, left, inner),
            Shape::Any | Shape::Nothing => Ok(Shape::Flag),
            other => Err(fault(node, format!("a {other} is not a list"), None)),
        },
        Operator::Add => sum(node, left, right),
        Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Remainder => {
            comparable(node, left, &Shape::Whole)?;
            comparable(node, right, &Shape::Whole)?;
            Ok(Shape::Whole)
        }
    }
}

fn sum(node: &Node, left: &Shape, right: &Shape) -> Result<Shape, Fault> {
    match (left.present(), right.present()) {
        (Shape::List(_), Shape::List(_))
        | (Shape::Text, Shape::Text)
        | (Shape::Whole, Shape::Whole)
        | (Shape::Any, _)
        | (_, Shape::Any) => Ok(left.present().clone().or(right.present().clone())),
        (Shape::List(_), other) | (other, Shape::List(_)) => Err(fault(
            node,
            format!("a list and a {other} cannot be added"),
            Some("put the single value in brackets: `[user.password] + active`".to_owned()),
        )),
        _ => Err(fault(
            node,
            format!("a {left} and a {right} cannot be added"),
            Some("`string(…)` turns a number into text".to_owned()),
        )),
    }
}

fn comparable(node: &Node, left: &Shape, right: &Shape) -> Result<Shape, Fault> {
    if left.fits(right) {
        return Ok(Shape::Flag);
    }
    Err(fault(node, format!("`{left}` and `{right}` never compare"), None))
}

fn expect_flag(offset: usize, shape: &Shape) -> Result<Shape, Fault> {
    if shape.present().fits(&Shape::Flag) {
        return Ok(Shape::Flag);
    }
    Err(Fault { message: format!("this needs true or false, and gets a {shape}"), help: None, offset })
}

fn fault(node: &Node, message: impl Into<String>, help: Option<String>) -> Fault {
    Fault { message: message.into(), help, offset: node.at }
}

fn literal_shape(literal: &Literal) -> Shape {
    match literal {
        Literal::Flag(_) => Shape::Flag,
        Literal::Text(_) => Shape::Text,
        Literal::Whole(_) | Literal::Unsigned(_) => Shape::Whole,
        Literal::Null => Shape::Null,
        Literal::Fraction(_) => Shape::Any,
    }
}

fn choices(wrong: &str, what: &str, known: &[&str]) -> String {
    let list = known.join(", ");
    match closest(wrong, known).first() {
        Some(near) => format!("did you mean `{near}`? {what}: {list}"),
        None => format!("{what}: {list}"),
    }
}
