//! See `credlint_fuzz::json`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| credlint_fuzz::json(data));
