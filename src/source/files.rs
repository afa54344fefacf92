//! The table of files that were read, and positions in them.

use std::sync::{Arc, RwLock};

use super::{FileId, Span};

/// One file's text. Lines are found on first demand.
#[derive(Debug)]
pub struct SourceFile {
    /// Path relative to the workspace's base, forward slashes: what every report prints.
    pub path: Arc<str>,
    /// The whole text, byte-order mark included, so that offsets are offsets into the file on disk.
    pub text: Arc<String>,
    /// Whether its text may be shown. That of a plan or state may not: it holds secrets under any name.
    pub is_shown: bool,
    /// Texts in it that no report may show.
    concealed: RwLock<Vec<std::ops::Range<usize>>>,
    line_starts: std::sync::OnceLock<Vec<u32>>,
    /// Characters before each multiple of [`BLOCK`]: a plan is one line of many megabytes. Nothing where each character is
    /// one byte.
    characters: std::sync::OnceLock<Vec<usize>>,
}

/// Characters that AWS asks of a password at least.
const SHORTEST_PASSWORD: usize = 6;

/// Bytes between two counts of characters.
const BLOCK: usize = 4 * 1024;

/// A place for people and reports: both counts start at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in Unicode code points, from 1.
    pub column: usize,
}

impl SourceFile {
    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let newlines = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(0).chain(newlines.map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX))).collect()
        })
    }

    fn characters_before(&self, offset: usize) -> usize {
        let counts = self.characters.get_or_init(|| {
            if self.text.is_ascii() {
                return Vec::new();
            }
            let mut sum = 0;
            let blocks = self.text.as_bytes().chunks(BLOCK);
            std::iter::once(0)
                .chain(blocks.map(|block| {
                    sum += starts_of_characters(block);
                    sum
                }))
                .collect()
        });
        let block = offset / BLOCK;
        let Some(count) = counts.get(block) else { return offset };
        count + starts_of_characters(&self.text.as_bytes()[block * BLOCK..offset])
    }

    /// The position of a byte offset; offsets past the end give the end.
    pub fn position(&self, offset: u32) -> Position {
        let offset = offset.min(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts[line - 1] as usize;
        if offset as usize - start > BLOCK && self.text.is_char_boundary(offset as usize) {
            let mark = usize::from(line == 1 && self.text.starts_with('\u{feff}'));
            let column = self.characters_before(offset as usize) - self.characters_before(start) - mark + 1;
            return Position { line, column };
        }
        let before = self.text.get(start..offset as usize).unwrap_or("");
        // A byte-order mark takes no column.
        let before = if line == 1 { before.strip_prefix('\u{feff}').unwrap_or(before) } else { before };
        let column = before.chars().count() + 1;
        Position { line, column }
    }

    /// The byte range of a line (from 1), without its line ending. Empty past the end.
    pub fn line_range(&self, line: usize) -> std::ops::Range<usize> {
        let starts = self.line_starts();
        let Some(start) = line.checked_sub(1).and_then(|index| starts.get(index)) else {
            return self.text.len()..self.text.len();
        };
        let end = starts.get(line).map_or(self.text.len(), |next| *next as usize - 1);
        let start = *start as usize;
        let end = if self.text[start..end].ends_with('\r') { end - 1 } else { end };
        start..end
    }

    /// How many lines the file has.
    pub fn line_count(&self) -> usize {
        self.line_starts().len()
    }

    /// The texts within a window that no report may show, as far as they stand in it.
    pub fn concealed_within(&self, window: &std::ops::Range<usize>) -> Vec<std::ops::Range<usize>> {
        let concealed = self.concealed.read().expect("no thread panics while it holds the list");
        concealed
            .iter()
            .map(|range| range.start.max(window.start)..range.end.min(window.end))
            .filter(|range| range.start < range.end)
            .collect()
    }

    /// The text of a span, `""` when it is not on character boundaries.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }
}

fn starts_of_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xc0) != 0x80).count()
}

/// Every file read in this run. Grows only; ids stay valid.
#[derive(Debug, Default)]
pub struct Files {
    files: RwLock<Vec<Arc<SourceFile>>>,
}

impl Files {
    /// Adds a file's text under a path relative to the workspace's base.
    pub fn add(&self, path: impl Into<Arc<str>>, text: impl Into<String>) -> FileId {
        self.push(path.into(), text.into(), true)
    }

    /// Adds a file whose text no report may show.
    pub fn add_unshown(&self, path: impl Into<Arc<str>>, text: impl Into<String>) -> FileId {
        self.push(path.into(), text.into(), false)
    }

    fn push(&self, path: Arc<str>, text: String, is_shown: bool) -> FileId {
        let file = SourceFile {
            path,
            // A plan is large: its text is not copied.
            text: Arc::new(text),
            is_shown,
            concealed: RwLock::default(),
            line_starts: std::sync::OnceLock::new(),
            characters: std::sync::OnceLock::new(),
        };
        let mut files = self.files.write().expect("no thread panics while it holds the table");
        files.push(Arc::new(file));
        FileId(u32::try_from(files.len() - 1).expect("fewer than 2^32 files"))
    }

    /// Keeps a text out of every report: a reader knows that it is a password, whatever it is called.
    pub fn conceal(&self, span: Span) {
        let file = self.get(span.file);
        file.concealed.write().expect("no thread panics while it holds the list").push(span.range());
    }

    /// Keeps texts out of every report wherever they stand: in the program that a template was generated from, say.
    /// Those that are too short to be a password are not looked for.
    pub fn conceal_everywhere<'t>(&self, texts: impl Iterator<Item = &'t str>) {
        let mut texts: Vec<String> =
            texts.filter(|text| text.chars().count() >= SHORTEST_PASSWORD).map(regex::escape).collect();
        if texts.is_empty() {
            return;
        }
        // Of two that begin alike, the longer one.
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        let found = regex::Regex::new(&texts.join("|"));
        let files = self.files.read().expect("no thread panics while it holds the table");
        for file in files.iter().filter(|file| file.is_shown) {
            let mut concealed = file.concealed.write().expect("no thread panics while it holds the list");
            match &found {
                Ok(found) => concealed.extend(found.find_iter(&file.text).map(|text| text.range())),
                // There are too many of them to look for.
                Err(_) => concealed.push(0..file.text.len()),
            }
        }
    }

    /// How many files there are; their ids count from 0.
    pub fn count(&self) -> u32 {
        let files = self.files.read().expect("no thread panics while it holds the table");
        u32::try_from(files.len()).expect("fewer than 2^32 files")
    }

    /// The file of an id that this table gave out.
    pub fn get(&self, id: FileId) -> Arc<SourceFile> {
        let files = self.files.read().expect("no thread panics while it holds the table");
        Arc::clone(&files[id.0 as usize])
    }

    /// Path, line and column of the start of a span.
    pub fn start(&self, span: Span) -> (Arc<str>, Position) {
        let file = self.get(span.file);
        (Arc::clone(&file.path), file.position(span.start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_far_along_a_line_of_ascii_is_its_byte() {
        let files = Files::default();
        let id = files.add("a.json", format!("\n{}", "a".repeat(3 * BLOCK)));
        for column in [1, BLOCK, 2 * BLOCK + 1, 3 * BLOCK + 1] {
            let offset = u32::try_from(column).unwrap();
            assert_eq!(files.get(id).position(offset), Position { line: 2, column });
        }
    }

    #[test]
    fn a_column_far_along_a_line_is_counted_in_characters() {
        let line = "é1".repeat(BLOCK);
        let files = Files::default();
        let id = files.add("a.json", format!("\u{feff}{line}\n{line}"));
        let file = files.get(id);
        for (start, number) in [(3, 1), (3 + line.len() + 1, 2)] {
            for characters in [1, BLOCK / 2, BLOCK, BLOCK + 1, 2 * BLOCK - 2] {
                let bytes = characters / 2 * 3 + characters % 2 * 2;
                let offset = u32::try_from(start + bytes).unwrap();
                assert_eq!(file.position(offset), Position { line: number, column: characters + 1 });
            }
        }
    }
}
