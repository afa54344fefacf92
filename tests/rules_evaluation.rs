//! Each rule over records made by hand: what it must flag, where, and what it must leave alone.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use credlint::finding::Severity;
use credlint::rules::record::{
    AccessKeyRecord, ExceptionRecord, ExposureRecord, GroupRecord, LimitsRecord, PasswordRecord,
    PolicyRecord, ServiceCredentialRecord, UserRecord,
};
use credlint::rules::{Hit, Rule, RuleSet, evaluate, evaluate_exception};

fn user() -> UserRecord {
    UserRecord {
        node: 0,
        address: "aws_iam_user.alice".to_owned(),
        name: "alice".to_owned(),
        name_known: true,
        machine: false,
        human: false,
        path: Some("/".to_owned()),
        managed: true,
        created: true,
        imported: false,
        access_keys: Vec::new(),
        password: None,
        groups: Vec::new(),
        policies: Vec::new(),
        ssh_keys: Vec::new(),
        service_credentials: Vec::new(),
        certificates: Vec::new(),
        mfa_devices: Vec::new(),
        format: "terraform".to_owned(),
        live: None,
    }
}

fn key(node: usize) -> AccessKeyRecord {
    AccessKeyRecord {
        node,
        address: format!("aws_iam_access_key.k{node}"),
        active: true,
        created: true,
        imported: false,
        in_state: true,
        encrypted: true,
        exposures: Vec::new(),
    }
}

fn inactive(node: usize) -> AccessKeyRecord {
    AccessKeyRecord { active: false, ..key(node) }
}

fn password(node: usize) -> PasswordRecord {
    PasswordRecord {
        node,
        address: "aws_iam_user_login_profile.alice".to_owned(),
        created: true,
        reset_required: true,
        encrypted: true,
        exposures: Vec::new(),
    }
}

fn policy(node: usize) -> PolicyRecord {
    PolicyRecord {
        node,
        address: format!("aws_iam_user_policy_attachment.p{node}"),
        name: format!("policy-{node}"),
        kind: "managed".to_owned(),
        direct: true,
        group: None,
        administrator: false,
    }
}

fn credential(node: usize) -> ServiceCredentialRecord {
    ServiceCredentialRecord {
        node,
        address: "aws_iam_service_specific_credential.alice".to_owned(),
        service: "bedrock.amazonaws.com".to_owned(),
        active: true,
        age_days: None,
    }
}

fn hits(id: &str, record: &UserRecord) -> Vec<Hit> {
    let set = RuleSet::built_in().unwrap();
    let rules = set.find(id);
    assert_eq!(rules.len(), 1, "{id}");
    let (hits, errors) = evaluate(&rules, record, &LimitsRecord::default());
    assert!(errors.is_empty(), "{errors:?}");
    hits.into_iter().map(|(_, hit)| hit).collect()
}

fn only(id: &str, record: &UserRecord) -> Hit {
    let mut hits = hits(id, record);
    assert_eq!(hits.len(), 1, "{id}: {hits:?}");
    hits.remove(0)
}

fn assert_silent(id: &str, record: &UserRecord) {
    let hits = hits(id, record);
    assert!(hits.is_empty(), "{id}: {hits:?}");
}

#[test]
fn multiple_active_keys() {
    let id = "multiple-active-keys";
    let hit = only(id, &UserRecord { access_keys: vec![key(5), inactive(6), key(3)], ..user() });
    assert_eq!(hit.message, "user `alice` has 2 active access keys of 3, and AWS allows two keys a user");
    let hit = only(id, &UserRecord { access_keys: vec![key(5), key(3)], ..user() });
    assert_eq!(hit.severity, Severity::Medium);
    assert_eq!(hit.message, "user `alice` has 2 active access keys");
    assert_eq!(
        hit.fix,
        "keep one of aws_iam_access_key.k5 and aws_iam_access_key.k3 and remove the others, \
         or set their status to Inactive"
    );
    assert_eq!((hit.flagged, hit.also, hit.subject_node), (vec![5, 3], vec![0], 0));

    only(id, &UserRecord { managed: false, created: false, access_keys: vec![key(1), key(2)], ..user() });
    assert_silent(id, &UserRecord { access_keys: vec![key(1), inactive(2)], ..user() });
    assert_silent(id, &user());
}

#[test]
fn password_and_access_key() {
    let id = "password-and-access-key";
    let both = UserRecord { password: Some(password(7)), access_keys: vec![key(3), key(4)], ..user() };
    let hit = only(id, &both);
    assert_eq!(hit.severity, Severity::Medium);
    assert_eq!(hit.message, "user `alice` has a console password and 2 active access keys");
    assert_eq!((hit.flagged, hit.also), (vec![7, 3, 4], vec![0]));
    let one = UserRecord { managed: false, created: false, access_keys: vec![key(3)], ..both.clone() };
    assert_eq!(only(id, &one).message, "user `alice` has a console password and an active access key");

    assert_silent(id, &UserRecord { access_keys: vec![inactive(3)], ..both.clone() });
    assert_silent(id, &UserRecord { password: None, ..both.clone() });
    assert_silent(id, &UserRecord { access_keys: Vec::new(), ..both });
}

#[test]
fn access_key_at_user_setup() {
    let id = "access-key-at-user-setup";
    let setup = UserRecord { password: Some(password(7)), access_keys: vec![key(3)], ..user() };
    let hit = only(id, &setup);
    assert_eq!(hit.severity, Severity::Medium);
    assert_eq!(hit.message, "user `alice` gets an access key at setup, together with a console password");
    assert_eq!((hit.flagged, hit.also), (vec![3], vec![7, 0]));

    let existing_key = AccessKeyRecord { created: false, ..key(3) };
    let existing_password = PasswordRecord { created: false, ..password(7) };
    assert_silent(id, &UserRecord { managed: false, created: false, ..setup.clone() });
    assert_silent(id, &UserRecord { password: None, ..setup.clone() });
    assert_silent(id, &UserRecord { password: Some(existing_password), ..setup.clone() });
    assert_silent(id, &UserRecord { access_keys: vec![existing_key], ..setup.clone() });
    assert_silent(id, &UserRecord { access_keys: vec![inactive(3)], ..setup });
}

#[test]
fn unnecessary_iam_user() {
    let id = "unnecessary-iam-user";
    let hit = only(id, &UserRecord { access_keys: vec![inactive(2), key(3)], ..user() });
    assert_eq!(hit.severity, Severity::Medium);
    assert!(hit.message.contains("program") && hit.fix.contains("OIDC"), "{hit:?}");
    assert_eq!((hit.flagged, hit.also), (vec![0], vec![3]));
    let hit = only(id, &UserRecord { password: Some(password(7)), ..user() });
    assert_eq!(hit.severity, Severity::High);
    assert!(hit.message.contains("person") && hit.message.contains("Identity Center"), "{hit:?}");
    assert_eq!((hit.flagged, hit.also), (vec![0], vec![7]));

    let existing = UserRecord { managed: false, created: false, password: Some(password(7)), ..user() };
    assert_silent(id, &existing);
}

#[test]
fn direct_user_policy() {
    let id = "direct-user-policy";
    let through_group = PolicyRecord { direct: false, group: Some("ops".to_owned()), ..policy(4) };
    let hit = only(id, &UserRecord { policies: vec![policy(2), through_group.clone(), policy(3)], ..user() });
    assert_eq!(hit.severity, Severity::Low);
    assert_eq!(hit.message, "user `alice` has 2 policies attached directly: policy-2 and policy-3");
    assert_eq!((hit.flagged, hit.also), (vec![2, 3], vec![0]));
    let hit = only(id, &UserRecord { managed: false, created: false, policies: vec![policy(2)], ..user() });
    assert_eq!(hit.message, "user `alice` has a policy attached directly: policy-2");

    assert_silent(id, &UserRecord { policies: vec![through_group], ..user() });
}

#[test]
fn administrator_user() {
    let id = "administrator-user";
    let all = PolicyRecord { administrator: true, ..policy(2) };
    let through_group = PolicyRecord { direct: false, group: Some("ops".to_owned()), ..all.clone() };
    let hit = only(id, &UserRecord { policies: vec![policy(1), all], ..user() });
    assert_eq!(hit.severity, Severity::High);
    assert_eq!(hit.message, "user `alice` may do everything through policy-2");
    assert_eq!((hit.flagged, hit.also), (vec![2], vec![0]));
    let hit = only(id, &UserRecord { policies: vec![through_group], ..user() });
    assert_eq!(hit.message, "user `alice` may do everything through policy-2 of group ops");

    assert_silent(id, &UserRecord { policies: vec![policy(1)], ..user() });
}

#[test]
fn user_without_group() {
    let id = "user-without-group";
    let hit = only(id, &user());
    assert_eq!((hit.severity, hit.flagged), (Severity::Low, vec![0]));
    assert_eq!(hit.message, "user `alice` is in no group");

    let group = GroupRecord { node: 1, name: "ops".to_owned() };
    assert_silent(id, &UserRecord { groups: vec![group], ..user() });
    assert_silent(id, &UserRecord { managed: false, created: false, ..user() });
}

#[test]
fn exposed_secret_key() {
    let id = "exposed-secret-key";
    let exposures = vec![
        ExposureRecord { node: 8, address: "output.secret".to_owned(), place: "an output".to_owned() },
        ExposureRecord { node: 9, address: "local_file.key".to_owned(), place: "a file".to_owned() },
    ];
    let exposed = AccessKeyRecord { exposures, ..key(3) };
    let hit = only(id, &UserRecord { access_keys: vec![key(2), exposed.clone()], ..user() });
    assert_eq!(hit.severity, Severity::High);
    assert_eq!(
        hit.message,
        "the secret of aws_iam_access_key.k3 ends up in an output (output.secret) and a file (local_file.key)"
    );
    assert_eq!((hit.flagged, hit.also, hit.subject_node), (vec![8, 9], vec![3, 0], 3));

    let switched_off = AccessKeyRecord { active: false, ..exposed };
    assert_silent(id, &UserRecord { access_keys: vec![switched_off, key(2)], ..user() });
}

#[test]
fn secret_in_state() {
    let id = "secret-in-state";
    let plain = |node| AccessKeyRecord { in_state: true, encrypted: false, ..key(node) };
    let found = hits(id, &UserRecord { access_keys: vec![plain(2), key(3), plain(4)], ..user() });
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].severity, Severity::Low);
    assert_eq!(
        found[1].message,
        "the secret of aws_iam_access_key.k4 is kept in the Terraform state in the clear"
    );
    assert_eq!((&found[1].flagged, &found[1].also), (&vec![4], &vec![0]));
    assert!(found[0].why.contains("no write-only form"));

    let existing = AccessKeyRecord { created: false, imported: true, ..plain(2) };
    let switched_off = AccessKeyRecord { active: false, ..plain(3) };
    assert_silent(id, &UserRecord { access_keys: vec![existing, switched_off, key(4)], ..user() });
}

#[test]
fn plaintext_password() {
    let id = "plaintext-password";
    let exposures = vec![
        ExposureRecord { node: 8, address: "Alice".to_owned(), place: "the template".to_owned() },
        ExposureRecord {
            node: 9,
            address: "Alice".to_owned(),
            place: "the default of parameter P".to_owned(),
        },
    ];
    let written = PasswordRecord { exposures, ..password(7) };
    let hit = only(id, &UserRecord { password: Some(written.clone()), ..user() });
    assert_eq!(hit.severity, Severity::High);
    assert_eq!(
        hit.message,
        "the console password of user `alice` stands in the template and the default of parameter P"
    );
    assert_eq!((hit.flagged, hit.also, hit.subject_node), (vec![8, 9], vec![7, 0], 7));

    // It can be read also where the deployment did not make it, and where it has to be changed.
    let existing = PasswordRecord { created: false, ..written };
    assert_eq!(hits(id, &UserRecord { password: Some(existing), ..user() }).len(), 1);
    assert_silent(id, &UserRecord { password: Some(password(7)), ..user() });
    assert_silent(id, &user());
}

#[test]
fn password_reset_not_required() {
    let id = "password-reset-not-required";
    let kept = PasswordRecord { reset_required: false, ..password(7) };
    let hit = only(id, &UserRecord { password: Some(kept.clone()), ..user() });
    assert_eq!(hit.severity, Severity::Medium);
    assert_eq!(hit.message, "user `alice` need not change the initial console password");
    assert_eq!((hit.flagged, hit.also, hit.subject_node), (vec![7], vec![0], 7));

    let existing = PasswordRecord { created: false, ..kept };
    assert_silent(id, &UserRecord { password: Some(existing), ..user() });
    assert_silent(id, &UserRecord { password: Some(password(7)), ..user() });
    assert_silent(id, &user());
}

#[test]
fn non_expiring_service_credential() {
    let id = "non-expiring-service-credential";
    let hit = only(id, &UserRecord { service_credentials: vec![credential(5)], ..user() });
    assert_eq!(hit.severity, Severity::Medium);
    assert_eq!(hit.message, "user `alice` has a Bedrock API key that never expires");
    assert!(hit.fix.contains("credential_age_days"));
    assert_eq!((hit.flagged, hit.also), (vec![5], vec![0]));
    let git = ServiceCredentialRecord { service: "codecommit.amazonaws.com".to_owned(), ..credential(5) };
    let hit = only(id, &UserRecord { service_credentials: vec![git], ..user() });
    assert_eq!(hit.message, "user `alice` has a credential for codecommit.amazonaws.com that never expires");

    let ends = ServiceCredentialRecord { age_days: Some(30), ..credential(5) };
    let switched_off = ServiceCredentialRecord { active: false, ..credential(6) };
    assert_silent(id, &UserRecord { service_credentials: vec![ends, switched_off], ..user() });
}

/// A user with one of everything, so that every expression of every rule is evaluated at least once.
#[test]
fn all_rules_together_keep_their_order() {
    let exposure = ExposureRecord { node: 9, address: "output.s".to_owned(), place: "an output".to_owned() };
    let record = UserRecord {
        access_keys: vec![
            AccessKeyRecord { in_state: true, encrypted: false, exposures: vec![exposure.clone()], ..key(3) },
            key(4),
        ],
        password: Some(PasswordRecord { reset_required: false, exposures: vec![exposure], ..password(7) }),
        policies: vec![PolicyRecord { administrator: true, ..policy(2) }],
        service_credentials: vec![credential(5)],
        ..user()
    };
    let set = RuleSet::built_in().unwrap();
    // Exceptions are nobody's, and there is no credential report.
    let is_of_code = |rule: &&Rule| !rule.has_exceptions_as_subject() && !rule.needs_report();
    let rules: Vec<&Rule> = set.rules().iter().filter(is_of_code).collect();
    let (hits, errors) = evaluate(&rules, &record, &LimitsRecord::default());
    assert!(errors.is_empty(), "{errors:?}");
    let indices: Vec<usize> = hits.iter().map(|(index, _)| *index).collect();
    assert_eq!(indices, (0..rules.len()).collect::<Vec<_>>(), "each rule speaks once, in order");
    for (index, hit) in &hits {
        assert!(!hit.flagged.is_empty(), "{}", rules[*index].id);
        assert!(hit.also.iter().all(|node| !hit.flagged.contains(node)), "{}", rules[*index].id);
    }
}

#[test]
fn an_exception_is_told_by_what_is_wrong_with_it() {
    let set = RuleSet::built_in().unwrap();
    let rules: Vec<&Rule> = set.rules().iter().collect();
    let exception = ExceptionRecord {
        node: 0,
        rule: "CIS-1.13".to_owned(),
        kind: "comment".to_owned(),
        used: true,
        expired: false,
        until: Some("2027-01-31".to_owned()),
        reason: "rotation".to_owned(),
        unmatched: 0,
    };
    let messages = |record: &ExceptionRecord| -> Vec<String> {
        let (hits, errors) = evaluate_exception(&rules, record);
        assert!(errors.is_empty(), "{errors:?}");
        hits.into_iter().map(|(_, hit)| hit.message).collect()
    };
    assert_eq!(messages(&exception), [""; 0]);
    let unused = ExceptionRecord { used: false, unmatched: 1, ..exception.clone() };
    assert_eq!(messages(&unused), ["the exception to `CIS-1.13` sets nothing aside"]);
    let expired = ExceptionRecord { expired: true, ..exception.clone() };
    let told = "the exception to `CIS-1.13` counted until 2027-01-31, and what it set aside is still there";
    assert_eq!(messages(&expired), [told]);
    let both = ExceptionRecord { expired: true, ..unused };
    let told = "the exception to `CIS-1.13` counted until 2027-01-31, and there is nothing left that it would set aside";
    assert_eq!(messages(&both), [told]);
    for (unmatched, told) in [(1, "1 entry"), (2, "2 entries")] {
        let baseline =
            ExceptionRecord { kind: "baseline".to_owned(), used: false, unmatched, ..exception.clone() };
        assert_eq!(
            messages(&baseline),
            [format!("the baseline holds {told} for what is not found any more")]
        );
    }
}

#[test]
fn names_are_taken_as_text() {
    let record = UserRecord { name: "{user.path} %s `x`\n::error::".to_owned(), ..user() };
    assert_eq!(
        only("user-without-group", &record).message,
        "user `{user.path} %s `x`\n::error::` is in no group"
    );
}
