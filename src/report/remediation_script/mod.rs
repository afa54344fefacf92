//! The steps of all findings as a script for a POSIX shell: to be read by a person, and dry until it is told otherwise.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::excerpt::first_line;
use super::shell::{Command, quoted};
use super::wording::{accounts, counted, qualification, step};
use super::{Report, TOOL_NAME, TOOL_VERSION, inert};
use crate::finding::{Effect, Finding};
use crate::source::is_account_number;

/// What every script with commands is framed by.
const FRAME: &str = include_str!("frame.sh");
const END: &str = r#"
if [ "$apply" = no ]; then
  say '' 'Nothing was run. To run it: --help says how.'
fi
exit "$status"
"#;
const LINE: &str = "# ----------------------------------------------------------------------------";
/// Commands that print a secret: no script runs them, for its output is kept in logs.
const MAKE_SECRETS: [&str; 3] =
    ["create-access-key", "create-login-profile", "create-service-specific-credential"];

/// The script. Without a command in it, it says that there is nothing to do.
pub fn render(report: &Report<'_>) -> String {
    let mut body = String::new();
    let mut has_commands = false;
    for account in by_account(report.findings) {
        let mut users = String::new();
        let mut runs = false;
        for (name, findings) in &account.users {
            let block = Block::of(report, findings);
            runs |= block.runs;
            users.push_str(&block.written(name));
        }
        body.push_str(&account.heading(runs));
        body.push_str(&users);
        has_commands |= runs;
    }
    body.push_str(&rest(report));
    let mut out = head(report);
    if has_commands {
        out.push_str(FRAME);
        out.push_str(&body);
        out.push_str(END);
    } else {
        let what = if report.findings.is_empty() {
            "There is nothing to do."
        } else {
            "There is no command to run: the comments of this script say what to do by hand."
        };
        out.push_str(&format!("printf '%s\\n' {}\n{body}", quoted(what)));
    }
    out
}

/// What it is, how it is used, and what it rests on.
fn head(report: &Report<'_>) -> String {
    let mut out = format!(
        "#!/bin/sh
# Mends what {TOOL_NAME} {TOOL_VERSION} found, step by step. Read all of it before you run it.
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
"
    );
    for account in accounts(report.coverage) {
        out.push_str(&comment("", &account));
    }
    if !report.is_complete() {
        out.push_str(&comment(
            "",
            "Not everything could be read: there may be more to mend than stands here.",
        ));
    }
    out.push_str("#\n# Names stand in single quotes as they are.\n# shellcheck disable=SC1003,SC2016\n\n");
    out
}

/// One account, with the findings of each of its users.
struct Account<'a> {
    number: Option<&'a str>,
    report: Option<&'a str>,
    users: Vec<(&'a str, Vec<&'a Finding>)>,
}

impl Account<'_> {
    fn heading(&self, runs: bool) -> String {
        let name = match (self.number, self.report) {
            (Some(number), _) => format!("Account {number}"),
            (None, Some(report)) => format!("An account whose number is not known, of {report}"),
            (None, None) => "An account whose number is not known".to_owned(),
        };
        let mut out = format!("\n{LINE}\n{}{LINE}\n", comment("", &name));
        match self.number.filter(|_| runs) {
            Some(number) => out.push_str(&format!("account {}\n", quoted(number))),
            None if runs => out.push_str(
                "# The number of that account, so that nothing is run in another:\nACCOUNT_NUMBER=''\naccount \"$ACCOUNT_NUMBER\"\n",
            ),
            None => {}
        }
        out
    }
}

/// The findings that have steps, by account and by user, in the order in which they first appear.
fn by_account(findings: &[Finding]) -> Vec<Account<'_>> {
    let mut accounts: Vec<Account<'_>> = Vec::new();
    let mut places = BTreeMap::new();
    let mut user_places = BTreeMap::new();
    for finding in findings.iter().filter(|finding| !finding.remedy.is_empty()) {
        let number = finding.account.as_deref().filter(|number| is_account_number(number));
        // Where the number is not known, the report says which account it is.
        let report = finding.report_of.as_deref().filter(|_| number.is_none());
        let at = *places.entry((number, report)).or_insert_with(|| {
            accounts.push(Account { number, report, users: Vec::new() });
            accounts.len() - 1
        });
        let subject = &finding.subject;
        // A name is one user of an account; an address is one of its root.
        let (name, root) = match &subject.name {
            Some(name) => (name.as_str(), ""),
            None => (subject.address.as_str(), finding.root.as_str()),
        };
        let users = &mut accounts[at].users;
        let user = *user_places.entry((at, name, root)).or_insert_with(|| {
            users.push((name, Vec::new()));
            users.len() - 1
        });
        users[user].1.push(finding);
    }
    accounts
}

fn makes_a_secret(command: &Command) -> bool {
    command.words().iter().any(|word| MAKE_SECRETS.contains(&word.as_str()))
}

/// The step that shows what is to be filled in: its text and its command.
type ShownBy = (String, Command);

/// What stands of one user in the script.
#[derive(Default)]
struct Block {
    /// Blanks to fill in, those that one command shows together, in the order in which they are used.
    blanks: Vec<(Option<ShownBy>, Vec<String>)>,
    text: String,
    runs: bool,
    /// The commands that stand in it already.
    written: BTreeSet<Command>,
}

impl Block {
    fn of(report: &Report<'_>, findings: &[&Finding]) -> Self {
        let mut block = Self::default();
        for finding in findings {
            block.text.push('\n');
            block.text.push_str(&title(report, finding));
            block.text.push_str(&comment("  why: ", &finding.why));
            block.steps(finding);
        }
        block
    }

    fn steps(&mut self, finding: &Finding) {
        let mut shown_by = None;
        for (index, one) in finding.remedy.iter().enumerate() {
            let number = format!("{}. ", index + 1);
            let text = step(one);
            match Command::new(&one.command) {
                Ok(None) => self.text.push_str(&comment(&format!("{number}by hand: "), &text)),
                Err(reason) => {
                    self.text.push_str(&comment(&number, &text));
                    self.text.push_str(&comment("   no command: ", reason));
                }
                Ok(Some(command)) if one.ask || one.effect == Effect::Edit || makes_a_secret(&command) => {
                    let why = if makes_a_secret(&command) { ", since it prints a secret" } else { "" };
                    self.text.push_str(&comment(&format!("{number}by hand{why}: "), &text));
                    self.text.push_str(&comment("     ", &command.shown()));
                }
                Ok(Some(command)) if self.written.contains(&command) => {
                    self.text.push_str(&comment(&number, &format!("{text}: the command stands above")));
                }
                Ok(Some(command)) => {
                    self.text.push_str(&comment(&number, &text));
                    let effect = match one.effect {
                        Effect::Look => "look",
                        Effect::Edit | Effect::Reversible => "reversible",
                        Effect::Final => "final",
                    };
                    self.text.push_str(&format!("step {effect} {}\n", command.in_script()));
                    self.runs = true;
                    self.fill_in(&command, shown_by.as_ref());
                    self.written.insert(command);
                }
            }
            if one.effect == Effect::Look && shown_by.is_none() {
                let command = Command::new(&one.command).ok().flatten();
                shown_by = command.map(|command| (one.text.clone(), command));
            }
        }
    }

    fn fill_in(&mut self, command: &Command, shown_by: Option<&ShownBy>) {
        for name in command.blanks() {
            if self.blanks.iter().any(|(_, names)| names.iter().any(|known| known == name)) {
                continue;
            }
            match self.blanks.iter_mut().find(|(known, _)| known.as_ref() == shown_by) {
                Some((_, names)) => names.push(name.to_owned()),
                None => self.blanks.push((shown_by.cloned(), vec![name.to_owned()])),
            }
        }
    }

    fn written(&self, user: &str) -> String {
        let mut out = format!("\n{}", comment("User ", user));
        for (shown_by, names) in &self.blanks {
            match shown_by {
                Some((text, command)) => {
                    out.push_str(&comment("  to fill in: ", text));
                    out.push_str(&comment("    ", &command.shown()));
                }
                None => out.push_str(&comment("  ", "to fill in")),
            }
            for name in names {
                out.push_str(&format!("{name}=''\n"));
            }
        }
        out.push_str(&self.text);
        out
    }
}

/// What no step mends, so that nothing is silent.
fn rest(report: &Report<'_>) -> String {
    let mut out = String::new();
    let without: Vec<&Finding> = report.findings.iter().filter(|finding| finding.remedy.is_empty()).collect();
    if !without.is_empty() {
        let count = counted(without.len(), "finding", "findings");
        out.push_str(&format!("\n{LINE}\n{}{LINE}\n", comment("", &format!("{count} without steps"))));
        for finding in without {
            out.push('\n');
            out.push_str(&title(report, finding));
            out.push_str(&comment("  fix: ", &finding.fix));
        }
    }
    let set_aside = report.set_aside();
    if !set_aside.is_empty() {
        out.push('\n');
    }
    for (by, count) in set_aside {
        let findings = counted(count, "finding", "findings");
        out.push_str(&comment("", &format!("{findings} set aside by {by} not in this script")));
    }
    out
}

fn title(report: &Report<'_>, finding: &Finding) -> String {
    let qualification = qualification(finding).map(|text| format!(" ({text})")).unwrap_or_default();
    let line = first_line(report.files, finding.primary.span);
    let message = format!("{}[{}] {}{qualification}", finding.severity, finding.rule, finding.message);
    let place = format!("{}:{}:{}", line.file.path, line.start.line, line.start.column);
    comment("", &message) + &comment("  at: ", &place)
}

/// A line of comment. No line ends within it, whatever the text.
fn comment(before: &str, text: &str) -> String {
    format!("# {before}{}\n", inert(text))
}
