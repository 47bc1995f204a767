//! Judges what a responder is briefed with: what an incident reads, what watches for
//! revocation, and who claims which window. The rest of an advisory is judged in `check.rs`.

use std::collections::HashMap;

use crate::model::advisory::{Claim, Watcher};
use crate::model::harvest::{Grade, Harvest, HarvestIndex, Harvested, Platform};
use crate::model::rule::KindIndex;
use crate::model::time::{Moment, Window};
use crate::rules::check::Judge;
use crate::rules::schema::{ClaimWritten, HarvestFile, HarvestedWritten, WatcherWritten};

impl Judge<'_> {
    /// A group of things that payloads read.
    pub fn harvest(&mut self, written: HarvestFile, kinds: &HashMap<String, KindIndex>) -> Harvest {
        let HarvestFile { title, paths, variables, kinds: named, reach, everything, .. } = written;
        let lists = [&paths, &variables, &named, &reach];
        if lists.iter().all(|list| list.is_empty()) {
            self.say("harvest/empty", "names no path, no variable and nothing else");
        }
        Harvest {
            id: self.subject.clone(),
            title,
            paths: paths.iter().filter_map(|text| self.path(text)).collect(),
            variables,
            kinds: named.iter().filter_map(|id| self.harvested_kind(id, kinds)).collect(),
            reach,
            is_everything: everything,
        }
    }

    fn harvested_kind(
        &mut self,
        id: &str,
        kinds: &HashMap<String, KindIndex>,
    ) -> Option<KindIndex> {
        let found = kinds.get(id).copied();
        if found.is_none() {
            self.say("harvest/kind", format!("no kind is called `{id}`"));
        }
        found
    }

    /// What an advisory says was read: an entry for each group that it names.
    pub fn harvested(
        &mut self,
        written: HarvestedWritten,
        harvests: &HashMap<String, HarvestIndex>,
    ) -> Vec<Harvested> {
        let Some(grade) = self.named("grade", &written.grade, &Grade::ALL) else {
            return Vec::new();
        };
        let names = written.platform.iter();
        let platforms: Vec<Platform> =
            names.filter_map(|name| self.named("platform", name, &Platform::ALL)).collect();
        let known = written.what.into_vec().into_iter().filter_map(|id| self.known(&id, harvests));
        known
            .map(|what| Harvested {
                what,
                grade,
                depth_max: written.depth,
                platforms: platforms.clone(),
                when: written.when.clone(),
            })
            .collect()
    }

    fn known(
        &mut self,
        id: &str,
        harvests: &HashMap<String, HarvestIndex>,
    ) -> Option<HarvestIndex> {
        let found = harvests.get(id).copied();
        if found.is_none() {
            self.say("advisory/harvest", format!("no harvest is called `{id}`"));
        }
        found
    }

    /// A watcher is of use only with what to do about it.
    pub fn watcher(&mut self, written: WatcherWritten) -> Watcher {
        if written.before_revoking.is_empty() {
            let what = format!("watcher `{}` has no step before revoking", written.sign);
            self.say("advisory/no-watcher-step", what);
        }
        Watcher {
            paths: written.paths.iter().filter_map(|text| self.path(text)).collect(),
            sign: written.sign,
            does: written.does,
            before_revoking: written.before_revoking,
        }
    }

    /// A claim says something, and nothing that lies outside of the window: that is the
    /// outer bound of them all.
    pub fn claim(&mut self, written: ClaimWritten, window: Option<Window>) -> Claim {
        let start = self.moment(&written.source, written.start.as_deref());
        let end = self.moment(&written.source, written.end.as_deref());
        if start.is_none() && end.is_none() && written.note.is_empty() {
            self.say("advisory/claim", format!("the claim of `{}` says nothing", written.source));
        }
        let mut moments = [start, end].into_iter().flatten();
        let is_outside = |at: Moment| window.is_some_and(|all| at < all.start || at > all.end);
        let is_backwards = start.zip(end).is_some_and(|(start, end)| start > end);
        if is_backwards || moments.any(is_outside) {
            let what = format!("the claim of `{}` does not fit into the window", written.source);
            self.say("advisory/claim", what);
        }
        Claim { source: written.source, start, end, note: written.note }
    }

    fn moment(&mut self, source: &str, text: Option<&str>) -> Option<Moment> {
        let text = text?;
        let moment = Moment::parse(text);
        if moment.is_none() {
            self.say("advisory/claim", format!("the claim of `{source}`: `{text}` is no time"));
        }
        moment
    }
}

#[cfg(test)]
mod tests {
    use crate::model::harvest::Platform;
    use crate::model::rule_set::RuleSet;
    use crate::rules::check::check;
    use crate::rules::file::{RuleFile, Shelf};

    const HARVEST: &str = "id = \"ssh-keys\"\ntitle = \"SSH keys\"\npaths = [\"~/.ssh/**\"]\n";
    const ADVISORY: &str = r#"
id = "example-2026-03"
title = "example"
ecosystem = "npm"
summary = "It reads."
window = { start = "2026-03-24T10:00:00Z", end = "2026-03-25T10:00:00Z" }
confidence = "low"
sources = []
contain = []
[[package]]
name = "example"
all_versions = true
triggers = ["install"]
"#;

    fn checked(harvest: &str, more: &str) -> Result<RuleSet, Vec<&'static str>> {
        let file = |shelf: Shelf, text: String| RuleFile { name: "x.toml".into(), shelf, text };
        let files = vec![
            file(Shelf::Harvests, harvest.into()),
            file(Shelf::Advisories, format!("{ADVISORY}{more}")),
        ];
        check(vec![files]).map_err(|mistakes| mistakes.iter().map(|mistake| mistake.code).collect())
    }

    fn mistakes(more: &str, expected: &[&str]) {
        assert_eq!(checked(HARVEST, more).unwrap_err(), expected, "{more}");
    }

    #[test]
    fn a_harvest_is_known_by_its_id_with_grade_and_limits() {
        let more = "[[harvest]]\nwhat = [\"ssh-keys\"]\ngrade = \"reported\"\ndepth = 2\n\
                    platform = [\"linux\", \"macos\"]\n";
        let rules = checked(HARVEST, more).unwrap();
        let harvested = &rules.advisories[0].harvests[0];
        assert_eq!(rules.harvest(harvested.what).title, "SSH keys");
        assert_eq!(harvested.depth_max, Some(2));
        assert_eq!(harvested.platforms, [Platform::Linux, Platform::MacOs]);
    }

    #[test]
    fn an_unknown_harvest_grade_or_platform_is_a_mistake() {
        let harvest = |what: &str, grade: &str, platform: &str| {
            format!(
                "[[harvest]]\nwhat = \"{what}\"\ngrade = \"{grade}\"\nplatform = [\"{platform}\"]\n"
            )
        };
        mistakes(&harvest("ssh", "reported", "linux"), &["advisory/harvest"]);
        mistakes(&harvest("ssh-keys", "rumoured", "linux"), &["rule/name"]);
        mistakes(&harvest("ssh-keys", "reported", "beos"), &["rule/name"]);
    }

    #[test]
    fn a_harvest_of_nothing_is_a_mistake() {
        let found = checked("id = \"nothing\"\ntitle = \"Nothing\"\n", "");
        assert_eq!(found.unwrap_err(), ["harvest/empty"]);
        let found = checked("id = \"x\"\ntitle = \"X\"\nkinds = [\"ghost\"]\n", "");
        assert_eq!(found.unwrap_err()[0], "harvest/kind");
    }

    #[test]
    fn a_watcher_without_a_step_is_a_mistake() {
        let watcher = "[[watcher]]\nsign = \"a unit\"\ndoes = \"Harm.\"\n";
        mistakes(watcher, &["advisory/no-watcher-step"]);
        mistakes(&format!("{watcher}before_revoking = []\n"), &["advisory/no-watcher-step"]);
        assert!(checked(HARVEST, &format!("{watcher}before_revoking = [\"Stop it.\"]\n")).is_ok());
    }

    #[test]
    fn a_claim_says_something_that_fits_into_the_window() {
        let claim = |rest: &str| format!("[[claim]]\nsource = \"Blog\"\n{rest}\n");
        assert!(checked(HARVEST, &claim("end = \"2026-03-24T12:00:00Z\"")).is_ok());
        assert!(checked(HARVEST, &claim("note = \"46 minutes\"")).is_ok());
        let wrong = [
            "",
            "start = \"2026-03-24T09:59:59Z\"",
            "end = \"2026-03-26T00:00:00Z\"",
            "start = \"2026-03-24T13:00:00Z\"\nend = \"2026-03-24T12:00:00Z\"",
        ];
        for rest in wrong {
            mistakes(&claim(rest), &["advisory/claim"]);
        }
        mistakes(&claim("end = \"noon\"\nnote = \"at noon\""), &["advisory/claim"]);
    }

    #[test]
    fn a_package_is_not_bad_in_all_versions_and_clean_before_one() {
        let package = "[[package]]\nname = \"other\"\ntriggers = [\"install\"]\n";
        mistakes(package, &["advisory/no-version"]);
        let torn = format!("{package}all_versions = true\nclean_before = \"1.0.0\"\n");
        mistakes(&torn, &["advisory/all-versions"]);
    }
}
