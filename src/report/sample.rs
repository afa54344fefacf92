//! A small made-up report for the tests of the renderers, and a hostile one.

use super::{Control, Report, RuleText};
use crate::finding::{
    AccountCoverage, AsOfSource, Change, Confidence, Coverage, Effect, Finding, Origins, Severity, Step,
    Subject, Suppressed, Suppression, SuppressionKind, Word,
};
use crate::source::{FileId, Files, Notice, NoticeKind, Place, Span};

const USERS: &str = "resource \"aws_iam_user\" \"alice\" {\n  name = \"alice\"\n}\n\nresource \"aws_iam_access_key\" \"first\" {\n  user = aws_iam_user.alice.name\n}\n\nresource \"aws_iam_access_key\" \"second\" {\n  user = aws_iam_user.alice.name\n}\n";
const MAIN: &str = "module \"team\" {\n  source = \"./team dir\"\n}\n";
const TEMPLATE: &str = "Resources:\n  Bob:\n    Type: AWS::IAM::User\n    Properties:\n      LoginProfile: {Password: hunter2}\n";

/// Everything that a report borrows.
pub struct Sample {
    pub files: Files,
    pub findings: Vec<Finding>,
    pub rules: Vec<RuleText>,
    pub notices: Vec<Notice>,
    pub coverage: Coverage,
    pub suppressed: Vec<Suppressed>,
}

impl Sample {
    pub fn report(&self) -> Report<'_> {
        Report {
            findings: &self.findings,
            rules: &self.rules,
            notices: &self.notices,
            coverage: &self.coverage,
            suppressed: &self.suppressed,
            omit_suppressed: false,
            change: None,
            files: &self.files,
            fail_on: Some(Severity::Medium),
            failed: self.findings.iter().any(|finding| finding.confidence == Confidence::Certain),
        }
    }
}

/// Nothing at all.
pub fn empty() -> Sample {
    Sample {
        files: Files::default(),
        findings: Vec::new(),
        rules: rules(),
        notices: Vec::new(),
        coverage: Coverage { users: 1, roots: 1, files: 3, ..Coverage::default() },
        suppressed: Vec::new(),
    }
}

/// Two users, three findings, three notices.
pub fn small() -> Sample {
    let files = Files::default();
    let users = files.add("infra/team dir/users.tf", USERS);
    let main = files.add("infra/main.tf", MAIN);
    let template = files.add("stack.yaml", TEMPLATE);
    let user = at(&files, users, "resource \"aws_iam_user\"", "user aws_iam_user.alice");
    let first = block(&files, users, "resource \"aws_iam_access_key\" \"first\"", "active access key first");
    let second =
        block(&files, users, "resource \"aws_iam_access_key\" \"second\"", "active access key second");
    let call = at(&files, main, "module \"team\"", "called here as module.team");
    let source = at(&files, main, "source = \"./team dir\"", "").span;
    let password = at(&files, template, "Password: hunter2", "console password of Bob");
    let alice = subject("module.team.aws_iam_user.alice", Some("alice"));
    let keys = Finding {
        message: "alice has 2 active access keys".to_owned(),
        subject: alice.clone(),
        related: vec![first.clone(), user.clone()],
        trail: vec![call.clone()],
        ..finding("multiple-active-keys", Severity::Medium, "infra", second)
    };
    let possible = Finding {
        confidence: Confidence::Possible,
        when: Some("var.create_key = true".to_owned()),
        message: "alice can sign in with a password and has an access key".to_owned(),
        subject: alice,
        related: vec![user],
        trail: vec![call],
        ..finding("password-in-template", Severity::Critical, "infra", first)
    };
    let bob = Finding {
        message: "the password of Bob stands in the template".to_owned(),
        subject: subject("Bob", None),
        ..finding("password-in-template", Severity::Critical, "stack.yaml", password)
    };
    let notices = vec![
        Notice::about(NoticeKind::UnreadableFile, "infra/latin1.tf", "is not UTF-8 text"),
        Notice::at(NoticeKind::ModuleNotOnDisk, source, "module source is not on disk")
            .with_help("run `terraform init`, or scan the module too"),
    ];
    Sample {
        files,
        suppressed: vec![suppressed(bob.clone(), "the mailbox of a test")],
        findings: vec![keys, bob, possible],
        rules: rules(),
        notices,
        coverage: Coverage {
            users: 2,
            access_keys: 2,
            passwords: 1,
            roots: 2,
            files: 3,
            modules_not_on_disk: 1,
            modules_modelled: 0,
            unknown_values: 0,
            accounts: Vec::new(),
        },
    }
}

/// Every text in it tries to act: to drive the terminal, to start a line, to command the build service.
pub fn hostile() -> Sample {
    const ATTACK: &str = "::error::x\u{1b}[2J\u{1b}]0;t\u{7}\n::set-env name=A::b\r\u{202e}gpj [a](1) ##vso[task.x] \u{2028}| <img src=x> \
         ``` `@octocat` **b** https://a.example www.b.example ]]> --> \u{fffe}\u{0}&amp; \"} n0[x] %0A";
    let files = Files::default();
    let text = format!(
        "é\u{feff}{ATTACK}\nresource \"a\" \"{ATTACK}\" {{ # ##[add-mask]x\n  password = \"hunter2\"\n}}\n"
    );
    let length = text.len();
    let id = files.add(ATTACK, text);
    let place = |start, end| Place::new(Span::new(id, start, end), ATTACK);
    // In the middle of a character, past the end, over everything.
    let mut findings: Vec<Finding> = [(1, 1), (length + 10, length + 90), (0, length), (5, 3)]
        .into_iter()
        .map(|(start, end)| finding(ATTACK, Severity::High, ATTACK, place(start, end)))
        .collect();
    for finding in &mut findings {
        finding.subject = subject(ATTACK, Some(ATTACK));
        finding.when = Some(ATTACK.to_owned());
        finding.message = ATTACK.to_owned();
        finding.why = ATTACK.to_owned();
        finding.fix = ATTACK.to_owned();
        finding.related = (0..2000).map(|at| place(at % length, at)).collect();
        finding.trail = finding.related.clone();
    }
    let mut notice = Notice::at(NoticeKind::ParseError, Span::new(id, 3, 900), ATTACK).with_help(ATTACK);
    let about = Notice::about(NoticeKind::UnreadableFile, ATTACK, ATTACK);
    notice.path = Some(ATTACK.to_owned());
    let suppressed = vec![suppressed(findings[0].clone(), ATTACK)];
    Sample { files, findings, notices: vec![about, notice], suppressed, ..empty() }
}

/// Three findings with steps, in two accounts; two are about alice, and share steps.
pub fn remedies() -> Sample {
    let mut sample = small();
    sample.coverage.accounts = vec![account("111122223333", "a.csv"), account("444455556666", "b.csv")];
    let (keys, password) = (key_steps("alice"), password_steps("bob's $(boss)"));
    let alice = subject("user/alice", Some("alice"));
    let [first, bob, second] = &mut sample.findings[..] else { unreachable!("the small report has three") };
    let of_alice = |finding: &mut Finding, remedy: Vec<Step>| {
        finding.subject = alice.clone();
        finding.account = Some("111122223333".to_owned());
        finding.remedy = remedy;
    };
    of_alice(first, keys.clone());
    of_alice(second, keys[2..].to_vec());
    bob.subject = subject("user/bob", Some("bob's $(boss)"));
    bob.account = Some("444455556666".to_owned());
    bob.remedy = password;
    sample
}

/// To look, to edit, to deactivate and to delete an access key.
pub fn key_steps(user: &str) -> Vec<Step> {
    let key = |action: &str, more: &[&str]| {
        let words = ["aws", "iam", action, "--user-name", user, "--access-key-id"];
        let id = Word::Placeholder("id of access key 1".to_owned());
        texts(&words).chain([id]).chain(texts(more)).collect()
    };
    vec![
        Step {
            text: "find the id of access key 1: it was made on 2021-03-04".to_owned(),
            effect: Effect::Look,
            ask: false,
            command: texts(&["aws", "iam", "list-access-keys", "--user-name", user]).collect(),
        },
        Step {
            text: "set `status` to Inactive".to_owned(),
            effect: Effect::Edit,
            ask: false,
            command: Vec::new(),
        },
        Step {
            text: "deactivate access key 1".to_owned(),
            effect: Effect::Reversible,
            ask: false,
            command: key("update-access-key", &["--status", "Inactive"]),
        },
        Step {
            text: "delete access key 1".to_owned(),
            effect: Effect::Final,
            ask: false,
            command: key("delete-access-key", &[]),
        },
    ]
}

/// To delete a password.
pub fn password_steps(user: &str) -> Vec<Step> {
    vec![Step {
        text: "delete the password".to_owned(),
        effect: Effect::Final,
        ask: false,
        command: texts(&["aws", "iam", "delete-login-profile", "--user-name", user]).collect(),
    }]
}

fn texts<'a>(words: &'a [&'a str]) -> impl Iterator<Item = Word> + 'a {
    words.iter().map(|word| Word::Text((*word).to_owned()))
}

fn account(number: &str, report: &str) -> AccountCoverage {
    AccountCoverage {
        number: Some(number.to_owned()),
        name: None,
        report: report.to_owned(),
        users: 1,
        declared: None,
        as_of: jiff::Timestamp::UNIX_EPOCH,
        as_of_source: AsOfSource::Report,
    }
}

/// What the small report is compared with: one of its findings is fixed.
pub fn change() -> Change {
    Change {
        since: "origin/main".to_owned(),
        commit: "0123456789abcdef".to_owned(),
        fixed: vec![small().findings[0].clone()],
        unchanged: 4,
    }
}

/// Two rules.
pub fn rules() -> Vec<RuleText> {
    let control =
        Control { benchmark: "cis-aws".to_owned(), version: "1.4".to_owned(), number: "1.13".to_owned() };
    vec![
        RuleText {
            id: "multiple-active-keys".to_owned(),
            page: Some("https://rules.example/multiple-active-keys".to_owned()),
            title: "IAM user has more than one active access key".to_owned(),
            severity: Severity::Medium,
            markdown:
                "## What\n\nA user has `two` keys.\n\n```hcl\n# a `comment`\nresource \"x\" \"y\" {}\n```\n"
                    .to_owned(),
            what: "A user has more than one active access key".to_owned(),
            why: "Each key is one more secret to lose".to_owned(),
            fix: "Delete the key that is not used".to_owned(),
            tags: vec!["security".to_owned(), "CIS-1.13".to_owned()],
            precision: "very-high".to_owned(),
            controls: vec![control],
            same_as: vec!["AC_AWS_0554".to_owned()],
        },
        RuleText {
            id: "password-in-template".to_owned(),
            page: None,
            title: "Console password stands in the template".to_owned(),
            severity: Severity::Critical,
            markdown: String::new(),
            what: String::new(),
            why: String::new(),
            fix: String::new(),
            tags: Vec::new(),
            precision: "high".to_owned(),
            controls: Vec::new(),
            same_as: Vec::new(),
        },
    ]
}

fn finding(rule: &str, severity: Severity, root: &str, primary: Place) -> Finding {
    Finding {
        rule: rule.into(),
        severity,
        confidence: Confidence::Certain,
        when: None,
        subject: subject("", None),
        addresses: Vec::new(),
        origins: Origins::default(),
        root: root.to_owned(),
        message: String::new(),
        why: "a lost key is valid until somebody deletes it".to_owned(),
        fix: "use IAM Identity Center instead".to_owned(),
        remedy: Vec::new(),
        account: None,
        report_of: None,
        primary,
        related: Vec::new(),
        trail: Vec::new(),
        inferred_from: None,
        construct_path: None,
        fingerprint: "0123456789abcdef".repeat(4),
        fingerprint_in_root: "fedcba9876543210".repeat(4),
    }
}

fn suppressed(finding: Finding, reason: &str) -> Suppressed {
    let suppression = Suppression {
        kind: SuppressionKind::Comment,
        reason: Some(reason.to_owned()),
        until: Some(jiff::civil::date(2027, 1, 31)),
        place: Some(finding.primary.clone()),
    };
    Suppressed { finding, suppression }
}

fn subject(address: &str, name: Option<&str>) -> Subject {
    Subject { address: address.to_owned(), name: name.map(str::to_owned) }
}

fn at(files: &Files, id: FileId, text: &str, label: &str) -> Place {
    let start = files.get(id).text.find(text).unwrap();
    Place::new(Span::new(id, start, start + text.len()), label)
}

/// From the text to the end of its block: a span of several lines.
fn block(files: &Files, id: FileId, text: &str, label: &str) -> Place {
    let file = files.get(id);
    let start = file.text.find(text).unwrap();
    let length = file.text[start..].find("\n}").unwrap() + 2;
    Place::new(Span::new(id, start, start + length), label)
}
