//! The program: parses what was typed, runs the pipeline, writes reports, and sets the exit status.

mod terminal;

use std::ffi::OsString;
use std::io::Write as _;
use std::mem::ManuallyDrop;
use std::path::Path;
use std::process::ExitCode;

use miette::Diagnostic;

use credlint::cli::{self, Command, CommandLine, GraphFormat, ListFormat, ReportFormat, RulesAction};
use credlint::report::markdown::MarkdownOptions;
use credlint::report::{self, Report, RuleText};
use credlint::rules::{RuleSet, TriedRule};
use credlint::settings::configuration::Configuration;
use credlint::settings::{self, Before, CheckSettings, InputSettings, RulesUnderTest, SettingsError};
use credlint::{init, pipeline, source};

use terminal::{Waiting, complain};

/// Trees of many small nodes are what this program makes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Nothing found that fails the run.
const CLEAN: u8 = 0;
/// A certain finding at or above `--fail-on`.
const FOUND: u8 = 1;
/// The job could not be done in full.
const INCOMPLETE: u8 = 2;

/// What stops a command.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum Stop {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Settings(#[from] SettingsError),
    #[error("`{path}` cannot be written: {reason}")]
    #[diagnostic(help("name a file in a directory that exists and can be written"))]
    Output { path: String, reason: String },
    #[error(
        "the baseline `{path}` was not written: not everything could be read, so not everything may have been found"
    )]
    #[diagnostic(help("mend what could not be read, or accept it with --allow-parse-errors"))]
    Baseline { path: String },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Init(#[from] init::InitError),
    #[error(transparent)]
    Write(#[from] std::io::Error),
}

fn main() -> ExitCode {
    terminal::settle_colors(std::env::args_os().skip(1));
    let line = match CommandLine::parse_from_arguments(std::env::args_os()) {
        Ok(line) => line,
        Err(error) => {
            // Help and version are errors to the parser.
            let error = if error.use_stderr() { about_inert_arguments(error) } else { error };
            return ExitCode::from(terminal::say(&error).unwrap_or(INCOMPLETE));
        }
    };
    match run(&line) {
        Ok(status) => ExitCode::from(status),
        // Whoever read the output has seen enough.
        Err(Stop::Write(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::from(CLEAN),
        Err(stop) => {
            complain(&stop);
            ExitCode::from(INCOMPLETE)
        }
    }
}

/// The parser repeats what was typed: what it says of the same arguments made inert. A name that a file or branch was
/// given by somebody else may be among them, since hooks pass those on.
fn about_inert_arguments(error: clap::Error) -> clap::Error {
    let inert = |argument: OsString| OsString::from(&*source::printable(&argument.to_string_lossy()));
    CommandLine::parse_from_arguments(std::env::args_os().map(inert)).err().unwrap_or(error)
}

fn run(line: &CommandLine) -> Result<u8, Stop> {
    let color = terminal::has_color_on_stdout();
    match &line.command {
        Command::Check(arguments) => check(arguments, color),
        Command::Audit(arguments) => check(&arguments.to_check(), color),
        Command::Graph(arguments) => {
            let input = InputSettings::new(&arguments.input)?;
            let understood = pipeline::understand_watched(&input, &Waiting::new(&input.workspace, false));
            let files = &input.workspace.files;
            let text = match arguments.format {
                GraphFormat::Json => report::graph::json(&understood.graph, &understood.notices, files),
                GraphFormat::Mermaid => report::graph::mermaid(&understood.graph),
            };
            print(&text)?;
            Ok(completeness(&understood.notices, &input))
        }
        Command::Files(arguments) => {
            let input = InputSettings::new(&arguments.input)?;
            let layout = pipeline::lay_out(&input);
            let assemblies: Vec<_> = layout.assemblies.iter().map(|(path, _)| path.as_path()).collect();
            let list = report::file_list::FileList::new(
                &layout.discovered,
                &layout.roots,
                &layout.templates,
                &assemblies,
                &input.workspace,
            );
            print(&match arguments.format {
                ListFormat::Text => list.text(),
                ListFormat::Json => list.json(),
            })?;
            Ok(completeness(&layout.discovered.notices, &input))
        }
        Command::Rules(cli::Rules { action: Some(RulesAction::Test(arguments)), .. }) => {
            test_rules(arguments, color)
        }
        Command::Rules(arguments) => {
            let rules = rule_texts(&settings::rule_set(
                &arguments.rules,
                &Configuration::here(&arguments.configuration)?,
            )?);
            print(&match arguments.format {
                ListFormat::Text => report::rule_list::text(&rules, color),
                ListFormat::Json => report::rule_list::json(&rules),
            })?;
            Ok(CLEAN)
        }
        Command::Explain(arguments) => {
            let set = settings::rule_set(&arguments.rules, &Configuration::here(&arguments.configuration)?)?;
            for rule in settings::find(&set, &arguments.rule)? {
                print(&report::explain::explain(&RuleText::from(rule), color))?;
            }
            Ok(CLEAN)
        }
        Command::Init(arguments) => {
            let steps = init::set_up(&arguments.directory)?;
            for step in &steps {
                print(&format!("{step}\n"))?;
            }
            print(init::next(&steps))?;
            Ok(CLEAN)
        }
        Command::Completions(arguments) => {
            cli::write_completions(arguments.shell, &mut std::io::stdout().lock())?;
            Ok(CLEAN)
        }
        Command::Man(arguments) => {
            cli::write_manual(arguments.command.as_deref(), &mut std::io::stdout().lock())?;
            Ok(CLEAN)
        }
    }
}

fn check(arguments: &cli::Check, color: bool) -> Result<u8, Stop> {
    // The program ends after this: what was read and found is not taken apart first.
    let input = ManuallyDrop::new(InputSettings::new(&arguments.input)?);
    let set = settings::rule_set(&arguments.selection.rules, &input.configuration)?;
    let settings = CheckSettings::new(&set, arguments, &input)?;
    let before = arguments.since.as_deref().map(|since| Before::new(&input, since)).transpose()?;
    let waiting = Waiting::new(&input.workspace, arguments.reporting.quiet);
    let checked = ManuallyDrop::new(pipeline::check_watched(&input, &settings, before.as_ref(), &waiting));
    drop(waiting);
    let rule_texts: Vec<RuleText> = settings.rules.iter().map(|rule| RuleText::from(*rule)).collect();
    let report = Report {
        omit_suppressed: arguments.reporting.omit_suppressed,
        ..checked.report(&input, &settings, &rule_texts)
    };
    let render = |format: ReportFormat, color: bool| match format {
        ReportFormat::Human => {
            let hyperlinks = color && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
            let options = report::human::HumanOptions {
                color,
                hyperlinks,
                quiet: arguments.reporting.quiet,
                ..Default::default()
            };
            report::human::render(&report, &options)
        }
        ReportFormat::Json => report::json::render(&report),
        ReportFormat::Jsonl => report::jsonl::render(&report),
        ReportFormat::Sarif => report::sarif::render(&report),
        ReportFormat::Github => report::github::render(&report),
        ReportFormat::Markdown => {
            let (files_at, diagram) =
                (settings::files_at(), report::graph::mermaid_of(&checked.graph, &checked.findings));
            let options = MarkdownOptions { files_at: files_at.as_deref(), diagram: diagram.as_deref() };
            report::markdown::render(&report, options)
        }
        ReportFormat::Gitlab => report::gitlab::render(&report),
        ReportFormat::Junit => report::junit::render(&report),
    };
    if arguments.reporting.output.is_empty() {
        match arguments.reporting.format {
            // What programs read can be long: it is written as it is made.
            ReportFormat::Json => {
                let mut stdout = std::io::BufWriter::with_capacity(64 * 1024, std::io::stdout().lock());
                report::json::write(&report, &mut stdout)?;
                stdout.flush()?;
            }
            format => print(&render(format, color))?,
        }
    }
    // One that cannot be written takes nothing from the others.
    let mut failure = None;
    for output in &arguments.reporting.output {
        let text = render(output.format.unwrap_or(arguments.reporting.format), false);
        if output.file == Path::new("-") {
            print(&text)?;
        } else if let Err(stop) = write_file(&output.file, &text) {
            failure = failure.or(Some(stop));
        }
    }
    if let Some(path) = &arguments.reporting.remediation_script {
        let script = report::remediation_script::render(&report);
        if path == Path::new("-") {
            print(&script)?;
        } else if let Err(stop) = write_file(path, &script) {
            failure = failure.or(Some(stop));
        }
    }
    for error in &checked.errors {
        writeln!(std::io::stderr().lock(), "error: {}", source::printable(&error.to_string()))?;
    }
    if let Some(path) = &arguments.accepted.write_baseline {
        let findings =
            checked.baseline.as_deref().ok_or_else(|| Stop::Baseline { path: path.display().to_string() })?;
        write_file(path, &report::baseline::render(findings))?;
        let path = path.display().to_string();
        let count = findings.len();
        if !arguments.reporting.quiet {
            writeln!(std::io::stderr().lock(), "wrote {count} findings to {}", source::printable(&path))?;
        }
    }
    if let Some(stop) = failure {
        return Err(stop);
    }
    let status = if checked.failed { FOUND } else { CLEAN };
    let incomplete = if checked.errors.is_empty() { CLEAN } else { INCOMPLETE };
    Ok(status.max(incomplete).max(completeness(&checked.notices, &input)))
}

fn test_rules(arguments: &cli::RulesTest, color: bool) -> Result<u8, Stop> {
    let configuration = Configuration::here(&arguments.configuration)?;
    let under_test = RulesUnderTest::new(&arguments.paths, &configuration)?;
    let mut tried = Vec::new();
    for file in &under_test.files {
        let (rule, text) = pipeline::try_file(&under_test, file, arguments.update);
        if let Some(text) = text {
            write_file(&file.path, &text)?;
        }
        tried.push(rule);
    }
    let options = report::rule_trials::TrialOptions { color, quiet: arguments.quiet };
    print(&report::rule_trials::text(&tried, under_test.errors.len(), options))?;
    let status = if tried.iter().all(TriedRule::passes) { CLEAN } else { FOUND };
    let broken = if under_test.errors.is_empty() { CLEAN } else { INCOMPLETE };
    for error in under_test.errors {
        complain(&Stop::Settings(error.into()));
    }
    Ok(status.max(broken))
}

fn write_file(path: &Path, text: &str) -> Result<(), Stop> {
    #[expect(clippy::disallowed_methods, reason = "reports go where the user says")]
    let written = std::fs::write(path, text);
    written.map_err(|error| Stop::Output { path: path.display().to_string(), reason: error.to_string() })
}

fn completeness(notices: &[source::Notice], input: &InputSettings) -> u8 {
    let is_incomplete = notices.iter().any(|notice| notice.kind.is_incomplete());
    if is_incomplete && !input.allow_parse_errors { INCOMPLETE } else { CLEAN }
}

fn rule_texts(set: &RuleSet) -> Vec<RuleText> {
    set.rules().iter().map(RuleText::from).collect()
}

fn print(text: &str) -> Result<(), std::io::Error> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}
