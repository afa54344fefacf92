//! Checks an expression against the record before it is ever evaluated: a field that is misspelt in a rule
//! must be found when the rule is read, not on the day it should have fired.

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, ListExpr, LiteralValue, SelectExpr, operators};
use cel::{IdedExpr, Program};

use super::functions::FUNCTIONS;
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
    /// Where, counted in characters from the start of the expression.
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
        self.names.iter().map(|(name, _)| name.as_str()).filter(|name| !name.starts_with('@')).collect()
    }
}

/// The shape of what a parsed expression gives.
///
/// # Errors
///
/// The first fault: an unknown name, field or function, operands that cannot go together, too much nesting.
pub fn check(program: &Program, scope: &Scope) -> Result<Shape, Fault> {
    let root = program.expression();
    if is_deeper_than(root, MAX_DEPTH) {
        return Err(Fault {
            message: "the expression is nested too deeply".to_owned(),
            help: Some("name a part of it under `let`".to_owned()),
            offset: 0,
        });
    }
    Checker { program, scope: scope.clone() }.shape(root)
}

/// Walks without recursion: it is what makes recursion over the tree safe.
fn is_deeper_than(root: &IdedExpr, limit: usize) -> bool {
    let mut waiting = vec![(root, 1)];
    while let Some((node, depth)) = waiting.pop() {
        if depth > limit {
            return true;
        }
        waiting.extend(children(&node.expr).into_iter().map(|child| (child, depth + 1)));
    }
    false
}

/// Whether an expression uses a name. One that a loop gives to its elements counts as well, which does no harm.
pub fn uses(root: &IdedExpr, name: &str) -> bool {
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        if matches!(&node.expr, Expr::Ident(used) if used == name) {
            return true;
        }
        waiting.extend(children(&node.expr));
    }
    false
}

fn children(expression: &Expr) -> Vec<&IdedExpr> {
    match expression {
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::Comprehension(comprehension) => vec![
            &comprehension.iter_range,
            &comprehension.accu_init,
            &comprehension.loop_cond,
            &comprehension.loop_step,
            &comprehension.result,
        ],
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Select(select) => vec![&select.operand],
        // Refused before anything looks inside.
        Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => Vec::new(),
    }
}

struct Checker<'a> {
    program: &'a Program,
    scope: Scope,
}

impl Checker<'_> {
    fn shape(&mut self, node: &IdedExpr) -> Result<Shape, Fault> {
        match &node.expr {
            Expr::Literal(literal) => Ok(literal_shape(literal)),
            Expr::Ident(name) => self.name(node, name),
            Expr::Select(select) => self.field(node, select),
            Expr::Call(call) => self.call(node, call),
            Expr::List(list) => self.list(list),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => {
                Err(self.fault(node, "maps and structures cannot be used here", None))
            }
        }
    }

    fn name(&self, node: &IdedExpr, name: &str) -> Result<Shape, Fault> {
        if let Some(shape) = self.scope.get(name) {
            return Ok(shape.clone());
        }
        let known = self.scope.known();
        Err(self.fault(node, format!("there is no `{name}` here"), Some(choices(name, "names", &known))))
    }

    fn field(&mut self, node: &IdedExpr, select: &SelectExpr) -> Result<Shape, Fault> {
        let operand = self.shape(&select.operand)?;
        let shape = match operand.present() {
            Shape::Record(record) => self.record_field(node, record, &select.field)?,
            Shape::Any | Shape::Nothing => Shape::Any,
            other => {
                let help = matches!(other, Shape::List(_)).then(|| {
                    "use `.filter(x, …)`, `.exists(x, …)`, `.map(x, …)` or `[0]` to get at its elements"
                        .to_owned()
                });
                return Err(self.fault(node, format!("a {other} has no field `{}`", select.field), help));
            }
        };
        Ok(if select.test { Shape::Flag } else { shape })
    }

    fn record_field(&self, node: &IdedExpr, record: &Record, name: &str) -> Result<Shape, Fault> {
        if let Some(field) = record.fields.iter().find(|field| field.name == name) {
            return Ok(Shape::of_field(field));
        }
        let known: Vec<&str> = record.fields.iter().map(|field| field.name).collect();
        let message = format!("a record of the kind `{}` has no field `{name}`", words(record));
        Err(self.fault(node, message, Some(choices(name, "fields", &known))))
    }

    fn list(&mut self, list: &ListExpr) -> Result<Shape, Fault> {
        let mut element = Shape::Nothing;
        for item in &list.elements {
            element = element.or(self.shape(item)?);
        }
        Ok(Shape::List(Box::new(element)))
    }

    fn comprehension(&mut self, comprehension: &ComprehensionExpr) -> Result<Shape, Fault> {
        let range = self.shape(&comprehension.iter_range)?;
        let element = match range.present() {
            Shape::List(element) => (**element).clone(),
            Shape::Any | Shape::Nothing => Shape::Any,
            other => {
                return Err(self.fault(&comprehension.iter_range, format!("a {other} is not a list"), None));
            }
        };
        let start = self.shape(&comprehension.accu_init)?;
        let outer = self.scope.names.len();
        self.scope.add(&comprehension.iter_var, element);
        if let Some(second) = &comprehension.iter_var2 {
            self.scope.add(second, Shape::Any);
        }
        self.scope.add(&comprehension.accu_var, start.clone());
        let shape = self.loop_shape(comprehension, start);
        self.scope.names.truncate(outer);
        shape
    }

    fn loop_shape(&mut self, comprehension: &ComprehensionExpr, start: Shape) -> Result<Shape, Fault> {
        self.shape(&comprehension.loop_cond)?;
        let step = self.shape(&comprehension.loop_step)?;
        self.scope.add(&comprehension.accu_var, start.or(step));
        self.shape(&comprehension.result)
    }

    fn call(&mut self, node: &IdedExpr, call: &CallExpr) -> Result<Shape, Fault> {
        if MACROS.contains(&call.func_name.as_str()) {
            let help = "it is written `list.filter(x, x.active)`; `has` is written `has(x.field)`".to_owned();
            let message = format!("`{}` is not used as it should be", call.func_name);
            return Err(self.fault(node, message, Some(help)));
        }
        let mut arguments = Vec::new();
        for argument in call.target.as_deref().into_iter().chain(&call.args) {
            arguments.push(self.shape(argument)?);
        }
        match (call.func_name.as_str(), arguments.as_slice()) {
            (operators::CONDITIONAL, [condition, yes, no]) => {
                self.expect_flag(node, condition)?;
                Ok(yes.clone().or(no.clone()))
            }
            (operators::LOGICAL_AND | operators::LOGICAL_OR, [left, right]) => {
                self.expect_flag(node, left)?;
                self.expect_flag(node, right)?;
                Ok(Shape::Flag)
            }
            (operators::LOGICAL_NOT, [operand]) => {
                self.expect_flag(node, operand)?;
                Ok(Shape::Flag)
            }
            (operators::NOT_STRICTLY_FALSE, _) => Ok(Shape::Flag),
            (operators::IN, [element, list]) => match list.present() {
                Shape::List(inner) => self.comparable(node, element, inner),
                Shape::Any | Shape::Nothing => Ok(Shape::Flag),
                other => Err(self.fault(node, format!("a {other} is not a list"), None)),
            },
            (name, [left, right]) if is_comparison(name) => self.comparable(node, left, right),
            (operators::ADD, [left, right]) => self.sum(node, left, right),
            (operators::INDEX, [list, _]) => match list.present() {
                Shape::List(element) => Ok((**element).clone()),
                Shape::Any => Ok(Shape::Any),
                other => Err(self.fault(node, format!("a {other} has no elements"), None)),
            },
            (name, operands) if is_arithmetic(name) => {
                for operand in operands {
                    self.comparable(node, operand, &Shape::Whole)?;
                }
                Ok(Shape::Whole)
            }
            (name, _) => self.function(node, name),
        }
    }

    fn function(&self, node: &IdedExpr, name: &str) -> Result<Shape, Fault> {
        if let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) {
            return Ok(function.result.clone());
        }
        let known: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).chain(MACROS).collect();
        Err(self.fault(
            node,
            format!("there is no function `{name}`"),
            Some(choices(name, "functions", &known)),
        ))
    }

    fn sum(&self, node: &IdedExpr, left: &Shape, right: &Shape) -> Result<Shape, Fault> {
        match (left.present(), right.present()) {
            (Shape::List(_), Shape::List(_))
            | (Shape::Text, Shape::Text)
            | (Shape::Whole, Shape::Whole)
            | (Shape::Any, _)
            | (_, Shape::Any) => Ok(left.present().clone().or(right.present().clone())),
            (Shape::List(_), other) | (other, Shape::List(_)) => Err(self.fault(
                node,
                format!("a list and a {other} cannot be added"),
                Some("put the single value in brackets: `[user.password] + active`".to_owned()),
            )),
            _ => Err(self.fault(
                node,
                format!("a {left} and a {right} cannot be added"),
                Some("`string(…)` turns a number into text".to_owned()),
            )),
        }
    }

    fn comparable(&self, node: &IdedExpr, left: &Shape, right: &Shape) -> Result<Shape, Fault> {
        if left.fits(right) {
            return Ok(Shape::Flag);
        }
        Err(self.fault(node, format!("`{left}` and `{right}` never compare"), None))
    }

    fn expect_flag(&self, node: &IdedExpr, shape: &Shape) -> Result<(), Fault> {
        if shape.present().fits(&Shape::Flag) {
            return Ok(());
        }
        Err(self.fault(node, format!("this needs true or false, and gets a {shape}"), None))
    }

    fn fault(&self, node: &IdedExpr, message: impl Into<String>, help: Option<String>) -> Fault {
        let start = self.program.source_info().offset_for(node.id).map_or(0, |(start, _)| start as usize);
        // A selection is placed at its dot and a call at its parenthesis; a person has to look at the name.
        let offset = match &node.expr {
            Expr::Select(_) => start + 1,
            Expr::Call(call) if call.func_name.starts_with(char::is_alphabetic) => {
                start.saturating_sub(call.func_name.chars().count())
            }
            _ => start,
        };
        Fault { message: message.into(), help, offset }
    }
}

fn literal_shape(literal: &LiteralValue) -> Shape {
    match literal {
        LiteralValue::Boolean(_) => Shape::Flag,
        LiteralValue::String(_) => Shape::Text,
        LiteralValue::Int(_) | LiteralValue::UInt(_) => Shape::Whole,
        LiteralValue::Null => Shape::Null,
        LiteralValue::Bytes(_) | LiteralValue::Double(_) => Shape::Any,
    }
}

fn is_comparison(name: &str) -> bool {
    matches!(
        name,
        operators::EQUALS
            | operators::NOT_EQUALS
            | operators::LESS
            | operators::LESS_EQUALS
            | operators::GREATER
            | operators::GREATER_EQUALS
    )
}

fn is_arithmetic(name: &str) -> bool {
    matches!(
        name,
        operators::SUBSTRACT
            | operators::MULTIPLY
            | operators::DIVIDE
            | operators::MODULO
            | operators::NEGATE
    )
}

fn choices(wrong: &str, what: &str, known: &[&str]) -> String {
    let list = known.join(", ");
    match closest(wrong, known).first() {
        Some(near) => format!("did you mean `{near}`? {what}: {list}"),
        None => format!("{what}: {list}"),
    }
}
