//! Notices as tool execution notifications.

use std::collections::BTreeMap;

use serde_sarif::sarif::{Notification, ReportingDescriptor, ReportingDescriptorReference};

use super::super::wording::{counted, sentence};
use super::super::{Report, inert};
use super::results::{MAX_RESULTS, escaped};
use super::{locations, message, multiformat};
use crate::source::{Files, Notice, NoticeKind};

/// What was not understood, and the kinds of it that occur.
pub struct Notifications {
    /// One a kind, which the notifications point to.
    pub descriptors: Vec<ReportingDescriptor>,
    /// One a notice.
    pub notifications: Vec<Notification>,
}

/// The notices of the report, and one more when results had to be left out.
pub fn notifications(report: &Report<'_>, left_out: usize) -> Notifications {
    let mut notices = report.notices.to_vec();
    if left_out > 0 {
        let findings = counted(left_out, "finding", "findings");
        let text = format!("{findings} left out: a run may hold {MAX_RESULTS}; the worst ones are kept");
        let help = "the JSON output holds all of them";
        notices.push(Notice {
            kind: NoticeKind::LimitReached,
            message: text,
            span: None,
            path: None,
            help: Some(help.to_owned()),
        });
    }
    let mut kinds: BTreeMap<NoticeKind, i64> = notices.iter().map(|notice| (notice.kind, 0)).collect();
    for (index, slot) in (0..).zip(kinds.values_mut()) {
        *slot = index;
    }
    Notifications {
        descriptors: kinds.keys().map(|kind| descriptor(*kind)).collect(),
        notifications: notices.iter().map(|notice| notification(report.files, notice, &kinds)).collect(),
    }
}

fn descriptor(kind: NoticeKind) -> ReportingDescriptor {
    let words = kind.name().replace('-', " ");
    ReportingDescriptor::builder().id(kind.name()).short_description(multiformat(words)).build()
}

fn notification(files: &Files, notice: &Notice, kinds: &BTreeMap<NoticeKind, i64>) -> Notification {
    let mut reference = ReportingDescriptorReference::builder().id(notice.kind.name()).build();
    reference.index = kinds.get(&notice.kind).copied();
    let mut text = escaped(&sentence(&inert(&notice.message)));
    if let Some(help) = &notice.help {
        text.push_str(&format!(" {}", escaped(&sentence(&inert(help)))));
    }
    let location = match (notice.span, &notice.path) {
        (Some(span), _) => Some(locations::unshown_span(files, span)),
        (None, Some(path)) => Some(locations::path(path)),
        (None, None) => None,
    };
    let mut notification = Notification::builder()
        .descriptor(reference)
        .level(if notice.kind.is_incomplete() { "error" } else { "warning" })
        .message(message(text))
        .build();
    notification.locations = location.map(|location| vec![location]);
    notification
}
