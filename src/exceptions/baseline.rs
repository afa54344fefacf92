//! The baseline: what was found on the day on which somebody drew a line, and is to be mended in its own time.

use std::collections::BTreeSet;

use crate::finding::{Finding, KnownFinding, Suppressed, Suppression, SuppressionKind, match_known};
use crate::source::{FileId, Notice, NoticeKind, Place, Span};
use crate::syntax::json::{self, Node};

/// The version of the file's format that is read.
const VERSION: &str = "1";

/// A baseline that was read.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// Its file.
    pub file: FileId,
    /// What it holds, in order.
    pub entries: Vec<Entry>,
}

/// One entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The finding that was there.
    pub known: KnownFinding,
    /// Where the entry stands.
    pub span: Span,
}

/// What a baseline does.
#[derive(Debug, Default)]
pub struct Compared {
    /// Findings that it does not hold.
    pub findings: Vec<Finding>,
    /// Those that it holds.
    pub suppressed: Vec<Suppressed>,
    /// Indices of the entries that no finding is.
    pub unmatched: Vec<usize>,
}

impl Baseline {
    /// Reads the text of a baseline.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it, as a notice with its place.
    pub fn read(file: FileId, text: &str) -> Result<Self, Notice> {
        if let Some(at) = conflict(text) {
            let message = "a merge left both sides of a conflict here; keep the lines of both, and take out the markers";
            return Err(Notice::at(
                NoticeKind::ParseError,
                Span::new(file, at, at + CONFLICT.len()),
                message,
            ));
        }
        let parsed = json::parse(file, text);
        if let Some(notice) = parsed.notices.into_iter().find(|notice| notice.kind.is_incomplete()) {
            return Err(notice);
        }
        let wrong = |span: Span, message: String| Notice::at(NoticeKind::ParseError, span, message);
        let whole = Span::new(file, 0, text.len());
        let root = parsed.root.ok_or_else(|| wrong(whole, "this is no baseline".to_owned()))?;
        match root.get("version").map(|version| (&text[version.span.range()], version.span)) {
            Some((VERSION, _)) => {}
            Some((other, span)) => {
                return Err(wrong(
                    span,
                    format!("the version of this baseline is {other}, and only {VERSION} is read"),
                ));
            }
            None => return Err(wrong(root.span, "this is no baseline: it has no `version`".to_owned())),
        }
        let elements = root.get("findings").and_then(Node::elements);
        let elements =
            elements.ok_or_else(|| wrong(root.span, "this baseline has no list of `findings`".to_owned()))?;
        let entries = elements.iter().map(|element| {
            let known = serde_json::from_str(&text[element.span.range()]);
            let known = known.map_err(|error| {
                wrong(element.span, format!("this entry cannot be read: {}", reason(&error)))
            });
            Ok(Entry { known: known?, span: element.span })
        });
        Ok(Self { file, entries: entries.collect::<Result<_, _>>()? })
    }

    /// Takes away the findings that it holds. Where the root of an entry is gone, it stands for one like it in a root that
    /// the baseline does not know.
    pub fn compare(&self, findings: Vec<Finding>, is_gone: impl Fn(&str) -> bool) -> Compared {
        let known: Vec<_> = self.entries.iter().map(|entry| entry.known.identity()).collect();
        let found: Vec<_> = findings.iter().map(Finding::identity).collect();
        let roots: BTreeSet<&str> = known.iter().map(|identity| identity.root).collect();
        let entries = match_known(&known, &found, is_gone, |root| !roots.contains(root));
        let matched: BTreeSet<usize> = entries.iter().flatten().copied().collect();
        let unmatched = (0..self.entries.len()).filter(|index| !matched.contains(index)).collect();
        let mut compared = Compared { unmatched, ..Compared::default() };
        for (finding, entry) in findings.into_iter().zip(entries) {
            match entry {
                Some(entry) => {
                    let place = Place::new(self.entries[entry].span, "entry of the baseline");
                    compared.suppressed.push(by_baseline(finding, Some(place)));
                }
                None => compared.findings.push(finding),
            }
        }
        compared
    }
}

/// How git marks what it could not merge.
const CONFLICT: &str = "<<<<<<< ";

fn conflict(text: &str) -> Option<usize> {
    text.match_indices(CONFLICT).map(|(at, _)| at).find(|at| *at == 0 || text[..*at].ends_with('\n'))
}

/// A finding that the baseline sets aside, and its entry, where it has one already.
pub fn by_baseline(finding: Finding, place: Option<Place>) -> Suppressed {
    let suppression = Suppression { kind: SuppressionKind::Baseline, reason: None, until: None, place };
    Suppressed { finding, suppression }
}

/// The message without the place that it counts from the start of the entry.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(message, _)| message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_at_its_place() {
        for (text, message, place) in [
            ("", "the file is empty, which is not JSON", ""),
            ("{}", "this is no baseline: it has no `version`", "{}"),
            ("[]", "this is no baseline: it has no `version`", "[]"),
            ("{\"version\": 2}", "the version of this baseline is 2, and only 1 is read", "2"),
            ("{\"version\": 1}", "this baseline has no list of `findings`", "{\"version\": 1}"),
            (
                "{\"version\": 1, \"findings\": [{\"rule\": \"a\"}]}",
                "this entry cannot be read: missing field `root`",
                "{\"rule\": \"a\"}",
            ),
            (
                "{\"version\": 1, \"findings\": [3]}",
                "this entry cannot be read: invalid type: integer `3`, expected an entry of a baseline",
                "3",
            ),
        ] {
            let notice = Baseline::read(FileId(0), text).unwrap_err();
            let span = notice.span.unwrap();
            assert_eq!((notice.message.as_str(), &text[span.range()]), (message, place), "{text}");
        }
        let merged = Baseline::read(FileId(0), "{\"version\": 1,\n<<<<<<< HEAD\n").unwrap_err();
        assert!(merged.message.starts_with("a merge left both sides of a conflict"));
        assert_eq!(merged.span.unwrap().start, 15);
        let cut = Baseline::read(FileId(0), "{\"version\": 1, \"findings\": [").unwrap_err();
        assert_eq!(cut.kind, NoticeKind::ParseError);
        let empty = Baseline::read(FileId(0), "\u{feff}{\"findings\": [], \"version\": 1}").unwrap();
        assert!(empty.entries.is_empty());
    }
}
