//! Packages that are or were here without being installed: what lock files, caches, logs
//! and shell histories say, and how far back each reaches. Pure over the bytes that the sweep
//! has anyway. Does not read databases row by row, opens nothing, and quotes no line.

mod actions;
mod agents;
mod bundles;
mod caches;
mod composer;
mod crates;
mod editors;
mod gems;
mod go;
mod histories;
mod logs;
pub mod naming;
mod node_locks;
mod python_locks;

pub use node_locks::each_entry;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use crate::components::lines::line_of_entry;
use crate::components::version::normal_name;
use crate::error::{Problem, ProblemCode};
use crate::model::advisory::Ecosystem;
use crate::model::artifact::Artifact;
use crate::model::component::{Mention, MentionSource, Removal};
use crate::model::reach::{EvidenceFamily, Reach};
use crate::model::time::{Dated, FileTimes, Moment};

/// Most mentions of one file that are kept: more than any tree of packages has.
const MENTIONS_MAX: usize = 200_000;

/// Most entries of one JSON file whose lines are searched for.
const SEARCHES_MAX: usize = 100;

/// A lock file or a log up to this size is read as a whole for its mentions.
pub const SIZE_BYTES_MAX: u64 = 100 << 20;

/// What of a file is needed to know what it mentions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: its name tells.
    Name,
    /// Its last [`TAIL_BYTES`]: an archive lists its members there.
    Tail,
    /// All of it.
    Whole,
    /// What is packed in it: it is a log that was compressed with gzip.
    Unpacked,
}

/// How much of a large archive is looked at.
pub const TAIL_BYTES: usize = 1 << 20;

/// Whether, and from what, [`mentions`] may have something to say about a path.
pub fn needs(path: &Path) -> Option<Needs> {
    witness(path).map(|witness| witness.needs)
}

/// Whether [`mentions`] may have something to say about a path.
pub fn is_mention(path: &Path) -> bool {
    witness(path).is_some()
}

/// Whether a path is that of a lock file, whose history is worth asking for.
pub fn is_lock_file(path: &Path) -> bool {
    witness(path).is_some_and(|witness| witness.source == MentionSource::Lockfile)
}

/// What a file says of packages.
#[derive(Default)]
pub struct Testimony {
    /// The packages that somebody wants to hear of, each once with its earliest time.
    pub mentions: Vec<Mention>,
    /// Those that were taken away, each once with its latest time.
    pub removals: Vec<Removal>,
    /// What kind of evidence the file is, and how far back it reaches.
    pub reach: Option<(EvidenceFamily, Reach)>,
    /// What is wrong with the file.
    pub problem: Option<Problem>,
}

/// Whether anybody warned of a package in a version; `None`: in any.
pub type IsWanted<'w> = dyn Fn(Ecosystem, &str, Option<&str>) -> bool + 'w;

/// What an artifact says of packages that somebody wants to hear of. Asking at once keeps
/// memory flat: a lock file names thousands of packages that nobody warned of.
pub fn mentions(artifact: &Artifact, bytes: &[u8], is_wanted: &IsWanted<'_>) -> Testimony {
    let Some(witness) = witness(&artifact.path) else { return Testimony::default() };
    let page = Page { path: &artifact.path, bytes };
    let mut hearing = Hearing::new(artifact, bytes, &witness, is_wanted);
    let read = (witness.read)(&page, &mut |named| hearing.hear(&named));
    let is_malformed = read.is_err();
    let problem = || Problem::new(ProblemCode::ComponentsMalformed, &artifact.path, "");
    Testimony {
        reach: hearing.reach(),
        mentions: hearing.kept.into_values().collect(),
        removals: hearing.removed.into_values().collect(),
        problem: is_malformed.then(problem),
    }
}

/// A package as a file names it: its ecosystem, normalised name and version.
type Key = (Ecosystem, String, String);

/// What was heard of one file so far.
struct Hearing<'h> {
    artifact: &'h Artifact,
    bytes: &'h [u8],
    witness: &'h Witness,
    is_wanted: &'h IsWanted<'h>,
    stamp: Option<Dated>,
    kept: BTreeMap<Key, Mention>,
    removed: BTreeMap<Key, Removal>,
    /// Whether it said anything at all.
    spoke: bool,
    /// When its entries begin and end.
    said: Reach,
    /// Keys that were searched for.
    n_searches: usize,
}

impl<'h> Hearing<'h> {
    fn new(
        artifact: &'h Artifact,
        bytes: &'h [u8],
        witness: &'h Witness,
        is_wanted: &'h IsWanted<'h>,
    ) -> Self {
        Self {
            artifact,
            bytes,
            witness,
            is_wanted,
            stamp: stamp(&artifact.path, &artifact.inode.times),
            kept: BTreeMap::new(),
            removed: BTreeMap::new(),
            spoke: false,
            said: Reach::default(),
            n_searches: 0,
        }
    }

    fn hear(&mut self, named: &Named<'_>) {
        self.spoke = true;
        named.at.iter().for_each(|(at, _)| self.said.note(*at));
        let (name, version) = (named.name.trim(), named.version.trim());
        if self.kept.len() + self.removed.len() >= MENTIONS_MAX || !naming::is_name(name) {
            return;
        }
        let name = normal_name(named.ecosystem, name);
        let is_version = |version: &&str| naming::is_version_of(named.ecosystem, version);
        let version = Some(version).filter(is_version);
        match (named.deed, version) {
            (Deed::Got, Some(version)) => self.keep(named, name, version),
            (Deed::Removed, version) => self.remove(named, name, version),
            (Deed::Got | Deed::Other, _) => {}
        }
    }

    fn keep(&mut self, named: &Named<'_>, name: String, version: &str) {
        if !(self.is_wanted)(named.ecosystem, &name, Some(version)) {
            return;
        }
        let mention = Mention {
            ecosystem: named.ecosystem,
            name: name.clone(),
            version: version.to_owned(),
            source: self.witness.source,
            path: self.artifact.path.clone(),
            at: named.dated().or_else(|| self.stamp.clone()),
            until: None,
            owner_uid: self.artifact.inode.uid,
            line: named.place.line(self.bytes, version, &mut self.n_searches),
        };
        let earliest = self.kept.entry((named.ecosystem, name, version.to_owned()));
        let earliest = earliest.or_insert_with(|| mention.clone());
        if mention.at < earliest.at {
            *earliest = mention;
        }
    }

    /// Without a time of its own a removal says nothing: it may be older than the install.
    fn remove(&mut self, named: &Named<'_>, name: String, version: Option<&str>) {
        let Some(at) = named.dated() else { return };
        if !(self.is_wanted)(named.ecosystem, &name, version) {
            return;
        }
        let removal = Removal {
            ecosystem: named.ecosystem,
            name: name.clone(),
            version: version.map(str::to_owned),
            path: self.artifact.path.clone(),
            at,
            owner_uid: self.artifact.inode.uid,
        };
        let latest = self.removed.entry((named.ecosystem, name, version.unwrap_or("").to_owned()));
        let latest = latest.or_insert_with(|| removal.clone());
        if removal.at > latest.at {
            *latest = removal;
        }
    }

    /// How far back the file reaches; one whose mere name says nothing is no evidence.
    fn reach(&self) -> Option<(EvidenceFamily, Reach)> {
        let mut reach = Reach { n_files: 1, ..self.said };
        match reach.earliest {
            Some(_) => reach.n_dated = 1,
            None => self.stamp.iter().for_each(|stamp| reach.note(stamp.at)),
        }
        let counts = self.spoke || self.witness.needs != Needs::Name;
        counts.then_some((self.witness.family, reach))
    }
}

/// When the inode was made, else when it last changed.
fn stamp(path: &Path, times: &FileTimes) -> Option<Dated> {
    let name = path.file_name()?.to_string_lossy();
    // Layers of images are born in 1970.
    Some(match times.born.filter(|born| born.seconds > 0) {
        Some(at) => Dated { at, evidence: format!("birth of {name}") },
        None => Dated { at: times.changed, evidence: format!("last change of {name}") },
    })
}

/// A file that speaks of packages.
struct Page<'p> {
    path: &'p Path,
    bytes: &'p [u8],
}

impl<'p> Page<'p> {
    fn text(&self) -> Cow<'p, str> {
        String::from_utf8_lossy(self.bytes)
    }

    /// The name of the file; empty if it is not UTF-8.
    fn name(&self) -> &'p str {
        name_of(self.path)
    }
}

/// A package as a file writes it.
struct Named<'t> {
    ecosystem: Ecosystem,
    name: &'t str,
    version: &'t str,
    /// When, and where in the file that stands.
    at: Option<(Moment, &'static str)>,
    place: Place<'t>,
    deed: Deed,
}

/// What an entry says was done with its package.
#[derive(Clone, Copy)]
enum Deed {
    /// It was got, or asked for.
    Got,
    /// It was taken away.
    Removed,
    /// No package is named: the entry's time alone counts.
    Other,
}

/// Where in a file a package stands.
enum Place<'t> {
    /// Nobody asks: the file is not one that is edited.
    Unknown,
    /// A line, from 0.
    Line(usize),
    /// Behind this key of a JSON document.
    Key(&'t str),
}

impl Place<'_> {
    /// The line, from 1. A key is searched for, so only in few files of many bad packages.
    fn line(&self, bytes: &[u8], version: &str, n_searches: &mut usize) -> Option<u64> {
        match self {
            Self::Unknown => None,
            Self::Line(index) => Some(*index as u64 + 1),
            Self::Key(key) => {
                *n_searches += 1;
                let line = || line_of_entry(bytes, key, version);
                (*n_searches <= SEARCHES_MAX).then(line).flatten()
            }
        }
    }
}

impl<'t> Named<'t> {
    fn new(ecosystem: Ecosystem, (name, version): (&'t str, &'t str)) -> Self {
        Self { ecosystem, name, version, at: None, place: Place::Unknown, deed: Deed::Got }
    }

    /// The same, on a line from 0.
    fn on(self, line: usize) -> Self {
        Self { place: Place::Line(line), ..self }
    }

    /// A package that was taken away; an empty version where nobody said which.
    fn removed(ecosystem: Ecosystem, package: (&'t str, &'t str)) -> Self {
        Self { deed: Deed::Removed, ..Self::new(ecosystem, package) }
    }

    /// An entry that is about no package: it shows how far back its file reaches.
    fn moment(at: Option<(Moment, &'static str)>) -> Self {
        Self { at, deed: Deed::Other, ..Self::new(Ecosystem::PyPI, ("", "")) }
    }

    fn dated(&self) -> Option<Dated> {
        self.at.map(|(at, evidence)| Dated { at, evidence: evidence.to_owned() })
    }
}

/// Who hears of each package that a file names.
type Listener<'l> = dyn FnMut(Named<'_>) + 'l;

/// The file is not in its format; what was read of it before that counts.
pub struct Malformed;

/// Tells a listener of what stands in a file.
type Read = fn(&Page<'_>, &mut Listener<'_>) -> Result<(), Malformed>;

/// How to listen to one kind of file.
struct Witness {
    source: MentionSource,
    family: EvidenceFamily,
    needs: Needs,
    read: Read,
}

impl Witness {
    const fn lock_file(read: Read) -> Self {
        let (source, family) = (MentionSource::Lockfile, EvidenceFamily::LockFiles);
        Self { source, family, needs: Needs::Whole, read }
    }

    const fn whole(source: MentionSource, family: EvidenceFamily, read: Read) -> Self {
        Self { source, family, needs: Needs::Whole, read }
    }

    const fn by_name(source: MentionSource, family: EvidenceFamily, read: Read) -> Self {
        Self { source, family, needs: Needs::Name, read }
    }
}

/// Asked of every file twice: the families look at the file's name, and at a few names of
/// folders only if that fits.
fn witness(path: &Path) -> Option<Witness> {
    let name = name_of(path);
    python_locks::witness(path, name)
        .or_else(|| node_locks::witness(path, name))
        .or_else(|| bundles::witness(name))
        .or_else(|| histories::witness(name))
        .or_else(|| logs::witness(path, name))
        .or_else(|| agents::witness(path, name))
        .or_else(|| caches::witness(path, name))
        .or_else(|| crates::witness(path, name))
        .or_else(|| go::witness(path, name))
        .or_else(|| gems::witness(path, name))
        .or_else(|| composer::witness(name))
        .or_else(|| editors::witness(path, name))
        .or_else(|| actions::witness(path, name))
}

/// The last name of a path; empty if there is none or it is not UTF-8.
fn name_of(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// The name of the folder so many levels above a file, from 1.
fn folder_above(path: &Path, n_levels: usize) -> &str {
    path.ancestors().nth(n_levels).map_or("", name_of)
}

/// Whether one of the folders above is one of these.
fn lies_in(path: &Path, folders: &[&str]) -> bool {
    let mut above = path.parent().into_iter().flat_map(Path::iter);
    above.any(|name| name.to_str().is_some_and(|name| folders.contains(&name)))
}

#[cfg(test)]
mod tests;
