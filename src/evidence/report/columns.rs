//! Which cell of a row is which: the columns of a report, found by their names.

use std::ops::Range;

use super::cells::{Cell, Record};
use super::values::{self, ArnCell};

/// The columns that are read, in AWS's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    User,
    Arn,
    UserCreationTime,
    PasswordEnabled,
    PasswordLastUsed,
    PasswordLastChanged,
    MfaActive = 7,
    /// Five columns of access key 1, five of access key 2: counted on from the first.
    AccessKey1Active,
    /// Two columns of certificate 1, two of certificate 2.
    Certificate1Active = 18,
}

/// Their names.
pub(super) const NAMES: [&str; 22] = [
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
];

/// The column without which text is no credential report, and those of which it has at least one.
const USER: usize = 0;
const ONE_OF: [usize; 3] = [3, 8, 13];

/// What cannot be told without a column.
const TELLS: [&str; 22] = [
    "",
    "of which account it is",
    "when users were made",
    "who has a password",
    "when passwords were last used",
    "when passwords were last changed",
    "",
    "who has an MFA device",
    "which access keys there are",
    "when access keys were made",
    "when access keys were last used",
    "",
    "",
    "which access keys there are",
    "when access keys were made",
    "when access keys were last used",
    "",
    "",
    "which signing certificates there are",
    "which signing certificates there are",
    "which signing certificates there are",
    "which signing certificates there are",
];

/// The columns of a header.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    at: [Option<usize>; NAMES.len()],
    /// How many cells a row has.
    pub count: usize,
    /// The names as the header has them, lower case.
    names: Vec<String>,
    /// Cells that name a column once more.
    pub repeated: Vec<Range<usize>>,
}

impl Columns {
    /// Binds the cells of a header. `None` when it is not that of a credential report.
    pub(super) fn bind(text: &str, record: &Record) -> Option<Self> {
        let columns = Self::bind_any(text, record);
        (record.fault.is_none() && columns.missing_required().next().is_none()).then_some(columns)
    }

    /// Binds whatever is there.
    pub(super) fn bind_any(text: &str, record: &Record) -> Self {
        let names: Vec<String> =
            record.cells.iter().map(|cell| name(text, cell).to_ascii_lowercase()).collect();
        let mut at = [None; NAMES.len()];
        let mut repeated = Vec::new();
        for (index, (name, cell)) in names.iter().zip(&record.cells).enumerate() {
            let Some(column) = NAMES.iter().position(|known| known == name) else { continue };
            match at[column] {
                None => at[column] = Some(index),
                Some(_) => repeated.push(cell.range.clone()),
            }
        }
        Self { at, count: record.cells.len(), names, repeated }
    }

    /// The required columns that the header lacks.
    pub(super) fn missing_required(&self) -> impl Iterator<Item = &'static str> + '_ {
        let is_missing = |column: &usize| self.at[*column].is_none();
        let has_none = ONE_OF.iter().all(is_missing);
        let user = Some(USER).filter(is_missing);
        user.into_iter().chain(ONE_OF.into_iter().filter(move |_| has_none)).map(|column| NAMES[column])
    }

    /// The columns that the header lacks and that something hangs on, and what therefore cannot be told.
    pub(super) fn missing(&self) -> (Vec<&'static str>, Vec<&'static str>) {
        let is_missed = |column: &usize| self.at[*column].is_none() && !TELLS[*column].is_empty();
        let missing: Vec<usize> = (0..NAMES.len()).filter(is_missed).collect();
        let mut tells = Vec::new();
        for column in &missing {
            let tell = TELLS[*column];
            if !tell.is_empty() && !tells.contains(&tell) {
                tells.push(tell);
            }
        }
        (missing.into_iter().map(|column| NAMES[column]).collect(), tells)
    }

    /// The cell of a column, counted on by `offset` from it.
    pub(super) fn cell<'r>(&self, record: &'r Record, column: Column, offset: usize) -> Option<&'r Cell> {
        record.cells.get(self.at[column as usize + offset]?)
    }

    /// Whether a row is the same header once more.
    pub(super) fn is_again(&self, text: &str, record: &Record) -> bool {
        record.cells.len() == self.names.len()
            && record
                .cells
                .iter()
                .zip(&self.names)
                .all(|(cell, own)| name(text, cell).eq_ignore_ascii_case(own))
    }

    /// The row of a user whose name has commas and stands without quotes, as some imitations of AWS write it.
    /// The ARN tells where the name ends: it has to end with the same name.
    pub(super) fn rejoined(&self, text: &str, record: &Record) -> Option<Record> {
        let extra = record.cells.len().checked_sub(self.count).filter(|extra| *extra > 0)?;
        if self.at[Column::User as usize] != Some(0) || self.at[Column::Arn as usize] != Some(1) {
            return None;
        }
        let (written, others) = record.cells.split_at_checked(extra + 2)?;
        let begins_arn = |cell: &Cell| text[cell.range.clone()].starts_with("arn:");
        let (user, arn) = written.split_at_checked(written.iter().position(begins_arn)?)?;
        let join = |cells: &[Cell]| -> Option<Cell> {
            let range = cells.first()?.range.start..cells.last()?.range.end;
            cells.iter().all(|cell| !cell.is_quoted).then_some(Cell { range, is_quoted: false })
        };
        let (user, arn) = (join(user)?, join(arn)?);
        match values::arn(&text[arn.range.clone()])? {
            ArnCell::User { name, .. } if name == &text[user.range.clone()] => {
                let cells = [user, arn].into_iter().chain(others.iter().cloned()).collect();
                Some(Record { cells, ..record.clone() })
            }
            _ => None,
        }
    }

    /// The row and the header of a line that was not ended before the next file began: `…,N/Auser,arn,…`.
    pub(super) fn unglued(&self, text: &str, record: &Record) -> Option<(Record, Record)> {
        let last = self.count.checked_sub(1)?;
        let glued = record.cells.get(last).filter(|cell| !cell.is_quoted)?;
        let start =
            glued.range.end.checked_sub(NAMES[0].len()).filter(|start| *start >= glued.range.start)?;
        if !text.get(start..glued.range.end)?.eq_ignore_ascii_case(NAMES[0]) {
            return None;
        }
        let part = |range: Range<usize>, cells: Vec<Cell>| Record { range, cells, ..record.clone() };
        let mut row = part(record.range.start..start, record.cells[..=last].to_vec());
        let mut header = part(start..record.range.end, record.cells[last..].to_vec());
        row.cells[last].range.end = start;
        header.cells[0].range.start = start;
        Some((row, header))
    }
}

fn name<'t>(text: &'t str, cell: &Cell) -> std::borrow::Cow<'t, str> {
    match cell.value(text) {
        std::borrow::Cow::Borrowed(value) => value.trim().trim_start_matches('\u{feff}').into(),
        std::borrow::Cow::Owned(value) => value.into(),
    }
}
