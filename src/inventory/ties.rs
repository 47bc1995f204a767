//! Which credentials must be rotated before which: what makes or renews another comes first,
//! or whoever holds it makes himself a new one. Pure.
//!
//! Credentials of one kind and account are one node: ties come from kinds, and ten thousand
//! keys of one account have one tie to what they can make.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::path::Path;

use crate::model::inventory::Credential;
use crate::model::plan::{Phase, Predecessors, Tie};
use crate::model::rule::KindIndex;
use crate::model::rule_set::RuleSet;

/// Most predecessors named one by one.
const NAMED_MAX: usize = 10;

/// The ties between the credentials of one list.
pub struct Ties {
    groups: Vec<Group>,
    /// Of each credential, unless it is not to be rotated.
    group_of: Vec<Option<usize>>,
    /// From the group that goes first to the one that waits.
    edges: BTreeMap<(usize, usize), Tie>,
}

/// Credentials of one kind and account.
struct Group {
    kind: KindIndex,
    account: Option<String>,
    members: Vec<usize>,
}

impl Ties {
    /// The ties between those that are to be rotated.
    pub fn between(credentials: &[Credential], phases: &[Phase], rules: &RuleSet) -> Self {
        let mut ties = Self::grouped(credentials, phases);
        ties.mints(rules);
        ties.renewals(credentials, rules);
        let edges = &ties.edges;
        let mutual: Vec<(usize, usize)> =
            edges.keys().filter(|(from, to)| edges.contains_key(&(*to, *from))).copied().collect();
        // Equals: neither must wait for the other.
        mutual.iter().for_each(|edge| {
            ties.edges.remove(edge);
        });
        ties
    }

    fn grouped(credentials: &[Credential], phases: &[Phase]) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        let mut by_key: BTreeMap<(KindIndex, Option<&str>), usize> = BTreeMap::new();
        let mut group_of = vec![None; credentials.len()];
        for (index, credential) in credentials.iter().enumerate() {
            if !phases[index].is_rotation() {
                continue;
            }
            let kind = credential.identity.kind;
            let account = credential.identity.account.as_deref();
            let group = *by_key.entry((kind, account)).or_insert_with(|| {
                let account = account.map(str::to_owned);
                groups.push(Group { kind, account, members: Vec::new() });
                groups.len() - 1
            });
            groups[group].members.push(index);
            group_of[index] = Some(group);
        }
        Self { groups, group_of, edges: BTreeMap::new() }
    }

    /// Ties to the kinds that a kind makes, of the same account as far as both are known.
    fn mints(&mut self, rules: &RuleSet) {
        let mut by_kind: BTreeMap<KindIndex, BTreeMap<Option<&str>, usize>> = BTreeMap::new();
        for (index, group) in self.groups.iter().enumerate() {
            by_kind.entry(group.kind).or_default().insert(group.account.as_deref(), index);
        }
        let mut edges = Vec::new();
        for (from, group) in self.groups.iter().enumerate() {
            let minted = rules.kind(group.kind).mints.iter().filter_map(|kind| by_kind.get(kind));
            for of_kind in minted {
                match &group.account {
                    None => edges.extend(of_kind.values().map(|to| (from, *to))),
                    Some(account) => {
                        let fitting = [Some(account.as_str()), None];
                        let fitting = fitting.iter().filter_map(|one| of_kind.get(one));
                        edges.extend(fitting.map(|to| (from, *to)));
                    }
                }
            }
        }
        edges.retain(|(from, to)| from != to);
        self.edges.extend(edges.into_iter().map(|edge| (edge, Tie::Mints)));
    }

    /// Ties from refresh tokens to what they renew in the same file.
    fn renewals(&mut self, credentials: &[Credential], rules: &RuleSet) {
        let paths = |index: usize| {
            let places: &[_] = &credentials[index].places;
            places.iter().map(|place| place.location.path.as_path())
        };
        let grouped =
            || self.group_of.iter().enumerate().filter_map(|(n, group)| Some((n, (*group)?)));
        let mut renewing: BTreeMap<&Path, BTreeSet<usize>> = BTreeMap::new();
        for (index, group) in grouped() {
            if rules.kind(credentials[index].identity.kind).renews {
                paths(index).for_each(|path| {
                    renewing.entry(path).or_default().insert(group);
                });
            }
        }
        let mut edges = BTreeSet::new();
        for (index, to) in grouped() {
            if credentials[index].identity.renewal.is_some() {
                let beside = paths(index).filter_map(|path| renewing.get(path)).flatten();
                edges.extend(beside.filter(|from| **from != to).map(|from| (*from, to)));
            }
        }
        self.edges.extend(edges.into_iter().map(|edge| (edge, Tie::Renews)));
    }

    /// Brings what goes first into the step of what waits for it. Gives back which credentials
    /// were brought forward.
    pub fn pull(&self, phases: &mut [Phase]) -> BTreeSet<usize> {
        let mut pulled = BTreeSet::new();
        let mut is_stable = false;
        while !is_stable {
            is_stable = true;
            for (from, to) in self.edges.keys() {
                let waiting = self.groups[*to].members.iter().map(|one| phases[*one]);
                let soonest = waiting.min().unwrap_or(Phase::Rest);
                for member in &self.groups[*from].members {
                    if phases[*member] > soonest {
                        phases[*member] = soonest;
                        pulled.insert(*member);
                        is_stable = false;
                    }
                }
            }
        }
        pulled
    }

    /// How many credentials wait for this one.
    pub fn n_waiting(&self, credential: usize) -> usize {
        let Some(group) = self.group_of[credential] else { return 0 };
        let waiting = self.edges.range((group, 0)..=(group, usize::MAX));
        waiting.map(|((_, to), _)| self.groups[*to].members.len()).sum()
    }

    /// The given order, changed only where a tie asks for it. Where ties run in a circle the
    /// given order decides.
    pub fn schedule(&self, wanted: &[usize]) -> Vec<usize> {
        let mut position = vec![0; wanted.len()];
        wanted.iter().enumerate().for_each(|(n, credential)| position[*credential] = n);
        let mut waiting = Waiting::new(self);
        let mut ready: BinaryHeap<Reverse<usize>> = BinaryHeap::new();
        let is_free = |credential: &&usize| waiting.is_free(self.group_of[**credential]);
        ready.extend(wanted.iter().filter(is_free).map(|one| Reverse(position[*one])));
        let mut order = Vec::with_capacity(wanted.len());
        let mut is_done = vec![false; wanted.len()];
        let mut first_undone = 0;
        while order.len() < wanted.len() {
            let next = ready.pop().map(|Reverse(place)| place).unwrap_or_else(|| {
                first_undone = (first_undone..).find(|place| !is_done[*place]).unwrap_or_default();
                first_undone
            });
            if std::mem::replace(&mut is_done[next], true) {
                continue;
            }
            order.push(wanted[next]);
            let freed = waiting.done(self.group_of[wanted[next]], self);
            let members = freed.iter().flat_map(|group| &self.groups[*group].members);
            ready.extend(members.map(|one| Reverse(position[*one])));
        }
        order
    }

    /// What comes before each credential because of a tie, in an order. What a circle put
    /// behind it is not among them.
    pub fn predecessors(&self, order: &[usize]) -> Vec<Vec<Predecessors>> {
        let mut positions: Vec<Vec<usize>> = vec![Vec::new(); self.groups.len()];
        for (position, credential) in order.iter().enumerate() {
            if let Some(group) = self.group_of[*credential] {
                positions[group].push(position);
            }
        }
        let mut into: Vec<Vec<(usize, Tie)>> = vec![Vec::new(); self.groups.len()];
        self.edges.iter().for_each(|((from, to), tie)| into[*to].push((*from, *tie)));
        let mut predecessors = vec![Vec::new(); order.len()];
        for (position, credential) in order.iter().enumerate() {
            let Some(group) = self.group_of[*credential] else { continue };
            let before = into[group].iter();
            predecessors[*credential] = before
                .filter_map(|(from, tie)| earlier(&positions[*from], position, *tie))
                .collect();
        }
        predecessors
    }
}

/// Those of some positions that come before a limit.
fn earlier(positions: &[usize], limit: usize, tie: Tie) -> Option<Predecessors> {
    let n_all = positions.partition_point(|position| *position < limit);
    let positions = positions[..n_all.min(NAMED_MAX)].to_vec();
    (n_all > 0).then_some(Predecessors { positions, n_all, tie })
}

/// How much each group still waits for.
struct Waiting {
    /// Groups with members left that must go before it.
    n_groups: Vec<usize>,
    /// Members left.
    n_members: Vec<usize>,
}

impl Waiting {
    fn new(ties: &Ties) -> Self {
        let mut n_groups = vec![0; ties.groups.len()];
        ties.edges.keys().for_each(|(_, to)| n_groups[*to] += 1);
        let n_members = ties.groups.iter().map(|group| group.members.len()).collect();
        Self { n_groups, n_members }
    }

    fn is_free(&self, group: Option<usize>) -> bool {
        group.is_none_or(|group| self.n_groups[group] == 0)
    }

    /// Notes that a member is done, and gives the groups that wait for nothing any more.
    fn done(&mut self, group: Option<usize>, ties: &Ties) -> Vec<usize> {
        let Some(group) = group else { return Vec::new() };
        self.n_members[group] -= 1;
        if self.n_members[group] > 0 {
            return Vec::new();
        }
        let mut freed = Vec::new();
        for (_, to) in ties.edges.range((group, 0)..=(group, usize::MAX)).map(|(edge, _)| edge) {
            self.n_groups[*to] -= 1;
            if self.n_groups[*to] == 0 {
                freed.push(*to);
            }
        }
        freed
    }
}
