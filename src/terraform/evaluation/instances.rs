//! `count` and `for_each`: which instances of a resource or module there are, and when.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use crate::source::{Notice, NoticeKind};
use crate::syntax::hcl::Expression;
use crate::value::{
    Condition, Data, Each, Mark, Question, Reason, Type, Unknown, Value, choose, convert, describe,
};

use super::{Evaluator, Scope, access};

/// Instances of one block at most.
pub const MAX_INSTANCES: usize = 10_000;

/// Instances in one root at most, modules' and resources' together.
const MAX_EXPANDED: usize = 50_000;

/// Whether there are elements and all of them are known texts.
fn are_texts(elements: &[Value]) -> bool {
    !elements.is_empty() && elements.iter().all(|element| element.as_str().is_some())
}

/// What tells one instance of a block from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Neither `count` nor `for_each`.
    Single,
    /// `[0]`
    Index(usize),
    /// `["alice"]`
    Name(Arc<str>),
    /// One key that is unknown, or one that stands for all keys of an unknown collection: its identity.
    Unknown(Arc<str>),
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Single => Ok(()),
            Self::Index(index) => write!(formatter, "[{index}]"),
            Self::Name(name) if !name.contains(['\\', '"', '\n', '\r', '\t', '$', '%']) => {
                write!(formatter, "[\"{name}\"]")
            }
            Self::Name(name) => {
                // As Terraform prints keys: quotes, backslashes and line ends escaped, templates inert.
                let escaped = name
                    .replace('\\', "\\\\")
                    .replace('"', "\\\"")
                    .replace('\n', "\\n")
                    .replace('\r', "\\r")
                    .replace('\t', "\\t")
                    .replace("${", "$${")
                    .replace("%{", "%%{");
                write!(formatter, "[\"{escaped}\"]")
            }
            Self::Unknown(identity) => write!(formatter, "[{identity}]"),
        }
    }
}

/// One instance of a resource or module block.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its key.
    pub key: Key,
    /// `each.key`, or `count.index`, or null.
    pub each_key: Value,
    /// `each.value`, or null.
    pub each_value: Value,
    /// When it exists, given that its module does.
    pub presence: Condition,
    /// "every key of var.users", when it stands for many.
    pub stands_for: Option<Arc<str>>,
    /// Whether it is one of those that another instance stands for, named by a reference.
    pub is_named: bool,
    /// The address within the root, once somebody asked for it.
    pub address: OnceCell<Arc<str>>,
}

/// The arguments that say how often a block is there.
#[derive(Clone, Copy, Default)]
pub struct Repetition<'b> {
    /// `count`
    pub count: Option<&'b Expression>,
    /// `for_each`
    pub for_each: Option<&'b Expression>,
    /// `lifecycle { enabled = … }`
    pub enabled: Option<&'b Expression>,
}

impl Instance {
    fn single(presence: Condition) -> Self {
        Self::new(Key::Single, Value::null(), Value::null(), presence)
    }

    fn new(key: Key, each_key: Value, each_value: Value, presence: Condition) -> Self {
        Self {
            key,
            each_key,
            each_value,
            presence,
            stands_for: None,
            is_named: false,
            address: OnceCell::new(),
        }
    }
}

/// What `count` and `for_each` of a block make.
pub(super) struct Expansion {
    pub instances: Rc<Vec<Instance>>,
    /// What is unknown about which there are: worth saying where somebody needs the block. Until then the
    /// values that hang on it are unknown themselves.
    pub unknown: Vec<Notice>,
}

impl Evaluator<'_> {
    /// The instances that a block makes. `what` names the block in notices.
    pub(super) fn expand(
        &self,
        Repetition { count, for_each, enabled }: Repetition<'_>,
        what: &str,
        scope: Scope<'_>,
    ) -> Expansion {
        let mut unknown = Vec::new();
        let mut instances = match (count, for_each, enabled) {
            (Some(count), ..) => self.expand_count(count, what, scope, &mut unknown),
            (None, Some(for_each), _) => self.expand_for_each(for_each, what, scope, &mut unknown),
            (None, None, Some(enabled)) => self.expand_enabled(enabled, what, scope, &mut unknown),
            (None, None, None) => vec![Instance::single(Condition::always())],
        };
        let left = MAX_EXPANDED.saturating_sub(self.expanded.get());
        if instances.len() > left {
            instances.truncate(left);
            let span = count
                .or(for_each)
                .or(enabled)
                .map_or(scope.module.provenance.last().map(|place| place.span), |expression| {
                    Some(expression.span)
                });
            let message = format!(
                "a root has more than {MAX_EXPANDED} instances; those of {what} and others were not looked at"
            );
            let is_said = |notice: &Notice| notice.message.starts_with("a root has more than");
            if let Some(span) = span
                && !self.notices.borrow().iter().any(is_said)
            {
                self.notice(Notice::at(NoticeKind::LimitReached, span, message));
            }
        }
        self.expanded.set(self.expanded.get() + instances.len());
        Expansion { instances: Rc::new(instances), unknown }
    }

    fn expand_enabled(
        &self,
        enabled: &Expression,
        what: &str,
        scope: Scope<'_>,
        notices: &mut Vec<Notice>,
    ) -> Vec<Instance> {
        let value = self.evaluate(enabled, scope);
        let mut presence = Condition::never();
        for (condition, alternative) in value.alternatives() {
            match convert(&alternative, &Type::Bool).map(|value| value.data) {
                Ok(Data::Bool(true)) => presence = presence.or(&condition),
                Ok(Data::Bool(false)) => {}
                Ok(Data::Unknown(unknown)) if unknown.error_message().is_none() => {
                    notices.extend(unknown_repetition(
                        enabled,
                        &format!("whether {what} is enabled"),
                        &unknown,
                    ));
                    let question = Arc::new(Question::boolean(Arc::clone(&unknown.identity), None));
                    presence = presence.or(&condition.and(&Condition::is(&question, true)));
                }
                _ => self.invalid_value(enabled, what, "enabled", &alternative),
            }
        }
        if presence.is_never() { Vec::new() } else { vec![Instance::single(presence)] }
    }

    fn expand_count(
        &self,
        count: &Expression,
        what: &str,
        scope: Scope<'_>,
        notices: &mut Vec<Notice>,
    ) -> Vec<Instance> {
        let value = self.evaluate(count, scope);
        // presence[i]: when there are more than i instances.
        let mut presence: Vec<Condition> = Vec::new();
        let raise = |presence: &mut Vec<Condition>, to: usize, condition: &Condition| {
            presence.resize(presence.len().max(to), Condition::never());
            for one in &mut presence[..to] {
                *one = one.or(condition);
            }
        };
        for (condition, alternative) in value.alternatives() {
            match convert(&alternative, &Type::Number).map(|number| number.data) {
                Ok(Data::Number(number)) => {
                    match number.as_i64().and_then(|number| usize::try_from(number).ok()) {
                        Some(wanted) if wanted <= MAX_INSTANCES => raise(&mut presence, wanted, &condition),
                        Some(_) => {
                            self.too_many_instances(count, what);
                            raise(&mut presence, MAX_INSTANCES, &condition);
                        }
                        None => self.invalid_repetition(count, what, &format!("`count` of {number}")),
                    }
                }
                Ok(Data::Unknown(unknown)) if unknown.error_message().is_none() => {
                    notices.extend(unknown_repetition(
                        count,
                        &format!("how many instances {what} has"),
                        &unknown,
                    ));
                    let question = |least: usize| {
                        let words = format!("{} >= {least}", unknown.identity);
                        Condition::is(&Arc::new(Question::boolean(words, None)), true)
                    };
                    // Two are enough to tell "more than one" from one.
                    let (one, two) = (question(1), question(2));
                    raise(&mut presence, 1, &condition.and(&one));
                    raise(&mut presence, 2, &condition.and(&two));
                }
                _ => self.invalid_value(count, what, "count", &alternative),
            }
        }
        let index = |at: usize| Value::integer(i64::try_from(at).unwrap_or(i64::MAX));
        presence
            .into_iter()
            .enumerate()
            .map(|(at, presence)| Instance::new(Key::Index(at), index(at), Value::null(), presence))
            .collect()
    }

    fn expand_for_each(
        &self,
        for_each: &Expression,
        what: &str,
        scope: Scope<'_>,
        notices: &mut Vec<Notice>,
    ) -> Vec<Instance> {
        let value = self.evaluate(for_each, scope);
        // For each key: under which condition it is there, with which value.
        let mut found: BTreeMap<Key, Vec<(Condition, Value, Value)>> = BTreeMap::new();
        let mut stands_for: BTreeMap<Key, Arc<str>> = BTreeMap::new();
        for (condition, alternative) in value.alternatives() {
            // Keys stand in addresses, which are shown.
            if alternative.marks.iter().any(Mark::is_taint) {
                self.invalid_repetition(for_each, what, "its `for_each` is sensitive");
                continue;
            }
            match &alternative.data {
                Data::Map(entries) | Data::Object(entries) => {
                    for (name, element) in entries.iter().take(MAX_INSTANCES) {
                        let key = Value::string(Arc::clone(name));
                        let all = found.entry(Key::Name(Arc::clone(name))).or_default();
                        all.push((condition.clone(), key, element.clone()));
                    }
                    if entries.len() > MAX_INSTANCES {
                        self.too_many_instances(for_each, what);
                    }
                }
                // Terraform refuses a list. What it holds is still what was meant, and a set-typed attribute of
                // a resource whose types are not known here looks like one.
                Data::Set(elements) | Data::List(elements) | Data::Tuple(elements)
                    if matches!(alternative.data, Data::Set(_)) || are_texts(elements) =>
                {
                    if !matches!(alternative.data, Data::Set(_)) {
                        self.list_repetition(for_each, what);
                    }
                    for element in elements.iter().take(MAX_INSTANCES) {
                        for (inner, element) in element.alternatives() {
                            let Some(key) = self.set_key(&element, for_each, what, notices) else { continue };
                            let both = condition.and(&inner);
                            found.entry(key).or_default().push((both, element.clone(), element.clone()));
                        }
                    }
                    if elements.len() > MAX_INSTANCES {
                        self.too_many_instances(for_each, what);
                    }
                }
                Data::Each(each) => {
                    let (key, words) = every(each, for_each, what, notices);
                    let both = condition.and(&each.when);
                    stands_for.insert(key.clone(), words);
                    let each_key = if each.key.is_null() { &each.element } else { &each.key };
                    found.entry(key).or_default().push((both, each_key.clone(), each.element.clone()));
                }
                Data::Unknown(unknown) if !unknown.entries.is_empty() => {
                    for (key, element) in unknown.entries.iter() {
                        let Some(name) = self.set_key(key, for_each, what, notices) else { continue };
                        let one = (condition.clone(), key.clone(), element.clone());
                        found.entry(name).or_default().push(one);
                    }
                }
                Data::Unknown(unknown) if unknown.error_message().is_none() => {
                    let each = Each {
                        over: Arc::clone(&unknown.identity),
                        key: access::key_of(unknown),
                        element: access::element_of(unknown),
                        when: Condition::always(),
                    };
                    let (key, words) = every(&each, for_each, what, notices);
                    stands_for.insert(key.clone(), words);
                    found.entry(key).or_default().push((condition, each.key, each.element));
                }
                _ => self.invalid_value(for_each, what, "for_each", &alternative),
            }
        }
        let taints = value.marks.taints();
        found
            .into_iter()
            .map(|(key, alternatives)| {
                let presence =
                    alternatives.iter().fold(Condition::never(), |all, (condition, ..)| all.or(condition));
                let pick = |which: fn(&(Condition, Value, Value)) -> &Value| {
                    let all = alternatives.iter().map(|one| (one.0.clone(), which(one).clone()));
                    choose(all).with_marks(&taints)
                };
                let mut instance =
                    Instance::new(key.clone(), pick(|one| &one.1), pick(|one| &one.2), presence);
                instance.stands_for = stands_for.get(&key).cloned();
                instance
            })
            .filter(|instance| !instance.presence.is_never())
            .take(MAX_INSTANCES)
            .collect()
    }

    fn set_key(
        &self,
        element: &Value,
        for_each: &Expression,
        what: &str,
        notices: &mut Vec<Notice>,
    ) -> Option<Key> {
        match &element.data {
            Data::String(name) => Some(Key::Name(Arc::clone(name))),
            Data::Unknown(unknown) if unknown.error_message().is_none() => {
                notices.extend(unknown_repetition(
                    for_each,
                    &format!("the key of an instance of {what}"),
                    unknown,
                ));
                Some(Key::Unknown(Arc::clone(&unknown.identity)))
            }
            _ => {
                self.invalid_value(for_each, what, "for_each", element);
                None
            }
        }
    }

    fn invalid_value(&self, place: &Expression, what: &str, argument: &str, value: &Value) {
        let message = match value.as_unknown().and_then(Unknown::error_message) {
            Some(message) => message.to_owned(),
            None => format!("{} cannot be used as `{argument}`", describe(value)),
        };
        self.invalid_repetition(place, what, &message);
    }

    fn list_repetition(&self, place: &Expression, what: &str) {
        let message = format!("`for_each` of {what} is a list; its elements were taken as a set");
        self.notice(
            Notice::at(NoticeKind::InvalidConfiguration, place.span, message)
                .with_help("Terraform takes a map or a set of strings: write toset(...)"),
        );
    }

    fn invalid_repetition(&self, place: &Expression, what: &str, message: &str) {
        let message = format!("{what} has no instances: {message}");
        self.notice(
            Notice::at(NoticeKind::InvalidConfiguration, place.span, message)
                .with_help("`terraform validate` or `terraform plan` says more"),
        );
    }

    fn too_many_instances(&self, place: &Expression, what: &str) {
        let message = format!("{what} has more than {MAX_INSTANCES} instances; only these were looked at");
        self.notice(Notice::at(NoticeKind::LimitReached, place.span, message));
    }
}

/// One key that stands for every key of an unknown collection, and how to say so.
fn every(each: &Each, for_each: &Expression, what: &str, notices: &mut Vec<Notice>) -> (Key, Arc<str>) {
    let key = if each.key.is_null() { &each.element } else { &each.key };
    let identity: Arc<str> = key
        .as_unknown()
        .map_or_else(|| format!("each key of {}", each.over).into(), |unknown| Arc::clone(&unknown.identity));
    let reason = each.element.first_unknown().or_else(|| key.first_unknown()).map_or_else(
        || Unknown::new(each.over.to_string(), Reason::Deployment),
        |unknown| Unknown { identity: Arc::clone(&each.over), ..unknown.clone() },
    );
    notices.extend(unknown_repetition(for_each, &format!("which instances {what} has"), &reason));
    (Key::Unknown(Arc::clone(&identity)), identity.replacen("each", "every", 1).into())
}

/// None is due for what is unknown only under inputs that nobody gives.
fn unknown_repetition(place: &Expression, what: &str, unknown: &Unknown) -> Option<Notice> {
    let is_due = unknown.reason != Reason::Otherwise;
    is_due.then(|| crate::resource::unknown_notice(what, unknown, place.span))
}
