//! One instance of a module: the root, or what one call with one key makes of a directory.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use crate::source::{Notice, Place};
use crate::terraform::configuration::Module;
use crate::value::{Condition, Value};

use super::Evaluator;
use super::instances::Instance;
use super::providers::Configuration;
use super::terragrunt::Environment;

/// A value that is being evaluated or has been.
#[derive(Clone)]
pub enum Memo {
    /// Asked for again while it is evaluated: a cycle.
    Evaluating,
    /// Evaluated.
    Done(Value),
}

/// Who called a module, and for which instance.
pub struct Caller {
    /// The calling module instance.
    pub parent: usize,
    /// Index of the call in the parent's module.
    pub call: usize,
    /// The instance of the call: its `each` and `count` are what the inputs see.
    pub instance: Instance,
}

/// One instance of a module and what has been evaluated in it.
pub struct ModuleInstance {
    /// Index in the evaluator.
    pub id: usize,
    /// `module.team["ops"].`, or empty for the root.
    pub prefix: String,
    /// Its blocks.
    pub module: Arc<Module>,
    /// `None` for the root.
    pub caller: Option<Caller>,
    /// How many calls deep: 0 for the root.
    pub level: usize,
    /// When it exists, its callers' conditions included.
    pub presence: Condition,
    /// "every key of var.teams", when it stands for many.
    pub stands_for: Option<Arc<str>>,
    /// The chain of calls that leads to it, outermost first.
    pub provenance: Vec<Place>,
    /// The model that stands in for its source, or for the source of a module that calls it.
    pub inferred_from: Option<Arc<str>>,
    /// Provider configurations that the caller passes, by their name here.
    pub providers: BTreeMap<Arc<str>, Configuration>,
    /// What names and functions mean in a Terragrunt file; `None` in Terraform's own.
    pub environment: Option<Rc<Environment>>,
    /// Variables, by name.
    pub variables: RefCell<HashMap<Arc<str>, Memo>>,
    /// Local values, by name.
    pub locals: RefCell<HashMap<Arc<str>, Memo>>,
    /// Outputs, by name.
    pub outputs: RefCell<HashMap<Arc<str>, Memo>>,
    /// Attributes, by resource, instance and name.
    pub attributes: RefCell<HashMap<AttributeKey, Memo>>,
    /// The instances of each resource; `None` while they are being found.
    pub resources: RefCell<HashMap<usize, Option<Rc<Vec<Instance>>>>>,
    /// The instances of each call with the module instance each makes (`None`: not on disk).
    pub calls: RefCell<HashMap<usize, Option<CallInstances>>>,
    /// What is unknown about which instances there are, until somebody who needs them says it.
    pub unknown_repetitions: RefCell<HashMap<Repeated, Vec<Notice>>>,
}

/// A block that `count` or `for_each` may repeat, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repeated {
    /// A resource or data source.
    Resource(usize),
    /// A module call.
    Call(usize),
}

/// Index of a resource, index of its instance, attribute name.
pub type AttributeKey = (usize, usize, Arc<str>);

/// The instances of a call, and the module instance that each makes.
pub type CallInstances = Rc<Vec<(Instance, Option<usize>)>>;

/// What a module instance is made of.
pub(super) struct ModuleSeed {
    pub(super) prefix: String,
    pub(super) module: Arc<Module>,
    pub(super) caller: Option<Caller>,
    pub(super) level: usize,
    pub(super) presence: Condition,
    pub(super) stands_for: Option<Arc<str>>,
    pub(super) provenance: Vec<Place>,
    pub(super) providers: BTreeMap<Arc<str>, Configuration>,
    pub(super) inferred_from: Option<Arc<str>>,
    pub(super) environment: Option<Rc<Environment>>,
}

impl ModuleSeed {
    /// What nobody calls.
    pub(super) fn root(module: Arc<Module>) -> Self {
        Self {
            prefix: String::new(),
            inferred_from: module.model.map(|model| Arc::from(model.label)),
            module,
            caller: None,
            level: 0,
            presence: Condition::always(),
            stands_for: None,
            provenance: Vec::new(),
            providers: BTreeMap::new(),
            environment: None,
        }
    }
}

impl Evaluator<'_> {
    pub(super) fn add_module(&self, seed: ModuleSeed) -> usize {
        let mut instances = self.instances.borrow_mut();
        let id = instances.len();
        instances.push(Rc::new(ModuleInstance {
            id,
            prefix: seed.prefix,
            module: seed.module,
            caller: seed.caller,
            level: seed.level,
            presence: seed.presence,
            stands_for: seed.stands_for,
            provenance: seed.provenance,
            providers: seed.providers,
            inferred_from: seed.inferred_from,
            environment: seed.environment,
            variables: HashMap::new().into(),
            locals: HashMap::new().into(),
            outputs: HashMap::new().into(),
            attributes: HashMap::new().into(),
            resources: HashMap::new().into(),
            calls: HashMap::new().into(),
            unknown_repetitions: HashMap::new().into(),
        }));
        id
    }
}
