//! Rules over the graph: each user's record in each world, and what the hits say together.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::finding::{Confidence, Finding, Origins, Severity, Subject};
use crate::graph::worlds::{MAX_WORLDS, describe_nearest, describe_possible, enumerate};
use crate::graph::{Graph, NodeId, NodeKind};
use crate::source::{Notice, NoticeKind};

use super::fingerprint::Identifying;
use super::neighbourhood::{Neighbourhood, default_name, neighbourhoods};
use super::{EvaluationError, Hit, Rule, evaluate};

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

/// Runs rules over every user.
pub fn judge(graph: &Graph, rules: &[&Rule]) -> Verdict {
    let mut verdict = Verdict::default();
    for neighbourhood in neighbourhoods(graph) {
        judge_user(graph, rules, &neighbourhood, &mut verdict);
    }
    verdict
}

fn judge_user(graph: &Graph, rules: &[&Rule], neighbourhood: &Neighbourhood<'_>, verdict: &mut Verdict) {
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
    let mut merged: BTreeMap<(usize, NodeId, Severity), (Hit, Vec<bool>)> = BTreeMap::new();
    for (at, world) in worlds.worlds.iter().enumerate() {
        let Some(record) = neighbourhood.record(world) else { continue };
        let (hits, errors) = evaluate(rules, &record);
        for error in errors {
            let is_known = |known: &EvaluationError| known.rule == error.rule && known.key == error.key;
            if !verdict.errors.iter().any(is_known) {
                verdict.errors.push(error);
            }
        }
        for (rule, hit) in hits {
            let key = (rule, hit.subject_node, hit.severity);
            let (_, holds) = merged.entry(key).or_insert_with(|| (hit, vec![false; worlds.worlds.len()]));
            holds[at] = true;
        }
    }
    let mut findings: Vec<Finding> = merged
        .into_iter()
        .map(|((rule, ..), (hit, holds))| {
            let when = if worlds.complete {
                describe_possible(&worlds.worlds, &holds)
            } else {
                describe_nearest(&worlds.worlds, &holds)
            };
            finding(graph, rules[rule], neighbourhood, hit, when.map(|when| when.to_string()))
        })
        .collect();
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.rule.cmp(&b.rule)));
    verdict.findings.extend(findings);
}

fn finding(
    graph: &Graph,
    rule: &Rule,
    neighbourhood: &Neighbourhood<'_>,
    hit: Hit,
    when: Option<String>,
) -> Finding {
    let user = &graph.nodes[neighbourhood.user().node];
    let root = &graph.roots[user.root];
    let primary = hit.flagged.last().copied().unwrap_or(hit.subject_node);
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
    let identity =
        Identifying { rule: &rule.id, severity: hit.severity, subject: &user.address, parts: &addresses };
    let (fingerprint, fingerprint_in_root) =
        (identity.fingerprint(Some(&root.path)), identity.fingerprint(None));
    let related =
        generated.into_iter().chain(related.into_iter().map(|node| graph.nodes[node].place().clone()));
    Finding {
        rule: Arc::from(rule.id.as_str()),
        severity: rule.reported_severity(hit.severity),
        confidence: if when.is_none() { Confidence::Certain } else { Confidence::Possible },
        when,
        subject: Subject {
            address: user.address.to_string(),
            name: default_name(neighbourhood.user()).map(ToString::to_string),
        },
        addresses,
        origins: origins(graph, neighbourhood.user().node, &hit),
        root: root.path.clone(),
        message: hit.message,
        why: hit.why,
        fix: hit.fix,
        remedy: Vec::new(),
        account: None,
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
