//! Files that exist only while a unit runs: its `generate` blocks.

use std::path::Path;

use crate::resource::unknown_notice;
use crate::source::{FileId, Notice, NoticeKind};
use crate::terraform::module_files::is_configuration;

use super::super::{Evaluator, Scope};
use super::unit::Layers;

impl Evaluator<'_> {
    /// The configuration that `generate` blocks add to the module, as files of their own, and whether there is
    /// more that is not known.
    pub(super) fn generated(&self, layers: &Layers<'_>, module: &Path) -> (Vec<FileId>, bool) {
        let (mut files, mut seen, mut more) = (Vec::new(), Vec::new(), false);
        for (file, body) in layers.bodies() {
            for block in body.blocks_of("generate") {
                let Some(name) = block.labels.first() else { continue };
                // The nearest of a name counts.
                if seen.contains(name) {
                    continue;
                }
                seen.push(name.clone());
                let value = |attribute: &str| {
                    let attribute = block.body.attribute(attribute)?;
                    Some((self.evaluate(&attribute.value, Scope::of(file)), attribute.span))
                };
                if value("disable").is_some_and(|(value, _)| value.as_bool() == Some(true)) {
                    continue;
                }
                let path = value("path");
                let path = path.as_ref().and_then(|(path, _)| path.as_str()).unwrap_or("generated.tf");
                let file_name =
                    Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or_default();
                if !is_configuration(file_name) {
                    continue;
                }
                let keeps = value("if_exists").is_some_and(|(value, _)| value.as_str() == Some("skip"));
                if keeps && self.workspace.resolve(&module.join(path)).is_ok() {
                    continue;
                }
                let contents = value("contents");
                match &contents {
                    Some((contents, _)) if let Some(text) = contents.as_str() => {
                        let shown = format!("{} (generated)", self.workspace.display(&module.join(path)));
                        files.push(self.workspace.files.add(shown, text));
                    }
                    Some((contents, span)) => match contents.first_unknown() {
                        Some(unknown) => {
                            more = true;
                            self.notice(unknown_notice("what is generated here", unknown, *span));
                        }
                        None => {
                            more = true;
                            let message =
                                "what is generated here hangs on more than one input, so it was not read";
                            self.notice(Notice::at(NoticeKind::UnknownValue, *span, message));
                        }
                    },
                    None => {
                        let message = "a `generate` block needs `contents`";
                        self.notice(Notice::at(NoticeKind::InvalidConfiguration, block.header, message));
                    }
                }
            }
        }
        (files, more)
    }
}
