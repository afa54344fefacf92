//! check: the rules over the graph, then what takes findings away, each on somebody's word.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::discover::is_brought_by_a_tool;
use crate::exceptions::{self, Baseline, Entry, Exception, FindRules, by_baseline};
use crate::finding::{Finding, KnownFinding, Suppressed, SuppressionKind};
use crate::graph::Graph;
use crate::rules::record::ExceptionRecord;
use crate::rules::{EvaluationError, judge, judge_exceptions};
use crate::settings::{CheckSettings, InputSettings};
use crate::source::{FileId, Notice, Place, Workspace};

/// What the rules and the exceptions say, before anything is left out for not being bad enough.
#[derive(Debug, Default)]
pub struct Judged {
    /// Findings that nothing sets aside.
    pub findings: Vec<Finding>,
    /// Those that an exception sets aside.
    pub suppressed: Vec<Suppressed>,
    /// What is wrong with exceptions, and limits that were reached.
    pub notices: Vec<Notice>,
    /// Rules of the user's own that could not be evaluated.
    pub errors: Vec<EvaluationError>,
}

/// Runs the rules and applies the exceptions that stand in `files`, those that were read for this graph, and in the
/// configuration.
pub fn run(
    input: &InputSettings,
    check: &CheckSettings<'_>,
    graph: &Graph,
    files: Range<u32>,
    is_complete: bool,
) -> Judged {
    let verdict = judge(graph, &check.rules, &check.limits);
    let (mut exceptions, notices) = in_files(input, files, &|name| check.find_rules(name));
    exceptions.extend(check.exceptions.iter().cloned());
    let is_complete = is_complete && notices.is_empty();
    let table = &input.workspace.files;
    let applied = exceptions::apply(verdict.findings, &exceptions, table, check.today);
    let records: Vec<(ExceptionRecord, Vec<Place>)> = exceptions
        .iter()
        .zip(&applied.used)
        .filter(|(exception, _)| is_judged(input, check, exception))
        .map(|(exception, used)| {
            (record(exception, *used, is_complete, check), vec![exception.place.clone()])
        })
        .collect();
    let (unused, mut errors) = judge_exceptions(&check.rules, &records, table);
    let mut judged =
        Judged { findings: applied.findings, suppressed: applied.suppressed, ..Judged::default() };
    judged.findings.extend(unused);
    judged.notices.extend(verdict.notices);
    judged.notices.extend(notices);
    judged.errors = verdict.errors;
    judged.errors.append(&mut errors);
    judged
}

/// What the baseline makes of the findings, and what becomes of the baseline.
pub struct Measured {
    /// Findings that it does not hold.
    pub findings: Vec<Finding>,
    /// Those that it holds.
    pub suppressed: Vec<Suppressed>,
    /// What is to be written, when that was asked for and everything could be read.
    pub written: Option<Vec<KnownFinding>>,
}

/// Measures the findings against the baseline. One that is to be written where there is none holds them all; one that is
/// written anew loses what was fixed, and gains nothing.
pub fn measure(
    input: &InputSettings,
    check: &CheckSettings<'_>,
    judged: &mut Judged,
    roots: &BTreeSet<String>,
    is_complete: bool,
) -> Measured {
    // What is wrong with an exception is mended at once, and no finding to be lived with.
    let is_about_exceptions = |finding: &Finding| {
        check.rules.iter().any(|rule| rule.has_exceptions_as_subject() && *finding.rule == *rule.id)
    };
    // There may be tens of thousands, which stay where they are.
    let mut findings = std::mem::take(&mut judged.findings);
    let kept_open: Vec<Finding> = findings.extract_if(.., |finding| is_about_exceptions(finding)).collect();
    let may_write = check.write_baseline && (is_complete || input.allow_parse_errors);
    let Some(baseline) = &check.baseline else {
        if !may_write {
            findings.extend(kept_open);
            return Measured { findings, suppressed: Vec::new(), written: None };
        }
        let written = findings.iter().map(KnownFinding::from).collect();
        let suppressed = findings.into_iter().map(|finding| by_baseline(finding, None)).collect();
        return Measured { findings: kept_open, suppressed, written: Some(written) };
    };
    let workspace = &input.workspace;
    let path = |root: &str| workspace.base.join(Path::new(root));
    let is_gone = |root: &str| {
        let is_seen = input.is_asked_for(&path(root), false);
        if is_seen { !roots.contains(root) } else { workspace.resolve(&path(root)).is_err() }
    };
    let compared = baseline.compare(findings, is_gone);
    // What was not looked at may still be there, and what has become worse is not fixed.
    // Nor is what an exception sets aside as well.
    let excused = judged.suppressed.iter().map(|suppressed| &suppressed.finding);
    let found: BTreeSet<(&str, &str, &str)> = compared
        .findings
        .iter()
        .chain(excused)
        .map(|finding| (&*finding.rule, finding.root.as_str(), finding.subject.address.as_str()))
        .collect();
    let is_asked_for = |root: &str| input.is_asked_for(&path(root), false);
    let is_fixed = |entry: &Entry| {
        let known = &entry.known;
        let is_run = check.rules.iter().any(|rule| rule.id == known.rule);
        // What a report showed only another one of that account can show to be gone.
        let is_seen = match &known.report_of {
            Some(account) => roots.contains(account) && (is_asked_for(&known.root) || *account == known.root),
            None => is_asked_for(&known.root),
        };
        let is_looked_at = is_run && is_complete && is_seen;
        is_looked_at && !found.contains(&(known.rule.as_str(), known.root.as_str(), known.subject.as_str()))
    };
    let (fixed, open): (Vec<&Entry>, Vec<&Entry>) =
        compared.unmatched.iter().map(|index| &baseline.entries[*index]).partition(|entry| is_fixed(entry));
    let mut findings = compared.findings;
    findings.extend(kept_open);
    let written = may_write.then(|| {
        let kept = compared.suppressed.iter().map(|suppressed| KnownFinding::from(&suppressed.finding));
        kept.chain(open.iter().map(|entry| entry.known.clone())).collect()
    });
    if written.is_none() && !fixed.is_empty() {
        let (unused, errors) =
            judge_exceptions(&check.rules, &[fixed_entries(workspace, baseline, &fixed)], &workspace.files);
        findings.extend(unused);
        judged.errors.extend(errors);
    }
    Measured { findings, suppressed: compared.suppressed, written }
}

/// How many of the entries that are fixed are shown.
const MAX_FIXED_SHOWN: usize = 20;

fn fixed_entries(
    workspace: &Workspace,
    baseline: &Baseline,
    fixed: &[&Entry],
) -> (ExceptionRecord, Vec<Place>) {
    let record = ExceptionRecord {
        node: 0,
        rule: workspace.files.get(baseline.file).path.to_string(),
        kind: SuppressionKind::Baseline.name().to_owned(),
        used: false,
        expired: false,
        until: None,
        reason: String::new(),
        unmatched: i64::try_from(fixed.len()).unwrap_or(i64::MAX),
    };
    let shown = fixed.iter().take(MAX_FIXED_SHOWN);
    let label =
        |entry: &Entry| format!("{} of {} in {}", entry.known.rule, entry.known.subject, entry.known.root);
    let places = shown.map(|entry| Place::new(entry.span, label(entry)));
    (record, places.collect())
}

fn in_files(input: &InputSettings, files: Range<u32>, find: &FindRules<'_>) -> (Vec<Exception>, Vec<Notice>) {
    let (mut exceptions, mut notices) = (Vec::new(), Vec::new());
    // A file may be read more than once.
    let mut seen: HashSet<Arc<str>> = HashSet::new();
    for id in files.map(FileId) {
        let file = input.workspace.files.get(id);
        if seen.insert(Arc::clone(&file.path)) {
            let (found, wrong) = exceptions::read(id, &file, find);
            exceptions.extend(found);
            notices.extend(wrong);
        }
    }
    (exceptions, notices)
}

/// Whether it can be told that nothing needs an exception: its rules are run, and the place that it is written in was
/// asked for, not only reached from there.
fn is_judged(input: &InputSettings, check: &CheckSettings<'_>, exception: &Exception) -> bool {
    let rule = |id: &Arc<str>| check.rules.iter().find(|rule| *rule.id == **id);
    let is_run = |id: &Arc<str>| rule(id).is_some();
    // What only a report can show it cannot be missing without one.
    let is_blind = check.reports.is_empty()
        && exception.rules.iter().all(|id| rule(id).is_some_and(|rule| rule.needs_report()));
    let file = input.workspace.files.get(exception.place.span.file);
    let path = input.workspace.base.join(Path::new(&*file.path));
    let is_whole = exception.kind == SuppressionKind::Configuration;
    let is_ours = !is_brought_by_a_tool(Path::new(&*file.path));
    is_ours && !is_blind && exception.rules.iter().all(is_run) && input.is_asked_for(&path, is_whole)
}

fn record(
    exception: &Exception,
    used: bool,
    is_complete: bool,
    check: &CheckSettings<'_>,
) -> ExceptionRecord {
    // Where something could not be read, what needs the exception may be in it.
    let is_unneeded = !used && is_complete;
    ExceptionRecord {
        node: 0,
        rule: exception.rule.clone(),
        kind: exception.kind.name().to_owned(),
        used: !is_unneeded,
        expired: exception.is_expired(check.today),
        until: exception.until.map(|until| until.to_string()),
        reason: exception.reason.clone(),
        unmatched: i64::from(is_unneeded),
    }
}
