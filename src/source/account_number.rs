//! Numbers of AWS accounts, which every format writes alike.

/// Whether a text is the number of an AWS account: twelve digits.
pub fn is_account_number(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
