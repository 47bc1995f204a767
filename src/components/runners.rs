//! Joins an infected install with what is known of the host into the users whose authority
//! its code had. Pure; takes the host's facts as arguments, and judges no file.

use std::collections::BTreeMap;
use std::path::Path;

use crate::components::past::asked_for;
use crate::components::sites::{Reached, is_file_of, reached};
use crate::model::advisory::{Role, Trigger, Weight};
use crate::model::authority::{Authorities, Capabilities};
use crate::model::component::{Component, Confined, Handed, InfectedInstall, Runner, Sighting};
use crate::model::container::{Container, short};
use crate::model::launch::{Launch, Shortcut, is_python};
use crate::model::layer::layer_of;
use crate::model::path_pattern::is_within;
use crate::model::principal::{Certainty, Principals, Process};
use crate::model::time::Moment;

/// More reasons for one user are not kept.
const REASONS_MAX: usize = 100;
/// More entries are not made for what is kept from its user's rights.
const CONFINED_MAX: usize = 64;

/// The kernel tells the time of its own start in whole seconds, and from that a process's.
const START_DOUBT_SECONDS: i64 = 2;

/// What else is known of the host.
pub struct Surroundings<'h> {
    /// Its users.
    pub principals: &'h Principals,
    /// Its running processes.
    pub processes: &'h [Process],
    /// What each of them may do beyond its own files.
    pub authorities: &'h Authorities,
    /// What starts programs on it.
    pub launches: &'h [Launch],
    /// Programs of `PATH` that lead elsewhere.
    pub shortcuts: &'h [Shortcut],
    /// Containers that are kept on it.
    pub containers: &'h [Container],
    /// The time of the sweep: the end of every window that is still open.
    pub now: Moment,
}

/// Everybody whose authority the code had, each once with the surest reason first.
/// `components` are all that were found, sorted.
pub fn runners(
    install: &InfectedInstall,
    components: &[Component],
    surroundings: &Surroundings<'_>,
) -> Vec<Runner> {
    let mut runners = Vec::new();
    let Surroundings { processes, containers, .. } = *surroundings;
    if let Some(component) = &install.component {
        let install = Infected { component, triggers: &install.triggers, components };
        runners.push(match layer_of(&component.path) {
            Some(layer) => in_container(component, layer, containers),
            None => installer(&install),
        });
        runners.extend(processes.iter().filter_map(|one| process(&install, one, containers)));
        runners.extend(surroundings.launches.iter().flat_map(|one| launch(&install, one)));
        runners.extend(surroundings.shortcuts.iter().flat_map(|one| shortcut(&install, one)));
        runners.extend(continuous_integration(component));
        runners.extend(everybody(component, surroundings.principals));
    }
    runners.extend(install.sightings.iter().filter_map(left_by));
    runners.extend(asked_for(install));
    let mut runners = each_once(runners);
    for runner in &mut runners {
        runner.authority.extend_from_slice(surroundings.authorities.of(runner.uid));
        runner.authority.sort();
    }
    runners
}

/// An installed package, with what makes its code run, among all packages.
struct Infected<'i> {
    component: &'i Component,
    triggers: &'i [Trigger],
    components: &'i [Component],
}

/// One entry a user, the surest first. What is kept from some of the user's rights is an entry
/// of its own, but for where the user is one with all of them who is as sure to have run it.
fn each_once(mut runners: Vec<Runner>) -> Vec<Runner> {
    let rank = |one: &Runner| (one.certainty, one.uid, one.confined);
    runners.sort_by(|one, other| (rank(one), &one.evidence).cmp(&(rank(other), &other.evidence)));
    let mut places: BTreeMap<(u32, Confined), usize> = BTreeMap::new();
    let mut found: Vec<Runner> = Vec::new();
    for mut runner in runners {
        if places.len() >= CONFINED_MAX && runner.confined != Confined::default() {
            runner.confined = Confined::UNSEEN;
        }
        let unconfined = places.get(&(runner.uid, Confined::default())).copied();
        let own = (runner.uid, runner.confined);
        let place = unconfined.unwrap_or_else(|| *places.entry(own).or_insert(found.len()));
        match found.get_mut(place) {
            None => found.push(runner),
            Some(known) => add(known, runner),
        }
    }
    found
}

fn add(known: &mut Runner, runner: Runner) {
    // What is merely possible adds nothing to what is surer.
    let counts = runner.certainty < Certainty::Possible || known.certainty == Certainty::Possible;
    let is_new = known.evidence != runner.evidence && !known.further.contains(&runner.evidence);
    if counts && is_new && known.further.len() < REASONS_MAX {
        known.further.push(runner.evidence);
    }
    known.gids.extend(runner.gids);
    known.authority.extend(runner.authority);
    known.handed.extend(runner.handed);
    // The surest of what hands over the same file.
    known.handed.sort();
    known.handed.dedup_by(|one, surer| one.path == surer.path);
    known.gids.sort_unstable();
    known.gids.dedup();
    known.authority.sort();
    known.authority.dedup();
}

/// Who installed it did so in a container, or on the machine where the image was made. What
/// of this host its user may read, depends on what was mounted there.
fn in_container(component: &Component, layer: &Path, containers: &[Container]) -> Runner {
    let evidence = format!("containers of the layer {} have it for this user", layer.display());
    let made_of_it = containers.iter().filter(|container| container.layers.contains(layer));
    let handed = made_of_it.map(|container| settings(container, Certainty::Possible)).collect();
    Runner { handed, ..Runner::new(component.owner_uid, Certainty::Possible, evidence) }
}

/// What an engine gives to all that runs in a container.
fn settings(container: &Container, certainty: Certainty) -> Handed {
    Handed {
        path: container.settings.clone(),
        certainty,
        evidence: format!("the container {} has its variables from it", short(&container.id)),
    }
}

/// The owner of the metadata ran the installer.
fn installer(install: &Infected<'_>) -> Runner {
    let program = install.component.installer.as_deref().unwrap_or("an installer");
    let (certainty, deed) = if install.triggers.contains(&Trigger::Install) {
        (Certainty::Observed, "ran")
    } else {
        (Certainty::Configured, "installed")
    };
    let evidence = format!("{program} {deed} it as this user, who owns it");
    Runner::new(install.component.owner_uid, certainty, evidence)
}

/// A process of the environment that started after the install, or has a file of the package
/// in its memory.
fn process(install: &Infected<'_>, process: &Process, containers: &[Container]) -> Option<Runner> {
    let (certainty, deed) = deed(install, process)?;
    let capabilities = process.capabilities.limiting_root().filter(|_| process.uid == 0);
    let confined = Confined { capabilities, namespace: process.namespace };
    let unit = process.unit.iter().map(|unit| format!(", unit {unit}"));
    let since = process.started.iter().map(|at| format!(", started {at}"));
    let enclosure = process
        .enclosure
        .iter()
        .map(|enclosure| format!(", {enclosure}, where the same path may be another file"));
    let apart = apart(confined).into_iter().map(ToOwned::to_owned);
    let details: String = unit.chain(since).chain(enclosure).chain(apart).collect();
    let evidence = format!("process {} {deed}{details}", process.pid);
    // Power within a container reaches no further than its own files.
    let is_outside = process.enclosure.is_none();
    let certainty = if is_outside { certainty } else { Certainty::Possible };
    let is_told = is_outside && (process.uid != 0 || capabilities.is_some());
    let authority = process.capabilities.authority().filter(|_| is_told).into_iter().collect();
    let handed = given(process, certainty, containers);
    let gids = process.gids.clone();
    Some(Runner {
        gids,
        authority,
        confined,
        handed,
        ..Runner::new(process.uid, certainty, evidence)
    })
}

/// What every process has of itself, and of the container that it is in.
fn given(process: &Process, certainty: Certainty, containers: &[Container]) -> Vec<Handed> {
    let own = |name: &str, what: &str| Handed {
        path: format!("/proc/{}/{name}", process.pid).into(),
        certainty,
        evidence: format!("it is {what} of process {}", process.pid),
    };
    let own = [own("cmdline", "the command line"), own("environ", "the environment")];
    let is_around = |one: &&Container| process.enclosure.iter().any(|around| around.is(one));
    let around = containers.iter().filter(is_around).map(|one| settings(one, certainty));
    own.into_iter().chain(around).collect()
}

/// What is told of a process that may do less than its user.
fn apart(confined: Confined) -> Vec<&'static str> {
    let limited = confined.capabilities.map(|_| ", without all of root's capabilities");
    let other = confined.namespace.map(|_| ", in a mount namespace of its own");
    limited.into_iter().chain(other).collect()
}

/// Only a start-up hook is sure to have run in an interpreter of the environment; an import
/// shows by what is mapped, if the package has compiled parts.
fn deed(install: &Infected<'_>, process: &Process) -> Option<(Certainty, String)> {
    let Infected { component, triggers, components } = install;
    if let Some(file) = process.mapped.iter().find(|file| is_file_of(file, component)) {
        return Some((Certainty::Observed, format!("has {} in its memory", file.display())));
    }
    let installed = component.installed.as_ref().map(|dated| dated.at);
    let latest_start = process.started.map(|start| start.plus_seconds(START_DOUBT_SECONDS));
    if installed.zip(latest_start).is_some_and(|(at, start)| start < at) {
        return None;
    }
    let mut in_memory = process.mapped.iter();
    let neighbour = in_memory.find(|file| is_within(file, &component.environment));
    let hooked = triggers.contains(&Trigger::InterpreterStart);
    let sure = |is_sure: bool| if is_sure { Certainty::Observed } else { Certainty::Configured };
    match (reached(&process.invocation, process.uid, component, components), neighbour) {
        (Some(Reached::Runs(program)), _) if is_python(&program) => {
            let deed = format!("runs this environment by {}", program.display());
            Some((sure(hooked), deed))
        }
        (_, Some(file)) => Some((sure(hooked), format!("has {} in its memory", file.display()))),
        (Some(reached), None) => Some((reached.certainty(), reached.clause())),
        (None, None) => None,
    }
}

/// Whatever is set up to start something of the environment.
fn launch(install: &Infected<'_>, launch: &Launch) -> Vec<Runner> {
    let Launch { invocation, means, path, .. } = launch;
    let runner = |uid: &u32| {
        let reached = reached(invocation, *uid, install.component, install.components)?;
        let capabilities = launch.capabilities.filter(|_| *uid == 0);
        let confined = Confined { capabilities, namespace: None };
        let launcher = format!("{} {}", means.as_str(), path.display());
        let apart = apart(confined).concat();
        let evidence = format!("{launcher} {}{apart}", reached.clause());
        let (gids, mut authority) = (launch.gids.clone(), launch.authority.clone());
        authority.extend(capabilities.and_then(Capabilities::authority));
        let handed = handed_by(launch, &launcher, reached.certainty());
        Some(Runner {
            gids,
            authority,
            confined,
            handed,
            ..Runner::new(*uid, reached.certainty(), evidence)
        })
    };
    launch.uids.iter().filter_map(runner).collect()
}

fn handed_by(launch: &Launch, launcher: &str, certainty: Certainty) -> Vec<Handed> {
    let handed = launch.hands.iter().map(|path| Handed {
        path: path.clone(),
        certainty,
        evidence: format!("{launcher} gives it to what it starts"),
    });
    handed.collect()
}

/// Users who may run a program that leads into the environment.
fn shortcut(install: &Infected<'_>, shortcut: &Shortcut) -> Vec<Runner> {
    let Some(program) = shortcut.invocation.programs.first() else { return Vec::new() };
    let runner = |uid: &u32| {
        let found = reached(&shortcut.invocation, *uid, install.component, install.components)?;
        let evidence = format!("may start {}, which {}", program.display(), found.clause());
        Some(Runner::new(*uid, Certainty::Possible, evidence))
    };
    shortcut.uids.iter().filter_map(runner).collect()
}

/// Folders in which agents of continuous integration keep what they build.
const WORKSPACES: &[&str] = &[
    "/__w",
    "/actions-runner",
    "/builds",
    "/home/runner",
    "/var/jenkins_home/workspace",
    "/var/lib/jenkins/workspace",
];

/// The agent owns what it installs for a job.
fn continuous_integration(component: &Component) -> Option<Runner> {
    let mut folders = WORKSPACES.iter().map(Path::new);
    let known = folders.find(|folder| is_within(&component.environment, folder));
    let ancestors = || component.environment.ancestors();
    let workspace = known.or_else(|| ancestors().find(|folder| folder.ends_with("_work")))?;
    let evidence = format!(
        "jobs of CI run in {}; their secrets live in the process of the job and cannot be \
         listed from disk",
        workspace.display()
    );
    Some(Runner::new(component.owner_uid, Certainty::Configured, evidence))
}

/// A system-wide environment is one that anybody's interpreter reads.
fn everybody<'s>(
    component: &'s Component,
    principals: &'s Principals,
) -> impl Iterator<Item = Runner> + 's {
    let is_shared =
        component.owner_uid == 0 && is_within(&component.environment, Path::new("/usr"));
    let users = principals.users.iter().filter(move |user| is_shared && user.logs_in);
    let evidence = format!("{} serves every user", component.environment.display());
    users.map(move |user| Runner::new(user.uid, Certainty::Possible, evidence.clone()))
}

/// What the code itself wrote shows with whose authority it ran. The payload does not:
/// an installer wrote that. Nor does a file that everybody has, such as a shell's start file.
fn left_by(sighting: &Sighting) -> Option<Runner> {
    let is_effect = sighting.role != Role::Payload && sighting.weight == Weight::Strong;
    let evidence = format!("it left {}, which belongs to this user", sighting.path.display());
    is_effect.then(|| Runner::new(sighting.owner_uid, Certainty::Observed, evidence))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::access::NamespaceId;
    use crate::model::container::Enclosure;
    use crate::model::launch::Invocation;
    use crate::model::principal::Namespace;

    fn confined(certainty: Certainty, namespace: u64) -> Runner {
        let namespace = Some(Namespace { id: NamespaceId(namespace), pid: 7 });
        let confined = Confined { capabilities: None, namespace };
        Runner { confined, ..Runner::new(1000, certainty, format!("in {namespace:?}")) }
    }

    fn check(runners: Vec<Runner>, expected: &[(Certainty, bool, usize)]) {
        let found = each_once(runners);
        let told =
            |one: &Runner| (one.certainty, one.confined.namespace.is_some(), one.further.len());
        assert_eq!(found.iter().map(told).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn who_is_kept_from_some_rights_is_one_with_whom_as_surely_has_all() {
        use Certainty::{Configured, Observed, Possible};
        let free = |certainty| Runner::new(1000, certainty, "free".into());
        let two = vec![confined(Observed, 1), free(Observed), confined(Configured, 2)];
        check(two, &[(Observed, false, 2)]);
        let surer = vec![free(Configured), confined(Observed, 1), confined(Observed, 1)];
        check(surer, &[(Observed, true, 0), (Configured, false, 0)]);
        check(vec![confined(Possible, 1), confined(Possible, 2)], &[(Possible, true, 0); 2]);
    }

    #[test]
    fn a_process_has_the_settings_of_its_own_container_only() {
        let container = |id: &str| Container {
            id: id.into(),
            settings: format!("/{id}/config.json").into(),
            layers: BTreeSet::new(),
        };
        let process = |enclosure: Option<Enclosure>| Process {
            pid: 7,
            name: String::new(),
            variables: Vec::new(),
            uid: 0,
            gids: Vec::new(),
            capabilities: Capabilities::default(),
            invocation: Invocation::default(),
            mapped: Vec::new(),
            namespace: None,
            unit: None,
            enclosure,
            started: None,
        };
        let check = |enclosure: Option<Enclosure>, expected: &[&str]| {
            let containers = [container("one"), container("other")];
            let given = given(&process(enclosure), Certainty::Possible, &containers);
            let settings = given.iter().map(|one| one.path.as_path());
            let settings = settings.filter(|path| !path.starts_with("/proc"));
            assert!(settings.eq(expected.iter().map(Path::new)), "{given:?}");
        };
        check(Some(Enclosure::Container("other".into())), &["/other/config.json"]);
        check(Some(Enclosure::Container("gone".into())), &[]);
        check(Some(Enclosure::OtherRoot), &[]);
        check(None, &[]);
    }

    #[test]
    fn beyond_a_bound_nothing_is_told_apart() {
        let many = (0..1000).map(|number| confined(Certainty::Observed, number + 1));
        let found = each_once(many.collect());
        assert_eq!(found.len(), CONFINED_MAX + 1);
        assert_eq!(found[CONFINED_MAX].confined, Confined::UNSEEN);
    }
}
