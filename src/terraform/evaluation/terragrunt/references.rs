//! What names mean in a Terragrunt file: `local`, `include`, `dependency`, `feature`, `values`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use crate::source::{Span, lexically_normal};
use crate::syntax::hcl::{Block, Step, StepKind};
use crate::value::{Condition, Data, Question, Reason, Unknown, Value, choose};

use super::super::module_instance::{Memo, ModuleInstance};
use super::super::{Evaluator, Scope, error};
use super::configuration::{Environment, label};
use super::merge;

/// What [`Evaluator::whole_configuration`] is remembered under: no output can have this name.
const WHOLE: &str = "";

impl Evaluator<'_> {
    /// Evaluates `name.first` and the steps after it.
    pub(in super::super) fn terragrunt_reference(
        &self,
        environment: &Rc<Environment>,
        name: &Arc<str>,
        first: &Arc<str>,
        steps: &[Step],
        span: Span,
        scope: Scope<'_>,
    ) -> Value {
        match &**name {
            "local" => self.walk(self.local(scope.module, first, span), steps, scope),
            "include" => self.include_reference(environment, first, steps, span, scope),
            "feature" => self.walk(self.feature(environment, first, span, scope), steps, scope),
            // What another unit put out is in its state; mock outputs stand in only where nothing is applied.
            "dependency" => {
                let unknown = Unknown::new(format!("dependency.{first}"), Reason::Deployment).at(span);
                self.walk(unknown.into(), steps, scope)
            }
            // What a stack hands to its units and stacks.
            "values" | "unit" | "stack" => {
                let unknown = Unknown::new(format!("{name}.{first}"), Reason::Deployment).at(span);
                self.walk(unknown.into(), steps, scope)
            }
            _ => error(span, format!("`{name}.{first}` means nothing in a Terragrunt file")),
        }
    }

    /// `include.root.locals.x`; `include.locals.x` where the only include has no label.
    fn include_reference(
        &self,
        environment: &Rc<Environment>,
        first: &Arc<str>,
        steps: &[Step],
        span: Span,
        scope: Scope<'_>,
    ) -> Value {
        let includes = environment.includes();
        let named = includes.iter().find(|include| label(include) == &**first);
        let (include, bare) = match (named, includes.as_slice()) {
            (Some(include), _) => (*include, false),
            (None, [include]) if label(include).is_empty() => (*include, true),
            _ => return error(span, format!("there is no include `{first}`")),
        };
        let exposed = include.body.attribute("expose").map(|expose| self.evaluate(&expose.value, scope));
        if exposed.and_then(|exposed| exposed.as_bool()) != Some(true) {
            return error(include.header, "an include is not exposed unless it says `expose = true`");
        }
        let file = match self.included(environment, include, scope) {
            Ok(file) => file,
            Err(failure) => return self.walk(failure, steps, scope),
        };
        if bare {
            return self.part(&file, first, steps, span, scope);
        }
        match steps.split_first() {
            Some((step, rest)) if let StepKind::Attribute(name) = &step.kind => {
                self.part(&file, name, rest, step.span, scope)
            }
            _ => self.walk(self.whole_configuration(&file), steps, scope),
        }
    }

    /// One part of a file, touching no more than is named: its local values may read other files.
    fn part(
        &self,
        file: &Rc<ModuleInstance>,
        name: &Arc<str>,
        steps: &[Step],
        span: Span,
        scope: Scope<'_>,
    ) -> Value {
        match (&**name, steps.split_first()) {
            ("locals", Some((step, rest))) if let StepKind::Attribute(local) = &step.kind => {
                self.walk(self.local(file, local, step.span), rest, scope)
            }
            ("locals" | "inputs", _) => {
                let value = if &**name == "inputs" { self.inputs_of(file) } else { self.locals_of(file) };
                self.walk(value, steps, scope)
            }
            ("dependency", _) => {
                self.walk(Unknown::new("dependency", Reason::Deployment).at(span).into(), steps, scope)
            }
            _ => {
                let whole = self.whole_configuration(file);
                self.walk(super::super::access::attribute(&whole, name, span), steps, scope)
            }
        }
    }

    /// The file that an `include` block names, evaluated on behalf of the file that includes it.
    pub(super) fn included(
        &self,
        environment: &Rc<Environment>,
        include: &Block,
        scope: Scope<'_>,
    ) -> Result<Rc<ModuleInstance>, Value> {
        let path = self.include_path(environment, include, scope)?;
        self.configuration(&environment.shared, &path, Some(&environment.configuration), include.header)
    }

    /// The file that an `include` block names.
    pub(super) fn include_path(
        &self,
        environment: &Environment,
        include: &Block,
        scope: Scope<'_>,
    ) -> Result<PathBuf, Value> {
        let Some(path) = include.body.attribute("path") else {
            return Err(error(include.header, "an include needs a `path`"));
        };
        let value = self.evaluate(&path.value, scope);
        match value.as_str() {
            Some(text) => Ok(lexically_normal(&environment.directory().join(text))),
            None if value.as_unknown().is_some() => Err(value),
            None => Err(error(path.value.span, "the path of an include must be a string")),
        }
    }

    /// A feature flag as its default has it; one that is a boolean is a toggle.
    fn feature(&self, environment: &Environment, name: &Arc<str>, span: Span, scope: Scope<'_>) -> Value {
        let mut blocks = environment.file.body.blocks_of("feature");
        let default = blocks
            .find(|block| block.labels.first() == Some(name))
            .and_then(|block| block.body.attribute("default"))
            .map(|default| self.evaluate(&default.value, scope));
        let identity = format!("feature.{name}.value");
        let value = match default {
            Some(Value { data: Data::Bool(on), .. }) => {
                let question = Arc::new(Question::boolean(identity, Some(on)));
                choose([on, !on].map(|value| (Condition::is(&question, value), Value::bool(value))))
            }
            Some(value) => value,
            // The file that includes this one may declare it.
            None => Unknown::new(identity, Reason::Input).at(span).into(),
        };
        Value::object(BTreeMap::from([(Arc::from("value"), value)]))
    }

    fn locals_of(&self, file: &Rc<ModuleInstance>) -> Value {
        let span = file.environment.as_ref().map(|environment| environment.span());
        let locals = file.module.locals().filter_map(|(name, local)| Some((name, local.as_ref()?)));
        Value::object(
            locals
                .map(|(name, local)| (Arc::clone(name), self.local(file, name, span.unwrap_or(local.span))))
                .collect(),
        )
    }

    /// The inputs of a file with those of what it includes.
    pub(super) fn inputs_of(&self, file: &Rc<ModuleInstance>) -> Value {
        self.remembered(file, "inputs", |environment| {
            let scope = Scope::of(file);
            let mut merged = match environment.file.body.attribute("inputs") {
                Some(own) => self.evaluate(&own.value, scope),
                None => Value::object(BTreeMap::new()),
            };
            // From the last include to the first: what stands further down overrides.
            for include in environment.includes().into_iter().rev() {
                let strategy = match self.merge_strategy(include, scope) {
                    Ok(Some(strategy)) => strategy,
                    Ok(None) => continue,
                    Err(failure) => return failure,
                };
                let inputs = match self.included(environment, include, scope) {
                    Ok(included) => self.inputs_of(&included),
                    Err(failure) => failure,
                };
                merged = strategy(&inputs, &merged);
            }
            merged
        })
    }

    /// How an include is merged; `None` where it is not.
    pub(super) fn merge_strategy(
        &self,
        include: &Block,
        scope: Scope<'_>,
    ) -> Result<Option<merge::Strategy>, Value> {
        let Some(strategy) = include.body.attribute("merge_strategy") else {
            return Ok(Some(merge::shallow));
        };
        match self.evaluate(&strategy.value, scope).as_str() {
            Some("shallow") => Ok(Some(merge::shallow)),
            Some("deep" | "deep_map_only") => Ok(Some(merge::deep)),
            Some("no_merge") => Ok(None),
            _ => Err(error(strategy.span, "`merge_strategy` must be no_merge, shallow or deep")),
        }
    }

    /// A file as one object: what `read_terragrunt_config` gives.
    pub(super) fn whole_configuration(&self, file: &Rc<ModuleInstance>) -> Value {
        self.remembered(file, WHOLE, |environment| {
            let scope = Scope::of(file);
            let body = &environment.file.body;
            let mut fields = BTreeMap::new();
            // The last of a kind counts; blocks with labels are objects by label.
            for block in &body.blocks {
                match (&*block.kind, block.labels.first()) {
                    ("locals" | "include" | "dependency" | "feature" | "inputs", _) | (_, Some(_)) => {}
                    (kind, None) => {
                        fields.insert(Arc::from(kind), self.block_object(&block.body, scope));
                    }
                }
            }
            for attribute in &body.attributes {
                if &*attribute.name != "inputs" {
                    fields.insert(Arc::clone(&attribute.name), self.evaluate(&attribute.value, scope));
                }
            }
            fields.insert("locals".into(), self.locals_of(file));
            fields.insert("inputs".into(), self.inputs_of(file));
            fields.insert(
                "dependency".into(),
                Unknown::new("dependency", Reason::Deployment).at(environment.span()).into(),
            );
            Value::object(fields)
        })
    }

    fn remembered(
        &self,
        file: &ModuleInstance,
        name: &'static str,
        compute: impl FnOnce(&Rc<Environment>) -> Value,
    ) -> Value {
        let Some(environment) = &file.environment else { return Value::null() };
        let span = environment.span();
        match file.outputs.borrow().get(name) {
            Some(Memo::Done(value)) => return value.clone(),
            Some(Memo::Evaluating) => return error(span, "a Terragrunt file that reads itself"),
            None => {}
        }
        file.outputs.borrow_mut().insert(name.into(), Memo::Evaluating);
        let value = self.bounded(compute(environment), span);
        file.outputs.borrow_mut().insert(name.into(), Memo::Done(value.clone()));
        value
    }
}
