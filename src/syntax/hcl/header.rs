//! Lines that declare something at the top level of a configuration: where reading resumes after an open end.

/// The block types of a configuration, and how many labels each takes.
const DECLARATIONS: [(&str, usize); 15] = [
    ("resource", 2),
    ("data", 2),
    ("module", 1),
    ("variable", 1),
    ("output", 1),
    ("locals", 0),
    ("provider", 1),
    ("terraform", 0),
    ("moved", 0),
    ("import", 0),
    ("removed", 0),
    ("check", 1),
    ("ephemeral", 2),
    ("action", 2),
    ("run", 1),
];

/// Whether the line at the start of `rest` looks like a declaration: its keyword, then a label or a brace.
/// A broken label still counts, an assignment (`provider = aws.ci`) does not.
pub(super) fn starts_declaration(rest: &str) -> bool {
    let Some((_, after)) = keyword(rest) else { return false };
    match after.bytes().next() {
        Some(b'"' | b'{') => true,
        Some(byte) if byte.is_ascii_alphabetic() => line_of(after).ends_with('{'),
        _ => false,
    }
}

/// Whether the line at the start of `rest` declares what never stands inside a block of type `parent`, with
/// all its labels: then the block around it was never closed. Block types without labels also occur as
/// nested blocks of resources and prove nothing.
pub(super) fn declares_nested_top_level(rest: &str, parent: &str) -> bool {
    let Some((label_count, after)) = keyword(rest) else { return false };
    let check_data = parent == "check" && rest.starts_with("data");
    let Some(labels) = line_of(after).strip_suffix('{') else { return false };
    label_count > 0 && !check_data && quoted_labels(labels) == Some(label_count)
}

fn keyword(rest: &str) -> Option<(usize, &str)> {
    // Most lines inside a block are indented.
    if !rest.starts_with(|first: char| first.is_ascii_lowercase()) {
        return None;
    }
    DECLARATIONS.iter().find_map(|&(keyword, label_count)| {
        let after = rest.strip_prefix(keyword)?;
        let trimmed = after.trim_start_matches([' ', '\t']);
        let separated = trimmed.len() < after.len() || after.starts_with(['"', '{']);
        separated.then_some((label_count, trimmed))
    })
}

fn line_of(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_end()
}

fn quoted_labels(mut labels: &str) -> Option<usize> {
    let mut count = 0;
    loop {
        labels = labels.trim_start();
        if labels.is_empty() {
            return Some(count);
        }
        let (_, after) = labels.strip_prefix('"')?.split_once('"')?;
        labels = after;
        count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_told_from_assignments_and_prose() {
        for line in
            ["resource \"a\" \"b\" {", "locals {", "data aws_x y {", "resource \"broken {", "terraform{"]
        {
            assert!(starts_declaration(line), "{line}");
        }
        for line in
            ["provider = aws.ci", "data that we keep", "resources {", "import", " locals {", "module.x"]
        {
            assert!(!starts_declaration(line), "{line}");
        }
    }

    #[test]
    fn only_complete_declarations_are_taken_out_of_a_block() {
        assert!(declares_nested_top_level("resource \"a\" \"b\" {\n", "resource"));
        assert!(declares_nested_top_level("data \"a\" \"b\" {\n", "resource"));
        assert!(!declares_nested_top_level("data \"a\" \"b\" {\n", "check"));
        assert!(!declares_nested_top_level("action {\n", "resource"));
        assert!(!declares_nested_top_level("module {\n", "run"));
        assert!(!declares_nested_top_level("resource \"a\" {\n", "resource"));
    }
}
