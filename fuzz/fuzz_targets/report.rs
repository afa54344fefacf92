//! See `credlint_fuzz::report`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| credlint_fuzz::report(data));
