//! See `credlint_fuzz::hcl`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| credlint_fuzz::hcl(data));
