//! Which types can be converted to which, and which of several is the most general.

use std::cmp::Ordering;

use super::{Type, common_type};

/// Whether values of a type can be converted to another, as far as types tell: some text is no number.
pub fn is_convertible(from: &Type, to: &Type) -> bool {
    if from == to {
        return true;
    }
    let all = |members: &[Type], element: &Type| members.iter().all(|one| is_convertible(one, element));
    match (from, to) {
        (_, Type::Any)
        | (Type::Any, _)
        | (Type::Bool | Type::Number | Type::String, Type::String)
        | (Type::String, Type::Bool | Type::Number) => true,
        (Type::Object(from), Type::Object(to)) => to.iter().all(|(name, field)| match from.get(name) {
            Some(given) => is_convertible(&given.of_type, &field.of_type),
            None => field.optional,
        }),
        (Type::Tuple(from), Type::Tuple(to)) => {
            from.len() == to.len() && from.iter().zip(to).all(|(from, to)| is_convertible(from, to))
        }
        (Type::List(from) | Type::Set(from), Type::List(to) | Type::Set(to))
        | (Type::Map(from), Type::Map(to)) => is_convertible(from, to),
        (Type::Tuple(members), Type::List(element) | Type::Set(element)) => match **element {
            Type::Any => one_element_type(members).is_some(),
            _ => all(members, element),
        },
        (Type::Object(fields), Type::Map(element)) => {
            let members: Vec<Type> = fields.values().map(|field| field.of_type.clone()).collect();
            match **element {
                Type::Any => common_type(members).is_some(),
                _ => all(&members, element),
            }
        }
        (Type::Map(element), Type::Object(fields)) => {
            fields.values().all(|field| field.optional || is_convertible(element, &field.of_type))
        }
        _ => false,
    }
}

/// The element type of the list or set that a tuple becomes: a `null` that has no type goes with plain types
/// and with other such, but not with collections.
pub fn one_element_type(members: &[Type]) -> Option<Type> {
    let common = common_type(members.iter().cloned())?;
    (common != Type::Any || members.iter().all(|one| *one == Type::Any)).then_some(common)
}

/// Indices of the types so that a more general one comes before those that can be converted to it.
pub fn most_general_first(types: &[Type]) -> Vec<usize> {
    let mut before = vec![0_usize; types.len()];
    let mut edges = vec![Vec::new(); types.len()];
    for left in 0..types.len() {
        for right in left + 1..types.len() {
            let (first, second) = match compare(&types[left], &types[right]) {
                Ordering::Less => (left, right),
                Ordering::Greater => (right, left),
                Ordering::Equal => continue,
            };
            edges[first].push(second);
            before[second] += 1;
        }
    }
    let mut order: Vec<usize> = (0..types.len()).filter(|index| before[*index] == 0).collect();
    let mut next = 0;
    while let Some(index) = order.get(next).copied() {
        next += 1;
        for later in &edges[index] {
            before[*later] -= 1;
            if before[*later] == 0 {
                order.push(*later);
            }
        }
    }
    order
}

/// Less is more general; equal also where neither is.
fn compare(left: &Type, right: &Type) -> Ordering {
    let rank = |one: &Type| match one {
        Type::List(_) | Type::Map(_) => 0,
        Type::Tuple(_) | Type::Object(_) => 1,
        Type::Set(_) => 2,
        Type::Any | Type::Bool | Type::Number | Type::String => 3,
    };
    match (left, right) {
        (Type::Any, Type::Any) => Ordering::Equal,
        (Type::Any, _) => Ordering::Greater,
        (_, Type::Any) => Ordering::Less,
        (Type::String, Type::Bool | Type::Number) => Ordering::Less,
        (Type::Bool | Type::Number, Type::String) => Ordering::Greater,
        (Type::List(left), Type::List(right))
        | (Type::Set(left), Type::Set(right))
        | (Type::Map(left), Type::Map(right)) => compare(left, right),
        (Type::Tuple(left), Type::Tuple(right)) if left.len() == right.len() => {
            either(left.iter().zip(right).map(|(left, right)| compare(left, right)))
        }
        (Type::Object(left), Type::Object(right)) if left.keys().eq(right.keys()) => either(
            left.values().zip(right.values()).map(|(left, right)| compare(&left.of_type, &right.of_type)),
        ),
        (Type::List(_) | Type::Set(_) | Type::Tuple(_), Type::List(_) | Type::Set(_) | Type::Tuple(_))
        | (Type::Map(_) | Type::Object(_), Type::Map(_) | Type::Object(_)) => rank(left).cmp(&rank(right)),
        _ => Ordering::Equal,
    }
}

/// One is more general where it is so in some members and the other one in none.
fn either(members: impl Iterator<Item = Ordering>) -> Ordering {
    members
        .filter(|one| *one != Ordering::Equal)
        .reduce(|all, one| if all == one { all } else { Ordering::Equal })
        .unwrap_or(Ordering::Equal)
}
