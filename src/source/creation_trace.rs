//! Where a program made what stands in generated code: the stack traces that generators write, brought back to
//! files of the scanned tree.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use super::{FileId, Place, Span, Workspace};

/// A place in a frame: `/app/main.ts:12:5`, `file:///app/main.js:3`, `C:\app\main.cs:7`.
static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:file://)?((?:[A-Za-z]:[\\/])?[^:()\s][^:()]*):(?:line )?(\d+)(?::(\d+))?")
        .expect("the pattern is a constant that parses")
});

/// Folders of other people's code: a frame in one of them is not the user's own program.
const LIBRARIES: &[&str] = &["node_modules", "site-packages", "dist-packages"];

/// How the files of programs end.
const LANGUAGES: &[&str] = &[
    "ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "py", "java", "kt", "scala", "cs", "fs", "vb", "go",
];

/// One call of a stack trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The file, as the machine knew it that ran the program.
    pub file: PathBuf,
    /// From 1.
    pub line: usize,
}

impl Frame {
    /// Reads a frame of a JavaScript, Python or .NET trace; `None` for what names no line.
    pub fn parse(text: &str) -> Option<Self> {
        if text.contains("node:") || text.starts_with("...") {
            return None;
        }
        let found = PLACE.captures(text)?;
        let file = found[1].trim().strip_prefix("at ").unwrap_or(found[1].trim()).replace('\\', "/");
        // Anything else is no program, and not to be shown because a trace says so.
        let (_, extension) = file.rsplit('/').next()?.rsplit_once('.')?;
        LANGUAGES.contains(&extension).then_some(())?;
        Some(Self { file: file.into(), line: found[2].parse().ok()? })
    }

    /// Whether it is in a library.
    pub fn is_in_library(&self) -> bool {
        self.file.components().any(|part| LIBRARIES.iter().any(|library| part.as_os_str() == *library))
    }
}

/// Files of the program that code was generated from.
#[derive(Debug)]
pub struct Programs<'a> {
    workspace: &'a Workspace,
    /// Directories that the program may stand in, the likeliest first.
    bases: Vec<PathBuf>,
    files: RefCell<BTreeMap<PathBuf, Option<FileId>>>,
}

impl<'a> Programs<'a> {
    /// Programs beside or above a directory of generated code.
    pub fn beside(workspace: &'a Workspace, generated: &Path) -> Self {
        let inside = |path: &&Path| workspace.boundaries.iter().any(|boundary| path.starts_with(boundary));
        let bases = generated.ancestors().skip(1).take_while(inside).map(Path::to_owned).collect();
        Self { workspace, bases, files: RefCell::default() }
    }

    /// The innermost line of the user's own program that lies in what is scanned.
    pub fn place(&self, frames: &[Frame], label: &str) -> Option<Place> {
        frames.iter().filter(|frame| !frame.is_in_library()).find_map(|frame| {
            let file = self.file(&frame.file)?;
            let source = self.workspace.files.get(file);
            if frame.line == 0 || frame.line > source.line_count() {
                return None;
            }
            let line = source.line_range(frame.line);
            let text = &source.text[line.clone()];
            let start = line.start + (text.len() - text.trim_start().len());
            Some(Place::new(Span::new(file, start, line.start + text.trim_end().len()), label))
        })
    }

    fn file(&self, path: &Path) -> Option<FileId> {
        if let Some(known) = self.files.borrow().get(path) {
            return *known;
        }
        let found = self.find(path).and_then(|path| self.workspace.load(&path).ok());
        self.files.borrow_mut().insert(path.to_owned(), found);
        found
    }

    /// The file itself, or where it stands on this machine: the longest end of its path that is found.
    fn find(&self, path: &Path) -> Option<PathBuf> {
        if path.is_absolute()
            && let Ok(found) = self.workspace.resolve(path)
        {
            return Some(found);
        }
        let parts: Vec<&std::ffi::OsStr> = path
            .components()
            .filter_map(|part| match part {
                Component::Normal(part) => Some(part),
                _ => None,
            })
            .collect();
        for skipped in 0..parts.len() {
            let end: PathBuf = parts[skipped..].iter().collect();
            // A bare name may be that of many files: only right beside what was generated is it this one.
            let bases = if skipped + 1 == parts.len() { self.bases.get(..1) } else { Some(&*self.bases) };
            for base in bases.unwrap_or_default() {
                if let Ok(found) = self.workspace.resolve(&base.join(&end))
                    && found.is_file()
                {
                    return Some(found);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_name_a_file_and_a_line() {
        let frame = |file: &str, line| Some(Frame { file: file.into(), line });
        for (text, file, line) in [
            ("new S (/app/main.ts:12:5)", "/app/main.ts", 12),
            ("at /app/main.ts:3:1", "/app/main.ts", 3),
            ("Object.<anonymous> (file:///a/b.js:7:9)", "/a/b.js", 7),
            ("file:///home/dev/mailer/app.js:25 (:)", "/home/dev/mailer/app.js", 25),
            ("<module> (/home/dev/robots/app.py:7)", "/home/dev/robots/app.py", 7),
            ("__init__ (/home/dev/my app/stacks.py:45)", "/home/dev/my app/stacks.py", 45),
            ("at Acme.Main(String[] args) in C:\\src\\Main.cs:line 9", "C:/src/Main.cs", 9),
        ] {
            assert_eq!(Frame::parse(text), frame(file, line), "{text}");
        }
        for text in [
            "",
            "node:internal",
            "node:internal/main/run_main_module:28:49",
            "Module._compile (node:internal/modules/cjs/loader:1521:14)",
            "...node internals, ts-node...",
            "new S (<anonymous>)",
            "a:b:c",
        ] {
            assert_eq!(Frame::parse(text), None, "{text}");
        }
        assert!(Frame::parse("new U (/a/node_modules/aws-cdk-lib/x.js:1:2)").unwrap().is_in_library());
    }
}
