//! What a change brings: what is found in the tree as it is now, less what was found in the tree that it started from.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cdk;
use crate::finding::{Change, Confidence, Finding, Identity, SuppressionKind, match_known};
use crate::settings::{Before, InputSettings, Thresholds};
use crate::source::{Files, Notice, NoticeKind, STANDARD_INPUT};
use crate::terraform;

use super::Whole;

/// Where a configuration is looked for that is not there any more.
const CONFIGURATION: &str = "credlint.toml";

/// Takes away from what is found now what was found before. What is left is what the change introduces.
pub fn compare(
    input: &InputSettings,
    before: &Before,
    now: &mut Whole,
    then: Whole,
    thresholds: Thresholds,
) -> Change {
    let untracked: BTreeSet<String> = now
        .findings
        .iter()
        .map(|finding| &finding.root)
        .filter(|root| is_untracked(input, before, root))
        .cloned()
        .collect();
    // The new tree's passwords may stand in old files too.
    input.workspace.files.conceal_everywhere(now.graph.password_texts.iter().map(AsRef::as_ref));
    now.notices.extend(notices(before, now, &then, &untracked));
    now.notices.extend(configuration_of_now(input, before));
    let is_compared = |finding: &Finding| !untracked.contains(&finding.root);
    let known: Vec<Finding> = then.findings.into_iter().filter(is_compared).collect();
    let matches = {
        let (known, found) = (identities(&known), identities(&now.findings));
        let is_new = |root: &str| !then.roots.contains(root);
        match_known(&known, &found, |root| !now.roots.contains(root), is_new)
    };
    let mut unchanged = 0;
    let mut is_left = vec![true; known.len()];
    matches.iter().flatten().for_each(|index| is_left[*index] = false);
    let mut entries = matches.iter();
    now.findings.retain(|finding| {
        let is_known = matches!(entries.next(), Some(Some(_)));
        unchanged += usize::from(is_known && thresholds.admit(finding));
        !is_known
    });
    let left = known.into_iter().zip(is_left).filter(|(_, is_left)| *is_left).map(|(finding, _)| finding);
    // What the baseline held is fixed like anything else; what somebody had excused was none of the job.
    let held = then.suppressed.into_iter();
    let held = held.filter(|suppressed| suppressed.suppression.kind == SuppressionKind::Baseline);
    let mut fixed: Vec<Finding> =
        left.chain(held.map(|suppressed| suppressed.finding).filter(is_compared)).collect();
    let is_gone = {
        // A finding that is now excused, or has become certain or worse, is not gone.
        let still = now.findings.iter().chain(now.suppressed.iter().map(|suppressed| &suppressed.finding));
        let still: Vec<&Finding> = still.collect();
        let (candidates, found) = (all_alike(&fixed), all_alike(still.iter().copied()));
        let is_new = |root: &str| !then.roots.contains(root);
        let matches = match_known(&candidates, &found, |root| !now.roots.contains(root), is_new);
        let mut is_gone: Vec<bool> = fixed
            .iter()
            .map(|finding| !still.iter().any(|still| finding.identity().is_part_of(&still.identity())))
            .collect();
        matches.iter().flatten().for_each(|index| is_gone[*index] = false);
        is_gone
    };
    let mut is_gone = is_gone.into_iter();
    fixed.retain(|finding| is_gone.next() == Some(true) && thresholds.admit(finding));
    Change { since: before.since.clone(), commit: before.tree.commit.clone(), fixed, unchanged }
}

fn identities(findings: &[Finding]) -> Vec<Identity<'_>> {
    findings.iter().map(Finding::identity).collect()
}

/// Identities that say nothing of how certain a finding is.
fn all_alike<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Vec<Identity<'f>> {
    let identities = findings.into_iter().map(Finding::identity);
    identities.map(|identity| Identity { confidence: Confidence::Certain, ..identity }).collect()
}

/// Whether a root is made of files that git does not track, so that there is no earlier one: standard input, a plan, an
/// assembly or configuration that a program writes and git ignores.
fn is_untracked(input: &InputSettings, before: &Before, root: &str) -> bool {
    let path = input.workspace.base.join(Path::new(root));
    if root == STANDARD_INPUT || before.tree.is_on_disk(&path) {
        return true;
    }
    let files = input.workspace.list(&path).unwrap_or_default();
    let makes_a_root = |path: &Path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        terraform::is_configuration(name) || terraform::is_unit_file(name) || name == cdk::MANIFEST
    };
    let mut makers = files.iter().map(|(path, _)| path).filter(|path| makes_a_root(path)).peekable();
    makers.peek().is_some() && makers.all(|path| before.tree.is_on_disk(path))
}

/// What makes the comparison incomplete. Whatever it is, nothing is hidden by it: more is reported.
/// What is settled in a configuration that the change itself touches brings nothing, which must not go unsaid.
fn configuration_of_now(input: &InputSettings, before: &Before) -> Option<Notice> {
    let workspace = &input.workspace;
    let now = input.configuration.file.map(|file| workspace.files.get(file));
    let path = now.as_ref().map_or(CONFIGURATION, |file| &file.path);
    let place = workspace.base.join(Path::new(path));
    // One that lies elsewhere is no part of the change, nor is one that is not to be read.
    let is_of_no_account = if now.is_some() { place == Path::new(path) } else { workspace.is_file(&place) };
    if is_of_no_account {
        return None;
    }
    let then = before.input.workspace.read_text(&place).ok();
    if now.as_ref().map(|file| file.text.as_str()) == then.as_deref() {
        return None;
    }
    let message =
        format!("is not what it was at {}, and both trees were judged by it as it is now", before.since);
    let notice = Notice::about(NoticeKind::NotCompared, path, message);
    Some(notice.with_help("`credlint check` without --since reports what it now lets through"))
}

fn notices(before: &Before, now: &Whole, then: &Whole, untracked: &BTreeSet<String>) -> Vec<Notice> {
    let files = &before.input.workspace.files;
    let about = |path: String, message: String| Notice::about(NoticeKind::NotCompared, path, message);
    let mut notices: Vec<Notice> = untracked
        .iter()
        .map(|root| {
            let message =
                "is not tracked by git, so there is no earlier one, and all its findings are reported";
            about(root.clone(), message.to_owned())
        })
        .collect();
    let is_known: BTreeSet<_> = now.notices.iter().map(|notice| key(files, notice)).collect();
    let mut seen = BTreeSet::new();
    for notice in &then.notices {
        let is_missing = notice.kind.is_incomplete()
            || matches!(notice.kind, NoticeKind::LimitReached | NoticeKind::ModuleNotOnDisk);
        let key = key(files, notice);
        if is_missing && !is_known.contains(&key) && seen.insert(key.1.clone()) {
            let message = format!(
                "was not understood as it was at {}, so findings in it may be older than the change ({})",
                before.since, notice.message
            );
            notices.push(about(key.1, message));
        }
    }
    for unread in &before.tree.unread {
        let path = before.input.workspace.display(&unread.path);
        let message = format!("{}, so its findings may be older than the change", unread.why);
        notices.push(about(path, message));
    }
    notices
}

/// What is wrong and in which file, whatever the line.
fn key(files: &Files, notice: &Notice) -> (NoticeKind, String) {
    let path = match (notice.span, &notice.path) {
        (Some(span), _) => files.get(span.file).path.to_string(),
        (None, Some(path)) => path.clone(),
        (None, None) => ".".to_owned(),
    };
    (notice.kind, path)
}
