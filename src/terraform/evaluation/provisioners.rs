//! `provisioner` blocks: what they write and run can hold a secret.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::resource::{Attribute, Attributes, Resource};
use crate::source::Place;

use super::instances::Instance;
use super::module_instance::ModuleInstance;
use super::{Binding, Evaluator, Scope};

impl Evaluator<'_> {
    /// The provisioners of the types asked for, of one instance, as resources of the type
    /// `provisioner "local-exec"`. `resource` is the instance without attributes.
    pub(super) fn provisioners(
        &self,
        module: &Rc<ModuleInstance>,
        index: usize,
        instances: &[Instance],
        at: usize,
        resource: &Resource,
        wanted: &BTreeMap<&'static str, &'static [&'static str]>,
    ) -> Vec<Resource> {
        let block = &module.module.resources[index];
        let mut found = Vec::new();
        for (resource_type, provisioner) in block.provisioners() {
            let Some(names) = wanted.get(&*resource_type) else { continue };
            let itself = self.whole_resource(module, index, instances, at, block.header);
            let binding = Binding { name: "self", value: itself, outer: None };
            let scope = Scope::within(module, &instances[at]).bind(&binding);
            let mut attributes = Attributes::default();
            for name in *names {
                let Some(attribute) = provisioner.body.attribute(name) else { continue };
                let value = self.bounded(self.evaluate(&attribute.value, scope), attribute.span);
                attributes.insert(name, Attribute { value, span: attribute.span });
            }
            let mut provenance = resource.provenance.clone();
            provenance.push(Place::new(provisioner.header, format!("a provisioner of {}", resource.address)));
            found.push(Resource {
                resource_type: resource_type.into(),
                attributes,
                provenance,
                ..resource.clone()
            });
        }
        found
    }
}
