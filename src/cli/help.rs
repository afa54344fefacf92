//! What stands under the help of a command: examples, and what the exit status means.

pub(super) const INIT_AFTER_HELP: &str = "\
Writes credlint.toml, .pre-commit-config.yaml and .github/workflows/credlint.yml. A file that is there is left alone;
a list of hooks gets one more where that is safe.

Example:
  credlint init";

/// What the exit status of a check means; the text says what it could not read.
macro_rules! exit_status {
    ($unread:literal) => {
        concat!(
            "Exit status:\n",
            "  0  nothing found that fails the check\n",
            "  1  a certain finding at or above --fail-on\n",
            "  2  the job could not be done in full: wrong usage, or ",
            $unread,
            ";\n",
            "     what was read is reported all the same"
        )
    };
}

pub(super) const EXIT_STATUS: &str = exit_status!("a file that cannot be read or parsed");

pub(super) const CHECK_AFTER_HELP: &str = concat!(
    "\
Examples:
  credlint check
  credlint check infra/prod --var-file prod.tfvars --var create_key=true
  credlint check template.yaml --parameters Environment=prod
  credlint check template.yaml --parameters parameters.json
  credlint check plan.json            (made by `terraform show -json`)
  terraform show -json tfplan | credlint check -
  credlint check --select CIS-1.13,multiple-active-keys --fail-on high
  credlint check --since origin/main
  credlint check infra --credential-report report.csv
  credlint check --output sarif=credlint.sarif --output json=credlint.json

",
    exit_status!("a file that cannot be read or parsed")
);

pub(super) const RULES_TEST_AFTER_HELP: &str = "\
Examples:
  credlint rules test rules
  credlint rules test rules/ci-user-outside-its-path.md --update

Exit status:
  0  every example gives what is written there
  1  one does not, or a rule lacks a flagged or a clean example
  2  wrong usage, or a file that is no rule; the others are tested all the same";

pub(super) const AUDIT_AFTER_HELP: &str = concat!(
    "\
Examples:
  credlint audit report.csv
  aws iam get-credential-report | credlint audit -
  credlint audit report.csv --max-unused-days 45 --remediation-script mend.sh

`credlint check infra --credential-report report.csv` says in addition which code made a user.

",
    exit_status!("a report that cannot be read in full")
);
