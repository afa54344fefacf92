//! Conditions: when a parameter's value makes them true.

use std::sync::Arc;

use crate::source::{NoticeKind, Span};
use crate::value::{Condition, Data, Mark, Question, Reason, Unknown, Value, same};

use super::super::document::{Node, NodeKind};
use super::super::scalar_text;
use super::Stack;
use super::text::scalar;

/// Where a template is deployed when nobody says: the region that everything of IAM is kept in.
const DEFAULT_REGION: &str = "us-east-1";

impl Stack<'_> {
    /// When a named condition holds.
    pub(super) fn condition(&self, name: &str, span: Span) -> Condition {
        let Some((name, node)) = self.conditions.get_key_value(name) else {
            let message =
                format!("there is no condition {name} in this template, so whether it holds is unknown");
            self.say(NoticeKind::InvalidConfiguration, span, message);
            return self.open_condition(name);
        };
        let circular = || {
            let message = format!("condition {name} refers to itself, so whether it holds is unknown");
            self.say(NoticeKind::InvalidConfiguration, span, message);
            self.open_condition(name)
        };
        self.known_conditions.once(name, circular, || self.condition_of(node, name))
    }

    /// A condition that nothing is known of.
    fn open_condition(&self, name: &str) -> Condition {
        let question = Question::boolean(format!("condition {}{name}", self.prefix), None);
        Condition::is(&Arc::new(question), true)
    }

    fn unclear(&self, name: &str, span: Span, what: &str) -> Condition {
        let message = format!("whether condition {name} holds is unknown: {what}");
        self.say(NoticeKind::InvalidConfiguration, span, message);
        self.open_condition(name)
    }

    /// When an expression of a condition holds; `name` is the condition that it stands in.
    pub(super) fn condition_of(&self, node: &Node, name: &str) -> Condition {
        match (&node.kind, node.entries()) {
            (NodeKind::Bool(true), _) => Condition::always(),
            (NodeKind::Bool(false), _) => Condition::never(),
            (_, Some([entry])) => self.condition_call(&entry.key, &entry.value, node.span, name),
            _ => self.unclear(name, node.span, "it is no function of conditions"),
        }
    }

    /// When a function of conditions gives true; `span` is that of the call.
    pub(super) fn condition_call(
        &self,
        function: &str,
        argument: &Node,
        span: Span,
        name: &str,
    ) -> Condition {
        let unclear = |what: &str| self.unclear(name, span, what);
        let items = argument.elements().unwrap_or_default();
        match (function, items) {
            ("Condition", _) => match scalar_text(argument) {
                Some(other) => self.condition(&other, argument.span),
                None => unclear("`Condition` takes the name of a condition"),
            },
            ("Fn::And", [_, ..]) => {
                items.iter().fold(Condition::always(), |all, item| all.and(&self.condition_of(item, name)))
            }
            ("Fn::Or", [_, ..]) => {
                items.iter().fold(Condition::never(), |any, item| any.or(&self.condition_of(item, name)))
            }
            ("Fn::Not", [item]) => self.condition_of(item, name).not(),
            ("Fn::Equals", [left, right]) => Self::equals(&self.value(left), &self.value(right)),
            ("Fn::Contains", [list, text]) => Self::contains(&self.value(list), &self.value(text)),
            ("Fn::EachMemberIn", [members, list]) => {
                let list = self.value(list);
                Self::every_member(&self.value(members), &|member| Self::contains(&list, member))
            }
            ("Fn::EachMemberEquals", [members, text]) => {
                let text = self.value(text);
                Self::every_member(&self.value(members), &|member| Self::equals(member, &text))
            }
            _ => unclear(&format!("`{function}` is no function of conditions, or has the wrong arguments")),
        }
    }

    /// When two values are the same text.
    pub(super) fn equals(left: &Value, right: &Value) -> Condition {
        let mut any = Condition::never();
        let rights = right.alternatives();
        for (when, left) in left.alternatives() {
            for (and, right) in &rights {
                let both = when.and(and);
                if !both.is_never() {
                    any = any.or(&both.and(&Self::equal(&left, right)));
                }
            }
        }
        any
    }

    fn equal(left: &Value, right: &Value) -> Condition {
        let decided = |equal: bool| if equal { Condition::always() } else { Condition::never() };
        match (&left.data, &right.data) {
            (Data::Unknown(unknown), _) if right.as_unknown().is_none() => {
                Self::is_text(unknown, left, right)
            }
            (_, Data::Unknown(unknown)) if left.as_unknown().is_none() => Self::is_text(unknown, right, left),
            (Data::Unknown(one), Data::Unknown(other)) => {
                if one.identity == other.identity && one.error_message().is_none() {
                    return Condition::always();
                }
                let mut both = [&*one.identity, &*other.identity];
                both.sort_unstable();
                Self::yes(format!("{} == {}", both[0], both[1]))
            }
            _ => match (scalar(left), scalar(right)) {
                (Some(left), Some(right)) => decided(left == right),
                _ => decided(same(left, right) == Some(true)),
            },
        }
    }

    /// When an unknown turns out to be that text.
    fn is_text(unknown: &Unknown, value: &Value, text: &Value) -> Condition {
        let Some(text) = scalar(text) else { return Condition::never() };
        if unknown.other_than.contains(&text) {
            return Condition::never();
        }
        // Something that only a deployment could have that is refused, such as the entry of a key that a mapping does
        // not have.
        if unknown.reason == Reason::Otherwise && unknown.other_than.is_empty() {
            return Condition::never();
        }
        if unknown.suffix.as_ref().is_some_and(|suffix| !text.ends_with(&**suffix)) {
            return Condition::never();
        }
        if !can_be(&unknown.identity, &text) {
            return Condition::never();
        }
        // What a secret is compared with is not to be shown.
        if !text.is_empty() && value.marks.iter().any(Mark::hides) {
            return Self::yes(format!("{} == (hidden)", unknown.identity));
        }
        Condition::answered(&open_question(&unknown.identity), [text])
    }

    fn yes(proposition: String) -> Condition {
        Condition::is(&Arc::new(Question::boolean(proposition, None)), true)
    }

    fn contains(list: &Value, text: &Value) -> Condition {
        Self::over_members(list, &Condition::never(), &|any, member| any.or(&Self::equals(member, text)))
    }

    fn every_member(list: &Value, holds: &dyn Fn(&Value) -> Condition) -> Condition {
        Self::over_members(list, &Condition::always(), &|all, member| all.and(&holds(member)))
    }

    fn over_members(
        list: &Value,
        start: &Condition,
        step: &dyn Fn(Condition, &Value) -> Condition,
    ) -> Condition {
        list.alternatives().into_iter().fold(Condition::never(), |any, (when, list)| {
            let holds = match (list.elements(), list.as_unknown()) {
                (Some(elements), _) => elements.iter().fold(start.clone(), step),
                (None, Some(unknown)) => {
                    Self::yes(format!("the members of {} == (allowed)", unknown.identity))
                }
                (None, None) => step(start.clone(), &list),
            };
            any.or(&when.and(&holds))
        })
    }

    /// When the template's rules let it be deployed.
    pub(super) fn assumption(&self) -> Condition {
        let rules = self.template.rules.as_ref().and_then(Node::entries).unwrap_or_default();
        rules.iter().fold(Condition::always(), |all, rule| {
            let name = format!("of rule {}", rule.key);
            let applies = match rule.value.get("RuleCondition") {
                Some(condition) => self.condition_of(condition, &name),
                None => Condition::always(),
            };
            let assertions = rule.value.get("Assertions").and_then(Node::elements).unwrap_or_default();
            let holds = assertions
                .iter()
                .filter_map(|one| one.get("Assert"))
                .fold(Condition::always(), |all, assertion| all.and(&self.condition_of(assertion, &name)));
            let next = all.and(&applies.not().or(&holds));
            // A rule that can never be met says nothing about what would be deployed.
            if next.is_never() { all } else { next }
        })
    }
}

/// Whether a text has the form of a pseudo-parameter's value; any text can be that of anything else.
fn can_be(identity: &str, text: &str) -> bool {
    match identity {
        "AWS::AccountId" => crate::source::is_account_number(text),
        "AWS::Region" => {
            let parts: Vec<&str> = text.split('-').collect();
            parts.len() >= 3
                && parts.last().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()))
        }
        _ => true,
    }
}

/// What an unknown text turns out to be.
pub(super) fn open_question(identity: &Arc<str>) -> Arc<Question> {
    let mut question = Question::open(Arc::clone(identity));
    if &**identity == "AWS::Region" {
        question.default = Some(DEFAULT_REGION.into());
    }
    Arc::new(question)
}
