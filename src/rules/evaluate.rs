//! Rules over the record of one user in one world.

use std::collections::BTreeSet;

use super::error::EvaluationError;
use super::expression::Expression;
use super::front_matter::SubjectKind;
use super::language::{AsValue, Names, Problem, STEPS_OF_LOOK, Steps, Value};
use super::record::{AccountRecord, ExceptionRecord, LimitsRecord, LiveUserRecord, UserRecord};
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
pub fn evaluate<'r>(
    rules: &[&'r Rule],
    record: &'r UserRecord,
    limits: &'r LimitsRecord,
) -> (Vec<(usize, Hit)>, Vec<EvaluationError>) {
    let mut run = Run::new(limits, &record.address, record.live.is_some());
    run.names.add(SubjectKind::User.name(), record.as_value());
    for (index, rule) in rules.iter().enumerate() {
        run.over_user(index, rule, record);
    }
    (run.hits, run.errors)
}

/// Runs rules over an account, as [`evaluate`] does over a user.
pub fn evaluate_account<'r>(
    rules: &[&'r Rule],
    record: &'r AccountRecord,
    limits: &'r LimitsRecord,
) -> (Vec<(usize, Hit)>, Vec<EvaluationError>) {
    let mut run = Run::new(limits, &record.address, true);
    for (index, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.subject == SubjectKind::Account) {
        run.over(index, rule, record.node, record);
    }
    (run.hits, run.errors)
}

/// Runs rules over an exception, as [`evaluate`] does over a user.
pub fn evaluate_exception<'r>(
    rules: &[&'r Rule],
    record: &'r ExceptionRecord,
) -> (Vec<(usize, Hit)>, Vec<EvaluationError>) {
    let mut run = Run::new(&LimitsRecord::DEFAULT, &record.rule, false);
    for (index, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.subject == SubjectKind::Exception) {
        run.over(index, rule, record.node, record);
    }
    (run.hits, run.errors)
}

/// Rules over one record, and what they have found so far.
struct Run<'r> {
    names: Names<'r>,
    address: &'r str,
    has_report: bool,
    hits: Vec<(usize, Hit)>,
    errors: Vec<EvaluationError>,
}

impl<'r> Run<'r> {
    fn new(limits: &'r LimitsRecord, address: &'r str, has_report: bool) -> Self {
        let mut names = Names::default();
        names.add(LIMITS, limits.as_value());
        Self { names, address, has_report, hits: Vec::new(), errors: Vec::new() }
    }

    fn over_user(&mut self, index: usize, rule: &'r Rule, record: &'r UserRecord) {
        match rule.subject {
            SubjectKind::User => self.over_subject(index, rule, record.node),
            SubjectKind::AccessKey => {
                record.access_keys.iter().for_each(|key| self.over(index, rule, key.node, key));
            }
            SubjectKind::Password => {
                record.password.iter().for_each(|password| self.over(index, rule, password.node, password));
            }
            SubjectKind::ServiceCredential => {
                let credentials = record.service_credentials.iter();
                credentials.for_each(|credential| self.over(index, rule, credential.node, credential));
            }
            SubjectKind::LiveUser => {
                record.live.iter().for_each(|live| self.over(index, rule, live.node, live));
            }
            SubjectKind::LiveCredential => {
                let credentials = record.live.iter().flat_map(live_credentials);
                credentials.for_each(|credential| self.over(index, rule, credential.node, credential));
            }
            SubjectKind::Exception | SubjectKind::Account => {}
        }
    }

    /// Runs a rule over one of its subjects, which goes by its own name.
    fn over(&mut self, index: usize, rule: &'r Rule, node: usize, subject: &'r impl AsValue) {
        let known = self.names.count();
        self.names.add(rule.subject.name(), subject.as_value());
        self.over_subject(index, rule, node);
        self.names.truncate(known);
    }

    fn over_subject(&mut self, index: usize, rule: &'r Rule, node: usize) {
        let known = self.names.count();
        match hit(rule, node, self.has_report, &mut self.names) {
            Ok(Some(hit)) => self.hits.push((index, hit)),
            Ok(None) => {}
            Err((expression, message)) => self.errors.push(EvaluationError {
                rule: rule.id.clone(),
                key: expression.key.clone(),
                expression: expression.text.clone(),
                user: self.address.to_owned(),
                message,
            }),
        }
        self.names.truncate(known);
    }
}

/// Those of which a report says when they were used.
fn live_credentials(live: &LiveUserRecord) -> impl Iterator<Item = &super::record::LiveCredentialRecord> {
    live.password.iter().chain(&live.access_keys)
}

type Failure<'r> = (&'r Expression, String);

fn hit<'r>(
    rule: &'r Rule,
    subject_node: usize,
    has_report: bool,
    names: &mut Names<'r>,
) -> Result<Option<Hit>, Failure<'r>> {
    bind(&rule.needed, names)?;
    if !holds(&rule.when, names)? {
        return Ok(None);
    }
    bind(&rule.bindings, names)?;
    let mut case = None;
    for candidate in &rule.cases {
        if holds(&candidate.when, names)? {
            case = Some(candidate);
            break;
        }
    }
    let mut seen = BTreeSet::new();
    let mut flagged = places(&rule.flag, names, &mut seen)?;
    if flagged.is_empty() {
        seen.insert(subject_node);
        flagged.push(subject_node);
    }
    let mut also = Vec::new();
    for expression in &rule.also {
        also.extend(places(expression, names, &mut seen)?);
    }
    let mut text = |of_case: fn(&Case) -> Option<&Template>, own: &'r Template| {
        case.and_then(of_case).unwrap_or(own).render(names)
    };
    let message = text(|case| case.message.as_ref(), &rule.texts.message)?;
    let why = text(|case| case.why.as_ref(), &rule.texts.why)?;
    let fix = text(|case| case.fix.as_ref(), &rule.texts.fix)?;
    Ok(Some(Hit {
        severity: case.and_then(|case| case.severity).unwrap_or(rule.severity),
        message,
        why,
        fix,
        remedy: if has_report { remedy(rule, names)? } else { Vec::new() },
        subject_node,
        flagged,
        also,
    }))
}

fn bind<'r>(bindings: &'r [(String, Expression)], names: &mut Names<'r>) -> Result<(), Failure<'r>> {
    for (name, expression) in bindings {
        let value = expression.evaluate(names).map_err(|message| (expression, message))?;
        names.add(name, value);
    }
    Ok(())
}

fn remedy<'r>(rule: &'r Rule, names: &mut Names<'r>) -> Result<Vec<Step>, Failure<'r>> {
    let mut steps = Vec::new();
    for step in &rule.remedy {
        if let Some(when) = &step.when
            && !holds(when, names)?
        {
            continue;
        }
        let mut command = Vec::new();
        for (word, is_placeholder) in &step.run {
            let text = word.render(names)?;
            command.push(if *is_placeholder { Word::Placeholder(text) } else { Word::Text(text) });
        }
        steps.push(Step { text: step.text.render(names)?, effect: step.effect, ask: step.ask, command });
    }
    Ok(steps)
}

fn holds<'r>(expression: &'r Expression, names: &mut Names<'r>) -> Result<bool, Failure<'r>> {
    match expression.evaluate(names) {
        Ok(Value::Flag(flag)) => Ok(flag),
        Ok(_) => Err((expression, "it gives neither true nor false".to_owned())),
        Err(message) => Err((expression, message)),
    }
}

/// The places that an expression gives and that were not seen before, in order; null gives none.
fn places<'r>(
    expression: &'r Expression,
    names: &mut Names<'r>,
    seen: &mut BTreeSet<usize>,
) -> Result<Vec<usize>, Failure<'r>> {
    let value = expression.evaluate(names).map_err(|message| (expression, message))?;
    let mut nodes = Vec::new();
    collect_nodes(&value, &mut nodes, &mut Steps::default())
        .map_err(|problem| (expression, problem.message()))?;
    nodes.retain(|node| seen.insert(*node));
    Ok(nodes)
}

/// Recursion follows the nesting of lists, which the depth of the expression bounds. A list may hold another one many
/// times over, and that one as well, so that steps are counted.
fn collect_nodes(value: &Value<'_>, nodes: &mut Vec<usize>, steps: &mut Steps) -> Result<(), Problem> {
    steps.add(STEPS_OF_LOOK)?;
    match value {
        Value::List(list) => list.elements().try_for_each(|element| collect_nodes(&element, nodes, steps)),
        Value::Null => Ok(()),
        Value::Record(record) => match record.field("node") {
            Some(Value::Unsigned(node)) => {
                nodes.extend(usize::try_from(node));
                Ok(())
            }
            _ => Err("it gives something that is no part of the record".into()),
        },
        _ => Err("it gives something that is no part of the record".into()),
    }
}
