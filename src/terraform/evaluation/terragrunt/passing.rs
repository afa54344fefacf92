//! How a unit's values reach the module: as environment variables, and as arguments on the command line.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::resource::unknown_notice;
use crate::source::{FileId, Notice, NoticeKind, Span, lexically_normal};
use crate::syntax::hcl::{self, Block};
use crate::terraform::blocks::Variable;
use crate::terraform::configuration::Module;
use crate::terraform::inputs::CommandLineInput;
use crate::terraform::type_expression::constant;
use crate::value::{Data, Reason, Type, Unknown, Value, hoist, lift};

use super::super::module_instance::ModuleInstance;
use super::super::{Evaluator, Scope};
use super::unit::Layers;

/// What a unit passes to its module.
#[derive(Default)]
pub struct Passed {
    /// Values that yield to variables files.
    pub environment: Vec<(Arc<str>, Value, Span)>,
    /// Values that do not.
    pub command_line: Vec<CommandLineInput>,
    /// Where something is passed that could not be told: any variable may be given anything by it.
    open: Option<Span>,
}

impl Evaluator<'_> {
    /// What `inputs` and `extra_arguments` give the variables that the module declares.
    pub(super) fn passed(&self, layers: &Layers<'_>, module: &Module) -> Passed {
        let mut passed = Passed::default();
        for (file, block) in self.extra_arguments(layers) {
            self.extra(file, block, module, &mut passed);
        }
        if let Some(span) = passed.open {
            let unknown = |name: &str| Unknown::new(format!("extra_arguments.{name}"), Reason::Deployment);
            let all = module.variables.keys();
            passed
                .environment
                .extend(all.map(|name| (Arc::clone(name), unknown(name).at(span).into(), span)));
        }
        let place = layers.bodies().find_map(|(_, body)| body.attribute("inputs"));
        let span = place.map(|inputs| inputs.name_span);
        let Some(span) = span.or_else(|| layers.own.environment.as_ref().map(|file| file.span())) else {
            return passed;
        };
        let inputs = self.inputs_of(layers.own);
        if let Some(unknown) = inputs.as_unknown() {
            self.notice(unknown_notice("what the inputs of this unit are", unknown, span));
        }
        for variable in module.variables.values() {
            if let Some(value) = self.input(&inputs, variable) {
                passed.environment.push((Arc::clone(&variable.name), value, span));
            }
        }
        passed
    }

    /// What the inputs give one variable; `None` when they certainly give nothing.
    fn input(&self, inputs: &Value, variable: &Variable) -> Option<Value> {
        match &inputs.data {
            Data::Map(_) | Data::Object(_) => {
                inputs.entries()?.get(&variable.name).map(|value| self.as_received(value, variable))
            }
            Data::Choice(_) => {
                let is_named = inputs.alternatives().iter().any(|(_, inputs)| {
                    inputs.entries().is_none_or(|entries| entries.contains_key(&variable.name))
                });
                let left_out = || match &variable.default {
                    Some(default) => constant(default).unwrap_or_else(Value::null),
                    None => Unknown::new(format!("var.{}", variable.name), Reason::Input)
                        .at(variable.header)
                        .into(),
                };
                is_named.then(|| {
                    lift(std::slice::from_ref(inputs), |one| {
                        self.input(&one[0], variable).unwrap_or_else(left_out)
                    })
                })
            }
            Data::Null => None,
            // Any input may be among them.
            _ => Some(inputs.derived(format!("inputs.{}", variable.name))),
        }
    }

    /// A value after its way through an environment variable: text stays text, anything else becomes JSON,
    /// which is read again unless the variable takes text.
    fn as_received(&self, value: &Value, variable: &Variable) -> Value {
        let takes_text =
            !variable.has_type || matches!(variable.constraint, Type::String | Type::Number | Type::Bool);
        if takes_text {
            return lift(&[hoist(value)], |one| match &one[0].data {
                Data::Null | Data::String(_) | Data::Unknown(_) => one[0].clone(),
                _ => self.json_text(&one[0]),
            });
        }
        lift(std::slice::from_ref(value), |one| match one[0].as_str() {
            Some(text) => match hcl::parse_expression(FileId(0), 0, text).ok().as_ref().and_then(constant) {
                Some(read) => read.with_marks(&one[0].marks),
                None => Unknown::error(format!("var.{}: not a constant expression", variable.name)).into(),
            },
            None => one[0].clone(),
        })
    }

    /// The `extra_arguments` blocks that reach a plan, the farthest file's first; the nearest of a name counts.
    fn extra_arguments<'l>(&self, layers: &'l Layers<'_>) -> Vec<(&'l ModuleInstance, &'l Block)> {
        let mut blocks: Vec<(&ModuleInstance, &Block)> = Vec::new();
        for (file, body) in layers.bodies() {
            let own = body.blocks_of("terraform").flat_map(|block| block.body.blocks_of("extra_arguments"));
            let own: Vec<_> = own
                .filter(|block| !blocks.iter().any(|(_, nearer)| nearer.labels == block.labels))
                .map(|block| (file, block))
                .collect();
            blocks.splice(0..0, own);
        }
        blocks.retain(|(file, block)| {
            let commands = block.body.attribute("commands");
            let commands = commands.map(|commands| self.evaluate(&commands.value, Scope::of(file)));
            // Commands that are not known may be any.
            commands.as_ref().and_then(Value::elements).is_none_or(|commands| {
                commands.iter().any(|command| matches!(command.as_str(), None | Some("plan" | "apply")))
            })
        });
        blocks
    }

    fn extra(&self, file: &ModuleInstance, block: &Block, module: &Module, passed: &mut Passed) {
        let value = |name: &str| {
            let attribute = block.body.attribute(name)?;
            Some((self.evaluate(&attribute.value, Scope::of(file)), attribute.span))
        };
        if let Some((variables, span)) = value("env_vars") {
            let none = BTreeMap::new();
            if variables.entries().is_none() {
                self.not_followed(&variables, span, passed);
            }
            for (name, value) in variables.entries().unwrap_or(&none) {
                let variable = name.strip_prefix("TF_VAR_").and_then(|name| module.variables.get(name));
                if let Some(variable) = variable {
                    let received = self.as_received(value, variable);
                    passed.environment.push((Arc::clone(&variable.name), received, span));
                }
            }
        }
        for (name, is_required) in [("required_var_files", true), ("optional_var_files", false)] {
            let Some((paths, span)) = value(name) else { continue };
            let Some(paths) = paths.elements() else {
                self.not_followed(&paths, span, passed);
                continue;
            };
            for path in paths {
                match path.as_str() {
                    Some(path) => self.variables_file(path, &module.directory, is_required, span, passed),
                    None => self.not_followed(path, span, passed),
                }
            }
        }
        if let Some((arguments, span)) = value("arguments") {
            match arguments.elements() {
                Some(arguments) => self.arguments(arguments, &module.directory, span, passed),
                None => self.not_followed(&arguments, span, passed),
            }
        }
    }

    /// `-var name=value`, `-var=name=value` and the same of `-var-file`; other flags change no value.
    fn arguments(&self, arguments: &[Value], directory: &Path, span: Span, passed: &mut Passed) {
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let Some(flag) = argument.as_str() else {
                self.not_followed(argument, span, passed);
                continue;
            };
            let flag = flag.trim_start_matches('-');
            let (flag, written) = match flag.split_once('=') {
                Some((flag, written)) => (flag, Some(Value::string(written))),
                None => match flag.split_once(' ') {
                    Some((flag, written)) => (flag, Some(Value::string(written.trim()))),
                    None => (flag, None),
                },
            };
            if flag != "var" && flag != "var-file" {
                continue;
            }
            let Some(written) = written.or_else(|| arguments.next().cloned()) else { continue };
            match (flag, written.as_str()) {
                (_, None) => self.not_followed(&written, span, passed),
                ("var-file", Some(path)) => self.variables_file(path, directory, true, span, passed),
                (_, Some(text)) => {
                    if let Some((name, text)) = text.split_once('=') {
                        let text = text.to_owned();
                        passed.command_line.push(CommandLineInput::Text { name: name.to_owned(), text });
                    }
                }
            }
        }
    }

    fn variables_file(
        &self,
        path: &str,
        directory: &Path,
        is_required: bool,
        span: Span,
        passed: &mut Passed,
    ) {
        match self.workspace.load(&directory.join(path)) {
            Ok(file) => passed.command_line.push(CommandLineInput::File(file)),
            Err(crate::source::ReadError::Missing) if !is_required => {}
            Err(failure) => {
                passed.open.get_or_insert(span);
                let shown = self.workspace.display(&lexically_normal(&directory.join(path)));
                let message = format!("the variables file {shown} {failure}");
                self.notice(Notice::at(NoticeKind::UnknownValue, span, message));
            }
        }
    }

    fn not_followed(&self, value: &Value, span: Span, passed: &mut Passed) {
        passed.open.get_or_insert(span);
        let what = "what is passed to the module here";
        match value.first_unknown() {
            Some(unknown) => self.notice(unknown_notice(what, unknown, span)),
            None => {
                let message = format!("{what} is not understood");
                self.notice(Notice::at(NoticeKind::UnknownValue, span, message));
            }
        }
    }
}
