//! One user's part of the graph: what hangs on the user, under which conditions, and what of it is there in
//! one world.

use std::sync::Arc;

use crate::graph::worlds::World;
use crate::graph::{
    AccessKey, Alternatives, Exposure, Grantee, Graph, LiveUser, Membership, Name, NodeKind, OtherCredential,
    Password, PolicyGrant, User, by_default,
};
use crate::value::Condition;

use super::live::live_user;
use super::record::{
    AccessKeyRecord, CertificateRecord, ExposureRecord, GroupRecord, MfaDeviceRecord, PasswordRecord,
    PolicyRecord, ServiceCredentialRecord, SshKeyRecord, UserRecord,
};

/// What hangs on one user; each with the condition under which it is this user's.
pub struct Neighbourhood<'g> {
    graph: &'g Graph,
    index: usize,
    user: &'g User,
    access_keys: Vec<(Condition, &'g AccessKey)>,
    passwords: Vec<(Condition, &'g Password)>,
    memberships: Vec<(Condition, &'g Membership)>,
    grants: Vec<(Condition, &'g PolicyGrant)>,
    group_grants: Vec<&'g PolicyGrant>,
    others: Vec<(Condition, &'g OtherCredential)>,
}

/// The neighbourhoods of all users, found in one pass over the graph.
pub fn neighbourhoods(graph: &Graph) -> Vec<Neighbourhood<'_>> {
    let mut all: Vec<Neighbourhood<'_>> = graph
        .users
        .iter()
        .enumerate()
        .map(|(index, user)| Neighbourhood {
            graph,
            index,
            user,
            access_keys: Vec::new(),
            passwords: Vec::new(),
            memberships: Vec::new(),
            grants: Vec::new(),
            group_grants: Vec::new(),
            others: Vec::new(),
        })
        .collect();
    let there = |node: usize, condition: &Condition| graph.nodes[node].presence.and(condition);
    for key in &graph.access_keys {
        for (when, user) in &key.owners {
            all[*user].access_keys.push((there(key.node, when), key));
        }
    }
    for password in &graph.passwords {
        for (when, user) in &password.owners {
            all[*user].passwords.push((there(password.node, when), password));
        }
    }
    for other in &graph.other_credentials {
        for (when, user) in &other.owners {
            all[*user].others.push((there(other.node, when), other));
        }
    }
    for membership in &graph.memberships {
        for (when, user) in &membership.owners {
            all[*user].memberships.push((there(membership.node, when), membership));
        }
    }
    for grant in &graph.grants {
        if let Grantee::Users(owners) = &grant.grantee {
            for (when, user) in owners {
                all[*user].grants.push((there(grant.node, when), grant));
            }
        }
    }
    let group_grants: Vec<&PolicyGrant> =
        graph.grants.iter().filter(|grant| matches!(grant.grantee, Grantee::Groups(_))).collect();
    for one in &mut all {
        // Only users in a group can have what the group has.
        if !one.memberships.is_empty() {
            let root = graph.nodes[one.user.node].root;
            one.group_grants = group_grants
                .iter()
                .filter(|grant| graph.nodes[grant.node].root == root && grant.account == one.user.account)
                .copied()
                .collect();
        }
    }
    all
}

impl<'g> Neighbourhood<'g> {
    /// The user.
    pub fn user(&self) -> &'g User {
        self.user
    }

    /// What credential reports say of it: one in each account that its code is deployed to, or none.
    pub fn lives(&self) -> Vec<Option<&'g LiveUser>> {
        let graph = self.graph;
        let all: Vec<_> =
            graph.lives_of(self.index).iter().map(|live| Some(&graph.live_users[*live])).collect();
        if all.is_empty() { vec![None] } else { all }
    }

    /// The number of its account, where a report or the code tells.
    pub fn account(&self, live: Option<&LiveUser>) -> Option<String> {
        let of_report = live.and_then(|live| self.graph.live_accounts[live.account].number.as_ref());
        let root = self.graph.nodes[self.user.node].root;
        let of_code = || self.graph.account_numbers.get(&(root, Arc::clone(&self.user.account)));
        of_report.or_else(of_code).map(ToString::to_string)
    }

    /// What holds in every world that there can be.
    pub fn assumption(&self) -> &'g Condition {
        &self.graph.roots[self.graph.nodes[self.user.node].root].assumption
    }

    /// Every condition that can make the record differ from world to world.
    pub fn conditions(&self) -> Vec<&Condition> {
        let existed = |node: usize| &self.graph.nodes[node].existed_before;
        let user = &self.graph.nodes[self.user.node];
        let mut all: Vec<&Condition> = vec![&user.presence, &user.existed_before, &user.imported];
        all.extend(self.user.names.iter().map(|(when, _)| when));
        all.extend(self.user.paths.iter().map(|(when, _)| when));
        for (when, key) in &self.access_keys {
            all.extend([when, existed(key.node), &key.active, &key.encrypted]);
            all.push(&self.graph.nodes[key.node].imported);
            all.extend(self.exposures(&key.exposures).map(|exposure| &exposure.when));
        }
        for (when, password) in &self.passwords {
            all.extend([when, existed(password.node), &password.reset_required, &password.encrypted]);
            all.extend(self.exposures(&password.exposures).map(|exposure| &exposure.when));
        }
        for (when, other) in &self.others {
            all.extend([when, &other.active]);
        }
        for (when, membership) in &self.memberships {
            all.push(when);
            all.extend(membership.groups.iter().map(|(when, _)| when));
        }
        for (when, grant) in &self.grants {
            all.extend([when, &grant.administrator]);
        }
        for grant in &self.group_grants {
            all.extend([&self.graph.nodes[grant.node].presence, &grant.administrator]);
            if let Grantee::Groups(names) = &grant.grantee {
                all.extend(names.iter().map(|(when, _)| when));
            }
        }
        for live in self.lives().into_iter().flatten() {
            all.push(&live.declared);
            all.extend(live.joined_to.iter().map(|node| &self.graph.nodes[*node].presence));
        }
        all.retain(|condition| !condition.is_always() && !condition.is_never());
        all
    }

    /// The record of the user in a world, with what one report says of it; `None` when neither the user nor a credential
    /// of it is there.
    pub fn record(&self, world: &World, live: Option<&LiveUser>) -> Option<UserRecord> {
        let node = &self.graph.nodes[self.user.node];
        let is_there = node.presence.holds(world);
        let mut access_keys: Vec<AccessKeyRecord> =
            present(&self.access_keys, world).map(|key| self.access_key(key, world)).collect();
        let mut password =
            present(&self.passwords, world).map(|password| self.password(password, world)).next();
        let groups = self.groups(world);
        let policies = self.policies(&groups, world);
        let mut ssh_keys = Vec::new();
        let mut service_credentials = Vec::new();
        let mut certificates = Vec::new();
        let mut mfa_devices = Vec::new();
        for other in present(&self.others, world) {
            let (node, address) = self.address(other.node);
            let active = other.active.holds(world);
            match self.graph.nodes[other.node].kind {
                NodeKind::SshKey => ssh_keys.push(SshKeyRecord { node, address, active }),
                NodeKind::MfaDevice => mfa_devices.push(MfaDeviceRecord { node, address }),
                NodeKind::Certificate => certificates.push(CertificateRecord { node, address, active }),
                _ => service_credentials.push(ServiceCredentialRecord {
                    node,
                    address,
                    service: other.service.as_ref().map(|name| name.text().to_string()).unwrap_or_default(),
                    active,
                    // An unknown age is not taken for "never".
                    age_days: other.age_days.unwrap_or(Some(0)),
                }),
            }
        }
        let has_something = !access_keys.is_empty()
            || password.is_some()
            || !policies.is_empty()
            || !ssh_keys.is_empty()
            || !service_credentials.is_empty()
            || !certificates.is_empty();
        let is_managed = is_there && node.managed;
        let name = pick(&self.user.names, world);
        let live = live.filter(|live| (is_there || self.speaks_for(live, world)) && may_be(name, live));
        if !has_something && !is_managed && live.is_none() {
            return None;
        }
        if let Some(live) = live {
            let has_all_keys = live.access_keys.len() >= access_keys.len();
            for key in &mut access_keys {
                key.created &= !has_all_keys;
            }
            if let Some(password) = &mut password {
                password.created &= live.password.is_none();
            }
        }
        let known = name.and_then(Name::known);
        let people = &self.graph.people;
        Some(UserRecord {
            node: self.user.node,
            address: node.address.to_string(),
            name: name.map(|name| name.text().to_string()).unwrap_or_default(),
            name_known: known.is_some(),
            machine: known.is_some_and(|name| people.is_machine(name)),
            human: known.is_some_and(|name| people.is_human(name)),
            path: pick(&self.user.paths, world).and_then(Option::as_deref).map(str::to_owned),
            managed: is_managed,
            // What the account has already no deployment creates.
            created: is_managed && live.is_none() && node.created().holds(world),
            imported: is_managed && node.imported.holds(world),
            access_keys,
            password,
            groups,
            policies,
            ssh_keys,
            service_credentials,
            certificates,
            mfa_devices,
            format: self.graph.roots[node.root].format.to_owned(),
            live: live.map(|live| live_user(self.graph, live, world)),
        })
    }

    /// Whether the user stands for one of a report in a world in which the code makes none: the account has it all the same.
    fn speaks_for(&self, live: &LiveUser, world: &World) -> bool {
        let is_first = live.joined_to.first() == Some(&self.user.node);
        is_first && !live.joined_to.iter().any(|node| self.graph.nodes[*node].presence.holds(world))
    }

    fn access_key(&self, key: &AccessKey, world: &World) -> AccessKeyRecord {
        let (node, address) = self.address(key.node);
        let exposures = self.exposures_in(&key.exposures, world);
        AccessKeyRecord {
            node,
            address,
            active: key.active.holds(world),
            created: self.graph.nodes[key.node].created().holds(world),
            imported: self.graph.nodes[key.node].imported.holds(world),
            in_state: self.graph.roots[self.graph.nodes[key.node].root].keeps_state(),
            encrypted: key.encrypted.holds(world),
            exposures,
        }
    }

    fn password(&self, password: &Password, world: &World) -> PasswordRecord {
        let (node, address) = self.address(password.node);
        PasswordRecord {
            node,
            address,
            created: self.graph.nodes[password.node].created().holds(world),
            reset_required: password.reset_required.holds(world),
            encrypted: password.encrypted.holds(world),
            exposures: self.exposures_in(&password.exposures, world),
        }
    }

    fn exposures_in(&self, exposures: &'g [usize], world: &World) -> Vec<ExposureRecord> {
        self.exposures(exposures)
            .filter(|exposure| exposure.when.holds(world))
            .map(|exposure| {
                let (node, address) = self.address(exposure.node);
                ExposureRecord { node, address, place: exposure.place.to_string() }
            })
            .collect()
    }

    fn groups(&self, world: &World) -> Vec<GroupRecord> {
        let mut groups = Vec::new();
        for membership in present(&self.memberships, world) {
            for (when, name) in &membership.groups {
                // A user is in a group once, however often it is said.
                let is_known =
                    groups.iter().any(|group: &GroupRecord| group.name.eq_ignore_ascii_case(name.text()));
                if when.holds(world) && !is_known {
                    groups.push(GroupRecord { node: membership.node, name: name.text().to_string() });
                }
            }
        }
        if groups.is_empty() && self.user.perhaps_in_group {
            groups.push(GroupRecord { node: self.user.node, name: "a group that is not known".to_owned() });
        }
        groups
    }

    fn policies(&self, groups: &[GroupRecord], world: &World) -> Vec<PolicyRecord> {
        let record = |grant: &PolicyGrant, group: Option<String>| {
            let (node, address) = self.address(grant.node);
            PolicyRecord {
                node,
                address,
                name: grant.name.text().to_string(),
                kind: if grant.inline { "inline" } else { "managed" }.to_owned(),
                direct: group.is_none(),
                group,
                administrator: grant.administrator.holds(world),
            }
        };
        let mut policies: Vec<PolicyRecord> =
            present(&self.grants, world).map(|grant| record(grant, None)).collect();
        for grant in &self.group_grants {
            let Grantee::Groups(names) = &grant.grantee else { continue };
            if !self.graph.nodes[grant.node].presence.holds(world) {
                continue;
            }
            for (when, name) in names {
                let group = groups.iter().find(|group| group.name.eq_ignore_ascii_case(name.text()));
                if let (true, Some(group)) = (when.holds(world), group) {
                    policies.push(record(grant, Some(group.name.clone())));
                }
            }
        }
        policies
    }

    fn exposures(&self, exposures: &'g [usize]) -> impl Iterator<Item = &'g Exposure> {
        let graph = self.graph;
        exposures.iter().map(|exposure| &graph.exposures[*exposure])
    }

    fn address(&self, node: usize) -> (usize, String) {
        (node, self.graph.nodes[node].address.to_string())
    }
}

/// Whether a user that goes by a name in a world is the one of a report that it was joined to: names can differ from world
/// to world.
fn may_be(name: Option<&Name>, live: &LiveUser) -> bool {
    match name {
        Some(Name::Known(text) | Name::Sensitive(text)) => text.to_lowercase() == live.name.to_lowercase(),
        Some(Name::Unknown(_)) => true,
        None => false,
    }
}

fn present<'a, T>(items: &'a [(Condition, &'a T)], world: &'a World) -> impl Iterator<Item = &'a T> {
    items.iter().filter(|(when, _)| when.holds(world)).map(|(_, item)| *item)
}

fn pick<'a, T>(alternatives: &'a Alternatives<T>, world: &World) -> Option<&'a T> {
    alternatives.iter().find(|(when, _)| when.holds(world)).map(|(_, item)| item)
}

/// The name of a user under the inputs given and the defaults, when it is known.
pub fn default_name(user: &User) -> Option<&Arc<str>> {
    by_default(&user.names).and_then(Name::known)
}
