//! A resource that is a user and everything that hangs on it: password, groups and policies in one block.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::resource::{Attribute, Resource};
use crate::source::{Place, Span};
use crate::value::{Condition, Mark, Value};

use super::build::{Builder, when_true};
use super::links::{default_name_of, members, name_of};
use super::policies::{administrator_by_arn, administrator_by_document};
use super::resource_types::{Row, Words};
use super::{Exposure, Grantee, Membership, Name, Node, NodeId, NodeKind, Owners, Password};

impl Builder {
    /// Adds what hangs on the user of a block.
    pub(super) fn whole_user(&mut self, root: usize, row: &Row, resource: &Resource) {
        let owners = self.user_at(root, &resource.address);
        if let Some(profile) = resource.attributes.get(row.words.login_profile) {
            self.login_profile(root, row.words, resource, profile, &owners);
        }
        if let Some(attribute) = resource.attributes.get(row.words.groups) {
            let groups = &attribute.value;
            let groups = members(groups).unwrap_or_else(|| vec![(Condition::always(), groups.clone())]);
            let groups = self.group_names(root, &groups);
            if !groups.is_empty() {
                let node = self.part(NodeKind::Membership, root, resource, row.words.groups);
                self.graph.memberships.push(Membership { node, owners: owners.clone(), groups });
            }
        }
        self.listed_policies(root, row.words, resource, &|when| Grantee::Users(restricted(&owners, when)));
    }

    /// Adds what a group's own block grants to its members.
    pub(super) fn whole_group(&mut self, root: usize, row: &Row, resource: &Resource) {
        let Some(name) = self.groups.get(&(root, Arc::clone(&resource.address))).cloned() else { return };
        let grantee = |when: &Condition| Grantee::Groups(vec![(when.clone(), name.clone())]);
        self.listed_policies(root, row.words, resource, &grantee);
    }

    /// A node for a part of a block, at the attribute that says it.
    fn part(&mut self, kind: NodeKind, root: usize, resource: &Resource, attribute: &str) -> NodeId {
        let mut part = resource.clone();
        part.address = format!("{}.{attribute}", resource.address).into();
        if let (Some(place), Some(attribute)) =
            (part.provenance.last_mut(), resource.attributes.get(attribute))
        {
            place.span = attribute.span;
        }
        self.node(kind, root, &part)
    }

    fn login_profile(
        &mut self,
        root: usize,
        words: &Words,
        resource: &Resource,
        attribute: &Attribute,
        owners: &Owners,
    ) {
        let alternatives = attribute.value.alternatives();
        let there = alternatives
            .iter()
            .filter(|(_, profile)| !profile.is_null())
            .fold(Condition::never(), |any, (when, _)| any.or(when));
        let presence = resource.presence.and(&there);
        if presence.is_never() {
            return;
        }
        let field =
            |profile: &Value, name: &str| profile.entries().and_then(|fields| fields.get(name)).cloned();
        let reset_required = alternatives.iter().fold(Condition::never(), |any, (when, profile)| {
            let required = field(profile, words.password_reset_required);
            any.or(&when.and(&when_true(required.as_ref())))
        });
        let node = self.part(NodeKind::Password, root, resource, words.login_profile);
        self.graph.nodes[node].presence = presence;
        let mut exposures = Vec::new();
        for (when, profile) in &alternatives {
            if let Some(password) = field(profile, words.password) {
                self.plaintext(node, &password, when, attribute.span, &mut exposures);
            }
        }
        let (owners, encrypted) = (owners.clone(), Condition::never());
        self.graph.passwords.push(Password { node, owners, reset_required, encrypted, exposures });
    }

    /// Adds an exposure for each place where the text of a password can be read.
    fn plaintext(
        &mut self,
        password_node: NodeId,
        password: &Value,
        when: &Condition,
        at: Span,
        exposures: &mut Vec<usize>,
    ) {
        let mut found: BTreeMap<(Span, Arc<str>), Condition> = BTreeMap::new();
        for (inner, one) in password.alternatives() {
            let when = when.and(&inner);
            let mut add = |at: Span, place: Arc<str>| {
                let known = found.entry((at, place)).or_insert_with(Condition::never);
                *known = known.or(&when);
            };
            let mut is_told = false;
            for mark in one.marks.iter() {
                if let Mark::Plaintext { at, place, is_text } = mark {
                    add(*at, Arc::clone(place));
                    is_told = true;
                    if *is_text {
                        self.graph.password_places.insert(*at);
                    }
                }
            }
            if let (Some(text), true) = (one.as_str(), is_told) {
                self.graph.password_texts.insert(text.into());
            }
            let is_literal = one.as_str().is_some_and(|text| !text.is_empty());
            if is_literal && !is_told && !one.marks.iter().any(Mark::hides) {
                add(at, "the configuration".into());
                self.graph.password_texts.extend(one.as_str().map(Arc::from));
            }
        }
        for ((at, place), when) in found {
            let owner = self.graph.nodes[password_node].clone();
            let presence = owner.presence.and(&when);
            let mut provenance = owner.provenance;
            provenance.pop();
            provenance.push(Place::new(at, format!("the password stands here, in {place}")));
            self.graph.nodes.push(Node {
                kind: NodeKind::Exposure,
                presence: presence.clone(),
                provenance,
                ..owner
            });
            let node = self.graph.nodes.len() - 1;
            self.graph.exposures.push(Exposure { node, place, when: presence });
            exposures.push(self.graph.exposures.len() - 1);
        }
    }

    fn listed_policies(
        &mut self,
        root: usize,
        words: &Words,
        resource: &Resource,
        grantee: &dyn Fn(&Condition) -> Grantee,
    ) {
        if let Some(attribute) = resource.attributes.get(words.managed_policy_arns) {
            for (when, arn) in members(&attribute.value).unwrap_or_default() {
                let administrator = administrator_by_arn(&arn, root, &self.policies);
                let name = name_of(&arn).unwrap_or_else(|| Name::Unknown(Arc::clone(&resource.address)));
                let node = self.part(NodeKind::PolicyGrant, root, resource, words.managed_policy_arns);
                self.grant_at(node, resource, grantee(&when), false, name, administrator);
            }
        }
        if let Some(attribute) = resource.attributes.get(words.policies) {
            for (when, policy) in members(&attribute.value).unwrap_or_default() {
                let empty = BTreeMap::new();
                let fields = policy.entries().unwrap_or(&empty);
                let field = |names: &[&str]| names.iter().find_map(|name| fields.get(*name));
                let administrator =
                    field(words.document).map_or_else(Condition::never, administrator_by_document);
                let name = field(words.policy_name).and_then(default_name_of);
                let name = name.unwrap_or_else(|| Name::Unknown(Arc::clone(&resource.address)));
                let node = self.part(NodeKind::PolicyGrant, root, resource, words.policies);
                self.grant_at(node, resource, grantee(&when), true, name, administrator);
            }
        }
    }
}

fn restricted(owners: &Owners, when: &Condition) -> Owners {
    owners.iter().map(|(condition, user)| (condition.and(when), *user)).collect()
}
