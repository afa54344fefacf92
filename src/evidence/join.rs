//! Which user of an account is which user of the code: by the account's number where the code tells it, by what somebody
//! says, and by names otherwise. What may be one of several is said, and joined to none.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use crate::graph::{Graph, Name, User};
use crate::source::{Notice, NoticeKind};
use crate::value::{Condition, Question};

use super::GivenReport;
use super::accounts;
use super::scopes::{Relation, Scope, logical_id, relations, scopes};
use super::wording::some_of;

/// The code that reports are joined to.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// What of it could not be read, where users may be declared: `module.users, whose source is not on disk`.
    pub unread: Option<String>,
}

/// What becomes of a user of an account.
enum Outcome {
    /// It is what these users of one root are; others of the same account, in other roots, say that they are it as well.
    Joined(Vec<usize>, Vec<usize>),
    /// It is this user of the code, going by the name that `CloudFormation` made up for it.
    TakenFor(usize),
    /// It is one of these users of the code, and none can be told to be it.
    Ambiguous(Vec<usize>),
    /// No code creates it, but for what is not known; these users name it.
    Undeclared(Vec<usize>, Condition),
}

/// Adds what reports say to the graph, and joins it to the users of the code. Without code, no user is taken to be missing in
/// it.
pub fn join(graph: &mut Graph, given: &[GivenReport], code: Option<&Code>) -> Vec<Notice> {
    let scopes = scopes(graph);
    let (accounts, mut notices) = accounts::add(graph, given);
    let (relations, disputed) = relations(graph, &scopes, &accounts);
    notices.extend(disputed);
    for (account, relation) in accounts.iter().zip(&relations) {
        let joining = Joining::new(graph, &scopes, relation, &account.users, code);
        let root = graph.live_accounts[account.index].root_user;
        let users = account.users.clone().filter(|live| Some(*live) != root);
        let outcomes: Vec<(usize, Outcome)> = users.map(|live| (live, joining.outcome(live))).collect();
        for (live, outcome) in outcomes {
            notices.extend(settle(graph, live, outcome, code.is_some()));
        }
    }
    notices
}

/// How sure it is that a scope is of the account.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tie {
    Sure,
    ByName,
    Disputed,
}

/// What the users of one account are joined to.
struct Joining<'a> {
    graph: &'a Graph,
    /// By name in lower case: how, the scope, the user.
    by_name: BTreeMap<&'a str, Vec<(Tie, usize, usize)>>,
    by_logical_id: BTreeMap<&'a str, Vec<(Tie, usize, usize)>>,
    /// How many users of the account have a name of which that may be the logical id.
    made_up: BTreeMap<String, usize>,
    /// Whether a user that is found nowhere may be declared all the same.
    doubt: Option<Arc<Question>>,
}

impl<'a> Joining<'a> {
    fn new(
        graph: &'a Graph,
        scopes: &'a [Scope],
        relation: &Relation,
        users: &Range<usize>,
        code: Option<&Code>,
    ) -> Self {
        let mut joining = Self {
            graph,
            by_name: BTreeMap::new(),
            by_logical_id: BTreeMap::new(),
            made_up: BTreeMap::new(),
            doubt: None,
        };
        for id in users.clone().filter_map(|live| logical_id(&graph.live_users[live].name)) {
            *joining.made_up.entry(id.to_owned()).or_default() += 1;
        }
        let ties = [
            (Tie::Sure, &relation.sure),
            (Tie::ByName, &relation.by_name),
            (Tie::Disputed, &relation.disputed),
        ];
        for (tie, indices) in ties {
            for index in indices {
                for (name, users) in &scopes[*index].by_name {
                    joining
                        .by_name
                        .entry(name)
                        .or_default()
                        .extend(users.iter().map(|user| (tie, *index, *user)));
                }
                for (id, users) in &scopes[*index].by_logical_id {
                    let entry = joining.by_logical_id.entry(id).or_default();
                    entry.extend(users.iter().map(|user| (tie, *index, *user)));
                }
            }
        }
        let all = [&relation.sure, &relation.by_name, &relation.disputed, &relation.silent];
        let unnamed: BTreeSet<usize> =
            all.into_iter().flatten().flat_map(|index| scopes[*index].unnamed.iter().copied()).collect();
        let unnamed: Vec<String> = unnamed
            .into_iter()
            .map(|user| format!("{}", graph.nodes[graph.users[user].node].address))
            .collect();
        let unread = code.and_then(|code| code.unread.as_deref());
        let names = (!unnamed.is_empty()).then(|| format!("the name of {}", some_of(&unnamed, "or")));
        let doubt = match (names, unread) {
            (Some(names), Some(unread)) => Some(format!("{names}, or of a user in {unread},")),
            (Some(names), None) => Some(names),
            (None, Some(unread)) => Some(format!("the name of a user in {unread},")),
            (None, None) => None,
        };
        joining.doubt = doubt.map(|doubt| Arc::new(Question::open(doubt)));
        joining
    }

    fn outcome(&self, live: usize) -> Outcome {
        let name = &self.graph.live_users[live].name;
        let is_managed =
            |(_, _, user): &&(Tie, usize, usize)| self.graph.nodes[self.graph.users[*user].node].managed;
        let found = self.by_name.get(name.to_lowercase().as_str()).map_or(&[][..], Vec::as_slice);
        let declared: Vec<_> = found.iter().filter(is_managed).copied().collect();
        if let Some(outcome) = told(&declared) {
            return outcome;
        }
        if let Some(outcome) = logical_id(name).and_then(|id| self.by_made_up_name(id)) {
            return outcome;
        }
        // One that is only named may be that of another root: both are about the same user then.
        let named =
            found.iter().filter(|(tie, ..)| *tie != Tie::Disputed).map(|(_, _, user)| *user).collect();
        let doubt = self.doubt.as_ref();
        let declared =
            doubt.map_or_else(Condition::never, |question| Condition::answered(question, [Arc::clone(name)]));
        Outcome::Undeclared(named, declared)
    }
}

impl Joining<'_> {
    /// What a name tells that `CloudFormation` may have made up: of one user in the account, and one in the code.
    fn by_made_up_name(&self, logical_id: &str) -> Option<Outcome> {
        let candidates = self.by_logical_id.get(logical_id)?;
        let is_only_one = self.made_up.get(logical_id) == Some(&1);
        match told(candidates)? {
            Outcome::Joined(users, others) if is_only_one && users.len() == 1 && others.is_empty() => {
                Some(Outcome::TakenFor(users[0]))
            }
            Outcome::Joined(users, others) => Some(Outcome::Ambiguous([users, others].concat())),
            other => Some(other),
        }
    }
}

/// What candidates tell: `None` when there is none.
fn told(candidates: &[(Tie, usize, usize)]) -> Option<Outcome> {
    for tie in [Tie::Sure, Tie::ByName] {
        let of_tie: Vec<_> = candidates.iter().filter(|candidate| candidate.0 == tie).collect();
        let Some((_, first, _)) = of_tie.first() else { continue };
        let (users, others): (Vec<_>, Vec<_>) = of_tie.iter().partition(|(_, scope, _)| scope == first);
        let plain =
            |candidates: Vec<&(Tie, usize, usize)>| candidates.into_iter().map(|(.., user)| *user).collect();
        if tie == Tie::Sure || others.is_empty() {
            return Some(Outcome::Joined(plain(users), plain(others)));
        }
        return Some(Outcome::Ambiguous(plain(of_tie)));
    }
    let users: Vec<usize> = candidates.iter().map(|(.., user)| *user).collect();
    (!users.is_empty()).then_some(Outcome::Ambiguous(users))
}

/// Writes an outcome into the graph, and says what has to be said of it.
fn settle(graph: &mut Graph, live: usize, outcome: Outcome, is_compared: bool) -> Option<Notice> {
    graph.live_users[live].is_compared = is_compared;
    match outcome {
        Outcome::Joined(users, others) => {
            graph.live_users[live].declared = Condition::always();
            let notice = users.first().filter(|_| !others.is_empty()).map(|first| {
                let name = &graph.live_users[live].name;
                let (first, others): (String, Vec<String>) =
                    (place_of(graph, *first), others.iter().map(|user| place_of(graph, *user)).collect());
                let message = format!(
                    "user {name} of this account is declared by {first}, where it is spoken of, and by {} as well",
                    some_of(&others, "and")
                );
                Notice::at(NoticeKind::AmbiguousJoin, graph.span(graph.live_users[live].node), message)
            });
            for user in users {
                tie(graph, user, live);
            }
            notice
        }
        Outcome::TakenFor(user) => {
            graph.live_users[live].declared = Condition::always();
            tie(graph, user, live);
            let node = &graph.nodes[graph.users[user].node];
            let (root, address, name) =
                (&graph.roots[node.root].path, &node.address, &graph.live_users[live].name);
            let message = format!(
                "user {name} is taken for {address} of {root}: CloudFormation makes such names of a stack's name, the \
                 logical id and a random text"
            );
            Some(Notice::at(NoticeKind::AmbiguousJoin, graph.span(graph.live_users[live].node), message))
        }
        Outcome::Ambiguous(users) => {
            graph.live_users[live].declared = Condition::always();
            graph.live_users[live].is_ambiguous = true;
            add_as_user(graph, live);
            let places: Vec<String> = users.iter().map(|user| place_of(graph, *user)).collect();
            // What only one root declares is disputed between accounts, which is said of the root.
            if places.len() < 2 {
                return None;
            }
            let name = &graph.live_users[live].name;
            let message =
                format!("user {name} may be {}, so it is joined to none of them", some_of(&places, "or"));
            let help = "give the report as --credential-report ROOT=FILE, or say `account` under [[roots]] in credlint.toml";
            let notice =
                Notice::at(NoticeKind::AmbiguousJoin, graph.span(graph.live_users[live].node), message);
            Some(notice.with_help(help))
        }
        Outcome::Undeclared(named, declared) => {
            graph.live_users[live].declared = declared;
            // Where code only names it, what code gives it is looked at together with what it has.
            if named.is_empty() {
                add_as_user(graph, live);
            }
            for user in named {
                tie(graph, user, live);
            }
            None
        }
    }
}

fn tie(graph: &mut Graph, user: usize, live: usize) {
    graph.lives.entry(user).or_default().push(live);
    graph.live_users[live].joined_to.push(graph.users[user].node);
}

fn place_of(graph: &Graph, user: usize) -> String {
    let node = &graph.nodes[graph.users[user].node];
    format!("{} of {}", node.address, graph.roots[node.root].path)
}

/// A user of an account that is none of the code's is one of the graph's own.
fn add_as_user(graph: &mut Graph, live: usize) {
    let user = &graph.live_users[live];
    let number = graph.live_accounts[user.account].number.clone();
    graph.users.push(User {
        node: user.node,
        names: vec![(Condition::always(), Name::Known(Arc::clone(&user.name)))],
        logical_id: None,
        paths: vec![(Condition::always(), user.path.clone())],
        account: number.unwrap_or_else(|| Arc::from("")),
        is_placeholder: false,
        perhaps_in_group: false,
    });
    let index = graph.users.len() - 1;
    tie(graph, index, live);
}
