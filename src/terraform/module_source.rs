//! Module sources as addresses that can be compared: a path, a registry's module, a package from elsewhere.
//!
//! One module has many addresses: with and without the registry's host, as a git repository over any transport,
//! as an archive of it. What Terraform writes into its manifest is longer than what the call says.

use super::version_constraint::{Version, VersionConstraint};

/// Hosts whose registry is the public one.
const PUBLIC_REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];
/// Hosts that Terraform takes for a place of repositories, never for a registry.
const FORGES: [&str; 3] = ["github.com", "gitlab.com", "bitbucket.org"];
/// References of a repository that mean its newest state.
const BRANCHES: [&str; 3] = ["main", "master", "HEAD"];

/// A source, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModuleSource {
    /// A path: relative, absolute, or a `file://` address's.
    Local(String),
    /// A module of a registry.
    Registry {
        /// `None`: the public registry.
        host: Option<String>,
        /// `namespace/name/provider`, and `//folder` within it.
        module: String,
    },
    /// A repository or archive.
    Package {
        /// Host and path, without transport, user and `.git`.
        address: String,
        /// Folder within it.
        folder: String,
        /// What `ref=` says: a tag, a branch, a commit. Of an archive of a repository, what it is one of.
        reference: Option<String>,
    },
}

/// A module of the public registry, and which versions of it are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicModule {
    /// `namespace/name/provider//folder`.
    pub module: String,
    /// `None`: the newest.
    pub versions: Option<VersionConstraint>,
}

impl ModuleSource {
    /// Takes a source apart. Total: what is no address of a known form is a package.
    pub fn parse(source: &str) -> Self {
        if is_local(source) {
            return Self::Local(source.to_owned());
        }
        let forced = source.strip_prefix("git::").unwrap_or(source);
        if let Some(path) = forced.strip_prefix("file://") {
            return if forced.len() == source.len() { Self::Local(path.to_owned()) } else { package(forced) };
        }
        registry(source).unwrap_or_else(|| package(forced))
    }

    /// The module of the public registry that this is, with what is asked of its version. `None` for every
    /// other one, and when which version is meant cannot be told (a commit).
    pub fn public_module(&self, version: Option<&str>) -> Option<PublicModule> {
        match self {
            Self::Registry { host: None, module } => {
                let versions = version.map(VersionConstraint::parse);
                let versions = match versions {
                    Some(None) => return None,
                    Some(known) => known,
                    None => None,
                };
                Some(PublicModule { module: module.clone(), versions })
            }
            Self::Package { address, folder, reference } => {
                let versions = match reference.as_deref() {
                    None => None,
                    Some(branch) if BRANCHES.contains(&branch) => None,
                    Some(tag) => {
                        let tag = tag.strip_prefix("refs/").unwrap_or(tag);
                        let tag = tag.strip_prefix("tags/").unwrap_or(tag);
                        // A commit can be all digits too.
                        let tag = Some(tag).filter(|tag| tag.len() < 40)?;
                        Some(VersionConstraint::exactly(Version::parse(tag)?))
                    }
                };
                Some(PublicModule { module: published(address, folder)?, versions })
            }
            _ => None,
        }
    }
}

/// Whether a module source is a path.
pub fn is_local(source: &str) -> bool {
    source.starts_with("./")
        || source.starts_with("../")
        || source == "."
        || source == ".."
        || source.starts_with('/')
}

/// `[host/]namespace/name/provider[//folder]`.
fn registry(source: &str) -> Option<ModuleSource> {
    let (address, folder) = source.split_once("//").unwrap_or((source, ""));
    let parts: Vec<&str> = address.split('/').collect();
    let (host, names) = match parts.as_slice() {
        [host, names @ ..] if names.len() == 3 => (Some(*host), names),
        names if names.len() == 3 => (None, names),
        _ => return None,
    };
    let is_name = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    if !names.iter().all(|name| is_name(name)) {
        return None;
    }
    let host = match host.map(str::to_ascii_lowercase) {
        Some(host) if !host.contains('.') || host.contains('@') || FORGES.contains(&host.as_str()) => {
            return None;
        }
        Some(host) if PUBLIC_REGISTRIES.contains(&host.as_str()) => None,
        host => host,
    };
    Some(ModuleSource::Registry { host, module: with_folder(&names.join("/"), folder) })
}

fn with_folder(module: &str, folder: &str) -> String {
    let folder = folder.trim_matches('/');
    if folder.is_empty() { module.to_owned() } else { format!("{module}//{folder}") }
}

/// Any other address, its transport, user and `.git` taken away.
fn package(source: &str) -> ModuleSource {
    let (address, query) = source.split_once('?').unwrap_or((source, ""));
    let reference = query.split('&').find_map(|argument| argument.strip_prefix("ref=")).map(str::to_owned);
    let (transport, rest) = address.split_once("://").unwrap_or(("", address));
    let (path, folder) = rest.split_once("//").unwrap_or((rest, ""));
    let path = match path.split_once('@') {
        Some((user, path)) if !user.contains('/') => path,
        _ => path,
    };
    let path = match path.split_once(':') {
        // `git@host:path` is a path of a host; `host:port/path` keeps its port.
        Some((host, rest)) if transport.is_empty() && !host.contains('/') => format!("{host}/{rest}"),
        _ => path.to_owned(),
    };
    let path = path.trim_matches('/');
    let (host, path) = path.split_once('/').unwrap_or((path, ""));
    let address = format!("{}/{}", host.to_ascii_lowercase(), path.strip_suffix(".git").unwrap_or(path));
    let folder = folder.trim_matches('/').to_owned();
    archive(&address, &folder).unwrap_or(ModuleSource::Package { address, folder, reference })
}

/// `github.com/owner/repository/archive/refs/tags/v1.2.3.zip//repository-1.2.3/folder` as its repository's.
fn archive(address: &str, folder: &str) -> Option<ModuleSource> {
    let (repository, archive) = address.split_once("/archive/")?;
    let name = repository.strip_prefix("github.com/")?.split_once('/')?.1;
    let file = archive.strip_suffix(".zip").or_else(|| archive.strip_suffix(".tar.gz"))?;
    let file = file.strip_prefix("refs/tags/").or_else(|| file.strip_prefix("refs/heads/")).unwrap_or(file);
    let (top, folder) = folder.split_once('/').unwrap_or((folder, ""));
    // The archive holds one folder, named after the repository and the version; `*` finds it too.
    if !top.is_empty() && top != "*" && !top.starts_with(name) {
        return None;
    }
    Some(ModuleSource::Package {
        address: repository.to_owned(),
        folder: folder.to_owned(),
        reference: Some(file.to_owned()),
    })
}

/// Under which name the public registry lists a repository: `owner/terraform-provider-name` is
/// `owner/name/provider`.
fn published(address: &str, folder: &str) -> Option<String> {
    let address = address.to_ascii_lowercase();
    let (owner, repository) = address.strip_prefix("github.com/")?.split_once('/')?;
    let (provider, name) = repository.strip_prefix("terraform-")?.split_once('-')?;
    let is_repository = !name.is_empty() && !repository.contains('/');
    is_repository.then(|| with_folder(&format!("{owner}/{name}/{provider}"), folder))
}

/// What a query of a source says that is no secret.
const OPEN_PARAMETERS: &[&str] = &["ref", "rev", "version", "depth", "archive", "checksum"];

/// A source as it may be shown: who signs in is left out (`git::https://user:token@host/path`, where a
/// token often stands alone), and so is what its query hands over (`?sshkey=…`).
pub fn without_secrets(source: &str) -> String {
    let (address, query) = match source.split_once('?') {
        Some((address, query)) => (address, Some(query)),
        None => (source, None),
    };
    let mut shown = match address.split_once("://") {
        Some((start, rest)) => {
            let end = rest.find('/').unwrap_or(rest.len());
            match rest.get(..end).and_then(|host| host.rsplit_once('@')) {
                Some((user, host)) if user != "git" => {
                    format!("{start}://…@{host}{}", rest.get(end..).unwrap_or_default())
                }
                _ => address.to_owned(),
            }
        }
        None => address.to_owned(),
    };
    if let Some(query) = query {
        let parameters = query.split('&').map(|parameter| match parameter.split_once('=') {
            Some((name, _)) if !OPEN_PARAMETERS.contains(&name) => format!("{name}=…"),
            _ => parameter.to_owned(),
        });
        shown.push('?');
        shown.push_str(&parameters.collect::<Vec<_>>().join("&"));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(source: &str) -> Option<String> {
        ModuleSource::parse(source).public_module(None).map(|public| public.module)
    }

    #[test]
    fn one_module_under_many_addresses() {
        for source in [
            "terraform-aws-modules/iam/aws//modules/iam-user",
            "registry.terraform.io/terraform-aws-modules/iam/aws//modules/iam-user",
            "registry.opentofu.org/terraform-aws-modules/iam/aws//modules/iam-user",
            "github.com/terraform-aws-modules/terraform-aws-iam//modules/iam-user",
            "git::github.com/terraform-aws-modules/terraform-aws-iam//modules/iam-user?ref=master",
            "git::https://github.com/terraform-aws-modules/terraform-aws-iam.git//modules/iam-user?ref=v5.30.0",
            "git::https://github.com/terraform-aws-modules/terraform-aws-iam.git//modules/iam-user/?depth=1&ref=v5.30.0",
            "git::ssh://git@github.com/terraform-aws-modules/terraform-aws-iam.git//modules/iam-user",
            "git@github.com:terraform-aws-modules/terraform-aws-iam.git//modules/iam-user",
            "https://github.com/terraform-aws-modules/terraform-aws-iam/archive/refs/tags/v5.30.0.zip//terraform-aws-iam-5.30.0/modules/iam-user",
            "https://github.com/terraform-aws-modules/terraform-aws-iam/archive/v5.30.0.tar.gz//*/modules/iam-user",
        ] {
            let module = public(source);
            assert_eq!(
                module.as_deref(),
                Some("terraform-aws-modules/iam/aws//modules/iam-user"),
                "{source}"
            );
        }
        assert_eq!(
            public("github.com/cloudposse/terraform-null-label").as_deref(),
            Some("cloudposse/label/null")
        );
    }

    #[test]
    fn modules_of_others_are_not_the_public_one() {
        for source in [
            "app.terraform.io/terraform-aws-modules/iam/aws//modules/iam-user",
            "git::https://git.example.com/terraform-aws-modules/terraform-aws-iam.git//modules/iam-user",
            "https://example.com/github.com/terraform-aws-iam.zip",
            "./terraform-aws-modules/iam/aws",
            "git::file:///srv/terraform-aws-iam.git",
            "s3::https://s3.amazonaws.com/bucket/terraform-aws-iam.zip",
            "github.com/terraform-aws-modules/terraform-aws-iam//modules/iam-user?ref=0123456789012345678901234567890123456789",
            "github.com/terraform-aws-modules/terraform-aws-iam//modules/iam-user?ref=fix-keys",
        ] {
            assert_eq!(public(source), None, "{source}");
        }
    }

    #[test]
    fn a_tag_is_a_version() {
        let of = |source: &str| ModuleSource::parse(source).public_module(None).unwrap().versions;
        let exactly = |text: &str| Some(VersionConstraint::exactly(Version::parse(text).unwrap()));
        let repository = "github.com/cloudposse/terraform-aws-iam-user";
        assert_eq!(of(&format!("{repository}?ref=0.9.0")), exactly("0.9.0"));
        assert_eq!(of(&format!("{repository}?ref=refs/tags/v0.9.0")), exactly("0.9.0"));
        assert_eq!(of(&format!("{repository}?ref=tags/0.9.0")), exactly("0.9.0"));
        assert_eq!(of(repository), None);
    }

    #[test]
    fn what_the_manifest_says_is_what_the_call_says() {
        for (call, manifest) in [
            ("hashicorp/consul/aws//a", "registry.terraform.io/hashicorp/consul/aws//a"),
            ("github.com/a/b//c?ref=v1", "git::https://github.com/a/b.git//c?ref=v1"),
            ("git@github.com:a/b.git?ref=v1", "git::ssh://git@github.com/a/b.git?ref=v1"),
            ("git::https://example.com:8443/a.git", "git::https://example.com:8443/a.git"),
        ] {
            assert_eq!(ModuleSource::parse(call), ModuleSource::parse(manifest), "{call}");
        }
        assert_ne!(
            ModuleSource::parse("github.com/a/b?ref=v1"),
            ModuleSource::parse("git::https://github.com/a/b.git?ref=v2")
        );
        assert_ne!(
            ModuleSource::parse("app.terraform.io/a/b/aws"),
            ModuleSource::parse("registry.terraform.io/a/b/aws")
        );
    }

    #[test]
    fn paths() {
        for source in ["./a", "../a", ".", "..", "/abs/a"] {
            assert_eq!(ModuleSource::parse(source), ModuleSource::Local(source.to_owned()));
        }
        assert_eq!(ModuleSource::parse("file:///abs/a"), ModuleSource::Local("/abs/a".to_owned()));
    }

    #[test]
    fn what_signs_in_is_not_shown() {
        for (source, shown) in [
            ("git::https://u:p@ss@host/a.git?ref=v1", "git::https://…@host/a.git?ref=v1"),
            ("git::https://token@host/a@b.git", "git::https://…@host/a@b.git"),
            (
                "git::ssh://git@host/a.git//sub?sshkey=c2VjcmV0&ref=v1",
                "git::ssh://git@host/a.git//sub?sshkey=…&ref=v1",
            ),
            ("https://host/a.zip?archive=zip&token=s", "https://host/a.zip?archive=zip&token=…"),
            ("cloudposse/iam-user/aws", "cloudposse/iam-user/aws"),
        ] {
            assert_eq!(super::without_secrets(source), shown);
        }
    }
}
