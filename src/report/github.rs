//! Findings as annotations: workflow commands in the log of a step of GitHub Actions.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step and drops the others in silence, so the worst come
//! first, what is dropped stands in the log as plain lines, and the last annotation says how many those are.

use std::cmp::Reverse;

use crate::finding::Finding;
use crate::source::{Notice, Span};

use super::excerpt::first_line;
use super::severity::words;
use super::wording::{comparison, counted, coverage, qualification, sentence};
use super::{Report, TOOL_NAME, inert};

/// How many annotations of one kind GitHub shows for a step.
const MAX_OF_A_KIND: usize = 10;

/// So many files that could not be read come before the findings; more would leave those no room.
const MAX_UNREAD_FIRST: usize = 3;

/// One annotation.
struct Annotation {
    command: &'static str,
    /// `file`, `line` and the others, as far as they are known.
    properties: Vec<(&'static str, String)>,
    /// `path:line:column`, for the log.
    place: String,
    title: String,
    message: String,
}

/// The report as workflow commands and plain lines.
pub fn render(report: &Report<'_>) -> String {
    let mut unread = report.notices.iter().filter(|notice| notice.kind.is_incomplete());
    let mut annotations: Vec<Annotation> =
        unread.by_ref().take(MAX_UNREAD_FIRST).map(|notice| of_notice(report, notice)).collect();
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| Reverse((finding.severity, finding.confidence)));
    annotations.extend(findings.into_iter().map(|finding| of_finding(report, finding)));
    annotations.extend(unread.map(|notice| of_notice(report, notice)));
    let mut out = String::new();
    let mut plain: Vec<&Annotation> = Vec::new();
    for command in ["error", "warning", "notice"] {
        // The last one is left for what is said about the others.
        let room = if command == "notice" { MAX_OF_A_KIND - 1 } else { MAX_OF_A_KIND };
        for (index, annotation) in annotations.iter().filter(|one| one.command == command).enumerate() {
            if index < room {
                out.push_str(&annotation.text());
            } else {
                plain.push(annotation);
            }
        }
    }
    for annotation in &plain {
        out.push_str(&annotation.line());
    }
    // What was not understood breaks nothing, and would be repeated under every pull request.
    for notice in report.notices.iter().filter(|notice| !notice.kind.is_incomplete()) {
        out.push_str(&of_notice(report, notice).line());
    }
    if !plain.is_empty() {
        let message = format!(
            "{} more than GitHub shows as annotations: the log of this step has all of them",
            plain.len()
        );
        out.push_str(&command("notice", &[("title", TOOL_NAME.to_owned())], &message));
    }
    out.push_str(&summary(report));
    out
}

fn summary(report: &Report<'_>) -> String {
    let others = report.notices.iter().filter(|notice| !notice.kind.is_incomplete()).count();
    let mut lines = vec![coverage(report.coverage)];
    if others > 0 {
        let notices = counted(others, "notice", "notices");
        lines.push(format!("{notices} on what was not understood"));
    }
    lines.extend(report.change.map(|change| inert(&comparison(change, report.findings.len())).into_owned()));
    for (by, count) in report.set_aside() {
        lines.push(format!("{} set aside by {}", counted(count, "finding", "findings"), inert(&by)));
    }
    let verdict = if report.failed { "failed" } else { "passed" };
    lines.push(format!("{}; {verdict}", counted(report.findings.len(), "finding", "findings")));
    lines.join("\n") + "\n"
}

fn of_finding(report: &Report<'_>, finding: &Finding) -> Annotation {
    let mut message = inert(&finding.message).into_owned();
    if let Some(qualification) = qualification(finding) {
        message.push_str(&format!(" ({})", inert(&qualification)));
    }
    let fix = if finding.fix.is_empty() {
        String::new()
    } else {
        format!(" Fix: {}", sentence(&inert(&finding.fix)))
    };
    let (properties, place) = place(report, finding.primary.span);
    Annotation {
        command: words(finding.severity).github_command,
        properties,
        place,
        title: format!("{}[{}]", finding.severity, inert(&finding.rule)),
        message: format!("{}{fix}", sentence(&message)),
    }
}

fn of_notice(report: &Report<'_>, notice: &Notice) -> Annotation {
    let (properties, place) = match (notice.span, &notice.path) {
        (Some(span), _) => place(report, span),
        (None, Some(path)) => {
            let path = inert(path).into_owned();
            (vec![("file", path.clone())], path)
        }
        (None, None) => (Vec::new(), TOOL_NAME.to_owned()),
    };
    let help = notice.help.as_ref().map(|help| format!(" Help: {}", sentence(&inert(help))));
    Annotation {
        command: "error",
        properties,
        place,
        title: notice.kind.name().to_owned(),
        message: format!("{}{}", sentence(&inert(&notice.message)), help.unwrap_or_default()),
    }
}

/// Columns mean something to GitHub only on one line, and what is pointed at is always on one.
fn place(report: &Report<'_>, span: Span) -> (Vec<(&'static str, String)>, String) {
    let line = first_line(report.files, span);
    let path = inert(&line.file.path).into_owned();
    let text = format!("{path}:{}:{}", line.start.line, line.start.column);
    let properties = vec![
        ("file", path),
        ("line", line.start.line.to_string()),
        ("endLine", line.start.line.to_string()),
        ("col", line.start.column.to_string()),
        ("endColumn", line.end.column.to_string()),
    ];
    (properties, text)
}

impl Annotation {
    /// For the log alone.
    fn line(&self) -> String {
        format!("{}: {}: {}\n", self.place, self.title, self.message)
    }

    fn text(&self) -> String {
        let mut properties = self.properties.clone();
        properties.push(("title", self.title.clone()));
        command(self.command, &properties, &self.message)
    }
}

/// One workflow command, escaped as the runner takes it apart.
fn command(name: &str, properties: &[(&str, String)], message: &str) -> String {
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    format!("::{name} {}::{}\n", properties.join(","), data(message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    /// A command as the runner reads it: name, properties, message.
    type Command = (String, Vec<(String, String)>, String);

    /// The commands of a log.
    fn read(log: &str) -> Vec<Command> {
        let unescape = |text: &str| {
            let text = text.replace("%3A", ":").replace("%2C", ",");
            text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
        };
        let commands = log.lines().filter_map(|line| line.trim_start().strip_prefix("::"));
        commands
            .map(|command| {
                let (head, message) = command.split_once("::").unwrap();
                let (name, properties) = head.split_once(' ').unwrap();
                let properties = properties.split(',').map(|property| property.split_once('=').unwrap());
                let properties = properties.map(|(name, value)| (name.to_owned(), unescape(value))).collect();
                (name.to_owned(), properties, unescape(message))
            })
            .collect()
    }

    #[test]
    fn the_whole_log() {
        insta::assert_snapshot!(render(&sample::small().report()), @r#"
        ::error file=infra/latin1.tf,title=unreadable-file::is not UTF-8 text.
        ::error file=stack.yaml,line=5,endLine=5,col=22,endColumn=39,title=critical[password-in-template]::the password of Bob stands in the template. Fix: use IAM Identity Center instead.
        ::error file=infra/team dir/users.tf,line=5,endLine=5,col=1,endColumn=40,title=critical[password-in-template]::alice can sign in with a password and has an access key (possible, only when var.create_key = true). Fix: use IAM Identity Center instead.
        ::warning file=infra/team dir/users.tf,line=9,endLine=9,col=1,endColumn=41,title=medium[multiple-active-keys]::alice has 2 active access keys. Fix: use IAM Identity Center instead.
        infra/main.tf:2:3: module-not-on-disk: module source is not on disk. Help: run `terraform init`, or scan the module too.
        checked 2 users, 2 access keys, 1 password in 2 roots; 1 module not on disk
        1 notice on what was not understood
        1 finding set aside by comments
        3 findings; failed
        "#);
    }

    #[test]
    fn the_runner_reads_back_what_was_meant() {
        for sample in [sample::small(), sample::hostile()] {
            let report = sample.report();
            let commands = read(&render(&report));
            let errors = report.notices.iter().filter(|notice| notice.kind.is_incomplete()).count();
            assert_eq!(commands.len(), report.findings.len() + errors, "no more and no fewer");
            for (name, properties, message) in commands {
                assert!(["error", "warning", "notice"].contains(&name.as_str()), "{name}");
                assert!(!message.contains(['\n', '\u{1b}', '\u{202e}']), "{message:?}");
                let names: Vec<&str> = properties.iter().map(|(name, _)| name.as_str()).collect();
                assert!(
                    names == ["file", "line", "endLine", "col", "endColumn", "title"]
                        || names == ["file", "title"],
                    "{names:?}"
                );
                assert!(
                    properties[0].1.starts_with("infra/")
                        || properties[0].1 == "stack.yaml"
                        || properties[0].1.starts_with("\\u{3a}:error")
                );
                assert!(!properties.iter().any(|(_, value)| value.contains(['\n', '\r', '\u{1b}'])));
            }
        }
    }

    #[test]
    fn files_that_cannot_be_read_leave_room_for_findings() {
        let mut sample = sample::small();
        sample.notices = vec![sample.notices[0].clone(); 30];
        let commands = read(&render(&sample.report()));
        let messages: Vec<&str> = commands
            .iter()
            .filter(|(name, ..)| name == "error")
            .map(|(.., message)| message.split(['.', ' ']).next().unwrap())
            .collect();
        assert_eq!(messages, ["is", "is", "is", "the", "alice", "is", "is", "is", "is", "is"]);
        assert!(commands.last().unwrap().2.starts_with("22 more"), "30 and 2 are 32, of which 10 are shown");
    }

    #[test]
    fn the_worst_are_annotations_and_all_are_in_the_log() {
        let mut sample = sample::small();
        let one = sample.findings[0].clone();
        for index in 0..40 {
            let message = format!("number {index}");
            sample.findings.push(Finding { message, ..one.clone() });
        }
        let log = render(&sample.report());
        let commands = read(&log);
        let of = |kind: &str| commands.iter().filter(|(name, ..)| name == kind).count();
        assert_eq!((of("error"), of("warning"), of("notice")), (3, MAX_OF_A_KIND, 1));
        for index in 0..40 {
            assert!(
                log.contains(&format!("umber {index}.")) || log.contains(&format!("umber {index} ")),
                "{index}"
            );
        }
        assert!(commands.last().unwrap().2.starts_with("31 more than GitHub shows"), "{commands:?}");
    }
}
