//! Text and places: files, byte spans, line and column positions, notices, stack traces. This folder knows no format.

mod account_number;
mod files;
mod git;
mod in_memory;
mod notice;
mod parallel;
mod path_map;
mod patterns;
mod place;
mod printable;
mod span;
mod stack_trace;
mod tree;
mod walk;
mod workspace;

pub use account_number::is_account_number;
pub use files::{Files, Position, SourceFile};
pub use git::{GitError, GitTree, Unread};
pub use in_memory::Held;
pub use notice::{Notice, NoticeKind};
pub use parallel::in_parallel;
pub use path_map::{PathMap, directory_and_name};
pub use patterns::{AddressPattern, Anchor, NamePattern, PathFilter, PathPattern};
pub use place::Place;
pub use printable::printable;
pub use span::{FileId, Span};
pub use stack_trace::{Programs, StackTrace};
pub use tree::{Disk, EntryKind, Tree};
pub use walk::{NotWalked, Walk, Walked};
pub use workspace::{MAX_FILE_BYTES, ReadError, STANDARD_INPUT, Workspace, lexically_normal};
