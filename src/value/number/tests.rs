//! Numbers: text, arithmetic, order.

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
    for wrong in
        ["", ".", "e5", "1e", "1_0", "0x10", " 1", "1 ", "--1", "1e999999999", "1e99999999999999999999"]
    {
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
