//! Resources to nodes and edges.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::resource::{AccountIdentity, Mode, Resource, RootContents};
use crate::source::{Notice, NoticeKind, Place};
use crate::value::{Condition, Data, Question, Reason, Type, Value, convert};

use super::grants::document;
use super::links::{MAX_NAMESAKES, Said, UserIndex, default_name_of, members, name_of, said};
use super::policies::ManagedPolicies;
use super::resource_types::{Becomes, Row, row_of};
use super::{
    AccessKey, Alternatives, Grantee, Graph, GraphRoot, Membership, Name, Node, NodeId, NodeKind,
    OtherCredential, Owners, Password, User, exposures,
};

/// Builds the graph of all roots. Names match only within one root and one of its provider configurations.
pub fn build(roots: Vec<(GraphRoot, RootContents)>) -> Graph {
    let mut builder = Builder::default();
    for (root, contents) in roots {
        builder.add_root(root, &contents);
        builder.graph.notices.extend(contents.notices);
    }
    builder.graph
}

#[derive(Default)]
pub(super) struct Builder {
    pub(super) graph: Graph,
    users: UserIndex,
    pub(super) policies: ManagedPolicies,
    /// Group name of each group block, by root and address.
    pub(super) groups: BTreeMap<(usize, Arc<str>), Name>,
    /// How well the accounts of the current root are known.
    accounts: BTreeMap<Arc<str>, AccountIdentity>,
}

impl Builder {
    fn add_root(&mut self, root: GraphRoot, contents: &RootContents) {
        self.graph.roots.push(root);
        let root = self.graph.roots.len() - 1;
        self.accounts.clone_from(&contents.accounts);
        let rows: Vec<(&Row, &Resource)> = contents
            .resources
            .iter()
            .filter_map(|resource| Some((row_of(&resource.resource_type)?, resource)))
            .collect();
        // What is pointed at comes first: users, groups and policies in any order.
        for (row, resource) in &rows {
            match row.becomes {
                Becomes::User { name } | Becomes::WholeUser { name } => self.user(root, row, resource, name),
                Becomes::Group { name } if resource.mode == Mode::Managed => {
                    // One that is made up when the group is created is told by its address.
                    let name = resource.value(name).and_then(default_name_of);
                    let name = name.unwrap_or_else(|| Name::Unknown(Arc::clone(&resource.address)));
                    self.groups.insert((root, Arc::clone(&resource.address)), name);
                }
                Becomes::ManagedPolicy | Becomes::AttachedPolicy if resource.mode == Mode::Managed => {
                    let administrator = document(row, resource);
                    self.policies.insert((root, Arc::clone(&resource.address)), administrator);
                }
                _ => {}
            }
        }
        for (row, resource) in &rows {
            if resource.mode == Mode::Managed {
                self.attached(root, row, resource);
            }
        }
        exposures::add_exposures(&mut self.graph, root, &contents.resources, &contents.outputs);
    }

    fn user(&mut self, root: usize, row: &Row, resource: &Resource, name_attribute: &str) {
        let attribute = match resource.mode {
            Mode::Managed => name_attribute,
            Mode::Data => "user_name",
        };
        let names = match resource.value(attribute) {
            Some(value) => names(value, &resource.address),
            // One that is made up when the user is created.
            None => vec![(Condition::always(), Name::Unknown(Arc::clone(&resource.address)))],
        };
        for (_, name) in &names {
            if let (Name::Unknown(_), Some(value)) = (name, resource.value(attribute)) {
                let span = resource.attributes[attribute].span;
                self.unknown(&format!("the name of {}", resource.address), value, span);
                if value.alternatives().iter().any(|(_, one)| one.as_str() == Some("")) {
                    let message = format!("the name of {} is empty", resource.address);
                    self.graph.notices.push(Notice::at(NoticeKind::InvalidConfiguration, span, message));
                }
            }
        }
        let paths = resource.value(row.words.path).map_or_else(
            || vec![(Condition::always(), Some(Arc::from("/")))],
            |value| {
                value
                    .alternatives()
                    .into_iter()
                    .map(|(when, path)| (when, path.as_str().map(Arc::from)))
                    .collect()
            },
        );
        let node = self.node(NodeKind::User, root, resource);
        let account = Arc::clone(&resource.account);
        let logical_id = resource.logical_id.clone();
        self.push_user(User {
            node,
            names,
            logical_id,
            paths,
            account,
            is_placeholder: false,
            perhaps_in_group: false,
        });
    }

    fn push_user(&mut self, user: User) -> usize {
        let node = &self.graph.nodes[user.node];
        let index = self.graph.users.len();
        if !user.is_placeholder {
            // A name means this user only where the user exists.
            let names =
                user.names.iter().map(|(when, name)| (when.and(&node.presence), name.clone())).collect();
            let crowded = self.users.add(index, node.root, &node.address, &user.account, &names);
            if let (Some(_), Some(place)) = (crowded, node.provenance.last()) {
                let message = format!(
                    "more than {MAX_NAMESAKES} users have the name of {}; what names them is taken for that of the first",
                    node.address
                );
                self.graph.notices.push(Notice::at(NoticeKind::LimitReached, place.span, message));
            }
        }
        self.graph.users.push(user);
        index
    }

    fn attached(&mut self, root: usize, row: &Row, resource: &Resource) {
        match row.becomes {
            Becomes::AccessKey => self.access_key(root, row, resource),
            Becomes::Password => self.password(root, row, resource),
            Becomes::UserGroups => self.user_groups(root, row, resource),
            Becomes::GroupUsers => self.group_users(root, row, resource),
            Becomes::UserPolicy => {
                let owners = self.owners(root, row, resource);
                let administrator = document(row, resource);
                let name = Self::grant_name(resource, row.words.policy_name);
                self.grant(root, resource, Grantee::Users(owners), true, name, administrator);
            }
            Becomes::UserAttachment => {
                let owners = self.owners(root, row, resource);
                self.managed_grant(root, row, resource, Grantee::Users(owners));
            }
            Becomes::UserAttachments => self.user_attachments(root, row, resource),
            Becomes::Attachment | Becomes::AttachedPolicy | Becomes::InlinePolicy => {
                self.attachment(root, row, resource);
            }
            Becomes::GroupPolicy => {
                let groups = self.groups_named(root, row, resource);
                let administrator = document(row, resource);
                let name = Self::grant_name(resource, row.words.policy_name);
                self.grant(root, resource, Grantee::Groups(groups), true, name, administrator);
            }
            Becomes::GroupAttachment => {
                let groups = self.groups_named(root, row, resource);
                self.managed_grant(root, row, resource, Grantee::Groups(groups));
            }
            Becomes::SshKey => self.other(NodeKind::SshKey, root, row, resource),
            Becomes::ServiceCredential => self.other(NodeKind::ServiceCredential, root, row, resource),
            Becomes::Certificate => self.other(NodeKind::Certificate, root, row, resource),
            Becomes::MfaDevice => self.mfa_device(root, row, resource),
            Becomes::WholeUser { .. } => self.whole_user(root, row, resource),
            Becomes::Group { .. } => self.whole_group(root, row, resource),
            Becomes::GroupAttachments => self.group_attachments(root, row, resource),
            Becomes::User { .. } | Becomes::ManagedPolicy => {}
        }
    }

    fn access_key(&mut self, root: usize, row: &Row, resource: &Resource) {
        let owners = self.owners(root, row, resource);
        let (active, status_known) = self.active(row, resource);
        let encrypted = is_set(resource.value("pgp_key"));
        let node = self.node(NodeKind::AccessKey, root, resource);
        let key = AccessKey { node, owners, active, status_known, encrypted, exposures: Vec::new() };
        self.graph.access_keys.push(key);
    }

    fn password(&mut self, root: usize, row: &Row, resource: &Resource) {
        let owners = self.owners(root, row, resource);
        let reset_required = when_true(resource.value(row.words.password_reset_required));
        let encrypted = is_set(resource.value("pgp_key"));
        let node = self.node(NodeKind::Password, root, resource);
        let exposures = Vec::new();
        self.graph.passwords.push(Password { node, owners, reset_required, encrypted, exposures });
    }

    fn other(&mut self, kind: NodeKind, root: usize, row: &Row, resource: &Resource) {
        let owners = self.owners(root, row, resource);
        let (active, _) = self.active(row, resource);
        let age_days = match resource.value("credential_age_days") {
            None => Some(None),
            Some(value) => match convert(value, &Type::Number).map(|number| number.data) {
                Ok(Data::Number(number)) => Some(number.as_i64()),
                _ => None,
            },
        };
        let service = resource.value("service_name").and_then(name_of);
        let node = self.node(kind, root, resource);
        self.graph.other_credentials.push(OtherCredential { node, owners, active, service, age_days });
    }

    fn mfa_device(&mut self, root: usize, row: &Row, resource: &Resource) {
        let users = resource.value(row.user).and_then(members).unwrap_or_default();
        let owners = users.iter().flat_map(|(when, user)| self.owner(root, resource, user, when)).collect();
        let node = self.node(NodeKind::MfaDevice, root, resource);
        let active = Condition::always();
        let (service, age_days) = (None, Some(None));
        self.graph.other_credentials.push(OtherCredential { node, owners, active, service, age_days });
    }

    fn user_groups(&mut self, root: usize, row: &Row, resource: &Resource) {
        let owners = self.owners(root, row, resource);
        let groups = match resource.value(row.words.groups).map(members) {
            Some(Some(groups)) => groups,
            // Some groups, whichever they are.
            _ => resource
                .value(row.words.groups)
                .map(|groups| vec![(Condition::always(), groups.clone())])
                .unwrap_or_default(),
        };
        let groups = self.group_names(root, &groups);
        let node = self.node(NodeKind::Membership, root, resource);
        self.graph.memberships.push(Membership { node, owners, groups });
    }

    fn group_users(&mut self, root: usize, row: &Row, resource: &Resource) {
        let groups = self.groups_named(root, row, resource);
        let Some(value) = resource.value(row.user) else { return };
        let node = self.node(NodeKind::Membership, root, resource);
        match members(value) {
            Some(users) => {
                for (when, user) in users {
                    let owners = self.owner(root, resource, &user, &when);
                    self.graph.memberships.push(Membership { node, owners, groups: groups.clone() });
                }
            }
            None => {
                // Who is in the group is unknown: any user of the account may be.
                self.unknown(
                    &format!("the members of {}", resource.address),
                    value,
                    resource.attributes[row.user].span,
                );
                for user in &mut self.graph.users {
                    if self.graph.nodes[user.node].root == root && user.account == resource.account {
                        user.perhaps_in_group = true;
                    }
                }
            }
        }
    }

    /// Group names as they are compared: the name of the group block that is referred to, else the text.
    pub(super) fn group_names(&self, root: usize, groups: &Alternatives<Value>) -> Alternatives<Name> {
        groups
            .iter()
            .filter_map(|(when, group)| {
                let referred = group.marks.iter().find_map(|mark| match mark {
                    crate::value::Mark::AttributeOf { address, .. } => {
                        self.groups.get(&(root, Arc::clone(address))).cloned()
                    }
                    _ => None,
                });
                Some((when.clone(), referred.or_else(|| name_of(group))?))
            })
            .collect()
    }

    /// The user of a block.
    pub(super) fn user_at(&self, root: usize, address: &Arc<str>) -> Owners {
        self.users.find(root, address, &Said::Address(Arc::clone(address)))
    }

    /// The users that the row's user attribute names.
    pub(super) fn owners(&mut self, root: usize, row: &Row, resource: &Resource) -> Owners {
        let Some(value) = resource.value(row.user).cloned() else {
            return self.placeholder(root, resource, &Condition::always(), "it does not say whose it is");
        };
        let mut owners = Owners::new();
        for (when, alternative) in value.alternatives() {
            owners.extend(self.owner(root, resource, &alternative, &when));
        }
        owners
    }

    pub(super) fn owner(
        &mut self,
        root: usize,
        resource: &Resource,
        value: &Value,
        when: &Condition,
    ) -> Owners {
        let said = said(value, |address| self.users.has_address(root, address));
        let found = self.users.find(root, &resource.account, &said);
        let mut owners: Owners =
            found.into_iter().map(|(condition, user)| (condition.and(when), user)).collect();
        owners.retain(|(condition, _)| !condition.is_never());
        if !owners.is_empty() {
            // Where the users of that name have another name, the credential is somebody else's.
            let found = owners.iter().fold(Condition::never(), |any, (condition, _)| any.or(condition));
            let rest = when.and(&resource.presence).and(&found.not());
            if let (Said::Name(name), false) = (said, rest.is_never()) {
                owners.push((rest, self.external_user(root, resource, name, value)));
            }
            return owners;
        }
        match said {
            Said::Name(name) => vec![(when.clone(), self.external_user(root, resource, name, value))],
            _ => {
                let why = value.as_unknown().and_then(crate::value::Unknown::error_message);
                let why = why.unwrap_or("its user is no name").to_owned();
                self.placeholder(root, resource, when, &why)
            }
        }
    }

    /// A user that is named here and created elsewhere.
    fn external_user(&mut self, root: usize, resource: &Resource, name: Name, value: &Value) -> usize {
        if matches!(name, Name::Unknown(_)) {
            let span = resource.provenance.last().map(|place| place.span);
            if let Some(span) = span {
                self.unknown(&format!("the user of {}", resource.address), value, span);
            }
        } else if let Some((other, user)) = self.users.perhaps(root, &resource.account, &name, &self.accounts)
            && self.graph.nodes[self.graph.users[user].node].managed
        {
            let declared = &self.graph.nodes[self.graph.users[user].node].address;
            let message = format!(
                "{} names user `{}` under provider {}, and {declared} is under {other}: whether that is one \
                 account is not known, so they were kept apart",
                resource.address,
                name.text(),
                resource.account,
            );
            let notice = Notice::at(NoticeKind::UnlinkedCredential, resource.header(), message).with_help(
                "name the user by a reference, or give both provider configurations `allowed_account_ids`",
            );
            self.graph.notices.push(notice);
        }
        let address: Arc<str> = format!("user/{}", name.text()).into();
        self.graph.nodes.push(Node {
            kind: NodeKind::User,
            address,
            root,
            presence: Condition::always(),
            stands_for: resource.stands_for.clone(),
            provenance: resource.provenance.clone(),
            managed: false,
            existed_before: Condition::always(),
            imported: Condition::never(),
            inferred_from: resource.inferred_from.clone(),
            construct_path: resource.construct_path.clone(),
            constructed_at: resource.constructed_at.clone(),
        });
        let node = self.graph.nodes.len() - 1;
        self.push_user(User {
            node,
            names: vec![(Condition::always(), name)],
            logical_id: None,
            paths: vec![(Condition::always(), None)],
            account: Arc::clone(&resource.account),
            is_placeholder: false,
            perhaps_in_group: true,
        })
    }

    fn placeholder(&mut self, root: usize, resource: &Resource, when: &Condition, why: &str) -> Owners {
        let message = format!("whose {} is could not be told: {why}", resource.address);
        let notice = Notice::at(NoticeKind::UnlinkedCredential, resource.header(), message)
            .with_help("name the user by a reference to its block, or by a known name");
        self.graph.notices.push(notice);
        self.graph.nodes.push(Node {
            kind: NodeKind::User,
            address: format!("user of {}", resource.address).into(),
            root,
            presence: Condition::always(),
            stands_for: None,
            provenance: resource.provenance.clone(),
            managed: false,
            existed_before: Condition::always(),
            imported: Condition::never(),
            inferred_from: resource.inferred_from.clone(),
            construct_path: resource.construct_path.clone(),
            constructed_at: resource.constructed_at.clone(),
        });
        let node = self.graph.nodes.len() - 1;
        let name = Name::Unknown(format!("the user of {}", resource.address).into());
        let user = self.push_user(User {
            node,
            names: vec![(Condition::always(), name)],
            logical_id: None,
            paths: vec![(Condition::always(), None)],
            account: Arc::clone(&resource.account),
            is_placeholder: true,
            perhaps_in_group: true,
        });
        vec![(when.clone(), user)]
    }

    pub(super) fn node(&mut self, kind: NodeKind, root: usize, resource: &Resource) -> NodeId {
        let mut provenance = resource.provenance.clone();
        if let Some(last) = provenance.pop() {
            provenance.push(Place::new(last.span, label(kind, resource)));
        }
        self.graph.nodes.push(Node {
            kind,
            address: Arc::clone(&resource.address),
            root,
            presence: resource.presence.clone(),
            stands_for: resource.stands_for.clone(),
            provenance,
            managed: resource.mode == Mode::Managed,
            existed_before: resource.existed_before.clone(),
            imported: resource.imported.clone(),
            inferred_from: resource.inferred_from.clone(),
            construct_path: resource.construct_path.clone(),
            constructed_at: resource.constructed_at.as_ref().map(|place| {
                Place::new(place.span, format!("{} is constructed here", label(kind, resource)))
            }),
        });
        self.graph.nodes.len() - 1
    }

    /// When a status is Active, and whether it is known: absent and null mean Active.
    fn active(&mut self, row: &Row, resource: &Resource) -> (Condition, bool) {
        let Some(attribute) = resource.attributes.get(row.words.status) else {
            return (Condition::always(), true);
        };
        let (mut active, mut known) = (Condition::never(), true);
        for (when, status) in attribute.value.alternatives() {
            match &status.data {
                Data::String(text) if &**text == "Active" => active = active.or(&when),
                Data::Null => active = active.or(&when),
                Data::String(_) => {}
                Data::Unknown(unknown) if unknown.error_message().is_none() => {
                    known = false;
                    let question = Arc::new(Question::open(Arc::clone(&unknown.identity)));
                    active = active.or(&when.and(&Condition::answered(&question, [Arc::from("Active")])));
                    self.unknown(&format!("the status of {}", resource.address), &status, attribute.span);
                }
                // What is no status at all is refused by the provider; Active is what a key starts as.
                _ => {
                    known = false;
                    active = active.or(&when);
                }
            }
        }
        (active, known)
    }

    /// Says that a value that matters is unknown. What is said twice goes when all notices are sorted.
    fn unknown(&mut self, what: &str, value: &Value, span: crate::source::Span) {
        let Some(unknown) = value.first_unknown() else { return };
        if unknown.reason == Reason::Otherwise {
            return;
        }
        let notice = crate::resource::unknown_notice(what, unknown, span);
        self.graph.notices.push(notice);
    }
}

/// The names a value can be; an error is a name nobody knows.
fn names(value: &Value, address: &Arc<str>) -> Alternatives<Name> {
    value
        .alternatives()
        .into_iter()
        .map(|(when, alternative)| {
            let unknown = || Name::Unknown(format!("{address}.name").into());
            (when, name_of(&alternative).unwrap_or_else(unknown))
        })
        .collect()
}

fn is_set(value: Option<&Value>) -> Condition {
    let Some(value) = value else { return Condition::never() };
    value
        .alternatives()
        .into_iter()
        .filter(|(_, alternative)| !alternative.is_null() && alternative.as_str() != Some(""))
        .fold(Condition::never(), |any, (when, _)| any.or(&when))
}

pub(super) fn when_true(value: Option<&Value>) -> Condition {
    let Some(value) = value else { return Condition::never() };
    value.alternatives().into_iter().fold(Condition::never(), |any, (when, alternative)| {
        let holds = match convert(&alternative, &Type::Bool).map(|bool| bool.data) {
            Ok(Data::Bool(true)) => Condition::always(),
            // `CloudFormation` takes a text in any case.
            _ if alternative.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true")) => {
                Condition::always()
            }
            Ok(Data::Unknown(unknown)) if unknown.error_message().is_none() => {
                let question = Question::boolean(Arc::clone(&unknown.identity), None);
                Condition::is(&Arc::new(question), true)
            }
            _ => Condition::never(),
        };
        any.or(&when.and(&holds))
    })
}

fn label(kind: NodeKind, resource: &Resource) -> String {
    let address = &resource.address;
    match (kind, resource.mode) {
        (NodeKind::User, Mode::Managed) => format!("IAM user {address}"),
        (NodeKind::User, Mode::Data) => format!("IAM user looked up by {address}"),
        (NodeKind::AccessKey, _) => format!("access key {address}"),
        (NodeKind::Password, _) => format!("console password {address}"),
        (NodeKind::Membership, _) => format!("group membership {address}"),
        (NodeKind::PolicyGrant, _) => format!("policy {address}"),
        (NodeKind::SshKey, _) => format!("SSH key {address}"),
        (NodeKind::ServiceCredential, _) => format!("service-specific credential {address}"),
        (NodeKind::Certificate, _) => format!("signing certificate {address}"),
        (NodeKind::MfaDevice, _) => format!("virtual MFA device {address}"),
        (NodeKind::Exposure | NodeKind::Account, _) => format!("{address}"),
    }
}
