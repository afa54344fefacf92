//! Binary numbers with Terraform's precision, bounded so that no literal can exhaust memory.

mod decimal;
mod text;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use num_bigint::{BigInt, BigUint, Sign};

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

    /// Whether it is further from zero than any other.
    pub fn is_infinite(&self) -> bool {
        self.infinite
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
mod tests;
