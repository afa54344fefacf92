//! Whatever becomes of a template on its way here, credlint says what it can and stops: every fixture, cut off,
//! flipped, spliced and repeated.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "reads fixtures and writes what is checked"
)]

mod project;

use std::path::{Path, PathBuf};

use credlint::cli::{Command, CommandLine};
use credlint::{pipeline, rules, settings};

/// The fixtures that are templates, and manifests and metadata of assemblies.
fn fixtures() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let is_one = |path: &Path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let is_template = name.ends_with("template.yaml") || name.ends_with("template.json");
        let is_of_an_assembly = name == "manifest.json" || name.ends_with(".metadata.json");
        is_template || is_of_an_assembly
    };
    walkdir::WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.is_file() && is_one(path))
        .map(|path| (path.clone(), std::fs::read_to_string(path).unwrap()))
        .collect()
}

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

fn mutated(text: &str, random: &mut Random) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let (at, length) = (random.below(bytes.len()), random.below(200));
    let end = (at + length).min(bytes.len());
    match random.below(5) {
        0 => bytes.truncate(at),
        1 => bytes[at] = b"{}[]:,'\"&*!|>%#-\n \\$"[random.below(20)],
        2 => drop(bytes.drain(at..end)),
        3 => {
            let part = bytes[at..end].to_vec();
            let to = random.below(bytes.len());
            bytes.splice(to..to, part);
        }
        _ => {
            let part = bytes[at..end].repeat(1 + random.below(8));
            bytes.splice(at..at, part);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Checks a folder and looks at every place that comes out.
fn check(folder: &Path) {
    let path = folder.to_string_lossy().into_owned();
    let line = CommandLine::parse_from_arguments(["credlint", "check", &path, "--root", &path]).unwrap();
    let Command::Check(check) = line.command else { unreachable!() };
    let input = settings::InputSettings::new(&check.input).unwrap();
    let set = rules::RuleSet::built_in().unwrap();
    let settings = settings::CheckSettings::new(&set, &check, &input).unwrap();
    let checked = pipeline::check(&input, &settings, None);
    let places = checked.findings.iter().flat_map(|finding| {
        std::iter::once(&finding.primary)
            .chain(&finding.related)
            .chain(&finding.trail)
            .map(|place| place.span)
    });
    let spans = places.chain(checked.notices.iter().filter_map(|notice| notice.span));
    for span in spans {
        let file = input.workspace.files.get(span.file);
        assert!(file.text.get(span.range()).is_some(), "{span:?} is no part of {}", file.path);
    }
}

#[test]
fn mutated_fixtures_are_survived() {
    let mut random = Random(20_261_123);
    let fixtures = fixtures();
    assert!(fixtures.len() > 20, "only {} fixtures", fixtures.len());
    for (path, text) in &fixtures {
        let directory = tempfile::tempdir().unwrap();
        let is_of_an_assembly = path.parent().unwrap().join("manifest.json").exists();
        if is_of_an_assembly {
            // The rest of the assembly stays whole, so that what is broken is met in its place.
            for (other, text) in fixtures.iter().filter(|(other, _)| other.parent() == path.parent()) {
                std::fs::write(directory.path().join(other.file_name().unwrap()), text).unwrap();
            }
        }
        for _ in 0..12 {
            let mut text = mutated(text, &mut random);
            if random.below(3) == 0 {
                text = mutated(&text, &mut random);
            }
            std::fs::write(directory.path().join(path.file_name().unwrap()), text).unwrap();
            check(directory.path());
        }
    }
}
