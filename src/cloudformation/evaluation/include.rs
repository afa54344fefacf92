//! Macros: `AWS::Include` of a local file takes its place; no other macro is run.

use std::sync::Arc;

use crate::source::{Notice, NoticeKind};

use super::super::document::Node;
use super::super::scalar_text;
use super::Stack;
use super::loops::Expanded;
use super::text::scalar;

/// Macros that are understood here, or that change nothing about users and credentials.
const UNDERSTOOD: &[&str] = &[
    "AWS::LanguageExtensions",
    "AWS::Include",
    "AWS::CodeDeployBlueGreen",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
    "AWS::CodeStar",
    "AWS::ServiceCatalog",
];

/// The Serverless Application Model, in any version, makes no users.
const SERVERLESS: &str = "AWS::Serverless-";

impl Stack<'_> {
    /// Says which macros would run over the whole template, and are not run here.
    pub(super) fn say_macros(&self) {
        for (name, span) in &self.template.transforms {
            if UNDERSTOOD.contains(&&**name) || name.starts_with(SERVERLESS) {
                continue;
            }
            let message = format!(
                "macro {name} may add or change resources, and macros are not run: what it makes was not checked"
            );
            self.shared.say(Notice::at(NoticeKind::FormatNotRead, *span, message).with_help(
                "check the processed template: `aws cloudformation get-template --template-stage Processed`",
            ));
        }
    }

    /// The entries of the file that an `Fn::Transform` includes.
    pub(super) fn included(&self, transform: &Node, depth: usize) -> Vec<Expanded> {
        let name = transform.get("Name").and_then(scalar_text);
        let location = transform.get("Parameters").and_then(|parameters| parameters.get("Location"));
        let (Some("AWS::Include"), Some(location)) = (name.as_deref(), location) else {
            let name = name.unwrap_or_else(|| "without a name".into());
            let message =
                format!("macro {name} makes what stands here, and macros are not run: it was not checked");
            self.say(NoticeKind::FormatNotRead, transform.span, message);
            return Vec::new();
        };
        if depth > 4 {
            let message = "an included file cannot include others, and this one goes on to";
            self.say(NoticeKind::InvalidConfiguration, transform.span, message);
            return Vec::new();
        }
        let text = scalar(&self.value(location));
        match text.as_deref().map(|text| self.shared.templates.part(&self.template.path, text)) {
            Some(Ok((node, notices))) => {
                for notice in notices {
                    self.shared.say(notice);
                }
                let entries = node.entries().unwrap_or_default();
                entries.iter().map(|entry| (entry.clone(), None)).collect()
            }
            Some(Err(notice_kind)) => {
                let place: Arc<str> = text.unwrap_or_default();
                let message =
                    format!("{place} is not on disk beside the template, so what it holds was not checked");
                self.say(notice_kind, location.span, message);
                Vec::new()
            }
            None => {
                let message = "which file is included is unknown, so what it holds was not checked";
                self.say(NoticeKind::UnknownValue, location.span, message);
                Vec::new()
            }
        }
    }
}
