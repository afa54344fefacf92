//! The records that a rule's condition sees: one user in one world, everything in it concrete.
//!
//! `node` fields are indices that lead back from a record to its place; conditions pass them on unseen.

use super::language::{AsValue, Fields, Value};

/// One kind of record, as `rules/README.md` documents it and as conditions are checked against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Type name, as [`Field::kind`] of other records refers to it.
    pub name: &'static str,
    /// What it stands for.
    pub text: &'static [&'static str],
    /// Its fields, in document order.
    pub fields: &'static [Field],
}

/// One field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name that conditions use.
    pub name: &'static str,
    /// Rust type, from which the shape that a condition sees is derived.
    pub kind: &'static str,
    /// What it means, its unit, and when it is null: lines of a paragraph.
    pub text: &'static [&'static str],
}

/// Every kind of record, the user's first: the one place that says which fields there are.
pub fn records() -> &'static [Record] {
    RECORDS
}

/// Declares the records once, as types and as data, so that what conditions may use and what the
/// documentation says cannot drift from what is there.
macro_rules! records {
    ($(
        $(#[doc = $about:literal])+
        pub struct $record:ident {
            $( $(#[doc = $text:literal])+ pub $field:ident: $kind:ty, )+
        }
    )+) => {
        $(
            $(#[doc = $about])+
            #[derive(Clone, Debug, PartialEq, Eq, Hash)]
            #[cfg_attr(test, derive(serde::Serialize))]
            pub struct $record {
                $( $(#[doc = $text])+ pub $field: $kind, )+
            }

            impl Fields for $record {
                fn field(&self, name: &str) -> Option<Value<'_>> {
                    match name {
                        $( stringify!($field) => Some(self.$field.as_value()), )+
                        _ => None,
                    }
                }

                fn names(&self) -> &'static [&'static str] {
                    &[$( stringify!($field), )+]
                }
            }

            impl AsValue for $record {
                fn as_value(&self) -> Value<'_> {
                    Value::Record(self)
                }
            }
        )+

        const RECORDS: &[Record] = &[$(
            Record {
                name: stringify!($record),
                text: &[$($about),+],
                fields: &[$(
                    Field { name: stringify!($field), kind: stringify!($kind), text: &[$($text),+] },
                )+],
            },
        )+];
    };
}

records! {
    /// A user and everything that hangs on it.
    pub struct UserRecord {
        /// Index of the node.
        pub node: usize,
        /// Address within its root.
        pub address: String,
        /// User name; where it is unknown, what it stands for (`var.name`).
        pub name: String,
        /// Whether `name` is the real name.
        pub name_known: bool,
        /// Whether the configuration (`machine_users`) says that the user belongs to a program.
        pub machine: bool,
        /// Whether the configuration (`human_users`) says that the user belongs to a person.
        pub human: bool,
        /// IAM path, `/` by default; null when unknown.
        pub path: Option<String>,
        /// Whether this code declares the user, be it to create or to import it (false: it is referred to by name
        /// or looked up).
        pub managed: bool,
        /// Whether this deployment creates the user (false: it existed before, is imported, or not managed).
        pub created: bool,
        /// Whether an `import` block brings the user in.
        pub imported: bool,
        /// Access keys, in document order.
        pub access_keys: Vec<AccessKeyRecord>,
        /// Console password, or null.
        pub password: Option<PasswordRecord>,
        /// Groups that the user is put in.
        pub groups: Vec<GroupRecord>,
        /// Policies that the user has, directly or through a group.
        pub policies: Vec<PolicyRecord>,
        /// SSH public keys for `CodeCommit`.
        pub ssh_keys: Vec<SshKeyRecord>,
        /// Service-specific credentials.
        pub service_credentials: Vec<ServiceCredentialRecord>,
        /// Signing certificates.
        pub certificates: Vec<CertificateRecord>,
        /// Virtual MFA devices that the code gives the user.
        pub mfa_devices: Vec<MfaDeviceRecord>,
        /// The format of the code that it stands in: `terraform`, `plan`, `cloudformation`, `cdk`; of a user that no
        /// code names, `credential-report`.
        pub format: String,
        /// What the credential report of its account says of it, or null.
        pub live: Option<LiveUserRecord>,
    }

    /// An access key.
    pub struct AccessKeyRecord {
        /// Index of the node.
        pub node: usize,
        /// Address within its root.
        pub address: String,
        /// Whether its status is Active (the default).
        pub active: bool,
        /// Whether this deployment creates it.
        pub created: bool,
        /// Whether it is imported: Terraform then never learns its secret.
        pub imported: bool,
        /// Whether its deployment keeps a state that holds the secret unless it is encrypted: Terraform does,
        /// `CloudFormation` does not.
        pub in_state: bool,
        /// Whether the secret is encrypted (`pgp_key`) before it reaches the state.
        pub encrypted: bool,
        /// Places where the secret ends up in the clear.
        pub exposures: Vec<ExposureRecord>,
    }

    /// A place where a secret or password stands in the clear.
    pub struct ExposureRecord {
        /// Index of the node.
        pub node: usize,
        /// Address of the output, resource or parameter.
        pub address: String,
        /// What it is, in words that fit after "the secret of … ends up in": `an output that is not sensitive`,
        /// `an SSM parameter of type String`, `a file`, `user data`; of a password: `the template`, `the default of
        /// parameter Password`.
        pub place: String,
    }

    /// A console password (login profile).
    pub struct PasswordRecord {
        /// Index of the node.
        pub node: usize,
        /// Address within its root.
        pub address: String,
        /// Whether this deployment creates it.
        pub created: bool,
        /// Whether the user must change it at first sign-in.
        pub reset_required: bool,
        /// Whether the password is encrypted (`pgp_key`) before it reaches the state.
        pub encrypted: bool,
        /// Places where the password's text stands in the clear.
        pub exposures: Vec<ExposureRecord>,
    }

    /// A group the user is in.
    pub struct GroupRecord {
        /// Index of the node that puts the user in the group.
        pub node: usize,
        /// Group name; where it is unknown, what it stands for.
        pub name: String,
    }

    /// A policy that applies to the user.
    pub struct PolicyRecord {
        /// Index of the node that attaches it.
        pub node: usize,
        /// Address of the attachment or inline policy.
        pub address: String,
        /// Name, ARN, or what it stands for.
        pub name: String,
        /// `inline` or `managed`.
        pub kind: String,
        /// Whether it is attached to the user itself, not through a group.
        pub direct: bool,
        /// The group it comes through, or null.
        pub group: Option<String>,
        /// Whether it allows every action on every resource.
        pub administrator: bool,
    }

    /// An SSH public key.
    pub struct SshKeyRecord {
        /// Index of the node.
        pub node: usize,
        /// Address within its root.
        pub address: String,
        /// Whether its status is Active (the default).
        pub active: bool,
    }

    /// A service-specific credential: `CodeCommit`, Keyspaces, Bedrock.
    pub struct ServiceCredentialRecord {
        /// Index of the node.
        pub node: usize,
        /// Address within its root.
        pub address: String,
        /// Service name, `bedrock.amazonaws.com`.
        pub service: String,
        /// Whether its status is Active (the default).
        pub active: bool,
        /// Days until it expires; null: never.
        pub age_days: Option<i64>,
    }

    /// A signing certificate.
    pub struct CertificateRecord {
        /// Index of the node.
        pub node: usize,
        /// Address within its root.
        pub address: String,
        /// Whether its status is Active (the default).
        pub active: bool,
    }

    /// A virtual MFA device.
    pub struct MfaDeviceRecord {
        /// Index of the node.
        pub node: usize,
        /// Address within its root.
        pub address: String,
    }

    /// A user as a credential report shows it. Days are whole days of 24 hours, counted to the time of the report.
    pub struct LiveUserRecord {
        /// Index of the node: the row of the report.
        pub node: usize,
        /// ARN.
        pub address: String,
        /// User name; of the root user `<root_account>`.
        pub name: String,
        /// Number of the account; empty where the report does not say.
        pub account: String,
        /// Whether code that was read creates or imports it.
        pub declared: bool,
        /// Whether one of several users of the code declares it, and none can be told to be it.
        pub ambiguous: bool,
        /// Whether code was read that could have declared it: not where a report is looked at by itself.
        pub compared: bool,
        /// Days since it was created, or null.
        pub age_days: Option<i64>,
        /// Whether it has a console password; null where the report does not say.
        pub password_enabled: Option<bool>,
        /// Its console password, or null when it has none.
        pub password: Option<LiveCredentialRecord>,
        /// Its access keys, active and inactive.
        pub access_keys: Vec<LiveCredentialRecord>,
        /// Its signing certificates, active and inactive.
        pub certificates: Vec<LiveCredentialRecord>,
        /// Whether it has an MFA device that is active; null where the report does not say.
        pub mfa_active: Option<bool>,
    }

    /// A credential as a credential report shows it. The report does not hold the ids of access keys.
    pub struct LiveCredentialRecord {
        /// Index of the node: the cells of the report.
        pub node: usize,
        /// ARN of the user, and the label.
        pub address: String,
        /// `password`, `access key` or `signing certificate`.
        pub kind: String,
        /// What it is called: `password`, `access key 1`.
        pub label: String,
        /// Whether it works.
        pub active: bool,
        /// The day on which it was made or last changed, `2026-01-31`; null where the report does not say.
        pub changed_on: Option<String>,
        /// Days since then, or null.
        pub changed_days: Option<i64>,
        /// Seconds between the making of the user and that, or null.
        pub seconds_after_user: Option<i64>,
        /// Whether it was ever used; null where the report does not say.
        pub used: Option<bool>,
        /// The day on which it was last used; null when it never was.
        pub used_on: Option<String>,
        /// Days since then, or null.
        pub used_days: Option<i64>,
        /// Days without use: since it was last used; when it never was, since it was made or last changed. Null
        /// where the report says neither.
        pub idle_days: Option<i64>,
        /// What it was last used for, `s3 in eu-west-1`; null where the report does not say.
        pub used_for: Option<String>,
    }

    /// An AWS account of which there is a credential report.
    pub struct AccountRecord {
        /// Index of the node: the row of the root user, or else the first.
        pub node: usize,
        /// `account 111122223333`.
        pub address: String,
        /// Its number; empty where the report does not say.
        pub number: String,
        /// Its name in the configuration, or null.
        pub name: Option<String>,
        /// The root user, or null when the report has no such row.
        pub root_user: Option<LiveUserRecord>,
    }

    /// What the configuration counts as too long.
    pub struct LimitsRecord {
        /// Days without use from which a credential counts as unused (`max_unused_days`).
        pub max_unused_days: i64,
        /// Days after which an access key counts as too old (`max_key_age_days`).
        pub max_key_age_days: i64,
        /// Days for which nobody is asked why a new access key is not used yet (`new_key_days`).
        pub new_key_days: i64,
    }

    /// An exception to a rule: what somebody has looked at and accepted.
    pub struct ExceptionRecord {
        /// Index of the place where it is written.
        pub node: usize,
        /// The rule as the exception names it; of a baseline, its path.
        pub rule: String,
        /// What it is written in: `comment`, `metadata`, `configuration` or `baseline`.
        pub kind: String,
        /// Whether there is a finding that it covers.
        pub used: bool,
        /// Whether its last day is over.
        pub expired: bool,
        /// Its last day, `2027-01-31`; null when it has none.
        pub until: Option<String>,
        /// Why it is there; of a baseline, empty.
        pub reason: String,
        /// For how much of it there is no finding: 1, and of a baseline the number of its entries.
        pub unmatched: i64,
    }
}

impl LimitsRecord {
    /// What counts when nobody says otherwise: the 90 days of audits, and a week to put a new key to use.
    pub const DEFAULT: Self = Self { max_unused_days: 90, max_key_age_days: 90, new_key_days: 7 };
}

impl Default for LimitsRecord {
    fn default() -> Self {
        Self::DEFAULT
    }
}
