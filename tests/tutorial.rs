//! `docs/rules-tutorial.md` is what happens: the files that it shows are written, the commands that it shows are run, and
//! what comes out is what stands on the page. To write the outputs anew, run this test with `UPDATE_TUTORIAL=1`.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::format_push_string,
    reason = "does what the tutorial says"
)]

mod project;

use std::path::{Path, PathBuf};
use std::process::Command;

use project::Project;

#[test]
fn every_step_gives_what_the_page_says() {
    let path = page();
    let text = std::fs::read_to_string(&path).unwrap();
    let project = Project::new(&[]);
    let (mut real, mut commands, mut files, mut status) = (String::new(), 0, 0, 0);
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        real.push_str(&format!("{line}\n"));
        let fence: String = line.chars().take_while(|character| *character == '`').collect();
        if fence.len() < 3 {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != fence).collect();
        match line[fence.len()..].split_whitespace().collect::<Vec<_>>().as_slice() {
            ["console"] => {
                for command in block.iter().filter_map(|line| line.strip_prefix("$ ")) {
                    commands += 1;
                    real.push_str(&format!("$ {command}\n{}", run(&project, command, &mut status)));
                }
            }
            [_, rest @ ..] if !rest.is_empty() => {
                files += 1;
                write(&project, rest, &block);
                real.extend(block.iter().map(|line| format!("{line}\n")));
            }
            other => panic!("nobody does what is written in a block {other:?}"),
        }
        real.push_str(&format!("{fence}\n"));
    }
    assert!(commands >= 12 && files >= 5, "{commands} commands, {files} files");
    if std::env::var_os("UPDATE_TUTORIAL").is_some() {
        std::fs::write(&path, &real).unwrap();
        return;
    }
    let differs = text.lines().zip(real.lines()).enumerate().find(|(_, (written, real))| written != real);
    assert!(text == real, "run this test with UPDATE_TUTORIAL=1; first difference: {differs:?}");
}

#[test]
fn every_link_leads_somewhere() {
    let text = std::fs::read_to_string(page()).unwrap();
    let links: Vec<&str> = text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert!(links.len() > 2);
    for link in links {
        let file = link.split('#').next().unwrap();
        assert!(page().parent().unwrap().join(file).exists(), "{link}");
    }
}

/// Writes a file: its path, or `at the end of` and its path.
fn write(project: &Project, place: &[&str], block: &[&str]) {
    let path = project.path().join(place.last().unwrap());
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let before = match place {
        [_] => String::new(),
        ["at", "the", "end", "of", _] => std::fs::read_to_string(&path).unwrap(),
        other => panic!("{other:?} is no place"),
    };
    std::fs::write(&path, format!("{before}{}\n", block.join("\n"))).unwrap();
}

/// What a command prints.
fn run(project: &Project, command: &str, status: &mut i32) -> String {
    if command == "echo $?" {
        return format!("{status}\n");
    }
    let mut words = command.split_whitespace();
    assert_eq!(words.next(), Some("credlint"), "{command}");
    let output = Command::new(env!("CARGO_BIN_EXE_credlint"))
        .args(words)
        .current_dir(project.path())
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "xterm")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("FORCE_COLOR")
        .output()
        .unwrap();
    *status = output.status.code().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    let printed: Vec<String> = String::from_utf8(printed)
        .unwrap()
        .trim_end()
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect();
    printed.concat()
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules-tutorial.md")
}
