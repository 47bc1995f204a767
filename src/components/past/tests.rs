//! What becomes of mentions: evidence for an install, or an entry of their own.

use std::path::PathBuf;

use super::*;
use crate::components::installs::infected_installs;
use crate::components::runners::Surroundings;
use crate::model::advisory::{Advisory, BadPackage, Weight};
use crate::model::authority::Authorities;
use crate::model::component::Presence;
use crate::model::principal::Principals;
use crate::model::time::{Moment, Window};

pub const PUBLISHED: i64 = 1000;
pub const WITHDRAWN: i64 = 6000;
const NOW: i64 = 9000;

pub fn at(seconds: i64) -> Moment {
    Moment::new(seconds, 0)
}

pub fn advisories() -> Vec<Advisory> {
    let window = Window { start: at(PUBLISHED), end: at(WITHDRAWN) };
    vec![Advisory {
        packages: vec![BadPackage {
            ecosystem: Ecosystem::PyPI,
            name: "example".into(),
            versions: vec!["1.2.3".into()],
            all_versions: false,
            is_moved: false,
            ranges: Vec::new(),
            triggers: vec![Trigger::Install],
            clean_before: None,
            clean_after: None,
        }],
        ..Advisory::new("example-2026-03", Ecosystem::PyPI, window)
    }]
}

pub fn mention(source: MentionSource, path: &str, seconds: i64) -> Mention {
    Mention {
        ecosystem: Ecosystem::PyPI,
        name: "example".into(),
        version: "1.2.3".into(),
        source,
        path: path.into(),
        at: Some(Dated { at: at(seconds), evidence: "its time".into() }),
        line: None,
        until: None,
        owner_uid: 1000,
    }
}

pub fn component(folder: &str) -> Component {
    let environment = PathBuf::from(folder);
    Component {
        name: "example".into(),
        version: "1.2.3".into(),
        ecosystem: Ecosystem::PyPI,
        path: environment.join("example-1.2.3.dist-info"),
        environment,
        installer: None,
        owner_uid: 1000,
        copied: None,
        installed: Some(Dated { at: at(5000), evidence: "birth of RECORD".into() }),
    }
}

fn installs(components: &[Component], mentions: Vec<Mention>) -> Vec<InfectedInstall> {
    let advisories = advisories();
    let catalogue = Catalogue::new(&advisories);
    let (principals, authorities) = (Principals::default(), Authorities::default());
    let surroundings = Surroundings {
        principals: &principals,
        processes: &[],
        authorities: &authorities,
        launches: &[],
        shortcuts: &[],
        containers: &[],
        now: at(NOW),
    };
    infected_installs(&catalogue, components, Vec::new(), mentions, &surroundings)
}

/// One mention alone: its presence, its runners, and the start of its window.
fn check(source: MentionSource, seconds: i64, runners: &[(u32, Certainty)], start: i64) {
    let found = installs(&[], vec![mention(source, "/home/ana/x", seconds)]);
    let [install] = found.as_slice() else { panic!("{} installs", found.len()) };
    assert_eq!(install.presence(), Presence::Mentioned(source));
    let ran: Vec<_> = install.runners.iter().map(|one| (one.uid, one.certainty)).collect();
    assert_eq!(ran, runners, "{}", source.as_str());
    assert_eq!(install.window.window, Window { start: at(start), end: at(NOW) });
    assert_eq!(install.triggers, [Trigger::Install]);
}

#[test]
fn nobody_ran_what_only_a_lock_file_or_a_cache_names() {
    check(MentionSource::Lockfile, 3000, &[], 3000);
    check(MentionSource::Cache, 3000, &[], 3000);
}

#[test]
fn whoever_asked_for_it_may_have_run_it_from_that_time_on() {
    let possible = [(1000, Certainty::Possible)];
    check(MentionSource::Log, 3000, &possible, 3000);
    check(MentionSource::History, 3000, &possible, 3000);
    check(MentionSource::Leftover, 3000, &possible, 3000);
    // A history without times has only the birth of its file, long before the incident.
    check(MentionSource::History, 10, &possible, PUBLISHED);
}

#[test]
fn a_mention_of_what_is_installed_there_is_evidence_and_no_entry() {
    let environment = component("/srv/app/.venv/lib/python3.12/site-packages");
    let mentions = vec![
        mention(MentionSource::Lockfile, "/srv/app/uv.lock", 2000),
        mention(MentionSource::Cache, "/home/ana/.cache/example-1.2.3.whl", 2000),
    ];
    let found = installs(&[environment], mentions);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].presence(), Presence::Installed);
    assert_eq!(found[0].mentions.len(), 2);
    assert_eq!(found[0].window.window.start, at(5000), "a lock file is no earlier install");
}

#[test]
fn a_log_of_an_earlier_install_opens_the_window_earlier() {
    let environment = component("/srv/app/.venv/lib/python3.12/site-packages");
    let found = installs(&[environment], vec![mention(MentionSource::Log, "/pip.log", 3000)]);
    assert_eq!((found.len(), found[0].window.window.start), (1, at(3000)));
}

#[test]
fn a_lock_file_of_another_project_is_an_entry_of_its_own() {
    let environment = component("/srv/app/.venv/lib/python3.12/site-packages");
    let elsewhere = mention(MentionSource::Lockfile, "/srv/other/uv.lock", 2000);
    let found = installs(&[environment], vec![elsewhere]);
    let presences: Vec<Presence> = found.iter().map(InfectedInstall::presence).collect();
    assert_eq!(presences, [Presence::Installed, Presence::Mentioned(MentionSource::Lockfile)]);
}

#[test]
fn what_several_files_of_one_user_say_is_one_entry_under_the_surest() {
    let mentions = vec![
        mention(MentionSource::History, "/home/ana/.bash_history", 2000),
        mention(MentionSource::Log, "/home/ana/pip.log", 2001),
        mention(MentionSource::Cache, "/home/ana/example-1.2.3.whl", 2002),
    ];
    let found = installs(&[], mentions);
    assert_eq!((found.len(), found[0].mentions.len()), (1, 3));
    assert_eq!(found[0].presence(), Presence::Mentioned(MentionSource::Log));
    assert_eq!(found[0].runners.len(), 1);
}

#[test]
fn a_payload_beside_cached_metadata_is_part_of_what_lies_in_the_cache() {
    let archive = "/home/ana/.cache/uv/archive-v0/Zx0";
    let metadata = format!("{archive}/example-1.2.3.dist-info/METADATA");
    let mut install = InfectedInstall::new(AdvisoryIndex(0));
    install.mentions = vec![mention(MentionSource::Cache, &metadata, 3000)];
    let sighting = |role: Role, path: &str| Sighting {
        advisory: AdvisoryIndex(0),
        path: path.into(),
        role,
        weight: Weight::Strong,
        hash_is_known: None,
        note: String::new(),
        owner_uid: 1000,
        appeared: at(3000),
    };
    let payload = format!("{archive}/example_init.pth");
    assert!(lies_in_cache(&sighting(Role::Payload, &payload), &install));
    assert!(!lies_in_cache(&sighting(Role::Persistence, &payload), &install));
    assert!(!lies_in_cache(&sighting(Role::Payload, "/venv/example_init.pth"), &install));
}
