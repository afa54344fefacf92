//! The users that code can mean, by what tells accounts apart, and which accounts they can be in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::graph::{Graph, Name, User};
use crate::source::{Notice, NoticeKind};

use super::Claim;
use super::accounts::Account;
use super::wording::some_of;

/// The users of one root and account, as the code tells accounts apart.
pub struct Scope {
    /// Index of the root.
    pub root: usize,
    /// The account's number, where that is known.
    number: Option<Arc<str>>,
    /// Users by name in lower case: AWS takes no two that differ in case alone.
    pub by_name: BTreeMap<String, Vec<usize>>,
    /// Users whose names `CloudFormation` makes up, by logical id.
    pub by_logical_id: BTreeMap<String, Vec<usize>>,
    /// Users that the code creates under other names that are not known.
    pub unnamed: Vec<usize>,
}

/// Which scopes an account may be that of: indices.
#[derive(Default)]
pub struct Relation {
    /// Those that say so themselves, or of which somebody says so.
    pub sure: Vec<usize>,
    /// Those that do not say, and fit by their names.
    pub by_name: Vec<usize>,
    /// Those that fit several accounts by their names.
    pub disputed: Vec<usize>,
    /// Those that do not say, and fit no account by a name.
    pub silent: Vec<usize>,
}

/// The scopes of a graph, in document order.
pub fn scopes(graph: &Graph) -> Vec<Scope> {
    let mut places: BTreeMap<(usize, Arc<str>), usize> = BTreeMap::new();
    let mut scopes: Vec<Scope> = Vec::new();
    for (index, user) in graph.users.iter().enumerate().filter(|(_, user)| !user.is_placeholder) {
        let root = graph.nodes[user.node].root;
        let key = (root, Arc::clone(&user.account));
        let number = graph.account_numbers.get(&key).cloned();
        let place = *places.entry(key).or_insert_with(|| {
            scopes.push(Scope {
                root,
                number,
                by_name: BTreeMap::new(),
                by_logical_id: BTreeMap::new(),
                unnamed: Vec::new(),
            });
            scopes.len() - 1
        });
        scopes[place].add(graph, index, user);
    }
    scopes
}

impl Scope {
    fn add(&mut self, graph: &Graph, index: usize, user: &User) {
        let node = &graph.nodes[user.node];
        for (_, name) in &user.names {
            if let Name::Known(text) | Name::Sensitive(text) = name {
                let users = self.by_name.entry(text.to_lowercase()).or_default();
                if !users.contains(&index) {
                    users.push(index);
                }
            }
        }
        let is_unknown = |name: &Name| matches!(name, Name::Unknown(_));
        if !node.managed || !user.names.iter().any(|(_, name)| is_unknown(name)) {
            return;
        }
        let is_made_up = |name: &Name| matches!(name, Name::Unknown(identity) if *identity == node.address);
        let may_be_told = node.stands_for.is_none() && user.names.iter().all(|(_, name)| is_made_up(name));
        match user.logical_id.as_ref().filter(|_| may_be_told) {
            Some(id) => self.by_logical_id.entry(id.to_string()).or_default().push(index),
            None => self.unnamed.push(index),
        }
    }
}

/// The logical id in a name that `CloudFormation` makes up of the stack's name, the logical id and a random text:
/// `mystack-Deploy-1AB2CD3EF4GH`.
pub fn logical_id(name: &str) -> Option<&str> {
    let (before, random) = name.rsplit_once('-')?;
    let is_random =
        (8..=14).contains(&random.len()) && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (stack, logical_id) = before.rsplit_once('-')?;
    (is_random && !stack.is_empty() && !logical_id.is_empty()).then_some(logical_id)
}

/// Which accounts have a user of a name: places in the list of accounts.
#[derive(Default)]
struct Names<'g> {
    by_lower_case: BTreeMap<String, BTreeSet<usize>>,
    by_logical_id: BTreeMap<&'g str, BTreeSet<usize>>,
}

impl<'g> Names<'g> {
    fn of(graph: &'g Graph, accounts: &[Account]) -> Self {
        let mut names = Self::default();
        for (place, account) in accounts.iter().enumerate() {
            let root = graph.live_accounts[account.index].root_user;
            for user in account.users.clone().filter(|user| Some(*user) != root) {
                let name = &graph.live_users[user].name;
                names.by_lower_case.entry(name.to_lowercase()).or_default().insert(place);
                if let Some(id) = logical_id(name) {
                    names.by_logical_id.entry(id).or_default().insert(place);
                }
            }
        }
        names
    }

    /// The accounts that have a user of a name that a scope has.
    fn fitting(&self, scope: &Scope) -> BTreeSet<usize> {
        let by_name = scope.by_name.keys().filter_map(|name| self.by_lower_case.get(name));
        let by_id = scope.by_logical_id.keys().filter_map(|id| self.by_logical_id.get(id.as_str()));
        by_name.chain(by_id).flatten().copied().collect()
    }
}

/// For each account, which scopes it may be that of.
pub fn relations(graph: &Graph, scopes: &[Scope], accounts: &[Account]) -> (Vec<Relation>, Vec<Notice>) {
    let names = Names::of(graph, accounts);
    let mut relations: Vec<Relation> = accounts.iter().map(|_| Relation::default()).collect();
    let mut notices = Vec::new();
    for (index, scope) in scopes.iter().enumerate() {
        let path = graph.roots[scope.root].path.as_str();
        let claims = accounts.iter().flat_map(|account| &account.claims);
        let nearest = claims.filter_map(|claim| depth(claim, path)).max();
        let is_claimed_by = |account: &Account| {
            nearest.is_some() && account.claims.iter().any(|claim| depth(claim, path) == nearest)
        };
        if let (Some(number), true) = (&scope.number, nearest == Some(path.len())) {
            notices.extend(
                accounts
                    .iter()
                    .filter(|account| is_claimed_by(account))
                    .filter_map(|account| contradiction(graph, path, number, account)),
            );
        }
        let mut open = Vec::new();
        for (place, account) in accounts.iter().enumerate() {
            let number = graph.live_accounts[account.index].number.as_ref();
            let is_sure = match &scope.number {
                // What the code says of its account nobody can say otherwise.
                Some(known) => number == Some(known),
                None => is_claimed_by(account),
            };
            let is_free = !account.claims.iter().any(|claim| matches!(claim, Claim::Root(_)));
            if is_sure {
                relations[place].sure.push(index);
            } else if scope.number.is_none() && nearest.is_none() && is_free {
                open.push(place);
            }
        }
        let fitting = if open.is_empty() { BTreeSet::new() } else { names.fitting(scope) };
        let fitting: Vec<usize> = open.iter().copied().filter(|place| fitting.contains(place)).collect();
        match fitting.as_slice() {
            [] => {
                for place in open {
                    relations[place].silent.push(index);
                }
            }
            [only] => relations[*only].by_name.push(index),
            several => {
                for place in several {
                    relations[*place].disputed.push(index);
                }
                notices.push(disputed(graph, scope, several, accounts));
            }
        }
    }
    (relations, notices)
}

/// How near what somebody says is to a root: a folder stands for all roots in it, and the nearest one counts.
fn depth(claim: &Claim, root: &str) -> Option<usize> {
    let Claim::Root(claimed) = claim else { return None };
    let is_within = |rest: &str| rest.is_empty() || rest.starts_with('/');
    match &**claimed {
        "." => Some(0),
        folder => root.strip_prefix(folder).filter(|rest| is_within(rest)).map(|_| folder.len()),
    }
}

/// What is said of a root against what its code says of its account.
fn contradiction(graph: &Graph, path: &str, number: &str, account: &Account) -> Option<Notice> {
    let account = &graph.live_accounts[account.index];
    if account.number.as_deref() == Some(number) {
        return None;
    }
    let report = &graph.roots[account.root].path;
    let message = format!(
        "{path} is for account {number} by its code, and the report given for it is that of {report}"
    );
    let notice = Notice::about(NoticeKind::InvalidConfiguration, path, message);
    Some(notice.with_help(format!("give the report of account {number}; what the code says counts")))
}

fn disputed(graph: &Graph, scope: &Scope, places: &[usize], accounts: &[Account]) -> Notice {
    let path = &graph.roots[scope.root].path;
    let names: Vec<String> = places
        .iter()
        .map(|place| graph.roots[graph.live_accounts[accounts[*place].index].root].path.clone())
        .collect();
    let message = format!(
        "the users of {path} may be those of {}: it does not say which account it is for, so none of them is joined",
        some_of(&names, "or")
    );
    let help = format!(
        "give the report as --credential-report {path}=FILE, for each account that it is deployed to, or say `account` under \
         [[roots]] in credlint.toml"
    );
    Notice::about(NoticeKind::AmbiguousJoin, path.clone(), message).with_help(help)
}
