//! Decimal digits of binary numbers: exactly, to so many digits, or as few as tell a number from its neighbours.

use num_bigint::BigUint;

/// `0.d₁d₂d₃… × 10^exponent`, without zeros at the end. Zero has no digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    pub digits: Vec<u8>,
    pub exponent: i64,
}

impl Decimal {
    /// All digits of `mantissa × 2^exponent`.
    pub fn exact(mantissa: &BigUint, exponent: i64) -> Self {
        let power = u32::try_from(exponent.unsigned_abs()).unwrap_or(u32::MAX);
        let (whole, shift) = if exponent >= 0 {
            (mantissa << power, 0)
        } else {
            (mantissa * BigUint::from(5_u8).pow(power), i64::from(power))
        };
        if whole == BigUint::ZERO {
            return Self { digits: Vec::new(), exponent: 0 };
        }
        let digits = whole.to_str_radix(10).into_bytes();
        let exponent = length(&digits) - shift;
        Self { digits, exponent }.trimmed()
    }

    /// The fewest digits that read back as `mantissa × 2^exponent` where so many bits are kept. The digit that
    /// is chosen is the one Go chooses.
    pub fn shortest(mantissa: &BigUint, exponent: i64, precision: u32) -> Self {
        let exact = Self::exact(mantissa, exponent);
        let Ok(bits) = u32::try_from(mantissa.bits()) else { return exact };
        // One more bit than is kept: the last one is half the distance to the neighbours.
        let Some(shift) = (precision + 1).checked_sub(bits).filter(|_| bits > 0) else { return exact };
        let scaled = mantissa << shift;
        let exponent = exponent - i64::from(shift);
        let lower = Self::exact(&(&scaled - 1_u8), exponent);
        let upper = Self::exact(&(&scaled + 1_u8), exponent);
        // Ties go to the even neighbour, so the ends belong to an even number.
        let inclusive = !scaled.bit(1);
        for index in 0..exact.digits.len() {
            let digit = exact.digits[index];
            let low = lower.digits.get(index).copied().unwrap_or(b'0');
            let high = upper.digits.get(index).copied().unwrap_or(b'0');
            let kept = index + 1;
            let may_round_down = low != digit || (inclusive && kept == lower.digits.len());
            let may_round_up = digit != high && (inclusive || digit + 1 < high || kept < upper.digits.len());
            match (may_round_down, may_round_up) {
                (true, true) => return exact.rounded(i64::try_from(kept).unwrap_or(i64::MAX)),
                (true, false) => return exact.cut(kept),
                (false, true) => return exact.raised(kept),
                (false, false) => {}
            }
        }
        exact
    }

    /// With so many digits, ties to the even one.
    pub fn rounded(self, count: i64) -> Self {
        let Some(kept) = usize::try_from(count).ok().filter(|kept| *kept < self.digits.len()) else {
            return self;
        };
        let next = self.digits[kept];
        let is_tie = next == b'5' && kept + 1 == self.digits.len();
        let up = if is_tie { kept > 0 && self.digits[kept - 1] % 2 == 1 } else { next >= b'5' };
        if up { self.raised(kept) } else { self.cut(kept) }
    }

    fn cut(mut self, kept: usize) -> Self {
        self.digits.truncate(kept);
        self.trimmed()
    }

    fn raised(mut self, kept: usize) -> Self {
        self.digits.truncate(kept);
        while self.digits.last() == Some(&b'9') {
            self.digits.pop();
        }
        match self.digits.last_mut() {
            Some(last) => *last += 1,
            None => {
                self.digits.push(b'1');
                self.exponent += 1;
            }
        }
        self
    }

    fn trimmed(mut self) -> Self {
        while self.digits.last() == Some(&b'0') {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.exponent = 0;
        }
        self
    }

    /// Plain, with so many digits after the point.
    pub fn to_fixed(&self, decimals: usize) -> String {
        let mut text = String::new();
        if self.exponent > 0 {
            (0..self.exponent).for_each(|index| text.push(self.at(index)));
        } else {
            text.push('0');
        }
        if decimals > 0 {
            text.push('.');
            let decimals = i64::try_from(decimals).unwrap_or(0);
            (0..decimals).for_each(|index| text.push(self.at(self.exponent.saturating_add(index))));
        }
        text
    }

    /// Plain, with the digits after the point that there are.
    pub fn to_plain(&self) -> String {
        self.to_fixed(usize::try_from(length(&self.digits) - self.exponent).unwrap_or(0))
    }

    fn at(&self, index: i64) -> char {
        let digit = usize::try_from(index).ok().and_then(|index| self.digits.get(index));
        char::from(digit.copied().unwrap_or(b'0'))
    }

    /// The power of ten of the first digit; 0 for zero.
    pub fn magnitude(&self) -> i64 {
        if self.digits.is_empty() { 0 } else { self.exponent - 1 }
    }
}

fn length(digits: &[u8]) -> i64 {
    i64::try_from(digits.len()).unwrap_or(i64::MAX)
}
