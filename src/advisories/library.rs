//! All records that were taken, in little memory: each as a line of text of its own, and a
//! table from hashes of names to lines. Only the few that name a package of the host are
//! ever unfolded.

use std::collections::hash_map::{DefaultHasher, HashMap};
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::advisories::record::{Package, Record};
use crate::error::{Problem, ProblemCode};
use crate::model::advisory::{Advisory, AdvisoryIndex, BadPackage, Ecosystem, ForeignAdvisories};
use crate::model::coverage::{CatalogueTally, LeftOut, ProblemList};
use crate::model::time::Moment;

/// How an ecosystem compares names.
pub type NormalName = fn(Ecosystem, &str) -> String;

/// All lines together: some ten million records as they are published.
const TEXT_BYTES_MAX: usize = 1 << 30;

/// Everything that other people's catalogues say.
pub struct Library {
    normal_name: NormalName,
    /// The records, one after another, as JSON.
    text: Vec<u8>,
    kept: Vec<Kept>,
    by_id: HashMap<Box<str>, usize>,
    /// For each package of a record the hash of its name, sorted.
    names: Vec<(u64, u32)>,
    /// What was taken and left out, for each path that was named.
    pub tallies: Vec<CatalogueTally>,
    /// What could not be read.
    pub problems: ProblemList,
}

/// Where a record stands.
struct Kept {
    text: Range<usize>,
    /// Its file.
    place: Arc<str>,
    tally_index: usize,
    is_replaced: bool,
}

impl Library {
    /// An empty one.
    pub fn new(normal_name: NormalName) -> Self {
        Self {
            normal_name,
            text: Vec::new(),
            kept: Vec::new(),
            by_id: HashMap::new(),
            names: Vec::new(),
            tallies: Vec::new(),
            problems: ProblemList::default(),
        }
    }

    /// Counts something of the current catalogue that is not taken.
    pub fn leave_out(&mut self, reason: LeftOut) {
        if let Some(tally) = self.tallies.last_mut() {
            tally.leave_out(reason);
        }
    }

    /// Counts a record of the current catalogue by what its fields are.
    pub fn count_unknown_fields(&mut self, has_unknown_fields: bool) {
        if let Some(tally) = self.tallies.last_mut() {
            tally.n_with_unknown_fields += u64::from(has_unknown_fields);
        }
    }

    /// Takes a record of the current catalogue; an earlier one of the same id is dropped.
    pub fn keep(&mut self, place: &Path, record: Record) {
        let start = self.text.len();
        let written = serde_json::to_writer(&mut self.text, &record);
        if written.is_err() || self.text.len() > TEXT_BYTES_MAX {
            self.text.truncate(start);
            let why = "all catalogues together are too big for memory";
            self.problems.push(Problem::new(ProblemCode::BrokenRecord, place, why));
            return;
        }
        let number = self.kept.len();
        let name_number = u32::try_from(number).expect("the bound of the text allows fewer");
        for package in &record.packages {
            let Some(ecosystem) = package.ecosystem() else { continue };
            let name = (self.normal_name)(ecosystem, &package.name);
            self.names.push((hash(ecosystem, &name), name_number));
        }
        self.drop_earlier(&record.id);
        let tally_index = self.tallies.len().saturating_sub(1);
        self.tallies[tally_index].n_used += 1;
        let text = start..self.text.len();
        let place = self.shared(&place.to_string_lossy());
        self.kept.push(Kept { text, place, tally_index, is_replaced: false });
        self.by_id.insert(record.id.into(), number);
    }

    /// The records of one file share its name.
    fn shared(&self, place: &str) -> Arc<str> {
        let last = self.kept.last().map(|kept| &kept.place).filter(|last| ***last == *place);
        last.map_or_else(|| place.into(), Arc::clone)
    }

    /// Drops the record of an id, because a later one of the same id says otherwise: also
    /// that it was withdrawn.
    pub fn drop_earlier(&mut self, id: &str) {
        let Some(number) = self.by_id.remove(id) else { return };
        let kept = &mut self.kept[number];
        kept.is_replaced = true;
        let tally = &mut self.tallies[kept.tally_index];
        tally.n_used -= 1;
        tally.leave_out(LeftOut::Replaced);
    }

    /// Makes it ready to be asked.
    pub fn sort(&mut self) {
        self.by_id = HashMap::new();
        self.names.sort_unstable();
        self.names.dedup();
        self.names.shrink_to_fit();
        self.text.shrink_to_fit();
        self.kept.shrink_to_fit();
    }

    /// Whether some record may name a package, by its normalised name; a hash decides.
    pub fn may_name(&self, ecosystem: Ecosystem, name: &str) -> bool {
        let wanted = hash(ecosystem, name);
        self.names.binary_search_by_key(&wanted, |(hash, _)| *hash).is_ok()
    }

    /// What is said of some packages, by normalised name. A record about an incident that
    /// is known by one of its ids adds to that one, which has more to say.
    pub fn naming<'p>(
        &self,
        packages: impl IntoIterator<Item = (Ecosystem, &'p str)>,
        known: &[Advisory],
        now: Moment,
    ) -> ForeignAdvisories {
        let mut foreign = ForeignAdvisories::default();
        for (ecosystem, name) in packages {
            let first_of_name = foreign.advisories.len();
            for (kept, mut record) in self.records(hash(ecosystem, name)) {
                let packages = self.packages(&mut record, ecosystem, name);
                if packages.is_empty() {
                    continue;
                }
                let index = known.iter().position(|it| record.is_about(it)).unwrap_or_else(|| {
                    let made = record.advisory(ecosystem, &kept.place, now);
                    known.len() + add(&mut foreign.advisories, first_of_name, &record, made)
                });
                let additions = packages.into_iter().map(|one| (AdvisoryIndex(index), one));
                foreign.additions.extend(additions);
            }
        }
        foreign
    }

    /// Records that may name a package; another name may have the same hash.
    fn records(&self, hash: u64) -> impl Iterator<Item = (&Kept, Record)> {
        let start = self.names.partition_point(|(one, _)| *one < hash);
        let same = self.names[start..].iter().take_while(move |(one, _)| *one == hash);
        let kept = same.map(|(_, number)| &self.kept[*number as usize]);
        kept.filter(|kept| !kept.is_replaced).filter_map(|kept| {
            Some((kept, serde_json::from_slice(&self.text[kept.text.clone()]).ok()?))
        })
    }

    fn packages(&self, record: &mut Record, ecosystem: Ecosystem, name: &str) -> Vec<BadPackage> {
        let is_it = |package: &Package| {
            package.ecosystem() == Some(ecosystem)
                && (self.normal_name)(ecosystem, &package.name) == name
        };
        let packages = std::mem::take(&mut record.packages).into_iter().filter(is_it);
        packages.map(|package| package.into_bad_package(ecosystem, name)).collect()
    }
}

/// Where the advisory of a record stands in a list: a record of several packages has one,
/// and so have several records that know each other's ids and name the same package (from
/// `first_of_name` on). Of packages alike in nothing but an alias, each keeps its own.
fn add(
    advisories: &mut Vec<Advisory>,
    first_of_name: usize,
    record: &Record,
    made: Advisory,
) -> usize {
    let is_it = |(index, one): &(usize, &Advisory)| {
        one.ecosystem == made.ecosystem
            && (one.id == made.id || (*index >= first_of_name && record.is_about(one)))
    };
    let found = advisories.iter().enumerate().find(is_it).map(|(index, _)| index);
    match found {
        Some(index) => {
            let one = &mut advisories[index];
            let ids = std::iter::once(made.id).chain(made.ids);
            let ids: Vec<String> =
                ids.filter(|id| *id != one.id && !one.ids.contains(id)).collect();
            one.ids.extend(ids);
            index
        }
        None => {
            advisories.push(made);
            advisories.len() - 1
        }
    }
}

/// The same in every run: nothing but memory depends on it.
fn hash(ecosystem: Ecosystem, name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (ecosystem, name).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advisories::record::{Event, Record};

    const NOW: Moment = Moment::new(2_000_000_000, 0);

    fn library() -> Library {
        let mut library = Library::new(|_, name| name.to_ascii_lowercase());
        library.tallies.push(CatalogueTally::default());
        library
    }

    fn record(id: &str, aliases: &[&str], name: &str, version: &str) -> Record {
        Record {
            id: id.into(),
            title: format!("{name} is bad"),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            published: Some(1_000_000_000),
            packages: vec![Package {
                ecosystem: "npm".into(),
                name: name.into(),
                versions: vec![version.into()],
                ranges: vec![vec![Event::Introduced("9.0.0".into())]],
            }],
        }
    }

    /// The ids of the advisories, and `INDEX VERSION` of the additions.
    fn told(library: &Library, names: &[&str], known: &[Advisory]) -> (Vec<String>, Vec<String>) {
        let names = names.iter().map(|name| (Ecosystem::Npm, *name));
        let foreign = library.naming(names, known, NOW);
        let ids = |one: &Advisory| format!("{} {}", one.id, one.ids.join(" ")).trim().to_owned();
        let addition = |(index, package): &(AdvisoryIndex, BadPackage)| {
            format!("{} {}", index.0, package.versions.join(" "))
        };
        let additions = foreign.additions.iter().map(addition).collect();
        (foreign.advisories.iter().map(ids).collect(), additions)
    }

    #[test]
    fn only_what_names_a_package_of_the_host_is_unfolded() {
        let mut library = library();
        library.keep(Path::new("/a"), record("MAL-1", &[], "Left", "1.0.0"));
        library.keep(Path::new("/b"), record("MAL-2", &[], "right", "2.0.0"));
        library.sort();
        let (ids, additions) = told(&library, &["left", "middle"], &[]);
        assert_eq!((ids, additions), (vec!["MAL-1".to_owned()], vec!["0 1.0.0".to_owned()]));
        let pypi = library.naming([(Ecosystem::PyPI, "left")], &[], NOW);
        assert!(pypi.advisories.is_empty());
    }

    #[test]
    fn the_later_of_two_records_with_one_id_counts() {
        let mut library = library();
        library.keep(Path::new("/a"), record("MAL-1", &[], "left", "1.0.0"));
        library.tallies.push(CatalogueTally::default());
        library.keep(Path::new("/b"), record("MAL-1", &[], "left", "2.0.0"));
        library.sort();
        assert_eq!(told(&library, &["left"], &[]).1, ["0 2.0.0"]);
        assert_eq!((library.tallies[0].n_used, library.tallies[1].n_used), (0, 1));
        assert_eq!(library.tallies[0].left_out, [(LeftOut::Replaced, 1)].into());
    }

    #[test]
    fn a_record_of_a_known_incident_adds_its_versions_to_that() {
        let mut library = library();
        library.keep(Path::new("/a"), record("MAL-1", &["GHSA-1"], "left", "1.0.0"));
        library.sort();
        let ours =
            record("left-2026-01", &["GHSA-1"], "left", "1").advisory(Ecosystem::Npm, "", NOW);
        let other = record("other-2026-01", &[], "left", "1").advisory(Ecosystem::Npm, "", NOW);
        assert_eq!(told(&library, &["left"], &[other, ours]), (vec![], vec!["1 1.0.0".into()]));
    }

    #[test]
    fn records_that_share_an_id_and_a_package_are_one_incident() {
        let mut library = library();
        library.keep(Path::new("/a"), record("MAL-1", &["GHSA-1"], "left", "1.0.0"));
        library.keep(Path::new("/b"), record("GHSA-1", &["CVE-1"], "left", "1.1.0"));
        library.keep(Path::new("/c"), record("MAL-2", &["GHSA-1"], "right", "2.0.0"));
        library.sort();
        let (ids, additions) = told(&library, &["left", "right"], &[]);
        assert_eq!(ids, ["MAL-1 GHSA-1 CVE-1", "MAL-2 GHSA-1"]);
        assert_eq!(additions, ["0 1.0.0", "0 1.1.0", "1 2.0.0"]);
    }
}
