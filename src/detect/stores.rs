//! Stores over a whole file: its format gives a tree, the store's fields point into it,
//! and what has the shape of a rule becomes that rule's kind.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
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
use crate::model::store::{Format, StoreCredential, StoreIndex};

/// All stores, indexed by path. Shared by all workers.
pub struct Stores<'r> {
    engine: &'r Engine<'r>,
    paths: PathPatterns,
    /// Where copies lie.
    elsewhere: PathPatterns,
    /// Stores that a variable such as KUBECONFIG moved, by where they are now.
    moved: HashMap<PathBuf, Vec<StoreIndex>>,
}

/// A store that may lie at some path.
#[derive(Clone, Copy)]
pub struct Place<'r> {
    /// Which store.
    pub store: StoreIndex,
    /// Texts of which each must occur in the file, or it is another one.
    pub marks: &'r [String],
    /// Whether only copies lie there: what does not parse is then some other file.
    is_elsewhere: bool,
}

/// What people and programs put behind the name of a file that they keep an older state of.
const COPY_ENDINGS: [&str; 9] =
    ["~", ".bak", ".backup", ".old", ".orig", ".save", ".sav", ".copy", ".rpmsave"];

impl<'r> Stores<'r> {
    /// Indexes the stores of an engine's rules.
    pub fn new(engine: &'r Engine<'r>) -> Self {
        let stores = || engine.rules.stores.iter().enumerate();
        let paths = stores().flat_map(|(n, store)| store.paths.iter().map(move |path| (path, n)));
        let elsewhere = stores().flat_map(|(n, store)| {
            store.elsewhere.iter().flat_map(|place| &place.paths).map(move |path| (path, n))
        });
        let (paths, elsewhere) = (PathPatterns::new(paths), PathPatterns::new(elsewhere));
        Self { engine, paths, elsewhere, moved: HashMap::new() }
    }

    /// Takes a store to be at a further path.
    pub fn add_place(&mut self, path: PathBuf, store: StoreIndex) {
        self.moved.entry(path).or_default().push(store);
    }

    /// The stores whose place a path is, or the place of a copy; each once.
    pub fn at(&self, path: &Path) -> Vec<Place<'r>> {
        let stores = &self.engine.rules.stores;
        let original = original(path);
        let mut places: Vec<Place<'r>> = Vec::new();
        for path in [Some(path), original.as_deref()].into_iter().flatten() {
            let moved = self.moved.get(path).into_iter().flatten().map(|store| store.0);
            let own = self.paths.owners(path).into_iter().chain(moved);
            let own = own.map(|n| (n, stores[n].contains.as_slice(), false));
            let others = self.elsewhere.owners(path).into_iter();
            let others = others.filter_map(|n| {
                let elsewhere = stores[n].elsewhere.as_ref()?;
                Some((n, elsewhere.contains.as_slice(), true))
            });
            for (n, marks, is_elsewhere) in own.chain(others) {
                let store = StoreIndex(n);
                if places.iter().all(|place| place.store != store) {
                    places.push(Place { store, marks, is_elsewhere });
                }
            }
        }
        places
    }

    /// Whether a path is a store that is parsed, not just named.
    pub fn parses(&self, path: &Path) -> bool {
        let stores = &self.engine.rules.stores;
        self.at(path).into_iter().any(|place| {
            // A path that is not telling needs a look at the text, which is too big to be had.
            stores[place.store.0].format != Format::Rules && place.marks.is_empty()
        })
    }

    /// Reports every credential in the fields of a store, in the file at a path. An error where the format does
    /// not parse; what holds none of the store's marks is some other file, and no error.
    pub fn scan(
        &self,
        place: Place<'_>,
        path: &Path,
        text: &[u8],
        window: &mut Window,
        on_candidate: &mut dyn FnMut(Candidate<'_>),
    ) -> Result<(), Malformed> {
        let store = &self.engine.rules.stores[place.store.0];
        let has = |mark: &String| memmem::find(text, mark.as_bytes()).is_some();
        if store.format == Format::Rules || !place.marks.iter().all(has) {
            return Ok(());
        }
        let tree = match parse(store.format, text) {
            Ok(tree) => tree,
            Err(_) if place.is_elsewhere => return Ok(()),
            Err(malformed) => return Err(malformed),
        };
        let pointed = credentials(&tree, store).into_iter();
        let all: Vec<_> = pointed
            .map(|(number, field)| {
                let fields = fields_of(&tree, path, store, number, &field);
                let credential = &store.credentials[number];
                (Found { store: place.store, credential, fields }, field)
            })
            .collect();
        let is_cut = all.len() >= N_FIELDS_MAX;
        let names: HashSet<_> =
            all.iter().filter_map(|(found, _)| found.fields.key_id.as_deref()).collect();
        // The public half of a pair is no secret, whatever its field is called.
        let is_name = |field: &Field<'_, '_>| {
            std::str::from_utf8(field.leaf.bytes.trim_ascii()).is_ok_and(|it| names.contains(it))
        };
        for (found, field) in all.iter().filter(|(_, field)| !is_name(field)) {
            self.value(found, field, window, on_candidate);
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
        // What does not decode is not what this field holds.
        let Some(decoded) = decode(found.credential.decode, raw) else { return };
        fields.account = join(fields.account, decoded.account);
        let value = decoded.bytes.trim_ascii();
        let (mut kind, mut rule) = (found.credential.kind, None);
        if let Some((shape, learnt)) = self.shape(value, window) {
            (kind, rule) = (self.engine.rules.rule(shape).kind, Some(shape));
            fields.key_id = fields.key_id.or(learnt.key_id);
            fields.account = fields.account.or(learnt.account);
            fields.server = fields.server.or(learnt.server);
        }
        let secret = Secret::new(value);
        let (store, name) = (Some(found.store), field.name());
        let name = name.as_deref().map(str::as_bytes);
        let is_excepted = false;
        on_candidate(Candidate { kind, rule, store, name, is_excepted, secret, span, fields });
    }

    /// The rule of ours that matches all of a value, the most believed if there are several. The
    /// field of a store says more than a rule of another program.
    fn shape(&self, value: &[u8], window: &mut Window) -> Option<(RuleIndex, Fields)> {
        let mut best: Option<(RuleIndex, Fields)> = None;
        let all = Span { start: 0, end: value.len() as u64 };
        self.engine.scan(&Segment::whole(value), window, &mut |candidate| {
            let is_shape =
                |rule: &RuleIndex| candidate.span == all && !self.engine.rules.is_foreign(*rule);
            let Some(rule) = candidate.rule.filter(is_shape) else { return };
            let rank = |rule: RuleIndex| (self.engine.rules.rule(rule).confidence, rule);
            if best.as_ref().is_none_or(|(known, _)| rank(rule) < rank(*known)) {
                best = Some((rule, candidate.fields));
            }
        });
        best
    }
}

/// The path of which this one is a copy, by its ending: `.netrc.bak` beside `.netrc`.
fn original(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.as_encoded_bytes();
    let ending = COPY_ENDINGS.iter().find(|ending| name.ends_with(ending.as_bytes()))?;
    let name = &name[..name.len() - ending.len()];
    (!name.is_empty()).then(|| path.with_file_name(OsStr::from_bytes(name)))
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
