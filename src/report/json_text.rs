//! JSON that is inert in a log and still says exactly what was read: what could act is written as `\uXXXX`.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde::Serialize;
use serde_json::ser::Formatter;

use super::inert::log_command_marks;
use crate::source::printable;

/// A value as indented JSON with a final newline. Control characters, bidirectional overrides and commands to
/// build services (`##vso[`) are escaped within the strings, so a parser still gets every character.
pub fn to_json(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    write_json(value, &mut bytes).expect(NEVER_FAILS);
    String::from_utf8(bytes).expect(WHOLE_CHARACTERS)
}

/// Writes the same piece by piece: what becomes of tens of thousands of findings need not be in memory at once.
pub fn write_json(value: &impl Serialize, writer: &mut impl io::Write) -> io::Result<()> {
    write(value, Layout { is_indented: true, ..Layout::default() }, &mut *writer)?;
    writer.write_all(b"\n")
}

/// The same on one line, without a line break at its end.
pub fn to_json_line(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    write(value, Layout::default(), &mut bytes).expect(NEVER_FAILS);
    String::from_utf8(bytes).expect(WHOLE_CHARACTERS)
}

const NEVER_FAILS: &str = "our own structs have text keys, and memory does not fail to write";
const WHOLE_CHARACTERS: &str = "the formatter writes whole characters";

fn write(value: &impl Serialize, layout: Layout, writer: impl io::Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(writer, layout);
    Ok(value.serialize(&mut serializer)?)
}

/// On one line; or a member or an element to a line, each level two spaces further in. Both are as `serde_json` has
/// them, whose own `PrettyFormatter` makes a write of each level.
#[derive(Default)]
struct Layout {
    is_indented: bool,
    depth: usize,
    has_value: bool,
}

/// A line break and the deepest indentation that is written at once.
const LINE: &[u8] = b"\n                                                                ";

impl Layout {
    fn line<W: ?Sized + io::Write>(&self, writer: &mut W) -> io::Result<()> {
        if !self.is_indented {
            return Ok(());
        }
        let spaces = 2 * self.depth;
        let at_once = spaces.min(LINE.len() - 1);
        writer.write_all(&LINE[..=at_once])?;
        (at_once..spaces).try_for_each(|_| writer.write_all(b" "))
    }

    fn begin<W: ?Sized + io::Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_value = false;
        writer.write_all(bracket)
    }

    fn end<W: ?Sized + io::Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.has_value {
            self.line(writer)?;
        }
        writer.write_all(bracket)
    }

    fn next<W: ?Sized + io::Write>(&self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        self.line(writer)
    }
}

impl Formatter for Layout {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        writer.write_all(escaped(text).as_bytes())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(if self.is_indented { b": " } else { b":" })
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

/// `serde_json` escapes quotes, backslashes and the controls below U+0020 itself; the rest is ours.
fn escaped(text: &str) -> Cow<'_, str> {
    // What most texts are, sixteen bytes at once. Of the controls of ASCII only DEL comes here.
    let acts = |byte: &u8| u8::from(*byte >= 0x7f) | u8::from(*byte == b'#');
    let is_plain = |bytes: &[u8]| bytes.iter().fold(0, |any, byte| any | acts(byte)) == 0;
    let groups = text.as_bytes().chunks_exact(16);
    if is_plain(groups.remainder()) && groups.into_iter().all(is_plain) {
        return text.into();
    }
    let mut marks = log_command_marks(text).peekable();
    let mut safe = String::with_capacity(text.len() + 16);
    let mut units = [0; 2];
    for (at, character) in text.char_indices() {
        let is_mark = marks.next_if_eq(&at).is_some();
        let mut buffer = [0; 4];
        let encoded = &*character.encode_utf8(&mut buffer);
        if is_mark || printable(encoded) != encoded {
            for unit in character.encode_utf16(&mut units) {
                write!(safe, "\\u{unit:04x}").expect("a String takes all text");
            }
        } else {
            safe.push(character);
        }
    }
    safe.into()
}

#[cfg(test)]
mod tests {
    use super::{to_json, to_json_line};

    #[test]
    fn the_layout_is_that_of_serde_json() {
        let mut nested = serde_json::json!({ "a": [], "b": {}, "c": [1, { "d": null, "e": [true, "x"] }], "f": { "g": {} } });
        for _ in 0..40 {
            nested = serde_json::json!([nested, { "n": [] }]);
        }
        assert_eq!(to_json(&nested), serde_json::to_string_pretty(&nested).unwrap() + "\n");
        assert_eq!(to_json_line(&nested), serde_json::to_string(&nested).unwrap());
    }

    #[test]
    fn hostile_text_is_escaped_and_kept() {
        let hostile = "a\u{1b}[31m \u{9b}x \u{202e}y \u{e0041} \"q\" \\ ##vso[task.x] ## fine é\n";
        let json = to_json(&[hostile]);
        assert_eq!(
            json,
            "[\n  \"a\\u001b[31m \\u009bx \\u202ey \\udb40\\udc41 \\\"q\\\" \\\\ #\\u0023vso[task.x] ## fine é\\n\"\n]\n"
        );
        let back: Vec<String> = serde_json::from_str(&json).unwrap();
        assert_eq!(back, [hostile]);
        assert_eq!(to_json_line(&[hostile]), json.replace("\n  ", "").replace("\n]\n", "]"));
    }
}
