//! All rules, stores and advisories together: everything known before a sweep starts.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::RuleRemark;
use crate::model::advisory::Advisory;
use crate::model::exception::Exception;
use crate::model::harvest::{Harvest, HarvestIndex};
use crate::model::rule::{Kind, KindIndex, Rule, RuleIndex};
use crate::model::store::Store;

/// Of an issuer with more kinds some are not known.
const N_KINDS_KNOWN_MAX: usize = 3;
/// Shorter names are words of anything.
const ISSUER_BYTES_MIN: usize = 6;

/// Everything known before a sweep starts.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    /// Hash of all rule files, to tell reports of different rules apart.
    pub digest: String,
    /// Credential kinds, sorted by id; those of other programs come after ours.
    pub kinds: Vec<Kind>,
    /// Detectors, in the order of their kinds.
    pub rules: Vec<Rule>,
    /// First words of the names of issuers whose secrets are all known, in lower case.
    pub known_issuers: Vec<String>,
    /// Well-known places, sorted by id.
    pub stores: Vec<Store>,
    /// What payloads read, sorted by id.
    pub harvests: Vec<Harvest>,
    /// Incidents, sorted by id.
    pub advisories: Vec<Advisory>,
    /// What files from elsewhere say is no secret.
    pub exceptions: Vec<Exception>,
    /// What of such files is not obeyed, or was left out, in order.
    pub remarks: Vec<RuleRemark>,
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

    /// Finds out whose secrets are known: all kinds of an issuer have rules, and are few.
    pub fn know_issuers(&mut self) {
        let with_rule: BTreeSet<KindIndex> = self.rules.iter().map(|rule| rule.kind).collect();
        let mut issuers: BTreeMap<&str, (usize, bool)> = BTreeMap::new();
        let kinds = self.kinds.iter().enumerate();
        for (index, kind) in kinds.filter(|(_, kind)| !kind.is_foreign) {
            let (n_kinds, all_known) = issuers.entry(&kind.issuer).or_insert((0, true));
            *n_kinds += 1;
            *all_known &= with_rule.contains(&KindIndex(index));
        }
        let known = issuers.into_iter();
        let known = known.filter(|(_, (n_kinds, all))| *all && *n_kinds <= N_KINDS_KNOWN_MAX);
        let words = known.filter_map(|(issuer, _)| issuer.split(' ').next());
        let words = words.map(str::to_ascii_lowercase).filter(|word| {
            word.len() >= ISSUER_BYTES_MIN && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        self.known_issuers = words.collect();
    }

    /// Whether the rule at an index is one of another program.
    pub fn is_foreign(&self, index: RuleIndex) -> bool {
        self.kind(self.rule(index).kind).is_foreign
    }

    /// The rule at an index of this rule set.
    pub fn rule(&self, index: RuleIndex) -> &Rule {
        &self.rules[index.0]
    }
}
