//! What the arguments of a provider configuration say of its account. Sources and plans are judged alike.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::resource::AccountIdentity;
use crate::source::is_account_number;
use crate::value::{Data, Mark, Value, describe};

/// The arguments that an account hangs on.
pub const ARGUMENTS: [&str; 9] = [
    "endpoints",
    "assume_role",
    "assume_role_with_web_identity",
    "allowed_account_ids",
    "profile",
    "access_key",
    "shared_config_files",
    "shared_credentials_files",
    "shared_credentials_file",
];

/// What a provider configuration says of its account: two of one text are one account.
pub struct Signature {
    /// Compared, and never shown.
    pub text: String,
    /// The account's number, where it is known.
    pub number: Option<Arc<str>>,
    /// How well the account is known.
    pub identity: AccountIdentity,
}

impl Signature {
    /// That of a configuration of which nothing is known but that it is this one.
    pub fn alone(title: &str) -> Self {
        Self { text: format!("={title}"), number: None, identity: AccountIdentity::Open }
    }

    /// That of a configuration without a block: the environment says which account.
    pub fn of_environment() -> Self {
        Self { text: String::new(), number: None, identity: AccountIdentity::Open }
    }

    /// What the arguments say; `owner` tells configurations apart whose arguments cannot be compared.
    pub fn of(owner: &str, argument: impl Fn(&str) -> Option<Value>) -> Self {
        let argument = |name: &str| argument(name).filter(|value| !value.is_null());
        let mut endpoints = Parts { owner, text: String::new() };
        if let Some(all) = argument("endpoints") {
            for service in ["iam", "sts"] {
                endpoints.add(service, last(&all).entries().and_then(|entries| entries.get(service)));
            }
        }
        let roles: Vec<Value> = ["assume_role", "assume_role_with_web_identity"]
            .into_iter()
            .filter_map(|name| last(&argument(name)?).entries()?.get("role_arn").cloned())
            .filter(|role| !role.is_null())
            .collect();
        let allowed = argument("allowed_account_ids");
        let only_allowed = allowed.as_ref().and_then(|ids| match ids.elements() {
            Some([only]) => account_number(only, 0),
            _ => None,
        });
        if let Some(number) = only_allowed.or_else(|| roles.first().and_then(|role| account_number(role, 4)))
        {
            let text = format!("#{number}{}", endpoints.text);
            let is_aws = endpoints.text.is_empty();
            return Self { text, number: is_aws.then_some(number), identity: AccountIdentity::Number };
        }
        let mut parts = endpoints;
        for role in &roles {
            parts.add("role_arn", Some(role));
        }
        parts.add("allowed_account_ids", allowed.as_ref());
        let profile = argument("profile");
        let is_profile = parts.text.is_empty() && profile.as_ref().is_some_and(Value::is_wholly_known);
        parts.add("profile", profile.as_ref());
        let so_far = parts.text.len();
        for name in
            ["access_key", "shared_config_files", "shared_credentials_files", "shared_credentials_file"]
        {
            parts.add(name, argument(name).as_ref());
        }
        let identity = if is_profile && parts.text.len() == so_far {
            AccountIdentity::Profile
        } else {
            AccountIdentity::Open
        };
        Self { text: parts.text, number: None, identity }
    }
}

/// Arguments as text that is compared and never shown.
struct Parts<'a> {
    owner: &'a str,
    text: String,
}

impl Parts<'_> {
    fn add(&mut self, name: &str, value: Option<&Value>) {
        let Some(value) = value.filter(|value| !value.is_null()) else { return };
        let written = match value.as_str() {
            Some(text) => format!("{text:?}"),
            // What is sensitive inside reads alike whatever it is.
            None if value.deep_marks().iter().any(Mark::is_taint) => {
                format!("{} of {}", describe(value), self.owner)
            }
            None => describe(value),
        };
        self.text.extend([" ", name, "="]);
        self.text.extend(Sha256::digest(written).iter().map(|byte| format!("{byte:02x}")));
    }
}

/// The last of several nested blocks: of chained roles the one that is used in the end.
fn last(value: &Value) -> Value {
    value.elements().and_then(<[Value]>::last).unwrap_or(value).clone()
}

/// The account number that stands at a place of an ARN, or is the whole text.
fn account_number(value: &Value, part: usize) -> Option<Arc<str>> {
    if value.marks.iter().any(Mark::is_taint) {
        return None;
    }
    let text = match &value.data {
        Data::Number(number) => number.to_string(),
        _ => value.as_str()?.to_owned(),
    };
    let number = text.split(':').nth(part)?;
    is_account_number(number).then(|| number.into())
}
