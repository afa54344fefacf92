//! One expression of a rule: compiled and checked when the rule is read, evaluated with a bound on its cost.

use super::check::{Fault, Scope, check};
use super::language::{Names, Node, Steps, SyntaxFault, Value, evaluate, parse};
use super::shape::Shape;

/// Longest expression (characters). What is longer belongs under `let`, in parts.
pub const MAX_LENGTH: usize = 1_000;

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    /// Key of the front matter that it stands under: `when`, `let.active`.
    pub key: String,
    /// Its text.
    pub text: String,
    /// The shape of what it gives.
    pub shape: Shape,
    tree: Node,
}

impl Expression {
    /// Compiles an expression in Google's Common Expression Language over the names of the scope.
    ///
    /// # Errors
    ///
    /// The first thing wrong with it.
    pub fn compile(key: &str, text: &str, scope: &Scope) -> Result<Self, Fault> {
        if text.trim().is_empty() {
            return Err(Fault {
                message: format!("`{key}` is empty"),
                help: Some(
                    "an expression that begins with `!` has to be quoted: `\"!user.created\"`".to_owned(),
                ),
                offset: 0,
            });
        }
        if text.chars().count() > MAX_LENGTH {
            return Err(Fault {
                message: format!("the expression is longer than {MAX_LENGTH} characters"),
                help: Some("name parts of it under `let`".to_owned()),
                offset: MAX_LENGTH,
            });
        }
        let in_characters = |fault| in_characters(fault, text);
        let tree = parse(text).map_err(Fault::from).map_err(in_characters)?;
        let shape = check(&tree, scope).map_err(in_characters)?;
        Ok(Self { key: key.to_owned(), text: text.to_owned(), shape, tree })
    }

    /// Whether it uses a name.
    pub fn uses(&self, name: &str) -> bool {
        self.tree.uses(name)
    }

    /// What the expression gives for the values of the names, or what went wrong, in words.
    pub fn evaluate<'r>(&'r self, names: &mut Names<'r>) -> Result<Value<'r>, String> {
        evaluate(&self.tree, names, &mut Steps::default()).map_err(|problem| shortened(&problem.message()))
    }
}

impl From<SyntaxFault> for Fault {
    fn from(fault: SyntaxFault) -> Self {
        Self { message: fault.message, help: fault.help.map(str::to_owned), offset: fault.at }
    }
}

/// The tree counts places in bytes, people count them in characters.
fn in_characters(fault: Fault, text: &str) -> Fault {
    let offset = text.char_indices().take_while(|(at, _)| *at < fault.offset).count();
    Fault { offset, ..fault }
}

/// Error texts quote the expression; a hostile one must not fill the screen through them.
fn shortened(message: &str) -> String {
    const LONGEST: usize = 300;
    if message.chars().count() <= LONGEST {
        return message.to_owned();
    }
    message.chars().take(LONGEST).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::Expression;
    use crate::rules::check::{Fault, Scope};
    use crate::rules::shape::{Shape, record};

    fn scope() -> Scope {
        let mut scope = Scope::default();
        scope.add("user", Shape::Record(record("UserRecord").unwrap()));
        scope
    }

    fn fault(text: &str) -> Fault {
        Expression::compile("when", text, &scope()).map(|expression| expression.shape).unwrap_err()
    }

    #[test]
    fn the_shape_follows_the_record() {
        for (text, expected) in [
            ("user.created", "true or false"),
            ("user.access_keys.filter(k, k.active)", "list of access keys"),
            ("user.access_keys.map(k, k.address).size()", "whole number"),
            ("user.access_keys.map(k, k.active, k.exposures)", "list of list of exposures"),
            ("user.policies.exists(p, p.direct && !p.administrator)", "true or false"),
            ("[user.password] + [user.password]", "list of password, or null"),
            ("user.path == null ? 'none' : user.path", "text, or null"),
            ("counted(user.groups, 'group', 'groups')", "text"),
            ("user.access_keys[0].exposures[0].place", "text"),
            ("user.access_keys.exists_one(k, k.created)", "true or false"),
            ("has(user.path)", "true or false"),
            ("'ops' in user.groups.map(g, g.name)", "true or false"),
        ] {
            let expression = Expression::compile("when", text, &scope());
            assert_eq!(expression.map(|found| found.shape.to_string()), Ok(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn faults_point_at_the_character() {
        for (text, offset, message) in [
            ("user.acces_keys.size() > 1", 5, "no field `acces_keys`"),
            ("usr.created", 0, "there is no `usr` here"),
            ("user.access_keys.filter(k, k.activ)", 29, "no field `activ`"),
            ("user.access_keys.active", 17, "a list of access keys has no field `active`"),
            ("user.name == 3", 10, "never compare"),
            ("user.created &&", 15, "ends too early"),
            ("user.created ) && true", 13, "`)` cannot stand here"),
            ("user.name && true", 10, "true or false"),
            ("user.access_keys + user.password", 17, "cannot be added"),
            ("user.name.replace('a', 'b')", 10, "there is no function `replace`"),
            ("user.access_keys.filter(k)", 17, "not used as it should be"),
            ("{'a': 1}", 0, "maps"),
            ("UserRecord{name: 'x'}", 10, "maps and structures"),
            ("", 0, "is empty"),
            ("'abc", 0, "never closed"),
            ("user.@x", 5, "cannot stand here"),
            ("'é🔑' == user.nam", 13, "no field `nam`"),
            ("'é🔑' == user.name @", 18, "cannot stand here"),
        ] {
            let fault = fault(text);
            assert!(fault.message.contains(message), "{text}: {fault:?}");
            assert_eq!(fault.offset, offset, "{text}: {fault:?}");
        }
    }

    #[test]
    fn faults_say_what_was_meant() {
        assert!(fault("user.acces_keys").help.unwrap().starts_with("did you mean `access_keys`?"));
        assert!(fault("usr").help.unwrap().starts_with("did you mean `user`?"));
    }

    #[test]
    fn hostile_expressions_are_refused_quickly() {
        let many = |part: &str, count: usize| part.repeat(count);
        for text in [
            many("(", 900),
            many("[", 900),
            many("{", 900),
            many("a?", 450),
            many("!", 900),
            format!("user{}", many(".name", 190)),
            format!("1{}", many("+1", 480)),
            format!("[1]{}", many(".map(x, x)", 90)),
            many("x", 5_000),
            many("é", 900),
            "\u{0}\u{1b}".to_owned(),
        ] {
            let start = std::time::Instant::now();
            assert!(Expression::compile("when", &text, &scope()).is_err(), "{text}");
            assert!(start.elapsed().as_secs() < 5, "{text}");
        }
        // The parser folds these into one sign.
        assert!(Expression::compile("when", &(many("-", 901) + "1"), &scope()).is_ok());
    }
}
