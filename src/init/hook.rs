//! The entry for pre-commit: its text, and whether it can safely be put at the end of a file that is there.

/// A file that holds the entry alone.
pub fn file(repository: &str, version: &str) -> String {
    format!("repos:\n{}", entry(repository, version, 2))
}

/// The entry, indented.
pub fn entry(repository: &str, version: &str, indent: usize) -> String {
    let start = " ".repeat(indent);
    [
        &*format!("{start}- repo: {repository}"),
        &format!("{start}  rev: v{version}"),
        &format!("{start}  hooks:"),
        &format!("{start}    - id: credlint"),
        "",
    ]
    .join("\n")
}

/// Whether a file names the hook.
pub fn is_there(text: &str) -> bool {
    let code = text.lines().map(|line| line.split(" #").next().unwrap_or(line).trim());
    code.filter(|line| !line.starts_with('#')).any(|line| {
        let line = line.trim_start_matches("- ");
        line.strip_prefix("id:").is_some_and(|id| id.trim().trim_matches(['"', '\'']) == "credlint")
            || (line.starts_with("repo:") && line.trim_end_matches(".git").ends_with("/credlint"))
    })
}

/// What is put at the end of a file so that it names the hook; `None` where that is not safe: only a list under `repos:`
/// that goes on to the end of the file can be told without rewriting what somebody wrote.
pub fn addition(text: &str, repository: &str, version: &str) -> Option<String> {
    if text.contains(['\t', '\r', '\u{feff}']) {
        return None;
    }
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let mut lines = text.lines().skip_while(|line| *line != "repos:");
    lines.next()?;
    let is_first = !text.lines().filter(|line| *line == "repos:").nth(1).is_some_and(|_| true);
    let rest: Vec<&str> = lines.filter(is_code).collect();
    let first = rest.first()?;
    let indent = first.len() - first.trim_start().len();
    let is_item = |line: &str| line.trim_start().starts_with("- ");
    let is_below = |line: &&str| {
        let own = line.len() - line.trim_start().len();
        own > indent || (own == indent && is_item(line))
    };
    // The last item must be one that ends by itself: a mapping of `repo`, no text over several lines.
    let ends = rest.last().is_some_and(|line| !line.trim_end().ends_with(['|', '>', ',', '[', '{']));
    let is_plain = is_first && is_item(first) && rest.iter().all(is_below) && ends && !has_open_text(&rest);
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    is_plain.then(|| format!("{newline}{}", entry(repository, version, indent)))
}

/// Whether a quote or bracket is open over the end of a line, which only a parser could follow.
fn has_open_text(lines: &[&str]) -> bool {
    lines.iter().any(|line| {
        let count = |character: char| line.matches(character).count();
        count('"') % 2 == 1
            || count('\'') % 2 == 1
            || count('[') != count(']')
            || count('{') != count('}')
            || line.trim_end().ends_with(['|', '>'])
    })
}
