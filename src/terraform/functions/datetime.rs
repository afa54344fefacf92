//! Dates and times: RFC 3339 texts, Go's durations, and Terraform's own format words.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time, Weekday};

use super::signature::Call;
use crate::value::Value;

/// A civil time and how many minutes it is ahead of UTC.
struct Timestamp {
    local: DateTime,
    offset_minutes: i32,
}

pub fn timestamp(call: &Call<'_>) -> Result<Value, String> {
    Ok(call.decided_at_deployment())
}

pub fn timecmp(call: &Call<'_>) -> Result<Value, String> {
    let (left, right) = (utc(&parse(call.text(0))?)?, utc(&parse(call.text(1))?)?);
    Ok(Value::integer(left.cmp(&right) as i8))
}

fn utc(timestamp: &Timestamp) -> Result<DateTime, String> {
    let offset = SignedDuration::from_mins(i64::from(timestamp.offset_minutes));
    timestamp.local.checked_sub(offset).map_err(|_| "time is out of range".to_owned())
}

pub fn timeadd(call: &Call<'_>) -> Result<Value, String> {
    let timestamp = parse(call.text(0))?;
    let duration = SignedDuration::from_nanos(parse_duration(call.text(1))?);
    let local = timestamp.local.checked_add(duration).map_err(|_| "time is out of range")?;
    Ok(Value::string(write(&Timestamp { local, ..timestamp })))
}

fn write(timestamp: &Timestamp) -> String {
    let local = timestamp.local.strftime("%Y-%m-%dT%H:%M:%S");
    format!("{local}{}", zone(timestamp, ":", "Z"))
}

/// `+05:30`, or the given word for UTC.
fn zone(timestamp: &Timestamp, separator: &str, utc: &str) -> String {
    let minutes = timestamp.offset_minutes.unsigned_abs();
    if minutes == 0 && !utc.is_empty() {
        return utc.to_owned();
    }
    let sign = if timestamp.offset_minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
}

/// `2018-01-02T23:12:01Z`, `2018-01-02T23:12:01.5+02:00`: exactly RFC 3339, upper case.
fn parse(text: &str) -> Result<Timestamp, String> {
    let wrong = || format!("not a valid RFC3339 timestamp: {text:?}");
    parse_parts(text, &['T'], true).ok_or_else(wrong)
}

/// What Terraform's YAML reader takes for a time, rewritten as RFC 3339: a date, or a date and a time.
pub fn from_yaml(text: &str) -> Option<String> {
    let zoned = parse_parts(text, &['T', 't'], false).filter(|_| text.contains(['T', 't']));
    let unzoned = || {
        let with_time = text.contains(' ').then(|| parse_parts(&format!("{text}Z"), &[' '], false)).flatten();
        with_time.or_else(|| parse_parts(&format!("{text}T00:00:00Z"), &['T'], false))
    };
    // `2012-10-17 10:20:30Z` is not among the forms.
    zoned.or_else(|| if text.ends_with('Z') { None } else { unzoned() }).map(|timestamp| write(&timestamp))
}

fn parse_parts(text: &str, separators: &[char], two_digits: bool) -> Option<Timestamp> {
    let (date, time) = text.split_once(separators)?;
    let mut fields = date.split('-');
    let year = digits(fields.next()?, 4, true)?;
    let month = digits(fields.next()?, 2, two_digits)?;
    let day = digits(fields.next()?, 2, two_digits)?;
    if fields.next().is_some() {
        return None;
    }
    let zone_start = time.find(['Z', '+', '-'])?;
    let (clock, zone) = time.split_at(zone_start);
    let (clock, fraction) =
        clock.split_once('.').map_or((clock, None), |(clock, fraction)| (clock, Some(fraction)));
    if fraction
        .is_some_and(|fraction| fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return None;
    }
    let mut fields = clock.split(':');
    let hour = digits(fields.next()?, 2, two_digits)?;
    let minute = digits(fields.next()?, 2, two_digits)?;
    let second = digits(fields.next()?, 2, two_digits)?;
    if fields.next().is_some() || second > 59 {
        return None;
    }
    let nanosecond: String =
        fraction.unwrap_or_default().chars().chain("000000000".chars()).take(9).collect();
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let small = |number: i16| i8::try_from(number).ok();
    let time = Time::new(small(hour)?, small(minute)?, small(second)?, nanosecond.parse().ok()?).ok()?;
    Some(Timestamp { local: date.to_datetime(time), offset_minutes: parse_zone(zone)? })
}

fn digits(text: &str, length: usize, exactly: bool) -> Option<i16> {
    let fits = if exactly { text.len() == length } else { (1..=length).contains(&text.len()) };
    if !fits || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn parse_zone(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let (hours, minutes) = text[1..].split_once(':')?;
    let (hours, minutes) = (digits(hours, 2, true)?, digits(minutes, 2, true)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let total = i32::from(hours) * 60 + i32::from(minutes);
    Some(if text.starts_with('-') { -total } else { total })
}

/// Nanoseconds of Go's durations: `1h30m`, `-1.5h`, `0`. Beyond what fits 64 bits is an error there too.
fn parse_duration(text: &str) -> Result<i64, String> {
    let wrong = || format!("invalid duration {text:?}");
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned == "0" {
        return Ok(0);
    }
    let mut total: i128 = 0;
    let mut rest = unsigned;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let end =
            rest.find(|character: char| !character.is_ascii_digit() && character != '.').ok_or_else(wrong)?;
        let (number, after) = rest.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() + fraction.len() == 0 || fraction.contains('.') {
            return Err(wrong());
        }
        let (unit, nanoseconds) = UNITS.iter().find(|(unit, _)| after.starts_with(unit)).ok_or_else(wrong)?;
        rest = &after[unit.len()..];
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| wrong())? };
        let mut scale = *nanoseconds;
        let mut part = whole.checked_mul(scale).ok_or_else(wrong)?;
        for digit in fraction.bytes().take(18) {
            part = part.checked_add(scale * i128::from(digit - b'0') / 10).ok_or_else(wrong)?;
            scale /= 10;
        }
        total = total.checked_add(part).ok_or_else(wrong)?;
        if total > i128::from(i64::MAX) {
            return Err(wrong());
        }
    }
    let total = i64::try_from(total).map_err(|_| wrong())?;
    Ok(if text.starts_with('-') { -total } else { total })
}

/// `ms` before `m`: the first that fits is taken.
const UNITS: [(&str, i128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Runs of one letter are words; text in quotes and all that is not a letter stands for itself.
pub fn formatdate(call: &Call<'_>) -> Result<Value, String> {
    let timestamp = parse(call.text(1))?;
    let mut text = String::new();
    let mut rest = call.text(0);
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            rest = take_quoted(rest, &mut text)?;
            continue;
        }
        let end = rest.find(|character| character != first).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if first.is_ascii_alphabetic() {
            text.push_str(&write_word(word, &timestamp)?);
        } else {
            text.push_str(word);
        }
        rest = after;
    }
    Ok(Value::string(text))
}

fn take_quoted<'a>(quoted: &'a str, text: &mut String) -> Result<&'a str, String> {
    let mut rest = &quoted[1..];
    if let Some(after) = rest.strip_prefix('\'') {
        text.push('\'');
        return Ok(after);
    }
    loop {
        let (literal, after) = rest.split_once('\'').ok_or("unterminated literal '")?;
        text.push_str(literal);
        let Some(after) = after.strip_prefix('\'') else { return Ok(after) };
        text.push('\'');
        rest = after;
    }
}

fn write_word(word: &str, timestamp: &Timestamp) -> Result<String, String> {
    let local = timestamp.local;
    let twelve = match local.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let afternoon = local.hour() >= 12;
    Ok(match word {
        "YYYY" => format!("{:04}", local.year()),
        "YY" => format!("{:02}", local.year().rem_euclid(100)),
        "MMMM" => MONTHS[usize::try_from(local.month() - 1).unwrap_or(0)].to_owned(),
        "MMM" => MONTHS[usize::try_from(local.month() - 1).unwrap_or(0)][..3].to_owned(),
        "MM" => format!("{:02}", local.month()),
        "M" => local.month().to_string(),
        "DD" => format!("{:02}", local.day()),
        "D" => local.day().to_string(),
        "EEEE" => weekday(local).to_owned(),
        "EEE" => weekday(local)[..3].to_owned(),
        "hh" => format!("{:02}", local.hour()),
        "h" => local.hour().to_string(),
        "HH" => format!("{twelve:02}"),
        "H" => twelve.to_string(),
        "AA" => if afternoon { "PM" } else { "AM" }.to_owned(),
        "aa" => if afternoon { "pm" } else { "am" }.to_owned(),
        "mm" => format!("{:02}", local.minute()),
        "m" => local.minute().to_string(),
        "ss" => format!("{:02}", local.second()),
        "s" => local.second().to_string(),
        "ZZZZZ" => zone(timestamp, ":", ""),
        "ZZZZ" => zone(timestamp, "", ""),
        "ZZZ" => zone(timestamp, "", "UTC"),
        "Z" => zone(timestamp, ":", "Z"),
        _ => return Err(format!("invalid format verb {word:?}: write literal text in quotes")),
    })
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn weekday(local: DateTime) -> &'static str {
    match local.weekday() {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
