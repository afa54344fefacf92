//! Bytes to text: the encodings that shells and spreadsheets write.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// Text, or what the bytes are instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decoded {
    /// Text, with the replacement character where bytes are none.
    Text {
        /// The text.
        text: String,
        /// Whether all of the bytes are text.
        is_whole: bool,
    },
    /// Something that is no text: what it is, and what to do.
    Other(&'static str, &'static str),
}

/// Decodes UTF-8, and UTF-16 as PowerShell writes it.
pub(super) fn decode(bytes: Vec<u8>) -> Decoded {
    match bytes.as_slice() {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Decoded::Other(
            "a zip archive, as Excel's `.xlsx` is one",
            "save the sheet as CSV, or hand in the report as AWS wrote it",
        ),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Decoded::Other(
            "a workbook of Excel",
            "save the sheet as CSV, or hand in the report as AWS wrote it",
        ),
        [0x1f, 0x8b, ..] => {
            Decoded::Other("compressed with gzip", "unpack it with `gunzip` and hand in what comes out")
        }
        [b'%', b'P', b'D', b'F', ..] => Decoded::Other("a PDF", "hand in the report as AWS wrote it"),
        [0xff, 0xfe, rest @ ..] => wide(rest, UTF_16LE),
        [0xfe, 0xff, rest @ ..] => wide(rest, UTF_16BE),
        // Without a mark: the first two letters are of ASCII in every form of a report.
        [1..=0x7f, 0, 1..=0x7f, 0, ..] => wide(&bytes, UTF_16LE),
        [0, 1..=0x7f, 0, 1..=0x7f, ..] => wide(&bytes, UTF_16BE),
        _ => match String::from_utf8(bytes) {
            Ok(text) => Decoded::Text { text, is_whole: true },
            Err(error) => {
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                Decoded::Text { text, is_whole: false }
            }
        },
    }
}

fn wide(bytes: &[u8], encoding: &'static Encoding) -> Decoded {
    let (text, is_broken) = encoding.decode_without_bom_handling(bytes);
    Decoded::Text { text: text.into_owned(), is_whole: !is_broken }
}
