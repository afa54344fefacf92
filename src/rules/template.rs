//! Texts with expressions in them: `"{user.name} has {active.size()} active access keys"`.

use std::borrow::Cow;

use super::check::{Fault, Scope};
use super::expression::Expression;
use super::language::{Names, Value};
use super::shape::Shape;

/// Longest text that comes out (characters): names come from the scanned code.
const MAX_LENGTH: usize = 2_000;

/// A text with expressions in braces; `{{` and `}}` stand for the braces themselves.
#[derive(Debug)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Expression(Box<Expression>),
}

impl Template {
    /// Compiles the text of a front matter key.
    ///
    /// # Errors
    ///
    /// The first fault, its offset counted in characters of the text.
    pub fn compile(key: &str, text: &str, scope: &Scope) -> Result<Self, Fault> {
        let characters: Vec<char> = text.chars().collect();
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(&character) = characters.get(at) {
            let doubled = characters.get(at + 1) == Some(&character);
            match character {
                '{' | '}' if doubled => {
                    plain.push(character);
                    at += 2;
                }
                '}' => return Err(brace(at, "this `}` closes nothing", "write `}}` for the character")),
                '{' => {
                    let Some(length) = expression_length(&characters[at + 1..]) else {
                        return Err(brace(at, "this `{` is never closed", "write `{{` for the character"));
                    };
                    if !plain.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    }
                    let source: String = characters[at + 1..at + 1 + length].iter().collect();
                    pieces.push(Piece::Expression(Box::new(value(key, &source, scope, at + 1)?)));
                    at += length + 2;
                }
                _ => {
                    plain.push(character);
                    at += 1;
                }
            }
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self { pieces })
    }

    /// The text for the values of the names; the expression that failed, and why, otherwise.
    pub fn render<'r>(&'r self, names: &mut Names<'r>) -> Result<String, (&'r Expression, String)> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Expression(expression) => {
                    let value = expression.evaluate(names).map_err(|message| (&**expression, message))?;
                    let shown = shown(&value)
                        .ok_or_else(|| (&**expression, "it gives no text and no number".to_owned()))?;
                    text.push_str(&shown);
                }
            }
            // What is cut off at the end need not be kept until then.
            if text.len() > MAX_LENGTH
                && let Some((end, _)) = text.char_indices().nth(MAX_LENGTH + 1)
            {
                text.truncate(end);
            }
        }
        if text.len() > MAX_LENGTH
            && let Some((end, _)) = text.char_indices().nth(MAX_LENGTH)
        {
            text.truncate(end);
            text.push('…');
        }
        Ok(text)
    }

    /// The expressions in it.
    #[cfg(test)]
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Expression(expression) => Some(&**expression),
        })
    }

    /// The text as it was written, expressions in braces.
    pub fn source(&self) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(plain) => plain.clone(),
                Piece::Expression(expression) => format!("{{{}}}", expression.text),
            })
            .collect()
    }
}

fn value(key: &str, source: &str, scope: &Scope, start: usize) -> Result<Expression, Fault> {
    let expression = Expression::compile(key, source, scope)
        .map_err(|fault| Fault { offset: fault.offset + start, ..fault })?;
    match expression.shape.present() {
        Shape::List(_) | Shape::Record(_) => Err(Fault {
            message: format!("a {} cannot be written out", expression.shape),
            help: Some("use one of its fields, `counted(list, 'key', 'keys')` or `listed(list)`".to_owned()),
            offset: start,
        }),
        _ => Ok(expression),
    }
}

fn brace(offset: usize, message: &str, help: &str) -> Fault {
    Fault { message: message.to_owned(), help: Some(help.to_owned()), offset }
}

/// Characters up to the closing brace; braces in quoted text do not count.
fn expression_length(characters: &[char]) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (index, &character) in characters.iter().enumerate() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if character == '\\' => escaped = true,
            Some(open) if character == open => quote = None,
            None if character == '}' => return Some(index),
            None if character == '\'' || character == '"' => quote = Some(character),
            Some(_) | None => {}
        }
    }
    None
}

fn shown<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    Some(match value {
        Value::Text(text) => Cow::Borrowed(text.as_str()),
        Value::Whole(number) => Cow::Owned(number.to_string()),
        Value::Unsigned(number) => Cow::Owned(number.to_string()),
        Value::Flag(flag) => Cow::Owned(flag.to_string()),
        Value::Null => Cow::Borrowed("null"),
        Value::Fraction(_) | Value::List(_) | Value::Record(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::Template;
    use crate::rules::check::Scope;
    use crate::rules::language::{Names, Text, Value};
    use crate::rules::shape::Shape;

    fn scope() -> Scope {
        let mut scope = Scope::default();
        scope.add("name", Shape::Text);
        scope.add("count", Shape::Whole);
        scope
    }

    fn render(text: &str) -> String {
        let template = Template::compile("message", text, &scope()).unwrap();
        let mut names = Names::default();
        names.add("name", Value::Text(Text::Borrowed("zoë")));
        names.add("count", Value::Whole(2));
        template.render(&mut names).unwrap()
    }

    #[test]
    fn expressions_are_written_out() {
        assert_eq!(render("{name} has {count + 1} keys"), "zoë has 3 keys");
        assert_eq!(render("{{{name}}}"), "{zoë}");
        assert_eq!(render("{count > 1 ? '}' : \"{\"}"), "}");
        assert_eq!(render("{'it\\'s }'}"), "it's }");
        assert_eq!(render("plain"), "plain");
        assert_eq!(render(""), "");
    }

    #[test]
    fn faults_are_placed_in_the_text() {
        for (text, offset) in [("é {name", 2), ("é } x", 2), ("é {nam}", 3), ("{[name]}", 1), ("{}", 1)] {
            let fault = Template::compile("message", text, &scope()).unwrap_err();
            assert_eq!(fault.offset, offset, "{text}: {fault:?}");
        }
    }

    #[test]
    fn the_source_can_be_shown() {
        let template = Template::compile("message", "{name} has {count} keys", &scope()).unwrap();
        assert_eq!(template.source(), "{name} has {count} keys");
    }

    #[test]
    fn what_comes_out_is_bounded() {
        for (text, length) in [("{name}", 2_001), ("{name}{name}", 2_001), ("{name}y", 2_001), ("y", 1)] {
            let template = Template::compile("message", text, &scope()).unwrap();
            let mut names = Names::default();
            names.add("name", Value::text("é".repeat(100_000)));
            assert_eq!(template.render(&mut names).unwrap().chars().count(), length);
        }
    }
}
