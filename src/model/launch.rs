//! What starts programs on a host: units, lines of cron, tool servers of editors, programs in
//! the folders of `PATH`. No argument and no value of a variable is kept, for they may hold
//! secrets: only paths of programs and folders, and names of packages.

use std::path::{Path, PathBuf};

use crate::model::advisory::Ecosystem;
use crate::model::authority::{Authority, Capabilities};

/// What is started, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invocation {
    /// Programs and scripts, with what links and first lines lead to. A bare name is that of a
    /// known tool (`node`, `uv`), found by `PATH`.
    pub programs: Vec<PathBuf>,
    /// The folder it works in.
    pub folder: Option<PathBuf>,
    /// Active environments (`VIRTUAL_ENV`) and folders that are searched for programs or
    /// modules (`PATH`, `PYTHONPATH`).
    pub searched: Vec<PathBuf>,
    /// Packages that it has fetched and run by `uvx`, `npx` and their like.
    pub packages: Vec<(Ecosystem, String)>,
}

impl Invocation {
    /// Whether nothing at all is known of it.
    pub fn is_empty(&self) -> bool {
        self.programs.is_empty() && self.searched.is_empty() && self.packages.is_empty()
    }
}

/// Something that starts a program without anybody typing its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// What kind of thing.
    pub means: LaunchMeans,
    /// The file that says so.
    pub path: PathBuf,
    /// With whose authority; several for a unit of every user.
    pub uids: Vec<u32>,
    /// Groups that it has beyond those of the user.
    pub gids: Vec<u32>,
    /// What it may do beyond the user.
    pub authority: Vec<Authority>,
    /// What root's capabilities are cut down to for it, if they are.
    pub capabilities: Option<Capabilities>,
    /// What it starts.
    pub invocation: Invocation,
    /// Files whose contents it gives to what it starts, whoever may read them: as variables,
    /// arguments or files.
    pub hands: Vec<PathBuf>,
}

/// What starts programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LaunchMeans {
    /// A unit of systemd.
    Unit,
    /// A unit for a user that systemd makes for each run and that owns nothing.
    DynamicUserUnit,
    /// A line of cron or anacron, or a script that they run.
    Cron,
    /// An editor or an assistant that starts tool servers.
    Editor,
}

impl LaunchMeans {
    /// As the beginning of a sentence that goes on with a path.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unit => "the unit",
            Self::DynamicUserUnit => "for a user made for each run (DynamicUser), the unit",
            Self::Cron => "the cron file",
            Self::Editor => "the editor file",
        }
    }
}

/// A program in a folder of `PATH` that leads into another place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortcut {
    /// The program, with what its links and its first line lead to.
    pub invocation: Invocation,
    /// Users whom today's modes let run it.
    pub uids: Vec<u32>,
}

/// Whether a program is an interpreter of Python.
pub fn is_python(program: &Path) -> bool {
    starts_with(program, &["python", "pypy"])
}

/// Whether a program runs JavaScript with the `node_modules` of the folder it works in.
pub fn is_node(program: &Path) -> bool {
    let tools = ["node", "nodejs", "npm", "npx", "pnpm", "pnpx", "yarn", "bun", "bunx", "deno"];
    is_one_of(program, &tools) || starts_with(program, &["electron"])
}

/// Whether a program runs the Python environment of the project it is called in.
pub fn is_python_project_tool(program: &Path) -> bool {
    is_one_of(program, &["uv", "poetry", "pdm", "pipenv", "hatch", "rye"])
}

fn name(program: &Path) -> &str {
    program.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn is_one_of(program: &Path, names: &[&str]) -> bool {
    names.contains(&name(program))
}

fn starts_with(program: &Path, beginnings: &[&str]) -> bool {
    beginnings.iter().any(|beginning| name(program).starts_with(beginning))
}
