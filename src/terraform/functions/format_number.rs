//! Numbers as the verbs of `format` write them, which are Go's.

use super::format::Verb;
use crate::value::Number;

/// `%d %b %o %x %X`: whole numbers only.
pub fn integer(verb: &Verb, number: &Number) -> Result<String, String> {
    let Some(whole) = number.as_big_integer() else { return Err("a whole number is required".to_owned()) };
    let radix = match verb.mode {
        'b' => 2,
        'o' => 8,
        'x' | 'X' => 16,
        _ => 10,
    };
    let mut digits = whole.magnitude().to_str_radix(radix);
    if verb.mode == 'X' {
        digits.make_ascii_uppercase();
    }
    let prefix = match verb.mode {
        'b' if verb.alternate => "0b",
        'o' if verb.alternate => "0",
        'x' if verb.alternate => "0x",
        'X' if verb.alternate => "0X",
        _ => "",
    };
    if number.is_zero() && verb.precision == Some(0) {
        return Ok(String::new());
    }
    let mut zeros = verb.precision.map_or(0, |precision| usize::from(precision).saturating_sub(digits.len()));
    let sign = sign(verb, number.is_negative());
    let missing = usize::from(verb.width).saturating_sub(sign.len() + prefix.len() + zeros + digits.len());
    let (mut left, mut right) = (0, 0);
    if verb.left {
        right = missing;
    } else if verb.zero && verb.precision.is_none() {
        zeros = missing;
    } else {
        left = missing;
    }
    Ok([&*" ".repeat(left), sign, prefix, &*"0".repeat(zeros), &*digits, &*" ".repeat(right)].concat())
}

/// `%e %E %f %g %G`
pub fn float(verb: &Verb, number: &Number) -> String {
    let size = number.absolute();
    let mut digits = match verb.mode {
        _ if number.is_infinite() => "Inf".to_owned(),
        'e' | 'E' => size.to_scientific(Some(verb.precision.unwrap_or(6))),
        'f' => size.to_fixed(verb.precision.unwrap_or(6)),
        _ => general(&size, verb.precision),
    };
    if matches!(verb.mode, 'E' | 'G') {
        digits.make_ascii_uppercase();
    }
    let sign = match sign(verb, number.has_minus()) {
        "" if number.is_infinite() => "+",
        sign => sign,
    };
    let missing = usize::from(verb.width).saturating_sub(sign.len() + digits.len());
    // Unlike with whole numbers, zeros win over left alignment.
    if verb.zero {
        return [sign, &*"0".repeat(missing), &*digits].concat();
    }
    let padding = " ".repeat(missing);
    if verb.left { [sign, &*digits, &*padding].concat() } else { [&*padding, sign, &*digits].concat() }
}

/// The shorter of plain and exponent: with an exponent below -4, and from as many digits as are asked for
/// (6, when none are).
pub fn general(number: &Number, precision: Option<u16>) -> String {
    let rounded = precision.map_or_else(|| number.clone(), |digits| number.rounded(digits));
    let limit = precision.map_or(6, |digits| i64::from(digits.max(1)));
    if rounded.magnitude() < -4 || rounded.magnitude() >= limit {
        rounded.to_scientific(None)
    } else {
        rounded.to_string()
    }
}

fn sign(verb: &Verb, has_minus: bool) -> &'static str {
    match () {
        () if has_minus => "-",
        () if verb.plus => "+",
        () if verb.space => " ",
        () => "",
    }
}
