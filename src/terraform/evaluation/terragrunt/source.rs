//! Which directory the `source` of a unit means.

use std::path::{Path, PathBuf};

use crate::resource::unknown_notice;
use crate::source::{Notice, NoticeKind, Span};
use crate::terraform::module_source::is_local;
use crate::terraform::modules::Source;
use crate::value::Value;

use super::super::{Evaluator, Scope};
use super::unit::Layers;

/// How addresses begin that are fetched, although no scheme stands before them.
const HOSTS: &[&str] = &["git@", "github.com/", "bitbucket.org/", "gitlab.com/", "www.", "s3-"];

/// `terraform { source = … }`.
pub struct WrittenSource {
    value: Value,
    /// Where it stands.
    pub span: Span,
}

impl Evaluator<'_> {
    /// The `source` of the unit: its own, or the nearest that is included.
    pub(super) fn source(&self, layers: &Layers<'_>) -> Option<WrittenSource> {
        layers.bodies().find_map(|(file, body)| {
            let source = body.blocks_of("terraform").find_map(|block| block.body.attribute("source"))?;
            let value = self.evaluate(&source.value, Scope::of(file));
            if value.is_null() { None } else { Some(WrittenSource { value, span: source.span }) }
        })
    }

    /// The module's directory; a notice says why there is none.
    pub(super) fn module_directory(&self, source: &WrittenSource, unit: &Path) -> Option<PathBuf> {
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
        match self.loader.resolve(unit, &path) {
            Source::Directory(directory) => Some(directory),
            Source::OutsideRoot => missing(
                NoticeKind::OutsideRoot,
                format!("the source of this unit, {text:?}, leads outside the scanned root and was not read"),
                "scan a folder that holds both, or name one with --root",
            ),
            Source::Missing => missing(
                NoticeKind::ModuleNotOnDisk,
                format!("the source of this unit, {text:?}, is not there, so its module was not read"),
                "check the path",
            ),
            Source::Remote => missing(
                NoticeKind::ModuleNotOnDisk,
                format!("the source of this unit, {text:?}, is not on disk, so its module was not read"),
                "nothing is fetched; whether it makes IAM users is not known",
            ),
        }
    }
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
    use super::local_path;

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
