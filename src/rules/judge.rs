//! Rules over the graph: each user's record in each world, and what the hits say together.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::finding::{Confidence, Finding, Origins, Severity, Subject};
use crate::graph::worlds::{MAX_WORLDS, describe_nearest, describe_possible, enumerate};
use crate::graph::{Graph, LiveAccount, LiveUser, NodeId, NodeKind};
use crate::source::{Notice, NoticeKind, in_parallel};

use super::fingerprint::Identifying;
use super::live::{is_live, live_account};
use super::neighbourhood::{Neighbourhood, default_name, neighbourhoods};
use super::record::LimitsRecord;
use super::{EvaluationError, Hit, Rule, evaluate, evaluate_account};

/// What the rules say of a graph.
#[derive(Debug, Default)]
pub struct Verdict {
    /// By root, then user in document order, the worst first.
    pub findings: Vec<Finding>,
    /// Limits that were reached.
    pub notices: Vec<Notice>,
    /// Rules (a user's own) that could not be evaluated; each rule and expression once.
    pub errors: Vec<EvaluationError>,
}

impl Verdict {
    fn add_errors(&mut self, errors: Vec<EvaluationError>) {
        for error in errors {
            let is_known = |known: &EvaluationError| known.rule == error.rule && known.key == error.key;
            if !self.errors.iter().any(is_known) {
                self.errors.push(error);
            }
        }
    }
}

/// Runs rules over every user, and over every account of which there is a report.
pub fn judge(graph: &Graph, rules: &[&Rule], limits: &LimitsRecord) -> Verdict {
    let mut verdict = Verdict::default();
    // No user's verdict hangs on that of another one.
    let of_users = in_parallel(&neighbourhoods(graph), |user| judge_user(graph, rules, limits, user));
    verdict.findings.reserve_exact(of_users.iter().map(|of_user| of_user.findings.len()).sum());
    for of_user in of_users {
        verdict.findings.extend(of_user.findings);
        verdict.notices.extend(of_user.notices);
        verdict.add_errors(of_user.errors);
    }
    for account in &graph.live_accounts {
        judge_account(graph, rules, limits, account, &mut verdict);
    }
    verdict
}

fn judge_user(
    graph: &Graph,
    rules: &[&Rule],
    limits: &LimitsRecord,
    neighbourhood: &Neighbourhood<'_>,
) -> Verdict {
    let mut verdict = Verdict::default();
    let worlds = enumerate(neighbourhood.conditions(), neighbourhood.assumption());
    if !worlds.complete {
        let span = graph.span(neighbourhood.user().node);
        let message = format!(
            "what {} has hangs on more than {MAX_WORLDS} combinations of inputs; those nearest to the defaults were looked at",
            graph.nodes[neighbourhood.user().node].address
        );
        verdict.notices.push(Notice::at(NoticeKind::LimitReached, span, message));
    }
    // For each rule, what it is about and how bad it is: the first hit (the default world's, if it is there),
    // and in which worlds it holds.
    let mut merged: BTreeMap<(usize, NodeId, Severity, Option<NodeId>), Merged<'_>> = BTreeMap::new();
    let lives = neighbourhood.lives();
    for (at, world) in worlds.worlds.iter().enumerate() {
        for live in lives.iter().copied() {
            let Some(record) = neighbourhood.record(world, live) else { continue };
            let (hits, errors) = evaluate(rules, &record, limits);
            verdict.add_errors(errors);
            for (rule, hit) in hits {
                // The code says the same of the user in every account.
                let row = live.filter(|_| row_of(graph, &hit).is_some()).map(|live| live.node);
                let key = (rule, hit.subject_node, hit.severity, row);
                let (.., holds) =
                    merged.entry(key).or_insert_with(|| (hit, live, vec![false; worlds.worlds.len()]));
                holds[at] = true;
            }
        }
    }
    let mut findings: Vec<Finding> = merged
        .into_iter()
        .map(|((rule, ..), (hit, live, holds))| {
            let when = if worlds.complete {
                describe_possible(&worlds.worlds, &holds)
            } else {
                describe_nearest(&worlds.worlds, &holds)
            };
            let about = About {
                user: neighbourhood.user().node,
                name: default_name(neighbourhood.user()).map(ToString::to_string),
                live,
                account: neighbourhood.account(live),
            };
            finding(graph, rules[rule], about, hit, when.map(|when| when.to_string()))
        })
        .collect();
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.rule.cmp(&b.rule)));
    verdict.findings = findings;
    verdict
}

fn judge_account(
    graph: &Graph,
    rules: &[&Rule],
    limits: &LimitsRecord,
    account: &LiveAccount,
    verdict: &mut Verdict,
) {
    let (hits, errors) = evaluate_account(rules, &live_account(graph, account), limits);
    verdict.add_errors(errors);
    for (rule, hit) in hits {
        let root_user = account.root_user.map(|user| &graph.live_users[user]);
        let about = About {
            user: root_user.map_or(account.node, |user| user.node),
            name: root_user.map(|user| user.name.to_string()),
            live: None,
            account: account.number.as_ref().map(ToString::to_string),
        };
        verdict.findings.push(finding(graph, rules[rule], about, hit, None));
    }
}

/// A hit, the report's user that it was first met with, and in which worlds it holds.
type Merged<'g> = (Hit, Option<&'g LiveUser>, Vec<bool>);

/// Whom a finding is about.
struct About<'g> {
    user: NodeId,
    name: Option<String>,
    live: Option<&'g LiveUser>,
    account: Option<String>,
}

/// What a hit points at in a report: it is then about what that says, wherever the code is that made the user.
fn row_of(graph: &Graph, hit: &Hit) -> Option<NodeId> {
    hit.flagged.iter().copied().find(|node| is_live(graph, *node))
}

fn finding(graph: &Graph, rule: &Rule, about: About<'_>, hit: Hit, when: Option<String>) -> Finding {
    let primary = hit.flagged.last().copied().unwrap_or(hit.subject_node);
    // What no code made is the account's, whoever names it.
    let subject = match about.live {
        Some(live) if is_live(graph, primary) => live.node,
        _ => about.user,
    };
    let user = &graph.nodes[subject];
    let root = &graph.roots[user.root];
    let report_of = row_of(graph, &hit).map(|row| graph.roots[graph.nodes[row].root].path.as_str());
    let mut related: Vec<NodeId> = hit.flagged[..hit.flagged.len().saturating_sub(1)].to_vec();
    related.extend(&hit.also);
    let mut seen = vec![graph.span(primary)];
    related.retain(|node| {
        // One line is shown once, however many nodes stand on it (instances of one block).
        let is_new = !seen.contains(&graph.span(*node));
        seen.push(graph.span(*node));
        is_new
    });
    let provenance = &graph.nodes[primary].provenance;
    // What stands in generated code is looked at after the line that made it.
    let generated =
        graph.nodes[primary].constructed_at.as_ref().map(|_| graph.nodes[primary].written_at().clone());
    let addresses: Vec<String> =
        hit.flagged.iter().map(|node| graph.nodes[*node].address.to_string()).collect();
    // What a report says stays the same finding when code takes the user over, or moves.
    let (known_by, parts) = match about.live.filter(|_| report_of.is_some()) {
        Some(live) => (&graph.nodes[live.node], live_addresses(graph, live, &hit)),
        None => (user, addresses.clone()),
    };
    let identity =
        Identifying { rule: &rule.id, severity: hit.severity, subject: &known_by.address, parts: &parts };
    let (fingerprint, fingerprint_in_root) =
        (identity.fingerprint(Some(&graph.roots[known_by.root].path)), identity.fingerprint(None));
    let related =
        generated.into_iter().chain(related.into_iter().map(|node| graph.nodes[node].place().clone()));
    Finding {
        rule: Arc::from(rule.id.as_str()),
        severity: rule.reported_severity(hit.severity),
        confidence: if when.is_none() { Confidence::Certain } else { Confidence::Possible },
        when,
        subject: Subject { address: user.address.to_string(), name: about.name },
        addresses,
        origins: origins(graph, about.user, &hit),
        report_of: report_of.map(str::to_owned),
        root: root.path.clone(),
        message: hit.message,
        why: hit.why,
        fix: hit.fix,
        remedy: hit.remedy,
        account: about.account,
        primary: graph.nodes[primary].place().clone(),
        related: related.collect(),
        trail: provenance[..provenance.len() - 1].to_vec(),
        inferred_from: std::iter::once(&primary)
            .chain(&hit.flagged)
            .chain([&hit.subject_node])
            .find_map(|node| graph.nodes[*node].inferred_from.as_deref().map(str::to_owned)),
        construct_path: graph.nodes[primary].construct_path.as_deref().map(str::to_owned),
        fingerprint,
        fingerprint_in_root,
    }
}

/// What a hit points at in a report, the user's row itself left out: where code made the user, that stands for it.
fn live_addresses(graph: &Graph, live: &LiveUser, hit: &Hit) -> Vec<String> {
    let live = hit.flagged.iter().filter(|node| **node != live.node && is_live(graph, **node));
    live.map(|node| graph.nodes[*node].address.to_string()).collect()
}

fn origins(graph: &Graph, user: NodeId, hit: &Hit) -> Origins {
    let spans = |node: &NodeId| {
        let node = &graph.nodes[*node];
        node.provenance.iter().chain([node.place()]).map(|place| place.span).collect::<Vec<_>>()
    };
    let is_credential = |node: &NodeId| {
        matches!(
            graph.nodes[*node].kind,
            NodeKind::AccessKey
                | NodeKind::Password
                | NodeKind::SshKey
                | NodeKind::ServiceCredential
                | NodeKind::Certificate
        )
    };
    Origins {
        subject: [user, hit.subject_node].iter().flat_map(spans).collect(),
        flagged: hit.flagged.iter().map(spans).collect(),
        together: hit.flagged.len() > 1 && hit.flagged.iter().all(is_credential),
    }
}
