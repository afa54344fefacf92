//! Every word and colour that any output has for a severity, in one table.

use anstyle::{AnsiColor, Style};

use crate::finding::Severity;

/// What the formats call one severity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeverityWords {
    /// The severity.
    pub severity: Severity,
    /// SARIF 2.1.0 `level`: `error`, `warning` or `note`.
    pub sarif_level: &'static str,
    /// GitHub code scanning's `security-severity`, a number as text: over 9.0 is critical, from 7.0 high, from
    /// 4.0 medium, from 0.1 low.
    pub security_severity: &'static str,
    /// GitHub Actions' workflow command for an annotation: `error`, `warning` or `notice`.
    pub github_command: &'static str,
    /// GitLab Code Quality's `severity`.
    pub gitlab_severity: &'static str,
    /// How a terminal shows it.
    pub style: Style,
}

/// From the least to the worst, so that the place in the table is the order of the severities.
pub const SEVERITIES: [SeverityWords; 4] = [
    SeverityWords {
        severity: Severity::Low,
        sarif_level: "note",
        security_severity: "2.0",
        github_command: "notice",
        gitlab_severity: "minor",
        style: AnsiColor::Blue.on_default().bold(),
    },
    SeverityWords {
        severity: Severity::Medium,
        sarif_level: "warning",
        security_severity: "5.5",
        github_command: "warning",
        gitlab_severity: "major",
        style: AnsiColor::Yellow.on_default().bold(),
    },
    SeverityWords {
        severity: Severity::High,
        sarif_level: "error",
        security_severity: "8.0",
        github_command: "error",
        gitlab_severity: "critical",
        style: AnsiColor::Red.on_default().bold(),
    },
    SeverityWords {
        severity: Severity::Critical,
        sarif_level: "error",
        security_severity: "9.5",
        github_command: "error",
        gitlab_severity: "blocker",
        style: AnsiColor::BrightRed.on_default().bold(),
    },
];

/// The row of a severity.
pub fn words(severity: Severity) -> SeverityWords {
    SEVERITIES[severity as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_severity_finds_its_own_row() {
        for row in SEVERITIES {
            assert_eq!(words(row.severity), row);
        }
    }

    #[test]
    fn github_bands_agree_with_our_words() {
        for row in SEVERITIES {
            let number: f64 = row.security_severity.parse().unwrap();
            let band = match number {
                number if number > 9.0 => Severity::Critical,
                number if (7.0..=8.9).contains(&number) => Severity::High,
                number if (4.0..=6.9).contains(&number) => Severity::Medium,
                _ => Severity::Low,
            };
            assert_eq!(band, row.severity);
        }
    }
}
