//! Input variables: of the root from its inputs, of a called module from its caller.

use std::path::Path;
use std::sync::Arc;

use crate::source::{Notice, NoticeKind, Span, lexically_normal};
use crate::terraform::blocks::Variable;
use crate::terraform::toggles;
use crate::value::{Mark, Reason, Unknown, Value, convert, lift};

use super::module_instance::{Memo, ModuleInstance};
use super::{Evaluator, Scope, error};

impl Evaluator<'_> {
    pub(super) fn variable(&self, module: &ModuleInstance, name: &Arc<str>, span: Span) -> Value {
        let Some(variable) = module.module.variables.get(name) else {
            return error(span, format!("there is no variable `{name}`"));
        };
        match module.variables.borrow().get(name) {
            Some(Memo::Done(value)) => return value.clone(),
            Some(Memo::Evaluating) => return error(span, format!("var.{name} refers to itself")),
            None => {}
        }
        module.variables.borrow_mut().insert(Arc::clone(name), Memo::Evaluating);
        let mut value = match &module.caller {
            Some(_) => self.passed_variable(module, variable),
            None => self.root_variable(variable),
        };
        if variable.sensitive {
            value = value.with_mark(Mark::Sensitive);
        }
        module.variables.borrow_mut().insert(Arc::clone(name), Memo::Done(value.clone()));
        value
    }

    fn root_variable(&self, variable: &Variable) -> Value {
        let default = variable.default.as_ref();
        if let Some((given, place)) = self.inputs.value(&variable.name, variable) {
            let is_default = given.is_null() && !variable.nullable && default.is_some();
            if !is_default {
                return self.converted(variable, &given, place.unwrap_or(variable.header));
            }
        }
        let Some(default) = self.default(variable) else { return required(variable, "var.") };
        if self.inputs.is_complete {
            return default;
        }
        let comparisons = self.comparisons.get_or_init(|| {
            let root = self.instance(0);
            toggles::comparisons(self.loader, &root.module)
        });
        toggles::toggle(variable, &default, comparisons).unwrap_or(default)
    }

    fn passed_variable(&self, module: &ModuleInstance, variable: &Variable) -> Value {
        let caller = module.caller.as_ref().expect("only called modules are asked");
        let parent = self.instance(caller.parent);
        let call = &parent.module.calls[caller.call];
        let Some(attribute) = call.body.attribute(&variable.name) else {
            return self
                .default(variable)
                .unwrap_or_else(|| required(variable, &format!("{}var.", module.prefix)));
        };
        let passed = self.evaluate(&attribute.value, Scope::within(&parent, &caller.instance));
        let passed = self.bounded(passed, attribute.value.span);
        lift(&[passed], |passed| {
            // `nullable = false` gives null its default; otherwise null stays null.
            if passed[0].is_null()
                && !variable.nullable
                && let Some(default) = self.default(variable)
            {
                return default;
            }
            self.converted(variable, &passed[0], attribute.value.span)
        })
    }

    fn default(&self, variable: &Variable) -> Option<Value> {
        let default = variable.default.as_ref()?;
        let mut value = super::super::type_expression::constant(default)
            .unwrap_or_else(|| error(default.span, "the default of a variable is not a constant"));
        for overridden in &variable.overridden_constraints {
            value = convert(&value, overridden).unwrap_or(value);
        }
        Some(self.converted(variable, &value, default.span))
    }

    fn converted(&self, variable: &Variable, value: &Value, span: Span) -> Value {
        match convert(value, &variable.constraint) {
            Ok(value) => value,
            Err(message) => {
                let message = format!("var.{}: {message}", variable.name);
                self.notice(Notice::at(NoticeKind::InvalidConfiguration, span, message.clone()));
                error(span, message)
            }
        }
    }

    /// `path.module` as Terraform prints it: relative to the root module's directory, no leading `./`.
    pub(super) fn relative_module_path(&self, directory: &Path) -> String {
        let (from, to) = (lexically_normal(&self.root_directory), lexically_normal(directory));
        let (mut from, mut to) = (from.components().peekable(), to.components().peekable());
        while from.peek().is_some() && from.peek() == to.peek() {
            from.next();
            to.next();
        }
        let parts: Vec<String> = from
            .map(|_| "..".to_owned())
            .chain(to.map(|part| part.as_os_str().to_string_lossy().into_owned()))
            .collect();
        if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
    }
}

fn required(variable: &Variable, prefix: &str) -> Value {
    let identity = format!("{prefix}{}", variable.name);
    Unknown::new(identity, Reason::Input).at(variable.header).typed(variable.constraint.clone()).into()
}
