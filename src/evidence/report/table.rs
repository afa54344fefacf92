//! The text of a report, comma-separated, to its rows.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::source::{FileId, Files, Notice, NoticeKind, Span};

use super::Row;
use super::cells::{self, Cell, Fault, LONGEST_CELL, MOST_CELLS, Record};
use super::columns::Columns;
use super::problems::Problems;
use super::row;

/// Rows that are read.
const MOST_ROWS: usize = 200_000;

/// The header of a report, and what separates its cells.
#[derive(Clone, Debug)]
pub(super) struct Header {
    columns: Columns,
    separator: u8,
    record: Record,
}

impl Header {
    /// The header that a text begins with, if it is that of a credential report.
    pub(super) fn find(text: &str) -> Option<Self> {
        // Spreadsheets write the separator of the country that they are set to.
        [b',', b';', b'\t'].into_iter().find_map(|separator| {
            let record = first_record(text, separator)?;
            // Lines that end in a carriage return alone are no lines of ours: that is said.
            if text[record.range.clone()].contains('\r') {
                return None;
            }
            let columns = Columns::bind(text, &record)?;
            Some(Self { columns, separator, record })
        })
    }
}

/// The first row that is not blank, as it is separated by commas.
pub(super) fn first_record(text: &str, separator: u8) -> Option<Record> {
    let mut at = text.len() - text.trim_start_matches(['\u{feff}', '\r', '\n', ' ']).len();
    while at < text.len() {
        let record = cells::record(text, at, separator);
        if !record.is_blank(text) {
            return Some(record);
        }
        at = record.next;
    }
    None
}

/// Reads the rows below a header.
pub(super) fn read(files: &Files, file: FileId, header: Header, problems: &mut Problems) -> Vec<Row> {
    let source = files.get(file);
    let text = source.text.as_str();
    let mut table = Table {
        files,
        file,
        text,
        columns: header.columns,
        rows: Vec::new(),
        first: HashMap::new(),
        problems,
    };
    table.check_header(&header.record);
    let mut at = header.record.next;
    let mut count = 0;
    while at < text.len() {
        let record = cells::record(text, at, header.separator);
        at = record.next;
        if record.is_blank(text) {
            continue;
        }
        count += 1;
        if count > MOST_ROWS {
            let notice = Notice::at(
                NoticeKind::LimitReached,
                table.span(record.range),
                format!("the report has more than {MOST_ROWS} rows; from here on it was not read"),
            );
            table
                .problems
                .other(notice.with_help("hand in the reports of single accounts, each in its own file"));
            break;
        }
        table.take(&record);
    }
    if table.rows.is_empty() && table.problems.has_no_error() {
        let message = "the report has a header and no rows";
        let help = "every account has at least the row of its root user: the file was cut off. \
                    Run `aws iam get-credential-report` again";
        table.problems.error(table.span(header.record.range), message, help);
    }
    table.rows
}

struct Table<'t, 'p> {
    files: &'t Files,
    file: FileId,
    text: &'t str,
    columns: Columns,
    rows: Vec<Row>,
    /// Where each user of each account stands first.
    first: HashMap<(Option<Arc<str>>, Arc<str>), Span>,
    problems: &'p mut Problems,
}

impl Table<'_, '_> {
    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    fn check_header(&mut self, record: &Record) {
        for cell in std::mem::take(&mut self.columns.repeated) {
            let message = format!(
                "the column `{}` stands in the header twice",
                self.text[cell.clone()].trim_matches('"')
            );
            let help = "the first of them was read. Hand in the report as AWS wrote it";
            self.problems.error(self.span(cell), message, help);
        }
        let (missing, tells) = self.columns.missing();
        if missing.is_empty() {
            return;
        }
        let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
        let columns = if names.len() == 1 { "column" } else { "columns" };
        let mut message = format!("the report lacks the {columns} {}", and(&names));
        if !tells.is_empty() {
            message = format!("{message}, so that it does not tell {}", and(&tells));
        }
        let notice = Notice::at(NoticeKind::UnknownValue, self.span(record.range.clone()), message);
        self.problems.other(notice.with_help("hand in the report with all of its columns, as AWS wrote it"));
    }

    fn take(&mut self, record: &Record) {
        if let Some((fault, place)) = &record.fault {
            let (message, help) = describe(*fault);
            self.problems.error(self.span(place.clone()), message, help);
            return;
        }
        if self.take_header(record) {
            return;
        }
        if record.cells.len() == self.columns.count {
            return self.take_row(record);
        }
        if let Some(row) = self.columns.rejoined(self.text, record) {
            return self.take_row(&row);
        }
        match self.columns.unglued(self.text, record) {
            Some((row, header)) if Columns::bind(self.text, &header).is_some() => {
                self.take_row(&row);
                self.take_header(&header);
            }
            _ => self.wrong_count(record),
        }
    }

    /// Whether a row is a header, as where files were put together. What follows is read by it.
    fn take_header(&mut self, record: &Record) -> bool {
        let is_name = |cell: &Cell| cell.value(self.text).eq_ignore_ascii_case("password_enabled");
        if !record.cells.iter().any(is_name) {
            return false;
        }
        let Some(columns) = Columns::bind(self.text, record) else { return false };
        if !self.columns.is_again(self.text, record) {
            self.columns = columns;
            self.check_header(record);
        }
        true
    }

    fn wrong_count(&mut self, record: &Record) {
        let cells = if record.cells.len() == 1 {
            "1 cell".to_owned()
        } else {
            format!("{} cells", record.cells.len())
        };
        let mut message = format!("the row has {cells}, the header {}", self.columns.count);
        let mut help = "the row was not read. Hand in the report as AWS wrote it";
        if record.cells.len() < self.columns.count && self.text[record.next..].trim().is_empty() {
            message.push_str(": the file may have been cut off");
            help =
                "the row was not read. Run `aws iam get-credential-report` again, and save all of its output";
        }
        self.problems.error(self.span(record.range.clone()), message, help);
    }

    fn take_row(&mut self, record: &Record) {
        let cells = row::Cells { text: self.text, file: self.file, columns: &self.columns, record };
        let Some(row) = row::read(&cells, self.problems) else { return };
        let key = (row.account.clone(), Arc::clone(&row.user));
        if let Some(first) = self.first.get(&key) {
            let line = self.files.start(*first).1.line;
            let whose = match (&row.account, row.is_root) {
                (Some(account), true) => format!("the root user of account {account}"),
                (Some(account), false) => format!("user `{}` of account {account}", row::short(&row.user)),
                (None, true) => "the root user".to_owned(),
                (None, false) => format!("user `{}`", row::short(&row.user)),
            };
            let message = format!("{whose} has a second row; the first is in line {line}");
            let help = "the second row was not read. Hand in one report of each account, the newest";
            self.problems.error(row.span, message, help);
            return;
        }
        self.first.insert(key, row.user_span);
        self.rows.push(row);
    }
}

fn describe(fault: Fault) -> (String, &'static str) {
    match fault {
        Fault::Unclosed => (
            "the quote that opens this cell is not closed".to_owned(),
            "the row was not read. Close the quote, or write a quote within a cell as two",
        ),
        Fault::AfterQuote => (
            "something stands between the closing quote of this cell and the end of the cell".to_owned(),
            "the row was not read. Write a quote within a cell as two",
        ),
        Fault::StrayQuote => (
            "a quote stands within a cell that does not begin with one".to_owned(),
            "the row was not read. Put the whole cell in quotes, and write the quote within it as two",
        ),
        Fault::TooMany => (
            format!("the row has more than {MOST_CELLS} cells"),
            "the row was not read. Hand in the report as AWS wrote it",
        ),
        Fault::TooLong => (
            format!("the cell is longer than {LONGEST_CELL} bytes"),
            "the row was not read. AWS writes no cell of that length: hand in the report as AWS wrote it",
        ),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn and<T: AsRef<str>>(words: &[T]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}
