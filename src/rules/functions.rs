//! The functions that conditions and messages may call: a few of the language's own, and two for wording.

use std::sync::{Arc, LazyLock};

use cel::common::types::{CelList, CelString, LIST_TYPE, STRING_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env, ExecutionError, extensions};

use super::shape::Shape;

/// A function that a rule may call.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How it is written.
    pub usage: &'static str,
    /// What it gives, in words.
    pub text: &'static str,
    /// The shape of what it gives.
    pub result: Shape,
}

/// Names in a list that [`FUNCTIONS`]' `listed` writes out before it says how many more there are.
const LISTED: usize = 3;

const fn function(name: &'static str, usage: &'static str, text: &'static str, result: Shape) -> Function {
    Function { name, usage, text, result }
}

/// Every function, in the order of the documentation. What is not here cannot be called: none of these
/// makes a large value out of a small one.
pub const FUNCTIONS: &[Function] = &[
    function("size", "list.size(), text.size()", "number of elements or characters", Shape::Whole),
    function("contains", "text.contains('x')", "whether the text has the part", Shape::Flag),
    function("startsWith", "text.startsWith('x')", "whether the text begins with the part", Shape::Flag),
    function("endsWith", "text.endsWith('x')", "whether the text ends with the part", Shape::Flag),
    function(
        "matches",
        "text.matches('^x')",
        "whether a regular expression is found in the text",
        Shape::Flag,
    ),
    function("lowerAscii", "text.lowerAscii()", "the text with A to Z in lower case", Shape::Text),
    function("upperAscii", "text.upperAscii()", "the text with a to z in upper case", Shape::Text),
    function("string", "string(number)", "the number as text", Shape::Text),
    function("int", "int(text)", "the text as a number", Shape::Whole),
    function("join", "list.join(', ')", "a list of texts as one text", Shape::Text),
    function(
        "counted",
        "counted(list, 'key', 'keys')",
        "the number of elements with the right noun: `1 key`, `2 keys`",
        Shape::Text,
    ),
    function(
        "listed",
        "listed(list)",
        "a list of texts in words: `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`",
        Shape::Text,
    ),
];

/// The language as rules see it, built once.
pub fn environment() -> Arc<Env> {
    Arc::clone(&ENVIRONMENT)
}

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut environment = Env::stdlib().with_optional_support(false);
    declare(&mut environment).expect("no two functions have the same name");
    Arc::new(environment)
});

fn declare(environment: &mut Env) -> Result<(), DeclarationError> {
    environment.add_extension(extensions::strings)?;
    let arguments = vec![LIST_TYPE, STRING_TYPE, STRING_TYPE];
    environment.add_overload("counted", "counted_list_string_string", arguments, counted)?;
    environment.add_overload("listed", "listed_list", vec![LIST_TYPE], listed)
}

#[expect(clippy::needless_pass_by_value, reason = "the evaluator fixes the signature")]
fn counted<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [list, one, many] = arguments.as_slice() else {
        return Err(ExecutionError::invalid_argument_count(3, arguments.len()));
    };
    let count = elements(list.as_ref())?.len();
    let noun = text(if count == 1 { one.as_ref() } else { many.as_ref() })?;
    Ok(CowVal::owned(CelString::from(format!("{count} {noun}"))))
}

#[expect(clippy::needless_pass_by_value, reason = "the evaluator fixes the signature")]
fn listed<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [list] = arguments.as_slice() else {
        return Err(ExecutionError::invalid_argument_count(1, arguments.len()));
    };
    let names =
        elements(list.as_ref())?.iter().map(|name| text(name.as_ref())).collect::<Result<Vec<_>, _>>()?;
    Ok(CowVal::owned(CelString::from(in_words(&names))))
}

fn in_words(names: &[&str]) -> String {
    let (shown, hidden) = names.split_at(names.len().min(LISTED));
    match (shown, hidden.len()) {
        ([], _) => String::new(),
        ([only], _) => (*only).to_owned(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

fn elements<'a, 'v>(value: &'a (dyn Val + 'v)) -> Result<&'a [Box<dyn Val + 'v>], ExecutionError> {
    value.downcast_ref::<CelList>().map(CelList::inner).ok_or_else(|| unexpected(value, "list"))
}

fn text<'a>(value: &'a (dyn Val + '_)) -> Result<&'a str, ExecutionError> {
    value.downcast_ref::<CelString>().map(CelString::inner).ok_or_else(|| unexpected(value, "text"))
}

fn unexpected(value: &dyn Val, want: &str) -> ExecutionError {
    ExecutionError::UnexpectedType { got: value.get_type().name().to_owned(), want: want.to_owned() }
}

#[cfg(test)]
mod tests {
    use cel::{Context, Value};

    use super::{environment, in_words};

    #[test]
    fn lists_read_as_words() {
        assert_eq!(in_words(&[]), "");
        assert_eq!(in_words(&["a"]), "a");
        assert_eq!(in_words(&["a", "b"]), "a and b");
        assert_eq!(in_words(&["a", "b", "c"]), "a, b and c");
        assert_eq!(in_words(&["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
    }

    #[test]
    fn nouns_follow_the_number() {
        let environment = environment();
        let context = Context::with_env(environment.clone());
        for (source, expected) in [
            ("counted([], 'key', 'keys')", "0 keys"),
            ("counted(['a'], 'key', 'keys')", "1 key"),
            ("counted(['a', 'b'], 'key', 'keys')", "2 keys"),
            ("listed(['a', 'b'].map(x, x + '!'))", "a! and b!"),
        ] {
            let program = environment.compile(source).unwrap();
            assert_eq!(program.execute(&context), Ok(Value::from(expected)), "{source}");
        }
    }

    #[test]
    fn wrong_arguments_are_errors() {
        let environment = environment();
        let context = Context::with_env(environment.clone());
        for source in ["listed([1])", "listed(1)", "counted([], 1, 2)", "counted([])"] {
            let program = environment.compile(source).unwrap();
            assert!(program.execute(&context).is_err(), "{source}");
        }
    }
}
