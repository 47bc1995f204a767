//! Joins components, traces and processes into infected installs: what was here, who
//! ran it, since when. Pure; takes the host's facts as arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::components::catalogue::Catalogue;
use crate::components::past::{asked_for, join, lies_in_cache};
use crate::components::windows::set_windows;
use crate::model::advisory::{AdvisoryIndex, BadPackage, Ecosystem, Role, Trigger, Weight};
use crate::model::component::{
    Component, InfectedInstall, Mention, MentionSource, Presence, Runner, Sighting,
};
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

/// All infected installs, sorted by advisory and place. Traces that count are given to
/// the install they lie in, else to one of the same owner, else to the first of their
/// advisory; traces without an install make one of their own, and so do mentions.
pub fn infected_installs(
    catalogue: &Catalogue<'_>,
    components: &[Component],
    mut sightings: Vec<Sighting>,
    mentions: Vec<Mention>,
    surroundings: &Surroundings<'_>,
) -> Vec<InfectedInstall> {
    sightings.sort_by(|one, other| (one.advisory, &one.path).cmp(&(other.advisory, &other.path)));
    let mut hits: Vec<(AdvisoryIndex, &Component, Vec<&BadPackage>)> = Vec::new();
    for component in components {
        let mut packages: BTreeMap<AdvisoryIndex, Vec<&BadPackage>> = BTreeMap::new();
        for (advisory, package) in catalogue.hits(component) {
            packages.entry(advisory).or_default().push(package);
        }
        hits.extend(packages.into_iter().map(|(advisory, bad)| (advisory, component, bad)));
    }
    hits.sort_by_key(|(advisory, component, _)| (*advisory, &component.path));
    let hit_advisories: BTreeSet<AdvisoryIndex> =
        hits.iter().map(|(index, ..)| *index).chain(mentioned(catalogue, &mentions)).collect();
    sightings.retain(|sighting| counts(sighting, &hit_advisories));
    let mut installs: Vec<InfectedInstall> = hits
        .into_iter()
        .map(|(index, component, packages)| install(index, component, &packages))
        .collect();
    join(catalogue, mentions, &mut installs);
    for sighting in sightings {
        let owner = owner_of(&installs, &sighting);
        match owner {
            Some(owner) => installs[owner].sightings.push(sighting),
            None => installs.push(trace(sighting)),
        }
    }
    for install in &mut installs {
        install.runners = runners(install, surroundings);
        set_windows(install, catalogue.advisory(install.advisory), surroundings.now);
    }
    installs.sort_by(|one, other| place(one).cmp(&place(other)));
    installs
}

/// A strong trace counts alone. A weak one counts beside an infected package, unless its
/// contents are known and these are others.
fn counts(sighting: &Sighting, hit_advisories: &BTreeSet<AdvisoryIndex>) -> bool {
    match sighting.weight {
        Weight::Strong => true,
        Weight::Weak => {
            sighting.hash_is_known.is_none() && hit_advisories.contains(&sighting.advisory)
        }
    }
}

/// Advisories of which more than a lock file speaks: a weak trace counts beside that.
fn mentioned(
    catalogue: &Catalogue<'_>,
    mentions: &[Mention],
) -> impl Iterator<Item = AdvisoryIndex> {
    let here = mentions.iter().filter(|one| one.source != MentionSource::Lockfile);
    let hits = here.flat_map(|one| catalogue.hits_of(one.ecosystem, &one.name, &one.version));
    hits.map(|(advisory, _)| advisory)
}

type InstallPlace<'i> = (AdvisoryIndex, Presence, Option<&'i Path>, Option<&'i Mention>);

fn place(install: &InfectedInstall) -> InstallPlace<'_> {
    let component = install.component.as_ref().map(|component| component.path.as_path());
    let trace = install.sightings.first().map(|sighting| sighting.path.as_path());
    (install.advisory, install.presence(), component.or(trace), install.mentions.first())
}

fn owner_of(installs: &[InfectedInstall], sighting: &Sighting) -> Option<usize> {
    let same = || installs.iter().enumerate().filter(|(_, one)| one.advisory == sighting.advisory);
    let component = |install: &InfectedInstall| install.component.clone();
    let inside = same().find(|(_, one)| {
        component(one).is_some_and(|component| is_within(&sighting.path, &component.environment))
    });
    let owned = || {
        same().find(|(_, one)| {
            component(one).is_some_and(|component| component.owner_uid == sighting.owner_uid)
        })
    };
    let cached = || same().find(|(_, one)| lies_in_cache(sighting, one));
    // What is merely mentioned takes no trace: a trace shows more than a mention does.
    let any = || same().find(|(_, one)| one.mentions.is_empty() || one.component.is_some());
    inside.or_else(cached).or_else(owned).or_else(any).map(|(index, _)| index)
}

fn install(
    advisory: AdvisoryIndex,
    component: &Component,
    packages: &[&BadPackage],
) -> InfectedInstall {
    let triggers: BTreeSet<Trigger> =
        packages.iter().flat_map(|package| package.triggers.iter().copied()).collect();
    InfectedInstall {
        component: Some(component.clone()),
        triggers: triggers.into_iter().collect(),
        ..InfectedInstall::new(advisory)
    }
}

fn trace(sighting: Sighting) -> InfectedInstall {
    InfectedInstall { sightings: vec![sighting.clone()], ..InfectedInstall::new(sighting.advisory) }
}

/// Everybody whose authority the code had, each once with the surest reason.
fn runners(install: &InfectedInstall, surroundings: &Surroundings<'_>) -> Vec<Runner> {
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
