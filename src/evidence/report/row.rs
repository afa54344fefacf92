//! One row of a report: its cells to what they say of a user.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use crate::graph::Use;
use crate::source::{FileId, Notice, NoticeKind, Span};

use super::cells::{Cell, Record};
use super::columns::{Column, Columns};
use super::problems::Problems;
use super::values::{self, ArnCell, DateCell, FlagCell};
use super::{CertificateCells, KeyCells, Row};

/// What a report calls the root user.
const ROOT: &str = "<root_account>";

/// Columns of each access key.
const KEY_COLUMNS: usize = 5;

/// Columns of each certificate.
const CERTIFICATE_COLUMNS: usize = 2;

/// The cells of one row, by their columns.
pub(super) struct Cells<'t> {
    pub text: &'t str,
    pub file: FileId,
    pub columns: &'t Columns,
    pub record: &'t Record,
}

impl<'t> Cells<'t> {
    fn cell(&self, column: Column, offset: usize) -> Option<&'t Cell> {
        self.columns.cell(self.record, column, offset)
    }

    fn value(&self, cell: &Cell) -> Cow<'t, str> {
        cell.value(self.text)
    }

    fn span(&self, range: &Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    fn row(&self) -> Span {
        self.span(&self.record.range)
    }

    fn span_of(&self, column: Column, offset: usize) -> Span {
        self.cell(column, offset).map_or_else(|| self.row(), |cell| self.span(&cell.range))
    }

    /// From the first to the last of some cells.
    fn span_of_slot(&self, column: Column, first: usize, count: usize) -> Span {
        (first..first + count)
            .filter_map(|offset| self.cell(column, offset))
            .map(|cell| self.span(&cell.range))
            .reduce(Span::to)
            .unwrap_or_else(|| self.row())
    }

    /// A word, unless the cell says that there is none.
    fn word(&self, column: Column, offset: usize) -> Option<Arc<str>> {
        let value = self.value(self.cell(column, offset)?);
        (values::flag(&value) != FlagCell::None).then(|| value.into())
    }

    fn flag(&self, column: Column, offset: usize, problems: &mut Problems) -> Option<bool> {
        let cell = self.cell(column, offset)?;
        let value = self.value(cell);
        match values::flag(&value) {
            FlagCell::Is(flag) => Some(flag),
            FlagCell::None => None,
            FlagCell::NoFlag => {
                let message = format!("{} neither TRUE nor FALSE", quote(&value));
                let help =
                    "what the cell should say is taken to be unknown. Hand in the report as AWS wrote it";
                problems.error(self.span(&cell.range), message, help);
                None
            }
        }
    }

    /// What the cell of a date says; `None` when there is no such column, or it is wrong, which is said.
    fn date_cell(&self, column: Column, offset: usize, problems: &mut Problems) -> Option<DateCell> {
        let cell = self.cell(column, offset)?;
        let value = self.value(cell);
        let date = values::date(&value);
        let message = match date {
            DateCell::NoDate => format!("{} not a date with time and offset", quote(&value)),
            DateCell::OutOfRange => format!("{} not a date that AWS would write", quote(&value)),
            _ => return Some(date),
        };
        let help = "AWS writes dates as 2024-01-31T09:30:00+00:00, and spreadsheets rewrite them: \
                    hand in the report as AWS wrote it";
        problems.error(self.span(&cell.range), message, help);
        None
    }

    fn date(&self, column: Column, offset: usize, problems: &mut Problems) -> Option<Timestamp> {
        match self.date_cell(column, offset, problems)? {
            DateCell::At(moment) => Some(moment),
            _ => None,
        }
    }

    fn last_use(&self, column: Column, offset: usize, problems: &mut Problems) -> Use {
        match self.date_cell(column, offset, problems) {
            Some(DateCell::At(moment)) => Use::At(moment),
            Some(DateCell::None | DateCell::NoInformation) => Use::Never,
            _ => Use::Unknown,
        }
    }
}

/// Reads a row. `None` when it does not say whose it is.
pub(super) fn read(cells: &Cells, problems: &mut Problems) -> Option<Row> {
    let user_cell = cells.cell(Column::User, 0)?;
    let mut user = cells.value(user_cell);
    if user.is_empty() {
        let help = "the row was not read. Hand in the report as AWS wrote it";
        problems.error(cells.row(), "the row does not say whose it is: its cell `user` is empty", help);
        return None;
    }
    let arn_cell = cells.cell(Column::Arn, 0);
    let arn = arn_cell.map(|cell| cells.value(cell));
    let parsed = arn.as_deref().and_then(values::arn);
    let is_root = user == ROOT || matches!(parsed, Some(ArnCell::Root { .. }));
    let fits = match parsed {
        Some(ArnCell::Root { .. }) => true,
        Some(ArnCell::User { name, .. }) => name == user,
        None => false,
    };
    if let Some(cell) = arn_cell.filter(|_| !fits) {
        let message = match (parsed, is_root) {
            (None, _) if arn.as_deref().is_some_and(has_other_account) => {
                "the account number in this ARN does not have twelve digits".to_owned()
            }
            (None, _) => "this is not the ARN of a user".to_owned(),
            (Some(_), true) => "this is not the ARN of the root user, whose row it is".to_owned(),
            (Some(_), false) => format!("the ARN is not that of user `{}`, whose row it is", short(&user)),
        };
        let help = "the account of the row is taken to be unknown. AWS writes \
                    arn:aws:iam::ACCOUNT:user/PATH/NAME, and arn:aws:iam::ACCOUNT:root: \
                    hand in the report as AWS wrote it";
        // What it says of the user itself can be told all the same.
        let notice = Notice::at(NoticeKind::InvalidConfiguration, cells.span(&cell.range), message);
        problems.other(notice.with_help(help));
    }
    let (account, path) = match parsed.filter(|_| fits) {
        Some(ArnCell::Root { account }) => (Some(account), None),
        Some(ArnCell::User { account, path, .. }) => (Some(account), Some(path)),
        None => (None, None),
    };
    if is_root {
        user = Cow::Borrowed(ROOT);
    }
    Some(Row {
        span: cells.row(),
        user: user.into(),
        user_span: cells.span(&user_cell.range),
        is_root,
        account: account.map(Arc::from),
        path: path.map(Arc::from),
        arn: arn.map(Arc::from),
        created: cells.date(Column::UserCreationTime, 0, problems),
        password_enabled: cells.flag(Column::PasswordEnabled, 0, problems),
        password_last_used: cells.last_use(Column::PasswordLastUsed, 0, problems),
        password_last_changed: cells.date(Column::PasswordLastChanged, 0, problems),
        password_span: cells.span_of(Column::PasswordEnabled, 0),
        mfa_active: cells.flag(Column::MfaActive, 0, problems),
        mfa_span: cells.span_of(Column::MfaActive, 0),
        access_keys: (1..=2).filter_map(|number| key(cells, number, problems)).collect(),
        certificates: (1..=2).filter_map(|number| certificate(cells, number, problems)).collect(),
    })
}

/// Whether it is an account number that keeps an ARN from being one.
fn has_other_account(arn: &str) -> bool {
    let mut parts: Vec<&str> = arn.splitn(6, ':').collect();
    let is_number = parts
        .get(4)
        .is_some_and(|account| !account.is_empty() && account.bytes().all(|b| b.is_ascii_digit()));
    if is_number {
        parts[4] = "000000000000";
    }
    is_number && values::arn(&parts.join(":")).is_some()
}

/// The key of a slot. A live report keeps the date of an inactive key: a date alone is a key as well.
fn key(cells: &Cells, number: u8, problems: &mut Problems) -> Option<KeyCells> {
    let column = Column::AccessKey1Active;
    let first = KEY_COLUMNS * usize::from(number - 1);
    let active = cells.flag(column, first, problems).unwrap_or(false);
    let last_rotated = cells.date(column, first + 1, problems);
    let last_used = cells.last_use(column, first + 2, problems);
    (active || last_rotated.is_some()).then(|| KeyCells {
        number,
        active,
        last_rotated,
        last_used,
        last_used_region: cells.word(column, first + 3),
        last_used_service: cells.word(column, first + 4),
        span: cells.span_of_slot(column, first, KEY_COLUMNS),
    })
}

fn certificate(cells: &Cells, number: u8, problems: &mut Problems) -> Option<CertificateCells> {
    let column = Column::Certificate1Active;
    let first = CERTIFICATE_COLUMNS * usize::from(number - 1);
    let active = cells.flag(column, first, problems).unwrap_or(false);
    let last_rotated = cells.date(column, first + 1, problems);
    (active || last_rotated.is_some()).then(|| CertificateCells {
        number,
        active,
        last_rotated,
        span: cells.span_of_slot(column, first, CERTIFICATE_COLUMNS),
    })
}

/// A cell's text for a message: what is long stands at the place that the message points at.
fn quote(value: &str) -> String {
    if value.chars().count() <= 32 { format!("`{value}` is") } else { "this is".to_owned() }
}

/// The beginning of a name: AWS's have 64 characters at most.
pub(super) fn short(value: &str) -> &str {
    value.char_indices().nth(64).map_or(value, |(end, _)| &value[..end])
}
