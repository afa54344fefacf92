//! What operators make of values.

use std::cmp::Ordering;

use super::evaluator::{Problem, STEPS_OF_ELEMENT, STEPS_OF_LOOK, Steps};
use super::tree::Operator;
use super::value::{Fields, List, Value};

/// What an operator makes of two values.
pub fn binary<'r>(
    operator: Operator,
    left: Value<'r>,
    right: Value<'r>,
    steps: &mut Steps,
) -> Result<Value<'r>, Problem> {
    let is = |wanted: fn(Ordering) -> bool| Ok(Value::Flag(wanted(order(&left, &right)?)));
    match operator {
        Operator::Equal => Ok(Value::Flag(equal(&left, &right, steps)?)),
        Operator::Unequal => Ok(Value::Flag(!equal(&left, &right, steps)?)),
        Operator::Less => is(Ordering::is_lt),
        Operator::AtMost => is(Ordering::is_le),
        Operator::Greater => is(Ordering::is_gt),
        Operator::AtLeast => is(Ordering::is_ge),
        Operator::In => contains(&right, &left, steps).map(Value::Flag),
        Operator::Add => match (left, right) {
            (Value::Text(left), Value::Text(right)) => {
                let (left, right) = (left.as_str(), right.as_str());
                steps.add(left.len() + right.len())?;
                Ok(Value::text([left, right].concat()))
            }
            (Value::List(left), Value::List(right)) => {
                steps.add((left.count() + right.count()).saturating_mul(STEPS_OF_ELEMENT))?;
                Ok(Value::list(left.elements().chain(right.elements()).collect()))
            }
            (left, right) => arithmetic(operator, &left, &right),
        },
        Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Remainder => {
            arithmetic(operator, &left, &right)
        }
    }
}

fn arithmetic<'r>(operator: Operator, left: &Value<'_>, right: &Value<'_>) -> Result<Value<'r>, Problem> {
    let is_division = matches!(operator, Operator::Divide | Operator::Remainder);
    let result = match (left, right) {
        (Value::Whole(_), Value::Whole(0)) | (Value::Unsigned(_), Value::Unsigned(0)) if is_division => {
            return Err("a number is divided by zero".into());
        }
        (Value::Whole(left), Value::Whole(right)) => {
            let (left, right) = (*left, *right);
            match operator {
                Operator::Add => left.checked_add(right),
                Operator::Subtract => left.checked_sub(right),
                Operator::Multiply => left.checked_mul(right),
                Operator::Divide => left.checked_div(right),
                _ => left.checked_rem(right),
            }
            .map(Value::Whole)
        }
        (Value::Unsigned(left), Value::Unsigned(right)) => {
            let (left, right) = (*left, *right);
            match operator {
                Operator::Add => left.checked_add(right),
                Operator::Subtract => left.checked_sub(right),
                Operator::Multiply => left.checked_mul(right),
                Operator::Divide => left.checked_div(right),
                _ => left.checked_rem(right),
            }
            .map(Value::Unsigned)
        }
        (Value::Fraction(left), Value::Fraction(right)) if operator != Operator::Remainder => {
            Some(Value::Fraction(match operator {
                Operator::Add => left + right,
                Operator::Subtract => left - right,
                Operator::Multiply => left * right,
                _ => left / right,
            }))
        }
        _ => {
            let message = format!("there is no arithmetic of a {} and a {}", left.kind(), right.kind());
            return Err(message.into());
        }
    };
    result.ok_or_else(|| "a number becomes too large".into())
}

/// The number with the other sign.
pub fn negated<'r>(value: &Value<'_>) -> Result<Value<'r>, Problem> {
    match value {
        Value::Whole(number) => {
            number.checked_neg().map(Value::Whole).ok_or_else(|| "a number becomes too large".into())
        }
        Value::Fraction(number) => Ok(Value::Fraction(-number)),
        other => Err(format!("a {} has no sign", other.kind()).into()),
    }
}

/// An element of a list, or a field of a record.
pub fn index<'r>(of: &Value<'r>, at: &Value<'_>) -> Result<Value<'r>, Problem> {
    let outside = || Problem::from("the list has no such element");
    match (of, at) {
        (Value::List(list), Value::Whole(at)) => {
            usize::try_from(*at).ok().and_then(|at| list.element(at)).ok_or_else(outside)
        }
        (Value::List(list), Value::Unsigned(at)) => {
            usize::try_from(*at).ok().and_then(|at| list.element(at)).ok_or_else(outside)
        }
        (Value::List(list), Value::Fraction(at)) => whole(*at)
            .and_then(|at| usize::try_from(at).ok())
            .and_then(|at| list.element(at))
            .ok_or_else(outside),
        (Value::Record(record), Value::Text(name)) => {
            let record: &'r dyn Fields = *record;
            record.field(name.as_str()).ok_or_else(|| "the record has no such field".into())
        }
        (of, at) => Err(format!("a {} has no element at a {}", of.kind(), at.kind()).into()),
    }
}

/// The whole number that a fraction is.
fn whole(number: f64) -> Option<i64> {
    number.to_string().parse().ok()
}

fn contains(container: &Value<'_>, wanted: &Value<'_>, steps: &mut Steps) -> Result<bool, Problem> {
    match (container, wanted) {
        (Value::List(list), _) => {
            for element in list.elements() {
                if equal(&element, wanted, steps)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        (Value::Record(record), Value::Text(name)) => Ok(record.field(name.as_str()).is_some()),
        (Value::Record(_), Value::Flag(_) | Value::Whole(_) | Value::Unsigned(_) | Value::Fraction(_)) => {
            Ok(false)
        }
        (other, _) => Err(format!("a {} is not a list", other.kind()).into()),
    }
}

/// Whether values are equal; those of different kinds are not, but numbers are compared as such. Recursion follows the
/// nesting of lists, which the depth of expressions bounds.
fn equal(left: &Value<'_>, right: &Value<'_>, steps: &mut Steps) -> Result<bool, Problem> {
    steps.add(STEPS_OF_LOOK)?;
    match (left, right) {
        (Value::Null, Value::Null) => Ok(true),
        (Value::List(left), Value::List(right)) => {
            if left.count() != right.count() {
                return Ok(false);
            }
            for (left, right) in left.elements().zip(right.elements()) {
                if !equal(&left, &right, steps)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Record(left), Value::Record(right)) => {
            if left.names().len() != right.names().len() {
                return Ok(false);
            }
            for name in left.names() {
                let (Some(left), Some(right)) = (left.field(name), right.field(name)) else {
                    return Ok(false);
                };
                if !equal(&left, &right, steps)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Text(left), Value::Text(right)) => Ok(left.as_str() == right.as_str()),
        _ => Ok(ordered(left, right) == Some(Ordering::Equal)),
    }
}

fn order(left: &Value<'_>, right: &Value<'_>) -> Result<Ordering, Problem> {
    ordered(left, right)
        .ok_or_else(|| format!("a {} and a {} have no order", left.kind(), right.kind()).into())
}

#[expect(clippy::cast_precision_loss, reason = "the language compares numbers of different types so")]
fn ordered(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Flag(left), Value::Flag(right)) => Some(left.cmp(right)),
        (Value::Text(left), Value::Text(right)) => Some(left.as_str().cmp(right.as_str())),
        (Value::Whole(left), Value::Whole(right)) => Some(left.cmp(right)),
        (Value::Unsigned(left), Value::Unsigned(right)) => Some(left.cmp(right)),
        (Value::Fraction(left), Value::Fraction(right)) => left.partial_cmp(right),
        (Value::Whole(left), Value::Unsigned(right)) => Some(i128::from(*left).cmp(&i128::from(*right))),
        (Value::Unsigned(left), Value::Whole(right)) => Some(i128::from(*left).cmp(&i128::from(*right))),
        (Value::Whole(left), Value::Fraction(right)) => (*left as f64).partial_cmp(right),
        (Value::Fraction(left), Value::Whole(right)) => left.partial_cmp(&(*right as f64)),
        (Value::Unsigned(left), Value::Fraction(right)) => (*left as f64).partial_cmp(right),
        (Value::Fraction(left), Value::Unsigned(right)) => left.partial_cmp(&(*right as f64)),
        _ => None,
    }
}

/// The elements of a list.
pub fn list<'v, 'r>(value: &'v Value<'r>) -> Result<&'v List<'r>, Problem> {
    match value {
        Value::List(list) => Ok(list),
        other => Err(format!("a {} is not a list", other.kind()).into()),
    }
}

/// A text.
pub fn text<'v>(value: &'v Value<'_>) -> Result<&'v str, Problem> {
    match value {
        Value::Text(text) => Ok(text.as_str()),
        other => Err(format!("a {} is not a text", other.kind()).into()),
    }
}
