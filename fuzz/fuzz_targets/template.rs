//! See `credlint_fuzz::template`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| credlint_fuzz::template(data));
