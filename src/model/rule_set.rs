//! All rules, stores and advisories together: everything known before a sweep starts.

use crate::model::advisory::Advisory;
use crate::model::harvest::{Harvest, HarvestIndex};
use crate::model::rule::{Kind, KindIndex, Rule, RuleIndex};
use crate::model::store::Store;

/// Everything known before a sweep starts.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    /// Hash of all rule files, to tell reports of different rules apart.
    pub digest: String,
    /// Credential kinds, sorted by id.
    pub kinds: Vec<Kind>,
    /// Detectors, in the order of their kinds.
    pub rules: Vec<Rule>,
    /// Well-known places, sorted by id.
    pub stores: Vec<Store>,
    /// What payloads read, sorted by id.
    pub harvests: Vec<Harvest>,
    /// Incidents, sorted by id.
    pub advisories: Vec<Advisory>,
}

impl RuleSet {
    /// The kind at an index of this rule set.
    pub fn kind(&self, index: KindIndex) -> &Kind {
        &self.kinds[index.0]
    }

    /// The harvest at an index of this rule set.
    pub fn harvest(&self, index: HarvestIndex) -> &Harvest {
        &self.harvests[index.0]
    }

    /// The rule at an index of this rule set.
    pub fn rule(&self, index: RuleIndex) -> &Rule {
        &self.rules[index.0]
    }
}
