//! What is not tested where a program is missing.

use std::io::Write as _;

/// Says what was not tested, so that it is seen although the test passes.
pub fn skip(what: &str) {
    // What the macros print is shown of tests that fail alone.
    let _ = writeln!(std::io::stderr().lock(), "SKIPPED: {what}");
}
