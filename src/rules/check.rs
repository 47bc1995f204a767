//! From files as written to a checked rule set. Collects every mistake before it
//! gives up, and looks for doubled ids in the lists, before any map is built.

use std::collections::{BTreeMap, HashMap};

use serde::de::DeserializeOwned;

use crate::error::{RuleMistake, RuleRemark};
use crate::model::exception::Exception;
use crate::model::harvest::HarvestIndex;
use crate::model::path_pattern::PathPattern;
use crate::model::rule::{
    Check, Confidence, Example, Form, Kind, KindIndex, Lifetime, Origin, Rule,
};
use crate::model::rule_set::RuleSet;
use crate::rules::file::{RuleFile, Shelf};
use crate::rules::foreign::{self, TakenKind};
use crate::rules::schema::{
    AdvisoryFile, CredentialFile, ExampleWritten, HarvestFile, KindWritten, RotationWritten,
    RuleWritten, StoreFile, vocabulary,
};

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
        drawer.put_foreign(&files);
    }
    drawer.rule_set()
}

/// What of other programs' files is not obeyed, also where mistakes keep them from being used.
pub fn remarks(layers: &[Vec<RuleFile>]) -> Vec<RuleRemark> {
    let mut drawer = Drawer::default();
    layers.iter().for_each(|files| drawer.put_foreign(files));
    drawer.remarks.sort();
    drawer.remarks
}

/// Everything as written, by id, with the mistakes found so far.
#[derive(Default)]
struct Drawer {
    layer: usize,
    /// Those of other programs come after ours.
    kinds: BTreeMap<(Maker, String), (usize, Origin, Kinds)>,
    stores: BTreeMap<String, (usize, Origin, StoreFile)>,
    harvests: BTreeMap<String, (usize, Origin, HarvestFile)>,
    advisories: BTreeMap<String, (usize, Origin, AdvisoryFile)>,
    exceptions: Vec<Exception>,
    mistakes: Vec<RuleMistake>,
    remarks: Vec<RuleRemark>,
}

/// Who wrote a kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Maker {
    Us,
    Others,
}

/// A kind as written.
enum Kinds {
    /// Ours, with its issuer.
    Ours(String, Box<KindWritten>),
    Foreign(Box<TakenKind>),
}

impl Drawer {
    fn put(&mut self, file: &RuleFile) {
        match file.shelf {
            Shelf::Credentials => {
                let Some(written) = self.parse::<CredentialFile>(file) else { return };
                for kind in written.kinds {
                    let origin = file.origin(kind.id.span().start);
                    let id = kind.id.get_ref().clone();
                    let kind = Kinds::Ours(written.issuer.clone(), Box::new(kind));
                    let entry = (self.layer, origin.clone(), kind);
                    let earlier = self.kinds.insert((Maker::Us, id.clone()), entry);
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
            Shelf::Foreign(_) => {}
        }
    }

    /// The files of other programs in a layer are a chain, each over the one before it.
    fn put_foreign(&mut self, files: &[RuleFile]) {
        let is_foreign = |file: &&RuleFile| matches!(file.shelf, Shelf::Foreign(_));
        let chain: Vec<&RuleFile> = files.iter().filter(is_foreign).collect();
        let taken = foreign::take(&chain);
        self.mistakes.extend(taken.mistakes);
        self.remarks.extend(taken.remarks);
        let n_known = self.exceptions.len();
        for (id, mut kind) in taken.kinds {
            kind.rule.exceptions.iter_mut().for_each(|index| index.0 += n_known);
            let entry = (self.layer, kind.rule.origin.clone(), Kinds::Foreign(Box::new(kind)));
            self.kinds.insert((Maker::Others, id), entry);
        }
        self.exceptions.extend(taken.exceptions);
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
        let remarks = self.remarks;
        let mut set = RuleSet { exceptions: self.exceptions, remarks, ..RuleSet::default() };
        set.remarks.sort();
        let indices: HashMap<String, KindIndex> =
            self.kinds.keys().enumerate().map(|(n, (_, id))| (id.clone(), KindIndex(n))).collect();
        let written = self.kinds.iter().filter_map(|((_, id), (.., kind))| match kind {
            Kinds::Ours(_, kind) => Some((id.clone(), kind.rotation.clone())),
            Kinds::Foreign(_) => None,
        });
        let rotations: HashMap<String, RotationWritten> = written.collect();
        for ((_, id), (_, origin, kind)) in self.kinds {
            let judge = &mut Judge { origin, subject: id, mistakes: &mut mistakes };
            match kind {
                Kinds::Ours(issuer, mut written) => {
                    written.rotation = judge.filled(written.rotation, &rotations);
                    judge.kind(issuer, *written, &indices, &mut set);
                }
                Kinds::Foreign(taken) => taken.put(&judge.subject, &mut set),
            }
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
            is_foreign: false,
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
            path: None,
            exceptions: Vec::new(),
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

    /// A path pattern, or a mistake.
    pub fn path(&mut self, text: &str) -> Option<PathPattern> {
        self.parsed(PathPattern::new(text))
    }

    /// What was read, or a mistake.
    pub fn parsed<T>(&mut self, result: Result<T, String>) -> Option<T> {
        result.map_err(|why| self.say("rule/path", why)).ok()
    }

    /// A confidence by its name, or a mistake.
    pub fn confidence(&mut self, name: &str) -> Confidence {
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
