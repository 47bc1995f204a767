//! Joins an infected install with what is known of the host into the users whose authority
//! its code had. Pure; takes the host's facts as arguments.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::components::past::asked_for;
use crate::model::advisory::{Ecosystem, Role, Trigger};
use crate::model::component::{Component, InfectedInstall, Runner, Sighting};
use crate::model::path_pattern::is_within;
use crate::model::principal::{Certainty, Principals, Process};
use crate::model::time::Moment;

/// What else is known of the host.
pub struct Surroundings<'h> {
    /// Its users.
    pub principals: &'h Principals,
    /// Its running processes.
    pub processes: &'h [Process],
    /// The time of the sweep: the end of every window that is still open.
    pub now: Moment,
}

/// Everybody whose authority the code had, each once with the surest reason.
pub fn runners(install: &InfectedInstall, surroundings: &Surroundings<'_>) -> Vec<Runner> {
    let mut runners = Vec::new();
    if let Some(component) = &install.component {
        runners.push(installer(component, &install.triggers));
        runners.extend(processes(component, &install.triggers, surroundings));
        runners.extend(everybody(component, surroundings.principals));
    }
    runners.extend(install.sightings.iter().filter_map(left_by));
    runners.extend(asked_for(install));
    runners.sort_by(|one, other| {
        (one.certainty, one.uid, &one.evidence).cmp(&(other.certainty, other.uid, &other.evidence))
    });
    let mut seen = BTreeSet::new();
    runners.retain(|runner| seen.insert(runner.uid));
    runners
}

/// The owner of the metadata ran the installer.
fn installer(component: &Component, triggers: &[Trigger]) -> Runner {
    let program = component.installer.as_deref().unwrap_or("an installer");
    let (certainty, deed) = if triggers.contains(&Trigger::Install) {
        (Certainty::Observed, "ran")
    } else {
        (Certainty::Configured, "installed")
    };
    let evidence = format!("{program} {deed} it as this user, who owns it");
    Runner { uid: component.owner_uid, certainty, evidence }
}

/// Processes of the environment's own interpreter. Only a start-up hook is sure to have
/// run in them; for an import that is not shown.
fn processes<'s>(
    component: &'s Component,
    triggers: &'s [Trigger],
    surroundings: &'s Surroundings<'_>,
) -> impl Iterator<Item = Runner> + 's {
    let installed = component.installed.as_ref().map(|dated| dated.at);
    let prefix = interpreter_prefix(component);
    let of_environment = surroundings.processes.iter().filter(move |process| {
        prefix.as_deref().is_some_and(|prefix| runs_in(process, prefix, component.owner_uid))
    });
    let later = of_environment.filter(move |process| {
        installed.zip(process.started).is_none_or(|(at, start)| start >= at)
    });
    later.map(|process| {
        let starts = triggers.contains(&Trigger::InterpreterStart);
        let certainty = if starts { Certainty::Observed } else { Certainty::Configured };
        let since = process.started.map(|at| format!(", started {at}")).unwrap_or_default();
        let evidence = format!("process {} runs this environment{since}", process.pid);
        Runner { uid: process.uid, certainty, evidence }
    })
}

/// `PREFIX` of `PREFIX/lib/pythonX.Y/site-packages`.
fn interpreter_prefix(component: &Component) -> Option<PathBuf> {
    if component.ecosystem != Ecosystem::PyPI {
        return None;
    }
    component.environment.ancestors().nth(3).map(Path::to_owned)
}

fn runs_in(process: &Process, prefix: &Path, owner_uid: u32) -> bool {
    let programs = [&process.executable, &process.argument_0];
    let is_python = |program: &Path| {
        program.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python"))
    };
    let from_prefix =
        |program: &Path| is_python(program) && is_within(program, &prefix.join("bin"));
    let any_python = programs.iter().filter_map(|program| program.as_deref()).any(is_python);
    // `~/.local` is a site of every Python that its user starts.
    let is_user_site = prefix.ends_with(".local") && process.uid == owner_uid && any_python;
    is_user_site
        || process.environment_root.as_deref() == Some(prefix)
        || programs.iter().filter_map(|program| program.as_deref()).any(from_prefix)
}

/// A system-wide environment is one that anybody's interpreter reads.
fn everybody<'s>(
    component: &'s Component,
    principals: &'s Principals,
) -> impl Iterator<Item = Runner> + 's {
    let is_shared =
        component.owner_uid == 0 && is_within(&component.environment, Path::new("/usr"));
    let users = principals.users.iter().filter(move |user| is_shared && user.logs_in);
    users.map(|user| Runner {
        uid: user.uid,
        certainty: Certainty::Possible,
        evidence: format!("{} serves every user", component.environment.display()),
    })
}

/// What the code itself wrote shows with whose authority it ran. The payload does not:
/// an installer wrote that.
fn left_by(sighting: &Sighting) -> Option<Runner> {
    let is_effect = sighting.role != Role::Payload;
    is_effect.then(|| Runner {
        uid: sighting.owner_uid,
        certainty: Certainty::Observed,
        evidence: format!("it left {}, which belongs to this user", sighting.path.display()),
    })
}
