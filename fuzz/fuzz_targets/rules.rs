//! See `credlint_fuzz::rules`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| credlint_fuzz::rules(data));
