//! What a credential report says of a user or an account, as a record.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::graph::worlds::World;
use crate::graph::{Graph, GraphRoot, LiveAccount, LiveCredential, LiveUser, NodeId, Use};

use super::record::{AccountRecord, LiveCredentialRecord, LiveUserRecord};

/// Whether a node stands in a credential report, not in code.
pub fn is_live(graph: &Graph, node: NodeId) -> bool {
    graph.roots[graph.nodes[node].root].format == GraphRoot::OF_REPORT
}

/// A user as a report shows it; in which world decides only whether code declares it.
pub fn live_user(graph: &Graph, user: &LiveUser, world: &World) -> LiveUserRecord {
    let account = &graph.live_accounts[user.account];
    let credential = |credential: &LiveCredential| live_credential(graph, account, user, credential);
    LiveUserRecord {
        node: user.node,
        address: graph.nodes[user.node].address.to_string(),
        name: user.name.to_string(),
        account: account.number.as_deref().unwrap_or_default().to_owned(),
        declared: user.declared.holds(world),
        ambiguous: user.is_ambiguous,
        compared: user.is_compared,
        age_days: user.created.map(|created| days(created, account.as_of)),
        password_enabled: user.password_enabled,
        password: user.password.as_ref().map(credential),
        access_keys: user.access_keys.iter().map(credential).collect(),
        certificates: user.certificates.iter().map(credential).collect(),
        mfa_active: user.mfa_active,
    }
}

/// An account as its report shows it.
pub fn live_account(graph: &Graph, account: &LiveAccount) -> AccountRecord {
    let root_user = account.root_user.map(|user| live_user(graph, &graph.live_users[user], &World::new()));
    AccountRecord {
        node: account.node,
        address: graph.nodes[account.node].address.to_string(),
        number: account.number.as_deref().unwrap_or_default().to_owned(),
        name: account.name.clone(),
        root_user,
    }
}

fn live_credential(
    graph: &Graph,
    account: &LiveAccount,
    user: &LiveUser,
    credential: &LiveCredential,
) -> LiveCredentialRecord {
    let since = |time: Timestamp| days(time, account.as_of);
    let (is_used, last) = match credential.used {
        Use::Never => (Some(false), None),
        Use::At(time) => (Some(true), Some(time)),
        Use::Unknown => (None, None),
    };
    let idle_days = match credential.used {
        Use::Never => credential.changed.map(since),
        Use::At(time) => Some(since(time)),
        Use::Unknown => None,
    };
    let after_user = |created: Timestamp| Some(credential.changed?.as_second() - created.as_second());
    let used_for = match &credential.used_at {
        [Some(region), Some(service)] => Some(format!("{service} in {region}")),
        [None, Some(service)] => Some(service.to_string()),
        _ => None,
    };
    LiveCredentialRecord {
        node: credential.node,
        address: graph.nodes[credential.node].address.to_string(),
        kind: credential.kind.name().to_owned(),
        label: credential.label(),
        active: credential.active,
        changed_on: credential.changed.map(day),
        changed_days: credential.changed.map(since),
        seconds_after_user: user.created.and_then(after_user),
        used: is_used,
        used_on: last.map(day),
        used_days: last.map(since),
        idle_days,
        used_for,
    }
}

/// Whole days from one time to another; 0 when it is later.
fn days(from: Timestamp, to: Timestamp) -> i64 {
    const SECONDS_OF_A_DAY: i64 = 24 * 60 * 60;
    (to.as_second() - from.as_second()).max(0) / SECONDS_OF_A_DAY
}

fn day(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).date().to_string()
}
