//! The built-in rules are whole, proven on their own examples, and silent on this
//! repository.

use std::path::Path;

use credreach::detect::engine::Engine;
use credreach::model::host::HostRoot;
use credreach::model::path_pattern::PathPattern;
use credreach::model::rule::Confidence;
use credreach::model::time::Moment;
use credreach::proof::prove;
use credreach::report::{Look, Verbosity, briefing};
use credreach::rules::{builtin_files, folder_files, load};
use credreach::selftest::FakeHost;
use credreach::sweep::{Watch, sweep};

#[test]
fn every_file_of_the_folder_is_built_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let on_disk = folder_files(&folder).unwrap();
    let mut on_disk: Vec<&str> = on_disk.iter().map(|file| file.text.as_str()).collect();
    let built_in = builtin_files();
    let mut built_in: Vec<&str> = built_in.iter().map(|file| file.text.as_str()).collect();
    on_disk.sort_unstable();
    built_in.sort_unstable();
    assert_eq!(on_disk.len(), built_in.len());
    assert!(on_disk == built_in);
}

#[test]
fn the_built_in_rules_are_what_their_examples_say() {
    let rules = load(vec![builtin_files()]).unwrap_or_else(|error| panic!("{error}"));
    let mistakes = prove(&rules);
    let list: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    assert!(list.is_empty(), "{} mistakes\n{}", list.len(), list.join("\n"));
}

#[test]
fn no_rule_fires_on_this_repository() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().unwrap();
    let host = FakeHost::new().unwrap();
    let mut config = host.config(Moment::new(4_000_000_000, 0)).unwrap();
    // Examples of settings files hold passwords that only a name speaks for.
    config.confidence_min = Some(Confidence::Medium);
    config.root = HostRoot::live();
    config.paths = vec![repository.clone()];
    let excluded = ["target", ".git"].map(|name| repository.join(name).display().to_string());
    config.excluded = excluded.iter().map(|path| PathPattern::new(path).unwrap()).collect();
    let rules = load(vec![builtin_files()]).unwrap();
    let inventory = sweep(&config, &Engine::new(&rules), &Watch::default()).unwrap();
    assert!(inventory.coverage.n_files_read > 500);
    let places = inventory.credentials.iter().flat_map(|credential| &credential.places);
    let found: Vec<String> = places
        .map(|place| {
            let location = &place.location;
            format!("{}:{}", location.path.display(), location.place.line)
        })
        .collect();
    assert!(found.is_empty(), "break these tokens with a mark: {}", found.join(", "));
}

#[test]
fn every_campaign_is_briefed_on_with_its_watchers_first() {
    let rules = load(vec![builtin_files()]).unwrap_or_else(|error| panic!("{error}"));
    let look = Look { colour: false, width: 100_000, verbosity: Verbosity::Normal };
    for campaign in &rules.advisories {
        let mut out = Vec::new();
        briefing::write(campaign, &rules, &look, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let place = |part: &str| {
            text.find(part).unwrap_or_else(|| panic!("{}: not told: {part}", campaign.id))
        };
        assert_eq!(place(&campaign.id), 0);
        let steps = campaign.watchers.iter().flat_map(|watcher| &watcher.before_revoking);
        assert!(steps.map(|step| place(step)).all(|step| step < place("WHAT HAPPENED")));
        assert!(campaign.contain.iter().map(|step| place(step)).is_sorted(), "{}", campaign.id);
        campaign.packages.iter().for_each(|package| _ = place(&package.name));
        campaign.harvests.iter().for_each(|one| _ = place(&rules.harvest(one.what).title));
    }
}

#[test]
fn every_harvest_is_read_by_some_campaign() {
    let rules = load(vec![builtin_files()]).unwrap_or_else(|error| panic!("{error}"));
    let read = rules.advisories.iter().flat_map(|one| &one.harvests).map(|one| one.what.0);
    let read: std::collections::BTreeSet<usize> = read.collect();
    let unread = (0..rules.harvests.len()).filter(|index| !read.contains(index));
    let unread: Vec<&str> = unread.map(|index| rules.harvests[index].id.as_str()).collect();
    assert!(unread.is_empty(), "{unread:?}");
}

#[test]
fn every_kind_says_where_how_what_to_check_and_what_breaks() {
    let rules = load(vec![builtin_files()]).unwrap_or_else(|error| panic!("{error}"));
    for kind in &rules.kinds {
        let rotation = &kind.rotation;
        let is_whole = !rotation.place.is_empty()
            && !rotation.steps.is_empty()
            && !rotation.checks.is_empty()
            && !rotation.breaks.is_empty();
        assert!(is_whole, "{}", kind.id);
    }
}

#[test]
fn no_kind_mints_itself_alone_in_a_circle_of_one() {
    let rules = load(vec![builtin_files()]).unwrap_or_else(|error| panic!("{error}"));
    for kind in &rules.kinds {
        let minted = kind.mints.iter().map(|index| &rules.kind(*index).id);
        assert_ne!(minted.collect::<Vec<_>>(), [&kind.id], "{}: that orders nothing", kind.id);
    }
}
