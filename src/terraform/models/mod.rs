//! Modules of the public registry that make IAM users, for when their source is not on disk.
//!
//! A model has the inputs, resources and outputs of a module that bear on users, credentials, groups and
//! policies, under the same names and with the same defaults and conditions, and nothing else. It is a
//! program that the evaluator runs as it does any other. One row a module and range of versions.

use std::path::PathBuf;

use crate::source::{FileId, Span};
use crate::syntax::hcl;

use super::configuration::{FileContents, Module};
use super::module_source::PublicModule;
use super::version_constraint::{Version, VersionConstraint};

/// A module as it is known to be.
#[derive(Debug)]
pub struct Model {
    /// Name in the public registry: `namespace/name/provider//folder`.
    pub module: &'static str,
    /// The same with the versions in people's words: `namespace/name/provider 6.x`.
    pub label: &'static str,
    /// The first release that it is the model of.
    from: (u64, u64, u64),
    /// The first release after it.
    below: (u64, u64, u64),
    /// The programs.
    texts: &'static [&'static str],
}

/// The inputs that every module of Cloud Posse has.
const INPUTS: &str = include_str!("cloudposse-context-inputs.tf");
/// `module.this`, which reads them.
const THIS: &str = include_str!("cloudposse-this.tf");
/// What every version of `cloudposse/iam-system-user/aws` has.
const SYSTEM_USER: &str = include_str!("cloudposse-iam-system-user.tf");

/// The models; of one module the newest first.
const MODELS: &[Model] = &[
    Model {
        module: "terraform-aws-modules/iam/aws//modules/iam-user",
        label: "terraform-aws-modules/iam/aws//modules/iam-user 6.1 to 6.5",
        from: (6, 1, 0),
        below: (7, 0, 0),
        texts: &[include_str!("iam-user-6.tf"), include_str!("iam-user-6-policies.tf")],
    },
    Model {
        module: "terraform-aws-modules/iam/aws//modules/iam-user",
        label: "terraform-aws-modules/iam/aws//modules/iam-user 6.0",
        from: (6, 0, 0),
        below: (6, 1, 0),
        texts: &[include_str!("iam-user-6.tf")],
    },
    Model {
        module: "terraform-aws-modules/iam/aws//modules/iam-user",
        label: "terraform-aws-modules/iam/aws//modules/iam-user 4.x and 5.x",
        from: (4, 0, 0),
        below: (6, 0, 0),
        texts: &[include_str!("iam-user-2-5.tf")],
    },
    Model {
        module: "terraform-aws-modules/iam/aws//modules/iam-user",
        label: "terraform-aws-modules/iam/aws//modules/iam-user 3.15 and 3.16",
        from: (3, 15, 0),
        below: (4, 0, 0),
        texts: &[
            include_str!("iam-user-2-5.tf"),
            include_str!("iam-user-2-outputs.tf"),
            include_str!("iam-user-3.15-secrets.tf"),
        ],
    },
    Model {
        module: "terraform-aws-modules/iam/aws//modules/iam-user",
        label: "terraform-aws-modules/iam/aws//modules/iam-user 2.0 to 3.14",
        from: (2, 0, 0),
        below: (3, 15, 0),
        texts: &[
            include_str!("iam-user-2-5.tf"),
            include_str!("iam-user-2-outputs.tf"),
            include_str!("iam-user-2-secrets.tf"),
        ],
    },
    Model {
        module: "terraform-aws-modules/iam/aws//modules/iam-group",
        label: "terraform-aws-modules/iam/aws//modules/iam-group 6.x",
        from: (6, 0, 0),
        below: (7, 0, 0),
        texts: &[include_str!("iam-group-6.tf")],
    },
    Model {
        module: "terraform-aws-modules/iam/aws//modules/iam-group-with-policies",
        label: "terraform-aws-modules/iam/aws//modules/iam-group-with-policies 4.x and 5.x",
        from: (4, 0, 0),
        below: (6, 0, 0),
        texts: &[include_str!("iam-group-with-policies-4-5.tf")],
    },
    Model {
        module: "terraform-aws-modules/iam/aws//modules/iam-group-with-assumable-roles-policy",
        label: "terraform-aws-modules/iam/aws//modules/iam-group-with-assumable-roles-policy 4.x and 5.x",
        from: (4, 0, 0),
        below: (6, 0, 0),
        texts: &[include_str!("iam-group-with-assumable-roles-policy-4-5.tf")],
    },
    Model {
        module: "cloudposse/label/null",
        label: "cloudposse/label/null 0.23 to 0.25",
        from: (0, 23, 0),
        below: (1, 0, 0),
        texts: &[include_str!("cloudposse-label.tf"), INPUTS],
    },
    Model {
        module: "cloudposse/iam-user/aws",
        label: "cloudposse/iam-user/aws 0.6 to 0.9",
        from: (0, 6, 0),
        below: (1, 0, 0),
        texts: &[include_str!("cloudposse-iam-user.tf"), INPUTS, THIS],
    },
    Model {
        module: "cloudposse/iam-system-user/aws",
        label: "cloudposse/iam-system-user/aws 1.x",
        from: (1, 0, 0),
        below: (2, 0, 0),
        texts: &[SYSTEM_USER, include_str!("cloudposse-iam-system-user-1.tf"), INPUTS, THIS],
    },
    Model {
        module: "cloudposse/iam-system-user/aws",
        label: "cloudposse/iam-system-user/aws 0.23.x",
        from: (0, 23, 0),
        below: (1, 0, 0),
        texts: &[SYSTEM_USER, include_str!("cloudposse-iam-system-user-0.23.tf"), INPUTS, THIS],
    },
    Model {
        module: "cloudposse/iam-system-user/aws",
        label: "cloudposse/iam-system-user/aws 0.20 to 0.22",
        from: (0, 20, 0),
        below: (0, 23, 0),
        texts: &[SYSTEM_USER, include_str!("cloudposse-iam-system-user-0.20.tf"), INPUTS, THIS],
    },
    Model {
        module: "cloudposse/iam-s3-user/aws",
        label: "cloudposse/iam-s3-user/aws 1.x",
        from: (1, 0, 0),
        below: (2, 0, 0),
        texts: &[
            include_str!("cloudposse-iam-s3-user.tf"),
            include_str!("cloudposse-iam-s3-user-1.tf"),
            INPUTS,
            THIS,
        ],
    },
    Model {
        module: "cloudposse/iam-s3-user/aws",
        label: "cloudposse/iam-s3-user/aws 0.15.8 to 0.15.10",
        from: (0, 15, 8),
        below: (1, 0, 0),
        texts: &[
            include_str!("cloudposse-iam-s3-user.tf"),
            include_str!("cloudposse-iam-s3-user-0.15.8.tf"),
            INPUTS,
            THIS,
        ],
    },
    Model {
        module: "cloudposse/iam-s3-user/aws",
        label: "cloudposse/iam-s3-user/aws 0.15.1 to 0.15.7",
        from: (0, 15, 1),
        below: (0, 15, 8),
        texts: &[
            include_str!("cloudposse-iam-s3-user.tf"),
            include_str!("cloudposse-iam-s3-user-0.15.1.tf"),
            INPUTS,
            THIS,
        ],
    },
    Model {
        module: "cloudposse/s3-bucket/aws",
        label: "cloudposse/s3-bucket/aws 3.x and 4.x",
        from: (3, 0, 0),
        below: (5, 0, 0),
        texts: &[
            include_str!("cloudposse-s3-bucket.tf"),
            include_str!("cloudposse-s3-bucket-3.tf"),
            INPUTS,
            THIS,
        ],
    },
    Model {
        module: "cloudposse/s3-bucket/aws",
        label: "cloudposse/s3-bucket/aws 0.40 to 2.x",
        from: (0, 40, 0),
        below: (3, 0, 0),
        texts: &[
            include_str!("cloudposse-s3-bucket.tf"),
            include_str!("cloudposse-s3-bucket-0.40.tf"),
            INPUTS,
            THIS,
        ],
    },
    Model {
        module: "cloudposse/ses/aws",
        label: "cloudposse/ses/aws 0.22 to 0.25",
        from: (0, 22, 0),
        below: (1, 0, 0),
        texts: &[include_str!("cloudposse-ses-0.22.tf"), INPUTS, THIS],
    },
    Model {
        module: "mineiros-io/iam-user/aws",
        label: "mineiros-io/iam-user/aws 0.x",
        from: (0, 0, 1),
        below: (1, 0, 0),
        texts: &[include_str!("mineiros-iam-user.tf")],
    },
    Model {
        module: "trussworks/iam-user-group/aws",
        label: "trussworks/iam-user-group/aws 2.x and 3.x",
        from: (2, 0, 0),
        below: (4, 0, 0),
        texts: &[include_str!("trussworks-iam-user-group.tf")],
    },
];

impl Model {
    /// The newest model of a module that the versions asked for admit.
    pub fn of(public: &PublicModule) -> Option<&'static Self> {
        let release = |(major, minor, patch)| Version::release(major, minor, patch);
        MODELS.iter().find(|model| {
            let admits =
                |wanted: &VersionConstraint| wanted.admits_some(&release(model.from), &release(model.below));
            model.module == public.module && public.versions.as_ref().is_none_or(admits)
        })
    }

    /// The model as a module whose every block stands at one place.
    pub fn module(&'static self, place: Span) -> Module {
        let files = self.texts.iter().map(|text| {
            let parsed = hcl::parse(FileId(0), text);
            FileContents::Parsed(parsed.body.placed_at(place), Vec::new())
        });
        let mut module = Module::from_files(PathBuf::from(self.module), files.collect());
        module.model = Some(self);
        module
    }
}

#[cfg(test)]
mod tests {
    use super::super::module_source::ModuleSource;
    use super::*;

    #[test]
    fn models_are_programs_that_call_nothing_but_models() {
        for model in MODELS {
            for text in model.texts {
                assert!(hcl::parse(FileId(0), text).notices.is_empty(), "{}", model.label);
            }
            let module = model.module(Span::new(FileId(3), 1, 2));
            assert!(module.notices.is_empty(), "{}: {:?}", model.label, module.notices);
            assert!(!module.outputs.is_empty() && !module.variables.is_empty(), "{}", model.label);
            assert!(model.label.starts_with(model.module));
            for call in &module.calls {
                let version = call
                    .body
                    .attribute("version")
                    .and_then(|version| super::super::blocks::literal_string(&version.value));
                let source = ModuleSource::parse(call.source.as_deref().unwrap_or_default());
                let called = source.public_module(version.as_deref()).and_then(|public| Model::of(&public));
                assert!(called.is_some_and(|called| called.module != model.module), "{}", model.label);
            }
        }
    }

    #[test]
    fn versions_of_one_module_do_not_overlap() {
        for (at, model) in MODELS.iter().enumerate() {
            assert!(model.from < model.below, "{}", model.label);
            for other in MODELS[at + 1..].iter().filter(|other| other.module == model.module) {
                assert!(other.below <= model.from, "{} and {}", model.label, other.label);
            }
        }
    }
}
