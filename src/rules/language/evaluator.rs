//! What an expression gives for the values of its names.

use std::borrow::Cow;
use std::rc::Rc;

use super::operators::{binary, index, negated};
use super::tree::{Literal, Logic, Loop, LoopKind, Node, NodeKind};
use super::value::{List, Text, Value};

/// Most steps that one evaluation may take: some tenths of a second at most. Every part of the tree that is evaluated is
/// one, and so is every byte of text that is made.
const MAX_STEPS: u64 = 10_000_000;

/// Steps that an element of a list that is made counts: it takes about as much memory as so many bytes.
pub const STEPS_OF_ELEMENT: usize = 16;

/// Steps that an element counts that is looked at, in a loop or a comparison.
pub const STEPS_OF_LOOK: usize = 8;

/// The names that an expression may use, and their values. Later ones hide earlier ones.
#[derive(Debug, Default)]
pub struct Names<'r> {
    values: Vec<(&'r str, Value<'r>)>,
}

impl<'r> Names<'r> {
    /// Adds a name.
    pub fn add(&mut self, name: &'r str, value: Value<'r>) {
        self.values.push((name, value));
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.values.len()
    }

    /// Forgets all but the first ones.
    pub fn truncate(&mut self, count: usize) {
        self.values.truncate(count);
    }

    fn get(&self, name: &str) -> Option<&Value<'r>> {
        self.values.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

/// Why an expression gives no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It would take more than [`MAX_STEPS`].
    TooManySteps,
    /// What else went wrong, in words.
    Other(Cow<'static, str>),
}

impl Problem {
    /// What went wrong, in words.
    pub fn message(self) -> String {
        match self {
            Self::TooManySteps => {
                "it takes too many steps for a user with this many credentials and policies".to_owned()
            }
            Self::Other(message) => message.into_owned(),
        }
    }
}

impl From<&'static str> for Problem {
    fn from(message: &'static str) -> Self {
        Self::Other(Cow::Borrowed(message))
    }
}

impl From<String> for Problem {
    fn from(message: String) -> Self {
        Self::Other(Cow::Owned(message))
    }
}

/// What an evaluation may still cost.
#[derive(Debug)]
pub struct Steps(u64);

impl Default for Steps {
    fn default() -> Self {
        Self(MAX_STEPS)
    }
}

impl Steps {
    /// So many of them.
    #[cfg(test)]
    pub fn of(count: u64) -> Self {
        Self(count)
    }

    /// Counts steps.
    ///
    /// # Errors
    ///
    /// More of them than the evaluation may take.
    pub fn add(&mut self, count: usize) -> Result<(), Problem> {
        let left = u64::try_from(count).ok().and_then(|count| self.0.checked_sub(count));
        self.0 = left.unwrap_or_default();
        left.map(|_| ()).ok_or(Problem::TooManySteps)
    }

    /// Counts the reading of bytes, which is quick.
    pub fn read(&mut self, bytes: usize) -> Result<(), Problem> {
        self.add(bytes / 32)
    }
}

/// What an expression gives for the values of its names.
///
/// # Errors
///
/// What is asked of a value that does not have it, or too many steps.
pub fn evaluate<'r>(node: &'r Node, names: &mut Names<'r>, steps: &mut Steps) -> Result<Value<'r>, Problem> {
    Evaluation { names, steps }.value(node)
}

struct Evaluation<'e, 'r> {
    names: &'e mut Names<'r>,
    steps: &'e mut Steps,
}

/// The recursion is bounded by the depth that expressions are limited to when they are compiled.
impl<'r> Evaluation<'_, 'r> {
    fn value(&mut self, node: &'r Node) -> Result<Value<'r>, Problem> {
        self.steps.add(1)?;
        match &node.kind {
            NodeKind::Literal(literal) => Ok(written(literal)),
            NodeKind::Name(name) => {
                let value = self.names.get(name).cloned();
                value.ok_or_else(|| format!("there is no `{name}`").into())
            }
            NodeKind::Field(of, name) => match self.value(of)? {
                Value::Record(record) => {
                    record.field(name).ok_or_else(|| format!("there is no field `{name}`").into())
                }
                other => Err(no_field(&other, name)),
            },
            NodeKind::Has(of, name) => match self.value(of)? {
                Value::Record(record) => Ok(Value::Flag(record.field(name).is_some())),
                other => Err(no_field(&other, name)),
            },
            NodeKind::Index(pair) => {
                let [list, at] = &**pair;
                let list = self.value(list)?;
                index(&list, &self.value(at)?)
            }
            NodeKind::List(elements) => {
                self.steps.add(elements.len() * STEPS_OF_ELEMENT)?;
                let elements = elements.iter().map(|element| self.value(element));
                Ok(Value::list(elements.collect::<Result<_, _>>()?))
            }
            NodeKind::Not(operand) => Ok(Value::Flag(!self.flag(operand)?)),
            NodeKind::Negate(operand) => negated(&self.value(operand)?),
            NodeKind::Logic(logic, operands) => self.logic(*logic, operands),
            NodeKind::Binary(operator, pair) => {
                let [left, right] = &**pair;
                let left = self.value(left)?;
                let right = self.value(right)?;
                binary(*operator, left, right, self.steps)
            }
            NodeKind::Condition(parts) => {
                let [condition, yes, no] = &**parts;
                if self.flag(condition)? { self.value(yes) } else { self.value(no) }
            }
            NodeKind::Loop(it) => self.each(it),
            NodeKind::Call(call) => {
                // No function has more, and most have one: nothing is allocated for them.
                let mut arguments = [Value::Null, Value::Null, Value::Null];
                let Some(taken) = arguments.get_mut(..call.arguments.len()) else {
                    return Err(call.misused());
                };
                for (value, argument) in taken.iter_mut().zip(&call.arguments) {
                    *value = self.value(argument)?;
                }
                call.result(taken, self.steps)
            }
        }
    }

    fn flag(&mut self, node: &'r Node) -> Result<bool, Problem> {
        match self.value(node)? {
            Value::Flag(flag) => Ok(flag),
            other => Err(no_flag(&other)),
        }
    }

    /// What one operand decides, no error of another one changes, before it or after it.
    fn logic(&mut self, logic: Logic, operands: &'r [(usize, Node)]) -> Result<Value<'r>, Problem> {
        let deciding = logic == Logic::Or;
        let mut problem = None;
        for (_, operand) in operands {
            match self.flag(operand) {
                Ok(flag) if flag == deciding => return Ok(Value::Flag(deciding)),
                Ok(_) => {}
                Err(Problem::TooManySteps) => return Err(Problem::TooManySteps),
                Err(other) => problem = problem.or(Some(other)),
            }
        }
        problem.map_or(Ok(Value::Flag(!deciding)), Err)
    }

    fn each(&mut self, it: &'r Loop) -> Result<Value<'r>, Problem> {
        let list = match self.value(&it.list)? {
            Value::List(list) => list,
            other => return Err(format!("a {} is not a list", other.kind()).into()),
        };
        let outer = self.names.count();
        self.names.add(&it.variable, Value::Null);
        let result = self.elements(it, &list, outer);
        self.names.truncate(outer);
        result
    }

    /// The elements of a list one after the other, under the name that stands at `slot`.
    fn elements(&mut self, it: &'r Loop, list: &List<'r>, slot: usize) -> Result<Value<'r>, Problem> {
        let mut made = Vec::new();
        let mut found = 0_usize;
        let mut problem = None;
        for element in list.elements() {
            let kept = if it.kind == LoopKind::Filter { Some(element.clone()) } else { None };
            self.names.values[slot].1 = element;
            if let Some(guard) = &it.guard
                && !self.flag(guard)?
            {
                continue;
            }
            match it.kind {
                LoopKind::Map => made.push(self.value(&it.body)?),
                LoopKind::Filter => {
                    if self.flag(&it.body)? {
                        made.extend(kept);
                    }
                }
                LoopKind::ExistsOne => found += usize::from(self.flag(&it.body)?),
                // As of operands: what one element decides, no error of another one changes.
                LoopKind::All | LoopKind::Exists => match self.flag(&it.body) {
                    Ok(flag) if flag == (it.kind == LoopKind::Exists) => return Ok(Value::Flag(flag)),
                    Ok(_) => {}
                    Err(Problem::TooManySteps) => return Err(Problem::TooManySteps),
                    Err(other) => problem = problem.or(Some(other)),
                },
            }
            self.steps.add(if made.is_empty() { STEPS_OF_LOOK } else { STEPS_OF_ELEMENT })?;
        }
        match (it.kind, problem) {
            (_, Some(problem)) => Err(problem),
            (LoopKind::All, None) => Ok(Value::Flag(true)),
            (LoopKind::Exists, None) => Ok(Value::Flag(false)),
            (LoopKind::ExistsOne, None) => Ok(Value::Flag(found == 1)),
            (LoopKind::Filter | LoopKind::Map, None) => Ok(Value::List(List::Made(Rc::new(made)))),
        }
    }
}

fn written(literal: &Literal) -> Value<'_> {
    match literal {
        Literal::Null => Value::Null,
        Literal::Flag(flag) => Value::Flag(*flag),
        Literal::Whole(number) => Value::Whole(*number),
        Literal::Unsigned(number) => Value::Unsigned(*number),
        Literal::Fraction(number) => Value::Fraction(*number),
        Literal::Text(text) => Value::Text(Text::Borrowed(text)),
    }
}

fn no_field(value: &Value<'_>, name: &str) -> Problem {
    match value {
        Value::Null => format!("null has no field `{name}`").into(),
        other => format!("a {} has no field `{name}`", other.kind()).into(),
    }
}

fn no_flag(value: &Value<'_>) -> Problem {
    match value {
        Value::Null => "null is neither true nor false".into(),
        other => format!("a {} is neither true nor false", other.kind()).into(),
    }
}
