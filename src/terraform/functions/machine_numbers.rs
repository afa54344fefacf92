//! `pow` and `log` to the last bit as Go computes them on machine numbers: not always the nearest number.

const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);

/// Coefficients of the minimax polynomial that stands for `(ln(1 + s) - ln(1 - s)) / s - 2` in `s²`: those of
/// the msun library.
const COEFFICIENTS: [f64; 7] = [
    f64::from_bits(0x3fe5_5555_5555_5593),
    f64::from_bits(0x3fd9_9999_9997_fa04),
    f64::from_bits(0x3fd2_4924_9422_9359),
    f64::from_bits(0x3fcc_71c5_1d8e_78af),
    f64::from_bits(0x3fc7_4664_96cb_03de),
    f64::from_bits(0x3fc3_9a09_d078_c69f),
    f64::from_bits(0x3fc2_f112_df3e_5244),
];

/// The natural logarithm.
pub fn logarithm(number: f64) -> f64 {
    if number.is_nan() || number < 0.0 {
        return f64::NAN;
    }
    if number == 0.0 || number.is_infinite() {
        return if number == 0.0 { f64::NEG_INFINITY } else { number };
    }
    let (mut fraction, mut power) = split(number);
    if fraction < std::f64::consts::FRAC_1_SQRT_2 {
        fraction *= 2.0;
        power -= 1;
    }
    let [c1, c2, c3, c4, c5, c6, c7] = COEFFICIENTS;
    let (rest, power) = (fraction - 1.0, f64::from(power));
    let s = rest / (2.0 + rest);
    let square = s * s;
    let fourth = square * square;
    let odd = square * (c1 + fourth * (c3 + fourth * (c5 + fourth * c7)));
    let even = fourth * (c2 + fourth * (c4 + fourth * c6));
    let half_square = 0.5 * rest * rest;
    power * LN_2_HIGH - ((half_square - (s * (half_square + (odd + even)) + power * LN_2_LOW)) - rest)
}

/// A number to a power: the whole part by squaring, the fraction of the power through the logarithm.
#[expect(clippy::float_cmp, reason = "these very numbers are special")]
pub fn power(base: f64, exponent: f64) -> f64 {
    let is_plain = base.is_finite() && exponent.is_finite() && base != 0.0 && exponent.abs() < 2_f64.powi(63);
    // Where the standards leave no choice, every library agrees.
    if !is_plain || exponent == 0.0 || exponent.abs() == 0.5 || base == 1.0 || exponent == 1.0 {
        return match exponent {
            0.5 => base.sqrt(),
            -0.5 => 1.0 / base.sqrt(),
            _ => base.powf(exponent),
        };
    }
    let (mut whole, mut fraction) = (exponent.abs().trunc(), exponent.abs().fract());
    if fraction != 0.0 && base < 0.0 {
        return f64::NAN;
    }
    let (mut mantissa, mut twos) = (1.0, 0_i64);
    if fraction != 0.0 {
        if fraction > 0.5 {
            fraction -= 1.0;
            whole += 1.0;
        }
        mantissa = (fraction * logarithm(base)).exp();
    }
    let (mut square, square_twos) = split(base);
    let mut square_twos = i64::from(square_twos);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, and below 2^63")]
    let mut left = whole as u64;
    while left != 0 {
        if square_twos.abs() > 1 << 12 {
            twos += square_twos;
            break;
        }
        if left % 2 == 1 {
            mantissa *= square;
            twos += square_twos;
        }
        square *= square;
        square_twos *= 2;
        if square < 0.5 {
            square += square;
            square_twos -= 1;
        }
        left /= 2;
    }
    if exponent < 0.0 {
        (mantissa, twos) = (1.0 / mantissa, -twos);
    }
    scaled(mantissa, twos)
}

/// A number as a fraction from 0.5 to 1 and a power of two.
fn split(number: f64) -> (f64, i32) {
    if number == 0.0 {
        return (number, 0);
    }
    let (normal, extra) = if number.is_subnormal() { (number * 2_f64.powi(52), -52) } else { (number, 0) };
    let bits = normal.to_bits();
    let power = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0) - 1022;
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), power + extra)
}

/// `mantissa × 2^power`, rounded once.
fn scaled(mantissa: f64, power: i64) -> f64 {
    let (fraction, own) = split(mantissa);
    let power = power.saturating_add(i64::from(own));
    match i32::try_from(power.clamp(-1200, 1200)).unwrap_or(0) {
        power if power > 1024 => fraction.signum() * f64::INFINITY,
        // A subnormal number loses bits once: at the last step.
        power if power < -1020 => fraction * 2_f64.powi(-1000) * 2_f64.powi((power + 1000).max(-1000)),
        power => fraction * 2_f64.powi(power - 1) * 2.0,
    }
}
