//! Whether something that is started reaches the environment of a component: by a program of
//! it, by working in its project, by searching it. Pure; a path alone is judged, not what
//! the program does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::components::version::normal_name;
use crate::model::advisory::Ecosystem;
use crate::model::component::Component;
use crate::model::launch::{Invocation, is_node, is_python, is_python_project_tool};
use crate::model::path_pattern::is_within;
use crate::model::principal::Certainty;

/// How an environment is reached, the surest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reached {
    /// A program of it is run.
    Runs(PathBuf),
    /// Its project is run, so that it may be imported.
    RunsProject(PathBuf),
    /// It is active, or searched for modules or programs.
    Searches,
    /// A package of it is fetched and run.
    Fetches(String),
    /// Something works in its project.
    WorksIn(PathBuf),
}

impl Reached {
    /// How sure it is that what does so runs code of the environment.
    pub const fn certainty(&self) -> Certainty {
        match self {
            Self::WorksIn(_) => Certainty::Possible,
            _ => Certainty::Configured,
        }
    }

    /// As a clause.
    pub fn clause(&self) -> String {
        match self {
            Self::Runs(program) => format!("runs {}", program.display()),
            Self::RunsProject(project) => {
                format!("runs the project {}, which may import it", project.display())
            }
            Self::Searches => "has this environment active or in a search path".to_owned(),
            Self::Fetches(package) => format!("has {package} fetched and run, which brings it"),
            Self::WorksIn(project) => format!("works in the project {}", project.display()),
        }
    }
}

/// How an invocation by a user reaches a component's environment. `components` are all,
/// sorted: those beside it tell what brought it.
pub fn reached(
    invocation: &Invocation,
    uid: u32,
    component: &Component,
    components: &[Component],
) -> Option<Reached> {
    let found = match component.ecosystem {
        Ecosystem::PyPI => python(invocation, uid, component),
        Ecosystem::Npm => node(invocation, component),
        _ => None,
    };
    found.or_else(|| fetched(invocation, uid, component, components))
}

/// The folders of projects that components are installed in, each once.
pub fn projects(components: &[Component]) -> Vec<PathBuf> {
    let folders = components.iter().filter_map(|component| match component.ecosystem {
        Ecosystem::PyPI => prefix(component)?.parent(),
        Ecosystem::Npm => project(component),
        _ => None,
    });
    let folders: BTreeSet<&Path> = folders.filter(|folder| *folder != Path::new("/")).collect();
    folders.into_iter().map(Path::to_owned).collect()
}

/// The folder that a Python environment is one of: `PREFIX/lib/pythonX.Y/site-packages`.
fn prefix(component: &Component) -> Option<&Path> {
    component.environment.ancestors().nth(3)
}

fn python(invocation: &Invocation, uid: u32, component: &Component) -> Option<Reached> {
    let prefix = prefix(component)?;
    let programs = interpreters_first(&invocation.programs);
    let mut programs = programs.filter(|program| is_program_of(program, prefix, uid, component));
    if let Some(program) = programs.next() {
        return Some(Reached::Runs(program.clone()));
    }
    let is_searched = |folder: &PathBuf| {
        *folder == component.environment || folder == prefix || *folder == prefix.join("bin")
    };
    if invocation.searched.iter().any(is_searched) && !is_shared(prefix) {
        return Some(Reached::Searches);
    }
    // `PROJECT/.venv/lib/...`; an environment in `/opt/tool` has no project around it.
    let is_usual = prefix.file_name().is_some_and(|name| name == ".venv" || name == "venv");
    let project = prefix.parent().filter(|_| is_usual)?;
    let runs = invocation.programs.iter().any(|program| is_python_project_tool(program));
    works_in(invocation, project, runs)
}

/// What a process shows best is its interpreter: a script says less.
fn interpreters_first(programs: &[PathBuf]) -> impl Iterator<Item = &PathBuf> {
    let interpreters = programs.iter().filter(|program| is_python(program));
    interpreters.chain(programs.iter().filter(|program| !is_python(program)))
}

fn is_program_of(program: &Path, prefix: &Path, uid: u32, component: &Component) -> bool {
    let system = ["/usr/bin", "/bin"].map(Path::new);
    let folder = program.parent().unwrap_or(Path::new("/"));
    let is_of_system = is_python(program) && system.contains(&folder);
    // `~/.local` is a site of every Python that its user starts.
    if prefix.ends_with(".local") && uid == component.owner_uid && is_of_system {
        return true;
    }
    let is_debian = component.environment.ends_with("dist-packages");
    match prefix.to_str() {
        Some("/usr") => is_of_system,
        Some("/usr/local") if is_debian => is_of_system,
        Some("/usr/local") => is_python(program) && folder == Path::new("/usr/local/bin"),
        _ => is_within(program, &prefix.join("bin")),
    }
}

/// Whether everybody's programs lie beside it, so that `PATH` says nothing.
fn is_shared(prefix: &Path) -> bool {
    prefix.starts_with("/usr") || prefix.ends_with(".local")
}

fn node(invocation: &Invocation, component: &Component) -> Option<Reached> {
    let project = project(component)?;
    let mut programs = invocation.programs.iter();
    if programs.any(|program| program.is_absolute() && is_within(program, &component.path)) {
        return Some(Reached::Runs(component.path.clone()));
    }
    // A folder of global packages is nobody's project: each is run by itself.
    if project.ends_with("lib") || is_within(project, Path::new("/usr")) {
        return None;
    }
    let runs = invocation.programs.iter().any(|program| is_node(program));
    let mut scripts = invocation.programs.iter().filter(|program| !is_node(program));
    if runs && scripts.any(|script| script.is_absolute() && is_within(script, project)) {
        return Some(Reached::RunsProject(project.to_owned()));
    }
    works_in(invocation, project, runs)
}

/// The folder that holds the outermost `node_modules` of a package.
fn project(component: &Component) -> Option<&Path> {
    let folders = component.environment.ancestors();
    let outermost = folders.filter(|folder| folder.ends_with("node_modules")).last()?;
    outermost.parent()
}

fn works_in(invocation: &Invocation, project: &Path, runs: bool) -> Option<Reached> {
    let is_inside = invocation.folder.as_ref().is_some_and(|folder| is_within(folder, project));
    // Everything works somewhere below `/`: that alone says nothing.
    match (is_inside, runs) {
        (true, true) => Some(Reached::RunsProject(project.to_owned())),
        (true, false) if project != Path::new("/") => Some(Reached::WorksIn(project.to_owned())),
        _ => None,
    }
}

/// A package that is fetched and run lies beside what it brings, in a cache of the user.
fn fetched(
    invocation: &Invocation,
    uid: u32,
    component: &Component,
    components: &[Component],
) -> Option<Reached> {
    let path = component.environment.to_string_lossy();
    let is_kept_by_tool =
        ["/uv/", "/pipx/", "/_npx/", "/dlx"].iter().any(|folder| path.contains(folder));
    if component.owner_uid != uid || !is_kept_by_tool {
        return None;
    }
    let is_beside = |name: &str| {
        let first = components.partition_point(|one| one.environment < component.environment);
        let beside = components[first..].iter();
        let mut beside = beside.take_while(|one| one.environment == component.environment);
        beside.any(|one| one.name == name)
    };
    let packages = invocation.packages.iter().filter(|(of, _)| *of == component.ecosystem);
    let mut names = packages.map(|(ecosystem, name)| normal_name(*ecosystem, name));
    names.find(|name| is_beside(name)).map(Reached::Fetches)
}

/// Whether a mapped file is one of the component itself. The folder of a Python package may
/// have another name than the package; then this is missed.
pub fn is_file_of(file: &Path, component: &Component) -> bool {
    if component.ecosystem == Ecosystem::Npm {
        return is_within(file, &component.path);
    }
    let below = file.strip_prefix(&component.environment).ok();
    let first = below.and_then(|below| below.iter().next()?.to_str());
    let module = first.and_then(|name| name.split('.').next());
    module.is_some_and(|module| normal_name(component.ecosystem, module) == component.name)
}

#[cfg(test)]
#[path = "sites/tests.rs"]
mod tests;
