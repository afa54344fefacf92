//! Operators, and the passage between boolean values and conditions.

use std::sync::Arc;

use crate::source::Span;
use crate::syntax::hcl::{BinaryOperator, UnaryOperator};
use crate::value::{
    Condition, Data, Number, NumberError, Question, Reason, Type, Unknown, Value, choose, convert, describe,
    equal, hoist, lift,
};

use super::error;

/// When a value used as a condition is true. An unknown is a question with two answers. The error is the
/// error value that the whole expression becomes.
pub fn condition_of(value: &Value, span: Span) -> Result<Condition, Value> {
    match &value.data {
        Data::Choice(alternatives) => {
            let mut holds = Condition::never();
            let mut failure = None;
            for (condition, alternative) in alternatives.iter() {
                match condition_of(alternative, span) {
                    Ok(inner) => holds = holds.or(&condition.and(&inner)),
                    Err(error) => failure = Some(error),
                }
            }
            match failure {
                // Errors in some worlds only: those cannot be deployed, the others decide.
                Some(failure) if holds.is_never() => Err(failure),
                _ => Ok(holds),
            }
        }
        Data::Unknown(unknown) if unknown.error_message().is_some() => Err(value.clone()),
        Data::Unknown(unknown) => {
            let question = Question::boolean(Arc::clone(&unknown.identity), None);
            Ok(Condition::is(&Arc::new(question), true))
        }
        _ => match convert(value, &Type::Bool).map(|converted| converted.data) {
            Ok(Data::Bool(true)) => Ok(Condition::always()),
            Ok(Data::Bool(false)) => Ok(Condition::never()),
            _ => Err(error(span, format!("{} is not true or false", describe(value)))),
        },
    }
}

/// A boolean value that is true when the condition holds.
pub fn from_condition(condition: &Condition) -> Value {
    if condition.is_always() {
        return Value::bool(true);
    }
    if condition.is_never() {
        return Value::bool(false);
    }
    choose([(condition.clone(), Value::bool(true)), (condition.not(), Value::bool(false))])
}

/// A boolean value that hangs on a proposition about unknowns.
fn proposition(words: String) -> Value {
    from_condition(&Condition::is(&Arc::new(Question::boolean(words, None)), true))
}

/// `-a`, `!a`.
pub fn unary(operator: UnaryOperator, operand: &Value, span: Span) -> Value {
    let taints = operand.marks.taints();
    let result = match operator {
        UnaryOperator::Not => match condition_of(operand, span) {
            Ok(condition) => from_condition(&condition.not()),
            Err(failure) => failure,
        },
        UnaryOperator::Negate => {
            lift(std::slice::from_ref(operand), |operand| match number(&operand[0], span) {
                Ok(number) => Data::Number(number.negated()).into(),
                Err(value) => open(value, || format!("-{}", describe(&operand[0]))),
            })
        }
    };
    result.with_marks(&taints)
}

/// `a + b` and the others.
pub fn binary(operator: BinaryOperator, left: &Value, right: &Value, span: Span, in_try: bool) -> Value {
    let compares = matches!(operator, BinaryOperator::Equal | BinaryOperator::NotEqual);
    let marks = |side: &Value| if compares { side.deep_marks() } else { side.marks.clone() };
    let mut taints = marks(left).taints();
    taints.extend(&marks(right).taints());
    let computes = matches!(
        operator,
        BinaryOperator::Add
            | BinaryOperator::Subtract
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo
    );
    if !computes {
        taints = taints.faint();
    }
    let result = match operator {
        BinaryOperator::And | BinaryOperator::Or => logical(operator, left, right, span, in_try),
        BinaryOperator::Equal => equality(left, right),
        BinaryOperator::NotEqual => match condition_of(&equality(left, right), span) {
            Ok(condition) => from_condition(&condition.not()),
            Err(failure) => failure,
        },
        _ => lift(&[left.clone(), right.clone()], |both| numeric(operator, &both[0], &both[1], span)),
    };
    result.with_marks(&taints)
}

/// Both sides are evaluated, as in every Terraform before 1.12; a left side that decides alone wins over an
/// error of the other, so that newer programs are right too. What `try` makes of that error hangs on the
/// version.
fn logical(operator: BinaryOperator, left: &Value, right: &Value, span: Span, in_try: bool) -> Value {
    let decides = |condition: &Condition| match operator {
        BinaryOperator::And => condition.is_never(),
        _ => condition.is_always(),
    };
    match (condition_of(left, span), condition_of(right, span)) {
        (Ok(left), Ok(right)) => from_condition(&match operator {
            BinaryOperator::And => left.and(&right),
            _ => left.or(&right),
        }),
        (Ok(first), Err(_)) if decides(&first) && in_try => {
            let identity = format!("{} {} …", describe(left), symbol(operator));
            let why = "an error on the right of `&&` or `||`, which only Terraform before 1.12 looks at";
            Unknown::new(identity, Reason::Unsupported(why.into())).at(span).into()
        }
        (Ok(left), Err(_)) if decides(&left) => from_condition(&left),
        (Err(failure), _) | (_, Err(failure)) => failure,
    }
}

fn equality(left: &Value, right: &Value) -> Value {
    let sides = [hoist(left), hoist(right)];
    lift(&sides, |sides| {
        let (left, right) = (&sides[0], &sides[1]);
        for side in sides {
            if side.as_unknown().is_some_and(|unknown| unknown.error_message().is_some()) {
                return side.clone();
            }
        }
        if let Some(decided) = equal(left, right) {
            return Value::bool(decided);
        }
        match (&left.data, &right.data) {
            (Data::Unknown(unknown), _) => asked(unknown, right),
            (_, Data::Unknown(unknown)) => asked(unknown, left),
            _ => None,
        }
        .unwrap_or_else(|| proposition(format!("{} == {}", describe(left), describe(right))))
    })
}

/// `unknown == known`, as a question whose answers exclude one another: `var.stage == "prod"` and
/// `var.stage == "dev"` never hold together.
fn asked(unknown: &Unknown, known: &Value) -> Option<Value> {
    // It is one answer to a question already: which other text it is, is another question.
    if unknown.reason == Reason::Otherwise {
        return None;
    }
    let condition = match &known.data {
        Data::Bool(value) => {
            let question = Question::boolean(Arc::clone(&unknown.identity), None);
            Condition::is(&Arc::new(question), *value)
        }
        Data::String(text) => answered(unknown, Arc::clone(text)),
        Data::Number(number) => answered(unknown, number.to_string().into()),
        Data::Null => answered(unknown, "null".into()),
        _ => return None,
    };
    Some(from_condition(&condition))
}

fn answered(unknown: &Unknown, answer: Arc<str>) -> Condition {
    Condition::answered(&Arc::new(Question::open(Arc::clone(&unknown.identity))), [answer])
}

fn numeric(operator: BinaryOperator, left: &Value, right: &Value, span: Span) -> Value {
    let words = || format!("{} {} {}", describe(left), symbol(operator), describe(right));
    let (a, b) = match (number(left, span), number(right, span)) {
        (Ok(a), Ok(b)) => (a, b),
        (Err(side), _) | (_, Err(side)) => {
            let is_comparison = matches!(
                operator,
                BinaryOperator::Less
                    | BinaryOperator::LessOrEqual
                    | BinaryOperator::Greater
                    | BinaryOperator::GreaterOrEqual
            );
            let is_error = side.as_unknown().is_some_and(|unknown| unknown.error_message().is_some());
            return if is_comparison && !is_error { proposition(words()) } else { open(side, words) };
        }
    };
    let computed = match operator {
        BinaryOperator::Less => return Value::bool(a < b),
        BinaryOperator::LessOrEqual => return Value::bool(a <= b),
        BinaryOperator::Greater => return Value::bool(a > b),
        BinaryOperator::GreaterOrEqual => return Value::bool(a >= b),
        BinaryOperator::Add => a.plus(&b),
        BinaryOperator::Subtract => a.minus(&b),
        BinaryOperator::Multiply => a.times(&b),
        BinaryOperator::Divide => a.divided_by(&b),
        _ => a.remainder(&b),
    };
    match computed {
        Ok(number) => Data::Number(number).into(),
        Err(NumberError::Undefined(why)) => error(span, why),
        Err(NumberError::OutOfRange) => {
            let reason = Reason::Unsupported(NumberError::OutOfRange.to_string().into());
            Unknown::new(words(), reason).at(span).typed(Type::Number).into()
        }
    }
}

fn symbol(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::Modulo => "%",
        BinaryOperator::Equal => "==",
        BinaryOperator::NotEqual => "!=",
        BinaryOperator::Less => "<",
        BinaryOperator::LessOrEqual => "<=",
        BinaryOperator::Greater => ">",
        BinaryOperator::GreaterOrEqual => ">=",
        BinaryOperator::And => "&&",
        BinaryOperator::Or => "||",
    }
}

/// The number that a value is or converts to; otherwise the unknown or error value that stands in the way.
fn number(value: &Value, span: Span) -> Result<Number, Value> {
    match convert(value, &Type::Number) {
        Ok(converted) => match converted.data {
            Data::Number(number) => Ok(number),
            Data::Null => Err(error(span, "null is not a number")),
            _ => Err(converted),
        },
        Err(message) => Err(error(span, message)),
    }
}

/// An error stays itself; an unknown becomes one with a new identity.
fn open(value: Value, identity: impl FnOnce() -> String) -> Value {
    if value.as_unknown().is_some_and(|unknown| unknown.error_message().is_some()) {
        return value;
    }
    value.derived(identity())
}
