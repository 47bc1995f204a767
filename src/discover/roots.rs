//! Where a sweep starts when nobody says where: homes, CI workspaces, installed packages, layers
//! and settings of containers, and the places where services keep their files.

use std::path::{Path, PathBuf};

use crate::discover::containers::settings_of_containers;
use crate::discover::layers::layers;
use crate::model::host::HostFiles;
use crate::model::path_pattern::is_within;
use crate::model::principal::Principals;

/// A place where discovery starts, or one that was left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Root {
    /// As the host sees it, without links.
    pub path: PathBuf,
    /// Why it is swept.
    pub why: String,
    /// Whether it can be entered. Homes of others that cannot are left out.
    pub state: RootState,
}

/// What becomes of a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RootState {
    /// It is swept.
    Swept,
    /// It lies within another one and is swept with that.
    Within,
    /// This user may not enter it.
    Closed,
}

/// Homes of system users that are no homes.
const NOT_HOMES: &[&str] = &[
    "/bin",
    "/boot",
    "/dev",
    "/lib",
    "/lib64",
    "/nonexistent",
    "/proc",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
];

/// Where services, administrators and careless scripts keep credentials.
const SYSTEM: &[(&str, &str)] = &[
    ("/etc", "configuration of services"),
    ("/opt", "software outside the package manager"),
    ("/srv", "data of services"),
    ("/var/www", "web sites"),
    ("/var/spool/cron", "tables of cron"),
    ("/app", "container application"),
    ("/data", "container data"),
    ("/tmp", "temporary files"),
    ("/var/tmp", "temporary files"),
    ("/root", "home of root"),
];

/// Where packages of further languages lie outside of homes, and programs that hold them.
const PACKAGES: &[(&str, &str)] = &[
    ("/usr/local/bin", "programs outside the package manager"),
    ("/usr/local/sbin", "programs outside the package manager"),
    ("/usr/local/cargo", "Rust in a container"),
    ("/go", "Go in a container"),
    ("/usr/local/go/pkg/mod", "Go modules"),
    ("/var/lib/gems", "system Ruby gems"),
    ("/usr/lib/ruby/gems", "system Ruby gems"),
    ("/usr/lib64/ruby/gems", "system Ruby gems"),
    ("/usr/share/gems", "system Ruby gems"),
    ("/usr/share/rubygems-integration", "system Ruby gems"),
    ("/usr/local/lib/ruby/gems", "system Ruby gems"),
    ("/usr/local/bundle", "Ruby in a container"),
    ("/usr/local/rvm/gems", "system Ruby gems"),
    ("/usr/local/rbenv/versions", "system Ruby gems"),
];

/// Where continuous integration keeps its work, outside of homes.
const WORKSPACES: &[(&str, &str)] = &[
    ("/actions-runner", "GitHub Actions runner"),
    ("/runner", "GitHub Actions runner"),
    ("/_work", "GitHub Actions runner"),
    ("/__w", "GitHub Actions container job"),
    ("/github", "GitHub Actions container job"),
    ("/builds", "GitLab builds"),
    ("/var/lib/gitlab-runner", "GitLab runner"),
    ("/var/lib/jenkins", "Jenkins"),
    ("/var/jenkins_home", "Jenkins"),
    ("/workspace", "CI workspace"),
    ("/var/lib/buildkite-agent", "Buildkite agent"),
    ("/var/lib/go-agent", "GoCD agent"),
    ("/azp", "Azure Pipelines agent"),
    ("/agent", "Azure Pipelines agent"),
    ("/drone", "Drone"),
    ("/woodpecker", "Woodpecker"),
    ("/codebuild", "CodeBuild"),
    ("/bitrise", "Bitrise"),
];

/// All default roots that exist, sorted by path; `home` is that of the calling user.
pub fn default_roots(
    files: &dyn HostFiles,
    principals: &Principals,
    home: Option<&Path>,
) -> Vec<Root> {
    let mut wanted: Vec<(PathBuf, String)> = homes(files, principals, home);
    let fixed = SYSTEM.iter().chain(PACKAGES).chain(WORKSPACES);
    wanted.extend(fixed.map(|(path, why)| (path.into(), (*why).into())));
    wanted.extend(system_packages(files));
    let homes = principals.homes();
    wanted.extend(layers(files, &homes));
    let mut roots = settle(files, wanted);
    // Only these files: the logs beside them are huge.
    roots.extend(settings_of_containers(files, &homes).into_iter().map(|path| Root {
        path,
        why: "settings of a container".into(),
        state: RootState::Swept,
    }));
    nest(roots)
}

fn homes(
    files: &dyn HostFiles,
    principals: &Principals,
    own: Option<&Path>,
) -> Vec<(PathBuf, String)> {
    let users = principals.users.iter();
    let mut homes: Vec<_> =
        users.map(|user| (user.home.clone(), format!("home of {}", user.name))).collect();
    homes.extend(own.map(|home| (home.to_owned(), "your home".to_owned())));
    let children = files.names(Path::new("/home")).unwrap_or_default();
    homes.extend(
        children.iter().map(|name| (Path::new("/home").join(name), "folder in /home".to_owned())),
    );
    homes.retain(|(path, _)| is_home(path));
    homes
}

fn is_home(path: &Path) -> bool {
    let is_system = NOT_HOMES.iter().any(|folder| is_within(path, Path::new(folder)));
    path.is_absolute() && path != Path::new("/") && !is_system
}

/// `site-packages`, `dist-packages` and `node_modules` outside of homes.
fn system_packages(files: &dyn HostFiles) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for library in ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64"] {
        let library = Path::new(library);
        found.push((library.join("node_modules"), "system Node.js packages".into()));
        let names = files.names(library).unwrap_or_default();
        for python in names.iter().filter(|name| name.to_string_lossy().starts_with("python")) {
            for packages in ["site-packages", "dist-packages"] {
                let path = library.join(python).join(packages);
                found.push((path, "system Python packages".into()));
            }
        }
    }
    found
}

/// Keeps what exists, without links and each once; the first reason stays.
fn settle(files: &dyn HostFiles, wanted: Vec<(PathBuf, String)>) -> Vec<Root> {
    let mut roots: Vec<Root> = Vec::new();
    for (path, why) in wanted {
        // A link at the root itself is followed (inside the image): the home is what it points to.
        let Some(path) = real_folder(files, &path) else { continue };
        if roots.iter().any(|root| root.path == path) {
            continue;
        }
        let state = if files.may_enter(&path) { RootState::Swept } else { RootState::Closed };
        roots.push(Root { path, why, state });
    }
    roots
}

/// Sorts them, and notes which lie within another.
fn nest(mut roots: Vec<Root>) -> Vec<Root> {
    roots.sort();
    for index in 0..roots.len() {
        let is_inside = roots[..index].iter().any(|outer| {
            outer.state == RootState::Swept && is_within(&roots[index].path, &outer.path)
        });
        if is_inside && roots[index].state == RootState::Swept {
            roots[index].state = RootState::Within;
        }
    }
    roots
}

fn real_folder(files: &dyn HostFiles, path: &Path) -> Option<PathBuf> {
    let resolved = files.resolve(path).ok()?;
    files.inode_no_follow(&resolved).ok()?.is_directory().then_some(resolved)
}
