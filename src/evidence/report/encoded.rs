//! Base64 as it is found in files: in lines, without padding, cut off.

use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine};

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// What base64 decodes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FromBase64 {
    /// The bytes, up to the first error.
    pub bytes: Vec<u8>,
    /// The first error, and where in the text it is.
    pub error: Option<(BadBase64, usize)>,
}

/// Why text is not base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadBase64 {
    /// A character that base64 does not have.
    Character(char),
    /// It ends in the middle.
    Cut,
}

/// Decodes base64, whatever white space stands in it.
pub(super) fn decode(text: &str) -> FromBase64 {
    let mut packed = Vec::with_capacity(text.len());
    for word in text.as_bytes().split(u8::is_ascii_whitespace) {
        packed.extend_from_slice(word);
    }
    let padding = packed.iter().rev().take_while(|byte| **byte == b'=').count().min(2);
    packed.truncate(packed.len() - padding);
    match ENGINE.decode(&packed) {
        Ok(bytes) => FromBase64 { bytes, error: None },
        Err(error) => {
            let (good, error) = match error {
                DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol(at, _) => {
                    let place = nth(text, at);
                    let character = text[place..].chars().next().unwrap_or_default();
                    (at / 4 * 4, (BadBase64::Character(character), place))
                }
                _ => (packed.len() / 4 * 4, (BadBase64::Cut, text.trim_end().len())),
            };
            let bytes = packed.get(..good).and_then(|good| ENGINE.decode(good).ok()).unwrap_or_default();
            FromBase64 { bytes, error: Some(error) }
        }
    }
}

/// Where the byte of a text stands that has so many before it that are no white space.
fn nth(text: &str, number: usize) -> usize {
    let others = text.bytes().enumerate().filter(|(_, byte)| !byte.is_ascii_whitespace());
    let place = others.map(|(place, _)| place).nth(number).unwrap_or(text.len());
    (0..=place).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0)
}

/// Whether text begins as a report in base64 does: `user`, perhaps in quotes or after a byte-order mark.
pub(super) fn begins_as_report(text: &str) -> bool {
    ["dXNl", "VXNl", "InVz", "77u/"].iter().any(|start| text.starts_with(start))
}
