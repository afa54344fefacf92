//! Text made of pieces, some of them unknown.

use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::source::Span;
use crate::value::{Data, Mark, Marks, Reason, Type, Unknown, Value, lift};

/// Longest text that is computed (bytes): larger than any template that AWS takes.
const MAX_TEXT: usize = 1024 * 1024;

/// A dynamic reference, which is replaced by what a store holds when the template is deployed.
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):")
        .expect("the pattern is a constant that parses")
});

/// The text of a scalar, as `CloudFormation` writes it.
pub fn scalar(value: &Value) -> Option<Arc<str>> {
    match &value.data {
        Data::String(text) => Some(Arc::clone(text)),
        Data::Number(number) => Some(number.to_string().into()),
        Data::Bool(value) => Some(Arc::from(if *value { "true" } else { "false" })),
        _ => None,
    }
}

/// The pieces one after the other.
pub fn concatenate(pieces: &[Value], span: Span) -> Value {
    lift(pieces, |pieces| resolved(known_pieces(pieces, span), span))
}

/// A text; one that refers to a store of secrets becomes unknown, and is no longer written anywhere.
pub fn resolved(value: Value, span: Span) -> Value {
    let Some(text) = value.as_str() else { return value };
    let Some(found) = REFERENCE.captures(text) else { return value };
    let unknown = Unknown::new(text, Reason::Deployment).at(span).typed(Type::String);
    referred(unknown.into(), &value.marks, found.get(1).is_some_and(|store| store.as_str() == "ssm"), span)
}

/// What a dynamic reference stands for: a plain parameter of Parameter Store can be read, the others cannot.
fn referred(value: Value, marks: &Marks, is_plain: bool, span: Span) -> Value {
    let is_asked = marks.iter().any(|mark| matches!(mark, Mark::Plaintext { .. }));
    let kept: Marks = marks
        .iter()
        .filter(|mark| mark.is_taint() && !matches!(mark, Mark::Plaintext { .. }))
        .cloned()
        .collect();
    let value = value.with_marks(&kept);
    if is_plain && is_asked {
        let place: Arc<str> = "an SSM parameter of type String".into();
        return value.with_mark(Mark::Plaintext { at: span, place, is_text: false });
    }
    value
}

fn known_pieces(pieces: &[Value], span: Span) -> Value {
    if let [only] = pieces
        && (only.as_str().is_some() || only.as_unknown().is_some())
    {
        return only.clone();
    }
    let is_nothing = |piece: &&Value| piece.as_str() != Some("");
    let mut something = pieces.iter().filter(is_nothing);
    if let (Some(only), None) = (something.next(), something.next())
        && (only.as_str().is_some() || only.as_unknown().is_some())
    {
        return only.clone();
    }
    let mut marks = Marks::default();
    let (mut text, mut first_unknown, mut is_readable) = (String::new(), None, true);
    // Where what is known of the end begins.
    let mut known_from = 0;
    for piece in pieces {
        marks.extend(&piece.deep_marks().taints());
        match (&piece.data, scalar(piece)) {
            (_, Some(known)) => text.push_str(&known),
            (Data::Unknown(unknown), _) if unknown.error_message().is_some() => return piece.clone(),
            (Data::Unknown(unknown), _) => {
                let can_be_read = piece.marks.iter().any(|mark| matches!(mark, Mark::Plaintext { .. }))
                    || unknown.identity.starts_with("AWS::");
                is_readable &= can_be_read;
                text.push_str("${");
                text.push_str(&unknown.identity);
                text.push('}');
                known_from = text.len();
                first_unknown.get_or_insert(unknown);
            }
            _ => {
                return Unknown::error("a list or mapping stands where text is needed").at(span).into();
            }
        }
        if text.len() > MAX_TEXT {
            let reason = format!("it is longer than {MAX_TEXT} bytes");
            return Unknown::new("a long text", Reason::Unsupported(reason.into())).at(span).into();
        }
    }
    let Some(first) = first_unknown else { return Value::string(text).with_marks(&marks) };
    if let Some(found) = REFERENCE.captures(&text) {
        let is_plain = &found[1] == "ssm";
        let unknown = Unknown::new(text.as_str(), Reason::Deployment).at(span).typed(Type::String);
        return referred(unknown.into(), &marks, is_plain, span);
    }
    let mut unknown = first.derive(text.as_str()).typed(Type::String);
    if known_from < text.len() {
        unknown.suffix = Some(text[known_from..].into());
    }
    if !is_readable {
        marks = marks.iter().filter(|mark| !matches!(mark, Mark::Plaintext { .. })).cloned().collect();
    }
    Value::from(unknown).with_marks(&marks)
}

/// A piece of a `Fn::Sub` text.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Text as it stands.
    Text(&'t str),
    /// `${Name}`, without blanks around the name.
    Reference(&'t str),
}

/// The pieces of a `Fn::Sub` text: `${!Literal}` is the text `${Literal}`; a `${` that is never closed is text.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        let inside = &rest[start + 2..start + length];
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        match inside.strip_prefix('!') {
            Some(_) => {
                pieces.push(Piece::Text("${"));
                pieces.push(Piece::Text(&rest[start + 3..=start + length]));
            }
            None => pieces.push(Piece::Reference(inside.trim())),
        }
        rest = &rest[start + length + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn span() -> Span {
        Span::new(FileId(0), 0, 0)
    }

    #[test]
    fn a_sub_text_falls_into_pieces() {
        use Piece::{Reference, Text};
        assert_eq!(pieces("a-${ B }-${C.D}"), [Text("a-"), Reference("B"), Text("-"), Reference("C.D")]);
        assert_eq!(pieces("${!Lit}x"), [Text("${"), Text("Lit}"), Text("x")]);
        assert_eq!(pieces("$x ${open"), [Text("$x ${open")]);
        assert_eq!(pieces(""), []);
    }

    #[test]
    fn what_is_unknown_in_a_text_names_it_and_leaves_its_end() {
        let unknown: Value = Unknown::new("Stage", Reason::Parameter).into();
        let joined = concatenate(&[Value::string("ci-"), unknown.clone(), Value::string("-key")], span());
        let inside = joined.as_unknown().unwrap();
        assert_eq!(&*inside.identity, "ci-${Stage}-key");
        assert_eq!(inside.suffix.as_deref(), Some("-key"));
        // What is put together in another way is the same text.
        let whole = [Value::string("ci"), Value::string("-"), unknown, Value::string("-key")];
        assert_eq!(concatenate(&whole, span()).as_unknown().unwrap().identity, inside.identity);
    }

    #[test]
    fn a_reference_to_a_store_is_no_text() {
        let secure = concatenate(&[Value::string("{{resolve:secretsmanager:"), Value::string("a}}")], span());
        assert!(secure.as_unknown().is_some() && secure.marks.is_empty());
        let mark = Mark::Plaintext { at: span(), place: "the template".into(), is_text: true };
        let plain = resolved(Value::string("{{resolve:ssm:/a}}").with_mark(mark.clone()), span());
        assert!(
            plain
                .marks
                .iter()
                .any(|mark| matches!(mark, Mark::Plaintext { place, .. } if place.contains("SSM")))
        );
        let secure = resolved(Value::string("{{resolve:ssm-secure:/a}}").with_mark(mark), span());
        assert!(secure.marks.is_empty());
    }
}
