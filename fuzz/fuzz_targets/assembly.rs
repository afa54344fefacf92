//! See `credlint_fuzz::assembly`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| credlint_fuzz::assembly(data));
