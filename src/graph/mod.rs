//! Users and their credentials, format-neutral: nodes, the edges between them, and when each exists.
//!
//! Nothing here knows a syntax. [`resource_types`] says which resource types of which provider become
//! which nodes; [`build`] makes them; [`worlds`] enumerates what may hold together.

mod build;
mod exposures;
mod grants;
mod links;
mod live;
mod policies;
mod resource_types;
mod whole_user;
pub mod worlds;

pub use build::build;
pub use live::{CredentialKind, LiveAccount, LiveCredential, LiveUser, Use};
pub use resource_types::interest;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::source::{NamePattern, Notice, Place, Span};
use crate::value::Condition;

/// Index of a [`Node`].
pub type NodeId = usize;

/// What kind of thing a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeKind {
    /// An IAM user.
    User,
    /// An access key.
    AccessKey,
    /// A console password (login profile).
    Password,
    /// What puts users into groups.
    Membership,
    /// An inline policy, or the attachment of a managed one.
    PolicyGrant,
    /// An SSH public key.
    SshKey,
    /// A service-specific credential.
    ServiceCredential,
    /// A signing certificate.
    Certificate,
    /// A virtual MFA device.
    MfaDevice,
    /// An AWS account, of which there is a credential report.
    Account,
    /// A place where a secret ends up in the clear.
    Exposure,
}

/// What every node has: an address, a place and a presence.
#[derive(Clone, Debug)]
pub struct Node {
    /// Kind.
    pub kind: NodeKind,
    /// Address within its root.
    pub address: Arc<str>,
    /// Index of its root.
    pub root: usize,
    /// When it exists.
    pub presence: Condition,
    /// "every key of var.users", when it stands for many.
    pub stands_for: Option<Arc<str>>,
    /// Where it comes from, outermost first: module calls, then the place of the node itself.
    pub provenance: Vec<Place>,
    /// Whether the code declares it: false for what is only looked up or named.
    pub managed: bool,
    /// When it was there before this deployment: imported, or unchanged in a plan.
    pub existed_before: Condition,
    /// When it is imported: what AWS shows only at creation is then not known to Terraform.
    pub imported: Condition,
    /// The module whose known defaults say so, when that module's source is not on disk.
    pub inferred_from: Option<Arc<str>>,
    /// The construct of a program that it was generated from: `Stack/alice/key`.
    pub construct_path: Option<Arc<str>>,
    /// The line of that program that made it.
    pub constructed_at: Option<Place>,
}

impl Node {
    /// When this deployment creates it, given that it exists.
    pub fn created(&self) -> Condition {
        if self.managed { self.existed_before.not() } else { Condition::never() }
    }
}

impl Node {
    /// The place to look at first: in the program that made it, else where it stands.
    pub fn place(&self) -> &Place {
        self.constructed_at.as_ref().unwrap_or_else(|| self.written_at())
    }

    /// The place where it stands in the code that is deployed.
    pub fn written_at(&self) -> &Place {
        self.provenance.last().expect("every node has the place that it was read from")
    }
}

/// A name, or what stands for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Name {
    /// The evaluated text.
    Known(Arc<str>),
    /// The identity of an unknown.
    Unknown(Arc<str>),
    /// A text that is sensitive: compared, and never shown.
    Sensitive(Arc<str>),
}

impl Name {
    /// The text, or the identity.
    pub fn text(&self) -> &str {
        match self {
            Self::Known(text) | Self::Unknown(text) => text,
            Self::Sensitive(_) => "(sensitive)",
        }
    }

    /// The text when it is known.
    pub fn known(&self) -> Option<&Arc<str>> {
        match self {
            Self::Known(text) => Some(text),
            Self::Unknown(_) | Self::Sensitive(_) => None,
        }
    }
}

/// Alternatives, each under a condition; the conditions are disjoint.
pub type Alternatives<T> = Vec<(Condition, T)>;

/// The alternative that holds under the inputs given and the defaults, or the only one.
pub fn by_default<T>(alternatives: &Alternatives<T>) -> Option<&T> {
    match alternatives.as_slice() {
        [(_, only)] => Some(only),
        several => {
            several.iter().find(|(when, _)| when.holds_by_default()).map(|(_, alternative)| alternative)
        }
    }
}

/// An IAM user: created here, looked up, or only named by a credential.
#[derive(Clone, Debug)]
pub struct User {
    /// Its node.
    pub node: NodeId,
    /// Its name.
    pub names: Alternatives<Name>,
    /// What its template calls it, which `CloudFormation` makes its name of where none is given.
    pub logical_id: Option<Arc<str>>,
    /// IAM path; `None` where unknown.
    pub paths: Alternatives<Option<Arc<str>>>,
    /// Provider configuration: names match only within one.
    pub account: Arc<str>,
    /// A user nobody could tell: stands in for the owner of a credential that could not be linked.
    pub is_placeholder: bool,
    /// When memberships of unknown users may mean this user.
    pub perhaps_in_group: bool,
}

/// Whose something is: index into [`Graph::users`].
pub type Owners = Alternatives<usize>;

/// An access key.
#[derive(Clone, Debug)]
pub struct AccessKey {
    /// Its node.
    pub node: NodeId,
    /// Whose it is.
    pub owners: Owners,
    /// When its status is Active.
    pub active: Condition,
    /// Whether the status is a known text in every world.
    pub status_known: bool,
    /// When the secret is encrypted before it reaches the state.
    pub encrypted: Condition,
    /// Where its secret ends up in the clear: indices into [`Graph::exposures`].
    pub exposures: Vec<usize>,
}

/// A console password.
#[derive(Clone, Debug)]
pub struct Password {
    /// Its node.
    pub node: NodeId,
    /// Whose it is.
    pub owners: Owners,
    /// When the user must change it at first sign-in.
    pub reset_required: Condition,
    /// When it is encrypted before it reaches the state.
    pub encrypted: Condition,
    /// Where its text stands in the clear: indices into [`Graph::exposures`].
    pub exposures: Vec<usize>,
}

/// A user's place in a group.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The node that makes it.
    pub node: NodeId,
    /// Who.
    pub owners: Owners,
    /// Which groups, each when.
    pub groups: Alternatives<Name>,
}

/// Whom a policy is granted to.
#[derive(Clone, Debug)]
pub enum Grantee {
    /// Users themselves.
    Users(Owners),
    /// Everyone in a group.
    Groups(Alternatives<Name>),
}

/// A policy granted to users or a group.
#[derive(Clone, Debug)]
pub struct PolicyGrant {
    /// The node that grants it.
    pub node: NodeId,
    /// To whom.
    pub grantee: Grantee,
    /// Whether it is an inline policy (otherwise an attached managed one).
    pub inline: bool,
    /// Policy name or ARN, or what stands for it.
    pub name: Name,
    /// When it allows everything on everything.
    pub administrator: Condition,
    /// Account of the group, for [`Grantee::Groups`].
    pub account: Arc<str>,
}

/// A credential that has little more than a status: SSH key, certificate, service-specific credential.
#[derive(Clone, Debug)]
pub struct OtherCredential {
    /// Its node; its kind tells which.
    pub node: NodeId,
    /// Whose it is.
    pub owners: Owners,
    /// When its status is Active.
    pub active: Condition,
    /// Service name of a service-specific credential.
    pub service: Option<Name>,
    /// Days after which it expires: `Some(None)` never; `None` unknown.
    pub age_days: Option<Option<i64>>,
}

/// A place where a secret ends up in the clear, or where a password stands in it.
#[derive(Clone, Debug)]
pub struct Exposure {
    /// Its node.
    pub node: NodeId,
    /// Words that fit after "its secret ends up in" and "its password stands in".
    pub place: Arc<str>,
    /// When the secret is in it.
    pub when: Condition,
}

/// One scanned root.
#[derive(Clone, Debug)]
pub struct GraphRoot {
    /// Path relative to the base.
    pub path: String,
    /// Its format in the field's words: `terraform`.
    pub format: &'static str,
    /// What holds of its inputs in every world.
    pub assumption: Condition,
}

impl GraphRoot {
    /// The format of those that stand for an account, in its credential report.
    pub const OF_REPORT: &'static str = "credential-report";

    /// Whether deploying it writes a state in which secrets stand. `CloudFormation` keeps none.
    pub fn keeps_state(&self) -> bool {
        !matches!(self.format, "cloudformation" | "cdk")
    }
}

/// Patterns of the names of users that belong to programs, and of those that belong to people.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// Programs.
    pub machine_users: Vec<NamePattern>,
    /// People; they win.
    pub human_users: Vec<NamePattern>,
}

impl People {
    /// Whether a user of a name was said to belong to a person.
    pub fn is_human(&self, name: &str) -> bool {
        self.human_users.iter().any(|pattern| pattern.matches(name))
    }

    /// Whether a user of a name was said to belong to a program.
    pub fn is_machine(&self, name: &str) -> bool {
        !self.is_human(name) && self.machine_users.iter().any(|pattern| pattern.matches(name))
    }
}

/// Everything the rules look at.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// The roots.
    pub roots: Vec<GraphRoot>,
    /// The nodes.
    pub nodes: Vec<Node>,
    /// Users, placeholders included.
    pub users: Vec<User>,
    /// Access keys.
    pub access_keys: Vec<AccessKey>,
    /// Console passwords.
    pub passwords: Vec<Password>,
    /// Group memberships.
    pub memberships: Vec<Membership>,
    /// Policy grants.
    pub grants: Vec<PolicyGrant>,
    /// SSH keys, certificates, service-specific credentials, MFA devices.
    pub other_credentials: Vec<OtherCredential>,
    /// Exposed secrets.
    pub exposures: Vec<Exposure>,
    /// Where texts of passwords stand, which no report may show.
    pub password_places: BTreeSet<Span>,
    /// Those texts.
    pub password_texts: BTreeSet<Arc<str>>,
    /// What could not be linked or told.
    pub notices: Vec<Notice>,
    /// Whose users are whose, as far as somebody said so.
    pub people: People,
    /// Names that somebody gave accounts, by root and account.
    pub account_names: BTreeMap<(usize, Arc<str>), String>,
    /// The numbers of accounts, by root and account, as far as the code or the configuration tells.
    pub account_numbers: BTreeMap<(usize, Arc<str>), Arc<str>>,
    /// Accounts of which there is a credential report.
    pub live_accounts: Vec<LiveAccount>,
    /// Their users.
    pub live_users: Vec<LiveUser>,
    /// Which of those each user is, in every account that its code is deployed to: indices into [`Graph::users`] to
    /// indices into [`Graph::live_users`].
    pub lives: BTreeMap<usize, Vec<usize>>,
}

impl Graph {
    /// The place of a node.
    pub fn span(&self, node: NodeId) -> Span {
        self.nodes[node].place().span
    }
}
