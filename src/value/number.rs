//! Binary numbers with Terraform's precision, bounded so that no literal can exhaust memory.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use num_bigint::{BigInt, BigUint, Sign};

use super::decimal::Decimal;
use super::{Data, Value};

/// Bits kept of a number that is written in a program.
const WRITTEN: u32 = 512;

/// Bits kept of a machine integer, such as a length.
const MACHINE: u32 = 64;

/// Largest power of two, either way: about 10^10,000. Terraform allows far more; nobody writes them but an
/// attacker.
const MAX_MAGNITUDE: i64 = 33_220;

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// Terraform has none either.
    Undefined(&'static str),
    /// It is too large, or too close to zero, to be kept here; Terraform computes it.
    OutOfRange,
}

impl fmt::Display for NumberError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Undefined(why) => why,
            Self::OutOfRange => "a number beyond 10^10,000 is not computed with",
        })
    }
}

/// A number: `±mantissa × 2^exponent`, and how many bits are kept of what is computed from it.
///
/// As in Terraform, two whole numbers are equal when they are the same, and two others when their texts are. The
/// order of numbers, though, is that of what they are to the last bit.
#[derive(Clone, Debug)]
pub struct Number {
    negative: bool,
    /// Odd, or zero.
    mantissa: BigUint,
    exponent: i64,
    precision: u32,
    /// `1 / 0`: further from zero than any other.
    infinite: bool,
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        if self.is_integer() || other.is_integer() || self.infinite || other.infinite {
            return self.cmp(other) == Ordering::Equal;
        }
        self.negative == other.negative && self.to_string() == other.to_string()
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.signum(), other.signum()) {
            (1, 1) => self.compare_size(other),
            (-1, -1) => other.compare_size(self),
            (one, another) => one.cmp(&another),
        }
    }
}

impl Hash for Number {
    fn hash<State: Hasher>(&self, state: &mut State) {
        if self.is_integer() || self.infinite {
            (self.is_negative(), self.infinite, &self.mantissa, self.exponent).hash(state);
        } else {
            self.to_string().hash(state);
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::new(value < 0, value.unsigned_abs().into(), 0, MACHINE)
    }
}

impl From<BigInt> for Number {
    /// A whole number, exactly. The caller bounds its size.
    fn from(value: BigInt) -> Self {
        let precision = u32::try_from(value.bits()).unwrap_or(u32::MAX).max(MACHINE);
        let (sign, mantissa) = value.into_parts();
        Self::new(sign == Sign::Minus, mantissa, 0, precision)
    }
}

impl Number {
    /// Rounds to the precision, ties to even.
    fn new(negative: bool, mantissa: BigUint, exponent: i64, precision: u32) -> Self {
        let (mut mantissa, mut exponent) = (mantissa, exponent);
        let excess = mantissa.bits().saturating_sub(u64::from(precision));
        if excess > 0 {
            let half = mantissa.bit(excess - 1);
            let is_tie = half && mantissa.trailing_zeros() == Some(excess - 1);
            mantissa >>= excess;
            if half && (!is_tie || mantissa.bit(0)) {
                mantissa += 1_u8;
            }
            exponent = exponent.saturating_add_unsigned(excess);
        }
        match mantissa.trailing_zeros() {
            Some(zeros) => {
                mantissa >>= zeros;
                exponent = exponent.saturating_add_unsigned(zeros);
            }
            None => exponent = 0,
        }
        Self { negative, mantissa, exponent, precision, infinite: false }
    }

    /// Further from zero than any other number.
    pub fn infinity(negative: bool) -> Self {
        Self { infinite: true, ..Self::new(negative, BigUint::ZERO, 0, WRITTEN) }
    }

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

    fn product(&self, other: &Self, precision: u32) -> Self {
        let negative = self.negative != other.negative;
        Self::new(negative, &self.mantissa * &other.mantissa, self.exponent + other.exponent, precision)
    }

    /// The divisor is not zero.
    fn quotient(&self, other: &Self, precision: u32) -> Self {
        let shift = (u64::from(precision) + 2 + other.mantissa.bits()).saturating_sub(self.mantissa.bits());
        let dividend = &self.mantissa << shift;
        let whole = &dividend / &other.mantissa;
        // One more bit says whether anything is left, which is all that rounding needs to know.
        let is_exact = &whole * &other.mantissa == dividend;
        let mantissa = (whole << 1_u8) + u8::from(!is_exact);
        let exponent = (self.exponent - other.exponent - 1).saturating_sub_unsigned(shift);
        Self::new(self.negative != other.negative, mantissa, exponent, precision)
    }

    fn total(&self, other: &Self, precision: u32) -> Self {
        let exponent = self.exponent.min(other.exponent);
        let aligned = |number: &Self| {
            let sign = if number.negative { Sign::Minus } else { Sign::Plus };
            BigInt::from_biguint(sign, &number.mantissa << number.exponent.abs_diff(exponent))
        };
        let (sign, mantissa) = (aligned(self) + aligned(other)).into_parts();
        let is_negative_zero = self.negative && other.negative;
        let negative = if sign == Sign::NoSign { is_negative_zero } else { sign == Sign::Minus };
        Self::new(negative, mantissa, exponent, precision)
    }

    fn precision_with(&self, other: &Self) -> u32 {
        self.precision.max(other.precision)
    }

    /// The sum.
    pub fn plus(&self, other: &Self) -> Result<Self, NumberError> {
        if self.infinite || other.infinite {
            return if self.infinite && other.infinite && self.negative != other.negative {
                Err(NumberError::Undefined("can't compute sum of opposing infinities"))
            } else {
                Ok(Self::infinity(if self.infinite { self.negative } else { other.negative }))
            };
        }
        self.total(other, self.precision_with(other)).checked()
    }

    /// The difference.
    pub fn minus(&self, other: &Self) -> Result<Self, NumberError> {
        self.plus(&other.negated())
    }

    /// The product. It keeps as many bits as it needs, within those of a written number.
    pub fn times(&self, other: &Self) -> Result<Self, NumberError> {
        if self.infinite || other.infinite {
            return if self.is_zero() || other.is_zero() {
                Err(NumberError::Undefined("can't multiply zero by infinity"))
            } else {
                Ok(Self::infinity(self.negative != other.negative))
            };
        }
        let mut product = self.product(other, WRITTEN);
        let needed = u32::try_from(product.mantissa.bits()).unwrap_or(WRITTEN);
        product.precision = self.precision_with(other).max(needed);
        product.checked()
    }

    /// The quotient.
    pub fn divided_by(&self, other: &Self) -> Result<Self, NumberError> {
        if (self.is_zero() && other.is_zero()) || (self.infinite && other.infinite) {
            return Err(NumberError::Undefined("can't divide zero by zero or infinity by infinity"));
        }
        let negative = self.negative != other.negative;
        if other.infinite {
            return Ok(Self::new(negative, BigUint::ZERO, 0, self.precision_with(other)));
        }
        if other.is_zero() || self.infinite {
            return Ok(Self::infinity(negative));
        }
        self.quotient(other, self.precision_with(other)).checked()
    }

    /// What is left after division, with the sign of the dividend. As in Terraform, `x % 0` is `x`, and
    /// what division rounds is seen here: `1 % (1 / 3)` is 0.
    pub fn remainder(&self, other: &Self) -> Result<Self, NumberError> {
        if self.infinite || other.infinite {
            return Err(NumberError::Undefined("can't use modulo with infinity"));
        }
        if other.is_zero() {
            return Ok(self.clone());
        }
        let times = self.quotient(other, self.precision_with(other)).checked()?.truncated();
        let times = Self::new(times.sign() == Sign::Minus, times.into_parts().1, 0, self.precision);
        self.total(&other.product(&times, self.precision).negated(), self.precision).checked()
    }

    /// The number with its sign turned.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self { negative: !self.negative, ..self.clone() }
    }

    /// The distance from zero.
    #[must_use]
    pub fn absolute(&self) -> Self {
        Self { negative: false, ..self.clone() }
    }

    fn truncated(&self) -> BigInt {
        let sign = if self.negative { Sign::Minus } else { Sign::Plus };
        let size = self.exponent.unsigned_abs();
        let whole = if self.exponent < 0 { &self.mantissa >> size } else { &self.mantissa << size };
        BigInt::from_biguint(sign, whole)
    }

    /// The largest whole number that is not above it, with as many bits as this has.
    #[must_use]
    pub fn floor(&self) -> Self {
        self.whole(self.negative, -1)
    }

    /// The smallest whole number that is not below it, with as many bits as this has.
    #[must_use]
    pub fn ceil(&self) -> Self {
        self.whole(!self.negative, 1)
    }

    fn whole(&self, away_from_zero: bool, step: i32) -> Self {
        if self.infinite || self.is_integer() {
            return self.clone();
        }
        let towards_zero = self.truncated();
        let (sign, mantissa) = if away_from_zero { towards_zero + step } else { towards_zero }.into_parts();
        Self::new(sign == Sign::Minus, mantissa, 0, self.precision)
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        !self.infinite && self.mantissa == BigUint::ZERO
    }

    /// Whether it has a minus sign, be it a zero.
    pub fn has_minus(&self) -> bool {
        self.negative
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        self.negative && !self.is_zero()
    }

    /// Whether it has no fraction.
    pub fn is_integer(&self) -> bool {
        !self.infinite && self.exponent >= 0
    }

    /// The value, when it is whole and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_big_integer()?.try_into().ok()
    }

    /// The value, when it is whole.
    pub fn as_big_integer(&self) -> Option<BigInt> {
        self.is_integer().then(|| self.truncated())
    }

    /// The nearest machine floating-point number.
    pub fn as_f64(&self) -> f64 {
        if self.infinite {
            return if self.negative { f64::NEG_INFINITY } else { f64::INFINITY };
        }
        self.to_scientific(None).parse().unwrap_or(f64::NAN)
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

    /// Whether it is further from zero than any other.
    pub fn is_infinite(&self) -> bool {
        self.infinite
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

    fn signum(&self) -> i8 {
        match () {
            () if self.is_zero() => 0,
            () if self.negative => -1,
            () => 1,
        }
    }

    /// Where its first bit is.
    fn highest_bit(&self) -> i64 {
        self.exponent.saturating_add_unsigned(self.mantissa.bits())
    }

    fn compare_size(&self, other: &Self) -> Ordering {
        if self.infinite || other.infinite {
            return self.infinite.cmp(&other.infinite);
        }
        self.highest_bit().cmp(&other.highest_bit()).then_with(|| {
            let exponent = self.exponent.min(other.exponent);
            let aligned = |number: &Self| &number.mantissa << number.exponent.abs_diff(exponent);
            aligned(self).cmp(&aligned(other))
        })
    }

    fn checked(self) -> Result<Self, NumberError> {
        if self.highest_bit().abs() > MAX_MAGNITUDE { Err(NumberError::OutOfRange) } else { Ok(self) }
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
            // The parser has seen a number, so that only its size can be wrong.
            None => super::Unknown::new(
                text,
                super::Reason::Unsupported(NumberError::OutOfRange.to_string().into()),
            )
            .into(),
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
            ("-0", "-0"),
            ("1p3", "8"),
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
        assert_eq!(number("0.1").plus(&number("0.2")).unwrap().to_string(), "0.3");
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
        assert_eq!(number("1").divided_by(&number("0")).unwrap(), Number::infinity(false));
        assert!(number("0").divided_by(&number("0")).is_err());
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
