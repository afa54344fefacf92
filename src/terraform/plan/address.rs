//! Addresses and references taken apart: `module.team["ops"].aws_iam_user.person["alice"]`.

/// One step: a name and the key that follows it, brackets included (`["alice"]`, `[0]`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    /// Between the dots.
    pub name: String,
    /// The first key.
    pub key: Option<String>,
}

/// An instance's or block's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The calls that lead to its module instance.
    pub module: Vec<Step>,
    /// Whether it is a data source.
    pub is_data: bool,
    /// `aws_iam_user`
    pub resource_type: String,
    /// The block's name, and the instance's key.
    pub last: Step,
}

/// The steps of an address or reference. Dots and brackets inside of a quoted key are no steps.
pub fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut rest = text;
    loop {
        let name_end = rest.find(['.', '[']).unwrap_or(rest.len());
        let name = rest[..name_end].to_owned();
        rest = &rest[name_end..];
        let mut key = None;
        while rest.starts_with('[') {
            let end = end_of_key(rest);
            key.get_or_insert_with(|| rest[..end].to_owned());
            rest = &rest[end..];
        }
        steps.push(Step { name, key });
        match rest.strip_prefix('.') {
            Some(next) => rest = next,
            None => return steps,
        }
    }
}

/// One past the bracket that closes a key.
fn end_of_key(text: &str) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return at + 1,
            _ => {}
        }
    }
    text.len()
}

impl Address {
    /// Takes an address apart.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = steps(text).into_iter().peekable();
        let mut module = Vec::new();
        while rest.next_if(|step| step.name == "module" && step.key.is_none()).is_some() {
            module.push(rest.next()?);
        }
        let is_data = rest.next_if(|step| step.name == "data").is_some();
        let resource_type = rest.next()?.name;
        let last = rest.next()?;
        Some(Self { module, is_data, resource_type, last })
    }

    /// The block's address within its module: `data.aws_iam_user.a`.
    pub fn block(&self) -> String {
        let data = if self.is_data { "data." } else { "" };
        format!("{data}{}.{}", self.resource_type, self.last.name)
    }
}

/// `module.a["x"].module.b.`, empty for the root.
pub fn prefix(module: &[Step]) -> String {
    let part = |step: &Step| format!("module.{}{}.", step.name, step.key.as_deref().unwrap_or_default());
    module.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_may_hold_anything() {
        let text = r#"module.a["x.y[0]\"]"].module.b.data.aws_iam_user.u[3]"#;
        let address = Address::parse(text).unwrap();
        assert_eq!(prefix(&address.module), r#"module.a["x.y[0]\"]"].module.b."#);
        assert_eq!(address.block(), "data.aws_iam_user.u");
        assert_eq!(address.last.key.as_deref(), Some("[3]"));
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in ["", "a", "module", "module.x", "module.x.y", "a[", ".", "[[", "data.x"] {
            assert_eq!(
                Address::parse(text).filter(|address| !address.resource_type.is_empty()),
                None,
                "{text}"
            );
        }
    }
}
