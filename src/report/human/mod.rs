//! Findings for a person at a terminal, grouped by user; each leads with a place that a terminal can open.

mod snippet;
mod summary;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use annotate_snippets::Renderer;
use anstyle::Style;

use super::excerpt::first_line;
use super::severity::words;
use super::shell::Command;
use super::wording::{construct, inference, qualification, step};
use super::{Report, inert};
use crate::finding::{Finding, Subject};
use crate::source::Place;

/// How to print.
#[derive(Clone, Copy, Debug)]
pub struct HumanOptions {
    /// With ANSI colours. Without, there is no escape sequence in the text at all.
    pub color: bool,
    /// With links that a terminal can open (OSC 8): rule ids lead to their documentation.
    pub hyperlinks: bool,
    /// Only findings, and errors that made the run incomplete.
    pub quiet: bool,
    /// Columns that source lines are cut to.
    pub width: usize,
}

impl Default for HumanOptions {
    fn default() -> Self {
        Self { color: false, hyperlinks: false, quiet: false, width: 120 }
    }
}

/// The whole report. Ends in a newline unless it is empty.
pub fn render(report: &Report<'_>, options: &HumanOptions) -> String {
    let renderer = if options.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(options.width);
    let mut out = String::new();
    for (root, subject, findings) in by_user(report.findings) {
        // What stands in no code stands in an account.
        let is_account = findings.iter().any(|finding| finding.report_of.as_deref() == Some(root));
        let place = if is_account { inert(root).into_owned() } else { format!("root {}", inert(root)) };
        out.push_str(&heading(&place, subject, options));
        for finding in findings {
            out.push('\n');
            out.push_str(&one_finding(report, finding, options, &renderer));
        }
        out.push('\n');
    }
    if let Some(finding) = report.findings.first().filter(|_| !options.quiet) {
        let rule = inert(&finding.rule);
        out.push_str(&format!("to read about a rule: credlint explain {rule}\n\n"));
    }
    out.push_str(&summary::notices(report, options, &renderer));
    out.push_str(&summary::summary(report, options));
    out
}

/// Text in a style, or as it is.
fn painted(text: &str, style: Style, color: bool) -> String {
    if color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// The id of a rule, as a link where the terminal knows links and the rule has a page.
fn linked(report: &Report<'_>, id: &str, options: &HumanOptions) -> String {
    let text = inert(id);
    let page = report.rules.iter().find(|rule| rule.id == id).and_then(|rule| rule.page.as_ref());
    match page.filter(|_| options.hyperlinks) {
        Some(page) => format!("\u{1b}]8;;{}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\", inert(page)),
        None => text.into_owned(),
    }
}

/// The findings of each user of each root, in the order in which the users first appear.
fn by_user(findings: &[Finding]) -> Vec<(&str, &Subject, Vec<&Finding>)> {
    let mut places: BTreeMap<(&str, &Subject), usize> = BTreeMap::new();
    let mut users: Vec<(&str, &Subject, Vec<&Finding>)> = Vec::new();
    for finding in findings {
        let place = *places.entry((&finding.root, &finding.subject)).or_insert_with(|| {
            users.push((&finding.root, &finding.subject, Vec::new()));
            users.len() - 1
        });
        users[place].2.push(finding);
    }
    users
}

fn heading(place: &str, subject: &Subject, options: &HumanOptions) -> String {
    let bold = Style::new().bold();
    let dim = Style::new().dimmed();
    let address = inert(&subject.address);
    let place = painted(&format!("({place})"), dim, options.color);
    match subject.name.as_deref().filter(|name| *name != subject.address) {
        Some(name) => format!("{}  {address}  {place}\n", painted(&inert(name), bold, options.color)),
        None => format!("{}  {place}\n", painted(&address, bold, options.color)),
    }
}

fn one_finding(
    report: &Report<'_>,
    finding: &Finding,
    options: &HumanOptions,
    renderer: &Renderer,
) -> String {
    let style = words(finding.severity).style;
    let position = snippet::position(&first_line(report.files, finding.primary.span));
    let rule = linked(report, &finding.rule, options);
    let title = painted(&format!("{}[{rule}]", finding.severity), style, options.color);
    let mut out = format!("{position}: {title} {}", inert(&finding.message));
    if let Some(qualification) = qualification(finding) {
        out.push_str(&format!(" ({})", inert(&qualification)));
    }
    out.push('\n');
    // The trail runs from the outermost call inwards, as one reads it.
    let places: Vec<&Place> =
        std::iter::once(&finding.primary).chain(&finding.related).chain(&finding.trail).collect();
    out.push_str(&snippet::draw(report.files, &places, renderer));
    out.push('\n');
    let bold = Style::new().bold();
    let inference = inference(finding).unwrap_or_default();
    let construct = construct(finding).unwrap_or_default();
    for (word, text) in
        [("note:", &construct), ("note:", &inference), ("why:", &finding.why), ("fix:", &finding.fix)]
    {
        if !text.is_empty() {
            out.push_str(&format!("  {} {}\n", painted(word, bold, options.color), inert(text)));
        }
    }
    out.push_str(&remedy(finding, options));
    out
}

/// The steps, numbered; each command on a line of its own, so that it can be copied.
fn remedy(finding: &Finding, options: &HumanOptions) -> String {
    let mut out = String::new();
    for (index, one) in finding.remedy.iter().enumerate() {
        let number = painted(&format!("{}.", index + 1), Style::new().bold(), options.color);
        out.push_str(&format!("  {number} {}\n", inert(&step(one))));
        match Command::new(&one.command) {
            Ok(Some(command)) => out.push_str(&format!("     {}\n", command.shown())),
            Ok(None) => {}
            Err(reason) => out.push_str(&format!("     no command: {reason}\n")),
        }
    }
    out
}
