//! Values as an evaluator needs them before anything is deployed: known, unknown with an identity, or a
//! choice between alternatives, each under a condition. Shared by every reader; knows no format.

mod condition;
mod convert;
mod data;
mod describe;
mod equality;
mod generality;
mod lift;
mod mark;
mod number;
mod set;
mod toggle;
mod type_of;
mod types;
mod unify;
mod unknown;

pub use condition::{Answers, Condition, Cube, Question};
pub use convert::convert;
pub use data::{Data, Each, Value};
pub use describe::{describe, describe_call};
pub use equality::{equal, same};
pub use generality::is_convertible;
pub use lift::{MAX_ALTERNATIVES, assume, choose, hoist, lift};
pub use mark::{Mark, Marks};
pub use number::{Number, NumberError};
pub use set::{distinct, set_of};
pub use toggle::{MAX_TOGGLE_VALUES, closed_choice, open_choice};
pub use type_of::type_of;
pub use types::{Field, Type};
pub use unify::{common_type, is_open, unify};
pub use unknown::{Part, Reason, Unknown};
