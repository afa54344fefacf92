//! Who is granted which policy: attachments, inline policies, and policies that list their users and groups.

use std::sync::Arc;

use crate::resource::Resource;
use crate::value::{Condition, Value};

use super::build::Builder;
use super::links::{default_name_of, members, name_of};
use super::policies::{administrator_by_arn, administrator_by_document};
use super::resource_types::{Becomes, Row};
use super::{Alternatives, Grantee, Name, NodeId, NodeKind, PolicyGrant};

impl Builder {
    pub(super) fn attachment(&mut self, root: usize, row: &Row, resource: &Resource) {
        if let Some(users) = resource.value(row.user).and_then(members) {
            for (when, user) in users {
                let owners = self.owner(root, resource, &user, &when);
                self.attached_grant(root, row, resource, Grantee::Users(owners));
            }
        }
        if let Some(groups) = resource.value(row.words.groups).and_then(members) {
            let groups = self.group_names(root, &groups);
            self.attached_grant(root, row, resource, Grantee::Groups(groups));
        }
    }

    pub(super) fn user_attachments(&mut self, root: usize, row: &Row, resource: &Resource) {
        let Some(arns) = resource.value("policy_arns").and_then(members) else { return };
        let owners = self.owners(root, row, resource);
        for (when, arn) in arns {
            let owners = owners.iter().map(|(other, user)| (other.and(&when), *user)).collect();
            let administrator = administrator_by_arn(&arn, root, &self.policies);
            let name = name_of(&arn).unwrap_or_else(|| Name::Unknown(resource.address.clone()));
            self.grant(root, resource, Grantee::Users(owners), false, name, administrator);
        }
    }

    pub(super) fn group_attachments(&mut self, root: usize, row: &Row, resource: &Resource) {
        let groups = self.groups_named(root, row, resource);
        for (when, arn) in resource.value("policy_arns").and_then(members).unwrap_or_default() {
            let groups = groups.iter().map(|(other, name)| (other.and(&when), name.clone())).collect();
            let administrator = administrator_by_arn(&arn, root, &self.policies);
            let name = name_of(&arn).unwrap_or_else(|| Name::Unknown(resource.address.clone()));
            self.grant(root, resource, Grantee::Groups(groups), false, name, administrator);
        }
    }

    /// What a policy that lists users and groups gives them: itself, or the one that it attaches.
    fn attached_grant(&mut self, root: usize, row: &Row, resource: &Resource, grantee: Grantee) {
        if !matches!(row.becomes, Becomes::InlinePolicy) {
            return self.managed_grant(root, row, resource, grantee);
        }
        let administrator = document(row, resource);
        let name = Self::grant_name(resource, row.words.policy_name);
        self.grant(root, resource, grantee, true, name, administrator);
    }

    pub(super) fn managed_grant(&mut self, root: usize, row: &Row, resource: &Resource, grantee: Grantee) {
        let administrator = match resource.value("policy_arn") {
            Some(arn) => administrator_by_arn(arn, root, &self.policies),
            None => document(row, resource),
        };
        let name = Self::grant_name(resource, &["policy_arn", row.words.managed_policy_name]);
        self.grant(root, resource, grantee, false, name, administrator);
    }

    pub(super) fn grant(
        &mut self,
        root: usize,
        resource: &Resource,
        grantee: Grantee,
        inline: bool,
        name: Name,
        administrator: Condition,
    ) {
        let node = self.node(NodeKind::PolicyGrant, root, resource);
        self.grant_at(node, resource, grantee, inline, name, administrator);
    }

    pub(super) fn grant_at(
        &mut self,
        node: NodeId,
        resource: &Resource,
        grantee: Grantee,
        inline: bool,
        name: Name,
        administrator: Condition,
    ) {
        let account = Arc::clone(&resource.account);
        self.graph.grants.push(PolicyGrant { node, grantee, inline, name, administrator, account });
    }

    pub(super) fn grant_name(resource: &Resource, attributes: &[&str]) -> Name {
        attributes
            .iter()
            .find_map(|attribute| resource.value(attribute))
            .and_then(default_name_of)
            .unwrap_or_else(|| Name::Unknown(Arc::clone(&resource.address)))
    }

    pub(super) fn groups_named(&self, root: usize, row: &Row, resource: &Resource) -> Alternatives<Name> {
        let group = row.words.group.iter().find_map(|attribute| resource.value(attribute));
        let value = group.map(Value::alternatives).unwrap_or_default();
        self.group_names(root, &value)
    }
}

/// When the document that a resource holds allows everything.
pub(super) fn document(row: &Row, resource: &Resource) -> Condition {
    let document = row.words.document.iter().find_map(|name| resource.value(name));
    document.map_or_else(Condition::never, administrator_by_document)
}
