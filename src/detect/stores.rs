//! Stores over a whole file: its format gives a tree, the store's fields point into it,
//! and what has the shape of a rule becomes that rule's kind.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use memchr::memmem;

use crate::detect::decode::decode;
use crate::detect::engine::{Engine, Window};
use crate::detect::fields::{Field, N_FIELDS_MAX, credentials, fields_of};
use crate::detect::formats::{Malformed, parse};
use crate::model::candidate::{Candidate, Fields};
use crate::model::location::Span;
use crate::model::path_pattern::PathPatterns;
use crate::model::rule::RuleIndex;
use crate::model::secret::Secret;
use crate::model::segment::Segment;
use crate::model::store::{Decode, Format, StoreCredential, StoreIndex};

/// All stores, indexed by path. Shared by all workers.
pub struct Stores<'r> {
    engine: &'r Engine<'r>,
    paths: PathPatterns,
    /// Stores that a variable such as KUBECONFIG moved, by where they are now.
    moved: HashMap<PathBuf, Vec<StoreIndex>>,
}

impl<'r> Stores<'r> {
    /// Indexes the stores of an engine's rules.
    pub fn new(engine: &'r Engine<'r>) -> Self {
        let stores = engine.rules.stores.iter().enumerate();
        let paths = stores.flat_map(|(n, store)| store.paths.iter().map(move |path| (path, n)));
        Self { engine, paths: PathPatterns::new(paths), moved: HashMap::new() }
    }

    /// Takes a store to be at a further path.
    pub fn add_place(&mut self, path: PathBuf, store: StoreIndex) {
        self.moved.entry(path).or_default().push(store);
    }

    /// The stores whose place a path is.
    pub fn at(&self, path: &Path) -> Vec<StoreIndex> {
        let mut stores: Vec<StoreIndex> =
            self.paths.owners(path).into_iter().map(StoreIndex).collect();
        stores.extend(self.moved.get(path).into_iter().flatten());
        stores
    }

    /// Whether a path is a store that is parsed, not just named.
    pub fn parses(&self, path: &Path) -> bool {
        let stores = &self.engine.rules.stores;
        self.at(path).into_iter().any(|index| {
            // A path that is not telling needs a look at the text, which is too big to be had.
            stores[index.0].format != Format::Rules && stores[index.0].contains.is_empty()
        })
    }

    /// Reports every credential in the fields of a store, in the file at a path. An error where the format does
    /// not parse; what holds none of the store's marks is some other file, and no error.
    pub fn scan(
        &self,
        index: StoreIndex,
        path: &Path,
        text: &[u8],
        window: &mut Window,
        on_candidate: &mut dyn FnMut(Candidate<'_>),
    ) -> Result<(), Malformed> {
        let store = &self.engine.rules.stores[index.0];
        let has = |mark: &String| memmem::find(text, mark.as_bytes()).is_some();
        if store.format == Format::Rules || !store.contains.iter().all(has) {
            return Ok(());
        }
        let tree = parse(store.format, text)?;
        let fields = credentials(&tree, store);
        let is_cut = fields.len() >= N_FIELDS_MAX;
        for (number, field) in fields {
            let fields = fields_of(&tree, path, store, number, &field);
            let found = Found { store: index, credential: &store.credentials[number], fields };
            self.value(&found, &field, window, on_candidate);
        }
        let cut = Malformed { what: "has more fields than are looked at", line: None };
        if is_cut { Err(cut) } else { Ok(()) }
    }

    /// One value: as the rule whose shape it has, else as what the store says it is.
    fn value(
        &self,
        found: &Found<'_>,
        field: &Field<'_, '_>,
        window: &mut Window,
        on_candidate: &mut dyn FnMut(Candidate<'_>),
    ) {
        let span = Span { start: field.leaf.span.start as u64, end: field.leaf.span.end as u64 };
        let raw: &[u8] = &field.leaf.bytes;
        let mut fields = found.fields.clone();
        let bytes = match found.credential.decode {
            Decode::None => Cow::Borrowed(raw),
            other => {
                // What does not decode is not what this field holds.
                let Some(decoded) = decode(other, raw) else { return };
                fields.account = join(fields.account, decoded.account);
                Cow::Owned(decoded.bytes)
            }
        };
        let value = bytes.trim_ascii();
        let (mut kind, mut rule) = (found.credential.kind, None);
        if let Some((shape, learnt)) = self.shape(value, window) {
            (kind, rule) = (self.engine.rules.rule(shape).kind, Some(shape));
            fields.key_id = fields.key_id.or(learnt.key_id);
            fields.account = fields.account.or(learnt.account);
            fields.server = fields.server.or(learnt.server);
        }
        let secret = Secret::new(value);
        let store = Some(found.store);
        on_candidate(Candidate { kind, rule, store, name: None, secret, span, fields });
    }

    /// The rule that matches all of a value, the most believed if there are several.
    fn shape(&self, value: &[u8], window: &mut Window) -> Option<(RuleIndex, Fields)> {
        let mut best: Option<(RuleIndex, Fields)> = None;
        let all = Span { start: 0, end: value.len() as u64 };
        self.engine.scan(&Segment::whole(value), window, &mut |candidate| {
            let Some(rule) = candidate.rule.filter(|_| candidate.span == all) else { return };
            let rank = |rule: RuleIndex| (self.engine.rules.rule(rule).confidence, rule);
            if best.as_ref().is_none_or(|(known, _)| rank(rule) < rank(*known)) {
                best = Some((rule, candidate.fields));
            }
        });
        best
    }
}

/// What a store says about a value.
struct Found<'s> {
    store: StoreIndex,
    credential: &'s StoreCredential,
    fields: Fields,
}

/// `user` of the value itself beside what the store says: `registry.example (ana)`.
fn join(place: Option<String>, user: Option<String>) -> Option<String> {
    match (place, user) {
        (Some(place), Some(user)) if place != user => Some(format!("{place} ({user})")),
        (place, user) => place.or(user),
    }
}
