//! Whatever a file holds, reading its exceptions ends, and every place lies in the file.

use std::sync::Arc;

use proptest::prelude::*;

use super::read;
use crate::source::{FileId, Files};

const TERRAFORM: &str = "# credlint: allow(a, reason = \"é\",\n#  until = 2027-01-31)\nresource \"aws_iam_user\" \"a\" { // credlint: allow(b, reason = 'x')\n  name = \"a\" /* credlint: allow-file(c) */\n}\n";
const JSON: &str =
    r#"{"//": "credlint: allow(a, reason = \"\u00e9\")", "resource": {"x": [{"//": ["credlint: b", 1]}]}}"#;
const TEMPLATE: &str = "# credlint: allow(a, reason = é)\n\nResources:\n  A: # credlint: allow(b)\n    Type: AWS::IAM::User\n    Metadata: &m\n      credlint: {allow: [{rule: a, reason: [1], until: 2027-13-01}, 3, {rules: [a, b], reason: x}], deny: 1}\n  B: {Metadata: *m}\n";
const PROGRAM: &str = "/*\n * credlint: allow(a, reason = \"é\") */\nnew User(); // credlint: allow(b)\n# credlint: allow-file(c, reason = d)\r\n";

fn check(name: &str, text: &str) {
    let files = Files::default();
    let id: FileId = files.add(name, text);
    let file = files.get(id);
    let find = |name: &str| match name {
        "a" => Ok(vec![Arc::from("a")]),
        other => Err((format!("no rule is named `{other}`"), String::new())),
    };
    let (exceptions, notices) = read(id, &file, &find);
    let places = exceptions.iter().map(|exception| exception.place.span);
    for span in places.chain(notices.iter().filter_map(|notice| notice.span)) {
        assert!(text.get(span.range()).is_some(), "{name}: {span:?} of {text:?}");
    }
}

proptest! {
    #[test]
    fn any_piece_can_be_read(
        which in 0usize..4,
        (from, to) in (0usize..400, 0usize..400),
        at in 0usize..400,
        put in prop::sample::select(vec!["", "\n", "\"", "#", "*/", "}", "é", "\u{feff}", "credlint:", "credlint: allow(", ")", ": ", "\r"]),
    ) {
        let (name, text) =
            [("a.tf", TERRAFORM), ("a.tf.json", JSON), ("a.yaml", TEMPLATE), ("a.ts", PROGRAM)][which];
        let cut = |at: usize| text.floor_char_boundary(at.min(text.len()));
        let (from, to, at) = (cut(from.min(to)), cut(to.max(from)), cut(at));
        check(name, &format!("{}{put}{}", &text[..at], &text[at..]));
        check(name, &format!("{}{put}{}", &text[..from], &text[to..]));
        check(name, &text[from..to]);
    }
}
