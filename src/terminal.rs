//! What the terminal is shown besides reports: which stream has colours, errors, and what a long run is at.

use std::ffi::OsStr;
use std::fmt;
use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use miette::{Diagnostic, LabeledSpan, MietteHandlerOpts, ReportHandler as _, SourceCode};

use credlint::pipeline::{Progress, Stage};
use credlint::report;
use credlint::source::{Workspace, printable};

/// A run that is over by then shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);
/// Between two pictures.
const TICK: Duration = Duration::from_millis(120);

/// Settles which streams have colours, before anything is written: `--color`, then `NO_COLOR`, then `CLICOLOR_FORCE` and
/// `FORCE_COLOR`, then what each stream is. Arguments that are wrong are complained of in colour, or not, as well, so
/// this cannot wait for them to be understood.
pub fn settle_colors<T: AsRef<OsStr>>(arguments: impl IntoIterator<Item = T>) {
    let is_forced = std::env::var_os("FORCE_COLOR")
        .is_some_and(|value| !["", "0", "false"].iter().any(|no| value == *no));
    let is_forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let by_environment = if is_forced && !is_forbidden { ColorChoice::Always } else { ColorChoice::Auto };
    typed_color(arguments).unwrap_or(by_environment).write_global();
}

/// The last `--color` that says anything.
fn typed_color<T: AsRef<OsStr>>(arguments: impl IntoIterator<Item = T>) -> Option<ColorChoice> {
    let mut typed = None;
    let mut is_next = false;
    for argument in arguments {
        let Some(argument) = argument.as_ref().to_str() else { continue };
        if argument == "--" {
            break;
        }
        let value = if is_next { Some(argument) } else { argument.strip_prefix("--color=") };
        typed = match value {
            Some("always") => Some(ColorChoice::Always),
            Some("never") => Some(ColorChoice::Never),
            Some("auto") => None,
            _ => typed,
        };
        is_next = argument == "--color";
    }
    typed
}

/// Whether what goes to standard output has colours.
pub fn has_color_on_stdout() -> bool {
    AutoStream::choice(&std::io::stdout()) != ColorChoice::Never
}

fn has_color_on_stderr() -> bool {
    AutoStream::choice(&std::io::stderr()) != ColorChoice::Never
}

/// Writes an error with where it is and what to do. What was typed may be a name that somebody else gave a file or branch:
/// hooks pass them on.
pub fn complain(error: &dyn Diagnostic) {
    let drawn = Drawn { error: Inert::new(error), has_color: has_color_on_stderr() };
    // There is nobody left to tell when this fails.
    let _ = writeln!(std::io::stderr().lock(), "{}", report::without_log_commands(&format!("{drawn:?}")));
}

/// Writes what the parser of arguments says: help, or what is wrong. Gives the exit status.
pub fn say(said: &clap::Error) -> Option<u8> {
    let text = said.render();
    let is_wrong = said.use_stderr();
    let has_color = if is_wrong { has_color_on_stderr() } else { has_color_on_stdout() };
    let text = if has_color { text.ansi().to_string() } else { text.to_string() };
    // As for an error; and whoever read the help has seen enough.
    let _ = if is_wrong {
        write!(std::io::stderr().lock(), "{}", report::without_log_commands(&text))
    } else {
        write!(std::io::stdout().lock(), "{text}")
    };
    u8::try_from(said.exit_code()).ok()
}

/// An error whose text is inert. Its excerpt of a file is so already.
struct Inert<'e> {
    error: &'e dyn Diagnostic,
    message: String,
    related: Vec<Self>,
}

impl<'e> Inert<'e> {
    fn new(error: &'e dyn Diagnostic) -> Self {
        let related = error.related().into_iter().flatten().map(Inert::new).collect();
        Self { error, message: lines(&error.to_string()), related }
    }
}

/// Text of several lines made inert.
fn lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

impl fmt::Display for Inert<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Inert<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Inert<'_> {}

impl Diagnostic for Inert<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        self.error.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.error.help().map(|help| Box::new(lines(&help.to_string())) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.error.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let inert =
            |label: LabeledSpan| LabeledSpan::new_primary_with_span(label.label().map(lines), *label.inner());
        Some(Box::new(self.error.labels()?.map(inert)))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        let related = self.related.iter().map(|other| other as &dyn Diagnostic);
        (!self.related.is_empty()).then(|| Box::new(related) as Box<dyn Iterator<Item = _>>)
    }
}

struct Drawn<'e> {
    error: Inert<'e>,
    has_color: bool,
}

impl fmt::Debug for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let handler = MietteHandlerOpts::new().color(self.has_color).terminal_links(false).build();
        handler.debug(&self.error, f)
    }
}

/// Shows what a run is at, on a terminal and after a while, until it is dropped.
pub struct Waiting<'w>(Option<Shown<'w>>);

struct Shown<'w> {
    workspace: &'w Workspace,
    bar: ProgressBar,
    is_earlier: AtomicBool,
    /// Is closed when the run is over.
    over: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl<'w> Waiting<'w> {
    /// Waits for a run over a workspace. Nothing is shown to a program, in a build, or on a terminal that cannot erase.
    pub fn new(workspace: &'w Workspace, is_quiet: bool) -> Self {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        let is_build = std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
        if is_quiet || is_build || (is_dumb && cfg!(unix)) || !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
            bar.set_style(style);
        }
        let (over, is_over) = mpsc::channel();
        let shown = bar.clone();
        let thread = std::thread::spawn(move || {
            if is_over.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(TICK);
                let _ = is_over.recv();
            }
            shown.finish_and_clear();
        });
        let is_earlier = AtomicBool::new(false);
        Self(Some(Shown { workspace, bar, is_earlier, over: Some(over), thread: Some(thread) }))
    }
}

impl Progress for Waiting<'_> {
    fn at(&self, stage: Stage<'_>) {
        let Some(shown) = &self.0 else { return };
        let text = match stage {
            Stage::Discovering => "looking for files".to_owned(),
            Stage::Reading { number, count, path } => {
                let path = shown.workspace.display(path);
                let path = report::inert(&path);
                // How wide other letters are depends on the terminal, and a line that wraps is not erased.
                let path = if path.is_ascii() { format!(": {path}") } else { String::new() };
                format!("reading {number} of {count} roots{path}")
            }
            Stage::Linking => "linking credentials to users".to_owned(),
            Stage::Checking => "running the rules".to_owned(),
            Stage::Earlier => {
                shown.is_earlier.store(true, Ordering::Relaxed);
                return;
            }
        };
        let is_earlier = shown.is_earlier.load(Ordering::Relaxed);
        shown.bar.set_message(if is_earlier { format!("before the change: {text}") } else { text });
    }
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        self.over = None;
        // The line is erased before anything else is written.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ColorChoice, typed_color};

    #[test]
    fn the_colour_that_was_typed_is_known_before_the_rest_is() {
        for (arguments, expected) in [
            (&["check"] as &[&str], None),
            (&["check", "--color", "never"], Some(ColorChoice::Never)),
            (&["--color=always", "check", "--no-such"], Some(ColorChoice::Always)),
            (&["--color", "auto"], None),
            (&["--color", "sometimes"], None),
            (&["check", "--", "--color=never"], None),
            (&["--color"], None),
        ] {
            assert_eq!(typed_color(arguments), expected, "{arguments:?}");
        }
    }
}
