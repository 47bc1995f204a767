//! From files as written to a checked rule set. Collects every mistake before it
//! gives up, and looks for doubled ids in the lists, before any map is built.

use std::collections::{BTreeMap, HashMap};

use serde::de::DeserializeOwned;

use crate::error::RuleMistake;
use crate::model::advisory::{Advisory, BadPackage, Ecosystem, Indicator, Role, Trigger, Weight};
use crate::model::harvest::HarvestIndex;
use crate::model::path_pattern::PathPattern;
use crate::model::rule::{
    Check, Confidence, Example, Form, Kind, KindIndex, Lifetime, Origin, Rule,
};
use crate::model::rule_set::RuleSet;
use crate::model::time::{Moment, Window};
use crate::rules::file::{RuleFile, Shelf};
use crate::rules::schema::{
    AdvisoryFile, BadPackageWritten, CredentialFile, ExampleWritten, HarvestFile, IndicatorWritten,
    KindWritten, RotationWritten, RuleWritten, StoreFile,
};
use crate::rules::stores::vocabulary;

/// Shorter keywords occur everywhere.
const KEYWORD_BYTES_MIN: usize = 4;
/// The margins that chunked reading keeps around each chunk.
pub const BACK_BYTES_MAX: usize = 1024;
/// See [`BACK_BYTES_MAX`].
pub const FORWARD_BYTES_MAX: usize = 65536;

/// Layers of files to one rule set.
pub fn check(layers: Vec<Vec<RuleFile>>) -> Result<RuleSet, Vec<RuleMistake>> {
    let mut drawer = Drawer::default();
    for files in layers {
        drawer.layer += 1;
        files.iter().for_each(|file| drawer.put(file));
    }
    drawer.rule_set()
}

/// Everything as written, by id, with the mistakes found so far.
#[derive(Default)]
struct Drawer {
    layer: usize,
    kinds: BTreeMap<String, (usize, Origin, String, KindWritten)>,
    stores: BTreeMap<String, (usize, Origin, StoreFile)>,
    harvests: BTreeMap<String, (usize, Origin, HarvestFile)>,
    advisories: BTreeMap<String, (usize, Origin, AdvisoryFile)>,
    mistakes: Vec<RuleMistake>,
}

impl Drawer {
    fn put(&mut self, file: &RuleFile) {
        match file.shelf {
            Shelf::Credentials => {
                let Some(written) = self.parse::<CredentialFile>(file) else { return };
                for kind in written.kinds {
                    let origin = file.origin(kind.id.span().start);
                    let id = kind.id.get_ref().clone();
                    let entry = (self.layer, origin.clone(), written.issuer.clone(), kind);
                    let earlier = self.kinds.insert(id.clone(), entry);
                    self.twice(earlier.map(|(layer, ..)| layer), &origin, &id);
                }
            }
            Shelf::Stores => {
                let Some(written) = self.parse::<StoreFile>(file) else { return };
                let origin = file.origin(written.id.span().start);
                let id = written.id.get_ref().clone();
                let earlier = self.stores.insert(id.clone(), (self.layer, origin.clone(), written));
                self.twice(earlier.map(|(layer, ..)| layer), &origin, &id);
            }
            Shelf::Harvests => {
                let Some(written) = self.parse::<HarvestFile>(file) else { return };
                let origin = file.origin(written.id.span().start);
                let id = written.id.get_ref().clone();
                let entry = (self.layer, origin.clone(), written);
                let earlier = self.harvests.insert(id.clone(), entry);
                self.twice(earlier.map(|(layer, ..)| layer), &origin, &id);
            }
            Shelf::Advisories => {
                let Some(written) = self.parse::<AdvisoryFile>(file) else { return };
                let origin = file.origin(written.id.span().start);
                let id = written.id.get_ref().clone();
                let entry = (self.layer, origin.clone(), written);
                let earlier = self.advisories.insert(id.clone(), entry);
                self.twice(earlier.map(|(layer, ..)| layer), &origin, &id);
            }
        }
    }

    fn parse<T: DeserializeOwned>(&mut self, file: &RuleFile) -> Option<T> {
        toml::from_str(&file.text)
            .map_err(|error| {
                let origin = file.origin(error.span().map_or(0, |span| span.start));
                let what = error.message().replace('\n', "; ");
                self.mistakes.push(origin.mistake("rule/toml", what));
            })
            .ok()
    }

    fn twice(&mut self, earlier_layer: Option<usize>, origin: &Origin, id: &str) {
        if earlier_layer == Some(self.layer) {
            self.mistakes.push(origin.mistake("rule/id-twice", format!("`{id}` stands twice")));
        }
    }

    fn rule_set(self) -> Result<RuleSet, Vec<RuleMistake>> {
        let mut mistakes = self.mistakes;
        let mut set = RuleSet::default();
        let indices: HashMap<String, KindIndex> =
            self.kinds.keys().enumerate().map(|(n, id)| (id.clone(), KindIndex(n))).collect();
        let rotations: HashMap<String, RotationWritten> =
            self.kinds.iter().map(|(id, (.., kind))| (id.clone(), kind.rotation.clone())).collect();
        for (id, (_, origin, issuer, mut written)) in self.kinds {
            let judge = &mut Judge { origin, subject: id, mistakes: &mut mistakes };
            written.rotation = judge.filled(written.rotation, &rotations);
            judge.kind(issuer, written, &indices, &mut set);
        }
        let vocabulary = vocabulary(self.stores.values().map(|(.., written)| written));
        for (id, (_, origin, written)) in self.stores {
            let judge = &mut Judge { origin, subject: id, mistakes: &mut mistakes };
            let store = judge.store(written, &indices, &vocabulary);
            set.stores.extend(store);
        }
        let harvests: HashMap<String, HarvestIndex> =
            self.harvests.keys().enumerate().map(|(n, id)| (id.clone(), HarvestIndex(n))).collect();
        for (id, (_, origin, written)) in self.harvests {
            let judge = &mut Judge { origin, subject: id, mistakes: &mut mistakes };
            let harvest = judge.harvest(written, &indices);
            set.harvests.push(harvest);
        }
        for (id, (_, origin, written)) in self.advisories {
            let judge = &mut Judge { origin, subject: id, mistakes: &mut mistakes };
            let advisory = judge.advisory(written, &harvests, &indices);
            set.advisories.extend(advisory);
        }
        set.know_issuers();
        if mistakes.is_empty() { Ok(set) } else { Err(mistakes) }
    }
}

impl Origin {
    /// A mistake at this place.
    pub fn mistake(&self, code: &'static str, what: impl Into<String>) -> RuleMistake {
        RuleMistake { file: self.file.clone(), line: self.line, what: what.into(), code }
    }
}

/// Judges one kind, store, harvest or advisory and writes down what is wrong with it.
pub struct Judge<'m> {
    /// Where it is written.
    pub origin: Origin,
    /// Id of what is judged.
    pub subject: String,
    mistakes: &'m mut Vec<RuleMistake>,
}

impl Judge<'_> {
    /// Writes down a mistake of what is judged.
    pub fn say(&mut self, code: &'static str, what: impl AsRef<str>) {
        let what = format!("`{}`: {}", self.subject, what.as_ref());
        self.mistakes.push(self.origin.mistake(code, what));
    }

    fn kind(
        &mut self,
        issuer: String,
        written: KindWritten,
        indices: &HashMap<String, KindIndex>,
        set: &mut RuleSet,
    ) {
        let kind = KindIndex(set.kinds.len());
        if !(1..=5).contains(&written.impact) {
            self.say("rule/impact", "impact is not 1 to 5");
        }
        let mints = self.kinds_named(&written.mints, indices);
        let rotation = self.rotation(written.rotation);
        let lifetime = written.lifetime_max.as_deref().and_then(|text| self.lifetime(text));
        for rule in written.rules {
            let rule = self.rule(rule, kind);
            set.rules.extend(rule);
        }
        set.kinds.push(Kind {
            id: self.subject.clone(),
            title: written.title,
            issuer,
            impact: written.impact,
            is_public: written.public,
            propagates: written.propagates,
            lifetime,
            renews: written.renews,
            mints,
            rotation,
        });
    }

    fn lifetime(&mut self, text: &str) -> Option<Lifetime> {
        let lifetime = match text {
            "unlimited" => Some(Lifetime::Unlimited),
            _ => seconds(text).map(Lifetime::Seconds),
        };
        if lifetime.is_none() {
            let what = format!("lifetime_max `{text}` is not like 90m, 12h, 30d or unlimited");
            self.say("rule/lifetime", what);
        }
        lifetime
    }

    fn rule(&mut self, written: RuleWritten, kind: KindIndex) -> Option<Rule> {
        let (form, keywords, pattern) = self.form(&written)?;
        self.complete(&written, &keywords);
        let checks =
            written.checks.iter().filter_map(|name| self.named("check", name, &Check::ALL));
        Some(Rule {
            checks: checks.collect(),
            origin: self.origin.clone(),
            kind,
            form,
            ignore_case: written.ignore_case || form != Form::Shape,
            keywords,
            pattern,
            prefix: written.prefix,
            back_bytes: written.window.back,
            forward_bytes: written.window.forward,
            entropy_min: written.entropy_min,
            confidence: self.confidence(&written.confidence),
            examples: written.examples.into_iter().map(example).collect(),
            counter_examples: written.counter_examples.into_iter().map(example).collect(),
            gaps: written.gaps.into_iter().map(example).collect(),
        })
    }

    /// What a rule recognises a secret by.
    fn form(&mut self, written: &RuleWritten) -> Option<(Form, Vec<String>, String)> {
        let lower = |words: &[String]| words.iter().map(|word| word.to_ascii_lowercase()).collect();
        let RuleWritten { keywords, named, assigned, pattern, value, .. } = written;
        let lists = [keywords, named, assigned].map(|list| !list.is_empty());
        match (lists, pattern, value) {
            ([_, false, false], Some(pattern), None) => {
                Some((Form::Shape, keywords.clone(), pattern.clone()))
            }
            ([false, true, false], None, Some(value)) => {
                Some((Form::Named, lower(named), value.clone()))
            }
            ([false, false, true], None, Some(value)) => {
                Some((Form::Assigned, lower(assigned), value.clone()))
            }
            _ => {
                let what = "has a rule with neither `keywords` and `pattern` nor `value` with one \
                            of `named` and `assigned`";
                self.say("rule/form", what);
                None
            }
        }
    }

    fn complete(&mut self, rule: &RuleWritten, keywords: &[String]) {
        if keywords.is_empty() {
            self.say("rule/no-keyword", "has a rule without keyword");
        }
        // A dollar sign is rare enough in text to make up for a byte.
        let n_bytes = |word: &String| word.len() + usize::from(word.starts_with('$'));
        for keyword in keywords.iter().filter(|word| n_bytes(word) < KEYWORD_BYTES_MIN) {
            self.say("rule/keyword-short", format!("keyword `{keyword}` is too short"));
        }
        if rule.window.back > BACK_BYTES_MAX || rule.window.forward > FORWARD_BYTES_MAX {
            self.say("rule/window", "window is wider than 1024 back or 65536 forward");
        }
        if rule.examples.is_empty() {
            self.say("rule/no-example", "has a rule without example");
        }
        if rule.counter_examples.is_empty() {
            self.say("rule/no-counter-example", "has a rule without counter-example");
        }
        let texts = rule.counter_examples.iter().chain(&rule.gaps);
        if texts.into_iter().any(|example| example.why.is_empty()) {
            self.say("rule/no-why", "has a counter-example or gap without `why`");
        }
    }

    fn advisory(
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

    /// A path pattern, or a mistake.
    pub fn path(&mut self, text: &str) -> Option<PathPattern> {
        self.parsed(PathPattern::new(text))
    }

    /// What was read, or a mistake.
    pub fn parsed<T>(&mut self, result: Result<T, String>) -> Option<T> {
        result.map_err(|why| self.say("rule/path", why)).ok()
    }

    fn confidence(&mut self, name: &str) -> Confidence {
        let all = [Confidence::High, Confidence::Medium, Confidence::Low];
        let all = all.map(|confidence| (confidence.as_str(), confidence));
        self.named("confidence", name, &all).unwrap_or(Confidence::Low)
    }

    /// The value that goes by a name, or a mistake.
    pub fn named<T: Copy>(&mut self, what: &str, name: &str, all: &[(&str, T)]) -> Option<T> {
        let found = all.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        if found.is_none() {
            self.say("rule/name", format!("no {what} is called `{name}`"));
        }
        found
    }
}

fn example(written: ExampleWritten) -> Example {
    let secret = written.secret.as_ref().unwrap_or(&written.text);
    Example { secret: unbreak(secret), text: unbreak(&written.text), why: written.why }
}

/// Takes the break marks out: `~` vanishes, `~~` is a tilde.
pub fn unbreak(text: &str) -> String {
    let pieces: Vec<String> = text.split("~~").map(|piece| piece.replace('~', "")).collect();
    pieces.join("~")
}

/// `90m`, `12h`, `30d` in seconds.
fn seconds(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "m" => 60,
        "h" => 3600,
        "d" => 86400,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(unit).filter(|seconds| *seconds > 0)
}
