//! The Markdown of a rule: its sections, and the examples that are its tests.

use super::trial::{LANGUAGES, REPORT_LANGUAGE};

/// What stands after the language of a credential report that the next example is joined to.
const REPORT: &str = "report";

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
    /// Language of the fence: `hcl`, `yaml`, `json`, `csv`.
    pub language: String,
    /// Whether it is flagged.
    pub expectation: Expectation,
    /// The program, newline at its end.
    pub text: String,
    /// The credential report that it is joined to: the fence `csv report` before it.
    pub report: Option<String>,
    /// One line for each finding of this rule: `line:column severity message`, the place being the primary
    /// one, counted from 1 in the example; one in its report has the report's name before it. Empty for a clean example.
    pub expected_output: Vec<String>,
    /// Line of the rule file that the program begins on, from 1.
    pub line: usize,
    /// Line of the rule file that closes the example, from 1.
    pub closing_line: usize,
    /// Lines of the rule file that the expected output stands on, from 1; `None` when there is no fence for it.
    pub output_lines: Option<std::ops::Range<usize>>,
}

/// What looks like an example and is none, so that it would never be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Line of the rule file, from 1.
    pub line: usize,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

/// A fenced block of Markdown.
struct Fence<'a> {
    info: &'a str,
    text: String,
    /// Line of the document that its text begins on, from 0.
    line: usize,
    /// Line of the document that closes it, from 0.
    end: usize,
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
    let mut report = None;
    for fence in fences(document) {
        let mut words = fence.info.split_whitespace();
        let language = words.next().unwrap_or_default();
        let expectation = match words.next() {
            Some("flagged") => Expectation::Flagged,
            Some("clean") => Expectation::Clean,
            Some(REPORT) if language == REPORT_LANGUAGE => {
                report = Some(fence.text);
                awaits_output = false;
                continue;
            }
            _ => {
                if let (true, "text", Some(example)) = (awaits_output, language, examples.last_mut()) {
                    example.expected_output = fence.text.lines().map(str::to_owned).collect();
                    example.output_lines = Some(first_line + fence.line..first_line + fence.end);
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
            report: report.take(),
            expected_output: Vec::new(),
            line: first_line + fence.line,
            closing_line: first_line + fence.end,
            output_lines: None,
        });
    }
    examples
}

/// What looks like an example and is none. `first_line` as for [`examples`].
pub fn doubts(document: &str, first_line: usize) -> Vec<Doubt> {
    let is_language = |word: &str| LANGUAGES.iter().any(|(language, _)| *language == word);
    let is_expectation = |word: &str| ["flagged", "clean"].contains(&word);
    let mut doubts = Vec::new();
    let mut open = None;
    for (number, line) in document.lines().enumerate() {
        let doubt = |message: String, help| Doubt { line: first_line + number, message, help };
        let Some(info) = line.strip_prefix("```") else {
            let fence = line.trim_start().trim_start_matches(['`', '~', '>', '-', '*']).trim_start();
            let is_fence = line.contains("```") || line.contains("~~~");
            if open.is_none() && is_fence && fence.split_whitespace().nth(1).is_some_and(is_expectation) {
                let help = "begin the line with three backticks, and nothing before them";
                doubts.push(doubt("an example begins at the start of a line".to_owned(), help));
            }
            continue;
        };
        if open.take().is_some() {
            continue;
        }
        open = Some(number);
        let mut words = info.split_whitespace();
        if let (Some(language), Some(word)) = (words.next(), words.next())
            && is_language(language)
            && !is_expectation(word)
            && (language, word) != (REPORT_LANGUAGE, REPORT)
        {
            let message = format!("`{language} {word}` is no example");
            doubts.push(doubt(message, "write `flagged` or `clean` after the language, or nothing"));
        }
    }
    if let Some(line) = report_without_example(document) {
        let help = "write the code that it is joined to below it, as a `flagged` or `clean` example";
        let message = "this credential report belongs to no example".to_owned();
        doubts.push(Doubt { line: first_line + line, message, help });
    }
    if let Some(number) = open {
        let message = "the block that begins here is never closed".to_owned();
        doubts.push(Doubt {
            line: first_line + number,
            message,
            help: "end it with a line of three backticks",
        });
    }
    doubts
}

/// The line of a credential report, from 0, that no example follows before the next report or the end.
fn report_without_example(document: &str) -> Option<usize> {
    let mut waiting = None;
    for fence in fences(document) {
        let mut words = fence.info.split_whitespace();
        match (words.next(), words.next()) {
            (Some(REPORT_LANGUAGE), Some(REPORT)) if waiting.is_some() => return waiting,
            (Some(REPORT_LANGUAGE), Some(REPORT)) => waiting = Some(fence.line - 1),
            (Some(language), Some("flagged" | "clean")) if language != REPORT_LANGUAGE => waiting = None,
            _ => {}
        }
    }
    waiting
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
            (Some(_), Some(fence)) => fences.push(Fence { end: number, ..fence }),
            (Some(info), None) => {
                open =
                    Some(Fence { info: info.trim(), text: String::new(), line: number + 1, end: number + 1 });
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
    use super::{Expectation, doubts, examples, first_paragraph, headings, section};

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
    fn a_report_belongs_to_the_next_example() {
        let examples =
            examples("```csv report\na\n```\n\nwords\n\n```hcl clean\nb\n```\n\n```hcl clean\nc\n```\n", 1);
        assert_eq!(examples[0].report.as_deref(), Some("a\n"));
        assert_eq!(examples[0].text, "b\n");
        assert_eq!(examples[1].report, None);
    }

    #[test]
    fn what_would_never_be_run_is_said() {
        let found = |document: &str| {
            let doubts = doubts(document, 10);
            doubts.into_iter().map(|doubt| format!("{} {}", doubt.line, doubt.message)).collect::<Vec<_>>()
        };
        assert!(found(DOCUMENT).is_empty());
        assert!(found("```hcl\n```\n```sh flagged\n```\n```text\n```hcl clean\n```\n```\n").is_empty());
        assert!(found("```csv report\n```\n```hcl clean\n```\n").is_empty());
        for lost in ["```csv report\n```\n", "```csv report\n```\n```csv flagged\n```\n"] {
            assert_eq!(found(lost), ["10 this credential report belongs to no example"], "{lost}");
        }
        assert_eq!(found("```hcl flaged\n```\n"), ["10 `hcl flaged` is no example"]);
        assert_eq!(found("x\n```hcl clean\na = 1\n"), ["11 the block that begins here is never closed"]);
        for line in ["  ```hcl flagged", "~~~yaml clean", "> ```hcl clean", "- ```json flagged"] {
            assert_eq!(
                found(&format!("\n{line}\n")),
                ["11 an example begins at the start of a line"],
                "{line}"
            );
        }
    }

    #[test]
    fn broken_markdown_gives_what_is_whole() {
        assert!(examples("```hcl flagged\nnever closed\n", 1).is_empty());
        assert_eq!(examples("```\n```\n```hcl clean\n```\n", 1).len(), 1);
        assert!(headings("").is_empty());
    }
}
