//! The narrow waist: what every reader hands over, whatever the format. Nothing behind it knows HCL or YAML.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Index;
use std::sync::Arc;

use crate::source::{Notice, NoticeKind, Place, Span};
use crate::value::{Condition, Reason, Unknown, Value};

/// Whether a resource is created by the code or only looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// The code creates it.
    Managed,
    /// A data source: it exists already.
    Data,
}

/// What tells an account from others: two that are both known by number, or both by profile, are two accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountIdentity {
    /// Its number.
    Number,
    /// The name of a profile.
    Profile,
    /// Something that cannot be compared with what is said of others.
    #[default]
    Open,
}

/// An attribute that was asked for.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its value; a nested block is a tuple of objects.
    pub value: Value,
    /// Name to end of value.
    pub span: Span,
}

/// Attributes by the names that they were asked for with: a handful for each of very many resources.
#[derive(Clone, Debug, Default)]
pub struct Attributes(Vec<(&'static str, Attribute)>);

impl Attributes {
    /// The attribute of that name.
    pub fn get(&self, name: &str) -> Option<&Attribute> {
        self.0.iter().find(|(other, _)| *other == name).map(|(_, attribute)| attribute)
    }

    /// Adds an attribute that is not there yet.
    pub fn insert(&mut self, name: &'static str, attribute: Attribute) {
        debug_assert!(self.get(name).is_none(), "{name} is asked for once");
        self.0.push((name, attribute));
    }

    /// All of them, in the order in which they were asked for.
    pub fn values(&self) -> impl Iterator<Item = &Attribute> {
        self.0.iter().map(|(_, attribute)| attribute)
    }
}

impl Index<&str> for Attributes {
    type Output = Attribute;

    /// An attribute that is known to be there.
    fn index(&self, name: &str) -> &Attribute {
        self.get(name).unwrap_or_else(|| panic!("nobody has looked whether {name} is there"))
    }
}

/// One resource instance.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Type in the format's own words: `aws_iam_user`, `AWS::IAM::User`.
    pub resource_type: Arc<str>,
    /// Address within its root, with instance keys.
    pub address: Arc<str>,
    /// Created or looked up.
    pub mode: Mode,
    /// Which account within the root: its number, or the first provider configuration that uses it (`aws.prod`).
    pub account: Arc<str>,
    /// The attributes that were asked for and are set. One that is set to null is left out.
    pub attributes: Attributes,
    /// When it exists.
    pub presence: Condition,
    /// When the object was there before this deployment, so that this deployment does not create it: an
    /// `import` block, a planned change that is no creation, a state. Code alone means a first deployment.
    pub existed_before: Condition,
    /// When an `import` block brings it in. It existed before, and the state does not learn its secret.
    pub imported: Condition,
    /// For an instance that stands for many: "every key of var.users".
    pub stands_for: Option<Arc<str>>,
    /// Where it comes from, outermost first: module call, module call, the block's header.
    pub provenance: Vec<Place>,
    /// The module whose known defaults say that it exists, when that module's source is not on disk.
    pub inferred_from: Option<Arc<str>>,
    /// What its template calls it, which `CloudFormation` makes names of.
    pub logical_id: Option<Arc<str>>,
    /// The construct of a program that it was generated from: `Stack/alice/key`.
    pub construct_path: Option<Arc<str>>,
    /// The line of that program that made it, which is the place to look at first.
    pub constructed_at: Option<Place>,
}

impl Resource {
    /// The value of an attribute, `None` when it is not set.
    pub fn value(&self, attribute: &str) -> Option<&Value> {
        self.attributes.get(attribute).map(|attribute| &attribute.value)
    }

    /// The block's header: the innermost place.
    pub fn header(&self) -> Span {
        self.provenance.last().expect("every resource has at least the place of its own block").span
    }
}

/// Who sees an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// Terraform's: whoever runs it or reads its log, unless it is sensitive.
    Terraform,
    /// A stack's: whoever may look at the stack.
    Stack,
    /// A stack's that is exported: whoever may look at the account's exports.
    Export,
}

/// A value that leaves the root: a Terraform output of the root module, a template's output.
#[derive(Clone, Debug)]
pub struct Output {
    /// Who sees it.
    pub kind: OutputKind,
    /// When it is there.
    pub presence: Condition,
    /// `output.name`, `Outputs.Name`
    pub address: Arc<str>,
    /// The value.
    pub value: Value,
    /// Whether it is declared sensitive.
    pub sensitive: bool,
    /// Where its value stands.
    pub span: Span,
    /// The header of its block.
    pub header: Span,
    /// As for a resource.
    pub construct_path: Option<Arc<str>>,
    /// As for a resource.
    pub constructed_at: Option<Place>,
}

/// What the graph asks for, so that a reader evaluates nothing else: resource type to attributes.
#[derive(Clone, Debug, Default)]
pub struct Interest {
    /// Types that become nodes of the graph.
    pub resources: BTreeMap<&'static str, &'static [&'static str]>,
    /// Types whose attributes a secret may end up in: asked for only when there is a secret.
    pub sinks: BTreeMap<&'static str, &'static [&'static str]>,
    /// Those of [`Interest::resources`] that say something of users only where one of [`Interest::leading`] is too.
    pub supporting: BTreeSet<&'static str>,
    /// Types that put users into groups, and attach policies to them.
    pub leading: BTreeSet<&'static str>,
}

/// Everything that was read from one root.
#[derive(Clone, Debug, Default)]
pub struct RootContents {
    /// Resources of the types asked for, in document order.
    pub resources: Vec<Resource>,
    /// The root's outputs.
    pub outputs: Vec<Output>,
    /// How well each of the accounts that resources name is known; one that is not listed is open.
    pub accounts: BTreeMap<Arc<str>, AccountIdentity>,
    /// What holds of the inputs, or the code is refused: worlds in which it does not are none.
    pub assumption: Condition,
    /// What was not understood.
    pub notices: Vec<Notice>,
    /// How much was evaluated, in the steps that the limits count.
    pub steps: u64,
}

/// The notice for a value that matters and is unknown: what it is, what it hangs on, what to do. None is due
/// for what is unknown only under inputs that nobody gives ([`Reason::Otherwise`]).
pub fn unknown_notice(what: &str, unknown: &Unknown, span: Span) -> Notice {
    let cause = &unknown.cause;
    let (message, help) = match &unknown.reason {
        Reason::Input | Reason::Otherwise => (
            format!("{what} is unknown: it hangs on {cause}, which has no value"),
            "give it a value with --var, --var-file or a .tfvars file".to_owned(),
        ),
        Reason::Parameter => (
            format!("{what} is unknown: it hangs on parameter {cause}, which has no value"),
            "give it a value with --parameters or a parameter file".to_owned(),
        ),
        Reason::Deployment => (
            format!("{what} is unknown: it hangs on {cause}, which is decided when the code is deployed"),
            "findings about it hold for whatever it turns out to be".to_owned(),
        ),
        Reason::NotOnDisk => (
            format!(
                "{what} is unknown: it hangs on {cause}, which is not on disk or lies outside the scanned root"
            ),
            "scan a tree that holds the module's source".to_owned(),
        ),
        Reason::Error(message) => (
            format!("{what} is unknown: {message}"),
            "`terraform validate` or `terraform plan` says more".to_owned(),
        ),
        Reason::Unsupported(reason) => {
            (format!("{what} is unknown: {reason}"), "a plainer expression can be followed".to_owned())
        }
    };
    Notice::at(NoticeKind::UnknownValue, span, message).with_help(help)
}
