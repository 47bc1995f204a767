//! One campaign as a briefing: what to stop first, what happened and when, what it reads and
//! leaves, what to do. Tells what the catalogue knows; looks at no host.

use std::io;

use crate::model::advisory::{Advisory, BadPackage, Claim, Indicator, Trigger, Watcher};
use crate::model::harvest::{Harvest, Harvested, Platform};
use crate::model::rule_set::RuleSet;
use crate::model::time::Moment;
use crate::report::Look;
use crate::report::terminal::screen::{Screen, Style};
use crate::report::terminal::words::{counted, minute};

/// Writes the briefing on one campaign.
pub fn write(
    campaign: &Advisory,
    rules: &RuleSet,
    look: &Look,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let screen = &mut Screen::new(look, out);
    screen.hang(0, &format!("{}: ", campaign.id), Style::Heading, &campaign.title)?;
    watchers(campaign, screen)?;
    facts(campaign, screen)?;
    window(campaign, screen)?;
    steps("CONTAIN, IN THIS ORDER, BEFORE ROTATING", &campaign.contain, screen)?;
    packages(campaign, screen)?;
    harvests(campaign, rules, screen)?;
    leavings(campaign, screen)?;
    screen.heading("SOURCES")?;
    campaign.sources.iter().try_for_each(|source| screen.hang(1, "- ", Style::Plain, source))
}

/// Above all else: who revokes a token first may lose the home directory.
fn watchers(campaign: &Advisory, screen: &mut Screen) -> io::Result<()> {
    if campaign.watchers.is_empty() {
        return Ok(());
    }
    screen.blank()?;
    screen.hang(0, "STOP THIS FIRST. REVOKE NOTHING BEFORE IT IS GONE.", Style::Alarm, "")?;
    campaign.watchers.iter().try_for_each(|one| watcher(one, screen))
}

fn watcher(watcher: &Watcher, screen: &mut Screen) -> io::Result<()> {
    screen.hang(1, "! ", Style::Alarm, &watcher.sign)?;
    screen.field(3, "does", &watcher.does)?;
    for path in &watcher.paths {
        screen.field(3, "lies at", &path.text)?;
    }
    watcher.before_revoking.iter().try_for_each(|step| screen.field(3, "do", step))
}

fn facts(campaign: &Advisory, screen: &mut Screen) -> io::Result<()> {
    screen.heading("WHAT HAPPENED")?;
    screen.prose(1, &campaign.summary)?;
    screen.blank()?;
    screen.field(1, "ecosystem", &ecosystems(campaign))?;
    if !campaign.ids.is_empty() {
        screen.field(1, "known as", &campaign.ids.join(", "))?;
    }
    if let Some(actor) = &campaign.actor {
        screen.field(1, "actor", actor)?;
    }
    screen.field(1, "confidence", campaign.confidence.as_str())
}

/// Where its packages come from, the usual place first.
fn ecosystems(campaign: &Advisory) -> String {
    let mut names = vec![campaign.ecosystem.as_str()];
    for package in &campaign.packages {
        let name = package.ecosystem.as_str();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}

fn window(campaign: &Advisory, screen: &mut Screen) -> io::Result<()> {
    screen.heading("WINDOW")?;
    let (start, end) = (campaign.window.start, campaign.window.end);
    let bounds = format!("{} to {}", shown(start), shown(end));
    let of_what =
        if campaign.claims.is_empty() { "" } else { ", the outer bound of these claims:" };
    screen.prose(1, &format!("{bounds}{of_what}"))?;
    campaign.claims.iter().try_for_each(|one| claim(one, screen))
}

fn claim(claim: &Claim, screen: &mut Screen) -> io::Result<()> {
    let times = match (claim.start, claim.end) {
        (Some(start), Some(end)) => format!("{} to {}", shown(start), shown(end)),
        (Some(start), None) => format!("from {}", shown(start)),
        (None, Some(end)) => format!("until {}", shown(end)),
        (None, None) => String::new(),
    };
    let said = [times, claim.note.clone()];
    let said: Vec<String> = said.into_iter().filter(|text| !text.is_empty()).collect();
    screen.hang(1, "- ", Style::Plain, &format!("{}: {}", claim.source, said.join("; ")))
}

fn shown(moment: Moment) -> String {
    minute(&moment.to_string())
}

fn steps(heading: &str, steps: &[String], screen: &mut Screen) -> io::Result<()> {
    screen.heading(heading)?;
    let mut numbered = steps.iter().enumerate();
    numbered.try_for_each(|(n, step)| screen.hang(0, &format!("{:2}. ", n + 1), Style::Plain, step))
}

fn packages(campaign: &Advisory, screen: &mut Screen) -> io::Result<()> {
    let packages = &campaign.packages;
    screen.heading("BAD VERSIONS, WHAT RUNS THEM, WHAT TO MOVE TO")?;
    let mut triggers = packages.iter().map(|package| &package.triggers);
    let first = triggers.next();
    let are_alike = triggers.all(|one| Some(one) == first);
    if let Some(triggers) = first.filter(|_| are_alike) {
        screen.prose(1, &format!("The code runs {}.", clauses(triggers)))?;
    }
    for package in packages {
        let runs = if are_alike { None } else { Some(&package.triggers) };
        let is_usual = package.ecosystem == campaign.ecosystem;
        let place =
            if is_usual { String::new() } else { format!("({}) ", package.ecosystem.as_str()) };
        let lead = format!("- {} {place}", package.name);
        screen.hang(1, &lead, Style::Heading, &fate(package, runs))?;
    }
    if packages.iter().any(|package| moves_to(package).is_none()) {
        screen.prose(1, "Where nothing else stands, no source names a clean version.")?;
    }
    Ok(())
}

/// What is said of a package behind its name.
fn fate(package: &BadPackage, triggers: Option<&Vec<Trigger>>) -> String {
    let versions =
        if package.all_versions { "every version".into() } else { package.versions.join(", ") };
    let moved = if package.is_moved { ", got inside the window" } else { "" };
    let runs = triggers.map(|triggers| format!("; runs {}", clauses(triggers)));
    let moves = moves_to(package).map(|to| format!("; {to}"));
    [versions, moved.into(), runs.unwrap_or_default(), moves.unwrap_or_default()].concat()
}

fn moves_to(package: &BadPackage) -> Option<String> {
    match (&package.clean_before, &package.clean_after) {
        (Some(before), Some(after)) => Some(format!("move to {after}, or back to {before}")),
        (None, Some(after)) => Some(format!("move to {after}")),
        (Some(before), None) => Some(format!("go back to {before}")),
        (None, None) if package.is_moved => Some("remove that copy".into()),
        (None, None) => package.all_versions.then(|| "remove it".into()),
    }
}

fn clauses(triggers: &[Trigger]) -> String {
    let clauses: Vec<&str> = triggers.iter().map(|trigger| trigger.clause()).collect();
    clauses.join(", and ")
}

fn harvests(campaign: &Advisory, rules: &RuleSet, screen: &mut Screen) -> io::Result<()> {
    screen.heading("WHAT IT READS")?;
    let mut harvested: Vec<&Harvested> = campaign.harvests.iter().collect();
    // Stable: within a grade what has no limits comes first, then the advisory's own order.
    harvested.sort_by_key(|one| (one.grade, !limits(one).is_empty()));
    if harvested.is_empty() {
        let unknown = "No source says. Treat as read whatever its user could read.";
        return screen.prose(1, unknown);
    }
    for of_grade in harvested.chunk_by(|one, next| one.grade == next.grade) {
        screen.hang(
            1,
            &format!("{}:", upper_first(of_grade[0].grade.sentence())),
            Style::Heading,
            "",
        )?;
        for alike in of_grade.chunk_by(|one, next| limits(one) == limits(next)) {
            group(alike, rules, screen)?;
        }
    }
    Ok(())
}

/// Harvests of one grade under the limits that they share.
fn group(alike: &[&Harvested], rules: &RuleSet, screen: &mut Screen) -> io::Result<()> {
    let limits = limits(alike[0]);
    let indent = if limits.is_empty() { 1 } else { 3 };
    if !limits.is_empty() {
        screen.prose(1, &format!("{limits}:"))?;
    }
    let lines = alike.iter().map(|one| contents(rules.harvest(one.what)));
    lines.into_iter().try_for_each(|line| screen.hang(indent, "- ", Style::Plain, &line))
}

/// How far it went, in words; empty where no source says.
fn limits(harvested: &Harvested) -> String {
    let platforms: Vec<&str> = harvested.platforms.iter().copied().map(Platform::title).collect();
    let platforms = (!platforms.is_empty()).then(|| format!("{} only", platforms.join(" and ")));
    let depth =
        harvested.depth_max.map(|depth| format!("at most {} deep", counted(depth, "folder")));
    let limits = [platforms, depth, harvested.when.clone()];
    upper_first(&limits.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

fn contents(harvest: &Harvest) -> String {
    let paths = harvest.paths.iter().map(|path| path.text.as_str());
    let variables = harvest.variables.iter().map(String::as_str);
    // A lone `*` says nothing that the title does not.
    let variables = variables.filter(|name| *name != "*");
    let reach = harvest.reach.iter().map(String::as_str);
    let all: Vec<&str> = paths.chain(variables).chain(reach).collect();
    if all.is_empty() {
        return harvest.title.clone();
    }
    format!("{}: {}", harvest.title, all.join(", "))
}

fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn leavings(campaign: &Advisory, screen: &mut Screen) -> io::Result<()> {
    if campaign.indicators.is_empty() {
        return Ok(());
    }
    screen.heading("WHAT IT LEAVES")?;
    campaign.indicators.iter().try_for_each(|one| leaving(one, screen))
}

fn leaving(indicator: &Indicator, screen: &mut Screen) -> io::Result<()> {
    let lead = format!("{:<13}", indicator.role.as_str());
    screen.hang(1, &lead, Style::Plain, &indicator.path.text)?;
    screen.hang(14, "", Style::Plain, &indicator.note)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::advisory::Ecosystem;
    use crate::model::harvest::{Grade, HarvestIndex};
    use crate::model::path_pattern::PathPattern;
    use crate::report::Verbosity;
    use crate::report::inventories::rules;

    fn catalogue() -> RuleSet {
        let mut rules = rules();
        rules.harvests = vec![Harvest {
            id: "ssh-keys".into(),
            title: "SSH keys".into(),
            paths: vec![PathPattern::new("~/.ssh/**").unwrap()],
            variables: Vec::new(),
            kinds: Vec::new(),
            reach: Vec::new(),
            is_everything: false,
        }];
        rules
    }

    fn briefing(change: impl Fn(&mut Advisory)) -> String {
        let rules = catalogue();
        let mut campaign = rules.advisories[0].clone();
        change(&mut campaign);
        let look = Look { colour: false, width: 90, verbosity: Verbosity::Normal };
        let mut out = Vec::new();
        write(&campaign, &rules, &look, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn harvested(grade: Grade) -> Harvested {
        let what = HarvestIndex(0);
        Harvested { what, grade, depth_max: None, platforms: Vec::new(), when: None }
    }

    #[test]
    fn a_watcher_stands_above_everything_but_the_title() {
        let text = briefing(|campaign| {
            campaign.watchers = vec![Watcher {
                sign: "token-watch: user unit".into(),
                paths: vec![PathPattern::new("~/.local/bin/token-watch").unwrap()],
                does: "Wipes the home directory.".into(),
                before_revoking: vec!["Stop it.".into()],
            }];
        });
        let lines: Vec<&str> = text.lines().take(6).collect();
        let expected = [
            "example-2026-03: example 1.2.3: credential stealer in the package",
            "",
            "STOP THIS FIRST. REVOKE NOTHING BEFORE IT IS GONE.",
            " ! token-watch: user unit",
            "   does        Wipes the home directory.",
            "   lies at     ~/.local/bin/token-watch",
        ];
        assert_eq!(lines, expected);
        assert!(text.contains("   do          Stop it.\n"));
    }

    #[test]
    fn claims_stand_side_by_side_below_the_outer_bound() {
        let claim = |source: &str, end: Option<&str>, note: &str| Claim {
            source: source.into(),
            start: None,
            end: end.and_then(Moment::parse),
            note: note.into(),
        };
        let text = briefing(|campaign| {
            campaign.claims = vec![
                claim("Vendor", Some("2026-03-24T13:00:00Z"), ""),
                claim("Blog", None, "46 minutes"),
            ];
        });
        let expected = " 2026-03-24 10:39 UTC to 2026-03-24 16:00 UTC, the outer bound of these \
                        claims:\n - Vendor: until 2026-03-24 13:00 UTC\n - Blog: 46 minutes\n";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn what_it_reads_stands_under_its_grade_and_limits_best_grade_first() {
        let text = briefing(|campaign| {
            let limited = Harvested {
                depth_max: Some(2),
                platforms: vec![Platform::Linux],
                when: Some("below /home".into()),
                ..harvested(Grade::ReadFromCode)
            };
            campaign.harvests = vec![harvested(Grade::Mapped), limited];
        });
        let expected = "WHAT IT READS\n Read from the collector's code:\n Linux only; at most 2 \
                        folders deep; below /home:\n   - SSH keys: ~/.ssh/**\n Taken from its family, \
                        or from the product that a report names:\n - SSH keys: ~/.ssh/**\n";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn nothing_known_is_not_nothing_read() {
        assert!(briefing(|_| ()).contains("Treat as read whatever its user could read."));
    }

    #[test]
    fn a_package_without_clean_version_is_removed() {
        let text = briefing(|campaign| {
            let package = &mut campaign.packages[0];
            package.versions.clear();
            package.all_versions = true;
            (package.clean_before, package.clean_after) = (None, None);
        });
        assert!(text.contains(" - example every version; remove it\n"), "{text}");
        assert!(briefing(|_| ()).contains(" - example 1.2.3; move to 1.2.4, or back to 1.2.2\n"));
    }

    #[test]
    fn a_package_of_another_ecosystem_says_so() {
        let text = briefing(|campaign| {
            let mut package = campaign.packages[0].clone();
            package.ecosystem = Ecosystem::Npm;
            campaign.packages.push(package);
        });
        assert!(text.contains(" ecosystem   PyPI, npm\n"), "{text}");
        assert!(text.contains(" - example 1.2.3; move to"), "{text}");
        assert!(text.contains(" - example (npm) 1.2.3; move to"), "{text}");
    }

    #[test]
    fn a_moved_tag_is_told_with_its_window() {
        let text = briefing(|campaign| {
            let package = &mut campaign.packages[0];
            package.is_moved = true;
            (package.clean_before, package.clean_after) = (None, None);
        });
        assert!(
            text.contains(" - example 1.2.3, got inside the window; remove that copy\n"),
            "{text}"
        );
    }
}
