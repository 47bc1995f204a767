//! All that starts programs on a host by itself, and the programs of `PATH` that lead elsewhere.
//! Each source has its own file; what they lead to is joined with packages in `components`.

use std::path::PathBuf;

use crate::discover::cron::cron;
use crate::discover::settings::Settings;
use crate::discover::shortcuts::shortcuts;
use crate::discover::tool_servers::tool_servers;
use crate::discover::units::units;
use crate::error::Problem;
use crate::model::host::HostFiles;
use crate::model::launch::{Launch, Shortcut};
use crate::model::principal::Principals;

/// What was found.
#[derive(Default)]
pub struct Launches {
    /// Units, lines of cron, tool servers.
    pub launches: Vec<Launch>,
    /// Programs that lead elsewhere.
    pub shortcuts: Vec<Shortcut>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// Looks at all known places within the scope, which is the whole host if it is empty.
/// `projects` are folders that may hold settings of editors.
pub fn launches(
    files: &dyn HostFiles,
    principals: &Principals,
    scope: &[PathBuf],
    projects: &[PathBuf],
) -> Launches {
    let mut settings = Settings::new(files, principals, scope);
    let mut launches = units(&mut settings);
    launches.extend(cron(&mut settings));
    launches.extend(tool_servers(&mut settings, projects));
    launches.retain(|launch| !launch.invocation.is_empty() || launch.invocation.folder.is_some());
    let shortcuts = shortcuts(&mut settings);
    Launches { launches, shortcuts, problems: settings.problems }
}
