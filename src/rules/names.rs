//! Names that people type: which one was meant.

/// Longest name that is compared (characters): the comparison is quadratic.
const MAX_LENGTH: usize = 64;

/// Similarity (0 to 1) from which a known name is worth proposing.
const SIMILAR: f64 = 0.6;

/// The known names nearest to a wrong one, nearest first, at most three; case does not count.
pub fn closest<'a>(wrong: &str, known: &[&'a str]) -> Vec<&'a str> {
    let wrong: String = wrong.chars().take(MAX_LENGTH).collect::<String>().to_lowercase();
    let mut scored: Vec<(f64, &str)> = known
        .iter()
        .filter(|name| name.len() <= MAX_LENGTH)
        .map(|name| (score(&wrong, &name.to_lowercase()), *name))
        .filter(|(score, _)| *score >= SIMILAR)
        .collect();
    scored.sort_by(|left, right| right.0.total_cmp(&left.0));
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

fn score(wrong: &str, known: &str) -> f64 {
    // `access-key` for `access-key-at-user-setup`: an abbreviation is no typing error.
    if wrong.len() >= 4 && known.contains(wrong) {
        return 0.9;
    }
    strsim::normalized_damerau_levenshtein(wrong, known)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn typing_errors_and_abbreviations_are_understood() {
        let known = ["active", "access_keys", "password", "multiple-active-keys"];
        assert_eq!(closest("acitve", &known), ["active"]);
        assert_eq!(closest("PASSWROD", &known), ["password"]);
        assert_eq!(closest("active-keys", &known), ["multiple-active-keys"]);
        assert!(closest("zzz", &known).is_empty());
    }

    #[test]
    fn a_huge_name_costs_little() {
        assert!(closest(&"a".repeat(10_000_000), &["active"]).is_empty());
    }
}
