//! A mapping that is being read: the last of two equal keys counts, and what is merged in gives way.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Entry, NodeKind};
use crate::source::{Notice, NoticeKind};

/// Entries by their keys, in document order.
#[derive(Default)]
pub(super) struct Mapping {
    entries: Vec<Entry>,
    /// Where a key stands in the entries, and whether it was merged in.
    places: HashMap<Arc<str>, (usize, bool)>,
}

impl Mapping {
    /// Adds an entry that stands in the mapping itself. The notice says that its key stood there before.
    pub(super) fn insert(&mut self, entry: Entry) -> Option<Notice> {
        let key_span = entry.key_span;
        let (key, was_merged) = self.set(entry, false)?;
        let message = format!("`{key}` stands twice in this mapping, and only the last one counts");
        let help = "remove one of the two; CloudFormation's own tools refuse such a template";
        let notice = || Notice::at(NoticeKind::InvalidConfiguration, key_span, message).with_help(help);
        (!was_merged).then(notice)
    }

    /// Adds an entry that a merge key brings in.
    pub(super) fn merge(&mut self, entry: &Entry) {
        if !matches!(self.places.get(&entry.key), Some((_, false))) {
            self.set(entry.clone(), true);
        }
    }

    /// The key that was there before, and whether it had been merged in.
    fn set(&mut self, entry: Entry, is_merged: bool) -> Option<(Arc<str>, bool)> {
        let next = self.entries.len();
        let Some(place) = self.places.get_mut(&entry.key) else {
            self.places.insert(Arc::clone(&entry.key), (next, is_merged));
            self.entries.push(entry);
            return None;
        };
        let was_merged = std::mem::replace(&mut place.1, is_merged);
        let key = Arc::clone(&entry.key);
        self.entries[place.0] = entry;
        Some((key, was_merged))
    }

    pub(super) fn finish(self) -> NodeKind {
        NodeKind::Map(self.entries.into())
    }
}
