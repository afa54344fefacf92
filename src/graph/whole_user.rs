//! A resource that is a user and everything that hangs on it: password, groups and policies in one block.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::resource::Resource;
use crate::value::{Condition, Value};

use super::build::{Builder, when_true};
use super::links::{members, name_of};
use super::policies::{administrator_by_arn, administrator_by_document};
use super::{Grantee, Membership, Name, NodeKind, Owners, Password, exposures};

impl Builder {
    /// Adds what hangs on the user of a block.
    pub(super) fn whole_user(&mut self, root: usize, resource: &Resource) {
        let owners = self.user_at(root, &resource.address);
        if let Some(profile) = resource.value("login_profile") {
            self.login_profile(root, resource, profile, &owners);
        }
        if let Some(groups) = resource.value("groups") {
            let groups = members(groups).unwrap_or_else(|| vec![(Condition::always(), groups.clone())]);
            let groups = self.group_names(root, &groups);
            if !groups.is_empty() {
                let node = self.node(NodeKind::Membership, root, resource);
                self.graph.memberships.push(Membership { node, owners: owners.clone(), groups });
            }
        }
        self.listed_policies(root, resource, &|when| Grantee::Users(restricted(&owners, when)));
    }

    /// Adds what a group's own block grants to its members.
    pub(super) fn whole_group(&mut self, root: usize, resource: &Resource) {
        let Some(name) = self.groups.get(&(root, Arc::clone(&resource.address))).cloned() else { return };
        self.listed_policies(root, resource, &|when| Grantee::Groups(vec![(when.clone(), name.clone())]));
    }

    fn login_profile(&mut self, root: usize, resource: &Resource, profile: &Value, owners: &Owners) {
        let alternatives = profile.alternatives();
        let there = alternatives
            .iter()
            .filter(|(_, profile)| !profile.is_null())
            .fold(Condition::never(), |any, (when, _)| any.or(when));
        let reset_required = alternatives.iter().fold(Condition::never(), |any, (when, profile)| {
            let required = profile.entries().and_then(|fields| fields.get("password_reset_required"));
            any.or(&when.and(&when_true(required)))
        });
        let node = self.node(NodeKind::Password, root, resource);
        let presence = resource.presence.and(&there);
        if presence.is_never() {
            return;
        }
        self.graph.nodes[node].presence = presence;
        let (owners, encrypted, exposures) = (owners.clone(), Condition::never(), Vec::new());
        self.graph.passwords.push(Password { node, owners, reset_required, encrypted, exposures });
        let written = exposures::written(&alternatives, "password");
        exposures::add_password_exposure(
            &mut self.graph,
            resource,
            "login_profile",
            "the configuration",
            &written,
        );
    }

    fn listed_policies(&mut self, root: usize, resource: &Resource, grantee: &dyn Fn(&Condition) -> Grantee) {
        for (when, arn) in resource.value("managed_policy_arns").and_then(members).unwrap_or_default() {
            let administrator = administrator_by_arn(&arn, root, &self.policies);
            let name = name_of(&arn).unwrap_or_else(|| Name::Unknown(Arc::clone(&resource.address)));
            self.grant(root, resource, grantee(&when), false, name, administrator);
        }
        for (when, policy) in resource.value("policies").and_then(members).unwrap_or_default() {
            let empty = BTreeMap::new();
            let fields = policy.entries().unwrap_or(&empty);
            let administrator =
                fields.get("policy_document").map_or_else(Condition::never, administrator_by_document);
            let name = fields.get("policy_name").and_then(name_of);
            let name = name.unwrap_or_else(|| Name::Unknown(Arc::clone(&resource.address)));
            self.grant(root, resource, grantee(&when), true, name, administrator);
        }
    }
}

fn restricted(owners: &Owners, when: &Condition) -> Owners {
    owners.iter().map(|(condition, user)| (condition.and(when), *user)).collect()
}
