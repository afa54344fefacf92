//! Numbers from text and to text, to the last digit as Go reads and writes them.

use std::fmt;

use num_bigint::BigUint;

use super::decimal::Decimal;
use super::{MAX_MAGNITUDE, Number, WRITTEN};

impl Number {
    /// Reads decimal text as Terraform's string-to-number conversion does: an optional sign, digits with an
    /// optional point, an optional exponent of ten (`5`, `.5`, `-1.50`, `1e3`) or two (`1p3`), or `Inf`. `None`
    /// for anything else, and for magnitudes beyond 10^10,000.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 20_000 {
            return None;
        }
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        if matches!(unsigned, "Inf" | "inf") {
            return Some(Self::infinity(text.starts_with('-')));
        }
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E', 'p', 'P']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let exponent = match exponent {
            None => 0,
            Some(text) => {
                let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
                if digits.is_empty() || !all_digits(digits) {
                    return None;
                }
                text.parse::<i64>().ok().filter(|exponent| exponent.abs() <= 2 * MAX_MAGNITUDE)?
            }
        };
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0').collect();
        let digits = BigUint::from_radix_be(&digits, 10)?;
        let is_power_of_two = unsigned.contains(['p', 'P']);
        let twos = if is_power_of_two { exponent } else { 0 };
        let tens = if is_power_of_two { 0 } else { exponent } - i64::try_from(fraction.len()).ok()?;
        let negative = text.starts_with('-');
        if digits == BigUint::ZERO || tens == 0 {
            return Self::new(negative, digits, twos, WRITTEN).checked().ok();
        }
        // Digits are not rounded before the power of ten is applied, and the power has 64 bits more: the
        // same steps as Go's, so that the last bit is the same.
        let size = digits.bits().try_into().unwrap_or(u32::MAX);
        let exact = Self::new(negative, digits, tens.checked_add(twos)?, size.max(1));
        let power = power_of_five(tens.unsigned_abs());
        let number = if tens < 0 { exact.quotient(&power, WRITTEN) } else { exact.product(&power, WRITTEN) };
        number.checked().ok()
    }

    /// A binary floating-point number. `None` for what is not a number.
    pub fn from_f64(value: f64) -> Option<Self> {
        if value.is_nan() {
            return None;
        }
        if value.is_infinite() {
            return Some(Self::infinity(value.is_sign_negative()));
        }
        let bits = value.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let power = i64::try_from((bits >> 52) & 0x7ff).ok()?;
        let (mantissa, exponent) =
            if power == 0 { (fraction, -1074) } else { (fraction | 1 << 52, power - 1075) };
        Some(Self::new(value.is_sign_negative(), mantissa.into(), exponent, 53))
    }

    /// With exactly so many digits after the point, ties to the even digit: `1.50`.
    pub fn to_fixed(&self, decimals: u16) -> String {
        if self.infinite {
            return self.to_string();
        }
        let exact = Decimal::exact(&self.mantissa, self.exponent);
        let count = exact.exponent.saturating_add(i64::from(decimals));
        self.signed(&exact.rounded(count).to_fixed(usize::from(decimals)))
    }

    /// With one digit before the point and an exponent of at least two digits (`1.25e+03`); with so many
    /// digits after the point, or as many as it takes.
    pub fn to_scientific(&self, decimals: Option<u16>) -> String {
        if self.infinite {
            return self.to_string();
        }
        let decimal = match decimals {
            Some(decimals) => Decimal::exact(&self.mantissa, self.exponent).rounded(i64::from(decimals) + 1),
            None => self.shortest(),
        };
        let exponent = decimal.magnitude();
        let mut text: String = decimal.digits.iter().map(|digit| char::from(*digit)).collect();
        let wanted = usize::from(decimals.unwrap_or(0)) + 1;
        text.extend(std::iter::repeat_n('0', wanted.saturating_sub(text.len())));
        if text.len() > 1 {
            text.insert(1, '.');
        }
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        self.signed(&format!("{text}e{exponent_sign}{:02}", exponent.abs()))
    }

    fn signed(&self, text: &str) -> String {
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{text}")
    }

    fn shortest(&self) -> Decimal {
        Decimal::shortest(&self.mantissa, self.exponent, self.precision)
    }

    /// The power of ten of its first digit; 0 for zero.
    pub fn magnitude(&self) -> i64 {
        self.shortest().magnitude()
    }

    /// Rounded to so many significant digits, ties to the even digit.
    #[must_use]
    pub fn rounded(&self, digits: u16) -> Self {
        if self.infinite {
            return self.clone();
        }
        let exact = Decimal::exact(&self.mantissa, self.exponent).rounded(i64::from(digits.max(1)));
        Self::parse(&self.signed(&exact.to_plain())).unwrap_or_else(|| self.clone())
    }
}

/// 5 to that power, with 64 bits more than a written number; what it is made of has 64 more again.
fn power_of_five(power: u64) -> Number {
    const EXACT: u64 = 27;
    let precision = WRITTEN + 64;
    let small = u32::try_from(power.min(EXACT)).unwrap_or(0);
    let mut result = Number::new(false, BigUint::from(5_u8).pow(small), 0, precision);
    let mut factor = Number::new(false, 5_u8.into(), 0, precision + 64);
    let mut left = power - power.min(EXACT);
    while left > 0 {
        if left % 2 == 1 {
            result = result.product(&factor, precision);
        }
        factor = factor.product(&factor, precision + 64);
        left /= 2;
    }
    result
}

impl fmt::Display for Number {
    /// As Terraform writes numbers into strings: plain, without an exponent, with as few digits as tell it from
    /// its neighbours.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.infinite {
            return formatter.write_str(if self.negative { "-Inf" } else { "+Inf" });
        }
        formatter.write_str(&self.signed(&self.shortest().to_plain()))
    }
}
