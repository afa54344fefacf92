//! `credlint check --since`: repositories of every make, and what of them must not be run, followed or written. Where git is
//! not installed, the tests say so and test nothing.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "makes repositories and runs credlint on them"
)]

mod project;
mod repository;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

use project::{column, findings, kinds, parsed};
use repository::{Repository, git_in, has_git, key, user};

const BOB: &str = "multiple-active-keys aws_iam_user.bob";

const CHECK: [&str; 5] = ["check", "--format", "json", "--select", "multiple-active-keys"];

/// What is introduced, in a directory of the work tree.
fn introduced(repository: &Repository, directory: &str, arguments: &[&str]) -> Vec<String> {
    let output = repository.command(directory, &[&CHECK, arguments].concat()).output().unwrap();
    findings(&parsed(&output))
}

/// The error that stops the command.
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    // The lines are broken wherever they end.
    text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ")
}

fn one_key() -> String {
    user("bob", &["a"])
}

fn two_keys() -> String {
    user("bob", &["a", "b"])
}

#[test]
fn what_cannot_be_compared_with_is_refused() {
    if !has_git() {
        return;
    }
    let repository = Repository::new(&[("main.tf", &two_keys())]);
    let since = |revision: &str| {
        let since = format!("--since={revision}");
        refused(&repository.command("", &["check", &since]).output().unwrap())
    };
    for revision in
        ["nothing", "", "--output=stolen", "-h", "HEAD..HEAD", "HEAD:main.tf", "main\nHEAD", "\u{1b}[31m"]
    {
        let error = since(revision);
        assert!(error.contains("is no commit, branch or tag"), "{revision}: {error}");
        assert!(error.contains("name a commit, branch or tag of this clone"), "{revision}: {error}");
        assert!(!error.contains('\u{1b}'), "{revision}: {error}");
    }
    assert!(!repository.top.join("stolen").exists());
    repository.git(&["checkout", "--quiet", "--orphan", "other"]);
    repository.commit("nothing in common");
    assert!(since("main").contains("no commit in common"));
    let outside = repository.command("..", &["check", "--since", "HEAD"]).output().unwrap();
    assert!(refused(&outside).contains("is in no work tree of git"));
    let two = Repository::new(&[("main.tf", "")]);
    let other = two.top.to_str().unwrap();
    let two = repository.command("", &["check", "--since", "HEAD", ".", other]).output().unwrap();
    assert!(refused(&two).contains("is in no work tree of git"));
    let unborn = Repository::empty();
    unborn.write("main.tf", &two_keys());
    let unborn = unborn.command("", &["check", "--since", "HEAD"]).output().unwrap();
    assert!(refused(&unborn).contains("is no commit"));
    let without = repository.command("", &["check", "--since", "HEAD"]).env("PATH", "").output().unwrap();
    assert!(refused(&without).contains("git is not installed"));
    // A program of the tree's own is not taken for it.
    repository.write("git", "#!/bin/sh\ntouch run\n");
    make_executable(&repository.top.join("git"));
    let own = repository.command("", &["check", "--since", "HEAD"]).env("PATH", ".:").output().unwrap();
    assert!(refused(&own).contains("git is not installed"));
    assert!(!repository.top.join("run").exists());
}

fn make_executable(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let _ = path;
}

#[test]
fn a_history_that_is_cut_off_is_no_ground_to_stand_on() {
    if !has_git() {
        return;
    }
    let repository = Repository::new(&[("main.tf", &one_key())]);
    repository.git(&["checkout", "--quiet", "-b", "feature"]);
    repository.write("main.tf", &two_keys());
    repository.commit("second");
    repository.write("other.tf", "");
    repository.commit("third");
    repository.git(&["checkout", "--quiet", "main"]);
    repository.commit("main moves on");
    let clone = |depth: &str| {
        let folder = repository.outside().join(format!("clone-{depth}"));
        let from = format!("file://{}", repository.top.display());
        let arguments =
            ["clone", "--quiet", "--depth", depth, "--no-single-branch", "--branch", "feature", &from];
        let output = git_in(&repository.outside(), &[&arguments[..], &[folder.to_str().unwrap()]].concat());
        assert!(output.status.success(), "{output:?}");
        folder
    };
    let check = |folder: &Path, revision: &str| {
        repository
            .command(folder.to_str().unwrap(), &[&CHECK[..], &["--since", revision]].concat())
            .output()
            .unwrap()
    };
    let shallow = clone("1");
    for revision in ["origin/main", "HEAD~1"] {
        let error = refused(&check(&shallow, revision));
        assert!(error.contains("fetch-depth: 0"), "{error}");
    }
    let two = clone("2");
    assert_eq!(findings(&parsed(&check(&two, "HEAD~1"))), [] as [&str; 0], "what is there is enough");
    assert!(refused(&check(&two, "origin/main")).contains("is cut off"));
    assert_eq!(findings(&parsed(&check(&clone("9"), "origin/main"))), [BOB]);
}

/// Everything in a configuration that makes git run a program, or look or write somewhere else.
fn configure(repository: &Repository, program: &str, hooks: &str, [included, attributes, traced]: [&str; 3]) {
    let configured = [
        ("core.fsmonitor", program),
        ("core.pager", program),
        ("core.sshCommand", program),
        ("core.editor", program),
        ("core.askPass", program),
        ("core.gitProxy", program),
        ("core.alternateRefsCommand", program),
        ("pager.rev-parse", program),
        ("pager.ls-tree", program),
        ("credential.helper", program),
        ("filter.bad.smudge", program),
        ("filter.bad.clean", program),
        ("filter.bad.process", program),
        ("filter.bad.required", "true"),
        ("diff.bad.textconv", program),
        ("diff.bad.command", program),
        ("diff.external", program),
        ("gpg.program", program),
        ("core.hooksPath", hooks),
        ("core.attributesFile", attributes),
        ("core.excludesFile", attributes),
        ("core.untrackedCache", "true"),
        ("core.worktree", repository.top.to_str().unwrap()),
        ("include.path", included),
        ("includeIf.gitdir/i:**.path", included),
        ("sequence.editor", program),
        ("gpg.ssh.program", program),
        ("gpg.x509.program", program),
        ("log.showSignature", "true"),
        ("log.mailmap", "true"),
        ("merge.bad.driver", program),
        ("mergetool.bad.cmd", program),
        ("difftool.bad.cmd", program),
        ("interactive.diffFilter", program),
        ("trailer.bad.command", program),
        ("uploadpack.packObjectsHook", program),
        ("receive.procReceiveRefs", program),
        ("ssh.variant", "simple"),
        ("pager.cat-file", program),
        ("pager.ls-files", program),
        ("alias.cat-file", &format!("!{program}")),
        ("alias.ls-files", &format!("!{program}")),
        ("alias.merge-base", &format!("!{program}")),
        ("submodule.recurse", "true"),
        ("fetch.recurseSubmodules", "true"),
        ("trace2.eventTarget", traced),
        ("alias.ls-tree", &format!("!{program}")),
        ("alias.rev-parse", &format!("!{program}")),
        ("protocol.allow", "always"),
        ("protocol.ext.allow", "always"),
        ("remote.origin.url", &format!("ext::{program} %S")),
        ("remote.origin.promisor", "true"),
        ("remote.origin.uploadpack", program),
        ("extensions.partialClone", "origin"),
        ("core.repositoryFormatVersion", "1"),
    ];
    for (name, value) in configured {
        repository.git(&["config", name, value]);
    }
}

#[test]
fn a_repository_cannot_make_git_run_anything() {
    if !has_git() || cfg!(windows) {
        return;
    }
    let repository = Repository::new(&[("main.tf", &one_key()), ("secret.tf", "")]);
    let run = repository.outside().join("run");
    let program = repository.outside().join("program");
    std::fs::write(&program, format!("#!/bin/sh\necho $0 $@ >> {}\ncat\n", run.display())).unwrap();
    make_executable(&program);
    let program = program.to_str().unwrap();
    repository.write("main.tf", &two_keys());
    repository.write(".gitattributes", "* filter=bad diff=bad merge=bad\n");
    repository.git(&["add", "--all"]);
    repository.git(&["commit", "--quiet", "--message", "attributes"]);
    for hook in
        ["post-index-change", "post-checkout", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc"]
    {
        let hook = repository.top.join(".git/hooks").join(hook);
        std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
        std::fs::copy(program, &hook).unwrap();
        make_executable(&hook);
    }
    // Hooks in another place, more of the configuration, and attributes that name the same programs.
    let hooks = repository.outside().join("hooks");
    std::fs::create_dir(&hooks).unwrap();
    for hook in ["post-index-change", "reference-transaction", "fsmonitor-watchman"] {
        std::fs::copy(program, hooks.join(hook)).unwrap();
    }
    let hooks = hooks.to_str().unwrap();
    let (included, attributes) =
        (repository.outside().join("included"), repository.outside().join("attributes"));
    std::fs::write(&included, format!("[core]\n\tfsmonitor = {program}\n\tpager = {program}\n")).unwrap();
    std::fs::write(&attributes, "* filter=bad diff=bad\n").unwrap();
    let (included, attributes) = (included.to_str().unwrap(), attributes.to_str().unwrap());
    let traced = repository.outside().join("traced");
    let traced = traced.to_str().unwrap();
    configure(&repository, program, hooks, [included, attributes, traced]);
    // The stale time of a file would make git look at its contents through the filter.
    repository.write("secret.tf", "# new\n");
    // An object that is not there would be fetched.
    let lost = git_in(&repository.top, &["rev-parse", "HEAD~1:secret.tf"]);
    let lost = String::from_utf8(lost.stdout).unwrap();
    let object = repository.top.join(".git/objects").join(&lost[..2]).join(lost[2..].trim());
    std::fs::remove_file(object).unwrap();
    let _ = std::fs::remove_file(&run);
    let output = repository.command("", &[&CHECK[..], &["--since", "HEAD~1"]].concat()).output().unwrap();
    let said = std::fs::read_to_string(&run).unwrap_or_default();
    assert_eq!(said, "", "something was run");
    assert!(!Path::new(traced).exists(), "something was written");
    let report = parsed(&output);
    assert_eq!(findings(&report), [BOB]);
    assert_eq!(kinds(&report), ["not-compared"], "{report:#}");
    assert_eq!(column(&report["notices"], "path"), ["secret.tf"]);
}

/// The same from a directory of the tree that looks like git's own: git would take it for a repository, and believe what
/// its configuration says.
#[test]
fn a_directory_that_looks_like_git_s_own_is_none() {
    if !has_git() {
        return;
    }
    let repository = Repository::new(&[("main.tf", &one_key())]);
    repository.write("inner/main.tf", &two_keys());
    repository.write("inner/HEAD", "ref: refs/heads/main\n");
    repository
        .write("inner/config", "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n");
    repository.write("inner/objects/.keep", "");
    repository.write("inner/refs/.keep", "");
    // It stands inside of the repository, so git would have to be told; and it is, that this is none.
    let output = repository.command("inner", &[&CHECK[..], &["--since", "HEAD"]].concat()).output().unwrap();
    let said = refused(&output);
    assert!(said.contains("is in no work tree of git"), "{said}");
}

/// Every file of a directory, with its bytes and the time at which it was written.
fn state(directory: &Path) -> BTreeMap<std::path::PathBuf, (Vec<u8>, std::time::SystemTime)> {
    walkdir::WalkDir::new(directory)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let modified = entry.metadata().unwrap().modified().unwrap();
            (entry.path().to_owned(), (std::fs::read(entry.path()).unwrap(), modified))
        })
        .collect()
}

#[test]
fn nothing_is_written() {
    if !has_git() {
        return;
    }
    let repository = Repository::new(&[("main.tf", &one_key()), ("a/b.tf", "")]);
    // The index does not fit any more, and git would gladly renew it.
    repository.write("main.tf", &two_keys());
    repository.write("a/b.tf", "");
    let before = state(&repository.top);
    assert_eq!(introduced(&repository, "", &["--since", "HEAD"]), [BOB]);
    assert!(state(&repository.top) == before, "something was written");
}

#[test]
fn a_hook_may_have_set_what_it_likes() {
    if !has_git() {
        return;
    }
    let repository = Repository::new(&[(".gitignore", "*.tfvars\n"), ("infra/main.tf", &one_key())]);
    let other = Repository::new(&[("main.tf", "")]);
    repository.write("infra/main.tf", &two_keys());
    repository.git(&["add", "--all"]);
    let trace = repository.outside().join("trace");
    let mut command = repository.command("infra", &[&CHECK[..], &["--since", "HEAD"]].concat());
    command
        .env("GIT_DIR", other.top.join(".git"))
        .env("GIT_WORK_TREE", &other.top)
        .env("GIT_INDEX_FILE", ".git/index.lock")
        .env("GIT_OBJECT_DIRECTORY", other.top.join(".git/objects"))
        .env("GIT_PREFIX", "infra/")
        .env("GIT_LITERAL_PATHSPECS", "1")
        .env("GIT_TRACE", &trace)
        .env("GIT_TRACE2", &trace)
        .env("GIT_CONFIG_PARAMETERS", "'core.bare=true'");
    assert_eq!(findings(&parsed(&command.output().unwrap())), [BOB]);
    assert!(!trace.exists());
}

#[test]
fn work_trees_of_every_kind_are_understood() {
    if !has_git() {
        return;
    }
    let repository =
        Repository::new(&[("infra/prod/main.tf", &one_key()), ("infra/dev/main.tf", &one_key())]);
    let linked = repository.outside().join("linked");
    repository.git(&["worktree", "add", "--quiet", "-b", "feature", linked.to_str().unwrap()]);
    for top in [repository.top.to_str().unwrap(), linked.to_str().unwrap()] {
        for part in ["prod", "dev"] {
            std::fs::write(Path::new(top).join("infra").join(part).join("main.tf"), two_keys()).unwrap();
        }
        assert_eq!(introduced(&repository, top, &["--since", "HEAD"]), [BOB, BOB], "{top}");
        let below = Path::new(top).join("infra/prod");
        assert_eq!(introduced(&repository, below.to_str().unwrap(), &["--since", "main"]), [BOB]);
        let root = ["--since", "HEAD", "--root", "infra/dev", "infra/dev"];
        assert_eq!(introduced(&repository, top, &root), [BOB], "a narrower boundary");
    }
    let bare = repository.outside().join("bare.git");
    let cloned = git_in(
        &repository.outside(),
        &["clone", "--quiet", "--bare", repository.top.to_str().unwrap(), bare.to_str().unwrap()],
    );
    assert!(cloned.status.success(), "{cloned:?}");
    let of_bare = repository.outside().join("of-bare");
    let added = git_in(&bare, &["worktree", "add", "--quiet", of_bare.to_str().unwrap(), "main"]);
    assert!(added.status.success(), "{added:?}");
    std::fs::write(of_bare.join("infra/prod/main.tf"), two_keys()).unwrap();
    assert_eq!(introduced(&repository, of_bare.to_str().unwrap(), &["--since", "HEAD"]), [BOB]);
    assert!(
        refused(&repository.command(bare.to_str().unwrap(), &["check", "--since", "main"]).output().unwrap())
            .contains("no work tree")
    );
}

#[test]
fn names_may_be_odd_and_identifiers_long() {
    if !has_git() {
        return;
    }
    let repository = Repository::empty();
    std::fs::remove_dir_all(repository.top.join(".git")).unwrap();
    repository.git(&["init", "--quiet", "--object-format=sha256"]);
    let names = ["a b", "quoted\"name", "tab\there", "ünïcode", "[glob]*", "-rf", "new\nline"];
    let names = if cfg!(windows) { &["a b", "ünïcode", "-rf"][..] } else { &names };
    for name in names {
        repository.write(&format!("{name}/main.tf"), &one_key());
    }
    repository.commit("first");
    assert_eq!(introduced(&repository, "", &["--since", "HEAD"]), [] as [&str; 0]);
    for name in names {
        repository.write(&format!("{name}/second.tf"), &key("b", "bob"));
    }
    assert_eq!(introduced(&repository, "", &["--since", "HEAD"]).len(), names.len());
}

#[test]
fn submodules_are_read_at_the_commit_that_was_pinned() {
    if !has_git() {
        return;
    }
    let library = Repository::new(&[("main.tf", &one_key())]);
    let repository = Repository::new(&[("infra/main.tf", "module \"m\" {\n  source = \"../library\"\n}\n")]);
    repository.git(&["submodule", "--quiet", "add", library.top.to_str().unwrap(), "library"]);
    repository.commit("pinned");
    let found = "multiple-active-keys module.m.aws_iam_user.bob";
    assert_eq!(introduced(&repository, "", &["--since", "HEAD"]), [] as [&str; 0]);
    library.write("second.tf", &key("b", "bob"));
    library.commit("second");
    let inside = repository.top.join("library");
    assert!(git_in(&inside, &["pull", "--quiet"]).status.success());
    assert_eq!(introduced(&repository, "", &["--since", "HEAD"]), [found], "moved on");
    repository.commit("pinned anew");
    assert_eq!(introduced(&repository, "", &["--since", "HEAD"]), [] as [&str; 0]);
    assert_eq!(introduced(&repository, "", &["--since", "HEAD~1"]), [found]);
    assert_eq!(introduced(&repository, "", &["--since", "HEAD~2"]), [found], "was not there");
    // What is put in the place of a submodule and leads to another repository is not read.
    let other = Repository::new(&[("main.tf", &two_keys())]);
    let elsewhere = format!("gitdir: {}\n", other.top.join(".git").display());
    std::fs::write(inside.join(".git"), elsewhere).unwrap();
    let report = repository.report(&["HEAD", "--select", "multiple-active-keys"]);
    assert_eq!(findings(&report), [found]);
    assert_eq!(column(&report["notices"], "path"), ["library"]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_within_the_tree_and_never_out_of_it() {
    use std::os::unix::fs::symlink;
    if !has_git() {
        return;
    }
    let call = |source: &str| format!("module \"m\" {{\n  source = \"{source}\"\n}}\n");
    let repository = Repository::empty();
    let top = &repository.top;
    std::fs::create_dir(repository.outside().join("secret")).unwrap();
    std::fs::write(repository.outside().join("secret/main.tf"), two_keys()).unwrap();
    repository.write("modules/real/main.tf", &one_key());
    for (root, target) in [
        ("within", "real".to_owned()),
        ("absolute", top.join("modules/real").display().to_string()),
        ("over", "../../clone/modules/real".to_owned()),
        ("out", "../../secret".to_owned()),
        ("out-absolute", repository.outside().join("secret").display().to_string()),
        ("circle", "circle".to_owned()),
        ("nowhere", "gone".to_owned()),
    ] {
        repository.write(&format!("{root}/main.tf"), &call(&format!("../modules/{root}")));
        symlink(target, top.join("modules").join(root)).unwrap();
    }
    repository.commit("links");
    let report = repository.report(&["HEAD", "--select", "multiple-active-keys"]);
    assert_eq!((findings(&report), report["change"]["unchanged"].as_u64()), (Vec::new(), Some(0)));
    repository.write("modules/real/main.tf", &two_keys());
    let found = "multiple-active-keys module.m.aws_iam_user.bob";
    let brought = introduced(&repository, "", &["--since", "HEAD"]);
    assert_eq!(brought, [found, found, found], "within, absolute, and over the directory above are the same");
    // A link out that the change does away with: nothing behind it was ever found, so nothing is fixed.
    repository.git(&["checkout", "--quiet", "."]);
    std::fs::remove_file(top.join("modules/out")).unwrap();
    repository.write("modules/out/main.tf", &two_keys());
    let report = repository.report(&["HEAD", "--select", "multiple-active-keys"]);
    assert_eq!(findings(&report), [found]);
    assert_eq!(report["change"]["fixed"], serde_json::json!([]));
}

#[test]
fn what_could_not_be_read_then_is_said_and_fails_nothing() {
    if !has_git() {
        return;
    }
    let repository =
        Repository::new(&[("main.tf", &format!("{}}}}}\n", one_key())), ("b.tf", &key("b", "bob"))]);
    repository.write("main.tf", &one_key());
    let output = repository.command("", &[&CHECK[..], &["--since", "HEAD", "--fail-on", "never"]].concat());
    let output = { output }.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report = parsed(&output);
    assert_eq!(
        (kinds(&report), column(&report["notices"], "path")),
        (vec!["not-compared".into()], vec!["main.tf".into()])
    );
}

#[test]
fn a_sparse_checkout_does_not_fix_what_it_leaves_out() {
    if !has_git() {
        return;
    }
    let repository = Repository::new(&[("in/main.tf", &two_keys()), ("out/main.tf", &two_keys())]);
    repository.git(&["sparse-checkout", "set", "in"]);
    assert!(!repository.top.join("out").exists());
    let report = repository.report(&["HEAD", "--select", "multiple-active-keys"]);
    assert_eq!(report["change"]["fixed"], serde_json::json!([]));
    assert_eq!(report["change"]["unchanged"], 1);
}

#[test]
fn passwords_of_old_files_are_not_shown() {
    if !has_git() {
        return;
    }
    let password = "Tr0ub4dor&3-old";
    let repository = Repository::new(&[(
        "users.yaml",
        &format!(
            "Resources:\n  Bob:\n    Type: AWS::IAM::User\n    Properties:\n      LoginProfile:\n        \
             Password: {password}\n"
        ),
    )]);
    repository.write("users.yaml", "Resources:\n  Bob:\n    Type: AWS::IAM::User\n");
    for format in ["human", "json", "sarif"] {
        let output =
            repository.command("", &["check", "--format", format, "--since", "HEAD"]).output().unwrap();
        assert!(!String::from_utf8(output.stdout).unwrap().contains(password), "{format}");
    }
    let fixed = repository.report(&["HEAD"])["change"]["fixed"].as_array().unwrap().len();
    assert!(fixed > 0);
}

#[test]
fn the_work_tree_is_known_for_one_in_both_trees() {
    if !has_git() {
        return;
    }
    let unit = "terraform {\n  source = \"${get_repo_root()}/modules/person\"\n}\n";
    let repository =
        Repository::new(&[("live/prod/terragrunt.hcl", unit), ("modules/person/main.tf", &two_keys())]);
    let report = repository.report(&["HEAD", "--select", "multiple-active-keys"]);
    assert_eq!((findings(&report), report["change"]["unchanged"].as_u64()), (Vec::new(), Some(1)));
}
