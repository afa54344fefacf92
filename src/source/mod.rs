//! Text and places: files, byte spans, line and column positions, notices. This folder knows no format.

mod creation_trace;
mod files;
mod notice;
mod place;
mod printable;
mod span;
mod workspace;

pub use creation_trace::{Frame, Programs};
pub use files::{Files, Position, SourceFile};
pub use notice::{Notice, NoticeKind};
pub use place::Place;
pub use printable::printable;
pub use span::{FileId, Span};
pub use workspace::{ReadError, STANDARD_INPUT, Workspace, lexically_normal};
