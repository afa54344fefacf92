//! Findings for a job summary or a comment on a pull request: Markdown as GitHub and GitLab draw it.

mod inline;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::finding::{Confidence, Finding, Severity};
use crate::source::{NoticeKind, Span};

use super::excerpt::first_line;
use super::graph::MAX_USERS_DRAWN;
use super::severity::SEVERITIES;
use super::shell::Command;
use super::wording::{counted, coverage, qualification, step};
use super::{Report, TOOL_NAME};
use inline::{code, words};

/// GitHub refuses a comment of more characters; a summary may have more.
pub const MAX_BYTES: usize = 65_536;

/// How many bytes each part may have, so that all have room: the table of findings, and the lists behind it.
const MAX_TABLE_BYTES: usize = 26_000;
const MAX_LIST_BYTES: usize = 4_000;

/// Everything in a path that could end a link.
const NOT_IN_A_PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// What the code host adds.
#[derive(Clone, Copy, Debug, Default)]
pub struct MarkdownOptions<'a> {
    /// What the address of a file begins with: `https://github.com/OWNER/NAME/blob/COMMIT`. Without it places are no
    /// links.
    pub files_at: Option<&'a str>,
    /// The graph of those whom the findings are about, as Mermaid, where a picture helps.
    pub diagram: Option<&'a str>,
}

/// The report. It is shorter than [`MAX_BYTES`]; what is left out is counted.
pub fn render(report: &Report<'_>, options: MarkdownOptions<'_>) -> String {
    let mut out = format!("### {TOOL_NAME}: {}\n\n", verdict(report));
    out.push_str(&change(report));
    out.push_str(&table(report, options));
    if let Some(change) = report.change {
        let fixed = change.fixed.iter().map(|finding| {
            format!("- {} {} ({})\n", code(&finding.rule), words(&finding.message), code(&finding.root))
        });
        out.push_str(&folded("fixed", fixed.collect()));
    }
    out.push_str(&folded("to mend step by step", remedies(report)));
    out.push_str(&folded("set aside", suppressed(report)));
    out.push_str(&folded("not understood", notices(report, options)));
    if let Some(diagram) = options.diagram {
        out.push_str("<details><summary>The users, and what they have</summary>\n\n```mermaid\n");
        out.push_str(diagram);
        out.push_str("```\n\n</details>\n\n");
    } else if by_user(report.findings).len() > MAX_USERS_DRAWN {
        out.push_str("Too many users for a diagram: `credlint graph --format mermaid` draws them.\n\n");
    }
    out.push_str(&format!("<sub>{}</sub>\n", words(&coverage(report.coverage))));
    out
}

/// `failed, 3 findings (1 high, 2 medium)`
fn verdict(report: &Report<'_>) -> String {
    let count = |severity: Severity| report.findings.iter().filter(|one| one.severity == severity).count();
    let counts: Vec<String> = SEVERITIES
        .iter()
        .rev()
        .map(|row| (count(row.severity), row.severity))
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| format!("{count} {severity}"))
        .collect();
    let outcome = match (report.failed, report.is_complete()) {
        (true, _) => "failed",
        (false, true) => "passed",
        (false, false) => "not everything could be read",
    };
    let new = if report.change.is_some() { "new " } else { "" };
    let findings = match report.findings.len() {
        0 => format!("no {new}findings"),
        count => format!(
            "{} ({})",
            counted(count, &format!("{new}finding"), &format!("{new}findings")),
            counts.join(", ")
        ),
    };
    format!("{outcome}, {findings}")
}

fn change(report: &Report<'_>) -> String {
    let Some(change) = report.change else { return String::new() };
    let commit: String = change.commit.chars().take(10).collect();
    format!(
        "Compared with {} ({}): {} introduced, {} fixed, {} unchanged.\n\n",
        code(&change.since),
        code(&commit),
        report.findings.len(),
        change.fixed.len(),
        change.unchanged
    )
}

/// A table by user, those with the worst findings first.
fn table(report: &Report<'_>, options: MarkdownOptions<'_>) -> String {
    if report.findings.is_empty() {
        return String::new();
    }
    let mut out = String::from("| user | severity | finding | where | what to do |\n|---|---|---|---|---|\n");
    let mut left_out = 0;
    for findings in by_user(report.findings) {
        let mut user = user(findings[0]);
        for finding in findings {
            let row = row(report, options, finding, &user);
            if left_out > 0 || out.len() + row.len() > MAX_TABLE_BYTES {
                left_out += 1;
                continue;
            }
            out.push_str(&row);
            // Said once for all of the user's findings.
            user.clear();
        }
    }
    out.push('\n');
    if left_out > 0 {
        out.push_str(&format!(
            "{} left out here; the worst are shown. The other formats hold all of them.\n\n",
            counted(left_out, "finding", "findings")
        ));
    }
    out
}

fn by_user(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut places = BTreeMap::new();
    let mut users: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let place = *places.entry((&finding.root, &finding.subject)).or_insert_with(|| {
            users.push(Vec::new());
            users.len() - 1
        });
        users[place].push(finding);
    }
    let badness = |finding: &&Finding| (finding.confidence, finding.severity);
    for findings in &mut users {
        findings.sort_by_key(|finding| Reverse(badness(finding)));
    }
    users.sort_by_key(|findings| Reverse(badness(&findings[0])));
    users
}

fn user(finding: &Finding) -> String {
    let subject = &finding.subject;
    let address = code(&subject.address);
    let root = code(&finding.root);
    match subject.name.as_deref().filter(|name| *name != subject.address) {
        Some(name) => format!("**{}**<br>{address}<br>in {root}", words(name)),
        None => format!("{address}<br>in {root}"),
    }
}

fn row(report: &Report<'_>, options: MarkdownOptions<'_>, finding: &Finding, user: &str) -> String {
    let confidence = match finding.confidence {
        Confidence::Certain => String::new(),
        Confidence::Possible => {
            qualification(finding).map(|text| format!("<br>{}", words(&text))).unwrap_or_default()
        }
    };
    format!(
        "| {user} | {} | {}<br>{}{confidence} | {} | {} |\n",
        finding.severity,
        code(&finding.rule),
        words(&finding.message),
        place(report, options, finding.primary.span),
        words(&finding.fix),
    )
}

fn place(report: &Report<'_>, options: MarkdownOptions<'_>, span: Span) -> String {
    let line = first_line(report.files, span);
    let number = line.start.line;
    let text = code(&format!("{}:{number}", line.file.path));
    match options.files_at {
        Some(files_at) if !line.file.path.starts_with(['/', '<']) => {
            let path = utf8_percent_encode(&line.file.path, NOT_IN_A_PATH);
            format!("[{text}]({files_at}/{path}#L{number})")
        }
        _ => text,
    }
}

/// Of each finding that has any: its steps. Commands stand in fences: each is one line, which begins with no backquote, since
/// the shell would have that quoted.
fn remedies(report: &Report<'_>) -> Vec<String> {
    let steps = |finding: &Finding| {
        let mut out = format!("- {} {}\n", code(&finding.rule), words(&finding.message));
        for (index, one) in finding.remedy.iter().enumerate() {
            out.push_str(&format!("  {}. {}\n", index + 1, words(&step(one))));
            match Command::new(&one.command) {
                Ok(Some(command)) => {
                    out.push_str(&format!("     ```sh\n     {}\n     ```\n", command.shown()));
                }
                Ok(None) => {}
                Err(reason) => out.push_str(&format!("     no command: {reason}\n")),
            }
        }
        out
    };
    report.findings.iter().filter(|finding| !finding.remedy.is_empty()).map(steps).collect()
}

fn suppressed(report: &Report<'_>) -> Vec<String> {
    let line = |one: &crate::finding::Suppressed| {
        let reason = one.suppression.reason.as_ref().map(|reason| format!(": {}", words(reason)));
        let until = one.suppression.until.map(|until| format!(", until {until}"));
        format!(
            "- {} {}, by {}{}{}\n",
            code(&one.finding.rule),
            words(&one.finding.message),
            one.suppression.kind.words(),
            until.unwrap_or_default(),
            reason.unwrap_or_default()
        )
    };
    report.suppressed.iter().map(line).collect()
}

/// What made the check incomplete comes first.
fn notices(report: &Report<'_>, options: MarkdownOptions<'_>) -> Vec<String> {
    // That the configuration does what it says is understood.
    let mut notices: Vec<_> =
        report.notices.iter().filter(|notice| notice.kind != NoticeKind::Configuration).collect();
    notices.sort_by_key(|notice| !notice.kind.is_incomplete());
    let line = |notice: &&crate::source::Notice| {
        let place = match (notice.span, &notice.path) {
            (Some(span), _) => format!(" {}:", place(report, options, span)),
            (None, Some(path)) => format!(" {}:", code(path)),
            (None, None) => String::new(),
        };
        let help = notice.help.as_ref().map(|help| format!(" ({})", words(help)));
        format!(
            "- {}{place} {}{}\n",
            code(notice.kind.name()),
            words(&notice.message),
            help.unwrap_or_default()
        )
    };
    notices.iter().map(line).collect()
}

/// A list that opens when it is asked for, as long as there is room.
fn folded(what: &str, lines: Vec<String>) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let (count, mut out) = (lines.len(), String::new());
    let mut shown = 0;
    for line in lines {
        if out.len() + line.len() > MAX_LIST_BYTES {
            break;
        }
        out.push_str(&line);
        shown += 1;
    }
    let more = if shown < count { format!("- and {} more\n", count - shown) } else { String::new() };
    format!("<details><summary>{count} {what}</summary>\n\n{out}{more}\n</details>\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Change;
    use crate::report::sample;

    const OPTIONS: MarkdownOptions<'_> = MarkdownOptions {
        files_at: Some("https://git.example/o/r/blob/abc"),
        diagram: Some("flowchart LR\n"),
    };

    #[test]
    fn the_whole_report() {
        let sample = sample::small();
        let change = sample::change();
        let report = Report { change: Some(&change), ..sample.report() };
        insta::assert_snapshot!(render(&report, OPTIONS), @r#"
        ### credlint: failed, 3 new findings (2 critical, 1 medium)

        Compared with <code>origin/main</code> (<code>0123456789</code>): 3 introduced, 1 fixed, 4 unchanged.

        | user | severity | finding | where | what to do |
        |---|---|---|---|---|
        | <code>Bob</code><br>in <code>stack.yaml</code> | critical | <code>password-in-template</code><br>the password of Bob stands in the template | [<code>stack.yaml:5</code>](https://git.example/o/r/blob/abc/stack.yaml#L5) | use IAM Identity Center instead |
        | **alice**<br><code>module.team.aws\_iam\_user.alice</code><br>in <code>infra</code> | medium | <code>multiple-active-keys</code><br>alice has 2 active access keys | [<code>infra/team dir/users.tf:9</code>](https://git.example/o/r/blob/abc/infra/team%20dir/users.tf#L9) | use IAM Identity Center instead |
        |  | critical | <code>password-in-template</code><br>alice can sign in with a password and has an access key<br>possible, only when var.create\_key = true | [<code>infra/team dir/users.tf:5</code>](https://git.example/o/r/blob/abc/infra/team%20dir/users.tf#L5) | use IAM Identity Center instead |

        <details><summary>1 fixed</summary>

        - <code>multiple-active-keys</code> alice has 2 active access keys (<code>infra</code>)

        </details>

        <details><summary>1 set aside</summary>

        - <code>password-in-template</code> the password of Bob stands in the template, by comments, until 2027-01-31: the mailbox of a test

        </details>

        <details><summary>2 not understood</summary>

        - <code>unreadable-file</code> <code>infra/latin1.tf</code>: is not UTF-8 text
        - <code>module-not-on-disk</code> [<code>infra/main.tf:2</code>](https://git.example/o/r/blob/abc/infra/main.tf#L2): module source is not on disk (run <code>terraform init</code>, or scan the module too)

        </details>

        <details><summary>The users, and what they have</summary>

        ```mermaid
        flowchart LR
        ```

        </details>

        <sub>checked 2 users, 2 access keys, 1 password in 2 roots; 1 module not on disk</sub>
        "#);
    }

    #[test]
    fn nothing_is_a_short_report() {
        insta::assert_snapshot!(render(&sample::empty().report(), MarkdownOptions::default()), @r#"
        ### credlint: passed, no findings

        <sub>checked 1 user, 0 access keys, 0 passwords in 1 root</sub>
        "#);
    }

    #[test]
    fn it_is_never_too_long_and_shows_the_worst() {
        let mut sample = sample::small();
        let low = Finding { severity: Severity::Low, fix: "x".repeat(5_000), ..sample.findings[0].clone() };
        let worst = sample.findings[1].clone();
        sample.findings = (0..2_000)
            .map(|index| {
                let mut finding = low.clone();
                finding.subject.address = format!("aws_iam_user.u{index}");
                finding
            })
            .collect();
        sample.findings.push(worst);
        sample.notices = vec![sample.notices[0].clone(); 2_000];
        sample.suppressed = vec![sample.suppressed[0].clone(); 2_000];
        let change = Change { fixed: sample.findings.clone(), ..Change::default() };
        let report = Report { change: Some(&change), ..sample.report() };
        let diagram = "x".repeat(20_000);
        let text = render(&report, MarkdownOptions { diagram: Some(&diagram), ..OPTIONS });
        assert!(text.len() < MAX_BYTES, "{}", text.len());
        assert!(text.contains("the password of Bob stands in the template"));
        assert!(text.contains(" findings left out here"), "{text}");
    }

    #[test]
    fn hostile_text_makes_no_structure() {
        let sample = sample::hostile();
        let text = render(&sample.report(), OPTIONS);
        for line in text.lines().filter(|line| line.starts_with('|')) {
            let bars = line.replace("\\|", "").matches('|').count();
            assert_eq!(bars, 6, "{line}");
        }
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']));
        let tags = text.split('<').skip(1).filter_map(|rest| rest.split(['>', ' ']).next());
        for tag in tags {
            assert!(
                ["code", "/code", "br", "details", "/details", "summary", "/summary", "sub", "/sub"]
                    .contains(&tag),
                "{tag}"
            );
        }
    }
}
