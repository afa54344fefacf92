//! What each stage takes by itself: `cargo bench --bench stages`. Trees are those of `benches/generate.rs`.

#[allow(dead_code, reason = "not every shape is measured here")]
mod corpus;

use std::hint::black_box;
use std::path::Path;

use clap::Parser as _;
use credlint::cli::{Check, Command, CommandLine};
use credlint::pipeline;
use credlint::report::{self, RuleText};
use credlint::rules::{RuleSet, judge};
use credlint::settings::{CheckSettings, InputSettings, rule_set};
use credlint::source::FileId;
use credlint::syntax::hcl;
use divan::counter::BytesCount;
use divan::{Bencher, bench};

use corpus::Shape;

/// Files of a tree in which every file has users.
const SIZES: [usize; 2] = [100, 1000];

fn main() {
    divan::main();
}

/// A tree of that size, read anew for each measurement.
struct Tree {
    folder: tempfile::TempDir,
    rules: RuleSet,
}

impl Tree {
    fn new(shape: Shape, size: usize) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        corpus::write(folder.path(), shape, size).expect("a tree can be written");
        let rules = RuleSet::built_in().expect("credlint's own rules are right");
        Self { folder, rules }
    }

    fn arguments(&self) -> Check {
        arguments(self.folder.path())
    }

    fn input(&self) -> InputSettings {
        InputSettings::new(&self.arguments().input).expect("the folder is there")
    }
}

fn arguments(folder: &Path) -> Check {
    let words = ["credlint".as_ref(), "check".as_ref(), folder.as_os_str()];
    let Command::Check(arguments) = CommandLine::parse_from(words).command else {
        unreachable!("the command is `check`")
    };
    *arguments
}

/// The text of every file to a tree of syntax.
#[bench(args = SIZES)]
fn parse(bencher: Bencher<'_, '_>, size: usize) {
    let files = corpus::files(Shape::Users, size);
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        for (_, text) in &files {
            black_box(hcl::parse(FileId(0), text));
        }
    });
}

/// The walk, the search through every file, and which directories are roots; 3 % of the files have users.
#[bench(args = SIZES)]
fn discover(bencher: Bencher<'_, '_>, size: usize) {
    let tree = Tree::new(Shape::Monorepo, size);
    bencher.with_inputs(|| tree.input()).bench_refs(|input| pipeline::lay_out(input));
}

/// All that is before the rules: files to the graph.
#[bench(args = SIZES)]
fn evaluate(bencher: Bencher<'_, '_>, size: usize) {
    understand(bencher, Shape::Users, size);
}

/// The instances of one root: modules and `for_each`.
#[bench(args = SIZES)]
fn expand(bencher: Bencher<'_, '_>, size: usize) {
    understand(bencher, Shape::Instances, size);
}

fn understand(bencher: Bencher<'_, '_>, shape: Shape, size: usize) {
    let tree = Tree::new(shape, size);
    bencher.with_inputs(|| tree.input()).bench_refs(|input| pipeline::understand(input));
}

/// The rules over a graph.
#[bench(args = SIZES)]
fn check(bencher: Bencher<'_, '_>, size: usize) {
    let tree = Tree::new(Shape::Users, size);
    let (arguments, input) = (tree.arguments(), tree.input());
    let settings = CheckSettings::new(&tree.rules, &arguments, &input).expect("nothing is asked for");
    let graph = pipeline::understand(&input).graph;
    bencher.bench(|| judge(&graph, &settings.rules, &settings.limits));
}

/// The rules of credlint itself, which every run reads.
#[bench]
fn load_rules(bencher: Bencher<'_, '_>) {
    bencher.bench(RuleSet::built_in);
}

#[bench(args = ["human", "json", "sarif", "markdown"])]
fn report(bencher: Bencher<'_, '_>, format: &str) {
    let tree = Tree::new(Shape::Users, 1000);
    let (arguments, input) = (tree.arguments(), tree.input());
    let set = rule_set(&arguments.selection.rules, &input.configuration).expect("no rules are asked for");
    let settings = CheckSettings::new(&set, &arguments, &input).expect("nothing is asked for");
    let checked = pipeline::check(&input, &settings, None);
    let rules: Vec<RuleText> = settings.rules.iter().map(|rule| RuleText::from(*rule)).collect();
    let report = checked.report(&input, &settings, &rules);
    bencher.bench(|| match format {
        "human" => report::human::render(&report, &report::human::HumanOptions::default()),
        "json" => report::json::render(&report),
        "sarif" => report::sarif::render(&report),
        _ => report::markdown::render(&report, report::markdown::MarkdownOptions::default()),
    });
}
