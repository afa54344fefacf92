//! How a finding is mended: steps, in the order in which to take them.

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What to do: one line, lower-case start, no full stop.
    pub text: String,
    /// What it changes.
    pub effect: Effect,
    /// Whether somebody has to decide something first, or see that something is done, so that no script takes it by itself.
    pub ask: bool,
    /// The command that does it, word by word, none of them quoted; empty for what is done by hand.
    pub command: Vec<Word>,
}

/// What a step changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Nothing: it shows something.
    Look,
    /// The code.
    Edit,
    /// The account, and another command takes it back.
    Reversible,
    /// The account, for good.
    Final,
}

/// One word of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Text, which may hold text from the input.
    Text(String),
    /// What only a person can fill in, in words: `id of access key 1`.
    Placeholder(String),
}
