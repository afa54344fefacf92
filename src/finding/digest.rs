//! One word for a list of texts.

use sha2::Digest as _;

/// 64 hexadecimal digits (SHA-256), the same for the same texts in the same order.
pub fn digest<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    // One update over all of it: each has a price of its own.
    let mut all = Vec::with_capacity(256);
    for text in texts {
        // Lengths keep the texts apart: no two lists of them read the same.
        all.extend_from_slice(&text.len().to_le_bytes());
        all.extend_from_slice(text.as_bytes());
    }
    let mut digits = [0; 64];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(sha2::Sha256::digest(&all)) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    String::from_utf8_lossy(&digits).into_owned()
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";
