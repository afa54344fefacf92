//! The two arms of a conditional: one type for both, or an error.

use crate::source::Span;
use crate::value::{Data, Type, Value, common_type, convert, is_open, type_of};

use super::error;

/// Both arms converted to the one type that they have in common; an error in place of both where they have
/// none, and in place of one that cannot be converted although its type could.
pub(super) fn unify_arms(arms: [Value; 2], span: Span) -> [Value; 2] {
    let types = arms.each_ref().map(settled_type);
    let Some(wanted) = wanted_type(&arms, &types) else {
        if arms.iter().any(is_open) {
            return arms;
        }
        let [then, otherwise] = types.map(|of_type| of_type.name());
        let message = format!("the arms of this conditional have no common type: {then} and {otherwise}");
        return [error(span, message.clone()), error(span, message)];
    };
    arms.map(|arm| if wanted == Type::Any { arm } else { converted(&arm, &wanted, span) })
}

/// `null` as it is written goes with any other type, and so does what may be of any type.
fn wanted_type(arms: &[Value; 2], types: &[Type; 2]) -> Option<Type> {
    match types {
        [Type::Any, other] if arms[0].is_null() => Some(other.clone()),
        [other, Type::Any] if arms[1].is_null() => Some(other.clone()),
        [Type::Any, _] | [_, Type::Any] => Some(Type::Any),
        [then, otherwise] if then == otherwise => Some(Type::Any),
        [then, otherwise] => common_type([then.clone(), otherwise.clone()]),
    }
}

/// The type of an arm. A choice has been given one type where it was made; if not, it may be of any.
fn settled_type(arm: &Value) -> Type {
    let Data::Choice(alternatives) = &arm.data else { return type_of(arm) };
    let mut types = alternatives.iter().map(|(_, one)| type_of(one)).filter(|one| *one != Type::Any);
    let Some(first) = types.next() else { return Type::Any };
    if types.all(|one| one == first) { first } else { Type::Any }
}

fn converted(arm: &Value, wanted: &Type, span: Span) -> Value {
    if is_open(arm) && *wanted != Type::String {
        return arm.clone();
    }
    convert(arm, wanted).unwrap_or_else(|message| {
        error(span, format!("an arm of this conditional is not of the type of the other one: {message}"))
    })
}
