//! The Markdown of a rule: its sections, and the examples that are its tests.

/// The headings of a rule of ours, in order. A user's own rule may leave them out.
pub const HEADINGS: [&str; 5] = ["What", "Why", "Fix", "When this is fine", "Examples"];

/// Whether the rule is to speak about an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// It gives the findings that are written under the example.
    Flagged,
    /// It says nothing.
    Clean,
}

/// A program in a rule's text, and what the rule says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Language of the fence: `hcl`, `yaml`, `json`.
    pub language: String,
    /// Whether it is flagged.
    pub expectation: Expectation,
    /// The program, newline at its end.
    pub text: String,
    /// One line for each finding of this rule: `line:column severity message`, the place being the primary
    /// one, counted from 1 in the example. Empty for a clean example.
    pub expected_output: Vec<String>,
    /// Line of the rule file that the program begins on, from 1.
    pub line: usize,
}

/// A fenced block of Markdown.
struct Fence<'a> {
    info: &'a str,
    text: String,
    /// Line of the document that its text begins on, from 0.
    line: usize,
}

/// The second-level headings of a document, in order.
pub fn headings(document: &str) -> Vec<&str> {
    outside_fences(document).filter_map(|(_, line)| line.strip_prefix("## ")).map(str::trim).collect()
}

/// The text under a second-level heading, without blank lines at its ends.
pub fn section<'a>(document: &'a str, heading: &str) -> Option<&'a str> {
    let mut start = None;
    for (offset, line) in outside_fences(document) {
        let Some(found) = line.strip_prefix("## ") else { continue };
        if let Some(start) = start {
            return Some(document[start..offset].trim());
        }
        if found.trim() == heading {
            start = Some(offset + line.len());
        }
    }
    start.map(|start| document[start..].trim())
}

/// The first paragraph under a heading as one line.
pub fn first_paragraph(document: &str, heading: &str) -> Option<String> {
    let paragraph = section(document, heading)?.split("\n\n").next()?;
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// The examples of a document that begins on `first_line` (from 1) of its file, in order.
pub fn examples(document: &str, first_line: usize) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    // The expected output belongs to the flagged example right above it.
    let mut awaits_output = false;
    for fence in fences(document) {
        let mut words = fence.info.split_whitespace();
        let language = words.next().unwrap_or_default();
        let expectation = match words.next() {
            Some("flagged") => Expectation::Flagged,
            Some("clean") => Expectation::Clean,
            _ => {
                if let (true, "text", Some(example)) = (awaits_output, language, examples.last_mut()) {
                    example.expected_output = fence.text.lines().map(str::to_owned).collect();
                }
                awaits_output = false;
                continue;
            }
        };
        awaits_output = expectation == Expectation::Flagged;
        examples.push(Example {
            language: language.to_owned(),
            expectation,
            text: fence.text,
            expected_output: Vec::new(),
            line: first_line + fence.line,
        });
    }
    examples
}

/// Lines that are not in a fence, with their byte offsets; line endings are not part of them.
fn outside_fences(document: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut offset = 0;
    let mut inside = false;
    document.split_inclusive('\n').filter_map(move |line| {
        let start = offset;
        offset += line.len();
        if line.starts_with("```") {
            inside = !inside;
            return None;
        }
        (!inside).then(|| (start, line.trim_end_matches(['\r', '\n'])))
    })
}

fn fences(document: &str) -> Vec<Fence<'_>> {
    let mut fences = Vec::new();
    let mut open: Option<Fence<'_>> = None;
    for (number, line) in document.lines().enumerate() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(_), Some(fence)) => fences.push(fence),
            (Some(info), None) => {
                open = Some(Fence { info: info.trim(), text: String::new(), line: number + 1 });
            }
            (None, Some(mut fence)) => {
                fence.text.push_str(line);
                fence.text.push('\n');
                open = Some(fence);
            }
            (None, None) => {}
        }
    }
    fences
}

#[cfg(test)]
mod tests {
    use super::{Expectation, examples, first_paragraph, headings, section};

    const DOCUMENT: &str = "\n## What\n\nFirst line\nof two.\n\nMore.\n\n## Examples\n\n```hcl flagged\n## no heading\na = 1\n```\n\nwords\n\n```text\n1:1 low x\n2:2 low y\n```\n\n```text\nnot its output\n```\n\n```hcl clean\n```\n\n```sh\nls\n```\n";

    #[test]
    fn sections_are_found() {
        assert_eq!(headings(DOCUMENT), ["What", "Examples"]);
        assert_eq!(section(DOCUMENT, "What"), Some("First line\nof two.\n\nMore."));
        assert_eq!(first_paragraph(DOCUMENT, "What").as_deref(), Some("First line of two."));
        assert_eq!(section(DOCUMENT, "Fix"), None);
        assert!(section(DOCUMENT, "Examples").unwrap().ends_with("```"));
    }

    #[test]
    fn examples_come_with_their_output() {
        let examples = examples(DOCUMENT, 10);
        assert_eq!(examples.len(), 2);
        assert_eq!(examples[0].expectation, Expectation::Flagged);
        assert_eq!(examples[0].text, "## no heading\na = 1\n");
        assert_eq!(examples[0].expected_output, ["1:1 low x", "2:2 low y"]);
        assert_eq!(DOCUMENT.lines().nth(examples[0].line - 10), Some("## no heading"));
        assert_eq!(examples[1].expectation, Expectation::Clean);
        assert_eq!(examples[1].text, "");
        assert!(examples[1].expected_output.is_empty());
    }

    #[test]
    fn broken_markdown_gives_what_is_whole() {
        assert!(examples("```hcl flagged\nnever closed\n", 1).is_empty());
        assert_eq!(examples("```\n```\n```hcl clean\n```\n", 1).len(), 1);
        assert!(headings("").is_empty());
    }
}
