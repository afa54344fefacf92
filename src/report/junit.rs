//! Findings as results of tests: JUnit's XML, one suite for each root, one case for each finding.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report as Suites, TestCase, TestCaseStatus, TestSuite};

use crate::finding::{Finding, Suppressed};
use crate::source::Notice;

use super::excerpt::first_line;
use super::wording::{coverage, qualification, sentence};
use super::{Report, TOOL_NAME, inert};

/// The report as XML. What is set aside is skipped, with the reason; what made the check incomplete is an error. A report
/// of nothing has one case that passes, since readers take an empty file for a run that broke.
pub fn render(report: &Report<'_>) -> String {
    let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
    for finding in report.findings {
        suite(&mut suites, &finding.root).add_test_case(failure(report, finding));
    }
    for suppressed in report.shown_suppressed() {
        suite(&mut suites, &suppressed.finding.root).add_test_case(skipped(report, suppressed));
    }
    let mut out = Suites::new(TOOL_NAME);
    let mut whole = TestSuite::new("everything could be read");
    whole.add_test_cases(
        report
            .notices
            .iter()
            .filter(|notice| notice.kind.is_incomplete())
            .map(|notice| error(report, notice)),
    );
    if whole.test_cases.is_empty() {
        let mut passed = TestCase::new(coverage(report.coverage), TestCaseStatus::success());
        passed.set_classname(TOOL_NAME);
        whole.add_test_case(passed);
    }
    out.add_test_suite(whole);
    out.add_test_suites(suites.into_values());
    let mut text = without_skipped_of_all(&out.to_string().unwrap_or_default());
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// The schema of Jenkins has `skipped` for a suite, but not for all of them together.
fn without_skipped_of_all(xml: &str) -> String {
    let Some((before, after)) = xml.split_once("<testsuites ") else { return xml.to_owned() };
    let Some((attributes, rest)) = after.split_once('>') else { return xml.to_owned() };
    let kept: Vec<&str> = attributes.split(' ').filter(|one| !one.starts_with("skipped=")).collect();
    format!("{before}<testsuites {}>{rest}", kept.join(" "))
}

fn suite<'s, 'r>(suites: &'s mut BTreeMap<&'r str, TestSuite>, root: &'r str) -> &'s mut TestSuite {
    suites.entry(root).or_insert_with(|| TestSuite::new(inert(root).into_owned()))
}

fn failure(report: &Report<'_>, finding: &Finding) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status
        .set_message(message(finding))
        .set_type(finding.severity.to_string())
        .set_description(text(report, finding));
    case(report, finding, status)
}

fn skipped(report: &Report<'_>, suppressed: &Suppressed) -> TestCase {
    let suppression = &suppressed.suppression;
    let reason = suppression.reason.as_deref().map(|reason| format!(": {}", inert(reason)));
    let until = suppression.until.map(|until| format!(" (until {until})"));
    let words = suppression.kind.words();
    let mut status = TestCaseStatus::skipped();
    status.set_message(format!(
        "set aside by {words}{}{}",
        reason.unwrap_or_default(),
        until.unwrap_or_default()
    ));
    case(report, &suppressed.finding, status)
}

fn case(report: &Report<'_>, finding: &Finding, status: TestCaseStatus) -> TestCase {
    let line = first_line(report.files, finding.primary.span);
    let subject = finding.subject.name.as_ref().unwrap_or(&finding.subject.address);
    let mut case = TestCase::new(format!("{}: {}", inert(&finding.rule), inert(subject)), status);
    case.set_classname(inert(&line.file.path).into_owned());
    case
}

fn error(report: &Report<'_>, notice: &Notice) -> TestCase {
    let place = match (notice.span, &notice.path) {
        (Some(span), _) => {
            let line = first_line(report.files, span);
            format!("{}:{}", inert(&line.file.path), line.start.line)
        }
        (None, path) => inert(path.as_deref().unwrap_or(TOOL_NAME)).into_owned(),
    };
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(inert(&notice.message).into_owned()).set_type(notice.kind.name());
    if let Some(help) = &notice.help {
        status.set_description(format!("{}\n", sentence(&inert(help))));
    }
    let mut case = TestCase::new(format!("{}: {place}", notice.kind.name()), status);
    case.set_classname(place);
    case
}

fn message(finding: &Finding) -> String {
    let qualification = qualification(finding).map(|words| format!(" ({})", inert(&words)));
    format!("{}{}", inert(&finding.message), qualification.unwrap_or_default())
}

fn text(report: &Report<'_>, finding: &Finding) -> String {
    let line = first_line(report.files, finding.primary.span);
    let mut text = format!(
        "{}:{}:{}: {}\n{}\n",
        inert(&line.file.path),
        line.start.line,
        line.start.column,
        finding.severity,
        message(finding)
    );
    for (word, part) in [("why", &finding.why), ("fix", &finding.fix)] {
        if !part.is_empty() {
            text.push_str(&format!("{word}: {}\n", inert(part)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_whole_report() {
        insta::assert_snapshot!(render(&sample::small().report()), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="credlint" tests="5" failures="3" errors="1">
            <testsuite name="everything could be read" tests="1" skipped="0" errors="1" failures="0">
                <testcase name="unreadable-file: infra/latin1.tf" classname="infra/latin1.tf">
                    <error message="is not UTF-8 text" type="unreadable-file"/>
                </testcase>
            </testsuite>
            <testsuite name="infra" tests="2" skipped="0" errors="0" failures="2">
                <testcase name="multiple-active-keys: alice" classname="infra/team dir/users.tf">
                    <failure message="alice has 2 active access keys" type="medium">infra/team dir/users.tf:9:1: medium
        alice has 2 active access keys
        why: a lost key is valid until somebody deletes it
        fix: use IAM Identity Center instead
        </failure>
                </testcase>
                <testcase name="password-in-template: alice" classname="infra/team dir/users.tf">
                    <failure message="alice can sign in with a password and has an access key (possible, only when var.create_key = true)" type="critical">infra/team dir/users.tf:5:1: critical
        alice can sign in with a password and has an access key (possible, only when var.create_key = true)
        why: a lost key is valid until somebody deletes it
        fix: use IAM Identity Center instead
        </failure>
                </testcase>
            </testsuite>
            <testsuite name="stack.yaml" tests="2" skipped="1" errors="0" failures="1">
                <testcase name="password-in-template: Bob" classname="stack.yaml">
                    <failure message="the password of Bob stands in the template" type="critical">stack.yaml:5:22: critical
        the password of Bob stands in the template
        why: a lost key is valid until somebody deletes it
        fix: use IAM Identity Center instead
        </failure>
                </testcase>
                <testcase name="password-in-template: Bob" classname="stack.yaml">
                    <skipped message="set aside by comments: the mailbox of a test (until 2027-01-31)"/>
                </testcase>
            </testsuite>
        </testsuites>
        "#);
    }

    /// What the schema of Jenkins (`junit-10.xsd`) allows of that which is written here.
    const ALLOWED: [(&str, &[&str], &str); 6] = [
        ("testsuites", &["name", "tests", "failures", "errors"], ""),
        ("testsuite", &["name", "tests", "failures", "errors", "skipped"], "testsuites"),
        ("testcase", &["name", "classname"], "testsuite"),
        ("failure", &["message", "type"], "testcase"),
        ("error", &["message", "type"], "testcase"),
        ("skipped", &["message", "type"], "testcase"),
    ];

    #[test]
    fn elements_and_attributes_are_those_of_the_schema() {
        let tag = regex::Regex::new(r#"<(/?)([\w-]+)((?: [\w-]+="[^"<]*")*)(/?)>"#).unwrap();
        let attribute = regex::Regex::new(r#" ([\w-]+)=""#).unwrap();
        for sample in [sample::empty(), sample::small(), sample::hostile()] {
            let text = render(&sample.report());
            let text = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap();
            let is_allowed = |character: char| matches!(character, '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
            assert_eq!(text.chars().find(|character| !is_allowed(*character)), None);
            assert_eq!(tag.find_iter(text).count(), text.matches('<').count(), "no other `<` stands in it");
            let mut open = vec![""];
            for found in tag.captures_iter(text) {
                if &found[1] == "/" {
                    assert_eq!(open.pop(), Some(&found[2]));
                    continue;
                }
                let (name, attributes, parent) = ALLOWED.iter().find(|row| row.0 == &found[2]).unwrap();
                assert_eq!(open.last(), Some(parent));
                for one in attribute.captures_iter(&found[3]) {
                    assert!(attributes.contains(&&one[1]), "{name} {}", &one[1]);
                }
                if &found[4] != "/" {
                    open.push(name);
                }
            }
            assert_eq!(open, [""]);
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for sample in [sample::empty(), sample::small(), sample::hostile()] {
            let report = sample.report();
            let text = render(&report);
            let back = Suites::deserialize_from_str(&text).unwrap();
            let errors = report.notices.iter().filter(|notice| notice.kind.is_incomplete()).count();
            assert_eq!(back.failures, report.findings.len());
            assert_eq!(back.errors, errors);
            assert_eq!(back.tests, report.findings.len() + report.suppressed.len() + errors.max(1));
            assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}']) && !text.contains("##vso["));
        }
        let mut sample = sample::small();
        sample.findings.clear();
        let omitted = Report { omit_suppressed: true, ..sample.report() };
        assert!(!render(&omitted).contains("<skipped"));
    }
}
