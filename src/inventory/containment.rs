//! What to do before any rotation, and what never to do: from the campaigns that may have run
//! here, and from what lies here of them; where none did, from the one that was asked about. Pure.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::model::advisory::{Advisory, AdvisoryIndex, Role, Trigger, Watcher};
use crate::model::component::InfectedInstall;
use crate::model::path_pattern::PathPatterns;
use crate::model::plan::{Measure, MeasureKind};

/// All measures, in the order in which they are taken.
pub fn containment<'a>(
    installs: &[InfectedInstall],
    supposed: Option<AdvisoryIndex>,
    advisory: impl Fn(AdvisoryIndex) -> &'a Advisory,
) -> Vec<Measure> {
    let ran: Vec<&InfectedInstall> = installs.iter().filter(|one| one.may_have_run()).collect();
    let mut indices: BTreeSet<AdvisoryIndex> = ran.iter().map(|one| one.advisory).collect();
    indices.extend(supposed.filter(|_| installs.is_empty()));
    let mut measures = Vec::new();
    for index in indices {
        let advisory = advisory(index);
        let of_it = || ran.iter().copied().filter(move |one| one.advisory == index);
        measures.extend(advisory.watchers.iter().flat_map(|one| watcher(one, index, of_it())));
        measures.extend(of_campaign(advisory, index));
        measures.extend(persistence(index, of_it()));
    }
    measures.extend(preserve(&ran));
    measures.extend(never(&ran));
    // The sort is stable: campaigns stay together within a kind.
    measures.sort_by_key(|measure| measure.kind);
    measures
}

fn measure(kind: MeasureKind, says: impl Into<String>) -> Measure {
    Measure { kind, says: says.into(), why: None, advisory: None, paths: Vec::new() }
}

/// What to stop first: it answers with harm.
fn watcher<'i>(
    watcher: &Watcher,
    advisory: AdvisoryIndex,
    installs: impl Iterator<Item = &'i InfectedInstall>,
) -> Vec<Measure> {
    let patterns = PathPatterns::new(watcher.paths.iter().map(|pattern| (pattern, 0)));
    let is_its = |path: &&PathBuf| patterns.matches(path);
    let seen = installs.flat_map(|install| &install.sightings).map(|sighting| &sighting.path);
    let paths: Vec<PathBuf> = seen.filter(is_its).cloned().collect();
    let why = format!("{} {}", sentence(&watcher.sign), watcher.does);
    let steps = watcher.before_revoking.iter();
    steps
        .map(|step| Measure {
            why: Some(why.clone()),
            advisory: Some(advisory),
            paths: paths.clone(),
            ..measure(MeasureKind::Watcher, step)
        })
        .collect()
}

fn sentence(text: &str) -> String {
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{text}{end}")
}

/// What its analysts say; what holds for any campaign, where they say nothing.
fn of_campaign(advisory: &Advisory, index: AdvisoryIndex) -> Vec<Measure> {
    let general = || {
        let says = "Take the host off the network, and pause the jobs that use its credentials.";
        vec![measure(MeasureKind::Isolate, says)]
    };
    let steps = advisory.contain.iter();
    let measures: Vec<Measure> = steps.map(|step| measure(MeasureKind::Campaign, step)).collect();
    let measures = if measures.is_empty() { general() } else { measures };
    measures.into_iter().map(|one| Measure { advisory: Some(index), ..one }).collect()
}

/// What lies here to bring it back.
fn persistence<'i>(
    advisory: AdvisoryIndex,
    installs: impl Iterator<Item = &'i InfectedInstall>,
) -> Option<Measure> {
    let sightings = installs.flat_map(|install| &install.sightings);
    let kept = sightings.filter(|sighting| sighting.role == Role::Persistence);
    let paths: BTreeSet<PathBuf> = kept.map(|sighting| sighting.path.clone()).collect();
    (!paths.is_empty()).then(|| Measure {
        advisory: Some(advisory),
        paths: paths.into_iter().collect(),
        ..measure(
            MeasureKind::Persistence,
            "Disable what brings it back, after a copy of it was taken; end what it started.",
        )
    })
}

/// What proves it: copied with its times before anything is deleted.
fn preserve(installs: &[&InfectedInstall]) -> Option<Measure> {
    let of_install = |install: &&InfectedInstall| {
        let packages = install.component.iter().map(|component| component.path.clone());
        let sightings = install.sightings.iter().map(|sighting| sighting.path.clone());
        let mentions = install.mentions.iter().map(|mention| mention.path.clone());
        packages.chain(sightings).chain(mentions).collect::<Vec<_>>()
    };
    let paths: BTreeSet<PathBuf> = installs.iter().flat_map(of_install).collect();
    (!paths.is_empty()).then(|| Measure {
        paths: paths.into_iter().collect(),
        ..measure(
            MeasureKind::Preserve,
            "As soon as the host is cut off, and before anything is deleted, copy what proves it, \
             with its times (tar keeps them), and this report.",
        )
    })
}

/// Short cuts that do harm, by what starts the code.
fn never(installs: &[&InfectedInstall]) -> Vec<Measure> {
    if installs.is_empty() {
        return Vec::new();
    }
    let triggers: BTreeSet<Trigger> =
        installs.iter().flat_map(|install| install.triggers.iter().copied()).collect();
    let harmful = triggers.into_iter().filter_map(short_cut);
    let general = "Do not rotate from this host: what is typed and stored here may be read again.";
    std::iter::once(general).chain(harmful).map(|says| measure(MeasureKind::Never, says)).collect()
}

/// What must not be done with code that starts so.
const fn short_cut(trigger: Trigger) -> Option<&'static str> {
    match trigger {
        Trigger::InterpreterStart => Some(
            "Start no interpreter of an infected environment, not even pip: the code runs then.",
        ),
        Trigger::Install => Some(
            "Run no install in its projects before lock files and caches are clean: that starts \
             the code.",
        ),
        Trigger::Import | Trigger::EntryPoint => None,
        Trigger::FolderOpen => {
            Some("Open none of its folders in an editor or agent: that starts the code.")
        }
        Trigger::EditorStart => {
            Some("Start no editor that has its extension: that starts the code.")
        }
        Trigger::CiRun => Some("Run no job again that uses it: that hands out fresh tokens."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::advisory::{Ecosystem, Weight};
    use crate::model::component::{Mention, MentionSource, Sighting};
    use crate::model::path_pattern::PathPattern;
    use crate::model::time::{Moment, Window};

    fn advisory(contain: &[&str], watchers: Vec<Watcher>) -> Advisory {
        let moment = Moment::new(0, 0);
        Advisory {
            contain: contain.iter().map(|step| (*step).to_owned()).collect(),
            watchers,
            ..Advisory::new("thief", Ecosystem::Npm, Window { start: moment, end: moment })
        }
    }

    fn sighting(path: &str, role: Role) -> Sighting {
        Sighting {
            advisory: AdvisoryIndex(0),
            path: path.into(),
            role,
            weight: Weight::Strong,
            hash_is_known: None,
            note: String::new(),
            owner_uid: 0,
            appeared: Moment::new(0, 0),
        }
    }

    /// The kind and sentence of each measure.
    fn told(installs: &[InfectedInstall], advisory: &Advisory) -> Vec<(MeasureKind, String)> {
        let measures = containment(installs, None, |_| advisory);
        measures.into_iter().map(|measure| (measure.kind, measure.says)).collect()
    }

    #[test]
    fn what_wipes_is_stopped_before_the_line_is_cut() {
        let watcher = Watcher {
            sign: "A unit monitor.service".into(),
            paths: vec![PathPattern::new("~/.config/systemd/user/monitor.service").unwrap()],
            does: "It wipes the home.".into(),
            before_revoking: vec!["Stop it.".into()],
        };
        let unit = "/home/ana/.config/systemd/user/monitor.service";
        let sightings = vec![sighting(unit, Role::Persistence)];
        let install = InfectedInstall { sightings, ..InfectedInstall::new(AdvisoryIndex(0)) };
        let advisory = advisory(&["Cut it off."], vec![watcher]);
        let measures = containment(&[install], None, |_| &advisory);
        let kinds: Vec<MeasureKind> = measures.iter().map(|measure| measure.kind).collect();
        use MeasureKind::{Campaign, Never, Persistence, Preserve};
        assert_eq!(kinds, [MeasureKind::Watcher, Preserve, Campaign, Persistence, Never]);
        assert_eq!(measures[0].paths, [PathBuf::from(unit)]);
        assert_eq!(measures[0].why.as_deref(), Some("A unit monitor.service. It wipes the home."));
    }

    #[test]
    fn a_campaign_that_says_nothing_still_has_the_host_cut_off() {
        let install = InfectedInstall::new(AdvisoryIndex(0));
        let told = told(&[install], &advisory(&[], Vec::new()));
        assert_eq!(told[0].0, MeasureKind::Isolate);
    }

    #[test]
    fn a_campaign_that_was_asked_about_counts_where_nothing_ran() {
        let advisory = advisory(&["Cut it off."], Vec::new());
        let n_measures = |installs: &[InfectedInstall]| {
            let measures = containment(installs, Some(AdvisoryIndex(1)), |_| &advisory);
            measures.iter().filter(|one| one.advisory == Some(AdvisoryIndex(1))).count()
        };
        assert_eq!(n_measures(&[]), 1);
        assert_eq!(n_measures(&[InfectedInstall::new(AdvisoryIndex(0))]), 0);
    }

    #[test]
    fn a_line_of_a_lock_file_asks_for_nothing() {
        let mention = Mention {
            ecosystem: Ecosystem::Npm,
            name: "x".into(),
            version: "1".into(),
            source: MentionSource::Lockfile,
            path: "/srv/package-lock.json".into(),
            at: None,
            until: None,
            owner_uid: 0,
            line: None,
        };
        let install =
            InfectedInstall { mentions: vec![mention], ..InfectedInstall::new(AdvisoryIndex(0)) };
        assert_eq!(told(&[install], &advisory(&["Cut it off."], Vec::new())), []);
    }

    #[test]
    fn short_cuts_are_those_of_what_starts_the_code() {
        let triggers = vec![Trigger::Install, Trigger::CiRun];
        let install = InfectedInstall { triggers, ..InfectedInstall::new(AdvisoryIndex(0)) };
        let told = told(&[install], &advisory(&["Cut it off."], Vec::new()));
        let never: Vec<&str> = told
            .iter()
            .filter(|(kind, _)| *kind == MeasureKind::Never)
            .map(|(_, says)| says.split(' ').next().unwrap_or_default())
            .collect();
        assert_eq!(never, ["Do", "Run", "Run"]);
    }
}
