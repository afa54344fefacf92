//! What a row of the function table says, and how a body sees its call.

use super::{FileContext, limits};
use crate::value::{Data, Each, Number, Reason, Type, Unknown, Value};

/// One built-in function.
pub struct Function {
    /// Its name, without `core::`.
    pub name: &'static str,
    /// How choices, unknowns and marks are treated before and after the body.
    pub treatment: Treatment,
    /// Parameters in order; the last may be repeated.
    pub parameters: &'static [Parameter],
    /// What it returns, as far as that is one type: told of unknown results.
    pub returns: Accepts,
    /// Computes the result. The error is the message that follows `call to "x" failed: `.
    pub body: fn(&Call<'_>) -> Result<Value, String>,
}

/// One parameter.
pub struct Parameter {
    /// As the documentation calls it.
    pub name: &'static str,
    /// Arguments are converted to this.
    pub accepts: Accepts,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it stands for any number of arguments, also none.
    pub repeated: bool,
}

/// The types that occur in signatures.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    /// `any`
    Any,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(any)`
    List,
    /// `list(bool)`
    Bools,
    /// `list(number)`
    Numbers,
    /// `list(string)`
    Strings,
    /// `set(any)`
    Set,
    /// `set(string)`
    StringSet,
    /// `map(any)`
    Map,
    /// `map(list(string))`
    StringLists,
}

/// How a function meets what is not known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// Needs its arguments whole: choices inside them are moved out, anything unknown inside makes the result
    /// unknown, and taints of anything inside go to the result.
    Strict,
    /// As `Strict`, but the body decides what an unknown inside means. Unknown arguments never get there.
    Hoisted,
    /// As `Hoisted`, and unknown arguments get there too.
    HoistedItself,
    /// Looks at its arguments from outside: elements stay as they are, unknown or chosen. An unknown
    /// argument makes the result unknown.
    Elementwise,
    /// As `Elementwise`, and unknown arguments get to the body.
    Itself,
    /// As `Itself`, and the body takes care of the marks.
    Marking,
}

impl Treatment {
    /// Whether choices inside arguments are moved to the outside.
    pub fn hoists(self) -> bool {
        matches!(self, Self::Strict | Self::Hoisted | Self::HoistedItself)
    }
}

impl Accepts {
    /// The type constraint.
    pub fn to_type(self) -> Type {
        let list = |element: Type| Type::List(Box::new(element));
        match self {
            Self::Any => Type::Any,
            Self::Bool => Type::Bool,
            Self::Number => Type::Number,
            Self::String => Type::String,
            Self::List => list(Type::Any),
            Self::Bools => list(Type::Bool),
            Self::Numbers => list(Type::Number),
            Self::Strings => list(Type::String),
            Self::Set => Type::Set(Box::new(Type::Any)),
            Self::StringSet => Type::Set(Box::new(Type::String)),
            Self::Map => Type::Map(Box::new(Type::Any)),
            Self::StringLists => Type::Map(Box::new(list(Type::String))),
        }
    }
}

impl Parameter {
    /// A parameter that is needed and not null.
    pub const fn new(name: &'static str, accepts: Accepts) -> Self {
        Self { name, accepts, nullable: false, repeated: false }
    }

    /// The same, null allowed.
    pub const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// The same, any number of times.
    pub const fn repeated(mut self) -> Self {
        self.repeated = true;
        self
    }
}

impl Function {
    /// The parameter that an argument is for.
    pub fn parameter(&self, index: usize) -> Option<&Parameter> {
        self.parameters.get(index).or_else(|| self.parameters.last().filter(|last| last.repeated))
    }

    /// An unknown of what this function returns, with an identity of its own.
    pub fn unknown(&self, unknown: Unknown) -> Value {
        match self.returns {
            Accepts::Any => unknown.into(),
            returns => unknown.typed(returns.to_type()).into(),
        }
    }
}

/// A call whose arguments have been counted and converted. Bodies get no choice as an argument.
pub struct Call<'a> {
    /// The row.
    pub function: &'a Function,
    /// The arguments.
    pub arguments: &'a [Value],
    /// For functions that read files.
    pub files: &'a FileContext<'a>,
}

impl Call<'_> {
    /// An argument of a required parameter.
    pub fn argument(&self, index: usize) -> &Value {
        &self.arguments[index]
    }

    /// The arguments of a repeated parameter that is at this index.
    pub fn rest(&self, index: usize) -> &[Value] {
        self.arguments.get(index..).unwrap_or_default()
    }

    /// A known text argument.
    pub fn text(&self, index: usize) -> &str {
        self.argument(index).as_str().unwrap_or_default()
    }

    /// A known number argument.
    pub fn number(&self, index: usize) -> Result<&Number, String> {
        self.argument(index).as_number().ok_or_else(|| "a number is required".to_owned())
    }

    /// A known argument that must be a whole number of machine size.
    pub fn whole(&self, index: usize) -> Result<i64, String> {
        self.number(index)?.as_i64().ok_or_else(|| "a whole number is required".to_owned())
    }

    /// The elements of a known list, set or tuple argument.
    pub fn elements(&self, index: usize) -> Result<&[Value], String> {
        self.argument(index).elements().ok_or_else(|| "a list, set or tuple is required".to_owned())
    }

    /// The result when what it depends on is not known: its identity is this call, so that the same call
    /// on the same unknown is the same value.
    pub fn unknown(&self) -> Value {
        self.function.unknown(derived(self.function.name, self.arguments))
    }

    /// The result of what only the deployment decides.
    pub fn decided_at_deployment(&self) -> Value {
        let identity = crate::value::describe_call(self.function.name, self.arguments);
        self.function.unknown(Unknown::new(identity, Reason::Deployment))
    }

    /// The result of what is not done here, and why.
    pub fn unsupported(&self, why: &str) -> Value {
        let identity = crate::value::describe_call(self.function.name, self.arguments);
        let reason = Reason::Unsupported(format!("{}: {why}", self.function.name).into());
        self.function.unknown(Unknown::new(identity, reason))
    }

    /// The result when it would be larger than any that is kept.
    pub fn too_large(&self) -> Value {
        self.unsupported(limits::EXCEEDED)
    }
}

/// An unknown computed by a function from arguments of which something is unknown.
pub fn derived(name: &str, arguments: &[Value]) -> Unknown {
    let identity = crate::value::describe_call(name, arguments);
    match arguments.iter().find_map(Value::first_unknown) {
        Some(unknown) => unknown.derive(identity),
        None => Unknown::new(identity, Reason::Input),
    }
}

/// What is unknown of a collection: the unknown itself, or the description of each element.
pub enum Open<'a> {
    /// Nothing is known but the identity.
    Unknown(&'a Unknown),
    /// Each element is described.
    Each(&'a Each),
}

impl<'a> Open<'a> {
    /// `None` for a value whose outside is known.
    pub fn of(value: &'a Value) -> Option<Self> {
        match &value.data {
            Data::Unknown(unknown) => Some(Self::Unknown(unknown)),
            Data::Each(each) => Some(Self::Each(each)),
            _ => None,
        }
    }
}
