//! The beam: knows the order of the stages, and is the only one who does.

mod circumstances;
mod committed;
mod explain;
mod expose;
mod links;
mod look;
mod objects;
mod question;
mod repositories;
mod seen;
mod shared;
mod sieve;
mod weigh;
mod worker;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::advisories::{self, Library};
use crate::components::startup::{Scene, survey};
use crate::components::{
    Catalogue, Surroundings, explain, infected_installs, normal_name, note_removals, projects,
};
use crate::config::Config;
use crate::detect::engine::Engine;
use crate::detect::stores::Stores;
use crate::discover::authority::authorities;
use crate::discover::brokers::{brokers, variables as broker_variables};
use crate::discover::clock::clock;
use crate::discover::containers::containers;
use crate::discover::guards::guards;
use crate::discover::launches::{Launches, launches};
use crate::discover::mounts::Mounts;
use crate::discover::openings::{self, OwnedRepository, openings};
use crate::discover::principals::principals;
use crate::discover::processes::{Running, running};
use crate::discover::roots::{Root, RootState, default_roots};
use crate::discover::walk::{Plan, walk};
use crate::error::Error;
use crate::model::advisory::{Advisory, Ecosystem, ForeignAdvisories};
use crate::model::artifact::{Artifact, Inode};
use crate::model::broker::Broker;
use crate::model::clock::Clock;
use crate::model::component::{Component, InfectedInstall};
use crate::model::container::Container;
use crate::model::coverage::Skip;
use crate::model::finding::Finding;
use crate::model::host::HostFiles;
use crate::model::inventory::{Inventory, Task};
use crate::model::opening::Openings;
use crate::model::path_pattern::{PathPatterns, is_within};
use crate::model::principal::Principals;
use crate::model::store::StoreIndex;
use crate::model::time::{Moment, Window};
use crate::model::what_if::WhatIf;
use crate::read::containers::UNPACKED_BYTES_MAX;
use crate::read::host_files::DiskFiles;
use crate::read::reader::ReadPolicy;
use crate::sweep::circumstances::run;
use crate::sweep::expose::Exposing;
use crate::sweep::links::Links;
use crate::sweep::shared::{Harvest, Shared};
use crate::sweep::worker::Worker;
use crate::vet::ssh_fingerprint;

/// What somebody outside may watch and change while a sweep runs.
#[derive(Default)]
pub struct Watch {
    /// Set to end the sweep early; what is known then is reported as partial.
    pub interrupted: Arc<AtomicBool>,
    /// Files looked at so far.
    pub n_files: AtomicU64,
    /// Bytes of them.
    pub n_bytes: AtomicU64,
}

/// Makes panics say where, and never what: a message may hold what was being read.
pub fn hush_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(std::io::stderr(), "internal error at {place} (details are withheld)");
    }));
}

/// Where a sweep would start, without sweeping.
pub fn roots(config: &Config) -> Result<(Principals, Vec<Root>), Error> {
    let files = DiskFiles::new(config.root.clone());
    let principals = host_principals(config, &files)?;
    let roots = match config.paths.as_slice() {
        [] => default_roots(&files, &principals, config.home.as_deref()),
        paths => named_roots(&files, paths)?,
    };
    Ok((principals, roots))
}

/// Sweeps a host: from names to an inventory.
pub fn sweep(config: &Config, engine: &Engine<'_>, watch: &Watch) -> Result<Inventory, Error> {
    let files = DiskFiles::new(config.root.clone());
    let library = advisories::read(&config.advisories, normal_name)?;
    let (principals, mut roots) = roots(config)?;
    let target = explain::target(config, &files, &mut roots)?;
    let asked = config.question.as_ref();
    let asked = asked.map(|question| question::resolved(question, &principals)).transpose()?;
    // Mounts are those of this process, also below the root of an image.
    let mounts = Mounts::of(&DiskFiles::new(crate::model::host::HostRoot::live()));
    let is_live = config.root.is_live();
    let running = if is_live { observed(engine, &files) } else { Running::default() };
    let mut catalogue = Catalogue::new(&engine.rules.advisories);
    let ground =
        Ground { files: &files, library: &library, catalogue: &catalogue, mounts: &mounts };
    let (mut harvest, links) = gather(config, engine, watch, &ground, &mut roots, &running);
    let starting = starting(config, &files, &principals, &harvest.components);
    let (authorities, unread) = authorities(&files, &principals);
    harvest.coverage.problems.extend(starting.problems.into_iter().chain(unread));
    harvest.coverage.guards = live_guards(config, &files);
    let surroundings = Surroundings {
        principals: &principals,
        processes: &running.processes,
        authorities: &authorities,
        launches: &starting.launches,
        shortcuts: &starting.shortcuts,
        containers: &known_containers(config, &files, &principals),
        now: config.now,
    };
    let foreign = consult(library, &mut harvest, &engine.rules.advisories, config.now);
    catalogue.extend(&foreign);
    let installs = installs(&catalogue, &mut harvest, &links, &surroundings, &files);
    let clock = clock_of(&files, config.now, &installs, asked.as_ref(), &harvest.findings);
    let brokers = known_brokers(config, &files, &principals, &running, &mut harvest);
    let openings = known_openings(config, &files, &principals, &mut harvest);
    let scene = Scene { installs: &installs, principals: &principals, files: &files };
    let startup = survey(std::mem::take(&mut harvest.startup), &scene);
    let exposing = Exposing {
        explained: &explain::ids(target.as_ref(), &harvest.findings)?,
        installs: &installs,
        asked: asked.as_ref(),
        rules: engine.rules,
        foreign_advisories: &foreign.advisories,
        principals: &principals,
        authorities: &authorities,
        links: &links,
        clock: &clock,
        committed: &harvest.committed,
        brokers: &brokers,
        files: &files,
        mounts: if is_live { &mounts } else { &Mounts::default() },
    };
    let run = run(config, engine, &files, &roots, &mounts);
    Ok(Inventory {
        brokers: exposing.judge_brokers(),
        credentials: exposing.credentials(harvest.findings, &openings, &run),
        containment: exposing.containment(),
        asked,
        clock,
        run,
        authorized_keys: openings.authorized,
        n_unsolved_hosts: openings.n_unsolved,
        principals,
        installs,
        foreign_advisories: foreign.advisories,
        components: harvest.components,
        allowed: harvest.allowed,
        startup,
        coverage: harvest.coverage,
    })
}

/// Processes, and in their environments the variables that stores and brokers ask for.
fn observed(engine: &Engine<'_>, files: &DiskFiles) -> Running {
    let variables = store_variables(engine);
    running(files, &variables.keys().copied().chain(broker_variables()).collect())
}

/// How far stamps can be trusted in all windows that matter.
fn clock_of(
    files: &DiskFiles,
    now: Moment,
    installs: &[InfectedInstall],
    asked: Option<&WhatIf>,
    findings: &[Finding],
) -> Clock {
    let windows = installs.iter().map(|install| install.window.window);
    let windows: Vec<Window> = windows.chain(asked.map(|asked| asked.window)).collect();
    clock(files, now, &windows, findings.iter().map(|finding| &finding.location.inode))
}

/// Security modules of the running host, where credentials are judged.
fn live_guards(config: &Config, files: &DiskFiles) -> Vec<String> {
    let is_asked = config.root.is_live() && config.task == Task::Sweep;
    if is_asked { guards(files) } else { Vec::new() }
}

/// What is read before the walk.
struct Ground<'g> {
    files: &'g DiskFiles,
    library: &'g Library,
    catalogue: &'g Catalogue<'g>,
    mounts: &'g Mounts,
}

/// The walk: all that the roots hold, and roots for the stores that were moved out of them.
fn gather(
    config: &Config,
    engine: &Engine<'_>,
    watch: &Watch,
    ground: &Ground<'_>,
    roots: &mut Vec<Root>,
    running: &Running,
) -> (Harvest, Links) {
    let Ground { files, library, catalogue, mounts } = *ground;
    let policy = read_policy(config, engine, mounts);
    let mut stores = Stores::new(engine);
    if config.task == Task::Sweep {
        let moved = moved_stores(&store_variables(engine), files, running);
        roots.extend(roots_of(&moved, config, roots));
        moved.into_iter().for_each(|(path, store, _)| stores.add_place(path, store));
    }
    let shared = Shared {
        task: config.task,
        engine,
        stores: &stores,
        catalogue,
        library,
        files,
        policy: &policy,
        key: &config.key,
        confidence_min: config.confidence_min,
        honors_allow: config.honors_allow,
        opens_archives: config.opens_archives,
        watch,
        links: Links::default(),
        large: Mutex::default(),
        harvest: Mutex::default(),
    };
    collect(config, &shared, roots, mounts, running);
    let Shared { links, harvest, .. } = shared;
    let mut harvest = std::mem::take(&mut *locked(&harvest));
    harvest.coverage.interrupted |= watch.interrupted.load(Ordering::Relaxed);
    links.name_all(&mut harvest.findings);
    harvest.components.sort();
    (harvest, links)
}

/// From what was found to infected installs, with all that is told of each.
fn installs(
    catalogue: &Catalogue<'_>,
    harvest: &mut Harvest,
    links: &Links,
    surroundings: &Surroundings<'_>,
    files: &DiskFiles,
) -> Vec<InfectedInstall> {
    let Harvest { components, sightings, mentions, removals, coverage, .. } = harvest;
    coverage.problems.extend(components.iter().filter_map(|one| catalogue.unclear(one)));
    let (sightings, mentions) = (std::mem::take(sightings), std::mem::take(mentions));
    let mut installs = infected_installs(catalogue, components, sightings, mentions, surroundings);
    coverage.problems.extend(explain(&mut installs, components, files));
    note_removals(&mut installs, removals);
    count_unmet_names(&mut installs, links, files);
    installs
}

/// What gives out credentials without a file, sorted; an audit asks nothing about credentials.
fn known_brokers(
    config: &Config,
    files: &DiskFiles,
    principals: &Principals,
    running: &Running,
    harvest: &mut Harvest,
) -> Vec<Broker> {
    if config.task == Task::Audit {
        return Vec::new();
    }
    let (mut brokers, unread) = brokers(files, principals, running, &scope(config, files));
    harvest.coverage.problems.extend(unread);
    brokers.extend(std::mem::take(&mut harvest.references).into_brokers());
    brokers.sort();
    brokers
}

/// What keys open; an audit asks nothing about credentials.
fn known_openings(
    config: &Config,
    files: &DiskFiles,
    principals: &Principals,
    harvest: &mut Harvest,
) -> Openings {
    if config.task == Task::Audit {
        return Openings::default();
    }
    let heads = harvest.repositories.iter();
    let repository = |head: &Artifact| {
        let folder = head.path.parent()?.to_owned();
        Some(OwnedRepository { folder, uid: head.inode.uid })
    };
    let (openings, unread) = openings(&openings::Ground {
        files,
        principals,
        scope: &scope(config, files),
        repositories: &heads.filter_map(repository).collect::<Vec<_>>(),
        fingerprint: ssh_fingerprint,
    });
    harvest.coverage.problems.extend(unread);
    openings
}

/// The paths that the user named, without links; none for the whole host.
fn scope(config: &Config, files: &DiskFiles) -> Vec<PathBuf> {
    config.paths.iter().filter_map(|path| files.resolve(path).ok()).collect()
}

fn read_policy(config: &Config, engine: &Engine<'_>, mounts: &Mounts) -> ReadPolicy {
    ReadPolicy {
        root: config.root.clone(),
        size_bytes_max: config.size_bytes_max,
        unpacked_bytes_max: UNPACKED_BYTES_MAX,
        local_devices: mounts.local_devices.clone(),
        now: config.now,
        margins: engine.margins(),
    }
}

/// What starts programs on the host: with named paths, as far as it lies in them.
fn starting(
    config: &Config,
    files: &DiskFiles,
    principals: &Principals,
    components: &[Component],
) -> Launches {
    launches(files, principals, &scope(config, files), &projects(components))
}

/// Containers on the disk, as far as the sweep is about them.
fn known_containers(config: &Config, files: &DiskFiles, principals: &Principals) -> Vec<Container> {
    containers(files, &principals.homes(), &scope(config, files))
}

/// uv links the files of a package from its cache into every environment that has it: names
/// that were not met are copies out of scope.
fn count_unmet_names(installs: &mut [InfectedInstall], links: &Links, files: &DiskFiles) {
    for install in installs {
        let inodes = install.metadata_files().filter_map(|path| files.inode_no_follow(&path).ok());
        let n_unmet = inodes.filter(Inode::is_regular).map(|inode| links.n_unmet(&inode)).max();
        install.n_unmet_names = n_unmet.unwrap_or(0);
    }
}

/// What other people's catalogues say of the packages that were found, and into the
/// coverage what was taken from them.
fn consult(
    library: Library,
    harvest: &mut Harvest,
    known: &[Advisory],
    now: Moment,
) -> ForeignAdvisories {
    let installed = harvest.components.iter().map(|one| (one.ecosystem, one.name.as_str()));
    let mentioned = harvest.mentions.iter().map(|one| (one.ecosystem, one.name.as_str()));
    let names: BTreeSet<(Ecosystem, &str)> = installed.chain(mentioned).collect();
    let foreign = library.naming(names, known, now);
    harvest.coverage.catalogues = library.tallies;
    harvest.coverage.problems.merge(library.problems);
    foreign
}

/// Moved stores that no root holds; none where the user said what to sweep.
fn roots_of(moved: &[(PathBuf, StoreIndex, String)], config: &Config, roots: &[Root]) -> Vec<Root> {
    let is_outside = |path: &Path| !roots.iter().any(|root| is_within(path, &root.path));
    let moved = moved.iter().filter(|(path, ..)| config.paths.is_empty() && is_outside(path));
    let root = |(path, _, variable): &(PathBuf, StoreIndex, String)| Root {
        path: path.clone(),
        why: format!("named by {variable}"),
        state: RootState::Swept,
    };
    moved.map(root).collect()
}

/// Variables that may name a store.
fn store_variables<'r>(engine: &Engine<'r>) -> BTreeMap<&'r str, StoreIndex> {
    let stores = engine.rules.stores.iter().enumerate();
    let named = stores.flat_map(|(number, store)| {
        store.env.iter().map(move |name| (name.as_str(), StoreIndex(number)))
    });
    named.collect()
}

/// Files that a variable of some process names as a store, with the store and the variable.
fn moved_stores(
    variables: &BTreeMap<&str, StoreIndex>,
    files: &DiskFiles,
    running: &Running,
) -> Vec<(PathBuf, StoreIndex, String)> {
    let found = running.variable_paths.iter();
    found
        .filter_map(|(name, path)| {
            let path = files.resolve(path).ok()?;
            let is_file = files.inode_no_follow(&path).is_ok_and(|inode| inode.is_regular());
            let store = variables.get(name.as_str()).filter(|_| is_file)?;
            Some((path, *store, name.clone()))
        })
        .collect()
}

/// Walks the roots and reads what is there, then the environments of processes and the
/// histories of repositories.
fn collect(
    config: &Config,
    shared: &Shared<'_>,
    roots: &[Root],
    mounts: &Mounts,
    running: &Running,
) {
    let excluded = PathPatterns::new(config.excluded.iter().map(|pattern| (pattern, 0)));
    let is_wanted = |path: &Path| shared.is_audited(path);
    let swept = roots.iter().filter(|root| root.state == RootState::Swept);
    let plan = Plan {
        root: &config.root,
        starts: swept.map(|root| root.path.as_path()).collect(),
        mounts,
        excluded: &excluded,
        wanted: (config.task == Task::Audit).then_some(&is_wanted),
        n_threads: config.n_threads,
        interrupted: &shared.watch.interrupted,
    };
    walk(&plan, || {
        let mut worker = Worker::new(shared);
        move |met| worker.meet(met)
    });
    let mut worker = Worker::new(shared);
    for _closed in roots.iter().filter(|root| root.state == RootState::Closed) {
        worker.harvest.coverage.skip(Skip::ClosedHome);
    }
    if config.paths.is_empty() && config.task == Task::Sweep {
        worker.harvest.coverage.problems.extend(running.problems.iter().cloned());
        let of_processes = running.environments.iter().chain(&running.command_lines);
        of_processes.for_each(|artifact| worker.look_at(artifact));
    }
    drop(worker);
    repositories::read_all(shared);
    if config.task == Task::Sweep {
        objects::look_at_all(shared);
    }
}

fn host_principals(config: &Config, files: &DiskFiles) -> Result<Principals, Error> {
    principals(files).or_else(|error| {
        // A running host without passwd is a container; an image without one is a mistake.
        if config.root.is_live() {
            return Ok(Principals::default());
        }
        let path = config.root.folder().join("etc/passwd");
        Err(Error::RootUnusable { path, why: error.to_string() })
    })
}

/// What the user named, without links; a path within another one is swept with that.
fn named_roots(files: &DiskFiles, paths: &[PathBuf]) -> Result<Vec<Root>, Error> {
    let mut roots: Vec<Root> = Vec::new();
    for path in paths {
        let missing = |error: std::io::Error| Error::PathMissing {
            path: path.clone(),
            why: error.to_string(),
        };
        let path = files.resolve(path).map_err(missing)?;
        files.inode_no_follow(&path).map_err(missing)?;
        if roots.iter().all(|root| root.path != path) {
            roots.push(Root { path, why: "named by you".into(), state: RootState::Swept });
        }
    }
    roots.sort();
    let outer: Vec<PathBuf> = roots.iter().map(|root| root.path.clone()).collect();
    for root in &mut roots {
        if outer.iter().any(|outer| *outer != root.path && is_within(&root.path, outer)) {
            root.state = RootState::Within;
        }
    }
    Ok(roots)
}

/// A lock whose holder panicked still guards whole values: each is put in at once.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
