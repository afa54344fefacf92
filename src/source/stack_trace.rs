//! Stack traces that generators record, and the lines of a program on disk that they mean. The paths in them are
//! those of the machine that generated, which is seldom the one that scans.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{FileId, Span, Workspace, lexically_normal};

/// Frames beyond this many are not looked at.
const MAX_FRAMES: usize = 64;
/// The most parts of a recorded path that are looked for in what is scanned.
const MAX_PARTS: usize = 16;
/// The most directories that they are looked for in.
const MAX_DIRECTORIES: usize = 32;
/// The most different recorded paths that are looked for in one run.
const MAX_SEARCHES: usize = 10_000;

/// Folders of what a program uses and its authors did not write.
const LIBRARIES: &[&str] = &["node_modules", "aws-cdk-lib", "site-packages", "dist-packages"];

/// The calls that led to something, innermost first, without those of libraries and of the language itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StackTrace {
    frames: Vec<Frame>,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Frame {
    /// As it was recorded: either kind of slash, absolute or not.
    file: String,
    line: usize,
}

impl StackTrace {
    /// Reads the lines of a trace. Those that name no place are passed over.
    pub fn read<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let lines: Vec<&str> = lines.into_iter().take(MAX_FRAMES).collect();
        // What runs a program of another language under Node.js is unpacked into a folder of any name.
        let runtime: BTreeSet<String> = lines
            .iter()
            .filter(|line| line.starts_with("KernelHost.") || line.starts_with("Kernel."))
            .filter_map(|line| Some(Frame::parse(line)?.file))
            .collect();
        let frames = lines.into_iter().filter_map(Frame::parse);
        let frames = frames.filter(|frame| !frame.is_of_a_library() && !runtime.contains(&frame.file));
        Self { frames: frames.collect() }
    }

    /// Whether no line of the program was recorded.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }
}

impl Frame {
    /// `new Stack (/app/main.ts:12:5)`, `/app/main.ts:12:5`, `__init__ (/app/main.py:12)`.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("at ").unwrap_or(text);
        let Some((function, place)) = text.strip_suffix(')').and_then(|text| text.split_once(" (")) else {
            return Self::of_place(text);
        };
        // `/app/main.js:12 (:)` is what CDK makes of a frame without a function whose column has one digit.
        Self::of_place(place).or_else(|| if place == ":" { Self::of_place(function) } else { None })
    }

    /// `file:line` or `file:line:column`.
    fn of_place(place: &str) -> Option<Self> {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let (rest, last) = place.rsplit_once(':').filter(|(_, last)| is_number(last))?;
        let before = rest.rsplit_once(':').filter(|(_, line)| is_number(line));
        let (file, line) = before.unwrap_or((rest, last));
        let line = line.parse().ok()?;
        let file = match file.strip_prefix("file://") {
            Some(url) => percent_encoding::percent_decode_str(url).decode_utf8().ok()?.into_owned(),
            None => file.to_owned(),
        };
        (!file.is_empty() && line > 0).then_some(Self { file, line })
    }

    fn is_of_a_library(&self) -> bool {
        self.file.starts_with("node:")
            || self.file.starts_with("internal/")
            || parts(&self.file).any(|part| LIBRARIES.contains(&part))
    }
}

/// The parts of a path of either kind of machine.
fn parts(file: &str) -> impl DoubleEndedIterator<Item = &str> {
    let is_windows = file.get(1..3).is_some_and(|drive| drive == ":\\") || file.starts_with("\\\\");
    let separators: &'static [char] = if is_windows { &['/', '\\'] } else { &['/'] };
    file.split(separators).filter(|part| !part.is_empty())
}

/// The files of programs that traces lead to, each read once.
pub struct Programs<'a> {
    workspace: &'a Workspace,
    /// By the directory that was generated into and the recorded path.
    found: RefCell<BTreeMap<(PathBuf, String), Option<PathBuf>>>,
    files: RefCell<BTreeMap<PathBuf, Option<FileId>>>,
}

impl<'a> Programs<'a> {
    /// None found yet.
    pub fn new(workspace: &'a Workspace) -> Self {
        Self { workspace, found: RefCell::default(), files: RefCell::default() }
    }

    /// The innermost line of a trace that lies in what is scanned, without its indentation. `directory` is the one
    /// that was generated into.
    pub fn line(&self, trace: &StackTrace, directory: &Path) -> Option<Span> {
        trace.frames.iter().find_map(|frame| {
            let path = self.find(&frame.file, directory)?;
            let file = self.load(path)?;
            let source = self.workspace.files.get(file);
            if frame.line > source.line_count() {
                return None;
            }
            let line = source.line_range(frame.line);
            let text = &source.text[line.clone()];
            // A call does not stand on an empty line: the file is another one, or has changed.
            if text.trim().is_empty() {
                return None;
            }
            let start = line.start + (text.len() - text.trim_start().len());
            Some(Span::new(file, start, line.end))
        })
    }

    fn find(&self, file: &str, directory: &Path) -> Option<PathBuf> {
        let key = (directory.to_owned(), file.to_owned());
        if let Some(known) = self.found.borrow().get(&key) {
            return known.clone();
        }
        if self.found.borrow().len() >= MAX_SEARCHES {
            return None;
        }
        let path = self.search(file, directory);
        self.found.borrow_mut().insert(key, path.clone());
        path
    }

    /// The path itself; else as much of its end as possible, in the directory or one above it.
    fn search(&self, file: &str, directory: &Path) -> Option<PathBuf> {
        if let Some(path) = self.existing(&self.workspace.base.join(file)) {
            return Some(path);
        }
        let parts: Vec<&str> = parts(file).filter(|part| *part != ".").collect();
        let above = parts.iter().rposition(|part| *part == "..").map_or(0, |at| at + 1);
        let parts = &parts[above..];
        let parts = &parts[parts.len().saturating_sub(MAX_PARTS)..];
        let directory = lexically_normal(directory);
        let inside = |directory: &&Path| {
            self.workspace.boundaries.iter().any(|boundary| directory.starts_with(boundary))
        };
        let directories: Vec<&Path> =
            directory.ancestors().take_while(inside).take(MAX_DIRECTORIES).collect();
        for start in 0..parts.len().saturating_sub(1) {
            let end: PathBuf = parts[start..].iter().collect();
            let found = directories.iter().find_map(|directory| self.existing(&directory.join(&end)));
            if found.is_some() {
                return found;
            }
        }
        // A name alone means a file only when there is one of it.
        let name = parts.last()?;
        let mut named = directories.iter().filter_map(|directory| self.existing(&directory.join(name)));
        let first = named.next()?;
        named.all(|other| other == first).then_some(first)
    }

    fn existing(&self, path: &Path) -> Option<PathBuf> {
        self.workspace.resolve(path).ok().filter(|path| self.workspace.is_file(path))
    }

    fn load(&self, path: PathBuf) -> Option<FileId> {
        let mut files = self.files.borrow_mut();
        *files.entry(path).or_insert_with_key(|path| self.workspace.load(path).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(text: &str) -> Option<(String, usize)> {
        Frame::parse(text).map(|frame| (frame.file, frame.line))
    }

    #[test]
    fn frames_name_a_file_and_a_line() {
        for (text, file, line) in [
            ("new S (/app/main.ts:12:5)", "/app/main.ts", 12),
            ("at /app/main.ts:3:1", "/app/main.ts", 3),
            ("Object.<anonymous> (file:///a/b%20c.js:7:9)", "/a/b c.js", 7),
            ("Function.run [as runMain] (/a/b.js:164:12)", "/a/b.js", 164),
            ("__init__ (/app/stacks.py:21)", "/app/stacks.py", 21),
            ("<module> (C:\\app\\app.py:6)", "C:\\app\\app.py", 6),
            ("new S (C:\\app\\main.ts:6:13)", "C:\\app\\main.ts", 6),
            ("file:///home/dev/mailer/app.js:25 (:)", "/home/dev/mailer/app.js", 25),
            (
                "file:///home/dev/mailer/app.js:28: (file:///home/dev/mailer/app.js:28:2)",
                "/home/dev/mailer/app.js",
                28,
            ),
            ("new S (/home/dev (copy)/main.js:4:2)", "/home/dev (copy)/main.js", 4),
        ] {
            assert_eq!(frame(text), Some((file.to_owned(), line)), "{text}");
        }
    }

    #[test]
    fn what_names_no_place_is_no_frame() {
        for text in [
            "",
            "new S (<anonymous>)",
            "a:b:c",
            "...new User2 in aws-cdk-lib...",
            "(no user code in 10 frames, use --stack-trace-limit to capture more)",
            "new S (/app/main.ts:0:1)",
            "new S (/app/main.ts:99999999999999999999999:1)",
            "S (:)",
            ":1:1",
        ] {
            assert_eq!(frame(text), None, "{text}");
        }
    }

    #[test]
    fn frames_of_libraries_and_runtimes_are_left_out() {
        let trace = StackTrace::read([
            "new User (/app/node_modules/aws-cdk-lib/aws-iam/lib/user.js:1:3097)",
            "Kernel._Kernel_create (/tmp/x/lib/program.js:1:63996)",
            "KernelHost.run (/tmp/x/lib/program.js:1:232607)",
            "Immediate._onImmediate (/tmp/x/lib/program.js:1:232651)",
            "process.processImmediate (node:internal/timers:483:21)",
            "new (C:\\app\\.venv\\Lib\\site-packages\\constructs\\a.py:3)",
        ]);
        assert!(trace.is_empty(), "{trace:?}");
    }

    #[expect(clippy::disallowed_methods, reason = "the test writes what it reads")]
    fn found(files: &[&str], recorded: &str, directory: &str) -> Option<String> {
        let root = tempfile::tempdir().unwrap();
        let base = root.path().canonicalize().unwrap().join("repository");
        for file in files {
            let path = base.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "one\n  two\n\n").unwrap();
        }
        let workspace = Workspace::new(base.clone(), vec![base.clone()]);
        let programs = Programs::new(&workspace);
        let trace = StackTrace::read([recorded.replace("BASE", base.to_str().unwrap()).as_str()]);
        let span = programs.line(&trace, &base.join(directory))?;
        let (path, position) = workspace.files.start(span);
        Some(format!("{path}:{}:{}", position.line, position.column))
    }

    #[test]
    fn a_recorded_path_is_found_wherever_the_repository_is() {
        let at = |path: &str| Some(path.to_owned());
        let files = &["apps/access/lib/users.ts", "apps/access/app.ts", "lib/users.ts"];
        let out = "apps/access/cdk.out";
        assert_eq!(found(files, "BASE/lib/users.ts:2:3", out), at("lib/users.ts:2:3"), "the path itself");
        assert_eq!(
            found(files, "/home/dev/access/lib/users.ts:2:3", out),
            at("apps/access/lib/users.ts:2:3")
        );
        assert_eq!(found(files, "C:\\dev\\lib\\users.ts:2:3", out), at("apps/access/lib/users.ts:2:3"));
        assert_eq!(
            found(files, "/home/dev/apps/access/lib/users.ts:2:3", "cdk.out"),
            at("apps/access/lib/users.ts:2:3")
        );
        assert_eq!(found(files, "apps/access/app.ts:1:1", "cdk.out"), at("apps/access/app.ts:1:1"));
        assert_eq!(found(files, "/home/dev/access/app.ts:1:1", out), at("apps/access/app.ts:1:1"));
    }

    #[test]
    fn what_is_not_certain_to_be_it_is_no_place() {
        let out = "apps/access/cdk.out";
        let two = &["app.ts", "apps/access/app.ts"];
        assert_eq!(found(two, "/elsewhere/app.ts:1:1", out), None, "two files of the name");
        assert_eq!(found(&["app.ts"], "/elsewhere/app.ts:4000:1", out), None, "it has no such line");
        assert_eq!(found(&["app.ts"], "/elsewhere/app.ts:3:1", out), None, "nothing stands there");
        assert_eq!(found(&["lib/app.ts"], "/elsewhere/src/app.ts:1:1", out), None, "not above the assembly");
    }

    #[test]
    fn nothing_outside_the_root_is_read() {
        let out = "cdk.out";
        for recorded in
            ["/etc/passwd:1:1", "BASE/../secret.ts:1:1", "../../../etc/passwd:1", "/:1:1", "..:1:1"]
        {
            assert_eq!(found(&["a.ts", "../secret.ts"], recorded, out), None, "{recorded}");
        }
    }
}
