//! Parts of a module that are read when somebody asks for them, and what is then found wrong with them.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::{Arc, LazyLock, Mutex};

use crate::source::{Notice, NoticeKind, Span};
use crate::syntax::hcl::{AttributePiece, Block, Expression, Piece};

/// Something that is there already, or made when it is first asked for.
pub struct Later<T> {
    value: LazyLock<T, Box<dyn FnOnce() -> T + Send>>,
    source: Option<Source>,
}

/// A file's text, and which part of it.
type Source = (Arc<String>, Range<usize>);

/// What is wrong with a block, and where.
pub type Faults = Vec<(Span, String)>;

/// What is found wrong with parts of a module once they are read.
#[derive(Clone, Debug, Default)]
pub struct LateFaults(Arc<Mutex<Vec<Notice>>>);

impl<T: Send + 'static> Later<T> {
    /// Something that is there.
    pub fn now(value: T) -> Self {
        Self { value: LazyLock::new(Box::new(move || value)), source: None }
    }

    fn new(source: Source, make: impl FnOnce() -> T + Send + 'static) -> Self {
        Self { value: LazyLock::new(Box::new(make)), source: Some(source) }
    }
}

impl<T> Later<T> {
    /// The text that it is read from; `None` when it was there from the start.
    pub fn text(&self) -> Option<&str> {
        self.source.as_ref().map(|(text, range)| &text[range.clone()])
    }
}

impl<T> Deref for Later<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Later<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, formatter)
    }
}

impl LateFaults {
    /// What a block means, once it is asked for.
    pub fn parse<T: Send + 'static>(
        &self,
        piece: Piece,
        read: impl FnOnce(Block, &mut Faults) -> T + Send + 'static,
    ) -> Later<T> {
        let late = self.clone();
        Later::new(piece.source(), move || {
            let (block, notices) = piece.parse();
            let mut faults = Faults::new();
            let contents = read(block, &mut faults);
            late.add(notices);
            late.add(
                faults
                    .into_iter()
                    .map(|(span, message)| Notice::at(NoticeKind::InvalidConfiguration, span, message)),
            );
            contents
        })
    }

    /// The value of an attribute, once it is asked for; `None` when it cannot be read.
    pub fn value(&self, attribute: AttributePiece) -> Later<Option<Expression>> {
        let late = self.clone();
        Later::new(attribute.source(), move || {
            let (value, notices) = attribute.parse();
            late.add(notices);
            value
        })
    }

    fn add(&self, notices: impl IntoIterator<Item = Notice>) {
        self.0.lock().expect("no thread panics while it holds the list").extend(notices);
    }

    /// What was found by now.
    pub fn notices(&self) -> Vec<Notice> {
        self.0.lock().expect("no thread panics while it holds the list").clone()
    }
}
