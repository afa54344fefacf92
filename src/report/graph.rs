//! `credlint graph`: users and credentials as they were understood, as JSON (a contract, version 1) and as a
//! Mermaid diagram. This renderer alone looks at the graph.

use std::collections::{BTreeMap, BTreeSet};

use std::sync::Arc;

use serde::Serialize;

use crate::finding::Finding;
use crate::graph::{AccessKey, Grantee, Graph, Name, Node, NodeId, Owners, User, by_default};
use crate::source::{Files, Notice, Span};
use crate::value::Condition;

use super::{inert, to_json};

/// The document.
#[derive(Serialize)]
struct Document<'g> {
    /// Version of this shape.
    version: u32,
    /// Users: created, looked up, or only named by a credential.
    users: Vec<UserRow<'g>>,
    /// Access keys.
    access_keys: Vec<AccessKeyRow<'g>>,
    /// Console passwords.
    passwords: Vec<PasswordRow<'g>>,
    /// What was not understood.
    notices: Vec<NoticeRow<'g>>,
}

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "a row of facts")]
struct UserRow<'g> {
    /// Instance address within its root.
    address: &'g str,
    /// Name under the inputs given and the defaults, null when unknown.
    name: Option<&'g str>,
    /// IAM path, null when unknown.
    path: Option<&'g str>,
    /// Root it belongs to.
    root: &'g str,
    /// Account within the root: its number, or the first provider configuration that uses it.
    account: &'g str,
    /// The name that the configuration gives the account; else null.
    account_name: Option<&'g str>,
    /// Whether the code does not declare it.
    external: bool,
    /// Whether it was there before and is imported, under the inputs given and the defaults.
    imported: bool,
    /// Whether it stands for many: "every key of var.users".
    symbolic: bool,
    /// What it stands for, when it is symbolic.
    stands_for: Option<&'g str>,
    /// Null, or the condition in words.
    when: Option<String>,
    /// Whether it exists under the inputs given and the defaults.
    by_default: bool,
    /// The module whose known defaults say so, its source not being on disk; else null.
    inferred_from: Option<&'g str>,
    /// Where it is written.
    location: Location,
}

#[derive(Serialize)]
struct AccessKeyRow<'g> {
    /// Instance address within its root.
    address: &'g str,
    /// Address of the user node, under the inputs given and the defaults; null when it could not be told.
    user: Option<&'g str>,
    /// Name of the user, null when unknown.
    user_name: Option<&'g str>,
    /// `Active` or `Inactive` under the inputs given and the defaults; null when unknown.
    status: Option<&'static str>,
    /// Root it belongs to.
    root: &'g str,
    /// Null, or the condition in words.
    when: Option<String>,
    /// Whether it exists under the inputs given and the defaults.
    by_default: bool,
    /// The module whose known defaults say so, its source not being on disk; else null.
    inferred_from: Option<&'g str>,
    /// Where it is written.
    location: Location,
}

#[derive(Serialize)]
struct PasswordRow<'g> {
    /// Instance address within its root.
    address: &'g str,
    /// Address of the user node, under the inputs given and the defaults; null when it could not be told.
    user: Option<&'g str>,
    /// Name of the user, null when unknown.
    user_name: Option<&'g str>,
    /// Root it belongs to.
    root: &'g str,
    /// Null, or the condition in words.
    when: Option<String>,
    /// Whether it exists under the inputs given and the defaults.
    by_default: bool,
    /// The module whose known defaults say so, its source not being on disk; else null.
    inferred_from: Option<&'g str>,
    /// Where it is written.
    location: Location,
}

#[derive(Serialize)]
struct NoticeRow<'g> {
    /// Stable name of the kind.
    kind: &'static str,
    /// What happened.
    message: &'g str,
    /// Where, when it is in a file that was read.
    location: Option<Location>,
    /// Path of what could not be read.
    path: Option<&'g str>,
    /// What to do about it.
    help: Option<&'g str>,
}

#[derive(Serialize)]
struct Location {
    /// Relative to the repository root, forward slashes.
    path: String,
    /// From 1.
    line: usize,
    /// In Unicode code points, from 1.
    column: usize,
}

/// The graph as JSON, version 1. Ends in a newline.
pub fn json(graph: &Graph, notices: &[Notice], files: &Files) -> String {
    let view = View { graph, files };
    to_json(&Document {
        version: 1,
        users: graph.users.iter().filter(|user| !user.is_placeholder).map(|user| view.user(user)).collect(),
        access_keys: graph.access_keys.iter().map(|key| view.access_key(key)).collect(),
        passwords: graph.passwords.iter().map(|password| view.password(password)).collect(),
        notices: notices.iter().map(|notice| view.notice(notice)).collect(),
    })
}

struct View<'g> {
    graph: &'g Graph,
    files: &'g Files,
}

impl<'g> View<'g> {
    fn user(&self, user: &'g User) -> UserRow<'g> {
        let node = &self.graph.nodes[user.node];
        UserRow {
            address: &node.address,
            name: by_default(&user.names).and_then(Name::known).map(AsRef::as_ref),
            path: by_default(&user.paths).and_then(Option::as_deref),
            root: self.root(node),
            account: &user.account,
            account_name: self
                .graph
                .account_names
                .get(&(node.root, Arc::clone(&user.account)))
                .map(String::as_str),
            external: !node.managed,
            imported: node.imported.holds_by_default(),
            symbolic: node.stands_for.is_some(),
            stands_for: node.stands_for.as_deref(),
            when: words(&node.presence),
            by_default: node.presence.holds_by_default(),
            inferred_from: node.inferred_from.as_deref(),
            location: self.location(node.place().span),
        }
    }

    fn access_key(&self, key: &'g AccessKey) -> AccessKeyRow<'g> {
        let node = &self.graph.nodes[key.node];
        let (user, user_name) = self.owner(&key.owners);
        AccessKeyRow {
            address: &node.address,
            user,
            user_name,
            status: status(&key.active, &node.presence),
            root: self.root(node),
            when: words(&node.presence),
            by_default: node.presence.holds_by_default(),
            inferred_from: node.inferred_from.as_deref(),
            location: self.location(node.place().span),
        }
    }

    fn password(&self, password: &'g crate::graph::Password) -> PasswordRow<'g> {
        let node = &self.graph.nodes[password.node];
        let (user, user_name) = self.owner(&password.owners);
        PasswordRow {
            address: &node.address,
            user,
            user_name,
            root: self.root(node),
            when: words(&node.presence),
            by_default: node.presence.holds_by_default(),
            inferred_from: node.inferred_from.as_deref(),
            location: self.location(node.place().span),
        }
    }

    /// The one user that something belongs to, when it is one.
    fn owner(&self, owners: &Owners) -> (Option<&'g str>, Option<&'g str>) {
        let mut users: Vec<usize> = owners.iter().map(|(_, user)| *user).collect();
        users.sort_unstable();
        users.dedup();
        let user = match users.as_slice() {
            [only] => *only,
            _ => match by_default(owners) {
                Some(user) => *user,
                None => return (None, None),
            },
        };
        let user = &self.graph.users[user];
        if user.is_placeholder {
            return (None, None);
        }
        let name = by_default(&user.names).and_then(Name::known).map(AsRef::as_ref);
        (Some(&self.graph.nodes[user.node].address), name)
    }

    fn notice(&self, notice: &'g Notice) -> NoticeRow<'g> {
        NoticeRow {
            kind: notice.kind.name(),
            message: &notice.message,
            location: notice.span.map(|span| self.location(span)),
            path: notice.path.as_deref(),
            help: notice.help.as_deref(),
        }
    }

    fn root(&self, node: &Node) -> &'g str {
        &self.graph.roots[node.root].path
    }

    fn location(&self, span: Span) -> Location {
        let (path, position) = self.files.start(span);
        Location { path: path.to_string(), line: position.line, column: position.column }
    }
}

fn words(condition: &Condition) -> Option<String> {
    if condition.is_always() { None } else { Some(condition.to_string()) }
}

fn status(active: &Condition, presence: &Condition) -> Option<&'static str> {
    if active.is_implied_by(presence) {
        Some("Active")
    } else if !active.is_compatible(presence) {
        Some("Inactive")
    } else if active.holds_by_default() {
        Some("Active")
    } else if active.not().holds_by_default() {
        Some("Inactive")
    } else {
        None
    }
}

/// The graph as a Mermaid flow chart: one box a user, its credentials below, a dashed line where a credential
/// exists under a condition only. Ends in a newline.
pub fn mermaid(graph: &Graph) -> String {
    flow_chart(graph, |_| true, false)
}

/// More users than this make no picture that anybody could read.
pub(super) const MAX_USERS_DRAWN: usize = 12;
/// Mermaid draws no longer text (characters), by its default settings.
const MAX_DIAGRAM_BYTES: usize = 20_000;
/// Nor does it draw more edges.
const MAX_EDGES: usize = 500;

/// The part of it that findings are about, with the policies of those users; `None` where there is nothing to draw, or too much.
pub fn mermaid_of(graph: &Graph, findings: &[Finding]) -> Option<String> {
    let subjects: BTreeSet<(&str, &str)> =
        findings.iter().map(|finding| (finding.root.as_str(), finding.subject.address.as_str())).collect();
    let is_drawn = |user: &User| {
        let node = &graph.nodes[user.node];
        subjects.contains(&(graph.roots[node.root].path.as_str(), &*node.address))
    };
    let users = graph.users.iter().filter(|user| is_drawn(user)).count();
    let chart = (1..=MAX_USERS_DRAWN).contains(&users).then(|| flow_chart(graph, is_drawn, true))?;
    // An edge is a line, and so is everything else.
    (chart.len() <= MAX_DIAGRAM_BYTES && chart.lines().count() <= MAX_EDGES).then_some(chart)
}

fn flow_chart(graph: &Graph, is_drawn: impl Fn(&User) -> bool, with_policies: bool) -> String {
    let mut out = String::from("flowchart LR\n");
    for (root, graph_root) in graph.roots.iter().enumerate() {
        let users: Vec<&User> =
            graph.users.iter().filter(|user| graph.nodes[user.node].root == root && is_drawn(user)).collect();
        if users.is_empty() {
            continue;
        }
        out.push_str(&format!("  subgraph root{root}[\"{}\"]\n", label(&graph_root.path)));
        for user in users {
            let name = by_default(&user.names).map_or("?", Name::text);
            let address = &graph.nodes[user.node].address;
            out.push_str(&format!("    n{}([\"{} <br/> {}\"])\n", user.node, label(name), label(address)));
        }
        out.push_str("  end\n");
    }
    let mut boxes: BTreeMap<(NodeId, usize), (String, &Owners)> = BTreeMap::new();
    for key in &graph.access_keys {
        let words = match status(&key.active, &graph.nodes[key.node].presence) {
            Some("Inactive") => "inactive access key",
            _ => "access key",
        };
        boxes.insert((key.node, 0), (words.to_owned(), &key.owners));
    }
    for password in &graph.passwords {
        boxes.insert((password.node, 0), ("console password".to_owned(), &password.owners));
    }
    // One node may grant several policies, each of which is a box.
    for (number, grant) in graph.grants.iter().enumerate().filter(|_| with_policies) {
        let Grantee::Users(owners) = &grant.grantee else { continue };
        let kind = if grant.inline { "inline policy" } else { "policy" };
        let name = grant.name.known().map(|name| format!(" {}", label(name)));
        boxes.insert((grant.node, number + 1), (format!("{kind}{}", name.unwrap_or_default()), owners));
    }
    for ((node, number), (words, owners)) in boxes {
        let drawn: Vec<_> = owners.iter().filter(|(_, user)| is_drawn(&graph.users[*user])).collect();
        if drawn.is_empty() {
            continue;
        }
        let address = &graph.nodes[node].address;
        let id = if number == 0 { format!("n{node}") } else { format!("n{node}p{number}") };
        out.push_str(&format!("  {id}[\"{words} <br/> {}\"]\n", label(address)));
        for (when, user) in drawn {
            let presence = graph.nodes[node].presence.and(when);
            let user = graph.users[*user].node;
            if presence.is_always() {
                out.push_str(&format!("  n{user} --> {id}\n"));
            } else {
                out.push_str(&format!("  n{user} -. \"{}\" .-> {id}\n", label(&presence.to_string())));
            }
        }
    }
    out
}

/// Text inside a Mermaid label: quotes, angle brackets and everything else that could end it as entities.
fn label(text: &str) -> String {
    let mut safe = String::new();
    for character in inert(text).chars() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '.' | '_' | '-' | '/' | '=' | ',' | '@' | '+' | ':' => {
                safe.push(character);
            }
            other => safe.push_str(&format!("#{};", u32::from(other))),
        }
    }
    safe
}
