//! Which directory the `source` of a unit means.

use std::path::{Path, PathBuf};

use crate::resource::unknown_notice;
use crate::source::{Notice, NoticeKind, Span};
use crate::terraform::models::Model;
use crate::terraform::module_source::ModuleSource;
use crate::terraform::module_source::{is_local, without_secrets};
use crate::terraform::modules::Source;
use crate::value::Value;

use super::super::{Evaluator, Scope};
use super::unit::Layers;

/// How addresses begin that are fetched, although no scheme stands before them.
const HOSTS: &[&str] = &["git@", "github.com/", "bitbucket.org/", "gitlab.com/", "www.", "s3-"];

/// What a source leads to.
pub enum Applied {
    /// A module on disk.
    Directory(PathBuf),
    /// The model of a module that is not.
    Model(&'static Model),
}

/// `terraform { source = … }`.
pub struct WrittenSource {
    value: Value,
    /// What `version` beside it says.
    version: Option<Value>,
    /// Where it stands.
    pub span: Span,
}

impl Evaluator<'_> {
    /// The `source` of the unit: its own, or the nearest that is included.
    pub(super) fn source(&self, layers: &Layers<'_>) -> Option<WrittenSource> {
        layers.bodies().find_map(|(file, body)| {
            let written = |name| body.blocks_of("terraform").find_map(|block| block.body.attribute(name));
            let source = written("source")?;
            let value = self.evaluate(&source.value, Scope::of(file));
            let version = written("version").map(|version| self.evaluate(&version.value, Scope::of(file)));
            if value.is_null() { None } else { Some(WrittenSource { value, version, span: source.span }) }
        })
    }

    /// What the unit applies; a notice says why that is not known.
    pub(super) fn applied(&self, source: &WrittenSource, unit: &Path) -> Option<Applied> {
        let missing = |kind, message: String, help: &str| {
            self.notice(Notice::at(kind, source.span, message).with_help(help));
            None
        };
        let Some(text) = source.value.as_str() else {
            match source.value.first_unknown() {
                Some(unknown) => {
                    let mut notice = unknown_notice("the source of this unit", unknown, source.span);
                    notice.kind = NoticeKind::ModuleNotOnDisk;
                    self.notice(notice);
                }
                None => {
                    let message = "the source of this unit is not one string, so its module was not read";
                    self.notice(Notice::at(NoticeKind::ModuleNotOnDisk, source.span, message));
                }
            }
            return None;
        };
        let path = local_path(text);
        let shown = if path.starts_with('/') {
            self.workspace.display(Path::new(&path))
        } else {
            without_secrets(text)
        };
        match self.loader.resolve(unit, &path) {
            Source::Directory(directory) => Some(Applied::Directory(directory)),
            Source::OutsideRoot => missing(
                NoticeKind::OutsideRoot,
                format!(
                    "the source of this unit, {shown:?}, leads outside the scanned root and was not read"
                ),
                "scan a folder that holds both, or name one with --root",
            ),
            Source::Missing => missing(
                NoticeKind::ModuleNotOnDisk,
                format!("the source of this unit, {shown:?}, is not there, so its module was not read"),
                "check the path",
            ),
            Source::Remote => {
                let version = source.version.as_ref().and_then(Value::as_str);
                if let Some(model) = model_of(text, version) {
                    let message = format!(
                        "the source of this unit is not on disk; the known defaults of {} stand in for it",
                        model.label
                    );
                    let notice = Notice::at(NoticeKind::ModuleModelled, source.span, message);
                    self.notice(notice.with_help("vendor the module to have its source checked"));
                    return Some(Applied::Model(model));
                }
                missing(
                    NoticeKind::ModuleNotOnDisk,
                    format!("the source of this unit, {shown:?}, is not on disk, so its module was not read"),
                    "nothing is fetched, so whether it makes IAM users is not known: vendor the module",
                )
            }
        }
    }
}

/// The model of a module that is fetched: `tfr:///namespace/name/provider//folder?version=1.2.3` is a
/// registry's, any other address is Terraform's.
fn model_of(source: &str, version: Option<&str>) -> Option<&'static Model> {
    let Some(address) = source.strip_prefix("tfr://") else {
        return Model::of(&ModuleSource::parse(source).public_module(None)?);
    };
    let (address, query) = address.split_once('?').unwrap_or((address, ""));
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("version="));
    let source = ModuleSource::parse(address.trim_start_matches('/'));
    Model::of(&source.public_module(asked.or(version))?)
}

/// A path as Terraform writes it: without the `//` before the part that is applied, and `./` before a bare
/// name. An address that is fetched stays as it is.
fn local_path(source: &str) -> String {
    let path = source.strip_prefix("file://").unwrap_or(source);
    let is_fetched =
        path.contains("://") || path.contains("::") || HOSTS.iter().any(|host| path.starts_with(host));
    if is_fetched {
        return path.to_owned();
    }
    let path = path.split('?').next().unwrap_or(path);
    let path = match path.split_once("//") {
        Some((copied, applied)) => format!("{copied}/{applied}"),
        None => path.to_owned(),
    };
    if is_local(&path) { path } else { format!("./{path}") }
}

#[cfg(test)]
mod tests {
    use super::{local_path, model_of};

    #[test]
    fn a_registry_s_module_is_known_by_either_address() {
        let folder = "terraform-aws-modules/iam/aws//modules/iam-user";
        for (source, version) in [
            (format!("tfr:///{folder}?version=5.30.0"), None),
            (format!("tfr:///{folder}"), Some("5.30.0")),
            (format!("tfr://registry.terraform.io/{folder}?version=5.30.0"), None),
            ("git::https://github.com/terraform-aws-modules/terraform-aws-iam.git//modules/iam-user?ref=v5.30.0".to_owned(), None),
        ] {
            let model = model_of(&source, version);
            assert_eq!(model.map(|model| model.module), Some(folder), "{source}");
        }
        assert!(model_of("tfr:///acme/iam/aws?version=1.0.0", None).is_none());
        assert!(
            model_of("tfr://registry.example.com/terraform-aws-modules/iam/aws//modules/iam-user", None)
                .is_none()
        );
    }

    #[test]
    fn paths_lose_their_double_slash_and_addresses_do_not() {
        let cases = [
            ("../../modules//iam", "../../modules/iam"),
            ("/repository/modules//iam", "/repository/modules/iam"),
            ("../modules/iam?ref=v1", "../modules/iam"),
            ("modules/iam", "./modules/iam"),
            (".", "."),
            ("file:///repository/iam", "/repository/iam"),
            ("git::https://example.com/x.git//iam?ref=v1", "git::https://example.com/x.git//iam?ref=v1"),
            ("tfr:///ns/name/aws?version=1.0.0", "tfr:///ns/name/aws?version=1.0.0"),
            ("git@github.com:acme/modules.git//iam", "git@github.com:acme/modules.git//iam"),
        ];
        for (written, expected) in cases {
            assert_eq!(local_path(written), expected);
        }
    }
}
