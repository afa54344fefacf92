//! Whatever becomes of a file on its way here, credlint says what it can and stops: every fixture, example, rule and
//! configuration, cut off, flipped, spliced and repeated, through every reader, rule and renderer.
//!
//! `CREDLINT_MUTANTS=100000 cargo test --release --test mutation -- --nocapture` makes a campaign of it, with every output
//! of each; `CREDLINT_SLOWEST=20` tells which took longest, `CREDLINT_FIRST_MUTANT=50000` goes on from there, and
//! `CREDLINT_MUTANT=17` shows and tries the one of that number alone.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "reads fixtures, and is told by the environment"
)]
#![allow(clippy::print_stderr, reason = "a campaign says how far it is")]

#[path = "mutation/fixtures.rs"]
mod fixtures;
#[path = "mutation/limits.rs"]
mod limits;
#[path = "mutation/look.rs"]
mod look;
#[path = "mutation/mutate.rs"]
mod mutate;
#[path = "mutation/tree.rs"]
mod tree;

use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use credlint::rules::RuleSet;

use fixtures::{Project, Target};
use look::Outputs;
use mutate::{Random, mutated};

/// Mutants when nobody says how many: one of every file, and then some of those that are quickly read.
const MUTANTS: u64 = 600;

/// Bytes of a project that is quickly read.
const SMALL: usize = 15_000;

/// The order in which files are mutated: once each, then again and again, or those that are quickly read alone.
fn order(projects: &[Project], targets: &[Target], is_campaign: bool) -> impl Fn(u64) -> Target {
    let is_small = |target: &&Target| is_campaign || projects[target.0].size() < SMALL;
    let again: Vec<Target> = targets.iter().filter(is_small).cloned().collect();
    move |number| {
        let number = usize::try_from(number).unwrap();
        targets.get(number).unwrap_or_else(|| &again[number % again.len()]).clone()
    }
}

fn mutant(number: u64, projects: &[Project], targets: &[Target], target: &Target) -> (Project, String) {
    let mut random = Random::of(number);
    let (index, role, path) = target;
    let (other, other_role, other_path) = &targets[random.below(targets.len())];
    let project = &projects[*index];
    let other = projects[*other].bytes(*other_role, other_path);
    let bytes = mutated(project.bytes(*role, path), other, &mut random);
    let name = format!("mutant {number}, {role:?} {path} of {}", project.name);
    (project.with(*role, path, bytes), name)
}

/// What one of them took.
struct Taken {
    time: Duration,
    steps: u64,
    bytes: usize,
    name: String,
}

fn number_in(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap())
}

#[test]
fn mutants_are_survived() {
    let (projects, targets) = fixtures::all();
    assert!(targets.len() > 400, "only {} files", targets.len());
    let built_in = RuleSet::built_in().unwrap();
    let campaign = number_in("CREDLINT_MUTANTS");
    let single = number_in("CREDLINT_MUTANT");
    let is_single = single.is_some();
    let (first, end) = match single {
        Some(number) => (number, number + 1),
        None => (number_in("CREDLINT_FIRST_MUTANT").unwrap_or(0), campaign.unwrap_or(MUTANTS)),
    };
    let order = order(&projects, &targets, campaign.is_some() || is_single);
    let (next, taken) = (AtomicU64::new(first), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    let under_way: Vec<Mutex<Option<(u64, Instant)>>> = (0..threads).map(|_| Mutex::new(None)).collect();
    let failures: Mutex<Vec<String>> = Mutex::default();
    let work = |under_way: &Mutex<Option<(u64, Instant)>>| {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= end {
                return;
            }
            let (project, name) = mutant(number, &projects, &targets, &order(number));
            if is_single {
                let (_, role, path) = order(number);
                eprintln!("{name}:\n{}", String::from_utf8_lossy(project.bytes(role, &path)));
            }
            let started = Instant::now();
            *under_way.lock().unwrap() = Some((number, started));
            let all = campaign.is_some() || is_single || number % 32 == 0;
            let outputs = if all { Outputs::All } else { Outputs::Group(number % look::GROUPS) };
            let looked =
                std::panic::catch_unwind(AssertUnwindSafe(|| look::at(&project, &built_in, outputs)));
            *under_way.lock().unwrap() = None;
            let (time, bytes) = (started.elapsed(), project.size());
            match looked {
                Ok(steps) => taken.lock().unwrap().push(Taken { time, steps, bytes, name }),
                Err(_) => failures.lock().unwrap().push(name),
            }
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> =
            under_way.iter().map(|under_way| scope.spawn(move || work(under_way))).collect();
        if campaign.is_some() {
            while !workers.iter().all(std::thread::ScopedJoinHandle::is_finished) {
                std::thread::sleep(Duration::from_secs(1));
                for (number, started) in under_way.iter().filter_map(|one| *one.lock().unwrap()) {
                    if started.elapsed() > Duration::from_secs(5) {
                        eprintln!("mutant {number} is under way for {:?}", started.elapsed());
                    }
                }
            }
        }
    });
    let mut taken = taken.into_inner().unwrap();
    if let Some(count) = number_in("CREDLINT_SLOWEST") {
        let print = |taken: &[Taken]| {
            for Taken { time, steps, bytes, name } in taken.iter().take(usize::try_from(count).unwrap()) {
                eprintln!("{time:>10.1?} {steps:>9} steps {bytes:>7} bytes: {name}");
            }
        };
        taken.sort_by_key(|taken| std::cmp::Reverse(taken.time));
        print(&taken);
        eprintln!("By steps:");
        taken.sort_by_key(|taken| std::cmp::Reverse(taken.steps / (1 + taken.bytes as u64)));
        print(&taken);
    }
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}
