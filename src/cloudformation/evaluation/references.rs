//! `Ref` and `Fn::GetAtt`: parameters, pseudo-parameters, and what a resource turns out to be.

use std::sync::Arc;

use crate::source::Span;
use crate::value::{Mark, Reason, Unknown, Value, choose};

use super::super::document::Node;
use super::super::scalar_text;
use super::super::template::ResourceNode;
use super::text::{concatenate, scalar};
use super::{Stack, error};

/// Types whose `Ref` is the name that one of their properties sets.
const NAMED: &[(&str, &str)] = &[
    ("AWS::IAM::User", "UserName"),
    ("AWS::IAM::Group", "GroupName"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::IAM::InstanceProfile", "InstanceProfileName"),
    ("AWS::SSM::Parameter", "Name"),
    ("AWS::S3::Bucket", "BucketName"),
];

impl Stack<'_> {
    /// What `Ref` gives.
    pub(super) fn reference(&self, name: &str, span: Span) -> Value {
        if let Some(value) = self.symbols.get(name) {
            return value.clone();
        }
        if let Some(value) = self.parameters.get(name) {
            return value.clone();
        }
        if let Some(pseudo) = name.strip_prefix("AWS::") {
            return self.pseudo_parameter(pseudo, span);
        }
        match self.resource(name) {
            Some(resource) => self.resource_reference(resource),
            None => error(format!("there is no parameter or resource {name} in this template"), span),
        }
    }

    fn pseudo_parameter(&self, name: &str, span: Span) -> Value {
        if let Some(value) = self.deployment.given.get(&*format!("AWS::{name}")) {
            return value.clone();
        }
        let unknown = || {
            let scope = match name {
                // The same wherever the stacks of one root are.
                "Region" | "AccountId" => "",
                _ => &*self.prefix,
            };
            Value::from(Unknown::new(format!("{scope}AWS::{name}"), Reason::Deployment).at(span))
        };
        let known = |text: &Option<Arc<str>>| text.as_ref().map(|text| Value::string(Arc::clone(text)));
        let given = self.deployment.given.get("AWS::Region").and_then(scalar);
        let region = given.or_else(|| self.deployment.region.clone()).unwrap_or_default();
        match name {
            "NoValue" => Value::null(),
            "AccountId" => known(&self.deployment.account).unwrap_or_else(unknown),
            "Region" => known(&self.deployment.region).unwrap_or_else(unknown),
            "StackName" => known(&self.deployment.stack_name).unwrap_or_else(unknown),
            "Partition" if region.starts_with("cn-") => Value::string("aws-cn"),
            "Partition" if region.starts_with("us-gov-") => Value::string("aws-us-gov"),
            "Partition" => Value::string("aws"),
            "URLSuffix" if region.starts_with("cn-") => Value::string("amazonaws.com.cn"),
            "URLSuffix" => Value::string("amazonaws.com"),
            "StackId" | "NotificationARNs" => unknown(),
            _ => error(format!("there is no pseudo-parameter AWS::{name}"), span),
        }
    }

    fn resource_reference(&self, resource: &ResourceNode) -> Value {
        let named = NAMED.iter().find(|(resource_type, _)| *resource_type == &*resource.resource_type);
        match named {
            Some((_, property)) => self.name_of(resource, property),
            None => self.computed(resource, "Ref", self.address(&resource.logical_id).to_string()),
        }
    }

    /// The name of a resource: what its property says, else one that is made up when it is created.
    fn name_of(&self, resource: &ResourceNode, property: &str) -> Value {
        let logical_id = &resource.logical_id;
        let circular = || error(format!("the name of {logical_id} hangs on itself"), resource.key_span);
        self.known_names.once(logical_id, circular, || {
            // A name is no part of a password that refers to it.
            let marks = self.marks_literals.replace(false);
            let name = self.find_name(resource, property);
            self.marks_literals.set(marks);
            name
        })
    }

    fn find_name(&self, resource: &ResourceNode, property: &str) -> Value {
        let address = self.address(&resource.logical_id);
        let made_up = || self.computed(resource, property, address.to_string());
        let Some(entry) = resource.property(property) else { return made_up() };
        let mark = Mark::AttributeOf { address: Arc::clone(&address), attribute: property.into() };
        choose(self.value(&entry.value).alternatives().into_iter().map(|(when, one)| {
            let one = if one.is_null() { made_up() } else { one };
            (when, one.with_mark(mark.clone()))
        }))
    }

    /// Something of a resource that is known only once it is created.
    fn computed(&self, resource: &ResourceNode, attribute: &str, identity: String) -> Value {
        let mark =
            Mark::AttributeOf { address: self.address(&resource.logical_id), attribute: attribute.into() };
        Value::from(Unknown::new(identity, Reason::Deployment).at(resource.key_span)).with_mark(mark)
    }

    /// `Fn::GetAtt: [resource, attribute]`, `Fn::GetAtt: resource.attribute`.
    pub(super) fn get_att(&self, argument: &Node) -> Value {
        let span = argument.span;
        match argument.elements() {
            Some([resource, attribute]) => {
                let attribute = self.value(attribute);
                match (scalar_text(resource), scalar(&attribute)) {
                    (Some(resource), Some(attribute)) => self.attribute(&resource, &attribute, span),
                    (Some(_), None) if attribute.as_unknown().is_some() => {
                        attribute.derived(format!("Fn::GetAtt({})", span.start))
                    }
                    _ => error("`Fn::GetAtt` takes a resource and an attribute", span),
                }
            }
            // `[Nested, Outputs, Name]`
            Some([resource, attributes @ ..]) if !attributes.is_empty() => {
                let attributes: Option<Vec<Arc<str>>> = attributes.iter().map(scalar_text).collect();
                match (scalar_text(resource), attributes) {
                    (Some(resource), Some(attributes)) => {
                        self.attribute(&resource, &attributes.join("."), span)
                    }
                    _ => error("`Fn::GetAtt` takes a resource and an attribute", span),
                }
            }
            _ => match scalar_text(argument).as_deref().and_then(|text| text.split_once('.')) {
                Some((resource, attribute)) => self.attribute(resource, attribute, span),
                None => error("`Fn::GetAtt` takes a resource and an attribute", span),
            },
        }
    }

    /// An attribute of a resource.
    pub(super) fn attribute(&self, logical_id: &str, attribute: &str, span: Span) -> Value {
        let Some(resource) = self.resource(logical_id) else {
            return error(format!("there is no resource {logical_id} in this template"), span);
        };
        let address = self.address(logical_id);
        match (&*resource.resource_type, attribute) {
            ("AWS::IAM::AccessKey", "SecretAccessKey") => {
                let value = self.computed(resource, attribute, format!("{address}.{attribute}"));
                value.with_mark(Mark::SecretOf { address })
            }
            ("AWS::IAM::User", "Arn") => self.user_arn(resource),
            ("AWS::CloudFormation::Stack" | "AWS::Serverless::Application", output)
                if output.starts_with("Outputs.") =>
            {
                let name = &output["Outputs.".len()..];
                match self.nested_stack(resource) {
                    Some(nested) => nested.output(name, span),
                    None => self.computed(resource, attribute, format!("{address}.{attribute}")),
                }
            }
            _ => self.computed(resource, attribute, format!("{address}.{attribute}")),
        }
    }

    /// `arn:aws:iam::123456789012:user/path/name`
    fn user_arn(&self, resource: &ResourceNode) -> Value {
        let span = resource.key_span;
        let path =
            resource.property("Path").map_or_else(|| Value::string("/"), |entry| self.value(&entry.value));
        let pieces = [
            Value::string("arn:"),
            self.pseudo_parameter("Partition", span),
            Value::string(":iam::"),
            self.pseudo_parameter("AccountId", span),
            Value::string(":user"),
            path,
            self.name_of(resource, "UserName"),
        ];
        let mark = Mark::AttributeOf { address: self.address(&resource.logical_id), attribute: "Arn".into() };
        let alternatives = concatenate(&pieces, span).alternatives();
        choose(alternatives.into_iter().map(|(when, arn)| (when, arn.with_mark(mark.clone()))))
    }

    /// The parts between the slashes of an unknown text that is a user's ARN: the last of them is its name.
    pub(super) fn parts_of_arn(&self, text: &Value) -> Option<Value> {
        let address = text.marks.iter().find_map(|mark| match mark {
            Mark::AttributeOf { address, attribute } if &**attribute == "Arn" => Some(address),
            _ => None,
        })?;
        self.parts_of_user(address, text)
    }

    /// The same, of a user in this stack or in one nested in it: outputs hand ARNs on.
    fn parts_of_user(&self, address: &Arc<str>, text: &Value) -> Option<Value> {
        let is_it = |resource: &&ResourceNode| {
            &*resource.resource_type == "AWS::IAM::User" && self.address(&resource.logical_id) == *address
        };
        let Some(resource) = self.resources.iter().find(is_it) else {
            // Where it came from has been made.
            return self
                .nested
                .found()
                .iter()
                .flatten()
                .find_map(|nested| nested.parts_of_user(address, text));
        };
        let path = match resource.property("Path") {
            Some(entry) => scalar(&self.value(&entry.value))?,
            None => "/".into(),
        };
        let front = text.as_unknown()?.derive(format!("the front of {address}.Arn"));
        let mut parts = vec![Value::from(front)];
        parts.extend(path.split('/').filter(|part| !part.is_empty()).map(Value::string));
        parts.push(self.name_of(resource, "UserName"));
        Some(Value::list(parts))
    }

    /// What an output of this stack is worth.
    pub(super) fn output(&self, name: &str, span: Span) -> Value {
        match self
            .outputs
            .iter()
            .find(|output| &*output.key == name)
            .and_then(|output| output.value.get("Value"))
        {
            Some(value) => self.value(value),
            None => error(format!("the nested stack has no output {name}"), span),
        }
    }
}
