//! Unicode classes in patterns: `\pL`, `\p{Greek}`, `\P{^Lu}`.

/// Scripts whose whole name looks like the four letters that abbreviate others.
const FOUR_LETTERS: &[&str] = &["Ahom", "Cham", "Kawi", "Lisu", "Modi", "Newa", "Thai", "Toto"];
/// Scripts that came to Unicode after the version that Terraform knows, and other names of scripts.
const UNKNOWN: &[&str] =
    &["Garay", "Gurung_Khema", "Kirat_Rai", "Ol_Onal", "Sunuwar", "Todhri", "Tulu_Tigalari", "Unknown"];
/// General categories, by their short names only.
const CATEGORIES: &[&str] = &[
    "C", "Cc", "Cf", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl",
    "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
];

/// The class that a text begins with (`pL` or `P{^Greek}`), as our syntax has it, and its length there.
pub fn class(text: &str) -> Result<(String, usize), String> {
    let wrong = || "invalid regexp pattern: invalid character class range".to_owned();
    let mut negated = text.starts_with('P');
    let after = text.get(1..).ok_or_else(wrong)?;
    let (name, length) = match after.strip_prefix('{') {
        Some(inside) => {
            let end = inside.find('}').ok_or_else(wrong)?;
            (&inside[..end], end + 3)
        }
        None => {
            let first = after.chars().next().ok_or_else(wrong)?;
            (&after[..first.len_utf8()], 1 + first.len_utf8())
        }
    };
    let name = match name.strip_prefix('^') {
        Some(name) => {
            negated = !negated;
            name
        }
        None => name,
    };
    let letter = if negated { 'P' } else { 'p' };
    if name == "Any" {
        return Ok((format!("\\{letter}{{Any}}"), length));
    }
    // Surrogates are in no text.
    if name == "Cs" {
        return Ok((format!("\\{}{{Any}}", if negated { 'p' } else { 'P' }), length));
    }
    // Here this one would hold what is not assigned, which Terraform's does not.
    if name == "C" {
        let class = r"\p{Cc}\p{Cf}\p{Co}";
        return Ok((format!("[{}{class}]", if negated { "^" } else { "" }), length));
    }
    if CATEGORIES.contains(&name) {
        return Ok((format!("\\{letter}{{gc={name}}}"), length));
    }
    if is_script(name) {
        return Ok((format!("\\{letter}{{sc={name}}}"), length));
    }
    Err(wrong())
}

/// Whether this is written as a script's name is: `Greek`, `Old_Italic`. What is none, the compiler tells.
fn is_script(name: &str) -> bool {
    let proper = name.split('_').all(|word| {
        word.starts_with(|first: char| first.is_ascii_uppercase())
            && word[1..].bytes().all(|byte| byte.is_ascii_lowercase())
    });
    let abbreviated = name.len() == 4 && !FOUR_LETTERS.contains(&name);
    (proper && !abbreviated && !UNKNOWN.contains(&name)) || name == "SignWriting"
}
