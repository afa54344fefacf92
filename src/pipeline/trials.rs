//! The examples in a rule's text, run as any program is: ours by our tests, a user's own by `credlint rules test`.

use jiff::Timestamp;

use crate::finding::Finding;
use crate::rules::{
    Example, LANGUAGES, NOW_IN_EXAMPLES, REPORT_LANGUAGE, REPORT_NAME, Rule, RuleSet, Trial, TriedRule,
    doubts, with_outputs,
};
use crate::settings::{CheckSettings, InputSettings, RuleFile, RulesUnderTest};
use crate::source::{Files, printable};

use super::check;

/// Runs every example of a rule.
pub fn try_examples(set: &RuleSet, rule: &Rule) -> Vec<Trial> {
    let examples = rule.examples().into_iter();
    examples.map(|example| Trial { found: try_example(set, rule, &example), example }).collect()
}

/// Runs every example of a rule file. With `update`, what the rule finds is written under the flagged examples: the new
/// text of the file comes back, where there is a difference.
pub fn try_file(under_test: &RulesUnderTest, file: &RuleFile, update: bool) -> (TriedRule, Option<String>) {
    let set = &under_test.set;
    let rule = &set.rules()[file.index];
    let tried = |rule: &Rule, trials| {
        TriedRule::new(&rule.id, &file.name, trials, doubts(&rule.document, rule.document_line))
    };
    let trials = try_examples(set, rule);
    let text = with_outputs(&file.text, &trials);
    match Rule::read(&file.name, &text) {
        Ok(updated) if update && text != file.text => {
            // The examples are the same, on other lines.
            let found = trials.into_iter().map(|trial| trial.found);
            let trials = updated.examples().into_iter().zip(found);
            let trials = trials.map(|(example, found)| Trial { example, found }).collect();
            (tried(&updated, trials), Some(text))
        }
        _ => (tried(rule, trials), None),
    }
}

/// What the rule finds in an example, as examples write it: `line:column severity message`. Otherwise why it could not be
/// run as a whole.
fn try_example(set: &RuleSet, rule: &Rule, example: &Example) -> Result<Vec<String>, String> {
    let Some((_, name)) = LANGUAGES.iter().find(|(language, _)| *language == example.language) else {
        let known = LANGUAGES.map(|(language, _)| format!("`{language}`")).join(", ");
        return Err(format!("`{}` is not a language of examples, which are {known}", example.language));
    };
    let is_report = example.language == REPORT_LANGUAGE;
    let report = if is_report { Some(&example.text) } else { example.report.as_ref() };
    let input = InputSettings::of_text(name, if is_report { "" } else { &example.text });
    // An exception is judged where the rule that it is about is run.
    let rules = if rule.has_exceptions_as_subject() { set.rules().iter().collect() } else { vec![rule] };
    let mut settings = CheckSettings::of_rules(set, rules);
    if let Some(report) = report {
        let now = NOW_IN_EXAMPLES.parse().unwrap_or_else(|_| Timestamp::now());
        settings = settings.with_report(&input, (REPORT_NAME, report), now, is_report);
    }
    let checked = check(&input, &settings, None);
    let files = &input.workspace.files;
    if let Some(notice) = checked.notices.iter().find(|notice| notice.kind.is_incomplete()) {
        let line = notice.span.map_or(0, |span| files.start(span).1.line);
        let place = if line > 0 { format!("line {}: ", example.line + line - 1) } else { String::new() };
        return Err(format!("it cannot be read as a whole: {place}{}", notice.message));
    }
    if let Some(error) = checked.errors.first() {
        return Err(error.to_string());
    }
    if checked.coverage.roots == 0 && !is_report {
        return Err("it is not read: nothing in it says that it is a template or a configuration".to_owned());
    }
    let of_this = checked.findings.iter().filter(|finding| *finding.rule == *rule.id);
    Ok(of_this.map(|finding| line_of(finding, files, is_report)).collect())
}

/// What stands in the report of an example is told by the report's name.
fn line_of(finding: &Finding, files: &Files, is_report: bool) -> String {
    let (path, place) = files.start(finding.primary.span);
    let report = if *path == *REPORT_NAME && !is_report { format!("{path}:") } else { String::new() };
    let message = printable(&finding.message);
    format!("{report}{}:{} {} {message}", place.line, place.column, finding.severity)
}
