//! What a configuration is refused with: the words, the place, the help.

use super::tests::refused;

#[test]
fn an_unknown_key() {
    insta::assert_snapshot!(refused("max_unused_day = 30\n"), @r#"
      × credlint.toml:1:1: there is no key `max_unused_day` here
       ╭─[credlint.toml:1:1]
     1 │ max_unused_day = 30
       · ───────┬──────
       ·        ╰── unknown key
       ╰────
      help: did you mean `max_unused_days`? the keys here are `select`, `ignore`, `profile`,
            `rules_folders`, `fail_on`, `min_severity`, `min_confidence`, `max_unused_days`,
            `max_key_age_days`, `new_key_days`, `machine_users`, `human_users`, `baseline`, `paths`,
            `rules`, `accounts`, `roots` and `allow`
    "#);
    insta::assert_snapshot!(refused("[[allow]]\nrule = \"CIS-1.13\"\nresaon = \"migration\"\n"), @r#"
      × credlint.toml:3:1: there is no key `resaon` here
       ╭─[credlint.toml:3:1]
     2 │ rule = "CIS-1.13"
     3 │ resaon = "migration"
       · ───┬──
       ·    ╰── unknown key
       ╰────
      help: did you mean `reason`? the keys here are `rule`, `user`, `address`, `root`, `reason` and
            `until`
    "#);
}

#[test]
fn a_value_of_another_type() {
    insta::assert_snapshot!(refused("select = \"multiple-active-keys\"\n"), @r#"
      × credlint.toml:1:10: expected a list, found a text
       ╭─[credlint.toml:1:10]
     1 │ select = "multiple-active-keys"
       ·          ───────────┬──────────
       ·                     ╰── of another type
       ╰────
    "#);
    insta::assert_snapshot!(refused("[rules]\nmultiple-active-keys = 3\n"), @r#"
      × credlint.toml:2:24: expected a severity, "off", or a table with `severity` and `enabled`,
      │ found a number
       ╭─[credlint.toml:2:24]
     1 │ [rules]
     2 │ multiple-active-keys = 3
       ·                        ┬
       ·                        ╰── of another type
       ╰────
    "#);
    insta::assert_snapshot!(refused("[rules.multiple-active-keys]\nenabled = \"no\"\n"), @r#"
      × credlint.toml:2:11: expected `true` or `false`, found a text
       ╭─[credlint.toml:2:11]
     1 │ [rules.multiple-active-keys]
     2 │ enabled = "no"
       ·           ──┬─
       ·             ╰── of another type
       ╰────
    "#);
    insta::assert_snapshot!(refused("[[roots]]\npath = \"infra\"\naccount = 111122223333\n"), @r#"
      × credlint.toml:3:11: expected a text in quotes, found a number
       ╭─[credlint.toml:3:11]
     2 │ path = "infra"
     3 │ account = 111122223333
       ·           ──────┬─────
       ·                 ╰── of another type
       ╰────
    "#);
}

#[test]
fn a_word_that_is_none() {
    insta::assert_snapshot!(refused("fail_on = \"hihg\"\n[rules]\nmultiple-active-keys = \"none\"\n"), @r#"
      × credlint.toml:1:11: `hihg` is not a threshold
       ╭─[credlint.toml:1:11]
     1 │ fail_on = "hihg"
       ·           ───┬──
       ·              ╰── not a threshold
     2 │ [rules]
       ╰────
      help: did you mean "high"? allowed are `low`, `medium`, `high`, `critical` and `never`

    Error:
      × credlint.toml:3:24: `none` is not a severity
       ╭─[credlint.toml:3:24]
     2 │ [rules]
     3 │ multiple-active-keys = "none"
       ·                        ───┬──
       ·                           ╰── not a severity
       ╰────
      help: allowed are `off`, `low`, `medium`, `high` and `critical`
    "#);
}

#[test]
fn a_bad_glob() {
    insta::assert_snapshot!(refused(
        "[paths]\nexclude = [\"vendor/**\", \"legacy/[a\", \"/abs\", \"../up\"]\n"
    ), @r#"
      × credlint.toml:2:25: the pattern cannot be used: unclosed character class; missing ']'
       ╭─[credlint.toml:2:25]
     1 │ [paths]
     2 │ exclude = ["vendor/**", "legacy/[a", "/abs", "../up"]
       ·                         ─────┬─────
       ·                              ╰── this pattern
       ╰────

    Error:
      × credlint.toml:2:38: the pattern cannot be used: a path is relative to the configuration file,
      │ and stays in its folder
       ╭─[credlint.toml:2:38]
     1 │ [paths]
     2 │ exclude = ["vendor/**", "legacy/[a", "/abs", "../up"]
       ·                                      ───┬──
       ·                                         ╰── this pattern
       ╰────

    Error:
      × credlint.toml:2:46: the pattern cannot be used: a path is relative to the configuration file,
      │ and stays in its folder
       ╭─[credlint.toml:2:46]
     1 │ [paths]
     2 │ exclude = ["vendor/**", "legacy/[a", "/abs", "../up"]
       ·                                              ───┬───
       ·                                                 ╰── this pattern
       ╰────
    "#);
    insta::assert_snapshot!(refused("machine_users = [\"ci-{a,b\"]\n"), @r#"
      × credlint.toml:1:18: the pattern cannot be used: unclosed alternate group; missing '}' (maybe
      │ escape '{' with '[{]'?)
       ╭─[credlint.toml:1:18]
     1 │ machine_users = ["ci-{a,b"]
       ·                  ────┬────
       ·                      ╰── this pattern
       ╰────
    "#);
}

#[test]
fn a_bad_date() {
    insta::assert_snapshot!(refused(
        "[[allow]]\nuser = \"a\"\nreason = \"b\"\nuntil = \"next year\"\n\n[[allow]]\nuser = \"a\"\nreason = \"b\"\nuntil = 2027-01-31T10:00:00Z\n"
    ), @r#"
      × credlint.toml:4:9: this is no date
       ╭─[credlint.toml:4:9]
     3 │ reason = "b"
     4 │ until = "next year"
       ·         ─────┬─────
       ·              ╰── no date
     5 │
       ╰────
      help: a date is year, month and day: until = 2027-01-31

    Error:
      × credlint.toml:9:9: this is no date
       ╭─[credlint.toml:9:9]
     8 │ reason = "b"
     9 │ until = 2027-01-31T10:00:00Z
       ·         ──────────┬─────────
       ·                   ╰── no date
       ╰────
      help: a date is year, month and day: until = 2027-01-31
    "#);
    insta::assert_snapshot!(refused("[[allow]]\nuser = \"a\"\nreason = \"b\"\nuntil = 2027-02-30\n"), @r#"
      × credlint.toml:4:9: this is no TOML: invalid date, expected day between 01 and 28
       ╭─[credlint.toml:4:9]
     3 │ reason = "b"
     4 │ until = 2027-02-30
       ·         ─────┬────
       ·              ╰── here
       ╰────
    "#);
}

#[test]
fn an_exception_without_a_reason_or_for_everything() {
    insta::assert_snapshot!(refused(
        "[[allow]]\nuser = \"ci-*\"\n\n[[allow]]\nroot = \"infra\"\nreason = \" \"\n"
    ), @r#"
      × credlint.toml:1:1: no reason is given
       ╭─[credlint.toml:1:1]
     1 │ [[allow]]
       · ────┬────
       ·     ╰── no `reason` here
     2 │ user = "ci-*"
       ╰────
      help: reason = "…" says why the finding is accepted

    Error:
      × credlint.toml:4:1: this would accept every finding
       ╭─[credlint.toml:4:1]
     3 │
     4 │ [[allow]]
       · ────┬────
       ·     ╰── of which rule, user or address?
     5 │ root = "infra"
       ╰────
      help: say `rule`, `user` or `address`

    Error:
      × credlint.toml:6:10: a reason is one line of text
       ╭─[credlint.toml:6:10]
     5 │ root = "infra"
     6 │ reason = " "
       ·          ─┬─
       ·           ╰── not one line of text
       ╰────
      help: say why the finding is accepted
    "#);
}

#[test]
fn all_mistakes_are_told_at_once() {
    insta::assert_snapshot!(refused(
        "max_unused_days = 0\nselect = [\"\"]\n[accounts]\n\"12\" = \"production\"\n[[roots]]\nvariables = { a = 1 }\n[[roots]]\npath = \"a\"\naccount = \"prodction\"\nparameters = { A = [1] }\n"
    ), @r#"
      × credlint.toml:1:19: a credential counts as unused after 1 to 365 days
       ╭─[credlint.toml:1:19]
     1 │ max_unused_days = 0
       ·                   ┬
       ·                   ╰── not from 1 to 365
     2 │ select = [""]
       ╰────

    Error:
      × credlint.toml:2:11: a rule's name is not empty
       ╭─[credlint.toml:2:11]
     1 │ max_unused_days = 0
     2 │ select = [""]
       ·           ─┬
       ·            ╰── empty
     3 │ [accounts]
       ╰────

    Error:
      × credlint.toml:4:1: an account number has twelve digits
       ╭─[credlint.toml:4:1]
     3 │ [accounts]
     4 │ "12" = "production"
       · ──┬─
       ·   ╰── no account number
     5 │ [[roots]]
       ╰────
      help: "111122223333" = "production", number first

    Error:
      × credlint.toml:5:1: a root has a `path`
       ╭─[credlint.toml:5:1]
     4 │ "12" = "production"
     5 │ [[roots]]
       · ────┬────
       ·     ╰── no `path` here
     6 │ variables = { a = * }
       ╰────
      help: path = "infra/prod" says which root the inputs are for

    Error:
      × credlint.toml:9:11: no account is named `prodction`
        ╭─[credlint.toml:9:11]
      8 │ path = "a"
      9 │ account = "prodction"
        ·           ─────┬─────
        ·                ╰── unknown account
     10 │ parameters = { A = [*] }
        ╰────
      help: did you mean `production`?

    Error:
      × credlint.toml:10:20: a template parameter is a text, a number, true or false
        ╭─[credlint.toml:10:20]
      9 │ account = "prodction"
     10 │ parameters = { A = [*] }
        ·                    ─┬─
        ·                     ╰── this value
        ╰────
      help: write it as a text in quotes
    "#);
}

#[test]
fn days_and_rules_that_cannot_be() {
    insta::assert_snapshot!(refused(
        "profile = \"cis-aws-5.0\"\nselect = [\"CIS-1.11\"]\nmax_key_age_days = 4000\nnew_key_days = 400\n"
    ), @r#"
      × credlint.toml:1:11: `profile` and `select` both say which rules run
       ╭─[credlint.toml:1:11]
     1 │ profile = "cis-aws-5.0"
       ·           ──────┬──────
       ·                 ╰── and `select` does too
     2 │ select = ["CIS-1.11"]
       ╰────
      help: keep one of them; `ignore` takes rules out of a profile

    Error:
      × credlint.toml:3:20: an access key is too old after 1 to 3650 days
       ╭─[credlint.toml:3:20]
     2 │ select = ["CIS-1.11"]
     3 │ max_key_age_days = 4000
       ·                    ──┬─
       ·                      ╰── not from 1 to 3650
     4 │ new_key_days = 400
       ╰────

    Error:
      × credlint.toml:4:16: an access key counts as new for 0 to 365 days
       ╭─[credlint.toml:4:16]
     3 │ max_key_age_days = 4000
     4 │ new_key_days = 400
       ·                ─┬─
       ·                 ╰── not from 0 to 365
       ╰────
    "#);
}
