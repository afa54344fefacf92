//! What single cells of a report say: yes or no, dates, and the words that stand for neither.

use jiff::Timestamp;

use crate::source::is_account_number;

/// What a cell says that should be a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateCell {
    /// This moment.
    At(Timestamp),
    /// `N/A` or nothing: there is none.
    None,
    /// `no_information`: AWS has not seen any.
    NoInformation,
    /// `not_supported`: the report does not say it of this user.
    NotSupported,
    /// A date that AWS cannot have written.
    OutOfRange,
    /// Something else.
    NoDate,
}

/// What a cell says that should be `TRUE` or `FALSE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlagCell {
    /// One of them.
    Is(bool),
    /// One of the words that stand for neither.
    None,
    /// Something else.
    NoFlag,
}

/// Reads yes or no, in any case.
pub(super) fn flag(cell: &str) -> FlagCell {
    if cell.eq_ignore_ascii_case("true") {
        FlagCell::Is(true)
    } else if cell.eq_ignore_ascii_case("false") {
        FlagCell::Is(false)
    } else if is_absent(cell) || is(cell, "no_information") || is(cell, "not_supported") {
        FlagCell::None
    } else {
        FlagCell::NoFlag
    }
}

/// Whether a cell says that there is nothing to say.
pub(super) fn is_absent(cell: &str) -> bool {
    cell.is_empty() || is(cell, "N/A")
}

fn is(cell: &str, word: &str) -> bool {
    cell.eq_ignore_ascii_case(word)
}

/// Reads a date.
pub(super) fn date(cell: &str) -> DateCell {
    if is_absent(cell) {
        DateCell::None
    } else if is(cell, "no_information") {
        DateCell::NoInformation
    } else if is(cell, "not_supported") {
        DateCell::NotSupported
    } else if !has_shape_of_date(cell) {
        DateCell::NoDate
    } else {
        // A year of five digits does not have the shape; what is left is a month or an hour too high.
        match cell.parse::<Timestamp>() {
            Ok(moment) if is_plausible(moment) => DateCell::At(moment),
            Ok(_) => DateCell::OutOfRange,
            Err(_) => DateCell::NoDate,
        }
    }
}

/// IAM began in 2010. A date far before that is a clock's zero, or damage; how late one can be depends on when the report was
/// made.
fn is_plausible(moment: Timestamp) -> bool {
    const FIRST: i64 = 946_684_800; // 2000-01-01
    moment.as_second() >= FIRST
}

/// The moment that is so many seconds after the start of 1970, when that can be one of a report.
pub(super) fn moment(seconds: f64) -> Option<Timestamp> {
    let span = jiff::SignedDuration::try_from_secs_f64(seconds).ok()?;
    Timestamp::from_duration(span).ok().filter(|moment| is_plausible(*moment))
}

/// A day, a time of at least minutes, and an offset: without one of them it could be several moments.
fn has_shape_of_date(cell: &str) -> bool {
    let bytes = cell.as_bytes();
    if bytes.len() > 64 || !matches(bytes, b"0000-00-00T00:00") {
        return false;
    }
    let mut rest = &bytes[16..];
    if matches(rest, b":00") {
        rest = &rest[3..];
        if let [b'.' | b',', fraction @ ..] = rest {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return false;
            }
            rest = &fraction[digits..];
        }
    }
    match rest {
        b"Z" | b"z" => true,
        [b'+' | b'-', offset @ ..] => match offset.len() {
            2 => matches(offset, b"00"),
            4 => matches(offset, b"0000"),
            5 => matches(offset, b"00:00"),
            _ => false,
        },
        _ => false,
    }
}

/// Whether text begins with a pattern: `0` is any digit, `T` what may stand between day and time.
fn matches(bytes: &[u8], pattern: &[u8]) -> bool {
    bytes.len() >= pattern.len()
        && bytes.iter().zip(pattern).all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            b'T' => matches!(byte, b'T' | b't' | b' '),
            _ => byte == wanted,
        })
}

/// What an ARN says of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArnCell<'t> {
    /// The root user of an account.
    Root {
        /// Its twelve digits.
        account: &'t str,
    },
    /// A user.
    User {
        /// The twelve digits of the account.
        account: &'t str,
        /// With the slashes at both ends.
        path: &'t str,
        /// The user's name.
        name: &'t str,
    },
}

/// Reads the ARN of a user, or of the root user.
pub(super) fn arn(cell: &str) -> Option<ArnCell<'_>> {
    let mut parts = cell.splitn(6, ':');
    let mut next = || parts.next();
    let (scheme, partition, service, region) = (next()?, next()?, next()?, next()?);
    let (account, resource) = (next()?, next()?);
    let is_partition = partition == "aws"
        || partition.strip_prefix("aws-").is_some_and(|rest| {
            !rest.is_empty()
                && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        });
    let is_account = is_account_number(account);
    if scheme != "arn" || !is_partition || service != "iam" || !region.is_empty() || !is_account {
        return None;
    }
    if resource == "root" {
        return Some(ArnCell::Root { account });
    }
    let path_and_name = resource.strip_prefix("user")?;
    if !path_and_name.starts_with('/') {
        return None;
    }
    let (path, name) = path_and_name.split_at(path_and_name.rfind('/')? + 1);
    (!name.is_empty()).then_some(ArnCell::User { account, path, name })
}
