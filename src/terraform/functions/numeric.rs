//! Numbers: `max`, `ceil`, `pow`, `parseint`, `sum` …

use num_bigint::{BigInt, Sign};

use super::machine_numbers;
use super::signature::Call;
use crate::value::{Number, NumberError, Type, Value, convert};

pub fn abs(call: &Call<'_>) -> Result<Value, String> {
    Ok(call.number(0)?.absolute().into())
}

pub fn ceil(call: &Call<'_>) -> Result<Value, String> {
    Ok(call.number(0)?.ceil().into())
}

pub fn floor(call: &Call<'_>) -> Result<Value, String> {
    Ok(call.number(0)?.floor().into())
}

pub fn signum(call: &Call<'_>) -> Result<Value, String> {
    Ok(Value::integer(call.whole(0)?.signum()))
}

pub fn max(call: &Call<'_>) -> Result<Value, String> {
    numbers(call)?
        .into_iter()
        .max()
        .map(Value::from)
        .ok_or_else(|| "must pass at least one number".to_owned())
}

pub fn min(call: &Call<'_>) -> Result<Value, String> {
    numbers(call)?
        .into_iter()
        .min()
        .map(Value::from)
        .ok_or_else(|| "must pass at least one number".to_owned())
}

fn numbers(call: &Call<'_>) -> Result<Vec<Number>, String> {
    (0..call.arguments.len()).map(|index| call.number(index).cloned()).collect()
}

pub fn sum(call: &Call<'_>) -> Result<Value, String> {
    let elements = call.elements(0)?;
    if elements.is_empty() {
        return Err("cannot sum an empty list".to_owned());
    }
    let mut total = Number::from(0);
    for element in elements {
        let number = convert(element, &Type::Number)?;
        let number = number.as_number().ok_or("argument must be list, set, or tuple of number values")?;
        total = match total.plus(number) {
            Ok(total) => total,
            Err(NumberError::OutOfRange) => return Ok(call.unsupported(&NumberError::OutOfRange.to_string())),
            Err(error) => return Err(error.to_string()),
        };
    }
    Ok(total.into())
}

/// Computed with machine numbers, as Terraform does.
pub fn pow(call: &Call<'_>) -> Result<Value, String> {
    let power = machine_numbers::power(call.number(0)?.as_f64(), call.number(1)?.as_f64());
    Number::from_f64(power).map(Value::from).ok_or_else(|| "the result is not a number".to_owned())
}

/// Computed with machine numbers, as Terraform does.
pub fn log(call: &Call<'_>) -> Result<Value, String> {
    let logarithm = |index| Ok::<_, String>(machine_numbers::logarithm(call.number(index)?.as_f64()));
    let quotient = logarithm(0)? / logarithm(1)?;
    Number::from_f64(quotient).map(Value::from).ok_or_else(|| "the result is not a number".to_owned())
}

/// Digits past 9 are letters: up to base 36 in either case, past it `a` to `z` and then `A` to `Z`.
pub fn parseint(call: &Call<'_>) -> Result<Value, String> {
    let Some(text) = call.argument(0).as_str() else {
        return Err("first argument must be a string".to_owned());
    };
    let base = call.whole(1)?;
    let Some(base) = u8::try_from(base).ok().filter(|base| (2..=62).contains(base)) else {
        return Err("base must be a whole number between 2 and 62 inclusive".to_owned());
    };
    let wrong = || format!("cannot parse {text:?} as a base {base} integer");
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || digits.len() > 1024 {
        return Err(wrong());
    }
    let sign = if text.starts_with('-') { Sign::Minus } else { Sign::Plus };
    let digits: Option<Vec<u8>> = digits.bytes().map(|byte| digit(byte, base)).collect();
    let number =
        digits.ok_or_else(wrong)?.iter().fold(BigInt::from(0), |number, digit| number * base + *digit);
    let number = if sign == Sign::Minus { -number } else { number };
    Ok(Number::from(number).into())
}

fn digit(byte: u8, base: u8) -> Option<u8> {
    let digit = match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'z' => byte - b'a' + 10,
        b'A'..=b'Z' if base <= 36 => byte - b'A' + 10,
        b'A'..=b'Z' => byte - b'A' + 36,
        _ => return None,
    };
    (digit < base).then_some(digit)
}
