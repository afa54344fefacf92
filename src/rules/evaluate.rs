//! Rules over the record of one user in one world.

use std::collections::BTreeSet;

use cel::Context;
use cel::common::types::{CelBool, CelList, CelNull, CelString, CelUInt};
use cel::common::value::Val;
use serde::Serialize;

use super::error::EvaluationError;
use super::expression::Expression;
use super::front_matter::SubjectKind;
use super::functions::environment;
use super::record::{ExceptionRecord, UserRecord};
use super::rule::{Case, Rule};
use super::template::Template;
use crate::finding::Severity;

/// One thing a rule found in a record. Places are `node` indices of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Severity, the case's where a case applies.
    pub severity: Severity,
    /// What is wrong: one line.
    pub message: String,
    /// Why it matters: one line.
    pub why: String,
    /// What to do: one line.
    pub fix: String,
    /// The subject that the rule ran over.
    pub subject_node: usize,
    /// The places to point at, never empty; the last is the primary one.
    pub flagged: Vec<usize>,
    /// Further places, none of them flagged.
    pub also: Vec<usize>,
}

/// Runs rules over a record. Gives each hit with the index of its rule in `rules`, in the order of the rules
/// and of the record, and what could not be evaluated: one rule's failure takes nothing from the others.
pub fn evaluate(rules: &[&Rule], record: &UserRecord) -> (Vec<(usize, Hit)>, Vec<EvaluationError>) {
    let mut context = Context::with_env(environment());
    add_variable(&mut context, SubjectKind::User.name(), record);
    run(rules, &context, &record.address, |kind| subjects(kind, record))
}

/// Runs rules over an exception, as [`evaluate`] does over a user.
pub fn evaluate_exception(
    rules: &[&Rule],
    record: &ExceptionRecord,
) -> (Vec<(usize, Hit)>, Vec<EvaluationError>) {
    let context = Context::with_env(environment());
    run(rules, &context, &record.rule, |kind| match kind {
        SubjectKind::Exception => vec![Subject::Exception(record)],
        _ => Vec::new(),
    })
}

fn run<'s>(
    rules: &[&Rule],
    context: &Context<'_, '_>,
    address: &str,
    subjects: impl Fn(SubjectKind) -> Vec<Subject<'s>>,
) -> (Vec<(usize, Hit)>, Vec<EvaluationError>) {
    let (mut hits, mut errors) = (Vec::new(), Vec::new());
    for (index, rule) in rules.iter().enumerate() {
        for subject in subjects(rule.subject) {
            let mut scope = context.new_inner_scope();
            subject.add_to(&mut scope, rule.subject.name());
            match hit(rule, subject.node(), &mut scope) {
                Ok(Some(hit)) => hits.push((index, hit)),
                Ok(None) => {}
                Err((expression, message)) => errors.push(EvaluationError {
                    rule: rule.id.clone(),
                    key: expression.key.clone(),
                    expression: expression.text.clone(),
                    user: address.to_owned(),
                    message,
                }),
            }
        }
    }
    (hits, errors)
}

enum Subject<'a> {
    User(usize),
    AccessKey(&'a super::record::AccessKeyRecord),
    Password(&'a super::record::PasswordRecord),
    ServiceCredential(&'a super::record::ServiceCredentialRecord),
    Exception(&'a ExceptionRecord),
}

impl Subject<'_> {
    fn node(&self) -> usize {
        match self {
            Self::User(node) => *node,
            Self::AccessKey(key) => key.node,
            Self::Password(password) => password.node,
            Self::ServiceCredential(credential) => credential.node,
            Self::Exception(exception) => exception.node,
        }
    }

    fn add_to(&self, scope: &mut Context<'_, '_>, name: &str) {
        match self {
            // The user is in every scope already.
            Self::User(_) => {}
            Self::AccessKey(key) => add_variable(scope, name, key),
            Self::Password(password) => add_variable(scope, name, password),
            Self::ServiceCredential(credential) => add_variable(scope, name, credential),
            Self::Exception(exception) => add_variable(scope, name, exception),
        }
    }
}

fn subjects(kind: SubjectKind, record: &UserRecord) -> Vec<Subject<'_>> {
    match kind {
        SubjectKind::User => vec![Subject::User(record.node)],
        SubjectKind::AccessKey => record.access_keys.iter().map(Subject::AccessKey).collect(),
        SubjectKind::Password => record.password.iter().map(Subject::Password).collect(),
        SubjectKind::ServiceCredential => {
            record.service_credentials.iter().map(Subject::ServiceCredential).collect()
        }
        SubjectKind::Exception => Vec::new(),
    }
}

fn add_variable(context: &mut Context<'_, '_>, name: &str, record: &impl Serialize) {
    let value = cel::to_value(record).expect("records are made of text, numbers, flags and lists of them");
    context.add_variable_from_value(name, value);
}

type Failure<'r> = (&'r Expression, String);

fn hit<'r>(
    rule: &'r Rule,
    subject_node: usize,
    scope: &mut Context<'_, '_>,
) -> Result<Option<Hit>, Failure<'r>> {
    for (name, expression) in &rule.bindings {
        let value = expression.evaluate(scope).map_err(|message| (expression, message))?.into_owned();
        scope.add_variable_as_val(name, value);
    }
    if !holds(&rule.when, scope)? {
        return Ok(None);
    }
    let mut case = None;
    for candidate in &rule.cases {
        if holds(&candidate.when, scope)? {
            case = Some(candidate);
            break;
        }
    }
    let mut seen = BTreeSet::new();
    let mut flagged = places(&rule.flag, scope, &mut seen)?;
    if flagged.is_empty() {
        seen.insert(subject_node);
        flagged.push(subject_node);
    }
    let mut also = Vec::new();
    for expression in &rule.also {
        also.extend(places(expression, scope, &mut seen)?);
    }
    let text = |of_case: fn(&Case) -> Option<&Template>, own: &'r Template| {
        case.and_then(of_case).unwrap_or(own).render(scope)
    };
    Ok(Some(Hit {
        severity: case.and_then(|case| case.severity).unwrap_or(rule.severity),
        message: text(|case| case.message.as_ref(), &rule.texts.message)?,
        why: text(|case| case.why.as_ref(), &rule.texts.why)?,
        fix: text(|case| case.fix.as_ref(), &rule.texts.fix)?,
        subject_node,
        flagged,
        also,
    }))
}

fn holds<'r>(expression: &'r Expression, context: &Context<'_, '_>) -> Result<bool, Failure<'r>> {
    let value = expression.evaluate(context).map_err(|message| (expression, message))?;
    value
        .downcast_ref::<CelBool>()
        .map(|flag| *flag.inner())
        .ok_or_else(|| (expression, "it gives neither true nor false".to_owned()))
}

/// The places that an expression gives and that were not seen before, in order; null gives none.
fn places<'r>(
    expression: &'r Expression,
    context: &Context<'_, '_>,
    seen: &mut BTreeSet<usize>,
) -> Result<Vec<usize>, Failure<'r>> {
    let value = expression.evaluate(context).map_err(|message| (expression, message))?;
    let mut nodes = Vec::new();
    collect_nodes(value.as_ref(), &mut nodes)
        .ok_or_else(|| (expression, "it gives something that is no part of the record".to_owned()))?;
    nodes.retain(|node| seen.insert(*node));
    Ok(nodes)
}

/// Recursion follows the nesting of lists, which the depth of the expression bounds.
fn collect_nodes(value: &dyn Val, nodes: &mut Vec<usize>) -> Option<()> {
    if let Some(list) = value.downcast_ref::<CelList>() {
        return list.inner().iter().try_for_each(|element| collect_nodes(element.as_ref(), nodes));
    }
    if value.downcast_ref::<CelNull>().is_some() {
        return Some(());
    }
    let field = value.as_indexer()?.get(&CelString::from("node")).ok()?;
    nodes.push(usize::try_from(*field.downcast_ref::<CelUInt>()?.inner()).ok()?);
    Some(())
}
