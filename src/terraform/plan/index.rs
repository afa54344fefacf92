//! The instances of a plan, and the blocks of its program, by address.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde_json::value::RawValue;

use super::address::{Address, Step, prefix, steps};
use super::format::{Call, Head, Members, Module, ResourceBlock, head, members};
use super::references::references;
use crate::resource::Interest;
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

/// A plan's instances and blocks, as far as they matter: those of the types that become nodes, and of the types that a
/// secret may end up in those whose blocks refer to anything, or are referred to.
#[derive(Debug, Default)]
pub struct Index<'a> {
    /// Instances by address.
    pub instances: BTreeMap<String, Instance<'a>>,
    /// Addresses of the instances of a block: keyed by module instance and block.
    by_block: BTreeMap<String, Vec<String>>,
    /// Keys of each call: keyed by the calling module instance and the call's name.
    calls: BTreeMap<String, BTreeSet<Option<String>>>,
    /// The module instances that calls are known of, as `module.a["x"].module.b`.
    modules: HashSet<String>,
    /// The root module of the program.
    root: Module<'a>,
    /// Blocks of the whole program, keyed by module (no keys) and block.
    blocks: BTreeMap<String, ResourceBlock<'a>>,
    /// Which blocks of types that a secret may end up in matter, whatever module they are in: `aws_s3_object.a`.
    sinks: HashSet<String>,
}

/// Whether an instance is looked at.
pub enum Weight {
    /// It has to be read.
    Matters,
    /// It tells at most that its module instance is there.
    OnlyItsModule,
    /// It is passed over.
    None,
}

impl<'a> Index<'a> {
    /// An index without instances of a program, and what of it is not built as Terraform builds it.
    pub fn new(root: Module<'a>, interest: &Interest) -> (Self, Vec<&'a RawValue>) {
        let mut index = Self::default();
        let mut odd = Vec::new();
        index.take_blocks(&root, "", interest, &mut odd);
        index.root = root;
        index.sinks = index.sinks_that_matter(interest);
        (index, odd)
    }

    fn take_blocks(
        &mut self,
        module: &Module<'a>,
        path: &str,
        interest: &Interest,
        odd: &mut Vec<&'a RawValue>,
    ) {
        for raw in &module.resources {
            let resource_type = head(raw).resource_type.unwrap_or_default();
            let is_unread = if interest.resources.contains_key(&*resource_type) {
                false
            } else if interest.sinks.contains_key(&*resource_type) {
                // What refers to nothing holds nobody's secret.
                !may_refer(raw)
            } else {
                !resource_type.is_empty()
            };
            if is_unread {
                continue;
            }
            match serde_json::from_str::<ResourceBlock<'a>>(raw.get()) {
                Ok(block) => {
                    self.blocks.insert(format!("{path}{}", block.address), block);
                }
                Err(_) => odd.push(raw),
            }
        }
        for (name, call) in &module.module_calls {
            if let Some(called) = &call.module {
                self.take_blocks(called, &format!("{path}module.{name}."), interest, odd);
            }
        }
    }

    /// Those that were taken, and those that anything else refers to.
    fn sinks_that_matter(&self, interest: &Interest) -> HashSet<String> {
        let is_sink = |kind: &str| interest.sinks.contains_key(kind);
        let taken = self.blocks.values().filter_map(|block| Address::parse(&block.address));
        let mut sinks: HashSet<String> = taken
            .filter(|address| is_sink(&address.resource_type))
            .map(|address| format!("{}.{}", address.resource_type, address.last.name))
            .collect();
        let mut expressions: Vec<&RawValue> = Vec::new();
        for block in self.blocks.values() {
            expressions.extend(block.expressions.into_iter().chain(block.for_each_expression));
        }
        let mut waiting = vec![&self.root];
        while let Some(module) = waiting.pop() {
            expressions.extend(module.outputs.values().filter_map(|output| output.expression));
            for call in module.module_calls.values() {
                expressions.extend(call.expressions.into_iter().chain(call.for_each_expression));
                waiting.extend(&call.module);
            }
        }
        for name in expressions.into_iter().filter(|raw| may_refer(raw)).flat_map(references) {
            let path = steps(&name);
            let path = if path[0].name == "data" { &path[1..] } else { &path[..] };
            if let [kind, block, ..] = path
                && is_sink(&kind.name)
            {
                sinks.insert(format!("{}.{}", kind.name, block.name));
            }
        }
        sinks
    }

    /// What an instance that begins like this is to the plan.
    pub fn weight(&self, head: &Head<'_>, interest: &Interest) -> Weight {
        let Some(resource_type) = head.resource_type.as_deref() else { return Weight::Matters };
        if interest.resources.contains_key(resource_type) {
            return Weight::Matters;
        }
        if !interest.sinks.contains_key(resource_type) {
            return Weight::None;
        }
        let Some(address) = head.address.as_deref() else { return Weight::Matters };
        let (module, rest) = match address.strip_prefix(resource_type) {
            Some(_) => ("", address),
            None => match address.rmatch_indices(resource_type).next() {
                Some((at, _)) if address[..at].ends_with('.') => (&address[..at - 1], &address[at..]),
                _ => return Weight::Matters,
            },
        };
        let block = rest.split('[').next().unwrap_or(rest);
        if self.sinks.contains(block) {
            Weight::Matters
        } else if module.is_empty() || module == "data" || self.modules.contains(module) {
            Weight::None
        } else if Address::parse(address).is_some_and(|address| self.matters(&address)) {
            // A key that has the type in it.
            Weight::Matters
        } else {
            Weight::OnlyItsModule
        }
    }

    fn matters(&self, address: &Address) -> bool {
        self.sinks.contains(&format!("{}.{}", address.resource_type, address.last.name))
    }

    /// The root module's calls, and its blocks.
    pub fn root_names(&self) -> (impl Iterator<Item = &str>, impl Iterator<Item = Cow<'a, str>>) {
        let calls = self.root.module_calls.keys().map(AsRef::as_ref);
        let address = |raw: &&'a RawValue| {
            // It may stand behind the type.
            let block = || Some(serde_json::from_str::<ResourceBlock<'a>>(raw.get()).ok()?.address);
            head(raw).address.or_else(block)
        };
        (calls, self.root.resources.iter().filter_map(address))
    }

    /// Adds an instance; the first of an address stays.
    pub fn add(&mut self, address: &str, instance: Instance<'a>) {
        if self.instances.contains_key(address) {
            return;
        }
        let block = format!("{}{}", prefix(&instance.address.module), instance.address.block());
        self.by_block.entry(block).or_default().push(address.to_owned());
        self.add_module(&instance.address);
        self.instances.insert(address.to_owned(), instance);
    }

    /// Adds the calls that lead to an instance.
    pub fn add_module(&mut self, address: &Address) {
        let path = prefix(&address.module);
        if !self.modules.insert(path.trim_end_matches('.').to_owned()) {
            return;
        }
        for (depth, call) in address.module.iter().enumerate() {
            let caller = format!("{}module.{}", prefix(&address.module[..depth]), call.name);
            self.calls.entry(caller).or_default().insert(call.key.clone());
        }
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

/// Whether an expression may refer to anything; behind an escape any word may stand.
fn may_refer(raw: &RawValue) -> bool {
    static SIGNS: LazyLock<[Finder<'static>; 2]> =
        LazyLock::new(|| ["\"references\"", "\\u"].map(Finder::new));
    SIGNS.iter().any(|sign| sign.find(raw.get().as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = r#"{
        "resources": [
            {"address": "aws_iam_user.u", "type": "aws_iam_user", "name": "u",
             "expressions": {"name": {"references": ["aws_s3_object.named[0].key", "aws_s3_object.named"]}}},
            {"address": "aws_s3_object.constant", "type": "aws_s3_object", "name": "constant",
             "expressions": {"content": {"constant_value": "to references"}}},
            {"address": "aws_s3_object.named", "type": "aws_s3_object", "name": "named", "expressions": {}},
            {"address": "aws_s3_object.escaped", "type": "aws_s3_object", "name": "escaped",
             "expressions": {"content": {"r\u0065ferences": ["aws_iam_user.u.arn"]}}},
            {"address": "aws_instance.i", "type": "aws_instance", "name": "i", "expressions": 1},
            {"address": "aws_s3_object.odd", "type": "aws_s3_object", "name": "odd",
             "expressions": {}, "provider_config_key": {"references": []}}
        ],
        "module_calls": {"m": {"module": {
            "outputs": {"o": {"expression": {"references": ["data.aws_s3_object.shown.body", "data.aws_s3_object.shown"]}}},
            "resources": [
                {"address": "aws_s3_object.within", "type": "aws_s3_object", "name": "within",
                 "expressions": {"content": {"references": ["var.secret"]}}},
                {"address": "aws_s3_object.constant", "type": "aws_s3_object", "name": "constant"}
            ]
        }}}
    }"#;

    fn interest() -> Interest {
        Interest {
            resources: BTreeMap::from([("aws_iam_user", &["name"][..])]),
            sinks: BTreeMap::from([("aws_s3_object", &["content"][..])]),
            ..Interest::default()
        }
    }

    fn weight(index: &Index<'_>, address: &str, resource_type: &str) -> &'static str {
        let head = Head { address: Some(address.into()), resource_type: Some(resource_type.into()) };
        match index.weight(&head, &interest()) {
            Weight::Matters => "matters",
            Weight::OnlyItsModule => "only its module",
            Weight::None => "none",
        }
    }

    #[test]
    fn what_may_hold_a_secret_matters_where_it_refers_to_something_or_is_referred_to() {
        let (mut index, odd) = Index::new(serde_json::from_str(PROGRAM).unwrap(), &interest());
        assert!(matches!(odd.as_slice(), [block] if block.get().contains("aws_s3_object.odd")), "{odd:?}");
        for (address, expected) in [
            ("aws_s3_object.constant", "none"),
            ("aws_s3_object.constant[\"a.aws_s3_object.within[\"]", "none"),
            ("aws_s3_object.named[0]", "matters"),
            ("aws_s3_object.escaped", "matters"),
            ("data.aws_s3_object.shown", "matters"),
            ("data.aws_s3_object.constant", "none"),
            ("module.m[\"a.b\"].aws_s3_object.within[\"x\"]", "matters"),
            ("module.m[\"a\"].aws_s3_object.constant", "only its module"),
            ("module.m[\"a\"].aws_s3_object.constant[\"x.aws_s3_object.y\"]", "only its module"),
            ("module.m[\"a\"].aws_s3_object.within[\"x.aws_s3_object.y\"]", "matters"),
            ("module.m[\"a\"].data.aws_s3_object.constant", "only its module"),
        ] {
            assert_eq!(weight(&index, address, "aws_s3_object"), expected, "{address}");
        }
        assert_eq!(weight(&index, "aws_iam_user.other", "aws_iam_user"), "matters");
        assert_eq!(weight(&index, "aws_instance.i", "aws_instance"), "none");
        index.add_module(&Address::parse("module.m[\"a\"].aws_s3_object.constant").unwrap());
        assert_eq!(weight(&index, "module.m[\"a\"].aws_s3_object.constant", "aws_s3_object"), "none");
        assert_eq!(
            weight(&index, "module.m[\"b\"].aws_s3_object.constant", "aws_s3_object"),
            "only its module"
        );
        let keys: Vec<_> = index.keys_of_call(&[], "m").collect();
        assert_eq!(keys, [&Some("[\"a\"]".to_owned())]);
    }
}
