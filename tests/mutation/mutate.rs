//! What becomes of a file on its way: cut off, flipped, spliced, repeated, and what an enemy would write into it.

/// Numbers that look random and are the same each time.
pub struct Random(u64);

impl Random {
    /// Of the mutant of a number.
    pub fn of(number: u64) -> Self {
        let mut random = Self(number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        random.below(2);
        random
    }

    /// One below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 ^ (self.0 >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 33;
        usize::try_from(mixed).unwrap() % limit.max(1)
    }

    fn one_of<'t, T: ?Sized>(&mut self, all: &[&'t T]) -> &'t T {
        all[self.below(all.len())]
    }
}

/// No mutant is larger: what is large has tests of its own.
const MAX_BYTES: usize = 200_000;

/// What opens something in one of the languages.
const OPENING: [&str; 16] = [
    "(",
    "[",
    "{",
    "\"",
    "${",
    "%{ if true }",
    "<<E\n",
    "/*",
    "!Sub ",
    "- - ",
    "&a [*a,",
    "{\"Fn::If\":[",
    "? ",
    "#",
    "\\",
    "'",
];

/// Numbers that are limits somewhere.
const NUMBERS: [&str; 10] =
    ["0", "-1", "65", "1025", "257", "9223372036854775808", "1e9", "1e309", "0.1", "1e-400"];

/// Texts that act where they are printed raw, or that are no text at all.
const HOSTILE: [&[u8]; 14] = [
    b"\0",
    b"\x1b[31m",
    b"\x1b]8;;x\x07",
    b"\r",
    b"\r\n",
    b"\n::error::x",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    "\u{202e}".as_bytes(),
    "\u{feff}".as_bytes(),
    "\u{2028}".as_bytes(),
    "e\u{301}\u{1f469}\u{200d}\u{1f680}".as_bytes(),
    b"<script>`|](x)",
    b"%0A${{ secrets.x }}",
];

/// Words that lead somewhere.
const WORDS: [&str; 24] = [
    "var.x",
    "each.key",
    "count.index",
    "self",
    "local.x",
    "null",
    "true",
    "path.module",
    "../",
    "/etc/passwd",
    "module.x",
    "range(1000000000)",
    "setproduct",
    "flatten",
    "templatefile",
    "for x in",
    "...",
    "AWS::NoValue",
    "Fn::ForEach::x",
    "AWS::Include",
    "Ref",
    "aws_iam_user",
    "AWS::IAM::User",
    "no_information",
];

/// Changes a file in one to four ways. `other` is another fixture, to take parts of.
pub fn mutated(bytes: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(8).saturating_sub(4) {
        change(&mut bytes, other, random);
    }
    bytes.truncate(MAX_BYTES);
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    let magnitude = random.below(10);
    let length = 1 + random.below(1 << magnitude);
    let end = (at + length).min(bytes.len());
    match random.below(12) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..end)),
        // One bit, or one letter for another one that means something.
        2 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        3 => {
            if let Some(byte) = bytes.get_mut(at) {
                let marks = b"{}[]():,=.'\"&*!|>%#$-\n \\<?";
                *byte = marks[random.below(marks.len())];
            }
        }
        4 => {
            let from = random.below(other.len() + 1);
            let part = &other[from..(from + length).min(other.len())];
            bytes.splice(at..at, part.iter().copied());
        }
        // The first half of the one, the second of the other.
        5 => {
            bytes.truncate(at);
            bytes.extend_from_slice(&other[random.below(other.len() + 1)..]);
        }
        6 => {
            let part = bytes[at..end].to_vec();
            let to = random.below(bytes.len());
            bytes.splice(to..to, part);
        }
        7 => {
            let times = (1 << random.below(10)).min(MAX_BYTES / (end - at).max(1));
            let part = bytes[at..end].repeat(times);
            bytes.splice(at..at, part);
        }
        8 => {
            let part = random.one_of(&OPENING).repeat(1 << random.below(10));
            bytes.splice(at..at, part.into_bytes());
        }
        9 => {
            let start = at + bytes[at..].iter().position(u8::is_ascii_digit).unwrap_or(0);
            let digits = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            bytes.splice(start..start + digits, random.one_of(&NUMBERS).bytes());
        }
        10 => drop(bytes.splice(at..at, random.one_of(&HOSTILE).iter().copied())),
        _ => drop(bytes.splice(at..end.min(at + 8), random.one_of(&WORDS).bytes())),
    }
}
