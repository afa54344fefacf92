//! The source of a finding: all its places in one diagnostic, one line of source a place.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Renderer, Snippet};

use super::super::excerpt::{FirstLine, first_line, show};
use super::super::inert;
use crate::source::{FileId, Files, Place};

/// At most this many places are drawn; the rest is counted.
const MAX_PLACES: usize = 20;
/// Places on lines at most this far apart share one excerpt.
const MAX_GAP_LINES: usize = 40;
/// The same in bytes, for what lies between may be long.
const MAX_GAP_BYTES: usize = 16 * 1024;
/// A line longer than this (bytes; minified JSON) is named, not drawn. The label of a place takes a row of its own as far as
/// the place stands along the line, so what is drawn grows with both.
const MAX_LINE_BYTES: usize = 512;

struct Drawn<'a> {
    line: FirstLine,
    file: FileId,
    label: &'a str,
    is_primary: bool,
}

/// Draws the places; the first is the primary one, whose path and position the caller has printed.
pub fn draw(files: &Files, places: &[&Place], renderer: &Renderer) -> String {
    let mut notes = Vec::new();
    let mut drawn = Vec::new();
    for (index, place) in places.iter().take(MAX_PLACES).enumerate() {
        let line = first_line(files, place.span);
        if !line.file.is_shown || line.file.line_range(line.start.line).len() > MAX_LINE_BYTES {
            notes.push(format!("{}: {}", position(&line), inert(&place.label)));
        } else {
            drawn.push(Drawn { line, file: place.span.file, label: &place.label, is_primary: index == 0 });
        }
    }
    if places.len() > MAX_PLACES {
        notes.push(format!("and {} more", places.len() - MAX_PLACES));
    }
    let group = Group::with_level(Level::WARNING)
        .elements(excerpts(drawn))
        .elements(notes.into_iter().map(|note| Level::NOTE.no_name().message(note)));
    if group.is_empty() { String::new() } else { renderer.render(&[group]) }
}

/// `path:line:column` of the start, with nothing in it that could act.
pub fn position(line: &FirstLine) -> String {
    format!("{}:{}:{}", inert(&line.file.path), line.start.line, line.start.column)
}

fn excerpts(drawn: Vec<Drawn<'_>>) -> Vec<Element<'static>> {
    let mut clusters: Vec<Vec<Drawn<'_>>> = Vec::new();
    for place in drawn {
        match clusters.iter_mut().find(|cluster| is_near(cluster, &place)) {
            Some(cluster) => cluster.push(place),
            None => clusters.push(vec![place]),
        }
    }
    clusters.iter().map(|cluster| excerpt(cluster)).collect()
}

fn is_near(cluster: &[Drawn<'_>], place: &Drawn<'_>) -> bool {
    cluster.iter().any(|other| {
        other.file == place.file
            && other.line.start.line.abs_diff(place.line.start.line) <= MAX_GAP_LINES
            && other.line.range.start.abs_diff(place.line.range.start) <= MAX_GAP_BYTES
    })
}

fn excerpt(cluster: &[Drawn<'_>]) -> Element<'static> {
    let file = &cluster[0].line.file;
    let lines = cluster.iter().map(|place| place.line.start.line);
    let first = lines.clone().min().unwrap_or(1);
    let last = lines.max().unwrap_or(1);
    let window = file.line_range(first).start..file.line_range(last).end;
    let window = without_mark(&file.text, window);
    let shown = show(file, window);
    let annotations: Vec<Annotation<'static>> = cluster
        .iter()
        .map(|place| {
            let kind = if place.is_primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            kind.span(shown.range(&place.line.range)).label(inert(place.label).into_owned())
        })
        .collect();
    let snippet = Snippet::source(shown.text).line_start(first).annotations(annotations);
    if cluster.iter().any(|place| place.is_primary) {
        return snippet.into();
    }
    snippet.path(inert(&file.path).into_owned()).into()
}

fn without_mark(text: &str, window: Range<usize>) -> Range<usize> {
    let marked = window.start == 0 && text.starts_with('\u{feff}');
    if marked { '\u{feff}'.len_utf8().min(window.end)..window.end } else { window }
}
