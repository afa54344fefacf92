//! The tables of `rules/README.md`: what a condition can use, from the record and the functions themselves.

use std::fmt::Write as _;

use super::functions::FUNCTIONS;
use super::record::{Record, records};
use super::shape::{Shape, words};

/// The Markdown of every record: a heading, what it stands for, and a table of its fields.
pub fn fields() -> String {
    records().iter().map(fields_of).collect::<Vec<_>>().join("\n")
}

/// The Markdown table of the functions.
pub fn functions() -> String {
    let mut table = String::from("| written | gives |\n|---|---|\n");
    for function in FUNCTIONS {
        row(
            &mut table,
            &format!("`{}`", function.usage),
            &format!("{} ({})", function.text, function.result),
        );
    }
    table
}

fn fields_of(record: &Record) -> String {
    let mut text = format!("### {}\n\n{}\n\n", words(record), paragraph(record.text));
    text.push_str("| field | what it is |\n|---|---|\n");
    for field in record.fields {
        let shape = Shape::of_field(field);
        row(&mut text, &format!("`{}`", field.name), &format!("{shape}. {}", paragraph(field.text)));
    }
    text
}

fn row(table: &mut String, first: &str, second: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(table, "| {first} | {} |", second.replace('|', "\\|"));
}

fn paragraph(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}
