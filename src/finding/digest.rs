//! One word for a list of texts.

use sha2::Digest as _;

/// 64 hexadecimal digits (SHA-256), the same for the same texts in the same order.
pub fn digest<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut digest = sha2::Sha256::new();
    for text in texts {
        // Lengths keep the texts apart: no two lists of them read the same.
        digest.update(text.len().to_le_bytes());
        digest.update(text.as_bytes());
    }
    let mut hexadecimal = String::with_capacity(64);
    for byte in digest.finalize() {
        for nibble in [byte >> 4, byte & 15] {
            hexadecimal.extend(char::from_digit(u32::from(nibble), 16));
        }
    }
    hexadecimal
}
