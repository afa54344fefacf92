//! Read this first: discover, read, graph, check on one screen. What comes out is what is reported.

mod layout;
mod reading;

pub use layout::Layout;

use crate::cloudformation::Templates;
use crate::finding::{Coverage, Finding};
use crate::graph::{self, Graph};
use crate::rules::{EvaluationError, Rule, judge};
use crate::settings::{InputSettings, Thresholds};
use crate::source::{Notice, NoticeKind};
use crate::terraform::ModuleLoader;

/// Evaluation recurses as deep as references chain; this much address space is reserved, not used.
const STACK_BYTES: usize = 512 * 1024 * 1024;

/// What was read and understood.
#[derive(Debug)]
pub struct Understood {
    /// Users and their credentials.
    pub graph: Graph,
    /// What was looked at.
    pub coverage: Coverage,
    /// What was not understood, sorted by place.
    pub notices: Vec<Notice>,
}

/// What the rules say.
#[derive(Debug)]
pub struct Checked {
    /// Findings that pass the thresholds.
    pub findings: Vec<Finding>,
    /// What was looked at.
    pub coverage: Coverage,
    /// What was not understood, sorted by place.
    pub notices: Vec<Notice>,
    /// Rules of the user's own that could not be evaluated.
    pub errors: Vec<EvaluationError>,
    /// Whether a certain finding reaches `fail_on`.
    pub failed: bool,
}

/// discover → read → graph → check. Reporting is the caller's.
pub fn check(settings: &InputSettings, rules: &[&Rule], thresholds: Thresholds) -> Checked {
    on_a_deep_stack(|| {
        let understood = read_and_link(settings);
        let verdict = judge(&understood.graph, rules);
        let mut findings = verdict.findings;
        findings.retain(|finding| {
            finding.severity >= thresholds.min_severity && finding.confidence >= thresholds.min_confidence
        });
        let fails = |finding: &Finding| {
            finding.confidence == crate::finding::Confidence::Certain
                && thresholds.fail_on.is_some_and(|least| finding.severity >= least)
        };
        let failed = findings.iter().any(fails);
        let mut notices = understood.notices;
        notices.extend(verdict.notices);
        Checked { findings, coverage: understood.coverage, notices, errors: verdict.errors, failed }
    })
}

/// discover → read → graph.
pub fn understand(settings: &InputSettings) -> Understood {
    on_a_deep_stack(|| read_and_link(settings))
}

/// discover.
pub fn lay_out(settings: &InputSettings) -> Layout {
    on_a_deep_stack(|| {
        let workspace = &settings.workspace;
        Layout::of(settings, &ModuleLoader::new(workspace), &Templates::new(workspace))
    })
}

fn read_and_link(settings: &InputSettings) -> Understood {
    let loader = ModuleLoader::new(&settings.workspace);
    let templates = Templates::new(&settings.workspace);
    let layout = Layout::of(settings, &loader, &templates);
    let reading = reading::read(settings, &loader, &templates, &layout, &graph::interest());
    let mut graph = graph::build(reading.roots);
    let files = &settings.workspace.files;
    graph.password_places.iter().for_each(|place| files.conceal(*place));
    files.conceal_everywhere(graph.password_texts.iter().map(AsRef::as_ref));
    let mut notices = reading.notices;
    notices.append(&mut graph.notices);
    sort_notices(&mut notices);
    let coverage = coverage(&graph, &notices, reading.looked_at, layout.file_count());
    Understood { graph, coverage, notices }
}

fn coverage(graph: &Graph, notices: &[Notice], roots: usize, files: usize) -> Coverage {
    let managed =
        |nodes: &mut dyn Iterator<Item = usize>| nodes.filter(|node| graph.nodes[*node].managed).count();
    Coverage {
        users: managed(&mut graph.users.iter().map(|user| user.node)),
        access_keys: managed(&mut graph.access_keys.iter().map(|key| key.node)),
        passwords: managed(&mut graph.passwords.iter().map(|password| password.node)),
        roots,
        files,
        modules_not_on_disk: count_of(notices, NoticeKind::ModuleNotOnDisk),
        modules_modelled: count_of(notices, NoticeKind::ModuleModelled),
        unknown_values: count_of(notices, NoticeKind::UnknownValue),
    }
}

fn count_of(notices: &[Notice], kind: NoticeKind) -> usize {
    notices.iter().filter(|notice| notice.kind == kind).count()
}

fn sort_notices(notices: &mut Vec<Notice>) {
    notices.sort_by(|a, b| (a.span, &a.path, a.kind, &a.message).cmp(&(b.span, &b.path, b.kind, &b.message)));
    notices.dedup();
}

fn on_a_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        let thread = thread.expect("one thread can be started");
        match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
