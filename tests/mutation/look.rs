//! One project through the whole way, and what has to hold of whatever comes out.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use credlint::cli::{Command, CommandLine};
use credlint::evidence::{Claim, GivenReport, report as credential_report};
use credlint::finding::Finding;
use credlint::pipeline::{self, Checked};
use credlint::report::file_list::FileList;
use credlint::report::human::HumanOptions;
use credlint::report::markdown::MarkdownOptions;
use credlint::report::{self, Report, RuleText};
use credlint::rules::RuleSet;
use credlint::settings::configuration::Configuration;
use credlint::settings::{CheckSettings, InputSettings};
use credlint::source::{Anchor, Place, SourceFile, Span, Workspace};

use regex::Regex;

use super::fixtures::Project;
use super::tree::{BASE, Memory};

/// Steps that any project may take, and those that each of its bytes may add. A loop over thousands of elements takes few
/// bytes, so the first is most of it.
const STEPS: u64 = 3_000_000;
const STEPS_PER_BYTE: u64 = 20;

/// The day of the run, so that every run is the same.
const NOW: &str = "2026-11-23T00:00:00Z";

/// Which outputs are written: most of a run without optimisation is the writing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outputs {
    /// Each of them, and all once more, which has to give the same.
    All,
    /// Those of one of [`GROUPS`].
    Group(u64),
}

/// How many groups of outputs there are.
pub const GROUPS: u64 = 3;

impl Outputs {
    fn has(self, group: u64) -> bool {
        self == Self::All || self == Self::Group(group)
    }
}

/// Reads, checks and reports a project; gives the steps that its evaluation took.
pub fn at(project: &Project, built_in: &RuleSet, outputs: Outputs) -> u64 {
    let (steps, texts) = once(project, built_in, outputs);
    let budget = STEPS + STEPS_PER_BYTE * project.size() as u64;
    assert!(steps <= budget, "{steps} steps");
    if outputs == Outputs::All {
        let again = once(project, built_in, outputs).1;
        let other = texts.iter().zip(&again).find(|(one, other)| one != other);
        assert!(other.is_none(), "another run says something else: {other:?}");
    }
    steps
}

fn once(project: &Project, built_in: &RuleSet, outputs: Outputs) -> (u64, Vec<(&'static str, String)>) {
    let base = PathBuf::from(BASE);
    let workspace =
        Workspace::new(base.clone(), vec![base.clone()]).with_tree(Arc::new(Memory::new(&project.files)));
    let input = InputSettings {
        workspace,
        paths: vec![base.clone()],
        notices: Vec::new(),
        assignments: Vec::new(),
        parameters: Vec::new(),
        configuration: configuration(project),
        allow_parse_errors: false,
    };
    let own = own_rule(project);
    let set = own.as_ref().unwrap_or(built_in);
    let line = CommandLine::parse_from_arguments(["credlint", "check", "--as-of", NOW, BASE]).unwrap();
    let Command::Check(arguments) = line.command else { unreachable!() };
    let now = arguments.accepted.as_of.unwrap();
    let mut settings = CheckSettings::new(set, &arguments, &input).unwrap_or_else(|error| {
        is_told(&error);
        CheckSettings::of_rules(set, set.rules().iter().collect())
    });
    settings.write_baseline = true;
    if let Some(bytes) = &project.report {
        let read = credential_report::read(&input.workspace.files, "report.csv", bytes.to_vec());
        settings.notices.extend(read.1);
        settings.reports.push(GivenReport { report: read.0, claim: Claim::Open, otherwise_as_of: now });
        settings.is_audit = project.files.is_empty();
    }
    let checked = pipeline::check(&input, &settings, None);
    let files = &input.workspace.files;
    for span in spans(&checked) {
        let file = files.get(span.file);
        assert!(file.text.get(span.range()).is_some(), "{span:?} is no part of {}", file.path);
    }
    // The words of rules that found nothing are the same in every report.
    let findings = || checked.findings.iter().chain(checked.suppressed.iter().map(|one| &one.finding));
    let has_found = |id: &str| findings().any(|finding| *finding.rule == *id);
    let rules = settings.rules.iter().filter(|rule| has_found(&rule.id));
    let rules: Vec<RuleText> = rules.map(|rule| RuleText::from(*rule)).collect();
    let report = checked.report(&input, &settings, &rules);
    let mut texts = Vec::new();
    if outputs.has(0) {
        texts.extend(for_programs(&report, &checked));
    }
    if outputs.has(1) {
        texts.extend(for_people(&report, &checked));
    }
    if outputs.has(2) {
        texts.push(("SARIF", report::sarif::render(&report)));
        snippets_are_what_stands_there(&is_json(&texts[texts.len() - 1].1), &report);
        let layout = pipeline::lay_out(&input);
        let list = FileList::new(&layout.discovered, &layout.roots, &layout.templates, &[], &input.workspace);
        is_json(&list.json());
        texts.push(("the list of files", list.text()));
    }
    for (name, text) in &texts {
        is_inert(name, text);
    }
    (checked.steps, texts)
}

/// A mutated configuration may be refused; it is then read without one.
fn configuration(project: &Project) -> Configuration {
    let Some(text) = project.configuration.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok())
    else {
        return Configuration::default();
    };
    let anchor = Arc::new(Anchor { directory: BASE.into(), base: BASE.into() });
    match Configuration::read("credlint.toml", text, &anchor) {
        Ok(configuration) => configuration,
        Err(error) => {
            is_told(&*error);
            Configuration::default()
        }
    }
}

/// The rule of the project in place of ours, unless it is refused.
fn own_rule(project: &Project) -> Option<RuleSet> {
    let text = std::str::from_utf8(project.rule.as_deref()?).ok()?;
    let mut set = RuleSet::default();
    match set.add_file(&format!("rules/{}.md", project.rule_id()), text) {
        Ok(()) => {
            for rule in set.rules() {
                report::explain::explain(&RuleText::from(rule), false);
            }
            Some(set)
        }
        Err(error) => {
            is_told(&error);
            None
        }
    }
}

/// An error can be drawn, and says what it is about.
fn is_told(error: &dyn miette::Diagnostic) {
    let mut drawn = String::new();
    let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor());
    handler.render_report(&mut drawn, error).unwrap();
    assert!(!drawn.trim().is_empty());
}

/// Every place that comes out.
fn spans(checked: &Checked) -> impl Iterator<Item = Span> {
    let suppressed = checked.suppressed.iter();
    let findings = checked.findings.iter().chain(suppressed.clone().map(|suppressed| &suppressed.finding));
    let of_finding = |finding: &Finding| {
        let places = [&finding.primary].into_iter().chain(&finding.related).chain(&finding.trail);
        let places = places.map(|place: &Place| place.span);
        let origins = finding.origins.subject.iter().chain(finding.origins.flagged.iter().flatten());
        places.chain(origins.copied()).collect::<Vec<_>>()
    };
    let exceptions = suppressed.filter_map(|suppressed| suppressed.suppression.place.as_ref());
    let notices = checked.notices.iter().filter_map(|notice| notice.span);
    findings.flat_map(of_finding).chain(exceptions.map(|place| place.span)).chain(notices)
}

fn for_programs(report: &Report<'_>, checked: &Checked) -> Vec<(&'static str, String)> {
    let lines = report::jsonl::render(report);
    for line in lines.lines() {
        is_json(line);
    }
    let baseline = checked.baseline.as_deref().unwrap_or_default();
    let texts = [
        ("JSON", report::json::render(report)),
        ("GitLab's JSON", report::gitlab::render(report)),
        ("the graph", report::graph::json(&checked.graph, report.notices, report.files)),
        ("the baseline", report::baseline::render(baseline)),
    ];
    for (_, text) in &texts {
        is_json(text);
    }
    texts.into_iter().chain([("JSON lines", lines), ("JUnit", report::junit::render(report))]).collect()
}

fn for_people(report: &Report<'_>, checked: &Checked) -> Vec<(&'static str, String)> {
    let coloured = HumanOptions { color: true, hyperlinks: true, ..Default::default() };
    report::human::render(report, &coloured);
    let diagram = report::graph::mermaid_of(&checked.graph, &checked.findings);
    let options = MarkdownOptions { files_at: Some("https://example.com/"), diagram: diagram.as_deref() };
    vec![
        ("the human report", report::human::render(report, &HumanOptions::default())),
        ("Markdown", report::markdown::render(report, options)),
        ("GitHub's commands", report::github::render(report)),
        ("the script", report::remediation_script::render(report)),
        ("Mermaid", report::graph::mermaid(&checked.graph)),
    ]
}

fn is_json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// What a terminal acts upon or a reader is misled by.
static ACTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("[\\p{Cc}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}&&[^\\n\\t]]").unwrap()
});

fn is_inert(name: &str, text: &str) {
    let found = ACTS.find(text);
    assert!(found.is_none(), "{name} holds {found:?}: {text}");
}

/// The text of a region is what stands in the file at that line and those columns, but for secrets.
fn snippets_are_what_stands_there(sarif: &serde_json::Value, report: &Report<'_>) {
    let files: Vec<Arc<SourceFile>> =
        (0..report.files.count()).map(|id| report.files.get(credlint::source::FileId(id))).collect();
    let mut waiting = vec![sarif];
    while let Some(value) = waiting.pop() {
        if let Some((uri, region)) = value.pointer("/artifactLocation/uri").zip(value.get("region"))
            && let Some(snippet) = region.pointer("/snippet/text")
        {
            let uri = percent_encoding::percent_decode_str(uri.as_str().unwrap()).decode_utf8().unwrap();
            let of_path = files.iter().filter(|file| *file.path == *uri);
            let number = |name: &str| usize::try_from(region[name].as_u64().unwrap()).unwrap();
            assert_eq!(number("startLine"), number("endLine"));
            let (line, start, end) = (number("startLine"), number("startColumn"), number("endColumn"));
            let texts: Vec<String> = of_path
                .map(|file| {
                    let line = &file.text[file.line_range(line)];
                    line.strip_prefix('\u{feff}')
                        .unwrap_or(line)
                        .chars()
                        .skip(start - 1)
                        .take(end - start)
                        .collect()
                })
                .collect();
            let snippet = snippet.as_str().unwrap();
            assert!(texts.iter().any(|text| is_shown_as(text, snippet)), "{snippet:?} is none of {texts:?}");
        }
        match value {
            serde_json::Value::Array(elements) => waiting.extend(elements),
            serde_json::Value::Object(fields) => waiting.extend(fields.values()),
            _ => {}
        }
    }
}

/// Whether a text becomes a snippet when parts of it are hidden.
fn is_shown_as(text: &str, snippet: &str) -> bool {
    let mut parts = snippet.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}
