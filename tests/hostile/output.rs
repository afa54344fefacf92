//! Names, paths, labels, tags, comments and messages that try to act: in a terminal, in a log of a build service, in a
//! page, in a diagram, in a shell. What comes out is judged by what it is for, not by how we escape.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::process::Command;

use serde_json::Value;

use super::project::{Project, skip};

/// What somebody may have called a user, a file, a tag.
const ATTACKS: [&str; 26] = [
    "::error::taken",
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]8;;http://evil.example\u{7}link\u{1b}]8;;\u{7}",
    "\u{9b}31mC1 \u{85} next",
    "\u{202e}gpj\u{2066}iso\u{2069}",
    "zero\u{200b}\u{2060}\u{feff}\u{ad}\u{3164}\u{fe0f}",
    "tag\u{e0041}\u{e007f}\u{e0101}",
    "line\u{2028}sep\u{2029}",
    "##[group]taken ##vso[task.setvariable variable=a]b ##teamcity[buildStatus]",
    "\n::add-mask::x\n::stop-commands::y",
    "\r\n::set-output name=a::b",
    "section_start:1560896352:my[collapsed=true]\r\u{1b}[0Ktaken",
    "[click](javascript:alert(1)) ![i](http://evil.example/x.png)",
    "<script>alert(1)</script><img src=x onerror=alert(1)><details>",
    "a|b|c\n|---|\n",
    "```\n# head\n```",
    "`code` **b** ~~s~~ __u__ $x$",
    "@octocat #123 GH-1 octo/repo#1 https://evil.example www.evil.example a@evil.example",
    "]]><!-- &amp;&#x41; \u{fffe}",
    "\"] --> n0[\"x\"]; click n0 javascript:alert(1)\nend\n",
    "%%{init: {}}%%",
    "$(touch taken) `touch taken`; touch taken #'\"\\",
    "nul\0 bell\u{7} back\u{8} delete\u{7f}",
    "- list\n1. one\n# heading\n    code",
    "--fail-on=never",
    "---\nkey: *a\n- !!python/object",
];

/// All of them in a few texts, where each text costs many runs.
fn together() -> Vec<String> {
    let all = ATTACKS.join(" ").replace('\0', "");
    vec![all, ATTACKS[0].to_owned(), ATTACKS[9].to_owned()]
}

/// A quoted text of HCL.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => drop(write!(out, "\\{character}")),
            character if character.is_control() => drop(write!(out, "\\u{:04x}", character as u32)),
            character => out.push(character),
        }
    }
    out.push('"');
    out.replace("${", "$${").replace("%{", "%%{")
}

/// Text without what would end a line of a comment.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

fn program(number: usize, attack: &str) -> String {
    let (name, comment) = (quoted(attack), one_line(attack));
    let (output, module) = (quoted(&format!("o{attack}")), quoted(&format!("m{attack}")));
    let (path, source) = (quoted(&format!("/{attack}/")), quoted(&format!("./{attack}")));
    format!(
        r#"# credlint:ignore user-without-group -- {comment}
resource "aws_iam_user" "u{number}" {{
  name = {name}
  path = {path}
  tags = {{
    {name} = {name}
  }}
}}
resource "aws_iam_access_key" "k{number}" {{
  for_each = toset([{name}, "{number}"])
  user     = aws_iam_user.u{number}.name # {comment}
}}
resource "aws_iam_user_login_profile" "p{number}" {{
  user = aws_iam_user.u{number}.name
}}
output {output} {{
  value = aws_iam_access_key.k{number}[{name}].secret
}}
module {module} {{
  source = {source}
}}
"#
    )
}

/// A tree in which everything that can be named is named so.
fn hostile() -> Project {
    let mut files: Vec<(String, String)> = Vec::new();
    for (number, attack) in ATTACKS.iter().enumerate() {
        files.push((format!("plain{number}/main.tf"), program(number, attack)));
        let template = serde_json::json!({
            "Description": attack,
            "Parameters": {*attack: {"Type": "String", "Default": attack}},
            "Resources": {
                *attack: {"Type": "AWS::IAM::User", "Properties": {"UserName": attack, "LoginProfile": {"Password": "hunter2hunter2"}}},
                "Nested": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": attack}},
            },
        });
        files.push((format!("plain{number}/template.json"), template.to_string()));
        // A file system that takes such names has them for the folder and the file, which is broken at that.
        let name = attack.replace(['/', '\0'], "_");
        if cfg!(unix) {
            let broken = format!("{}broken {attack} {{\n", program(number, attack));
            files.push((format!("{name}/{name}.tf"), broken));
            let template = format!(
                "Resources:\n  U:\n    Type: AWS::IAM::User\n    Properties:\n      UserName: {attack}\n"
            );
            files.push((format!("{name}.yaml"), template));
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Project::new(&files)
}

/// What no output may hold anywhere: a character that a terminal obeys or nobody sees, and a log command that is obeyed
/// wherever it stands.
fn assert_inert(what: &str, text: &str) {
    let acts = |character: char| {
        (character.is_control() && character != '\n')
            || matches!(character, '\u{ad}' | '\u{200c}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fffe}' | '\u{e0000}'..='\u{e0fff}')
    };
    let acting = text.lines().find(|line| line.contains(acts));
    assert_eq!(acting, None, "{what}");
    for command in ["##[", "##vso[", "##teamcity["] {
        assert!(!text.contains(command), "{what}: {command}");
    }
    assert!(!text.contains("hunter2") && !text.contains("panicked"), "{what}");
}

/// No line is a command of a workflow but those that we write.
fn assert_no_commands(what: &str, text: &str, is_ours: impl Fn(&str) -> bool) {
    for line in text.lines().map(str::trim_start) {
        // The human format continues a drawing in another file with `:::`.
        let is_command = line.starts_with("::") && !line.starts_with("::: ");
        assert!(!is_command || is_ours(line), "{what}: {line}");
    }
}

fn output_of(project: &Project, arguments: &[&str]) -> String {
    let output = project.run(arguments);
    assert!(output.status.code().is_some_and(|status| status <= 2), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_inert(&format!("standard error of {arguments:?}"), &said);
    assert_no_commands("standard error", &said, |_| false);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.is_empty(), "{arguments:?}");
    text
}

#[test]
fn no_renderer_lets_a_name_act() {
    let project = hostile();
    for format in ["human", "json", "jsonl", "sarif", "gitlab", "junit"] {
        let text = output_of(&project, &["check", "--format", format]);
        assert_inert(format, &text);
        assert_no_commands(format, &text, |_| false);
        let parsed = |text: &str| {
            serde_json::from_str::<Value>(text).unwrap_or_else(|error| panic!("{format}: {error}"))
        };
        match format {
            "human" => {}
            "jsonl" => assert!(text.lines().all(|line| parsed(line).is_object())),
            "junit" => drop(quick_junit::Report::deserialize_from_str(&text).unwrap()),
            _ => drop(parsed(&text)),
        }
        if format == "sarif" {
            assert_links_are_relative(&parsed(&text));
        }
        // What programs are given is exact: an escape is undone when it is read.
        if format == "json" {
            let names = parsed(&text)["findings"].as_array().unwrap().clone();
            for attack in ATTACKS.iter().filter(|attack| !attack.contains('\0')) {
                assert!(names.iter().any(|finding| finding["subject_name"] == **attack), "{attack:?}");
            }
        }
    }
    for arguments in [&["files"][..], &["files", "--format", "json"], &["graph"], &["check", "--quiet"]] {
        let text = output_of(&project, arguments);
        assert_inert(&format!("{arguments:?}"), &text);
        assert_no_commands(&format!("{arguments:?}"), &text, |_| false);
    }
}

/// No address of a result leads to a page or a program.
fn assert_links_are_relative(value: &Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if let (true, Some(address)) = (name == "uri", value.as_str()) {
                    let scheme = address.split_once(':').map(|(scheme, _)| scheme);
                    assert!(matches!(scheme, None | Some("file" | "https")), "{address}");
                }
                assert_links_are_relative(value);
            }
        }
        Value::Array(values) => values.iter().for_each(assert_links_are_relative),
        _ => {}
    }
}

#[test]
fn annotations_are_ours_alone() {
    let text = output_of(&hostile(), &["check", "--format", "github"]);
    assert_inert("github", &text);
    assert_no_commands("github", &text, |line| {
        let ours = ["::error file=", "::warning file=", "::notice file=", "::notice title=credlint::"]
            .iter()
            .any(|start| line.starts_with(start));
        // Of a command's properties, none is begun or ended by what stands in one of them.
        let properties = line.trim_start_matches(':').split("::").next().unwrap_or_default();
        let names = properties.split(',').map(|one| one.split('=').next().unwrap_or_default());
        let known = [
            "error file",
            "warning file",
            "notice file",
            "notice title",
            "line",
            "endLine",
            "col",
            "endColumn",
            "title",
        ];
        ours && names.into_iter().all(|name| known.contains(&name))
    });
}

/// Markdown as GitHub reads it: after what a backslash stands before is taken away, nothing is left that means something.
#[test]
fn a_page_of_markdown_has_our_structure_alone() {
    let text = output_of(&hostile(), &["check", "--format", "markdown"]);
    // Nothing but what we put between `@` and a name is invisible.
    assert_inert("markdown", &text.replace('\u{200b}', ""));
    assert_no_commands("markdown", &text, |_| false);
    // The one command that we write.
    let text = text.replace("`credlint graph --format mermaid`", "");
    let outside_fences: Vec<&str> = text.split("```").step_by(2).collect();
    assert_eq!(text.matches("```").count() % 2, 0);
    for line in outside_fences.iter().flat_map(|part| part.lines()) {
        let mut plain = String::new();
        let mut characters = line.chars();
        while let Some(character) = characters.next() {
            if character == '\\' {
                characters.next();
            } else {
                plain.push(character);
            }
        }
        if line.starts_with('|') {
            assert_eq!(plain.matches('|').count(), 6, "{line}");
        }
        for tag in plain.split('<').skip(1) {
            let name = tag.split(['>', ' ']).next().unwrap_or_default().trim_start_matches('/');
            assert!(["code", "br", "details", "summary", "sub"].contains(&name), "{line}");
        }
        assert!(!plain.replace("](https://", "").contains("]("), "{line}");
        for start in [
            "http://evil",
            "https://evil",
            "www.evil",
            "@octocat",
            "@evil",
            "#123",
            "GH-1",
            "`",
            "~~",
            "__",
            "$x",
        ] {
            assert!(!plain.contains(start), "{start} in {line}");
        }
    }
}

#[test]
fn a_diagram_has_our_lines_alone() {
    let text = output_of(&hostile(), &["graph", "--format", "mermaid"]);
    assert_inert("mermaid", &text);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let is_keyword = line.starts_with("flowchart ") || line == "end" || line.starts_with("%% ");
        let start = line.split(['[', '(', ' ', '{', '@']).next().unwrap_or_default();
        let is_node = start
            .trim_start_matches(|character: char| character.is_ascii_lowercase())
            .chars()
            .all(|character| character.is_ascii_digit() || character == 'p');
        assert!(is_keyword || line.starts_with("subgraph ") || (is_node && !start.is_empty()), "{line}");
        // A label is one quoted text, and there is no quote, bracket or angle in it but our line break.
        let label: Vec<&str> = line.split('"').collect();
        assert!(matches!(label.len(), 1 | 3), "{line}");
        let inside = label.get(1).map(|label| label.replace("<br/>", "")).unwrap_or_default();
        assert!(
            !inside.contains(['<', '>', '[', ']', '{', '}', '`', '|', ';']) || inside.contains('#'),
            "{line}"
        );
        let entities: String = inside
            .split('#')
            .skip(1)
            .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()))
            .collect();
        assert!(!entities.contains(['<', '>', '[', ']', '{', '}', '`']), "{line}");
    }
}

/// What is typed may be what somebody else called a file or a branch: hooks and workflows pass it on.
#[test]
fn errors_of_our_own_do_not_act_either() {
    let project = Project::new(&[("main.tf", "")]);
    for attack in &together() {
        let assigned = format!("json={attack}/x");
        for arguments in [
            &["check", attack][..],
            &["check", "--var", attack],
            &["check", "--var-file", attack],
            &["check", "--parameters", attack],
            &["check", "--format", attack],
            &["check", "--select", attack],
            &["check", "--profile", attack],
            &["check", "--rules", attack],
            &["check", "--config", attack],
            &["check", "--baseline", attack],
            &["check", "--since", attack],
            &["check", "--as-of", attack],
            &["check", "--output", &assigned],
            &["check", "--credential-report", attack],
            &["explain", attack],
            &["rules", "test", attack],
            &["--color", "always", "check", "--config", attack],
            &[attack],
        ] {
            let output = Command::new(env!("CARGO_BIN_EXE_credlint"))
                .args(arguments.iter().map(OsStr::new))
                .current_dir(project.path())
                .output()
                .unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            let is_colored = arguments[0] == "--color";
            let said = if is_colored { anstream::adapter::strip_str(&said).to_string() } else { said };
            assert_inert(&format!("{arguments:?}"), &said);
            assert_no_commands(&format!("{arguments:?}"), &said, |_| false);
            assert_no_commands(&format!("{arguments:?}"), &String::from_utf8(output.stdout).unwrap(), |_| {
                false
            });
        }
    }
}

#[test]
fn configurations_rules_and_baselines_do_not_act_either() {
    for attack in &together() {
        let name: String = one_line(attack).replace('/', "_").chars().take(60).collect();
        let rule = format!("own/{name}.md");
        let broken = format!("---\nid: {attack}\nmatch: {attack}\n---\n# {attack}\n");
        for text in [
            format!("{attack} = 1\n"),
            format!("select = [{}]\n", serde_json::to_string(attack).unwrap()),
            format!("# {}\nfail_on = \"{attack}\n", one_line(attack)),
            format!("[[allow]]\nuser = {}\nreason = \"\"\n", serde_json::to_string(attack).unwrap()),
        ] {
            let project = Project::new(&[
                ("main.tf", ""),
                ("credlint.toml", &text),
                (&rule, &broken),
                ("b.json", attack),
            ]);
            output_or_error(&project, &["check"]);
        }
        let project = Project::new(&[("main.tf", ""), (&rule, &broken), ("b.json", attack)]);
        for arguments in
            [&["check", "--rules", "own"][..], &["rules", "test", "own"], &["check", "--baseline", "b.json"]]
        {
            output_or_error(&project, arguments);
        }
    }
}

fn output_or_error(project: &Project, arguments: &[&str]) {
    let output = project.run(arguments);
    for text in [output.stdout, output.stderr] {
        let text = String::from_utf8(text).unwrap();
        assert_inert(&format!("{arguments:?}"), &text);
        assert_no_commands(&format!("{arguments:?}"), &text, |_| false);
    }
}

/// The script that mends is read by a shell: none of the names is run, whatever is answered.
#[test]
fn a_script_of_remedies_runs_no_name() {
    let mut report = String::from(
        "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n",
    );
    for attack in ATTACKS {
        let name = one_line(attack).replace('"', "\"\"");
        let row = format!(
            "\"{name}\",\"arn:aws:iam::111122223333:user/{name}\",2020-01-01T00:00:00+00:00,true,2020-02-01T00:00:00+00:00,2020-01-01T00:00:00+00:00,N/A,false,true,2020-01-01T00:00:00+00:00,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A\n"
        );
        report.push_str(&row);
    }
    let project = Project::new(&[("a.csv", &report)]);
    let arguments = ["audit", "a.csv", "--as-of", "2026-01-31", "--remediation-script", "mend.sh"];
    output_or_error(&project, &arguments);
    let script = std::fs::read_to_string(project.path().join("mend.sh")).unwrap();
    assert_inert("script", &script);
    assert_no_commands("script", &script, |_| false);
    // Nothing stands in for `aws`, so that each command fails; a name that ran would leave a file.
    let ran =
        Command::new("bash").arg("mend.sh").current_dir(project.path()).env("PATH", "/usr/bin:/bin").output();
    match ran {
        Ok(output) => assert!(!project.path().join("taken").exists(), "{output:?}"),
        Err(_) => skip("there is no bash to read the script"),
    }
}
