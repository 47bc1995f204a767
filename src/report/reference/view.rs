//! The reference as it leaves the process. Field by field it is what `docs/rules.md` says of rule
//! files, with what other files say of the same thing beside it.

use serde::Serialize;

use crate::error::RuleRemark;
use crate::model::advisory::Advisory;
use crate::model::harvest::HarvestIndex;
use crate::model::rule::{Check, Kind, KindIndex, Lifetime, Rule};
use crate::model::rule_set::RuleSet;
use crate::model::store::{Format, Store};

/// The layout below; it grows when a reader of the one before would be misled.
const VERSION: u32 = 1;

/// Everything.
#[derive(Serialize)]
pub struct Reference<'r> {
    version: u32,
    digest: &'r str,
    pub kinds: Vec<KindRow<'r>>,
    pub stores: Vec<StoreRow<'r>>,
    harvests: Vec<HarvestRow<'r>>,
    remarks: Vec<RemarkRow<'r>>,
}

#[derive(Serialize)]
pub struct KindRow<'r> {
    pub id: &'r str,
    pub issuer: &'r str,
    pub title: &'r str,
    pub impact: u8,
    public: bool,
    propagates: bool,
    renews: bool,
    pub lifetime_max: Option<String>,
    mints: Vec<&'r str>,
    pub rotation: RotationRow<'r>,
    pub rules: Vec<RuleRow<'r>>,
    pub stores: Vec<&'r str>,
    harvests: Vec<&'r str>,
    n_incidents: usize,
}

#[derive(Serialize)]
pub struct RotationRow<'r> {
    pub first: &'static str,
    r#where: &'r str,
    steps: &'r [String],
    commands: &'r [String],
    check: &'r [String],
    breaks: &'r str,
}

#[derive(Serialize)]
pub struct RuleRow<'r> {
    form: &'static str,
    keywords: &'r [String],
    ignore_case: bool,
    pattern: &'r str,
    prefix: Option<&'r str>,
    window: WindowRow,
    pub entropy_min: Option<f64>,
    confidence: &'static str,
    pub checks: Vec<&'static str>,
    only_in: Option<&'r str>,
    n_exceptions: usize,
    n_examples: usize,
    n_counter_examples: usize,
    n_gaps: usize,
}

#[derive(Serialize)]
struct WindowRow {
    back: usize,
    forward: usize,
}

#[derive(Serialize)]
pub struct StoreRow<'r> {
    pub id: &'r str,
    pub title: &'r str,
    pub format: &'static str,
    pub paths: Vec<&'r str>,
    pub env: &'r [String],
    pub kinds: Vec<&'r str>,
}

#[derive(Serialize)]
struct HarvestRow<'r> {
    id: &'r str,
    title: &'r str,
    paths: Vec<&'r str>,
    variables: &'r [String],
    kinds: Vec<&'r str>,
    reach: &'r [String],
    everything: bool,
    n_incidents: usize,
}

/// Something in a rule file from elsewhere that is not obeyed.
#[derive(Serialize)]
struct RemarkRow<'r> {
    file: &'r str,
    line: usize,
    rule: &'r str,
    code: &'static str,
    what: &'r str,
}

impl<'r> Reference<'r> {
    /// What a rule set knows.
    pub fn new(rules: &'r RuleSet) -> Self {
        let indices = (0..rules.kinds.len()).map(KindIndex);
        let harvests = (0..rules.harvests.len()).map(HarvestIndex);
        Self {
            version: VERSION,
            digest: &rules.digest,
            kinds: indices.map(|index| kind_row(rules, index)).collect(),
            stores: rules.stores.iter().map(|store| store_row(rules, store)).collect(),
            harvests: harvests.map(|index| harvest_row(rules, index)).collect(),
            remarks: rules.remarks.iter().map(remark_row).collect(),
        }
    }
}

fn kind_row(rules: &RuleSet, index: KindIndex) -> KindRow<'_> {
    let Kind {
        id,
        title,
        issuer,
        impact,
        is_public,
        propagates,
        lifetime,
        renews,
        mints,
        rotation,
        is_foreign: _,
    } = rules.kind(index);
    let of_kind = rules.rules.iter().filter(|rule| rule.kind == index);
    let holds = |store: &&Store| store.credentials.iter().any(|one| one.kind == index);
    let harvests = rules.harvests.iter().filter(|harvest| harvest.kinds.contains(&index));
    KindRow {
        id,
        issuer,
        title,
        impact: *impact,
        public: *is_public,
        propagates: *propagates,
        renews: *renews,
        lifetime_max: lifetime.map(written),
        mints: names(rules, mints),
        rotation: RotationRow {
            first: rotation.first.as_str(),
            r#where: &rotation.place,
            steps: &rotation.steps,
            commands: &rotation.commands,
            check: &rotation.checks,
            breaks: &rotation.breaks,
        },
        rules: of_kind.map(rule_row).collect(),
        stores: rules.stores.iter().filter(holds).map(|store| store.id.as_str()).collect(),
        harvests: harvests.map(|harvest| harvest.id.as_str()).collect(),
        n_incidents: rules.advisories.iter().filter(|one| concerns(rules, one, index)).count(),
    }
}

/// Whether those behind an incident were seen to use a kind, or look for it by its shape.
fn concerns(rules: &RuleSet, advisory: &Advisory, kind: KindIndex) -> bool {
    let mut harvests = advisory.harvests.iter().map(|one| rules.harvest(one.what));
    advisory.uses.contains(&kind) || harvests.any(|harvest| harvest.kinds.contains(&kind))
}

fn names<'r>(rules: &'r RuleSet, kinds: &[KindIndex]) -> Vec<&'r str> {
    kinds.iter().map(|kind| rules.kind(*kind).id.as_str()).collect()
}

/// As rule files write it.
fn written(lifetime: Lifetime) -> String {
    match lifetime {
        Lifetime::Unlimited => "unlimited".into(),
        Lifetime::Seconds(seconds) if seconds % 86400 == 0 => format!("{}d", seconds / 86400),
        Lifetime::Seconds(seconds) if seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        Lifetime::Seconds(seconds) => format!("{}m", seconds / 60),
    }
}

fn rule_row(rule: &Rule) -> RuleRow<'_> {
    RuleRow {
        form: rule.form.as_str(),
        keywords: &rule.keywords,
        ignore_case: rule.ignore_case,
        pattern: &rule.pattern,
        prefix: rule.prefix.as_deref(),
        window: WindowRow { back: rule.back_bytes, forward: rule.forward_bytes },
        entropy_min: rule.entropy_min,
        confidence: rule.confidence.as_str(),
        checks: rule.checks.iter().map(|check| name(*check, &Check::ALL)).collect(),
        only_in: rule.path.as_deref(),
        n_exceptions: rule.exceptions.len(),
        n_examples: rule.examples.len(),
        n_counter_examples: rule.counter_examples.len(),
        n_gaps: rule.gaps.len(),
    }
}

/// The name that rules use for a value.
fn name<T: Copy + PartialEq>(value: T, all: &[(&'static str, T)]) -> &'static str {
    all.iter().find(|(_, known)| *known == value).map_or("", |(name, _)| name)
}

fn store_row<'r>(rules: &'r RuleSet, store: &'r Store) -> StoreRow<'r> {
    let mut kinds: Vec<KindIndex> = store.credentials.iter().map(|one| one.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    StoreRow {
        id: &store.id,
        title: &store.title,
        format: name(store.format, &Format::ALL),
        paths: store.paths.iter().map(|path| path.text.as_str()).collect(),
        env: &store.env,
        kinds: names(rules, &kinds),
    }
}

fn harvest_row(rules: &RuleSet, index: HarvestIndex) -> HarvestRow<'_> {
    let harvest = rules.harvest(index);
    let reads = |one: &&Advisory| one.harvests.iter().any(|harvested| harvested.what == index);
    HarvestRow {
        id: &harvest.id,
        title: &harvest.title,
        paths: harvest.paths.iter().map(|path| path.text.as_str()).collect(),
        variables: &harvest.variables,
        kinds: names(rules, &harvest.kinds),
        reach: &harvest.reach,
        everything: harvest.is_everything,
        n_incidents: rules.advisories.iter().filter(reads).count(),
    }
}

fn remark_row(remark: &RuleRemark) -> RemarkRow<'_> {
    let RuleRemark { file, line, subject, what, code } = remark;
    RemarkRow { file, line: *line, rule: subject, code, what }
}
