//! The last lines for a person: what was not understood, what was looked at, what came out.

use std::collections::BTreeMap;

use annotate_snippets::Renderer;

use super::super::excerpt::first_line;
use super::super::severity::{SEVERITIES, words};
use super::super::wording::{accounts, comparison, counted, coverage};
use super::super::{Report, inert};
use super::snippet::{draw, position};
use super::{HumanOptions, painted};
use crate::finding::{Confidence, Severity};
use crate::source::{Notice, Place};

use anstyle::{AnsiColor, Style};

/// At most this many notices of one kind are printed; the rest is counted.
const MAX_NOTICES_OF_A_KIND: usize = 20;

/// The notices: what, where, what to do.
pub fn notices(report: &Report<'_>, options: &HumanOptions, renderer: &Renderer) -> String {
    let mut out = String::new();
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    for notice in report.notices {
        if options.quiet && !notice.kind.is_incomplete() {
            continue;
        }
        let count = counts.entry(notice.kind).or_default();
        *count += 1;
        if *count <= MAX_NOTICES_OF_A_KIND {
            out.push_str(&one_notice(report, notice, options, renderer));
        }
    }
    for (kind, count) in counts {
        if count > MAX_NOTICES_OF_A_KIND {
            let more = count - MAX_NOTICES_OF_A_KIND;
            out.push_str(&format!("and {more} more of {}: see --format json\n", kind.name()));
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// What was looked at and what came of it.
pub fn summary(report: &Report<'_>, options: &HumanOptions) -> String {
    if options.quiet {
        return String::new();
    }
    let mut out = coverage(report.coverage);
    out.push('\n');
    for account in accounts(report.coverage) {
        out.push_str(&format!("{}\n", inert(&account)));
    }
    if let Some(change) = report.change {
        out.push_str(&format!("{}\n", inert(&comparison(change, report.findings.len()))));
    }
    for (by, count) in report.set_aside() {
        let findings = counted(count, "finding", "findings");
        out.push_str(&format!("{findings} set aside by {}\n", inert(&by)));
    }
    out.push_str(&result(report, options));
    out
}

fn one_notice(report: &Report<'_>, notice: &Notice, options: &HumanOptions, renderer: &Renderer) -> String {
    let (word, style) = if notice.kind.is_incomplete() {
        ("error", AnsiColor::Red.on_default().bold())
    } else {
        ("notice", AnsiColor::Cyan.on_default().bold())
    };
    let line = notice.span.map(|span| first_line(report.files, span));
    let place = match (&line, &notice.path) {
        (Some(line), _) => format!("{}: ", position(line)),
        (None, Some(path)) => format!("{}: ", inert(path)),
        (None, None) => String::new(),
    };
    let title = painted(&format!("{word}[{}]", notice.kind.name()), style, options.color);
    let mut out = format!("{place}{title} {}\n", inert(&notice.message));
    if let Some(span) = notice.span.filter(|_| notice.kind.is_incomplete()) {
        out.push_str(&draw(report.files, &[&Place::new(span, "here")], renderer));
        out.push('\n');
    }
    if let Some(help) = &notice.help {
        out.push_str(&format!(
            "  {} {}\n",
            painted("help:", Style::new().bold(), options.color),
            inert(help)
        ));
    }
    out
}

fn result(report: &Report<'_>, options: &HumanOptions) -> String {
    let mut parts = Vec::new();
    for row in SEVERITIES.iter().rev() {
        let count = report.findings.iter().filter(|finding| finding.severity == row.severity).count();
        if count > 0 {
            parts.push(painted(&format!("{count} {}", row.severity), row.style, options.color));
        }
    }
    let possible =
        report.findings.iter().filter(|finding| finding.confidence == Confidence::Possible).count();
    let mut out = if parts.is_empty() {
        "no findings".to_owned()
    } else {
        let total = counted(report.findings.len(), "finding", "findings");
        format!("{total}: {}", parts.join(", "))
    };
    if possible > 0 {
        out.push_str(&format!(" ({possible} only possible)"));
    }
    if let Some(severity) = report.fail_on.filter(|_| report.failed) {
        out.push_str(&format!("; failed: a certain finding is {}", at_least(severity, options.color)));
    }
    let incomplete = report.notices.iter().filter(|notice| notice.kind.is_incomplete()).count();
    if incomplete > 0 {
        let errors = counted(incomplete, "error", "errors");
        out.push_str(&format!("; not everything could be read: {errors}"));
    }
    out.push('\n');
    out
}

fn at_least(severity: Severity, color: bool) -> String {
    let word = painted(&severity.to_string(), words(severity).style, color);
    if severity == Severity::Critical { word } else { format!("{word} or worse") }
}
