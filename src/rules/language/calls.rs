//! The functions of the language.

use std::fmt::Display;

use regex::{Regex, RegexBuilder};

use super::evaluator::{Problem, Steps};
use super::operators::{list, text};
use super::tree::{Call, Literal, NodeKind};
use super::value::{Text, Value};

/// Names in a list that `listed` writes out before it says how many more there are.
const LISTED: usize = 3;

/// Steps that the compilation of a regular expression counts, beside its bytes.
const STEPS_OF_PATTERN: usize = 10_000;

/// Most bytes that a regular expression takes up that is compiled anew for every text.
const LARGEST_PATTERN: usize = 256 * 1024;

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is named after what is written")]
pub enum Function {
    Size,
    Contains,
    StartsWith,
    EndsWith,
    Matches,
    LowerAscii,
    UpperAscii,
    String,
    Int,
    Join,
    Counted,
    Listed,
}

impl Function {
    /// The function that is called so: after a dot or not, with so many arguments in the parentheses.
    pub fn find(name: &str, is_member: bool, count: usize) -> Option<Self> {
        Some(match (name, is_member, count) {
            ("size", true, 0) | ("size", false, 1) => Self::Size,
            ("contains", true, 1) => Self::Contains,
            ("startsWith", true, 1) => Self::StartsWith,
            ("endsWith", true, 1) => Self::EndsWith,
            ("matches", true, 1) | ("matches", false, 2) => Self::Matches,
            ("lowerAscii", true, 0) => Self::LowerAscii,
            ("upperAscii", true, 0) => Self::UpperAscii,
            ("string", false, 1) => Self::String,
            ("int", false, 1) => Self::Int,
            ("join", true, 0 | 1) => Self::Join,
            ("counted", false, 3) => Self::Counted,
            ("listed", false, 1) => Self::Listed,
            _ => return None,
        })
    }
}

impl Call {
    /// What the function makes of its arguments; what stands before the dot is the first.
    pub fn result<'r>(&self, arguments: &[Value<'r>], steps: &mut Steps) -> Result<Value<'r>, Problem> {
        let flag = |flag| Ok(Value::Flag(flag));
        match (self.function, arguments) {
            (Some(Function::Size), [of]) => size(of, steps),
            (Some(Function::Contains), [of, part]) => {
                let (of, part) = (text(of)?, text(part)?);
                steps.read(of.len())?;
                flag(of.contains(part))
            }
            (Some(Function::StartsWith), [of, part]) => flag(text(of)?.starts_with(text(part)?)),
            (Some(Function::EndsWith), [of, part]) => flag(text(of)?.ends_with(text(part)?)),
            (Some(Function::Matches), [of, pattern]) => {
                self.matches(text(of)?, text(pattern)?, steps).and_then(flag)
            }
            (Some(Function::LowerAscii), [of]) => {
                let of = text(of)?;
                steps.add(of.len())?;
                Ok(Value::text(of.to_ascii_lowercase()))
            }
            (Some(Function::UpperAscii), [of]) => {
                let of = text(of)?;
                steps.add(of.len())?;
                Ok(Value::text(of.to_ascii_uppercase()))
            }
            (Some(Function::String), [of]) => string(of),
            (Some(Function::Int), [of]) => int(of),
            (Some(Function::Join), [of]) => join(of, "", steps),
            (Some(Function::Join), [of, separator]) => join(of, text(separator)?, steps),
            (Some(Function::Counted), [of, one, many]) => {
                let count = list(of)?.count();
                let (one, many) = (text(one)?, text(many)?);
                steps.add(one.len() + many.len())?;
                Ok(Value::text(format!("{count} {}", if count == 1 { one } else { many })))
            }
            (Some(Function::Listed), [of]) => listed(of, steps),
            _ => Err(self.misused()),
        }
    }

    /// That there is no function that is called so.
    pub fn misused(&self) -> Problem {
        format!("`{}` is not called as it should be", self.name).into()
    }

    fn matches(&self, text: &str, pattern: &str, steps: &mut Steps) -> Result<bool, Problem> {
        let is_match = |compiled: Option<&Regex>, steps: &mut Steps| {
            // Time is proportional to the text, and to the pattern at worst.
            steps.add(text.len() / 32 * (1 + pattern.len() / 32))?;
            compiled
                .map(|compiled| compiled.is_match(text))
                .ok_or_else(|| Problem::from("what `matches` is given is no regular expression"))
        };
        let is_written = |argument: &super::Node| matches!(&argument.kind, NodeKind::Literal(Literal::Text(written)) if **written == *pattern);
        if self.arguments.get(1).is_some_and(is_written) {
            return is_match(self.pattern.get_or_init(|| Regex::new(pattern).ok()).as_ref(), steps);
        }
        steps.add(STEPS_OF_PATTERN.saturating_add(pattern.len().saturating_mul(100)))?;
        let compiled = RegexBuilder::new(pattern).size_limit(LARGEST_PATTERN).build();
        is_match(compiled.ok().as_ref(), steps)
    }
}

fn size<'r>(of: &Value<'_>, steps: &mut Steps) -> Result<Value<'r>, Problem> {
    let count = match of {
        Value::Text(text) => {
            steps.read(text.as_str().len())?;
            text.as_str().chars().count()
        }
        Value::List(list) => list.count(),
        Value::Record(record) => record.names().len(),
        other => return Err(format!("a {} has no size", other.kind()).into()),
    };
    Ok(Value::Whole(i64::try_from(count).unwrap_or(i64::MAX)))
}

fn string<'r>(of: &Value<'r>) -> Result<Value<'r>, Problem> {
    let made = |shown: &dyn Display| Ok(Value::text(shown.to_string()));
    match of {
        Value::Text(_) => Ok(of.clone()),
        Value::Flag(flag) => made(flag),
        Value::Whole(number) => made(number),
        Value::Unsigned(number) => made(number),
        Value::Fraction(number) => made(number),
        other => Err(format!("`string` makes no text of a {}", other.kind()).into()),
    }
}

fn int<'r>(of: &Value<'_>) -> Result<Value<'r>, Problem> {
    /// 2 to the power of 63: the numbers between it and its negative are whole numbers without their fractions.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let number = match of {
        Value::Whole(number) => Some(*number),
        Value::Unsigned(number) => i64::try_from(*number).ok(),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the range is looked at, the fraction falls away"
        )]
        Value::Fraction(number) => (*number > -LIMIT && *number < LIMIT).then_some(*number as i64),
        Value::Text(text) => text.as_str().parse().ok(),
        other => return Err(format!("`int` makes no number of a {}", other.kind()).into()),
    };
    number.map(Value::Whole).ok_or_else(|| "what `int` is given is no whole number".into())
}

fn join<'r>(of: &Value<'_>, separator: &str, steps: &mut Steps) -> Result<Value<'r>, Problem> {
    let mut joined = String::new();
    for (index, element) in list(of)?.elements().enumerate() {
        let part = text(&element)?;
        steps.add(1 + separator.len() + part.len())?;
        if index > 0 {
            joined.push_str(separator);
        }
        joined.push_str(part);
    }
    Ok(Value::text(joined))
}

fn listed<'r>(of: &Value<'_>, steps: &mut Steps) -> Result<Value<'r>, Problem> {
    let list = list(of)?;
    let mut shown: Vec<Text<'_>> = Vec::new();
    for element in list.elements() {
        steps.add(1)?;
        let name = text(&element)?;
        if shown.len() < LISTED {
            steps.add(name.len())?;
            if let Value::Text(name) = element {
                shown.push(name);
            }
        }
    }
    let names: Vec<&str> = shown.iter().map(Text::as_str).collect();
    Ok(Value::text(in_words(&names, list.count() - shown.len())))
}

/// Names in words, and how many there are beside them.
fn in_words(shown: &[&str], hidden: usize) -> String {
    match (shown, hidden) {
        ([], _) => String::new(),
        ([only], 0) => (*only).to_owned(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}
