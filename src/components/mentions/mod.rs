//! Packages that are or were here without being installed: what lock files, caches, logs
//! and shell histories say. Pure over the bytes that the sweep has anyway. Does not read
//! compressed logs, databases row by row or objects of git, and quotes no line.

mod actions;
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
use crate::model::component::{Dated, Mention, MentionSource};
use crate::model::time::{FileTimes, Moment};

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

/// The packages that an artifact mentions and somebody wants to hear of, each once with
/// its earliest time, and what is wrong with the file. Asking at once keeps memory flat:
/// a lock file names thousands of packages that nobody warned of.
pub fn mentions(
    artifact: &Artifact,
    bytes: &[u8],
    is_wanted: &dyn Fn(Ecosystem, &str, &str) -> bool,
) -> (Vec<Mention>, Option<Problem>) {
    let Some(witness) = witness(&artifact.path) else { return (Vec::new(), None) };
    let mut kept: BTreeMap<(Ecosystem, String, String), Mention> = BTreeMap::new();
    let stamp = stamp(&artifact.path, &artifact.inode.times);
    let mut n_searches = 0;
    let read = (witness.read)(&Page { path: &artifact.path, bytes }, &mut |named: Named<'_>| {
        let Named { ecosystem, name, version, at, place } = named;
        let (name, version) = (name.trim(), version.trim());
        if kept.len() >= MENTIONS_MAX
            || !naming::is_name(name)
            || !naming::is_version_of(ecosystem, version)
        {
            return;
        }
        let name = normal_name(ecosystem, name);
        if !is_wanted(ecosystem, &name, version) {
            return;
        }
        let at = at.map(|(at, evidence)| Dated { at, evidence: evidence.to_owned() });
        let mention = Mention {
            ecosystem,
            name: name.clone(),
            version: version.to_owned(),
            source: witness.source,
            path: artifact.path.clone(),
            at: at.or_else(|| stamp.clone()),
            owner_uid: artifact.inode.uid,
            line: place.line(bytes, version, &mut n_searches),
        };
        let earliest = kept.entry((ecosystem, name, version.to_owned()));
        let earliest = earliest.or_insert_with(|| mention.clone());
        if mention.at < earliest.at {
            *earliest = mention;
        }
    });
    let problem = read
        .err()
        .map(|Malformed| Problem::new(ProblemCode::ComponentsMalformed, &artifact.path, ""));
    (kept.into_values().collect(), problem)
}

/// When the inode was made, else when it last changed.
fn stamp(path: &Path, times: &FileTimes) -> Option<Dated> {
    let name = path.file_name()?.to_string_lossy();
    Some(match times.born {
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
        Self { ecosystem, name, version, at: None, place: Place::Unknown }
    }

    /// The same, on a line from 0.
    fn on(self, line: usize) -> Self {
        Self { place: Place::Line(line), ..self }
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
    needs: Needs,
    read: Read,
}

impl Witness {
    const fn lock_file(read: Read) -> Self {
        Self::whole(MentionSource::Lockfile, read)
    }

    const fn whole(source: MentionSource, read: Read) -> Self {
        Self { source, needs: Needs::Whole, read }
    }

    const fn by_name(source: MentionSource, read: Read) -> Self {
        Self { source, needs: Needs::Name, read }
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
