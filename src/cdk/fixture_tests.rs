//! What is read of the assemblies in `fixtures/cdk`, against the programs that they were synthesised from.
#![allow(clippy::disallowed_methods, reason = "looks at what it tests with")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cloudformation::{Construct, NestedTemplates, Templates};
use crate::source::Workspace;

use super::{Assembly, MANIFEST, ProgramFiles, Stack, constructs_of_template, is_assembly, read};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cdk").canonicalize().unwrap()
}

fn workspace() -> Workspace {
    Workspace::new(fixtures(), vec![fixtures()])
}

fn assembly(workspace: &Workspace, directory: &str) -> Assembly {
    let directory = workspace.base.join(directory);
    assert!(is_assembly(&workspace.read_text(&directory.join(MANIFEST)).unwrap(), false));
    let assembly = read(workspace, &Templates::new(workspace), &directory);
    assert_eq!(assembly.notices, [], "{}", directory.display());
    assembly
}

/// One line a stack, and one for each nested in it: id, name, account and region, template.
fn outline(workspace: &Workspace, assembly: &Assembly) -> Vec<String> {
    fn nest(workspace: &Workspace, nested: &NestedTemplates, indent: usize, lines: &mut Vec<String>) {
        for (logical_id, one) in nested {
            assert!(one.template.is_file(), "{}", one.template.display());
            lines.push(format!("{:indent$}{logical_id}: {}", "", workspace.display(&one.template)));
            nest(workspace, &one.nested, indent + 2, lines);
        }
    }
    let mut lines = Vec::new();
    for stack in &assembly.stacks {
        let place = |part: &Option<Arc<str>>| part.as_deref().unwrap_or("unknown").to_owned();
        let (account, region) = (place(&stack.account), place(&stack.region));
        let template = workspace.display(&stack.template);
        assert!(stack.template.is_file(), "{template}");
        lines.push(format!("{} ({}) in {account}/{region}: {template}", stack.id, stack.name));
        nest(workspace, &stack.nested, 2, &mut lines);
    }
    lines
}

fn stack<'a>(assembly: &'a Assembly, id: &str) -> &'a Stack {
    assembly.stacks.iter().find(|stack| &*stack.id == id).unwrap()
}

/// Which line made each construct: its path, the file, the line.
#[expect(clippy::disallowed_methods, reason = "what is on disk is what the place is compared with")]
fn made(workspace: &Workspace, directory: &str, constructs: &BTreeMap<Arc<str>, Construct>) -> Vec<String> {
    let files = ProgramFiles::new(workspace);
    let directory = workspace.base.join(directory);
    let mut lines: Vec<String> = constructs
        .values()
        .filter_map(|construct| {
            let span = files.line(&construct.trace, &directory)?;
            let file = workspace.files.get(span.file);
            let position = file.position(span.start);
            let line = file.slice(span).to_owned();
            // The place is the whole line, as anybody who opens the file counts.
            let on_disk = std::fs::read_to_string(workspace.base.join(&*file.path)).unwrap();
            assert_eq!(on_disk.lines().nth(position.line - 1).unwrap().trim(), line.trim_end());
            Some(format!("{} {}: {line}", construct.path, file.path))
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn stages_are_accounts_and_nested_stacks_have_their_templates() {
    let workspace = workspace();
    let assembly = assembly(&workspace, "access/cdk.out");
    let expected = [
        "Staging/Users (Staging-Users) in 111111111111/eu-west-1: \
         access/cdk.out/assembly-Staging/StagingUsers7FE4DCC3.template.json",
        "  InternsNestedStackInternsNestedStackResource6B3EA193: \
         access/cdk.out/assembly-Staging/StagingUsersInternsA3E3BA2C.nested.template.json",
        "    SummerNestedStackSummerNestedStackResourceE7E8CF09: \
         access/cdk.out/assembly-Staging/StagingUsersInternsSummer32AA3603.nested.template.json",
        "Staging/Pipeline (Staging-Pipeline) in 111111111111/eu-west-1: \
         access/cdk.out/assembly-Staging/StagingPipelineC531A13B.template.json",
        "Production/Users (Production-Users) in 222222222222/eu-west-1: \
         access/cdk.out/assembly-Production/ProductionUsersB55507B2.template.json",
        "Production/Pipeline (Production-Pipeline) in 222222222222/eu-west-1: \
         access/cdk.out/assembly-Production/ProductionPipelineE843DB74.template.json",
        "Partner (Partner) in unknown/unknown: access/cdk.out/Partner.template.json",
    ];
    assert_eq!(outline(&workspace, &assembly), expected);
    let stages: Vec<_> = assembly.stacks.iter().map(|stack| stack.stage.as_deref()).collect();
    let (staging, production) = (Some("Staging"), Some("Production"));
    assert_eq!(stages, [staging, staging, production, production, None]);
    let directories: Vec<_> = assembly.directories.iter().map(|path| workspace.display(path)).collect();
    let within = ["access/cdk.out", "access/cdk.out/assembly-Staging", "access/cdk.out/assembly-Production"];
    assert_eq!(directories, within);
}

#[test]
fn a_construct_of_a_typescript_program_has_its_line() {
    let workspace = workspace();
    let assembly = assembly(&workspace, "access/cdk.out");
    let users = stack(&assembly, "Staging/Users");
    let expected = [
        "Staging/Users/Alice/Resource access/lib/users-stack.ts: const alice = new iam.User(this, 'Alice', {",
        "Staging/Users/AliceKey/Resource access/lib/users-stack.ts: \
         const aliceKey = new iam.AccessKey(this, 'AliceKey', { user: alice });",
        "Staging/Users/AliceSecretKey access/lib/users-stack.ts: \
         new cdk.CfnOutput(this, 'AliceSecretKey', { value: aliceKey.secretAccessKey.unsafeUnwrap() });",
        "Staging/Users/Bob/Resource access/lib/users-stack.ts: \
         return new iam.User(this, name, { userName: name.toLowerCase(), groups: [group] });",
        "Staging/Users/Carol/Key/Resource access/lib/person.ts: \
         const key = new iam.AccessKey(this, 'Key', { user: this.user, status: iam.AccessKeyStatus.INACTIVE });",
        "Staging/Users/Carol/KeySecret/Resource access/lib/person.ts: \
         new cdk.aws_secretsmanager.Secret(this, 'KeySecret', { secretStringValue: key.secretAccessKey });",
        "Staging/Users/Carol/User/Resource access/lib/person.ts: this.user = new iam.User(this, 'User', {",
        "Staging/Users/Deployer/DefaultPolicy/Resource access/lib/users-stack.ts: \
         this.deployer.addToPolicy(new iam.PolicyStatement({ actions: ['*'], resources: ['*'] }));",
        "Staging/Users/Deployer/Resource access/lib/users-stack.ts: \
         this.deployer = new iam.User(this, 'Deployer', { path: '/machines/' });",
        "Staging/Users/Developers/Resource access/lib/users-stack.ts: \
         const developers = new iam.Group(this, 'Developers', {",
        "Staging/Users/Interns.NestedStack/Interns.NestedStackResource access/lib/interns-stack.ts: super(scope, id);",
    ];
    assert_eq!(made(&workspace, "access/cdk.out", &users.constructs), expected);

    let interns = users.nested.values().next().unwrap();
    let expected = [
        "Staging/Users/Interns/Dave/Resource access/lib/interns-stack.ts: const dave = new iam.User(this, 'Dave');",
        "Staging/Users/Interns/DaveKey/Resource access/lib/interns-stack.ts: \
         new iam.AccessKey(this, 'DaveKey', { user: dave });",
        "Staging/Users/Interns/Summer.NestedStack/Summer.NestedStackResource access/lib/interns-stack.ts: \
         super(scope, id);",
    ];
    assert_eq!(made(&workspace, "access/cdk.out", &interns.constructs), expected);

    let partner = stack(&assembly, "Partner");
    let included: Vec<_> = made(&workspace, "access/cdk.out", &partner.constructs)
        .into_iter()
        .filter(|line| line.contains("Auditor"))
        .collect();
    let include = "access/lib/partner-stack.ts: new CfnInclude(this, 'Auditor', \
                   { templateFile: path.join(__dirname, '../templates/auditor.yaml') });";
    let expected = ["Auditor", "Auditor/AuditorKey", "Auditor/AuditorUser"]
        .map(|path| format!("Partner/{path} {include}"));
    assert_eq!(included, expected);
}

#[test]
fn a_construct_of_a_python_program_has_its_line() {
    let workspace = workspace();
    let assembly = assembly(&workspace, "robots/cdk.out");
    let expected = [
        "robots-dev (robots-dev) in 333333333333/us-east-1: robots/cdk.out/robots-dev.template.json",
        "  SharedNestedStackSharedNestedStackResource80A4468F: \
         robots/cdk.out/robotsdevShared1CEF8803.nested.template.json",
        "robots-live (robots-live) in 444444444444/us-east-1: robots/cdk.out/robots-live.template.json",
        "  SharedNestedStackSharedNestedStackResource80A4468F: \
         robots/cdk.out/robotsliveSharedCD105FE9.nested.template.json",
    ];
    assert_eq!(outline(&workspace, &assembly), expected);
    let live = stack(&assembly, "robots-live");
    let expected = [
        "robots-live/Admin/Resource robots/robots/stacks.py: admin = iam.User(",
        "robots-live/AdminName robots/robots/stacks.py: \
         cdk.CfnOutput(self, \"AdminName\", value=admin.user_name)",
        "robots-live/AdminPassword robots/robots/stacks.py: \
         password = cdk.CfnParameter(self, \"AdminPassword\", no_echo=True)",
        "robots-live/Group/DefaultPolicy/Resource robots/robots/stacks.py: group.add_to_policy(",
        "robots-live/Group/Resource robots/robots/stacks.py: group = iam.Group(self, \"Group\")",
        "robots-live/Shared.NestedStack/Shared.NestedStackResource robots/robots/shared.py: \
         super().__init__(scope, construct_id)",
        "robots-live/Uploader/Resource robots/robots/stacks.py: \
         uploader = iam.User(self, \"Uploader\", groups=[group])",
        "robots-live/UploaderKey0/Resource robots/robots/stacks.py: key = iam.AccessKey(",
        "robots-live/UploaderKey1/Resource robots/robots/stacks.py: key = iam.AccessKey(",
        "robots-live/UploaderSecret0/Resource robots/robots/stacks.py: secretsmanager.Secret(",
        "robots-live/UploaderSecret1/Resource robots/robots/stacks.py: secretsmanager.Secret(",
    ];
    let without_bootstrap = |lines: Vec<String>| -> Vec<String> {
        lines.into_iter().filter(|line| !line.contains("Bootstrap")).collect()
    };
    assert_eq!(without_bootstrap(made(&workspace, "robots/cdk.out", &live.constructs)), expected);
}

#[test]
fn an_assembly_of_a_program_that_ran_by_itself_is_read_as_well() {
    let workspace = workspace();
    let assembly = assembly(&workspace, "mailer/cdk.out");
    let expected = [
        "Mailer (mail) in 555555555555/eu-central-1: mailer/cdk.out/Mailer.template.json",
        "  examplecomNestedStackexamplecomNestedStackResourceD359530E: \
         mailer/cdk.out/Mailerexamplecom411ADCAE.nested.template.json",
        "  exampleorgNestedStackexampleorgNestedStackResource8D45273F: \
         mailer/cdk.out/Mailerexampleorg44809042.nested.template.json",
    ];
    assert_eq!(outline(&workspace, &assembly), expected);
    let mailer = stack(&assembly, "Mailer");
    assert!(
        made(&workspace, "mailer/cdk.out", &mailer.constructs).contains(
            &"Mailer/Postmaster/Resource mailer/app.js: const postmaster = new iam.User(stack, 'Postmaster', \
              { password: SecretValue.unsafePlainText('postmaster-2024') });"
                .to_owned()
        )
    );
    // Both have the same logical ids.
    for (nested, domain) in mailer.nested.values().zip(["examplecom", "exampleorg"]) {
        let expected = [
            format!(
                "Mailer/{domain}/Key/Resource mailer/app.js: const key = new iam.AccessKey(this, 'Key', {{ user }});"
            ),
            format!(
                "Mailer/{domain}/SecretKey mailer/app.js: \
                 new cdk.CfnOutput(this, 'SecretKey', {{ value: key.secretAccessKey.unsafeUnwrap() }});"
            ),
            format!(
                "Mailer/{domain}/User/DefaultPolicy/Resource mailer/app.js: user.addToPolicy(new iam.PolicyStatement({{"
            ),
            format!("Mailer/{domain}/User/Resource mailer/app.js: const user = new iam.User(this, 'User');"),
        ];
        assert_eq!(made(&workspace, "mailer/cdk.out", &nested.constructs), expected);
    }
}

#[test]
fn an_old_assembly_keeps_its_traces_in_the_manifest() {
    let workspace = workspace();
    let old = assembly(&workspace, "legacy/cdk.out");
    let expected = [
        "Test/Users (Test-Users) in 777777777777/us-west-2: \
         legacy/cdk.out/assembly-Test/TestUsers88B21E78.template.json",
        "  OfficesNestedStackOfficesNestedStackResourceE6DD8CBC: \
         legacy/cdk.out/assembly-Test/TestUsersOfficesC0ACAFA4.nested.template.json",
        "Users (Users) in 666666666666/us-west-2: legacy/cdk.out/Users.template.json",
        "  OfficesNestedStackOfficesNestedStackResourceE6DD8CBC: \
         legacy/cdk.out/UsersOfficesFC1EBA8A.nested.template.json",
    ];
    assert_eq!(outline(&workspace, &old), expected);
    let users = stack(&old, "Users");
    let expected = [
        "Users/Backup/Resource legacy/lib/users.js: const user = new iam.User(this, 'Backup', { userName: 'backup' });",
        "Users/BackupKey/Resource legacy/lib/users.js: new iam.AccessKey(this, 'BackupKey', { user });",
        "Users/Offices.NestedStack/Offices.NestedStackResource legacy/lib/users.js: super(scope, id);",
    ];
    assert_eq!(made(&workspace, "legacy/cdk.out", &users.constructs), expected);
    let made_by =
        "const user = office === 'Lyon' ? new iam.CfnUser(this, 'Backup') : new iam.CfnUser(this, office);";
    let offices = made(&workspace, "legacy/cdk.out", &users.nested.values().next().unwrap().constructs);
    assert_eq!(offices[0], format!("Users/Offices/Backup legacy/lib/users.js: {made_by}"));
    assert_eq!(offices[2], format!("Users/Offices/Porto legacy/lib/users.js: {made_by}"));
}

#[test]
fn without_traces_the_constructs_are_known() {
    let workspace = workspace();
    let assembly = assembly(&workspace, "legacy/without-debug.out");
    let users = stack(&assembly, "Users");
    assert_eq!(made(&workspace, "legacy/without-debug.out", &users.constructs), Vec::<String>::new());
    let backup = &users.constructs["BackupDA3807AC"];
    assert_eq!(&*backup.path, "Users/Backup/Resource");
    let nested = users.nested.values().next().unwrap();
    assert_eq!(&*nested.constructs["Backup"].path, "Users/Offices/Backup");
}

#[test]
fn where_only_the_assembly_is_scanned_there_is_no_line() {
    let base = fixtures().join("access/cdk.out");
    let workspace = Workspace::new(base.clone(), vec![base.clone()]);
    let assembly = read(&workspace, &Templates::new(&workspace), &base);
    let alice = &stack(&assembly, "Staging/Users").constructs["AliceD4D33764"];
    assert_eq!(ProgramFiles::new(&workspace).line(&alice.trace, &base), None);
}

#[test]
fn a_password_that_the_program_writes_down_is_hidden_there() {
    let workspace = workspace();
    let assembly = assembly(&workspace, "mailer/cdk.out");
    let postmaster = &stack(&assembly, "Mailer").constructs["Postmaster75FE7120"];
    let files = ProgramFiles::new(&workspace);
    let span = files.line(&postmaster.trace, &workspace.base.join("mailer/cdk.out")).unwrap();
    let file = workspace.files.get(span.file);
    let hidden = file.concealed_within(&span.range());
    let hidden: Vec<&str> = hidden.into_iter().map(|range| &file.text[range]).collect();
    assert_eq!(hidden, ["postmaster-2024"]);
}

#[test]
fn a_template_without_its_assembly_names_its_constructs() {
    let workspace = workspace();
    let path = workspace.base.join("legacy/cdk.out/UsersOfficesFC1EBA8A.nested.template.json");
    let template = Templates::new(&workspace).load(&path).unwrap();
    let constructs = constructs_of_template(&template);
    let paths: Vec<&str> = constructs.values().map(|construct| &*construct.path).collect();
    assert_eq!(paths, ["Users/Offices/Backup", "Users/Offices/Porto"]);
}
