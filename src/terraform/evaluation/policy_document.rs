//! Data sources that can be computed without AWS: `aws_iam_policy_document`, and names that a data source
//! merely echoes.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::terraform::blocks::ResourceBlock;
use crate::value::{Data, Mark, Reason, Type, Unknown, Value, convert, lift};

use super::{Evaluator, Scope};

impl Evaluator<'_> {
    /// The value of a data source's attribute where the code alone decides it.
    pub(super) fn data_attribute(
        &self,
        block: &ResourceBlock,
        name: &str,
        scope: Scope<'_>,
    ) -> Option<Value> {
        match (&*block.resource_type, name) {
            ("aws_iam_policy_document", "json" | "minified_json") => Some(self.policy_json(block, scope)),
            // Templates rendered by a provider: the text is not known here, what went into it is.
            ("template_file" | "cloudinit_config" | "template_cloudinit_config", "rendered") => {
                let identity = format!("{}{}.rendered", scope.module.prefix, block.address());
                let unknown = Unknown::new(identity, Reason::Deployment).at(block.header).typed(Type::String);
                Some(
                    Value::from(unknown)
                        .with_marks(&self.block_object(&block.body, scope).deep_marks().taints()),
                )
            }
            // The friendly name is what the data source was asked for.
            ("aws_iam_user", "id" | "name") => {
                let value = self.written(&block.body, "user_name", scope)?;
                let address = format!("{}{}", scope.module.prefix, block.address());
                Some(identified(value, address, "user_name"))
            }
            ("aws_iam_policy", "arn" | "id") => {
                // An AWS managed policy looked up by name: the partition and account stay open.
                let policy = self.written(&block.body, "name", scope)?;
                let policy = policy.as_str()?;
                let identity = format!("{}{}.{name}", scope.module.prefix, block.address());
                let mut unknown = Unknown::new(identity, Reason::Deployment).typed(Type::String);
                unknown.suffix = Some(format!(":policy/{policy}").into());
                Some(unknown.into())
            }
            _ => None,
        }
    }

    /// The document as JSON text, or as an unknown that holds the document.
    fn policy_json(&self, block: &ResourceBlock, scope: Scope<'_>) -> Value {
        let mut statements: Vec<Value> = Vec::new();
        for inherited in ["source_policy_documents", "source_json"] {
            let Some(sources) = self.written(&block.body, inherited, scope) else { continue };
            let sources = sources.elements().map_or_else(|| vec![sources.clone()], <[Value]>::to_vec);
            for source in &sources {
                let document = source.as_unknown().and_then(|unknown| unknown.json.as_deref());
                match document.and_then(statements_of) {
                    Some(inner) => statements.extend(inner),
                    None if source.is_null() => {}
                    // A whole document in the place of a statement: who reads it knows how to.
                    None => statements.push(source.clone()),
                }
            }
        }
        let own = self.nested(&block.body, "statement", scope);
        lift(&[own], |own| {
            let mut statements = statements.clone();
            match own[0].elements() {
                Some(blocks) => statements.extend(blocks.iter().map(statement)),
                None => statements.push(own[0].clone()),
            }
            Self::document(block, scope, statements)
        })
    }

    fn document(block: &ResourceBlock, scope: Scope<'_>, statements: Vec<Value>) -> Value {
        let mut document = BTreeMap::new();
        document.insert(Arc::from("Version"), Value::string("2012-10-17"));
        document.insert(Arc::from("Statement"), Value::tuple(statements));
        let identity = format!("{}{}.json", scope.module.prefix, block.address());
        let mut unknown = Unknown::new(identity, Reason::Deployment).typed(Type::String);
        unknown.json = Some(Arc::new(Value::object(document)));
        unknown.into()
    }
}

fn identified(value: Value, address: String, attribute: &str) -> Value {
    value.with_mark(Mark::AttributeOf { address: address.into(), attribute: attribute.into() })
}

fn statements_of(document: &Value) -> Option<Vec<Value>> {
    let statements = document.entries()?.get("Statement")?;
    Some(statements.elements().map_or_else(|| vec![statements.clone()], <[Value]>::to_vec))
}

/// A `statement` block in the words of the JSON policy language.
fn statement(block: &Value) -> Value {
    let Some(fields) = block.entries() else { return block.clone() };
    let mut result = BTreeMap::new();
    result.insert(Arc::from("Effect"), Value::string("Allow"));
    for (argument, element) in [
        ("effect", "Effect"),
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
        ("condition", "Condition"),
        ("sid", "Sid"),
    ] {
        if let Some(value) = fields.get(argument)
            && !value.is_null()
        {
            let value = match (&value.data, element) {
                (Data::Tuple(_) | Data::List(_), "Action" | "Resource") => {
                    convert(value, &Type::List(Box::new(Type::String))).unwrap_or_else(|_| value.clone())
                }
                _ => value.clone(),
            };
            result.insert(Arc::from(element), value);
        }
    }
    Value::object(result)
}
