//! The comments of a file as text: without their delimiters, those on lines that follow each other as one.

use std::ops::Range;

/// The words of one comment, or of several that belong together, and the way back to the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commentary {
    /// The words; a line break between the lines of the file.
    pub text: String,
    /// For each line: where it starts in `text` and in the file.
    lines: Vec<(usize, usize)>,
    /// From the first delimiter to the last, in the file.
    pub range: Range<usize>,
}

impl Commentary {
    /// Reads comments that stand in a text, in order. Those that have a line to themselves, directly below one
    /// another, are one.
    pub fn all(text: &str, comments: impl IntoIterator<Item = Range<usize>>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for range in comments {
            let is_alone = is_blank(&text[start_of_line(text, range.start)..range.start]);
            let goes_on = all.last().is_some_and(|last| {
                let between = &text[last.range.end..range.start];
                is_alone && last.is_alone(text) && is_blank(between) && between.matches('\n').count() == 1
            });
            if !goes_on {
                all.push(Self { range: range.clone(), ..Self::default() });
            }
            let Some(current) = all.last_mut() else { continue };
            current.add(text, range.clone());
            current.range.end = range.end;
        }
        all
    }

    /// The place in the file of a range of the words.
    pub fn in_file(&self, range: Range<usize>) -> Range<usize> {
        let start = self.offset(range.start);
        // The end belongs to the line of what stands before it.
        let end = self.offset(range.end.saturating_sub(1)) + usize::from(range.end > 0);
        start..end.max(start)
    }

    fn offset(&self, at: usize) -> usize {
        let line = self.lines.partition_point(|(start, _)| *start <= at);
        line.checked_sub(1).map_or(self.range.start, |line| self.lines[line].1 + (at - self.lines[line].0))
    }

    fn is_alone(&self, text: &str) -> bool {
        is_blank(&text[start_of_line(text, self.range.start)..self.range.start])
    }

    fn add(&mut self, text: &str, range: Range<usize>) {
        let comment = &text[range.clone()];
        let is_block = comment.starts_with("/*");
        let inner = if is_block { comment.strip_suffix("*/").unwrap_or(comment) } else { comment };
        let mut at = range.start;
        for line in inner.split_inclusive('\n') {
            let words = line.trim_end();
            let indented = words.len() - words.trim_start().len();
            let decoration = words[indented..]
                .find(|character: char| !matches!(character, '#' | '/' | '*'))
                .unwrap_or(words.len() - indented);
            let skipped = indented + decoration;
            if !self.lines.is_empty() {
                self.text.push('\n');
            }
            self.lines.push((self.text.len(), at + skipped));
            self.text.push_str(&words[skipped..]);
            at += line.len();
        }
    }
}

/// Where the line of an offset starts.
pub fn start_of_line(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Whether there is nothing but white space.
pub fn is_blank(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim().is_empty()
}

/// Whether a line of nothing stands in the text between two things.
pub fn has_blank_line(between: &str) -> bool {
    let lines: Vec<&str> = between.split('\n').collect();
    lines.len() > 2 && lines[1..lines.len() - 1].iter().any(|line| is_blank(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_below_one_another_are_one_and_lead_back() {
        let text = "# é one\n  ## two\na = 1 # three\n# four\n\n/* five\n * six\n */\n";
        let comments = ["# é one", "## two", "# three", "# four", "/* five\n * six\n */"];
        let ranges = comments.map(|comment| {
            let start = text.find(comment).unwrap();
            start..start + comment.len()
        });
        let all = Commentary::all(text, ranges);
        let texts: Vec<&str> = all.iter().map(|commentary| commentary.text.as_str()).collect();
        assert_eq!(texts, [" é one\n two", " three", " four", " five\n six\n"]);
        for (commentary, word) in [(0, "one"), (0, "two"), (1, "three"), (2, "four"), (3, "five"), (3, "six")]
        {
            let at = all[commentary].text.find(word).unwrap();
            assert_eq!(&text[all[commentary].in_file(at..at + word.len())], word);
        }
    }

    #[test]
    fn a_blank_line_stands_between_two_breaks() {
        assert!(!has_blank_line(""));
        assert!(!has_blank_line("\n"));
        assert!(has_blank_line("\n \n"));
        assert!(has_blank_line("# c\n\n# d\n"));
        assert!(!has_blank_line("# c\n# d\n"));
    }
}
