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
use super::record::{
    AccountRecord, ExceptionRecord, LimitsRecord, LiveCredentialRecord, LiveUserRecord, UserRecord,
};
use super::rule::{Case, Rule};
use super::template::Template;
use crate::finding::{Severity, Step, Word};

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
    /// The steps that mend it; none where AWS's own account of the user is not at hand.
    pub remedy: Vec<Step>,
    /// The subject that the rule ran over.
    pub subject_node: usize,
    /// The places to point at, never empty; the last is the primary one.
    pub flagged: Vec<usize>,
    /// Further places, none of them flagged.
    pub also: Vec<usize>,
}

/// The name under which expressions find what counts as too long.
const LIMITS: &str = "limits";

/// Runs rules over a record. Gives each hit with the index of its rule in `rules`, in the order of the rules
/// and of the record, and what could not be evaluated: one rule's failure takes nothing from the others.
pub fn evaluate(
    rules: &[&Rule],
    record: &UserRecord,
    limits: &LimitsRecord,
) -> (Vec<(usize, Hit)>, Vec<EvaluationError>) {
    let mut context = Context::with_env(environment());
    add_variable(&mut context, LIMITS, limits);
    add_variable(&mut context, SubjectKind::User.name(), record);
    run(rules, &context, &record.address, record.live.is_some(), |kind| subjects(kind, record))
}

/// Runs rules over an account, as [`evaluate`] does over a user.
pub fn evaluate_account(
    rules: &[&Rule],
    record: &AccountRecord,
    limits: &LimitsRecord,
) -> (Vec<(usize, Hit)>, Vec<EvaluationError>) {
    let mut context = Context::with_env(environment());
    add_variable(&mut context, LIMITS, limits);
    run(rules, &context, &record.address, true, |kind| match kind {
        SubjectKind::Account => vec![Subject::Account(record)],
        _ => Vec::new(),
    })
}

/// Runs rules over an exception, as [`evaluate`] does over a user.
pub fn evaluate_exception(
    rules: &[&Rule],
    record: &ExceptionRecord,
) -> (Vec<(usize, Hit)>, Vec<EvaluationError>) {
    let mut context = Context::with_env(environment());
    add_variable(&mut context, LIMITS, &LimitsRecord::default());
    run(rules, &context, &record.rule, false, |kind| match kind {
        SubjectKind::Exception => vec![Subject::Exception(record)],
        _ => Vec::new(),
    })
}

fn run<'s>(
    rules: &[&Rule],
    context: &Context<'_, '_>,
    address: &str,
    has_report: bool,
    subjects: impl Fn(SubjectKind) -> Vec<Subject<'s>>,
) -> (Vec<(usize, Hit)>, Vec<EvaluationError>) {
    let (mut hits, mut errors) = (Vec::new(), Vec::new());
    for (index, rule) in rules.iter().enumerate() {
        for subject in subjects(rule.subject) {
            let mut scope = context.new_inner_scope();
            subject.add_to(&mut scope, rule.subject.name());
            match hit(rule, subject.node(), has_report, &mut scope) {
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
    LiveUser(&'a LiveUserRecord),
    LiveCredential(&'a LiveCredentialRecord),
    Account(&'a AccountRecord),
}

impl Subject<'_> {
    fn node(&self) -> usize {
        match self {
            Self::User(node) => *node,
            Self::AccessKey(key) => key.node,
            Self::Password(password) => password.node,
            Self::ServiceCredential(credential) => credential.node,
            Self::Exception(exception) => exception.node,
            Self::LiveUser(user) => user.node,
            Self::LiveCredential(credential) => credential.node,
            Self::Account(account) => account.node,
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
            Self::LiveUser(user) => add_variable(scope, name, user),
            Self::LiveCredential(credential) => add_variable(scope, name, credential),
            Self::Account(account) => add_variable(scope, name, account),
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
        SubjectKind::LiveUser => record.live.iter().map(Subject::LiveUser).collect(),
        SubjectKind::LiveCredential => {
            let credentials = |live| live_credentials(live).map(Subject::LiveCredential);
            record.live.iter().flat_map(credentials).collect()
        }
        SubjectKind::Exception | SubjectKind::Account => Vec::new(),
    }
}

/// Those of which a report says when they were used.
fn live_credentials(live: &LiveUserRecord) -> impl Iterator<Item = &LiveCredentialRecord> {
    live.password.iter().chain(&live.access_keys)
}

fn add_variable(context: &mut Context<'_, '_>, name: &str, record: &impl Serialize) {
    let value = cel::to_value(record).expect("records are made of text, numbers, flags and lists of them");
    context.add_variable_from_value(name, value);
}

type Failure<'r> = (&'r Expression, String);

fn hit<'r>(
    rule: &'r Rule,
    subject_node: usize,
    has_report: bool,
    scope: &mut Context<'_, '_>,
) -> Result<Option<Hit>, Failure<'r>> {
    bind(&rule.needed, scope)?;
    if !holds(&rule.when, scope)? {
        return Ok(None);
    }
    bind(&rule.bindings, scope)?;
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
        remedy: if has_report { remedy(rule, scope)? } else { Vec::new() },
        subject_node,
        flagged,
        also,
    }))
}

fn bind<'r>(bindings: &'r [(String, Expression)], scope: &mut Context<'_, '_>) -> Result<(), Failure<'r>> {
    for (name, expression) in bindings {
        let value = expression.evaluate(scope).map_err(|message| (expression, message))?.into_owned();
        scope.add_variable_as_val(name, value);
    }
    Ok(())
}

fn remedy<'r>(rule: &'r Rule, scope: &Context<'_, '_>) -> Result<Vec<Step>, Failure<'r>> {
    let mut steps = Vec::new();
    for step in &rule.remedy {
        if let Some(when) = &step.when
            && !holds(when, scope)?
        {
            continue;
        }
        let mut command = Vec::new();
        for (word, is_placeholder) in &step.run {
            let text = word.render(scope)?;
            command.push(if *is_placeholder { Word::Placeholder(text) } else { Word::Text(text) });
        }
        steps.push(Step { text: step.text.render(scope)?, effect: step.effect, ask: step.ask, command });
    }
    Ok(steps)
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
