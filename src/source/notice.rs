//! What was not understood, said aloud: a gate that says nothing must mean that there is nothing.

use super::Span;

/// Why something could not be read or evaluated in full. The words are part of the JSON and SARIF output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeKind {
    /// A file that cannot be read at all (permissions, not UTF-8, too large). Makes the exit status 2.
    UnreadableFile,
    /// Text that does not parse. The rest of the file is still read. Makes the exit status 2.
    ParseError,
    /// A configuration that the language itself forbids: a `count` of -1, a reference to nothing.
    InvalidConfiguration,
    /// A file of a format that is not read.
    FormatNotRead,
    /// A module whose source is not on disk.
    ModuleNotOnDisk,
    /// A module whose source is not on disk and whose known defaults stand in for it.
    ModuleModelled,
    /// A path that leads out of the scanned root, and was not followed.
    OutsideRoot,
    /// A value that matters and could not be evaluated.
    UnknownValue,
    /// A limit was reached; what lies past it was not looked at.
    LimitReached,
    /// A credential whose user could not be told.
    UnlinkedCredential,
    /// An exception to the rules that cannot be understood, or gives no reason. Makes the exit status 2.
    InvalidException,
    /// What a change started from could not be read in full, or is not known.
    NotCompared,
    /// Generated code that does not say which line of its program made it.
    NoCreationTrace,
    /// What the configuration takes out of the check.
    Configuration,
    /// A user of a credential report of which the code does not tell which of its users it is.
    AmbiguousJoin,
    /// To which moment the ages of a credential report are counted, where that is not the one that somebody may expect.
    AgesCounted,
}

impl NoticeKind {
    /// The stable name used in machine-readable output.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnreadableFile => "unreadable-file",
            Self::ParseError => "parse-error",
            Self::InvalidConfiguration => "invalid-configuration",
            Self::FormatNotRead => "format-not-read",
            Self::ModuleNotOnDisk => "module-not-on-disk",
            Self::ModuleModelled => "module-modelled",
            Self::OutsideRoot => "outside-root",
            Self::UnknownValue => "unknown-value",
            Self::LimitReached => "limit-reached",
            Self::UnlinkedCredential => "unlinked-credential",
            Self::InvalidException => "invalid-exception",
            Self::NotCompared => "not-compared",
            Self::NoCreationTrace => "no-creation-trace",
            Self::Configuration => "configuration",
            Self::AmbiguousJoin => "ambiguous-join",
            Self::AgesCounted => "ages-counted",
        }
    }

    /// Whether the job could not be done in full, so that the exit status is 2.
    pub fn is_incomplete(self) -> bool {
        matches!(self, Self::UnreadableFile | Self::ParseError | Self::InvalidException)
    }
}

/// One thing that was not understood: what, where, what to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Notice {
    /// The kind.
    pub kind: NoticeKind,
    /// What happened: lower case, no full stop, may hold text from the input (renderers escape it).
    pub message: String,
    /// Where, when it is in a file that was read.
    pub span: Option<Span>,
    /// Path relative to the base, for a file that could not be read and so has no span.
    pub path: Option<String>,
    /// What to do about it, when there is something.
    pub help: Option<String>,
}

impl Notice {
    /// A notice at a span.
    pub fn at(kind: NoticeKind, span: Span, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), span: Some(span), path: None, help: None }
    }

    /// A notice about a whole file or folder that has no span.
    pub fn about(kind: NoticeKind, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), span: None, path: Some(path.into()), help: None }
    }

    /// The same notice with a line on what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
