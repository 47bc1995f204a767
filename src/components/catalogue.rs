//! The advisories, indexed for the questions a walk asks of every file: is this path,
//! this content or this package one of theirs?

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};

use crate::components::version::{is_bad_version, normal_name};
use crate::error::{Problem, ProblemCode};
use crate::model::advisory::{
    Advisory, AdvisoryIndex, BadPackage, Ecosystem, ForeignAdvisories, Indicator, Role, Weight,
};
use crate::model::artifact::Artifact;
use crate::model::component::{Component, Mention, Sighting};
use crate::model::exposure::Truth;
use crate::model::path_pattern::PathPatterns;

/// All advisories, indexed.
pub struct Catalogue<'r> {
    advisories: Vec<&'r Advisory>,
    indicators: Vec<(AdvisoryIndex, &'r Indicator)>,
    paths: PathPatterns,
    packages: HashMap<(Ecosystem, String), Vec<(AdvisoryIndex, &'r BadPackage)>>,
    /// Known bad contents as `RECORD` writes them, by what they are contents of.
    digests: HashMap<String, usize>,
}

impl<'r> Catalogue<'r> {
    /// Indexes advisories.
    pub fn new(advisories: &'r [Advisory]) -> Self {
        let mut indicators = Vec::new();
        let mut packages: HashMap<_, Vec<_>> = HashMap::new();
        for (number, advisory) in advisories.iter().enumerate() {
            let index = AdvisoryIndex(number);
            indicators.extend(advisory.indicators.iter().map(|indicator| (index, indicator)));
            for package in &advisory.packages {
                let name = normal_name(package.ecosystem, &package.name);
                packages.entry((package.ecosystem, name)).or_default().push((index, package));
            }
        }
        let patterns = indicators.iter().enumerate().map(|(n, (_, one))| (&one.path, n));
        let paths = PathPatterns::new(patterns);
        let hashes = indicators.iter().enumerate();
        let digests = hashes
            .flat_map(|(n, (_, one))| one.sha256.iter().map(move |hex| (record_digest(hex), n)))
            .collect();
        Self { advisories: advisories.iter().collect(), indicators, paths, packages, digests }
    }

    /// Adds what others say of the packages of this host.
    pub fn extend(&mut self, foreign: &'r ForeignAdvisories) {
        self.advisories.extend(&foreign.advisories);
        for (index, package) in &foreign.additions {
            let key = (package.ecosystem, package.name.clone());
            self.packages.entry(key).or_default().push((*index, package));
        }
    }

    /// An advisory of this catalogue.
    pub fn advisory(&self, index: AdvisoryIndex) -> &'r Advisory {
        self.advisories[index.0]
    }

    /// Whether [`Self::sightings`] may have something to say about a path.
    pub fn names(&self, path: &Path) -> bool {
        self.paths.matches(path)
    }

    /// The indicators that an artifact matches. `content` is asked for only where a hash
    /// is known; `None` means that it could not be read.
    pub fn sightings<'c>(
        &self,
        artifact: &Artifact,
        content: impl Fn() -> Option<std::borrow::Cow<'c, [u8]>>,
    ) -> Vec<Sighting> {
        let owners = self.paths.owners(&artifact.path);
        let wants_hash = owners.iter().any(|owner| !self.indicators[*owner].1.sha256.is_empty());
        let content = if wants_hash { content() } else { None };
        let hash = content.map(|bytes| hex_digest(&bytes));
        let sighting = |owner: usize| {
            let (advisory, indicator) = self.indicators[owner];
            let known = &indicator.sha256;
            let hash_is_known = hash.as_ref().filter(|_| !known.is_empty());
            sighting(artifact, advisory, indicator, hash_is_known.map(|hash| known.contains(hash)))
        };
        owners.into_iter().map(sighting).collect()
    }

    /// Lines of a `RECORD` that claim a known bad content: proof of the version even if
    /// the file itself is gone.
    pub fn record_claims(&self, artifact: &Artifact, record: &[u8]) -> Vec<Sighting> {
        if !is_record(&artifact.path) {
            return Vec::new();
        }
        let text = String::from_utf8_lossy(record);
        let claims = text.lines().filter_map(|line| {
            let (path, digest) = line.split_once(",sha256=")?;
            let digest = digest.split(',').next()?;
            let (advisory, indicator) = self.indicators[*self.digests.get(digest)?];
            let mut claim = sighting(artifact, advisory, indicator, Some(true));
            claim.role = Role::Payload;
            claim.weight = Weight::Strong;
            claim.note = format!("lists {} with a known bad hash", path.escape_debug());
            Some(claim)
        });
        claims.collect()
    }

    /// The advisories that name a component in just this version.
    pub fn hits(&self, component: &Component) -> Vec<(AdvisoryIndex, &'r BadPackage)> {
        let at = component.installed.as_ref().map(|dated| dated.at);
        let mut hits = self.hits_of(component.ecosystem, &component.name, &component.version);
        hits.retain(|(index, package)| self.advisory(*index).is_bad_at(package, at));
        hits
    }

    /// The advisories that name what a mention speaks of. A lock file that holds a tag does
    /// not say which code the tag meant: of moved ones it proves nothing.
    pub fn hits_in(&self, mention: &Mention) -> Vec<(AdvisoryIndex, &'r BadPackage)> {
        let at = mention.at.as_ref().map(|dated| dated.at);
        let mut hits = self.hits_of(mention.ecosystem, &mention.name, &mention.version);
        hits.retain(|(index, package)| {
            let says_nothing = package.is_moved && mention.source.is_lock_file();
            !says_nothing && self.advisory(*index).is_bad_at(package, at)
        });
        hits
    }

    /// The advisories that name a package, by its normalised name, in just this version.
    pub fn hits_of(
        &self,
        ecosystem: Ecosystem,
        name: &str,
        version: &str,
    ) -> Vec<(AdvisoryIndex, &'r BadPackage)> {
        self.judged(ecosystem, name, version, Truth::Yes)
    }

    /// Whether any advisory names a package, by its normalised name, in whatever version.
    pub fn names_package(&self, ecosystem: Ecosystem, name: &str) -> bool {
        self.packages.contains_key(&(ecosystem, name.to_owned()))
    }

    /// A problem if there are advisories which name a component, and nobody can say whether
    /// in this version.
    pub fn unclear(&self, component: &Component) -> Option<Problem> {
        let Component { ecosystem, name, version, path, .. } = component;
        let judged = self.judged(*ecosystem, name, version, Truth::Unknown);
        let ids: BTreeSet<&str> =
            judged.iter().map(|(index, _)| &*self.advisory(*index).id).collect();
        let ids = ids.into_iter().collect::<Vec<_>>().join(", ");
        let problem = || {
            let why = format!("{name} {version}, named by {ids}");
            Problem::new(ProblemCode::UnclearVersion, path, why)
        };
        (!ids.is_empty()).then(problem)
    }

    fn judged(
        &self,
        ecosystem: Ecosystem,
        name: &str,
        version: &str,
        truth: Truth,
    ) -> Vec<(AdvisoryIndex, &'r BadPackage)> {
        let key = (ecosystem, name.to_owned());
        let named = self.packages.get(&key).map_or(&[][..], Vec::as_slice);
        let is_it = |package: &BadPackage| is_bad_version(ecosystem, package, version) == truth;
        named.iter().filter(|(_, package)| is_it(package)).copied().collect()
    }
}

/// SHA-256 in hexadecimal.
pub fn hex_digest(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// Whether a file is the list of files that every installer of Python leaves.
pub fn is_record(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "RECORD")
}

/// A hexadecimal SHA-256 as `RECORD` writes it.
pub fn record_digest(hex: &str) -> String {
    HEXLOWER
        .decode(hex.as_bytes())
        .map_or_else(|_| hex.to_owned(), |bytes| BASE64URL_NOPAD.encode(&bytes))
}

fn sighting(
    artifact: &Artifact,
    advisory: AdvisoryIndex,
    indicator: &Indicator,
    hash_is_known: Option<bool>,
) -> Sighting {
    let times = &artifact.inode.times;
    Sighting {
        advisory,
        path: artifact.path.clone(),
        role: indicator.role,
        // A known hash makes any sign strong.
        weight: if hash_is_known == Some(true) { Weight::Strong } else { indicator.weight },
        hash_is_known,
        note: indicator.note.clone(),
        owner_uid: artifact.inode.uid,
        appeared: times.born.unwrap_or(times.changed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::advisory::{Trigger, VersionEvent, VersionRange};
    use crate::model::component::MentionSource;
    use crate::model::time::{Dated, Moment, Window};

    fn advisory(packages: Vec<BadPackage>) -> Advisory {
        let at = Moment::new(0, 0);
        let catalogue = Some("/all.zip!MAL-1.json".into());
        let window = Window { start: at, end: at };
        Advisory { packages, catalogue, ..Advisory::new("MAL-1", Ecosystem::Npm, window) }
    }

    fn package(versions: &[&str], all_versions: bool, ranges: Vec<VersionRange>) -> BadPackage {
        BadPackage {
            ecosystem: Ecosystem::Npm,
            name: "example".into(),
            versions: versions.iter().map(|version| (*version).to_owned()).collect(),
            all_versions,
            is_moved: false,
            ranges,
            triggers: vec![Trigger::Install],
            clean_before: None,
            clean_after: None,
        }
    }

    fn component(name: &str, version: &str) -> Component {
        Component {
            environment: "/srv/node_modules".into(),
            name: name.into(),
            version: version.into(),
            ecosystem: Ecosystem::Npm,
            path: "/srv/node_modules/example".into(),
            installer: None,
            owner_uid: 0,
            installed: None,
            copied: None,
        }
    }

    fn check(versions: &[&str], all_versions: bool, installed: (&str, &str), expected: bool) {
        let advisories = [advisory(vec![package(versions, all_versions, Vec::new())])];
        let hits = Catalogue::new(&advisories).hits(&component(installed.0, installed.1));
        assert_eq!(hits.len(), usize::from(expected), "{versions:?} {installed:?}");
    }

    #[test]
    fn a_package_without_a_clean_version_is_hit_in_any_version() {
        check(&[], true, ("example", "0.0.1"), true);
        check(&["1.2.3"], true, ("example", "not a version"), true);
        check(&[], true, ("other", "0.0.1"), false);
    }

    #[test]
    fn a_moved_tag_is_bad_inside_the_window_only() {
        let mut moved = advisory(vec![package(&[], true, Vec::new())]);
        moved.packages[0].is_moved = true;
        moved.window = Window { start: Moment::new(1000, 0), end: Moment::new(2000, 0) };
        let advisories = [moved];
        let catalogue = Catalogue::new(&advisories);
        let n_hits = |at: Option<i64>| {
            let dated = |at| Dated { at: Moment::new(at, 0), evidence: String::new() };
            let installed = at.map(dated);
            catalogue.hits(&Component { installed, ..component("example", "1.2.3") }).len()
        };
        let all = [Some(999), Some(1000), Some(2000), Some(2001), None].map(n_hits);
        assert_eq!(all, [0, 1, 1, 0, 1]);
    }

    #[test]
    fn a_lock_file_says_nothing_of_a_moved_tag() {
        let mut moved = advisory(vec![package(&[], true, Vec::new())]);
        moved.packages[0].is_moved = true;
        let advisories = [moved];
        let catalogue = Catalogue::new(&advisories);
        let n_hits = |source| {
            let Component { ecosystem, name, version, path, owner_uid, .. } =
                component("example", "1.2.3");
            let at = None;
            catalogue
                .hits_in(&Mention {
                    ecosystem,
                    name,
                    version,
                    source,
                    path,
                    at,
                    owner_uid,
                    until: None,
                    line: None,
                })
                .len()
        };
        assert_eq!([MentionSource::Lockfile, MentionSource::Cache].map(n_hits), [0, 1]);
    }

    #[test]
    fn other_packages_are_hit_in_their_bad_versions_only() {
        check(&["1.2.3"], false, ("example", "1.2.3"), true);
        check(&["1.2.3"], false, ("example", "1.2.4"), false);
    }

    #[test]
    fn a_version_that_cannot_be_compared_is_told_and_no_hit() {
        let range = VersionRange { events: vec![VersionEvent::Introduced("1.0.0".into())] };
        let foreign = ForeignAdvisories {
            advisories: vec![advisory(Vec::new())],
            additions: vec![(AdvisoryIndex(0), package(&[], false, vec![range]))],
        };
        let mut catalogue = Catalogue::new(&[]);
        catalogue.extend(&foreign);
        let told = |version| {
            let component = component("example", version);
            let problem = catalogue.unclear(&component).map(|problem| problem.why);
            (catalogue.hits(&component).len(), problem)
        };
        assert_eq!(told("1.2.3"), (1, None));
        assert_eq!(told("0.9.0"), (0, None));
        assert_eq!(told("latest"), (0, Some("example latest, named by MAL-1".into())));
    }
}
