//! Exact decimal numbers within Terraform's precision, bounded so that no literal can exhaust memory.

use std::fmt;
use std::num::NonZeroU64;

use bigdecimal::num_bigint::{BigInt, Sign};
use bigdecimal::{BigDecimal, Context, RoundingMode, Signed as _, ToPrimitive as _, Zero as _};

use super::{Data, Value};

/// Significant digits kept while computing. Terraform keeps 512 bits, about 154 digits; the digits past
/// those absorb rounding, so that `1 / 3 * 3` is 1.
const WORKING_DIGITS: u64 = 170;

/// Significant digits that text, comparison and equality see.
const VISIBLE_DIGITS: u64 = 154;

/// Largest power of ten, either way. Terraform allows far more; nobody writes them but an attacker.
const MAX_MAGNITUDE: i64 = 10_000;

const TOO_LARGE: &str = "number is too large";

/// A number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(BigDecimal);

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(BigDecimal::from(value).normalized())
    }
}

impl From<BigInt> for Number {
    /// A whole number. The caller bounds its size.
    fn from(value: BigInt) -> Self {
        Self(BigDecimal::from(value).normalized())
    }
}

impl Number {
    /// Reads decimal text as Terraform's string-to-number conversion does: an optional sign, digits with an
    /// optional point, an optional exponent (`5`, `.5`, `-1.50`, `1e3`). `None` for anything else, and for
    /// magnitudes beyond 10^10,000.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 20_000 {
            return None;
        }
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
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
        let sign = if text.starts_with('-') { Sign::Minus } else { Sign::Plus };
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0').collect();
        let digits = BigInt::from_radix_be(sign, &digits, 10)?;
        let scale = i64::try_from(fraction.len()).ok()? - exponent;
        Self::checked(BigDecimal::new(digits, scale)).ok()
    }

    /// A binary floating-point number, by the shortest decimal text that reads back as the same. `None` for
    /// infinities and for what is not a number.
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        Self::parse(&format!("{value:e}"))
    }

    /// The sum.
    pub fn plus(&self, other: &Self) -> Result<Self, String> {
        Self::checked(&self.0 + &other.0)
    }

    /// The difference.
    pub fn minus(&self, other: &Self) -> Result<Self, String> {
        Self::checked(&self.0 - &other.0)
    }

    /// The product.
    pub fn times(&self, other: &Self) -> Result<Self, String> {
        Self::checked(&self.0 * &other.0)
    }

    /// The quotient, to about 154 significant digits.
    pub fn divided_by(&self, other: &Self) -> Result<Self, String> {
        if other.is_zero() {
            return Err("division by zero".to_owned());
        }
        let (dividend, dividend_scale) = self.0.as_bigint_and_exponent();
        let (divisor, divisor_scale) = other.0.as_bigint_and_exponent();
        // Mantissas have at most WORKING_DIGITS digits, so that many more make a quotient with enough of them.
        let shift = 2 * u32::try_from(WORKING_DIGITS).unwrap_or(u32::MAX) + 2;
        let quotient = dividend * BigInt::from(10).pow(shift) / divisor;
        Self::checked(BigDecimal::new(quotient, dividend_scale - divisor_scale + i64::from(shift)))
    }

    /// What is left after division, with the sign of the dividend. As in Terraform, `x % 0` is `x`.
    pub fn remainder(&self, other: &Self) -> Result<Self, String> {
        if other.is_zero() {
            return Ok(self.clone());
        }
        Self::checked(&self.0 % &other.0)
    }

    /// The number with its sign turned.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self(-&self.0)
    }

    /// The distance from zero.
    #[must_use]
    pub fn absolute(&self) -> Self {
        Self(self.0.abs())
    }

    /// The largest whole number that is not above it.
    #[must_use]
    pub fn floor(&self) -> Self {
        Self(self.0.with_scale_round(0, RoundingMode::Floor).normalized())
    }

    /// The smallest whole number that is not below it.
    #[must_use]
    pub fn ceil(&self) -> Self {
        Self(self.0.with_scale_round(0, RoundingMode::Ceiling).normalized())
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        self.0.is_negative()
    }

    /// Whether it has no fraction.
    pub fn is_integer(&self) -> bool {
        self.0.is_integer()
    }

    /// The value, when it is whole and fits.
    pub fn as_i64(&self) -> Option<i64> {
        if self.is_integer() { self.0.to_i64() } else { None }
    }

    /// The value, when it is whole.
    pub fn as_big_integer(&self) -> Option<BigInt> {
        self.is_integer().then(|| self.0.with_scale(0).into_bigint_and_scale().0)
    }

    /// The nearest binary floating-point number.
    pub fn as_f64(&self) -> f64 {
        // Through text: the decimal type's own conversion is not correctly rounded.
        self.to_scientific(None).parse().unwrap_or(f64::NAN)
    }

    /// With exactly so many digits after the point, ties to the even digit: `1.50`.
    pub fn to_fixed(&self, decimals: u16) -> String {
        self.0.with_scale_round(i64::from(decimals), RoundingMode::HalfEven).to_plain_string()
    }

    /// With one digit before the point and an exponent of at least two digits (`1.25e+03`); with so many
    /// digits after the point, or as many as it takes.
    pub fn to_scientific(&self, decimals: Option<u16>) -> String {
        let visible = self.visible();
        let rounded = match decimals {
            Some(decimals) => round(&visible, u64::from(decimals) + 1),
            None => visible,
        };
        let (digits, scale) = rounded.normalized().into_bigint_and_scale();
        let sign = if digits.sign() == Sign::Minus { "-" } else { "" };
        let mut text = digits.magnitude().to_string();
        let exponent = if digits.is_zero() { 0 } else { i64::try_from(text.len()).unwrap_or(0) - 1 - scale };
        if let Some(decimals) = decimals {
            let wanted = usize::from(decimals) + 1;
            text.extend(std::iter::repeat_n('0', wanted.saturating_sub(text.len())));
        }
        if text.len() > 1 {
            text.insert(1, '.');
        }
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        format!("{sign}{text}e{exponent_sign}{:02}", exponent.abs())
    }

    /// The power of ten of its first digit; 0 for zero.
    pub fn magnitude(&self) -> i64 {
        if self.0.is_zero() {
            return 0;
        }
        let (_, scale) = self.0.as_bigint_and_exponent();
        i64::try_from(self.0.digits()).unwrap_or(i64::MAX).saturating_sub(1).saturating_sub(scale)
    }

    /// Rounded to so many significant digits, ties to the even digit.
    #[must_use]
    pub fn rounded(&self, digits: u16) -> Self {
        Self(round(&self.0, u64::from(digits).max(1)).normalized())
    }

    fn visible(&self) -> BigDecimal {
        if self.0.digits() > VISIBLE_DIGITS { round(&self.0, VISIBLE_DIGITS) } else { self.0.clone() }
    }

    fn checked(value: BigDecimal) -> Result<Self, String> {
        let value = if value.digits() > WORKING_DIGITS { round(&value, WORKING_DIGITS) } else { value };
        let mut number = Self(value.normalized());
        // A result that differs from a short number only past the visible digits is that number.
        if number.0.digits() > VISIBLE_DIGITS {
            let visible = number.visible().normalized();
            if visible.digits() + 8 < VISIBLE_DIGITS {
                number = Self(visible);
            }
        }
        if number.magnitude().abs() > MAX_MAGNITUDE { Err(TOO_LARGE.to_owned()) } else { Ok(number) }
    }
}

fn round(value: &BigDecimal, digits: u64) -> BigDecimal {
    let Some(precision) = NonZeroU64::new(digits) else { return value.clone() };
    Context::default()
        .with_precision(precision)
        .with_rounding_mode(RoundingMode::HalfEven)
        .round_decimal_ref(value)
}

impl fmt::Display for Number {
    /// As Terraform writes numbers into strings: plain, without an exponent or needless zeros.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.visible().normalized().to_plain_string())
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Data::Number(number).into()
    }
}

impl Value {
    /// The value of a number as written in a program.
    pub fn number_literal(text: &str) -> Self {
        match Number::parse(text) {
            Some(number) => number.into(),
            None => {
                super::Unknown::error(format!("`{text}` is not a number that can be computed with")).into()
            }
        }
    }

    /// A known number.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.data {
            Data::Number(number) => Some(number),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn text_is_read_and_written_as_terraform_does() {
        for (source, written) in [
            ("1e3", "1000"),
            ("0.1", "0.1"),
            ("1.50", "1.5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("+5", "5"),
            ("-0", "0"),
            ("1E-10", "0.0000000001"),
            ("123456789012345678901234567890.123456789", "123456789012345678901234567890.123456789"),
        ] {
            assert_eq!(number(source).to_string(), written, "{source}");
        }
        for wrong in [
            "",
            ".",
            "e5",
            "1e",
            "1_0",
            "0x10",
            " 1",
            "1 ",
            "Inf",
            "--1",
            "1e999999999",
            "1e99999999999999999999",
        ] {
            assert_eq!(Number::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn arithmetic_is_exact_where_it_can_be() {
        assert_eq!(number("0.1").plus(&number("0.2")).unwrap(), number("0.3"));
        assert_eq!(number("10").divided_by(&number("4")).unwrap(), number("2.5"));
        for (dividend, divisor) in [("1", "3"), ("2", "3"), ("1", "7"), ("22", "49")] {
            let quotient = number(dividend).divided_by(&number(divisor)).unwrap();
            assert_eq!(quotient.times(&number(divisor)).unwrap(), number(dividend));
        }
        for (dividend, divisor, rest) in
            [("7", "3", "1"), ("-7", "3", "-1"), ("7", "-3", "1"), ("5.5", "2", "1.5"), ("5", "0", "5")]
        {
            assert_eq!(number(dividend).remainder(&number(divisor)).unwrap(), number(rest));
        }
        assert!(number("1").divided_by(&number("0")).is_err());
        assert_eq!((number("-1.2").floor(), number("-1.2").ceil()), (number("-2"), number("-1")));
        assert_eq!(number("3.0").as_i64(), Some(3));
        assert_eq!(number("3.5").as_i64(), None);
    }

    #[test]
    fn repeated_squaring_ends_in_an_error() {
        let mut power = number("1e5000");
        let failed = (0..64).any(|_| match power.times(&power) {
            Ok(next) => {
                power = next;
                false
            }
            Err(_) => true,
        });
        assert!(failed);
    }

    #[test]
    fn exponents_are_written_like_go() {
        assert_eq!(number("12345.678").to_scientific(Some(6)), "1.234568e+04");
        assert_eq!(number("1234.5").to_scientific(Some(3)), "1.234e+03");
        assert_eq!(number("0").to_scientific(Some(2)), "0.00e+00");
        assert_eq!(number("-0.00015").to_scientific(None), "-1.5e-04");
        assert_eq!(number("0.5").to_fixed(0), "0");
        assert_eq!(number("1.5").to_fixed(0), "2");
        assert_eq!(number("3.14159").to_fixed(3), "3.142");
    }
}
