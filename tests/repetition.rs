//! What instances have in common is evaluated once for all of them; what differs is asked for each.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "writes programs and runs credlint on them"
)]

use clap::Parser as _;
use credlint::cli::{Command, CommandLine};
use credlint::pipeline;
use credlint::rules::RuleSet;
use credlint::settings::{CheckSettings, InputSettings};

mod project;

use project::{graph_of, owner};

/// Users, and keys of which each belongs to one of them.
fn program(count: usize, repeated: &str, user: &str) -> String {
    format!(
        "resource \"aws_iam_user\" \"u\" {{\n  count = {count}\n  name  = \"u${{count.index}}\"\n}}\n\
         resource \"aws_iam_access_key\" \"k\" {{\n  {repeated}\n  user = {user}\n}}\n"
    )
}

/// Each is right when the key of number `n` belongs to the user of number `n`.
const COUNTED: [&str; 9] = [
    "element([for u in aws_iam_user.u : u.name], count.index)",
    "element(aws_iam_user.u.*.name, count.index)",
    "element(aws_iam_user.u[*].name, count.index)",
    "aws_iam_user.u.*.name[count.index]",
    "{ for u in aws_iam_user.u : u.name => u.name }[\"u${count.index}\"]",
    "reverse(reverse([for u in aws_iam_user.u : u.name]))[count.index]",
    // These differ from one instance to the next.
    "[for name in aws_iam_user.u[*].name : name if name == \"u${count.index}\"][0]",
    "[for i in range(20) : [for name in aws_iam_user.u[*].name : name if name == \"u${i}\"][0]][count.index]",
    "[for i in [count.index] : element([for u in aws_iam_user.u : u.name], i)][0]",
];

#[test]
fn every_instance_gets_its_own() {
    for user in COUNTED {
        let graph = graph_of(&program(20, "count = 20", user));
        for number in 0..20 {
            let key = format!("aws_iam_access_key.k[{number}]");
            assert_eq!(owner(&graph, &key), format!("aws_iam_user.u[{number}]"), "{user}");
        }
    }
    let repeated = "for_each = toset([for number in range(20) : \"u${number}\"])";
    let user = "[for name in aws_iam_user.u[*].name : name if name == each.key][0]";
    let graph = graph_of(&program(20, repeated, user));
    for number in 0..20 {
        let key = format!("aws_iam_access_key.k[\"u{number}\"]");
        assert_eq!(owner(&graph, &key), format!("aws_iam_user.u[{number}]"), "{user}");
    }
}

#[test]
fn what_all_have_in_common_is_evaluated_once() {
    for user in &COUNTED[..6] {
        let count = 400;
        let steps = steps(&program(count, &format!("count = {count}"), user));
        // Each for each would be several times `count`.
        assert!(steps < 150 * count as u64, "{user}: {steps} steps");
    }
}

fn steps(program: &str) -> u64 {
    let project = project::Project::new(&[("main.tf", program)]);
    let words = ["credlint".as_ref(), "check".as_ref(), project.path().as_os_str()];
    let Command::Check(arguments) = CommandLine::parse_from(words).command else {
        unreachable!("the command is `check`")
    };
    let input = InputSettings::new(&arguments.input).unwrap();
    let set = RuleSet::built_in().unwrap();
    let settings = CheckSettings::new(&set, &arguments, &input).unwrap();
    pipeline::check(&input, &settings, None).steps
}
