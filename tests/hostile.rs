//! A hostile repository: one that tries to read what lies beside it, and to act through what is said of it.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "writes repositories and runs credlint on them"
)]

#[cfg(unix)]
#[path = "hostile/containment.rs"]
mod containment;
#[path = "hostile/output.rs"]
mod output;
#[path = "hostile/messages.rs"]
mod messages;
mod project;
#[path = "hostile/secrets.rs"]
mod secrets;
