//! What has been found out already, and what is being found out: names, conditions and nested stacks may hang on
//! themselves.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Answers by name; `None` while one is being found.
pub struct Memo<T>(RefCell<BTreeMap<Arc<str>, Option<T>>>);

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<T: Clone> Memo<T> {
    /// The answer, found once. `circular` is the answer to what is asked while it is being found.
    pub fn once(&self, name: &Arc<str>, circular: impl FnOnce() -> T, find: impl FnOnce() -> T) -> T {
        let known = self.0.borrow().get(name).cloned();
        if let Some(known) = known {
            return known.unwrap_or_else(circular);
        }
        self.0.borrow_mut().insert(Arc::clone(name), None);
        let found = find();
        self.0.borrow_mut().insert(Arc::clone(name), Some(found.clone()));
        found
    }

    /// The answers that have been found, by name.
    pub fn found(&self) -> Vec<T> {
        self.0.borrow().values().flatten().cloned().collect()
    }
}
