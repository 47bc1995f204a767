//! All rules, stores and advisories together: everything known before a sweep starts.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::RuleRemark;
use crate::model::advisory::Advisory;
use crate::model::beginnings::Beginnings;
use crate::model::exception::Exception;
use crate::model::harvest::{Harvest, HarvestIndex};
use crate::model::rule::{Form, Kind, KindIndex, Rule, RuleIndex};
use crate::model::store::Store;

/// Of an issuer with more kinds some are not known.
const N_KINDS_KNOWN_MAX: usize = 3;
/// Shorter names are words of anything.
const ISSUER_BYTES_MIN: usize = 6;
/// Words that say what a value is do not say whose it is.
const GENERAL_WORDS: [&str; 6] = ["api", "auth", "key", "pass", "secret", "token"];
/// Shorter prefixes may begin any value.
const TELLING_PREFIX_BYTES_MIN: usize = 4;

/// Everything known before a sweep starts.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    /// Hash of all rule files, to tell reports of different rules apart.
    pub digest: String,
    /// Credential kinds, sorted by id; those of other programs come after ours.
    pub kinds: Vec<Kind>,
    /// Detectors, in the order of their kinds.
    pub rules: Vec<Rule>,
    /// Words of names that only one issuer's secrets have, whose rules would find these, in lower case.
    pub issuer_words: Beginnings,
    /// What only secrets of some issuer begin with.
    pub telling_prefixes: Beginnings,
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

    /// Finds out by which words and prefixes the secrets of issuers are told that have rules.
    pub fn know_issuers(&mut self) {
        let named = self.rules.iter().filter(|rule| rule.form == Form::Named);
        let named = named.flat_map(|rule| &rule.keywords);
        let named = named.filter(|word| !GENERAL_WORDS.iter().any(|it| word.contains(it)));
        let whole = self.wholly_known_issuers();
        self.issuer_words = Beginnings::new(named.chain(&whole).map(String::as_str));
        let prefixes = self.rules.iter().filter_map(|rule| rule.prefix.as_deref());
        let is_telling = |prefix: &&str| {
            prefix.len() >= TELLING_PREFIX_BYTES_MIN
                || prefix.len() + 1 == TELLING_PREFIX_BYTES_MIN && prefix.ends_with(['_', '-'])
        };
        self.telling_prefixes = Beginnings::new(prefixes.filter(is_telling));
    }

    /// First words of the names of issuers all of whose kinds have rules, and are few, in lower case.
    fn wholly_known_issuers(&self) -> Vec<String> {
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
        words.collect()
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
