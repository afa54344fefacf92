//! What each kind of expression is worth.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::syntax::hcl::{Call, Expression, ExpressionKind, ObjectItem, StepKind, TemplatePart};
use crate::terraform::functions::{self, FileContext};
use crate::terraform::type_expression::parse_constraint;
use crate::value::{Condition, Data, Marks, Type, Unknown, Value, choose, convert, describe, hoist, lift};

use super::for_expression::text_keys;
use super::named_instances::part_of_arn;
use super::operators::{condition_of, from_condition};
use super::{Evaluator, Scope, error};

impl Evaluator<'_> {
    pub(super) fn evaluate_kind(&self, expression: &Expression, scope: Scope<'_>) -> Value {
        let span = expression.span;
        match &*expression.kind {
            ExpressionKind::Null => Value::null(),
            ExpressionKind::Bool(value) => Value::bool(*value),
            ExpressionKind::Number(text) => Value::number_literal(text),
            ExpressionKind::String(text) => Value::string(Arc::clone(text)),
            ExpressionKind::Template(parts) => match parts.as_slice() {
                // `"${x}"` is x itself, whatever its type.
                [TemplatePart::Interpolation(inner)] => self.evaluate(inner, scope),
                parts => self.template(parts, span, scope),
            },
            ExpressionKind::Tuple(elements) => {
                Value::tuple(elements.iter().map(|element| self.evaluate(element, scope)).collect())
            }
            ExpressionKind::Object(items) => self.object(items, scope),
            ExpressionKind::Variable(name) => self.reference(name, &[], span, scope),
            ExpressionKind::Traversal(root, steps) => match &*root.kind {
                ExpressionKind::Variable(name) => self.reference(name, steps, span, scope),
                _ => self.walk(self.evaluate(root, scope), steps, scope),
            },
            ExpressionKind::Call(call) => {
                self.evaluate_once(expression, scope, || self.call(call, expression, scope))
            }
            ExpressionKind::Conditional(parts) => {
                let [condition, then, otherwise] = &**parts;
                self.conditional(condition, then, otherwise, scope)
            }
            ExpressionKind::Unary(operator, operand) => {
                super::operators::unary(*operator, &self.evaluate(operand, scope), span)
            }
            ExpressionKind::Binary(operator, left, right) => super::operators::binary(
                *operator,
                &self.evaluate(left, scope),
                &self.evaluate(right, scope),
                span,
                scope.in_try,
            ),
            ExpressionKind::For(node) => {
                self.evaluate_once(expression, scope, || self.for_expression(node, span, scope))
            }
            ExpressionKind::Parenthesis(inner) => self.evaluate(inner, scope),
        }
    }

    fn object(&self, items: &[ObjectItem], scope: Scope<'_>) -> Value {
        let keys: Vec<Value> = items.iter().map(|item| self.key(&item.key, scope)).collect();
        let values: Vec<Value> = items.iter().map(|item| self.evaluate(&item.value, scope)).collect();
        lift(&keys, |keys| {
            let mut fields = BTreeMap::new();
            let mut taints = Marks::default();
            for ((key, value), item) in keys.iter().zip(&values).zip(items) {
                taints.extend(&key.marks.faint());
                match convert(key, &Type::String).map(|key| key.data) {
                    Ok(Data::String(name)) => {
                        fields.insert(name, value.clone());
                    }
                    Ok(Data::Unknown(unknown)) if unknown.error_message().is_some() => return key.clone(),
                    Ok(Data::Unknown(unknown)) => {
                        let identity = format!("{{({}) = …}}", unknown.identity);
                        let entries = text_keys(keys).zip(values.iter().cloned()).collect();
                        return unknown.derive(identity).with_entries(entries).into();
                    }
                    _ => return error(item.key.span, "the key of an object must be a string"),
                }
            }
            Value::object(fields).with_marks(&taints)
        })
    }

    /// The key of an object: `(a.b)` is a reference, `a.b` alone is refused.
    fn key(&self, key: &Expression, scope: Scope<'_>) -> Value {
        if is_plain_reference(key) && matches!(&*key.kind, ExpressionKind::Traversal(..)) {
            return error(key.span, "a reference as a key needs parentheses, a key with dots needs quotes");
        }
        self.evaluate(key, scope)
    }

    fn conditional(
        &self,
        condition: &Expression,
        then: &Expression,
        otherwise: &Expression,
        scope: Scope<'_>,
    ) -> Value {
        let decided = self.evaluate(condition, scope);
        let mut taints = decided.marks.faint();
        let holds = match condition_of(&decided, condition.span) {
            Ok(holds) => holds,
            Err(failure) => return failure,
        };
        // Both arms are needed even when one is certain: their types are unified, and the result is as
        // sensitive as either.
        let arms = [self.evaluate(then, scope), self.evaluate(otherwise, scope)];
        for arm in &arms {
            taints.extend(&arm.marks.faint());
        }
        let span = then.span.to(otherwise.span);
        let [then, otherwise] = super::arms::unify_arms(arms, span);
        choose([(holds.clone(), then), (holds.not(), otherwise)]).with_marks(&taints)
    }

    fn call(&self, call: &Call, expression: &Expression, scope: Scope<'_>) -> Value {
        match &*call.name {
            "try" | "core::try" => return self.try_call(call, expression, scope),
            "can" | "core::can" => return self.can_call(call, expression, scope),
            "convert" | "core::convert" => return self.convert_call(call, expression, scope),
            "templatefile" | "core::templatefile" | "templatestring" | "core::templatestring"
                if scope.is_template_file =>
            {
                return error(expression.span, "a template cannot render another template");
            }
            "templatestring" | "core::templatestring"
                if !call.arguments.first().is_some_and(is_plain_reference) =>
            {
                return error(
                    expression.span,
                    "the template of `templatestring` must be a reference to a text",
                );
            }
            _ => {}
        }
        let mut arguments: Vec<Value> =
            call.arguments.iter().map(|argument| self.evaluate(argument, scope)).collect();
        if call.expand_last
            && let Some(last) = arguments.pop()
        {
            // `f(list...)`: a choice between lists is a choice between calls.
            return lift(&[last], |last| match (&last[0].data, last[0].elements()) {
                (_, Some(elements)) => {
                    let all: Vec<Value> = arguments.iter().chain(elements).cloned().collect();
                    self.call_function(&call.name, &all, expression, scope)
                }
                (Data::Unknown(unknown), _) if unknown.error_message().is_some() => last[0].clone(),
                (Data::Unknown(_) | Data::Each(_), _) => {
                    let listed: Vec<String> = arguments.iter().chain(last).map(describe).collect();
                    last[0].derived(format!("{}({}...)", call.name, listed.join(", ")))
                }
                _ => error(expression.span, "`...` must follow a list"),
            });
        }
        self.call_function(&call.name, &arguments, expression, scope)
    }

    fn call_function(
        &self,
        name: &str,
        arguments: &[Value],
        expression: &Expression,
        scope: Scope<'_>,
    ) -> Value {
        let template = |text: &str, name: &str, variables: &Value| {
            self.template_file(text, name, variables, expression.span, scope)
        };
        let environment = scope.module.environment.as_deref();
        let files = FileContext {
            workspace: self.workspace,
            working_directory: environment.map_or(&self.root_directory, |one| one.base_directory()),
            template: &template,
            work: &Cell::new(0),
        };
        if let Some(part) = part_of_arn(name, arguments, expression.span) {
            return part;
        }
        let called = environment
            .and_then(|environment| self.terragrunt_function(environment, name, arguments, scope))
            .or_else(|| functions::call(name, arguments, &files));
        if let Some(result) = &called {
            let entries = result.entries().map_or(0, std::collections::BTreeMap::len);
            self.charge(result.elements().map_or(entries, <[Value]>::len));
            self.charge_text(result);
        }
        self.charge_steps(files.work.get());
        let result = match called {
            Some(result) if matches!(name, "uuid" | "core::uuid") => self.made_anew(result),
            Some(result) => result,
            None if name.starts_with("provider::") => {
                let identity = format!("{name}({})", describe_all(arguments));
                let reason = format!("`{name}` is a provider's function");
                Unknown::new(identity, crate::value::Reason::Unsupported(reason.into())).into()
            }
            None => Unknown::error(format!("there is no function named `{name}`")).into(),
        };
        located(result, expression.span)
    }

    /// The first argument that evaluates without an error, in each alternative.
    fn try_call(&self, call: &Call, expression: &Expression, scope: Scope<'_>) -> Value {
        let mut open = Condition::always();
        let mut results: Vec<(Condition, Value)> = Vec::new();
        let mut failure = error(expression.span, "no argument of `try` succeeds");
        for argument in &call.arguments {
            let value = hoist(&self.evaluate(argument, Scope { in_try: true, ..scope }));
            let mut failed = Condition::never();
            for (condition, alternative) in value.alternatives() {
                let condition = open.and(&condition);
                if condition.is_never() {
                    continue;
                }
                if first_error(&alternative).is_some() {
                    failure = alternative;
                    failed = failed.or(&condition);
                } else {
                    results.push((condition, alternative));
                }
            }
            open = failed;
            if open.is_never() {
                break;
            }
        }
        if !open.is_never() {
            results.push((open, failure));
        }
        choose(results)
    }

    /// `convert(value, type)`: the second argument is a type, not a value.
    fn convert_call(&self, call: &Call, expression: &Expression, scope: Scope<'_>) -> Value {
        let [value, of_type] = call.arguments.as_slice() else {
            return error(expression.span, "`convert` takes a value and a type");
        };
        let constraint = match parse_constraint(of_type) {
            Ok(constraint) => constraint,
            Err((span, message)) => return error(span, message),
        };
        lift(&[self.evaluate(value, scope)], |values| {
            convert(&values[0], &constraint.of_type).unwrap_or_else(|message| {
                error(expression.span, format!("call to \"convert\" failed: {message}"))
            })
        })
    }

    fn can_call(&self, call: &Call, expression: &Expression, scope: Scope<'_>) -> Value {
        let [argument] = call.arguments.as_slice() else {
            return error(expression.span, "`can` takes one argument");
        };
        let value = hoist(&self.evaluate(argument, Scope { in_try: true, ..scope }));
        let computed = !is_plain_reference(argument);
        let mut succeeds = Condition::never();
        let mut open = Vec::new();
        for (condition, alternative) in value.alternatives() {
            if first_error(&alternative).is_some() {
                continue;
            }
            // What is computed of something unknown may still fail.
            if computed && !alternative.is_wholly_known() {
                let answer = alternative.derived(format!("can({})", describe(&alternative)));
                open.push((condition, answer));
            } else {
                succeeds = succeeds.or(&condition);
            }
        }
        if open.is_empty() {
            return from_condition(&succeeds);
        }
        let covered = open.iter().fold(Condition::never(), |all, (condition, _)| all.or(condition));
        open.push((covered.not(), from_condition(&succeeds)));
        choose(open)
    }
}

/// A name and steps after it that name one thing.
fn is_plain_reference(expression: &Expression) -> bool {
    match &*expression.kind {
        ExpressionKind::Variable(_) => true,
        ExpressionKind::Traversal(root, steps) => {
            matches!(&*root.kind, ExpressionKind::Variable(_))
                && steps.iter().all(|step| matches!(step.kind, StepKind::Attribute(_) | StepKind::Index(_)))
        }
        _ => false,
    }
}

/// The first error in a value or inside it.
pub(super) fn first_error(value: &Value) -> Option<&Unknown> {
    match &value.data {
        Data::Unknown(unknown) => unknown.error_message().map(|_| &**unknown),
        _ => value.children().into_iter().find_map(first_error),
    }
}

/// Says where an error or unknown came into being, when it does not say so yet.
fn located(value: Value, span: crate::source::Span) -> Value {
    match &value.data {
        Data::Unknown(unknown) if unknown.origin.is_none() => {
            let marks = value.marks.clone();
            Value::from(Unknown::clone(unknown).at(span)).with_marks(&marks)
        }
        _ => value,
    }
}

fn describe_all(values: &[Value]) -> String {
    values.iter().map(describe).collect::<Vec<_>>().join(", ")
}
