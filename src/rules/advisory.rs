//! An incident, from as written to checked: its window, packages and what it leaves behind.
//! What it reads and who watches is judged in `briefing.rs`.

use std::collections::HashMap;

use crate::model::advisory::{Advisory, BadPackage, Ecosystem, Indicator, Role, Trigger, Weight};
use crate::model::harvest::HarvestIndex;
use crate::model::rule::KindIndex;
use crate::model::time::{Moment, Window};
use crate::rules::check::Judge;
use crate::rules::schema::{AdvisoryFile, BadPackageWritten, IndicatorWritten};

impl Judge<'_> {
    /// An incident, or its mistakes.
    pub fn advisory(
        &mut self,
        written: AdvisoryFile,
        harvests: &HashMap<String, HarvestIndex>,
        kinds: &HashMap<String, KindIndex>,
    ) -> Option<Advisory> {
        let start = Moment::parse(&written.window.start);
        let end = Moment::parse(&written.window.end);
        let window = start.zip(end).filter(|(start, end)| start < end);
        if window.is_none() {
            self.say("advisory/window", "window is not two moments in order");
        }
        if written.packages.is_empty() {
            self.say("advisory/no-package", "names no package");
        }
        let ecosystem = self.ecosystem(&written.ecosystem)?;
        let packages = written.packages.into_iter();
        let packages = packages.filter_map(|package| self.package(package, ecosystem)).collect();
        let indicators = written.indicators.into_iter();
        let indicators = indicators.filter_map(|indicator| self.indicator(indicator)).collect();
        let window = window.map(|(start, end)| Window { start, end });
        let claims = written.claims.into_iter().map(|one| self.claim(one, window)).collect();
        let watchers = written.watchers.into_iter().map(|one| self.watcher(one)).collect();
        let uses = self.kinds_named(&written.uses, kinds);
        let harvested = written.harvests.into_iter();
        let harvested = harvested.flat_map(|one| self.harvested(one, harvests)).collect();
        Some(Advisory {
            id: self.subject.clone(),
            title: written.title,
            ids: written.ids,
            summary: written.summary,
            actor: written.actor,
            ecosystem,
            window: window?,
            claims,
            confidence: self.confidence(&written.confidence),
            sources: written.sources,
            contain: written.contain,
            packages,
            watchers,
            uses,
            harvests: harvested,
            indicators,
            catalogue: None,
        })
    }

    fn ecosystem(&mut self, name: &str) -> Option<Ecosystem> {
        let found = Ecosystem::named(name).filter(|found| found.as_str() == name);
        if found.is_none() {
            self.say("advisory/ecosystem", format!("no ecosystem is called `{name}`"));
        }
        found
    }

    /// A package of another ecosystem than most of its advisory's says so.
    fn package(&mut self, written: BadPackageWritten, usual: Ecosystem) -> Option<BadPackage> {
        if written.versions.is_empty() && !written.all_versions {
            self.say("advisory/no-version", format!("`{}` has no version", written.name));
        }
        if written.all_versions && written.clean_before.is_some() && !written.moved {
            let what = format!("`{}` is bad in all versions and clean before one", written.name);
            self.say("advisory/all-versions", what);
        }
        if written.triggers.is_empty() {
            self.say("advisory/no-trigger", format!("`{}` has no trigger", written.name));
        }
        let triggers = written.triggers.iter();
        Some(BadPackage {
            ecosystem: match written.ecosystem {
                Some(name) => self.ecosystem(&name)?,
                None => usual,
            },
            triggers: triggers
                .filter_map(|name| self.named("trigger", name, &Trigger::ALL))
                .collect(),
            name: written.name,
            versions: written.versions,
            all_versions: written.all_versions,
            is_moved: written.moved,
            ranges: Vec::new(),
            clean_before: written.clean_before,
            clean_after: written.clean_after,
        })
    }

    fn indicator(&mut self, written: IndicatorWritten) -> Option<Indicator> {
        let is_sha256 =
            |text: &String| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !written.sha256.iter().all(is_sha256) {
            self.say("advisory/sha256", format!("`{}`: a hash is not 64 hex digits", written.path));
        }
        Some(Indicator {
            path: self.path(&written.path)?,
            sha256: written.sha256.iter().map(|text| text.to_ascii_lowercase()).collect(),
            role: self.named("role", &written.role, &Role::ALL)?,
            weight: self.named("weight", &written.weight, &Weight::ALL)?,
            note: written.note,
        })
    }
}
