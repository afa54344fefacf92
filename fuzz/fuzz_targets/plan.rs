//! See `credlint_fuzz::plan`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| credlint_fuzz::plan(data));
