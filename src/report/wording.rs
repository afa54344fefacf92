//! Counts and conditions in words, the same in every format.

use crate::finding::{AccountCoverage, AsOfSource, Change, Confidence, Coverage, Effect, Finding, Step};

/// `1 user`, `2 users`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// In how far a finding holds, when that needs saying: `possible, only when var.create_key = true`.
pub fn qualification(finding: &Finding) -> Option<String> {
    match (finding.confidence, &finding.when) {
        (Confidence::Certain, None) => None,
        (Confidence::Certain, Some(when)) => Some(format!("certain, when {when}")),
        (Confidence::Possible, None) => Some("possible".to_owned()),
        (Confidence::Possible, Some(when)) => Some(format!("possible, only when {when}")),
    }
}

/// On what a finding rests, when it is not the scanned tree alone.
pub fn inference(finding: &Finding) -> Option<String> {
    let module = finding.inferred_from.as_ref()?;
    Some(format!("this is what {module} makes by its known defaults; its source is not on disk"))
}

/// From what of a program the place of a finding was generated.
pub fn construct(finding: &Finding) -> Option<String> {
    let path = finding.construct_path.as_ref()?;
    Some(format!("generated from the construct {path}"))
}

/// What to do, with what a person must know before doing it.
pub fn step(step: &Step) -> String {
    let warning = if step.effect == Effect::Final { " (cannot be undone)" } else { "" };
    format!("{}{warning}", step.text)
}

/// What a change brings: `compared with origin/main (1a2b3c4d5e): 2 introduced, 1 fixed, 37 unchanged`.
pub fn comparison(change: &Change, introduced: usize) -> String {
    let commit: String = change.commit.chars().take(10).collect();
    let (since, fixed, unchanged) = (&change.since, change.fixed.len(), change.unchanged);
    format!("compared with {since} ({commit}): {introduced} introduced, {fixed} fixed, {unchanged} unchanged")
}

/// What was looked at: `checked 14 users, 9 access keys, 3 passwords in 4 roots; 1 module not on disk`.
pub fn coverage(coverage: &Coverage) -> String {
    // Reports that are looked at by themselves.
    if coverage.files == 0 && coverage.roots == 0 && !coverage.accounts.is_empty() {
        let users = coverage.accounts.iter().map(|account| account.users).sum();
        let accounts = counted(coverage.accounts.len(), "account", "accounts");
        return format!("checked {} of {accounts}", counted(users, "user", "users"));
    }
    let mut line = format!(
        "checked {}, {}, {} in {}",
        counted(coverage.users, "user", "users"),
        counted(coverage.access_keys, "access key", "access keys"),
        counted(coverage.passwords, "password", "passwords"),
        counted(coverage.roots, "root", "roots"),
    );
    if coverage.modules_not_on_disk > 0 {
        let modules = counted(coverage.modules_not_on_disk, "module", "modules");
        line.push_str(&format!("; {modules} not on disk"));
    }
    if coverage.modules_modelled > 0 {
        let modules = counted(coverage.modules_modelled, "module", "modules");
        line.push_str(&format!("; {modules} by known defaults"));
    }
    if coverage.unknown_values > 0 {
        let values = counted(coverage.unknown_values, "value", "values");
        line.push_str(&format!("; {values} unknown"));
    }
    line
}

/// Of what account there is a report, a line each: `account 111122223333 in report.csv: 14 users, 9 of them declared; ages counted
/// to 2026-01-31T00:00:00Z, when the report was made`.
pub fn accounts(coverage: &Coverage) -> Vec<String> {
    coverage.accounts.iter().map(account).collect()
}

fn account(account: &AccountCoverage) -> String {
    let AccountCoverage { number, name, report, users, declared, as_of, as_of_source } = account;
    let number = number
        .as_ref()
        .map_or_else(|| "an account without a number".to_owned(), |number| format!("account {number}"));
    let name = name.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
    let users = counted(*users, "user", "users");
    let declared =
        declared.map_or_else(String::new, |count| format!(", {count} of them declared in the code"));
    let source = match as_of_source {
        AsOfSource::Report => "when the report was made",
        AsOfSource::CommandLine => "as asked for",
        AsOfSource::Run => "which is now",
    };
    format!("{number}{name} in {report}: {users}{declared}; ages counted to {as_of}, {source}")
}

/// The text with a full stop, unless it ends in one.
pub fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// The text cut to so many characters, the last of them `…` when something was cut.
pub fn shortened(text: &str, characters: usize) -> String {
    if text.chars().nth(characters).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(characters.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_all_else_plural() {
        let one = Coverage {
            users: 1,
            access_keys: 1,
            passwords: 1,
            roots: 1,
            files: 1,
            modules_not_on_disk: 1,
            modules_modelled: 1,
            unknown_values: 1,
            accounts: Vec::new(),
        };
        assert_eq!(
            coverage(&one),
            "checked 1 user, 1 access key, 1 password in 1 root; 1 module not on disk; 1 module by \
             known defaults; 1 value unknown"
        );
        assert_eq!(coverage(&Coverage::default()), "checked 0 users, 0 access keys, 0 passwords in 0 roots");
    }

    #[test]
    fn shortening_counts_characters() {
        assert_eq!(shortened("äöü", 3), "äöü");
        assert_eq!(shortened("äöüß", 3), "äö…");
    }

    #[test]
    fn a_sentence_ends_once() {
        assert_eq!(sentence("use a role"), "use a role.");
        assert_eq!(sentence("use a role. "), "use a role.");
    }
}
