//! Exceptions in the programs that templates are generated from: comments on the line that makes a construct, or above
//! it.

use memchr::memmem;

use super::Scope;
use super::commentary::{Commentary, is_blank, start_of_line};
use super::directive::MARKER;
use super::in_code::Found;

/// How the names of files end that programs are written in.
const PROGRAMS: &[&str] = &[
    ".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx", ".py", ".java", ".kt", ".scala", ".cs",
    ".fs", ".vb", ".go", ".rb",
];

/// What opens a comment in one of these languages, or goes on with one.
const OPENINGS: &[&str] = &["//", "/*", "*", "#", "'"];

/// Whether a file of that name holds a program.
pub fn is_program(name: &str) -> bool {
    PROGRAMS.iter().any(|end| name.ends_with(end))
}

/// Reads the comments that name credlint. Nothing else of the language is understood.
pub fn read(found: &mut Found<'_>) {
    let text = found.source.text.as_str();
    let finder = memmem::Finder::new(MARKER);
    let comments = finder.find_iter(text.as_bytes()).filter_map(|at| {
        let line = start_of_line(text, at);
        let before = text[line..at].trim_end();
        let opening = OPENINGS.iter().find(|opening| before.ends_with(**opening))?;
        let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
        Some((line, line + before.len() - opening.len()..end))
    });
    for (line, range) in comments {
        let code = &text[line..range.start];
        let scope = if is_blank(code) { below(found, range.end) } else { found.part(line..range.end) };
        let mut comment = range.clone();
        if let Some(closed) = text[range].find("*/") {
            comment.end = comment.start + closed + 2;
        }
        for commentary in Commentary::all(text, [comment]) {
            found.add_directives(&commentary.text, &scope, |range| commentary.in_file(range));
        }
    }
}

/// The next line that is no comment.
fn below(found: &Found<'_>, from: usize) -> Scope {
    let text = found.source.text.as_str();
    let mut at = from + 1;
    while at < text.len() {
        let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
        let line = text[at..end].trim();
        if !line.is_empty() && !OPENINGS.iter().any(|opening| line.starts_with(opening)) {
            return found.part(at..end);
        }
        at = end + 1;
    }
    Scope::Nothing
}
