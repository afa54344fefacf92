//! The accounts and users of reports, as nodes of the graph.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use crate::graph::{
    CredentialKind, Graph, GraphRoot, LiveAccount, LiveCredential, LiveUser, Node, NodeId, NodeKind, Use,
};
use crate::source::{Notice, NoticeKind, Place, Span};
use crate::value::Condition;

use super::report::Row;
use super::wording::some_of;
use super::{Claim, GivenReport};

/// Most accounts that are looked at: the largest organisations have about as many.
const MAX_ACCOUNTS: usize = 10_000;

/// An account of the graph, and what is said of where its code is.
pub struct Account {
    /// Index into [`Graph::live_accounts`].
    pub index: usize,
    /// What somebody says the report is about.
    pub claims: Vec<Claim>,
    /// Its users: indices into [`Graph::live_users`].
    pub users: Range<usize>,
    /// Where the report begins to speak of it.
    span: Span,
}

/// Adds the accounts of all reports, each once, and their users.
pub fn add(graph: &mut Graph, given: &[GivenReport]) -> (Vec<Account>, Vec<Notice>) {
    let (mut accounts, mut notices): (Vec<Account>, Vec<Notice>) = (Vec::new(), Vec::new());
    // The newest report of an account counts; of several that do not say, the first.
    let mut order: Vec<&GivenReport> = given.iter().collect();
    order.sort_by_key(|given| std::cmp::Reverse(given.report.generated));
    let mut known: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for given in order {
        for (number, rows) in by_account(&given.report.rows) {
            let Some(first) = rows.first().map(|row| row.span) else { continue };
            if accounts.len() == MAX_ACCOUNTS {
                let message = format!(
                    "there are reports of more than {MAX_ACCOUNTS} accounts, and those from here on are not looked at"
                );
                notices.push(Notice::at(NoticeKind::LimitReached, first, message));
                return (accounts, notices);
            }
            if let Claim::Account(claimed) = &given.claim
                && number.as_ref().is_some_and(|number| number != claimed)
            {
                let number = number.as_deref().unwrap_or_default();
                let message = format!(
                    "this user is in account {number}, and the report was said to be that of account {claimed}"
                );
                let notice = Notice::at(NoticeKind::InvalidConfiguration, first, message);
                notices.push(notice.with_help(
                    "leave the number out, or name the report of that account; what the report says counts",
                ));
            }
            let number = match (&number, &given.claim) {
                (None, Claim::Account(claimed)) => Some(Arc::clone(claimed)),
                _ => number,
            };
            if let Some(same) = number.as_ref().and_then(|number| known.get(number)) {
                let same: &mut Account = &mut accounts[*same];
                same.claims.push(given.claim.clone());
                if same.span != first {
                    let number = number.as_deref().unwrap_or_default();
                    let message = format!(
                        "there is a newer report of account {number}, so what this one says of it does not count"
                    );
                    notices.push(
                        Notice::at(NoticeKind::InvalidConfiguration, first, message)
                            .with_help("name one report of each account"),
                    );
                }
                continue;
            }
            if let Some(number) = &number {
                known.insert(Arc::clone(number), accounts.len());
            }
            notices.extend(later_than(&rows, given));
            notices.extend(undated(&rows));
            let index = add_account(graph, number, &rows, given);
            let start = graph.live_users.len();
            for row in rows {
                add_user(graph, index, row);
            }
            let users = start..graph.live_users.len();
            accounts.push(Account { index, claims: vec![given.claim.clone()], users, span: first });
        }
    }
    (accounts, notices)
}

/// Dates that come after the moment that ages are counted to, by more than the clocks of two machines differ.
fn later_than(rows: &[&Row], given: &GivenReport) -> Option<Notice> {
    let as_of = given.as_of();
    let latest = as_of.checked_add(jiff::SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX);
    let late = |row: &&&Row| times(row).filter(|time| *time > latest).max();
    let (row, time) = rows.iter().find_map(|row| Some((row, late(&row)?)))?;
    let message = format!(
        "user {} has a date, {time}, after {as_of}, to which ages are counted: what happened after it counts as new",
        row.user
    );
    let notice = Notice::at(NoticeKind::AgesCounted, row.user_span, message);
    Some(notice.with_help("give the day of the report as --as-of"))
}

/// Credentials that were never used, and of which the report does not say since when that could be.
fn undated(rows: &[&Row]) -> Option<Notice> {
    let of_row = |row: &&Row| {
        let is_undated = |used: Use, changed: Option<Timestamp>| used == Use::Never && changed.is_none();
        let password = (row.password_enabled == Some(true)
            && is_undated(row.password_last_used, row.password_last_changed))
        .then(|| (format!("the password of {}", row.user), row.password_span));
        let keys =
            row.access_keys.iter().filter(|key| key.active && is_undated(key.last_used, key.last_rotated));
        let keys = keys.map(|key| (format!("access key {} of {}", key.number, row.user), key.span));
        password.into_iter().chain(keys).collect::<Vec<_>>()
    };
    let (names, spans): (Vec<String>, Vec<Span>) =
        rows.iter().filter(|row| !row.is_root).flat_map(of_row).unzip();
    let message = format!(
        "whether {} is used cannot be told: it never was, and the report does not say since when there is one",
        some_of(&names, "or")
    );
    Some(Notice::at(NoticeKind::UnknownValue, *spans.first()?, message))
}

fn times(row: &Row) -> impl Iterator<Item = Timestamp> {
    let used = |last: Use| match last {
        Use::At(time) => Some(time),
        Use::Never | Use::Unknown => None,
    };
    let of_keys = row.access_keys.iter().flat_map(move |key| [key.last_rotated, used(key.last_used)]);
    let of_user = [row.created, row.password_last_changed, used(row.password_last_used)];
    of_user.into_iter().chain(of_keys).flatten()
}

fn by_account(rows: &[Row]) -> Vec<(Option<Arc<str>>, Vec<&Row>)> {
    let mut places: BTreeMap<Option<Arc<str>>, usize> = BTreeMap::new();
    let mut accounts: Vec<(Option<Arc<str>>, Vec<&Row>)> = Vec::new();
    for row in rows {
        let place = *places.entry(row.account.clone()).or_insert_with(|| {
            accounts.push((row.account.clone(), Vec::new()));
            accounts.len() - 1
        });
        accounts[place].1.push(row);
    }
    accounts
}

fn add_account(graph: &mut Graph, number: Option<Arc<str>>, rows: &[&Row], given: &GivenReport) -> usize {
    // A report has another name each month, an account keeps its number.
    let path = match &number {
        Some(number) => format!("account {number}"),
        None => "an account without a number".to_owned(),
    };
    let (format, address) = (GraphRoot::OF_REPORT, Arc::from(path.as_str()));
    graph.roots.push(GraphRoot { path, format, assumption: Condition::always() });
    let root = graph.roots.len() - 1;
    let row = rows
        .iter()
        .find(|row| row.is_root)
        .or(rows.first())
        .map_or_else(|| Span::new(given.report.file, 0, 0), |row| row.user_span);
    let label = format!("{address} in the credential report");
    let node = add_node(graph, NodeKind::Account, root, &address, row, label);
    let as_of = given.as_of();
    graph.live_accounts.push(LiveAccount { node, root, number, name: None, as_of, root_user: None });
    graph.live_accounts.len() - 1
}

fn add_user(graph: &mut Graph, account: usize, row: &Row) {
    let root = graph.live_accounts[account].root;
    let address = row.arn.clone().unwrap_or_else(|| Arc::clone(&row.user));
    let who = if row.is_root { "the root user".to_owned() } else { format!("user {}", row.user) };
    let node = add_node(
        graph,
        NodeKind::User,
        root,
        &address,
        row.user_span,
        format!("{who} in the credential report"),
    );
    let mut credential = |kind: CredentialKind, number: u8, span: Span| {
        let credential = kind.label(number);
        let kind = match kind {
            CredentialKind::Password => NodeKind::Password,
            CredentialKind::AccessKey => NodeKind::AccessKey,
            CredentialKind::Certificate => NodeKind::Certificate,
        };
        let address: Arc<str> = format!("{address} {credential}").into();
        add_node(graph, kind, root, &address, span, format!("{credential} of {who} in the credential report"))
    };
    let password = (row.password_enabled == Some(true)).then(|| LiveCredential {
        node: credential(CredentialKind::Password, 0, row.password_span),
        kind: CredentialKind::Password,
        number: 0,
        active: true,
        changed: row.password_last_changed,
        used: row.password_last_used,
        used_at: [None, None],
    });
    let access_keys = row.access_keys.iter().map(|key| LiveCredential {
        node: credential(CredentialKind::AccessKey, key.number, key.span),
        kind: CredentialKind::AccessKey,
        number: key.number,
        active: key.active,
        changed: key.last_rotated,
        used: key.last_used,
        used_at: [key.last_used_region.clone(), key.last_used_service.clone()],
    });
    let access_keys = access_keys.collect();
    let certificates = row.certificates.iter().map(|certificate| LiveCredential {
        node: credential(CredentialKind::Certificate, certificate.number, certificate.span),
        kind: CredentialKind::Certificate,
        number: certificate.number,
        active: certificate.active,
        changed: certificate.last_rotated,
        used: Use::Unknown,
        used_at: [None, None],
    });
    let certificates = certificates.collect();
    if row.is_root {
        graph.live_accounts[account].root_user = Some(graph.live_users.len());
    }
    graph.live_users.push(LiveUser {
        node,
        account,
        name: Arc::clone(&row.user),
        path: row.path.clone(),
        created: row.created,
        password_enabled: row.password_enabled,
        password,
        access_keys,
        certificates,
        mfa_active: row.mfa_active,
        declared: Condition::never(),
        joined_to: Vec::new(),
        is_ambiguous: false,
        is_compared: false,
    });
}

fn add_node(
    graph: &mut Graph,
    kind: NodeKind,
    root: usize,
    address: &Arc<str>,
    span: Span,
    label: String,
) -> NodeId {
    graph.nodes.push(Node {
        kind,
        address: Arc::clone(address),
        root,
        presence: Condition::always(),
        stands_for: None,
        provenance: vec![Place::new(span, label)],
        managed: false,
        existed_before: Condition::always(),
        imported: Condition::never(),
        inferred_from: None,
        construct_path: None,
        constructed_at: None,
    });
    graph.nodes.len() - 1
}
