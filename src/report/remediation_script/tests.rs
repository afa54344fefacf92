//! The script as it reads, and as it runs: with a stub in the place of the AWS CLI, and no other program to be found.

#[path = "../../../tests/project/skip.rs"]
mod skip;

use std::path::Path;
use std::process::Output;

use super::super::sample::{self, Sample};
use super::super::{Report, TOOL_VERSION};
use super::render;
use crate::finding::{Effect, Finding, Word};

const EMPTY: &str = "ID_OF_ACCESS_KEY_1=''";

fn script(sample: &Sample) -> String {
    render(&sample.report()).replace(TOOL_VERSION, "[version]")
}

fn shells() -> Vec<Vec<&'static str>> {
    let known = [vec!["/bin/sh"], vec!["/bin/dash"], vec!["/bin/bash", "--posix"], vec!["/bin/bash"]];
    #[expect(clippy::disallowed_methods, reason = "a shell is no scanned file")]
    let there: Vec<Vec<&str>> = known.into_iter().filter(|shell| Path::new(shell[0]).exists()).collect();
    if there.is_empty() {
        skip::skip("remediation scripts are not run, for there is no /bin/sh");
    }
    there
}

/// What came of a run: what it printed, and the calls of the AWS CLI, but for those that ask whose the credentials are.
struct Run {
    status: Option<i32>,
    out: String,
    errors: String,
    calls: Vec<Vec<String>>,
}

/// Runs a script where there is nothing but a stub of the AWS CLI. `fails` is a word of the command that fails.
#[expect(clippy::disallowed_methods, reason = "the script is run, which is what it is for")]
fn run(shell: &[&str], script: &str, arguments: &[&str], account: &str, fails: &str) -> Run {
    let place = tempfile::tempdir().unwrap();
    let path = place.path();
    let [bin, work, log] = ["bin", "work", "log"].map(|name| path.join(name));
    std::fs::create_dir(&bin).unwrap();
    std::fs::create_dir(&work).unwrap();
    std::fs::write(&log, "").unwrap();
    let stub = "#!/bin/sh
if [ \"$1\" = sts ]; then printf '%s\\n' \"$ACCOUNT_IN_USE\"; exit; fi
printf '%s\\0' \"$#\" \"$@\" >>\"$LOG\"
[ \"$2\" != \"$FAILS\" ]
";
    std::fs::write(bin.join("aws"), stub).unwrap();
    std::fs::write(path.join("script.sh"), script).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(bin.join("aws"), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let Output { status, stdout, stderr } = std::process::Command::new(shell[0])
        .args(&shell[1..])
        .arg(path.join("script.sh"))
        .args(arguments)
        .current_dir(&work)
        .env_clear()
        .envs([("ACCOUNT_IN_USE", account), ("FAILS", fails)])
        .env("PATH", &bin)
        .env("LOG", &log)
        .output()
        .unwrap();
    assert_eq!(std::fs::read_dir(&work).unwrap().count(), 0, "something was made that is no call");
    let log = String::from_utf8(std::fs::read(&log).unwrap()).unwrap();
    let mut words = log.split_terminator('\0').map(str::to_owned);
    let mut calls = Vec::new();
    while let Some(count) = words.next() {
        calls.push(words.by_ref().take(count.parse().unwrap()).collect());
    }
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { status: status.code(), out: text(stdout), errors: text(stderr), calls }
}

/// The calls in short: `iam update-access-key`.
fn actions(run: &Run) -> Vec<String> {
    run.calls.iter().map(|words| words[1].clone()).collect()
}

#[test]
fn as_it_reads() {
    let mut sample = sample::remedies();
    sample.findings.push(Finding { remedy: Vec::new(), ..sample.findings[1].clone() });
    let text = script(&sample);
    let text = text.replace(super::FRAME, "[frame]\n");
    insta::assert_snapshot!(text, @r##"
    #!/bin/sh
    # Mends what credlint [version] found, step by step. Read all of it before you run it.
    #
    #   sh FILE                    prints what it would run, and runs nothing
    #   sh FILE --apply            runs what shows something, and what another command takes back
    #   sh FILE --apply --delete   runs also what nothing takes back: some days after --apply, when nothing broke
    #   sh FILE --help             prints how to use it
    #
    # Steps that are no command are comments, and are for you. Variables that are empty are for you to fill in: the
    # comment above them says what shows their value. Fill in only what you want changed. The exit status is 1 when
    # something was left empty, was of another account, or failed, and 2 when the arguments are wrong.
    #
    # account 111122223333 in a.csv: 1 user; ages counted to 1970-01-01T00:00:00Z, when the report was made
    # account 444455556666 in b.csv: 1 user; ages counted to 1970-01-01T00:00:00Z, when the report was made
    # Not everything could be read: there may be more to mend than stands here.
    #
    # Names stand in single quotes as they are.
    # shellcheck disable=SC1003,SC2016

    [frame]

    # ----------------------------------------------------------------------------
    # Account 111122223333
    # ----------------------------------------------------------------------------
    account 111122223333

    # User alice
    #   to fill in: find the id of access key 1: it was made on 2021-03-04
    #     aws iam list-access-keys --user-name alice
    ID_OF_ACCESS_KEY_1=''

    # medium[multiple-active-keys] alice has 2 active access keys
    #   at: infra/team dir/users.tf:9:1
    #   why: a lost key is valid until somebody deletes it
    # 1. find the id of access key 1: it was made on 2021-03-04
    step look aws iam list-access-keys --user-name alice
    # 2. by hand: set `status` to Inactive
    # 3. deactivate access key 1
    step reversible aws iam update-access-key --user-name alice --access-key-id "${ID_OF_ACCESS_KEY_1:-<ID_OF_ACCESS_KEY_1>}" --status Inactive
    # 4. delete access key 1 (cannot be undone)
    step final aws iam delete-access-key --user-name alice --access-key-id "${ID_OF_ACCESS_KEY_1:-<ID_OF_ACCESS_KEY_1>}"

    # critical[password-in-template] alice can sign in with a password and has an access key (possible, only when var.create_key = true)
    #   at: infra/team dir/users.tf:5:1
    #   why: a lost key is valid until somebody deletes it
    # 1. deactivate access key 1: the command stands above
    # 2. delete access key 1 (cannot be undone): the command stands above

    # ----------------------------------------------------------------------------
    # Account 444455556666
    # ----------------------------------------------------------------------------
    account 444455556666

    # User bob's $(boss)

    # critical[password-in-template] the password of Bob stands in the template
    #   at: stack.yaml:5:22
    #   why: a lost key is valid until somebody deletes it
    # 1. delete the password (cannot be undone)
    step final aws iam delete-login-profile --user-name 'bob'\''s $(boss)'

    # ----------------------------------------------------------------------------
    # 1 finding without steps
    # ----------------------------------------------------------------------------

    # critical[password-in-template] the password of Bob stands in the template
    #   at: stack.yaml:5:22
    #   fix: use IAM Identity Center instead

    # 1 finding set aside by comments not in this script

    if [ "$apply" = no ]; then
      say '' 'Nothing was run. To run it: --help says how.'
    fi
    exit "$status"
    "##);
}

#[test]
fn dry_it_prints_every_command_and_runs_none() {
    for shell in shells() {
        let run = run(&shell, &script(&sample::remedies()), &[], "111122223333", "");
        insta::allow_duplicates! {
            insta::assert_snapshot!(run.out, @r##"
            account 111122223333
            would run: aws iam list-access-keys --user-name alice
            would run: aws iam update-access-key --user-name alice --access-key-id ID_OF_ACCESS_KEY_1 --status Inactive
            would run with --delete: aws iam delete-access-key --user-name alice --access-key-id ID_OF_ACCESS_KEY_1

            account 444455556666
            would run with --delete: aws iam delete-login-profile --user-name 'bob'\''s $(boss)'

            Nothing was run. To run it: --help says how.
            "##);
        }
        assert_eq!((run.status, run.errors.as_str(), run.calls.len()), (Some(0), "", 0));
    }
}

#[test]
fn applied_it_runs_what_can_be_taken_back_in_that_account_alone() {
    let filled = script(&sample::remedies()).replace(EMPTY, "ID_OF_ACCESS_KEY_1=AKIA1");
    for shell in shells() {
        let one = run(&shell, &filled, &["--apply"], "111122223333", "");
        let key = ["--access-key-id", "AKIA1", "--status", "Inactive"];
        assert_eq!(
            one.calls,
            [
                vec!["iam", "list-access-keys", "--user-name", "alice"],
                [&["iam", "update-access-key", "--user-name", "alice"][..], &key].concat(),
            ]
        );
        let skipped = "error: account 444455556666 is skipped: the credentials in use are those of account 111122223333\n";
        assert_eq!((one.status, one.errors.as_str()), (Some(1), skipped));

        let one = run(&shell, &filled, &["--apply", "--delete"], "444455556666", "");
        assert_eq!(one.calls, [["iam", "delete-login-profile", "--user-name", "bob's $(boss)"]]);
        let one = run(&shell, &filled, &["--apply", "--delete"], "111122223333", "");
        assert_eq!(actions(&one), ["list-access-keys", "update-access-key", "delete-access-key"]);
        let one = run(&shell, &filled, &["--apply", "--delete"], "", "");
        assert_eq!((one.calls.len(), one.status), (0, Some(1)));
    }
}

#[test]
fn with_all_of_one_account_filled_in_all_is_well() {
    let mut sample = sample::remedies();
    sample.findings.remove(1);
    let filled = script(&sample).replace(EMPTY, "ID_OF_ACCESS_KEY_1=AKIA1");
    for shell in shells() {
        let one = run(&shell, &filled, &["--delete", "--apply"], "111122223333", "");
        assert_eq!((one.status, one.errors.as_str(), one.calls.len()), (Some(0), "", 3));
        let one = run(&shell, &filled, &["--apply", "--delete"], "111122223333", "update-access-key");
        assert_eq!(actions(&one), ["list-access-keys", "update-access-key", "delete-access-key"]);
        let line = "error: exit status 1 of: aws iam update-access-key --user-name alice --access-key-id AKIA1 --status Inactive\n";
        assert_eq!((one.status, one.errors.as_str()), (Some(1), line), "a failure stops nothing else");
    }
}

#[test]
fn what_is_not_filled_in_is_not_run() {
    let mut sample = sample::remedies();
    sample.findings.remove(1);
    for shell in shells() {
        let one = run(&shell, &script(&sample), &["--apply", "--delete"], "111122223333", "");
        assert_eq!((one.status, actions(&one)), (Some(1), vec!["list-access-keys".to_owned()]));
        assert_eq!(one.errors.matches("error: fill in ID_OF_ACCESS_KEY_1; not run: aws iam ").count(), 2);
    }
}

#[test]
fn an_account_without_a_number_is_asked_for() {
    let mut sample = sample::remedies();
    sample.findings.remove(1);
    for finding in &mut sample.findings {
        finding.account = None;
        finding.report_of = Some("a.csv".to_owned());
    }
    let text = script(&sample);
    let filled = text.replace("ACCOUNT_NUMBER=''", "ACCOUNT_NUMBER=111122223333");
    for shell in shells() {
        let one = run(&shell, &text, &["--apply"], "111122223333", "");
        assert_eq!((one.status, one.calls.len()), (Some(1), 0));
        assert!(one.errors.contains("fill in ACCOUNT_NUMBER"), "{}", one.errors);
        let one = run(&shell, &filled, &["--apply"], "111122223333", "");
        assert_eq!(actions(&one), ["list-access-keys"]);
    }
}

#[test]
fn arguments_are_checked() {
    let text = script(&sample::remedies());
    for shell in shells() {
        for (arguments, status) in
            [(&["--help"][..], 0), (&["--delete"], 2), (&["--aply"], 2), (&["--apply", "x"], 2), (&[""], 2)]
        {
            let one = run(&shell, &text, arguments, "111122223333", "");
            assert_eq!((one.status, one.calls.len()), (Some(status), 0), "{arguments:?}");
        }
        assert!(run(&shell, &text, &["--help"], "", "").out.contains("--apply --delete"));
    }
}

/// Each name makes a file where the script runs, if a shell ever takes it for anything but a word.
#[test]
fn hostile_names_are_words_and_nothing_else() {
    let names = [
        "$(: >made)",
        "`: >made`",
        "'; : >made; '",
        "\"; : >made; \"",
        "a\\'; : >made #",
        "x && : >made",
        "x\\",
        "| : >made",
        ">made",
        "${x:=y}",
        "*",
        "~",
        "#",
        "!!",
        "-x",
        "--status",
        "--delete",
        "%s%n",
        "a b",
        "é 🙂",
        "=ls",
        "'",
        "''",
        "\"",
        "\\\\n",
        "<made",
        "& : >made &",
        "END",
        "{a,b}",
        "$IFS",
        "$0",
    ];
    let base = sample::remedies().findings[0].clone();
    let mut sample = sample::remedies();
    sample.findings = names
        .iter()
        .map(|name| {
            let mut finding = Finding { remedy: sample::password_steps(name), ..base.clone() };
            finding.subject.name = Some((*name).to_owned());
            for text in [&mut finding.message, &mut finding.why, &mut finding.remedy[0].text] {
                *text = format!("{name}\n: >made\r: >made\u{2028}: >made \u{85}: >made");
            }
            finding
        })
        .collect();
    let text = script(&sample);
    let expected: Vec<Vec<String>> = names
        .iter()
        .map(|name| {
            let mut words = ["iam", "delete-login-profile", "--user-name"].map(str::to_owned).to_vec();
            if name.starts_with('-') {
                words[2].push_str(&format!("={name}"));
            } else {
                words.push((*name).to_owned());
            }
            words
        })
        .collect();
    for shell in shells() {
        let dry = run(&shell, &text, &[], "111122223333", "");
        assert_eq!((dry.status, dry.errors.as_str(), dry.calls.len()), (Some(0), "", 0));
        let one = run(&shell, &text, &["--apply", "--delete"], "111122223333", "");
        assert_eq!((one.status, one.errors.as_str()), (Some(0), ""));
        assert_eq!(one.calls, expected);
        // What a dry run prints can be run as it is.
        let lines = dry.out.lines().filter_map(|line| line.strip_prefix("would run with --delete: "));
        let pasted = lines.collect::<Vec<_>>().join("\n");
        assert_eq!(run(&shell, &pasted, &[], "", "").calls, expected);
    }
}

#[test]
fn no_text_ends_a_comment() {
    let mut sample = sample::hostile();
    for (index, finding) in sample.findings.iter_mut().enumerate() {
        finding.related.clear();
        finding.account = Some(finding.rule.to_string());
        finding.report_of = finding.account.clone();
        let name = if index % 2 == 0 { "mallory".to_owned() } else { finding.rule.to_string() };
        finding.remedy = sample::key_steps(&name);
        for step in &mut finding.remedy {
            step.text = finding.rule.to_string();
            step.command.push(Word::Placeholder(finding.rule.to_string()));
        }
    }
    sample.findings[3].remedy.clear();
    let text = script(&sample);
    assert!(!text.contains(['\u{1b}', '\r', '\u{202e}', '\u{2028}', '\0']) && !text.contains("##vso["));
    for line in text.replace(super::FRAME, "").lines() {
        let is_ours = ["# ", "step ", "account \"$ACCOUNT_NUMBER\"", "ACCOUNT_NUMBER=''", "ID_OF_", "YOUR_"];
        let is_end =
            super::END.contains(line) || ["#", "#!/bin/sh"].contains(&line) || line.starts_with(super::LINE);
        assert!(is_end || is_ours.iter().any(|start| line.starts_with(start)), "{line}");
    }
    for shell in shells() {
        let one = run(&shell, &text, &["--apply", "--delete"], "111122223333", "");
        assert_eq!((one.status, one.calls.len()), (Some(1), 0));
    }
}

#[test]
fn commands_that_print_secrets_or_change_code_are_for_a_person() {
    let mut sample = sample::remedies();
    sample.findings[0].remedy[0].command[2] = Word::Text("create-access-key".to_owned());
    let text = script(&sample);
    let line = "# 1. by hand, since it prints a secret: find the id of access key 1: it was made on 2021-03-04\n\
                #      aws iam create-access-key --user-name alice\n";
    assert!(text.contains(line), "{text}");
    assert!(!text.contains("step look aws iam create-access-key"));
    sample.findings[0].remedy[0].command[2] = Word::Text("list-users".to_owned());
    sample.findings[0].remedy[0].effect = Effect::Edit;
    assert!(!script(&sample).contains("step look"));
}

#[test]
fn without_commands_it_says_so() {
    let nothing = script(&sample::empty());
    let by_hand = render(&Report { coverage: &sample::empty().coverage, ..sample::small().report() });
    for shell in shells() {
        let one = run(&shell, &nothing, &["--apply"], "", "");
        assert_eq!((one.status, one.out.as_str()), (Some(0), "There is nothing to do.\n"));
        let one = run(&shell, &by_hand, &[], "", "");
        assert!(one.out.starts_with("There is no command to run"), "{}", one.out);
    }
    assert!(by_hand.contains("# 3 findings without steps\n"), "{by_hand}");
    assert!(by_hand.contains("# 1 finding set aside by comments not in this script\n"), "{by_hand}");
}
