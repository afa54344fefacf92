//! From a value that names a user or a group to the user or group: by reference first, then by equal known
//! names within one account, then by the same unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::resource::AccountIdentity;
use crate::value::{Condition, Data, Mark, Value};

use super::{Alternatives, Name, by_default};

/// Longest name that is kept (characters). IAM's own limit is 64 for a user and 2,048 for an ARN.
const MAX_NAME: usize = 2_048;

/// Users of one account that may bear one name. AWS allows one: several are alternatives of one another, and past this
/// many a file would make each of many credentials belong to each of many users.
pub const MAX_NAMESAKES: usize = 64;

/// What tells users apart: the root, the account within it, and a name or what stands for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct NameKey {
    root: usize,
    account: Arc<str>,
    /// Lower case: IAM compares names without case.
    name: Name,
}

/// Finds users by what a credential says of them.
#[derive(Debug, Default)]
pub struct UserIndex {
    by_address: BTreeMap<(usize, Arc<str>), usize>,
    by_name: BTreeMap<NameKey, Alternatives<usize>>,
    /// Names of more users than are kept.
    crowded: BTreeSet<NameKey>,
    /// The accounts in which a name is that of a user.
    accounts: BTreeMap<(usize, Name), BTreeMap<Arc<str>, usize>>,
}

/// What a value says about who is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// The user at an address of the same root.
    Address(Arc<str>),
    /// A user of that name.
    Name(Name),
    /// Nothing that can be followed.
    Nothing,
}

impl UserIndex {
    /// Adds a user under its address and each of its names. Gives the first of them that too many users bear already, if
    /// nobody was told of it yet.
    pub fn add(
        &mut self,
        user: usize,
        root: usize,
        address: &Arc<str>,
        account: &Arc<str>,
        names: &Alternatives<Name>,
    ) -> Option<Name> {
        let mut crowded = None;
        self.by_address.insert((root, Arc::clone(address)), user);
        for (condition, name) in names {
            let key = name_key(root, account, name);
            let accounts = self.accounts.entry((root, key.name.clone())).or_default();
            accounts.entry(Arc::clone(account)).or_insert(user);
            let namesakes = self.by_name.entry(key.clone()).or_default();
            if namesakes.len() < MAX_NAMESAKES {
                namesakes.push((condition.clone(), user));
            } else if self.crowded.insert(key) {
                crowded = crowded.or(Some(name.clone()));
            }
        }
        crowded
    }

    /// The users at an address or of a name, each when.
    pub fn find(&self, root: usize, account: &Arc<str>, said: &Said) -> Alternatives<usize> {
        match said {
            Said::Address(address) => self
                .by_address
                .get(&(root, Arc::clone(address)))
                .map(|user| vec![(Condition::always(), *user)])
                .unwrap_or_default(),
            Said::Name(name) => self.by_name.get(&name_key(root, account, name)).cloned().unwrap_or_default(),
            Said::Nothing => Vec::new(),
        }
    }

    /// The users of that name in accounts that are not surely others than this one.
    pub fn perhaps(
        &self,
        root: usize,
        account: &Arc<str>,
        name: &Name,
        identities: &BTreeMap<Arc<str>, AccountIdentity>,
    ) -> Option<(Arc<str>, usize)> {
        let identity = |account| identities.get(account).copied().unwrap_or_default();
        let key = name_key(root, account, name);
        let (here, accounts) = (identity(account), self.accounts.get(&(root, key.name))?);
        accounts
            .iter()
            .filter(|(other, _)| *other != account)
            .find(|(other, _)| here == AccountIdentity::Open || identity(*other) != here)
            .map(|(other, user)| (Arc::clone(other), *user))
    }

    /// Whether a user stands at that address.
    pub fn has_address(&self, root: usize, address: &Arc<str>) -> bool {
        self.by_address.contains_key(&(root, Arc::clone(address)))
    }
}

fn name_key(root: usize, account: &Arc<str>, name: &Name) -> NameKey {
    let name = match name {
        // Whether a name is shown does not matter to whose it is.
        Name::Known(text) | Name::Sensitive(text) => Name::Known(text.to_lowercase().into()),
        Name::Unknown(identity) => Name::Unknown(Arc::clone(identity)),
    };
    NameKey { root, account: Arc::clone(account), name }
}

/// Who one alternative of a value names. `is_user` tells whether a user stands at an address.
pub fn said(value: &Value, is_user: impl Fn(&Arc<str>) -> bool) -> Said {
    for mark in value.marks.iter() {
        if let Mark::AttributeOf { address, attribute } = mark
            && &**attribute != "arn"
            && is_user(address)
        {
            return Said::Address(Arc::clone(address));
        }
    }
    match name_of(value) {
        Some(name) => Said::Name(name),
        None => Said::Nothing,
    }
}

/// The name that a value is, when it is text or an unknown that is no error.
pub fn name_of(value: &Value) -> Option<Name> {
    match &value.data {
        Data::String(text) if text.chars().count() > MAX_NAME => {
            Some(Name::Unknown(format!("a name of {} characters", text.chars().count()).into()))
        }
        Data::String(text) if value.marks.iter().any(Mark::hides) => Some(Name::Sensitive(Arc::clone(text))),
        Data::String(text) if !text.is_empty() => Some(Name::Known(Arc::clone(text))),
        Data::Number(number) => Some(Name::Known(number.to_string().into())),
        Data::Bool(value) => Some(Name::Known(value.to_string().into())),
        Data::Unknown(unknown) if unknown.error_message().is_none() => {
            Some(Name::Unknown(Arc::clone(&unknown.identity)))
        }
        _ => None,
    }
}

/// The name that a value is, or is by default.
pub fn default_name_of(value: &Value) -> Option<Name> {
    name_of(value).or_else(|| {
        let alternatives = value.alternatives();
        by_default(&alternatives).or(alternatives.first().map(|(_, one)| one)).and_then(name_of)
    })
}

/// The elements of a collection of names, each with the condition under which it is there. `None` when which
/// there are is not known.
pub fn members(value: &Value) -> Option<Alternatives<Value>> {
    let mut all = Vec::new();
    for (condition, collection) in value.alternatives() {
        match &collection.data {
            Data::List(elements) | Data::Set(elements) | Data::Tuple(elements) => {
                for element in elements.iter() {
                    // What a condition takes out of the list is null there.
                    let there = element.alternatives().into_iter().filter(|(_, element)| !element.is_null());
                    all.extend(there.map(|(inner, element)| (condition.and(&inner), element)));
                }
            }
            Data::Each(each) => {
                for (inner, element) in each.element.alternatives() {
                    all.push((condition.and(&inner).and(&each.when), element));
                }
            }
            Data::Null => {}
            _ => return None,
        }
    }
    // What an element would be in a world that the list is not there in.
    all.retain(|(condition, _)| !condition.is_never());
    Some(all)
}
