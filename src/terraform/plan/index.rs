//! The instances of a plan, and the blocks of its program, by address.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use super::address::{Address, Step, prefix};
use super::format::{Call, Members, Module, ResourceBlock, members};
use crate::source::Span;

/// One planned instance of a type that matters.
#[derive(Debug)]
pub struct Instance<'a> {
    /// Its address, taken apart.
    pub address: Address,
    /// Known attributes.
    pub known: Members<'a>,
    /// Where attributes are unknown.
    pub unknown: Members<'a>,
    /// Where attributes are sensitive.
    pub sensitive: Members<'a>,
    /// Whether it exists before the plan is applied.
    pub exists: bool,
    /// Whether it is imported by it.
    pub is_imported: bool,
    /// Where it stands in the plan.
    pub span: Span,
}

/// A plan's instances and blocks.
#[derive(Debug, Default)]
pub struct Index<'a> {
    /// Instances by address.
    pub instances: BTreeMap<String, Instance<'a>>,
    /// Addresses of the instances of a block: keyed by module instance and block.
    by_block: BTreeMap<String, Vec<String>>,
    /// Keys of each call: keyed by the calling module instance and the call's name.
    calls: BTreeMap<String, BTreeSet<Option<String>>>,
    /// The root module of the program, its resources taken out.
    root: Module<'a>,
    /// Blocks of the whole program, keyed by module (no keys) and block.
    blocks: BTreeMap<String, ResourceBlock<'a>>,
}

impl<'a> Index<'a> {
    /// An index without instances of a program.
    pub fn new(mut root: Module<'a>) -> Self {
        let mut blocks = BTreeMap::new();
        take_blocks(&mut root, "", &mut blocks);
        Self { root, blocks, ..Self::default() }
    }

    /// The root module's calls, and its blocks.
    pub fn root_names(&self) -> (impl Iterator<Item = &str>, impl Iterator<Item = &str>) {
        let calls = self.root.module_calls.keys().map(AsRef::as_ref);
        (calls, self.blocks.keys().map(String::as_str).filter(|name| !name.starts_with("module.")))
    }

    /// Adds an instance; the first of an address stays.
    pub fn add(&mut self, address: &str, instance: Instance<'a>) {
        if self.instances.contains_key(address) {
            return;
        }
        let block = format!("{}{}", prefix(&instance.address.module), instance.address.block());
        self.by_block.entry(block).or_default().push(address.to_owned());
        for (depth, call) in instance.address.module.iter().enumerate() {
            let caller = format!("{}module.{}", prefix(&instance.address.module[..depth]), call.name);
            self.calls.entry(caller).or_default().insert(call.key.clone());
        }
        self.instances.insert(address.to_owned(), instance);
    }

    /// The addresses of a block's instances in one module instance.
    pub fn of_block(&self, module: &[Step], block: &str) -> &[String] {
        self.by_block.get(&format!("{}{block}", prefix(module))).map_or(&[], Vec::as_slice)
    }

    /// The keys of a call in one module instance.
    pub fn keys_of_call(&self, module: &[Step], call: &str) -> impl Iterator<Item = &Option<String>> {
        self.calls.get(&format!("{}module.{call}", prefix(module))).into_iter().flatten()
    }

    /// The module of the program that a module instance is one of.
    pub fn module(&self, path: &[Step]) -> Option<&Module<'a>> {
        path.iter().try_fold(&self.root, |module, step| {
            module.module_calls.get(step.name.as_str()).and_then(|call| call.module.as_ref())
        })
    }

    /// The call that a module instance comes from.
    pub fn call(&self, path: &[Step]) -> Option<&Call<'a>> {
        let (last, parent) = path.split_last()?;
        self.module(parent)?.module_calls.get(last.name.as_str())
    }

    /// The block of an instance.
    pub fn block(&self, address: &Address) -> Option<&ResourceBlock<'a>> {
        let keyless: Vec<Step> =
            address.module.iter().map(|step| Step { key: None, ..step.clone() }).collect();
        let module = prefix(&keyless);
        self.blocks.get(&format!("{module}{}", address.block()))
    }

    /// What is written for an attribute of an instance.
    pub fn expression(&self, address: &Address, attribute: &str) -> Option<&'a RawValue> {
        members(self.block(address)?.expressions).get(attribute).copied()
    }
}

fn take_blocks<'a>(module: &mut Module<'a>, path: &str, blocks: &mut BTreeMap<String, ResourceBlock<'a>>) {
    for block in std::mem::take(&mut module.resources) {
        blocks.insert(format!("{path}{}", block.address), block);
    }
    for (name, call) in &mut module.module_calls {
        if let Some(called) = &mut call.module {
            take_blocks(called, &format!("{path}module.{name}."), blocks);
        }
    }
}
