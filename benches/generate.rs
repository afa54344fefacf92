//! Writes a tree to measure with: `cargo bench --bench generate -- FOLDER SHAPE SIZE`.

mod corpus;

use std::path::Path;
use std::process::ExitCode;

use corpus::SHAPES;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [folder, shape, size] = arguments.as_slice() else { return wrong_usage() };
    let shape = SHAPES.iter().find(|(name, _)| name == shape);
    let (Some((_, shape)), Ok(size)) = (shape, size.parse()) else { return wrong_usage() };
    match corpus::write(Path::new(folder), *shape, size) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => said(&format!("cannot write below {folder}: {error}")),
    }
}

fn wrong_usage() -> ExitCode {
    let shapes = SHAPES.map(|(name, _)| name).join(", ");
    said(&format!("usage: cargo bench --bench generate -- FOLDER SHAPE SIZE; the shapes are {shapes}"))
}

#[expect(clippy::print_stderr, reason = "a program of its own")]
fn said(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::from(2)
}
