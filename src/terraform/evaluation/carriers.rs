//! Which blocks a secret can get into, told by the references in their text: the others need no parse.

use std::collections::HashMap;

use memchr::memchr_iter;

use crate::resource::Mode;
use crate::terraform::blocks::ResourceBlock;
use crate::terraform::configuration::Module;
use crate::terraform::schema;

/// References followed from one another at most; past them everything may carry a secret.
const MAX_DEPTH: usize = 64;

/// What is known of the references in one module.
pub struct Carriers<'m> {
    module: &'m Module,
    /// Whether its variables may hold a secret.
    is_called: bool,
    /// By what is referred to; what is being looked at carries nothing so far.
    known: HashMap<Referent<'m>, bool>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Referent<'m> {
    Local(&'m str),
    Resource(usize),
}

impl<'m> Carriers<'m> {
    /// Of a module: one that nobody calls is given no secret.
    pub fn new(module: &'m Module, is_called: bool) -> Self {
        Self { module, is_called, known: HashMap::new() }
    }

    /// Whether a secret may get into a resource.
    pub fn reach(&mut self, resource: &'m ResourceBlock) -> bool {
        self.text(resource.text(), 0)
    }

    /// Whether a secret may get into what has this text; `None` stands for what was parsed already.
    pub fn text(&mut self, text: Option<&'m str>, depth: usize) -> bool {
        let Some(text) = text else { return true };
        depth > MAX_DEPTH || references(text).any(|reference| self.reference(reference, depth))
    }

    fn reference(&mut self, reference: Reference<'m>, depth: usize) -> bool {
        let (mode, resource_type, name) = match reference {
            Reference::Unclear | Reference::Of("module", _, _) => return true,
            Reference::Of("var", _, _) => return self.is_called,
            Reference::Of("local", name, _) => {
                let Some(local) = self.module.local_text(name) else { return false };
                return self.referent(Referent::Local(name), local, depth);
            }
            Reference::Of("data", resource_type, Some(name)) => (Mode::Data, resource_type, name),
            Reference::Of(resource_type, name, _) => (Mode::Managed, resource_type, name),
        };
        if schema::has_secret(resource_type) {
            return true;
        }
        let Some(index) = self.module.resource(mode, resource_type, name) else { return false };
        self.referent(Referent::Resource(index), self.module.resources[index].text(), depth)
    }

    fn referent(&mut self, referent: Referent<'m>, text: Option<&'m str>, depth: usize) -> bool {
        if let Some(known) = self.known.get(&referent) {
            return *known;
        }
        self.known.insert(referent, false);
        let carries = self.text(text, depth + 1);
        self.known.insert(referent, carries);
        carries
    }
}

/// Something that looks like the beginning of a reference: `local.a`, `data.aws_iam_user.a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reference<'t> {
    /// The first name, the second, and the third if there is one.
    Of(&'t str, &'t str, Option<&'t str>),
    /// Written in a way that nobody writes.
    Unclear,
}

/// Every reference in a text, and words with dots in strings and comments, which do no harm.
fn references(text: &str) -> impl Iterator<Item = Reference<'_>> {
    let bytes = text.as_bytes();
    memchr_iter(b'.', bytes).filter_map(move |dot| {
        let start = bytes[..dot].iter().rposition(|byte| !is_name(*byte)).map_or(0, |before| before + 1);
        let first = &text[start..dot];
        if first.is_empty() {
            // `a .b`, `a . b`: legal, and only a reference where a name stands before it.
            let may_follow = |byte: &u8| is_apart(Some(byte)) || is_name(*byte) && !byte.is_ascii_digit();
            let is_one =
                is_apart(bytes.get(dot.wrapping_sub(1))) && bytes.get(dot + 1).is_some_and(may_follow);
            return is_one.then_some(Reference::Unclear);
        }
        // The second step of a longer one.
        if bytes.get(start.wrapping_sub(1)) == Some(&b'.') {
            return None;
        }
        let (second, end) = name_at(text, dot + 1);
        if second.is_empty() {
            return is_apart(bytes.get(dot + 1)).then_some(Reference::Unclear);
        }
        let third = (bytes.get(end) == Some(&b'.')).then(|| name_at(text, end + 1).0);
        Some(Reference::Of(first, second, third))
    })
}

/// Whether a byte parts names: white space, and the end of a comment.
fn is_apart(byte: Option<&u8>) -> bool {
    matches!(byte, Some(b' ' | b'\t' | b'\n' | b'\r' | b'/'))
}

/// The name that starts at an offset, which may be empty, and where it ends.
fn name_at(text: &str, start: usize) -> (&str, usize) {
    let length = text.as_bytes()[start..].iter().position(|byte| !is_name(*byte));
    let end = length.map_or(text.len(), |length| start + length);
    (&text[start..end], end)
}

/// Whether a byte is part of a name; every letter beyond ASCII counts.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_in_text() {
        let found = |text| references(text).collect::<Vec<_>>();
        assert_eq!(found("a = local.b"), [Reference::Of("local", "b", None)]);
        assert_eq!(found("\"${aws_x.y[0].z}\""), [Reference::Of("aws_x", "y", None)]);
        assert_eq!(found("[data.aws_x.y.z, 1]"), [Reference::Of("data", "aws_x", Some("y"))]);
        assert_eq!(found("x = aws_é.y"), [Reference::Of("aws_é", "y", None)]);
        assert_eq!(found("local . b"), [Reference::Unclear]);
        assert_eq!(found("local.\n b"), [Reference::Unclear]);
        assert_eq!(found("local\n.b"), [Reference::Unclear]);
        assert_eq!(found("module.a[\"x\"].b"), [Reference::Of("module", "a", None)]);
        assert_eq!(found("[1, 2]"), []);
    }
}
