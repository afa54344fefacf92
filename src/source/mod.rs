//! Text and places: files, byte spans, line and column positions, notices, stack traces. This folder knows no format.

mod files;
mod notice;
mod patterns;
mod place;
mod printable;
mod span;
mod stack_trace;
mod workspace;

pub use files::{Files, Position, SourceFile};
pub use notice::{Notice, NoticeKind};
pub use patterns::{AddressPattern, Anchor, NamePattern, PathFilter, PathPattern};
pub use place::Place;
pub use printable::printable;
pub use span::{FileId, Span};
pub use stack_trace::{Programs, StackTrace};
pub use workspace::{ReadError, STANDARD_INPUT, Workspace, lexically_normal};
