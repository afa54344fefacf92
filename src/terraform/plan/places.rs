//! Where planned instances are written: in the configuration when it is at hand, else in the plan itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::address::{Address, Step, prefix};
use super::index::Index;
use crate::resource::Mode;
use crate::source::{Place, Span};
use crate::terraform::configuration::Module;
use crate::terraform::modules::ModuleLoader;

/// What resources are sorted by: the order in which their blocks are written, a module's own before those of the
/// modules it calls; instances of one block as the plan has them.
pub fn document_order(provenance: &[Place], plan: Span) -> (Vec<(bool, Span)>, Span) {
    let last = provenance.len().saturating_sub(1);
    (provenance.iter().enumerate().map(|(at, place)| (at < last, place.span)).collect(), plan)
}

/// Finds blocks by address.
pub struct Places<'p> {
    loader: &'p ModuleLoader<'p>,
    root: Option<Arc<Module>>,
}

/// The directory whose configuration was planned: the first that has every block and call of the plan's root
/// module. `None` when none has, as when the program has changed since.
pub fn planned_directory(
    loader: &ModuleLoader<'_>,
    index: &Index<'_>,
    candidates: impl IntoIterator<Item = PathBuf>,
) -> Option<PathBuf> {
    candidates.into_iter().find(|directory| is_program_of(loader, index, directory))
}

fn is_program_of(loader: &ModuleLoader<'_>, index: &Index<'_>, directory: &Path) -> bool {
    let module = loader.load(directory);
    let (mut calls, mut blocks) = index.root_names();
    let mut names = 0;
    let all_calls = calls.by_ref().inspect(|_| names += 1).all(|name| module.call(name).is_some());
    let all_blocks = blocks.by_ref().inspect(|_| names += 1).all(|block| block_of(&module, &block).is_some());
    all_calls && all_blocks && names > 0
}

fn block_of(module: &Module, block: &str) -> Option<usize> {
    let address = Address::parse(block)?;
    let mode = if address.is_data { Mode::Data } else { Mode::Managed };
    module.resource(mode, &address.resource_type, &address.last.name)
}

impl<'p> Places<'p> {
    /// Places within the configuration of a directory, or only within the plan.
    pub fn new(loader: &'p ModuleLoader<'p>, directory: Option<&Path>) -> Self {
        Self { loader, root: directory.map(|directory| loader.load(directory)) }
    }

    /// The chain of calls and the header of the block, outermost first; `plan` where there is no block.
    pub fn provenance(&self, address: &Address, text: &str, plan: Span) -> Vec<Place> {
        let Some((mut chain, module)) = self.walk(&address.module) else {
            return vec![Place::new(plan, text)];
        };
        // A module that is not on disk is where it is called.
        let called = chain.last().map(|place| place.span);
        let block = module
            .as_ref()
            .and_then(|module| Some(module.resources[block_of(module, &address.block())?].header));
        let span = block.or(called).unwrap_or(plan);
        chain.push(Place::new(span, text));
        chain
    }

    /// The place of an argument or nested block.
    pub fn attribute(&self, address: &Address, name: &str) -> Option<Span> {
        let (_, module) = self.walk(&address.module)?;
        let module = module?;
        let block = &module.resources[block_of(&module, &address.block())?];
        let argument = block.body.attribute(name).map(|attribute| attribute.span);
        let nested = || block.body.blocks_of(name).next().map(|nested| nested.header);
        argument.or_else(nested).or(Some(block.header))
    }

    /// The places of an output's value and of its header.
    pub fn output(&self, name: &str) -> Option<(Span, Span)> {
        let output = self.root.as_ref()?.outputs.get(name)?;
        Some((output.value.as_ref().map_or(output.header, |value| value.span), output.header))
    }

    /// The calls that lead to a module instance, and its module when it is on disk.
    fn walk(&self, path: &[Step]) -> Option<(Vec<Place>, Option<Arc<Module>>)> {
        let root = self.root.as_ref()?.directory.as_path();
        let mut module = Arc::clone(self.root.as_ref()?);
        let mut chain = Vec::new();
        for (depth, step) in path.iter().enumerate() {
            let Some(call) = module.call(&step.name).map(|index| &module.calls[index]) else {
                return Some((chain, None));
            };
            let address = prefix(&path[..=depth]);
            let label = format!("called here as {}", address.trim_end_matches('.'));
            chain.push(Place::new(call.header, label));
            let names: Vec<&str> = path[..=depth].iter().map(|step| step.name.as_str()).collect();
            let directory = self.loader.directory_of_call(root, &names.join("."), &module, call);
            let Some(directory) = directory else { return Some((chain, None)) };
            module = self.loader.load(&directory);
        }
        Some((chain, Some(module)))
    }
}
