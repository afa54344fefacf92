//! Read this first: discover, read, graph, check on one screen. What comes out is what is reported.

mod joining;
mod judging;
mod configured;
mod layout;
mod progress;
mod reading;
mod since;
mod trials;

pub use layout::Layout;
pub use progress::{Progress, Stage};
pub use trials::{try_examples, try_file};

use std::collections::BTreeSet;

use crate::cloudformation::Templates;
use crate::finding::{Change, Coverage, Finding, KnownFinding, Suppressed};
use crate::graph::{self, Graph};
use crate::report::{Report, RuleText};
use crate::rules::EvaluationError;
use crate::settings::{Before, CheckSettings, InputSettings};
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
    /// Every root there is, those that hold nothing of interest included.
    pub roots: BTreeSet<String>,
    /// How much was evaluated, in the steps that the limits count.
    pub steps: u64,
}

/// What the rules say.
#[derive(Debug)]
pub struct Checked {
    /// Findings that pass the thresholds.
    pub findings: Vec<Finding>,
    /// Those that an exception or the baseline sets aside.
    pub suppressed: Vec<Suppressed>,
    /// Users and their credentials.
    pub graph: Graph,
    /// What was looked at.
    pub coverage: Coverage,
    /// What was not understood, sorted by place.
    pub notices: Vec<Notice>,
    /// How much was evaluated, in the steps that the limits count.
    pub steps: u64,
    /// Rules of the user's own that could not be evaluated.
    pub errors: Vec<EvaluationError>,
    /// Whether a certain finding reaches `fail_on`.
    pub failed: bool,
    /// What the change brings, when that is asked for; the findings are then those that it introduces.
    pub change: Option<Change>,
    /// What the baseline is to hold, when it is to be written and everything could be read.
    pub baseline: Option<Vec<KnownFinding>>,
}

impl Checked {
    /// What the renderers are given: everything that was found in `input` under `settings`, and the rules that are to
    /// be described. Findings that are set aside are among it.
    pub fn report<'a>(
        &'a self,
        input: &'a InputSettings,
        settings: &CheckSettings<'_>,
        rules: &'a [RuleText],
    ) -> Report<'a> {
        Report {
            findings: &self.findings,
            rules,
            notices: &self.notices,
            coverage: &self.coverage,
            suppressed: &self.suppressed,
            omit_suppressed: false,
            change: self.change.as_ref(),
            files: &input.workspace.files,
            fail_on: settings.thresholds.fail_on,
            failed: self.failed,
        }
    }
}

/// What is found in one tree, before anything is left out for not being bad enough.
struct Whole {
    findings: Vec<Finding>,
    suppressed: Vec<Suppressed>,
    coverage: Coverage,
    notices: Vec<Notice>,
    errors: Vec<EvaluationError>,
    roots: BTreeSet<String>,
    steps: u64,
    graph: Graph,
    baseline: Option<Vec<KnownFinding>>,
}

/// discover → read → graph → check, and with `before` once more over the tree that a change started from. Reporting is
/// the caller's.
pub fn check(input: &InputSettings, check: &CheckSettings<'_>, before: Option<&Before>) -> Checked {
    check_watched(input, check, before, &())
}

/// [`check`] while somebody waits for it.
pub fn check_watched(
    input: &InputSettings,
    check: &CheckSettings<'_>,
    before: Option<&Before>,
    progress: &dyn Progress,
) -> Checked {
    on_a_deep_stack(|| {
        let mut whole = find(input, check, progress);
        let thresholds = check.thresholds;
        let change = before.map(|before| {
            progress.at(Stage::Earlier);
            let then = find(&before.input, check, progress);
            since::compare(input, before, &mut whole, then, thresholds)
        });
        let Whole { mut findings, mut suppressed, mut notices, .. } = whole;
        findings.retain(|finding| thresholds.admit(finding));
        suppressed.retain(|suppressed| thresholds.admit(&suppressed.finding));
        let failed = findings.iter().any(|finding| thresholds.fail(finding));
        notices.extend(check.notices.iter().cloned());
        Checked {
            findings,
            suppressed,
            graph: whole.graph,
            coverage: whole.coverage,
            notices,
            steps: whole.steps,
            errors: whole.errors,
            failed,
            change,
            baseline: whole.baseline,
        }
    })
}

fn find(input: &InputSettings, check: &CheckSettings<'_>, progress: &dyn Progress) -> Whole {
    let first = input.workspace.files.count();
    let mut understood = read_and_link(input, progress);
    joining::run(input, check, &mut understood);
    progress.at(Stage::Checking);
    let files = first..input.workspace.files.count();
    let is_complete = !understood.notices.iter().any(|notice| notice.kind.is_incomplete());
    let mut judged = judging::run(input, check, &understood.graph, files, is_complete);
    let is_complete = is_complete && judged.notices.iter().all(|notice| !notice.kind.is_incomplete());
    let measured = judging::measure(input, check, &mut judged, &understood.roots, is_complete);
    let mut suppressed = judged.suppressed;
    suppressed.extend(measured.suppressed);
    let mut notices = understood.notices;
    notices.extend(judged.notices);
    Whole {
        findings: measured.findings,
        suppressed,
        coverage: understood.coverage,
        notices,
        errors: judged.errors,
        roots: understood.roots,
        steps: understood.steps,
        graph: understood.graph,
        baseline: measured.written,
    }
}

/// discover → read → graph.
pub fn understand(settings: &InputSettings) -> Understood {
    understand_watched(settings, &())
}

/// [`understand`] while somebody waits for it.
pub fn understand_watched(settings: &InputSettings, progress: &dyn Progress) -> Understood {
    on_a_deep_stack(|| read_and_link(settings, progress))
}

/// discover.
pub fn lay_out(settings: &InputSettings) -> Layout {
    on_a_deep_stack(|| {
        let workspace = &settings.workspace;
        Layout::of(settings, &ModuleLoader::new(workspace, &graph::interest()), &Templates::new(workspace))
    })
}

fn read_and_link(settings: &InputSettings, progress: &dyn Progress) -> Understood {
    progress.at(Stage::Discovering);
    let interest = graph::interest();
    let loader = ModuleLoader::new(&settings.workspace, &interest);
    let templates = Templates::new(&settings.workspace);
    let layout = Layout::of(settings, &loader, &templates);
    let reading = reading::read(settings, &loader, &templates, &layout, &interest, progress);
    progress.at(Stage::Linking);
    let steps = reading.roots.iter().map(|(_, contents)| contents.steps).sum();
    let mut graph = graph::build(reading.roots);
    graph.people = graph::People {
        machine_users: settings.configuration.machine_users.clone(),
        human_users: settings.configuration.human_users.clone(),
    };
    graph.account_names = configured::account_names(settings, &graph);
    graph.account_numbers = configured::account_numbers(settings, &graph);
    let files = &settings.workspace.files;
    graph.password_places.iter().for_each(|place| files.conceal(*place));
    files.conceal_everywhere(graph.password_texts.iter().map(AsRef::as_ref));
    let mut notices = reading.notices;
    notices.append(&mut graph.notices);
    sort_notices(&mut notices);
    let coverage = coverage(&graph, &notices, reading.looked_at, layout.file_count());
    let roots = layout.root_paths(&settings.workspace);
    Understood { graph, coverage, notices, roots, steps }
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
        accounts: Vec::new(),
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
