//! What each argument of a block means in JSON, where nothing but its name tells a block from a map and a
//! template from plain text.

/// The arguments of one kind of block.
#[derive(Debug)]
pub(super) struct Shape {
    /// Those with a meaning of their own.
    arguments: &'static [(&'static str, Meaning)],
    /// What every other one means.
    otherwise: Meaning,
    /// Whether it is a resource or data block.
    pub(super) is_resource: bool,
}

/// What an argument's value is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning {
    /// An expression: every string in it is a template.
    Expression,
    /// Plain values: a string is its text.
    Literal,
    /// A reference in a string, or several in an array or object: `"aws.prod"`, `["aws_iam_user.a"]`.
    Reference,
    /// A type in a string: `"list(string)"`.
    TypeExpression,
    /// Blocks, with so many labels.
    Blocks(usize, &'static Shape),
    /// `dynamic` blocks, whose label says which block of the same body their content is.
    Dynamic,
    /// Nothing that Terraform knows.
    Nothing,
}

use Meaning::{Blocks, Dynamic, Expression, Literal, Nothing, Reference, TypeExpression};

impl Shape {
    /// What an argument of that name means.
    pub(super) fn meaning(&self, name: &str) -> Meaning {
        let known = self.arguments.iter().find(|(argument, _)| *argument == name);
        known.map_or(self.otherwise, |(_, meaning)| *meaning)
    }

    /// The shape of the nested block of that type.
    pub(super) fn nested(&self, name: &str) -> &'static Shape {
        match self.meaning(name) {
            Blocks(_, shape) => shape,
            _ => &NESTED,
        }
    }
}

/// A file.
pub(super) static FILE: Shape = Shape {
    arguments: &[
        ("terraform", Blocks(0, &TERRAFORM)),
        ("provider", Blocks(1, &PROVIDER)),
        ("variable", Blocks(1, &VARIABLE)),
        ("locals", Blocks(0, &EXPRESSIONS)),
        ("output", Blocks(1, &OUTPUT)),
        ("module", Blocks(1, &MODULE)),
        ("resource", Blocks(2, &RESOURCE)),
        ("data", Blocks(2, &RESOURCE)),
        ("ephemeral", Blocks(2, &RESOURCE)),
        ("action", Blocks(2, &ACTION)),
        ("moved", Blocks(0, &MOVE)),
        ("import", Blocks(0, &MOVE)),
        ("removed", Blocks(0, &MOVE)),
        ("check", Blocks(1, &CHECK)),
        ("language", Blocks(0, &LITERALS)),
    ],
    otherwise: Nothing,
    is_resource: false,
};

static EXPRESSIONS: Shape = Shape { arguments: &[], otherwise: Expression, is_resource: false };
static LITERALS: Shape = Shape { arguments: &[], otherwise: Literal, is_resource: false };

/// A nested block of which only Terraform's own words are known.
static NESTED: Shape =
    Shape { arguments: &[("dynamic", Dynamic)], otherwise: Expression, is_resource: false };

static TERRAFORM: Shape = Shape {
    arguments: &[
        ("backend", Blocks(1, &LITERALS)),
        ("cloud", Blocks(0, &LITERALS)),
        ("required_providers", Blocks(0, &REQUIRED_PROVIDERS)),
        ("provider_meta", Blocks(1, &EXPRESSIONS)),
    ],
    otherwise: Literal,
    is_resource: false,
};

static REQUIRED_PROVIDERS: Shape = Shape { arguments: &[], otherwise: Literal, is_resource: false };

static PROVIDER: Shape = Shape {
    arguments: &[
        ("alias", Literal),
        ("version", Literal),
        ("assume_role", Blocks(0, &NESTED)),
        ("assume_role_with_web_identity", Blocks(0, &NESTED)),
        ("default_tags", Blocks(0, &NESTED)),
        ("endpoints", Blocks(0, &NESTED)),
        ("ignore_tags", Blocks(0, &NESTED)),
        ("dynamic", Dynamic),
    ],
    otherwise: Expression,
    is_resource: false,
};

static VARIABLE: Shape = Shape {
    arguments: &[("type", TypeExpression), ("validation", Blocks(0, &EXPRESSIONS))],
    otherwise: Literal,
    is_resource: false,
};

static OUTPUT: Shape = Shape {
    arguments: &[
        ("value", Expression),
        ("depends_on", Reference),
        ("precondition", Blocks(0, &EXPRESSIONS)),
        ("postcondition", Blocks(0, &EXPRESSIONS)),
    ],
    otherwise: Literal,
    is_resource: false,
};

static MODULE: Shape = Shape {
    arguments: &[
        ("source", Literal),
        ("version", Literal),
        ("providers", Reference),
        ("depends_on", Reference),
        ("lifecycle", Blocks(0, &LIFECYCLE)),
    ],
    otherwise: Expression,
    is_resource: false,
};

static RESOURCE: Shape = Shape {
    arguments: &[
        ("provider", Reference),
        ("depends_on", Reference),
        ("lifecycle", Blocks(0, &LIFECYCLE)),
        ("connection", Blocks(0, &EXPRESSIONS)),
        ("provisioner", Blocks(1, &PROVISIONER)),
        ("dynamic", Dynamic),
    ],
    otherwise: Expression,
    is_resource: true,
};

/// `aws_iam_policy_document`: its document is made of its blocks.
pub(super) static POLICY_DOCUMENT: Shape = Shape {
    arguments: &[
        ("provider", Reference),
        ("depends_on", Reference),
        ("lifecycle", Blocks(0, &LIFECYCLE)),
        ("dynamic", Dynamic),
        ("statement", Blocks(0, &STATEMENT)),
    ],
    otherwise: Expression,
    is_resource: true,
};

static STATEMENT: Shape = Shape {
    arguments: &[
        ("principals", Blocks(0, &NESTED)),
        ("not_principals", Blocks(0, &NESTED)),
        ("condition", Blocks(0, &NESTED)),
        ("dynamic", Dynamic),
    ],
    otherwise: Expression,
    is_resource: false,
};

static LIFECYCLE: Shape = Shape {
    arguments: &[
        ("ignore_changes", Reference),
        ("replace_triggered_by", Reference),
        ("enabled", Expression),
        ("precondition", Blocks(0, &EXPRESSIONS)),
        ("postcondition", Blocks(0, &EXPRESSIONS)),
        ("action_trigger", Blocks(0, &EXPRESSIONS)),
    ],
    otherwise: Literal,
    is_resource: false,
};

static PROVISIONER: Shape = Shape {
    arguments: &[("connection", Blocks(0, &EXPRESSIONS)), ("when", Reference), ("on_failure", Reference)],
    otherwise: Expression,
    is_resource: false,
};

static ACTION: Shape = Shape {
    arguments: &[("provider", Reference), ("config", Blocks(0, &NESTED))],
    otherwise: Expression,
    is_resource: false,
};

static MOVE: Shape = Shape {
    arguments: &[
        ("from", Reference),
        ("to", Reference),
        ("provider", Reference),
        ("lifecycle", Blocks(0, &LIFECYCLE)),
        ("connection", Blocks(0, &EXPRESSIONS)),
        ("provisioner", Blocks(1, &PROVISIONER)),
    ],
    otherwise: Expression,
    is_resource: false,
};

static CHECK: Shape = Shape {
    arguments: &[("data", Blocks(2, &RESOURCE)), ("assert", Blocks(0, &EXPRESSIONS))],
    otherwise: Nothing,
    is_resource: false,
};
