//! Is a finding on the campaign's own list? The list says what its collector was written to
//! look for; that something is not on it never makes it unread, and changes no verdict.

use std::path::{Path, PathBuf};

use crate::model::exposure::Aim;
use crate::model::finding::Finding;
use crate::model::harvest::{Grade, Harvest, Harvested, Platform};
use crate::model::path_pattern::{PathPatterns, is_within};
use crate::model::rule_set::RuleSet;

/// The list of one campaign, made ready to be asked about every finding.
pub struct Targets<'r> {
    entries: Vec<Entry<'r>>,
    /// Patterns of all entries; the owner is the entry's number.
    paths: PathPatterns,
    homes: &'r [PathBuf],
    is_known: bool,
}

/// One group of the list, with its limits.
struct Entry<'r> {
    harvested: &'r Harvested,
    group: &'r Harvest,
}

impl<'r> Targets<'r> {
    /// What a campaign looks for on Linux. `homes` are those of the host's users.
    pub fn new(harvests: &'r [Harvested], rules: &'r RuleSet, homes: &'r [PathBuf]) -> Self {
        let entries = harvests.iter().filter(|one| works_here(one));
        let entries =
            entries.map(|harvested| Entry { harvested, group: rules.harvest(harvested.what) });
        let entries: Vec<Entry<'_>> = entries.collect();
        let patterns = entries.iter().enumerate();
        let paths = PathPatterns::new(
            patterns
                .flat_map(|(number, one)| one.group.paths.iter().map(move |path| (path, number))),
        );
        Self { entries, paths, homes, is_known: !harvests.is_empty() }
    }

    /// Whether a finding is on the list: as the group of which that is known best.
    pub fn aim(&self, finding: &Finding) -> Aim {
        let location = &finding.location;
        let names = std::iter::once(&location.path).chain(&location.other_names);
        let by_path = names.flat_map(|path| {
            let owners = self.paths.owners(path).into_iter().map(|number| &self.entries[number]);
            owners.filter(|entry| self.is_in_depth(path, entry.harvested.depth_max))
        });
        let kind = finding.identity.kind;
        let variable = location.variable.as_deref();
        let otherwise = self.entries.iter().filter(|Entry { group, .. }| {
            let names_variable = |name| group.variables.iter().any(|one| matches(one, name));
            group.is_everything
                || group.kinds.contains(&kind)
                || variable.is_some_and(names_variable)
        });
        let best = by_path.chain(otherwise).min_by_key(|entry| {
            (entry.harvested.grade, entry.group.is_everything, &entry.group.id)
        });
        match best {
            Some(entry) => entry.aim(),
            None if self.is_known => Aim::OffList,
            None => Aim::NoList,
        }
    }

    /// Depth counts from a home, or else from the folder of the host that a search starts in.
    /// Where that is not told, the one that makes the way shorter is taken.
    fn is_in_depth(&self, path: &Path, depth_max: Option<u32>) -> bool {
        let Some(depth_max) = depth_max else { return true };
        let homes = self.homes.iter().filter(|home| is_within(path, home));
        let start = homes.map(|home| home.components().count()).max();
        let start = start.unwrap_or(if path.starts_with("/var") { 3 } else { 2 });
        let n_folders = path.components().count().saturating_sub(start + 1);
        n_folders <= depth_max as usize
    }
}

impl Entry<'_> {
    fn aim(&self) -> Aim {
        let grade: Grade = self.harvested.grade;
        if self.group.is_everything {
            return Aim::Everything { grade };
        }
        let title = &self.group.title;
        let what = match &self.harvested.when {
            Some(when) => format!("{title} ({when})"),
            None => title.clone(),
        };
        Aim::Targeted { grade, what }
    }
}

fn works_here(harvested: &Harvested) -> bool {
    harvested.platforms.is_empty() || harvested.platforms.contains(&Platform::Linux)
}

/// Whether a name is meant; `*` stands for any rest of it.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposure::verdict::tests::{identity, inode};
    use crate::model::artifact::ArtifactKind;
    use crate::model::finding::Location;
    use crate::model::harvest::HarvestIndex;
    use crate::model::location::{Place, Span};
    use crate::model::path_pattern::PathPattern;
    use crate::model::rule::KindIndex;

    fn group(id: &str, paths: &[&str], variables: &[&str]) -> Harvest {
        Harvest {
            id: id.into(),
            title: id.into(),
            paths: paths.iter().map(|path| PathPattern::new(path).unwrap()).collect(),
            variables: variables.iter().map(ToString::to_string).collect(),
            kinds: Vec::new(),
            reach: Vec::new(),
            is_everything: id == "everything",
        }
    }

    fn finding(path: &str, variable: Option<&str>) -> Finding {
        let place = Place { span: Span { start: 0, end: 1 }, line: 1, column: 1 };
        let location = Location {
            path: path.into(),
            kind: ArtifactKind::File,
            other_names: Vec::new(),
            place,
            variable: variable.map(Into::into),
            containers: Vec::new(),
            store: None,
            content: None,
            inode: inode(0o600, 1000, 100),
        };
        Finding { identity: identity(), location }
    }

    /// A campaign that reads groups as far as each is told.
    fn aim(harvests: &[(Harvest, Grade, Option<u32>)], finding: &Finding) -> Aim {
        let groups = harvests.iter().map(|(group, ..)| group.clone());
        let rules = RuleSet { harvests: groups.collect(), ..RuleSet::default() };
        let harvests = harvests.iter().enumerate().map(|(n, (_, grade, depth_max))| Harvested {
            what: HarvestIndex(n),
            grade: *grade,
            depth_max: *depth_max,
            platforms: Vec::new(),
            when: None,
        });
        let harvests: Vec<Harvested> = harvests.collect();
        Targets::new(&harvests, &rules, &["/home/ana".into()]).aim(finding)
    }

    fn targeted(grade: Grade, what: &str) -> Aim {
        Aim::Targeted { grade, what: what.into() }
    }

    #[test]
    fn a_place_is_targeted_by_the_best_known_group_that_names_it() {
        let keys = || group("keys", &["~/.ssh/**"], &[]);
        let all = || group("everything", &[], &[]);
        let key = finding("/home/ana/.ssh/id_rsa", None);
        let (sure, said) = (Grade::ReadFromCode, Grade::Reported);
        assert_eq!(aim(&[], &key), Aim::NoList);
        assert_eq!(aim(&[(keys(), said, None)], &key), targeted(said, "keys"));
        assert_eq!(aim(&[(keys(), said, None)], &finding("/etc/shadow", None)), Aim::OffList);
        assert_eq!(aim(&[(keys(), said, None), (all(), said, None)], &key), targeted(said, "keys"));
        let everything = Aim::Everything { grade: sure };
        assert_eq!(aim(&[(keys(), said, None), (all(), sure, None)], &key), everything);
    }

    #[test]
    fn depth_counts_from_the_home_or_from_where_a_search_starts() {
        let check = |path: &str, depth: u32, expected: bool| {
            let env = group("env", &["**/.env"], &[]);
            let aim = aim(&[(env, Grade::Reported, Some(depth))], &finding(path, None));
            assert_eq!(aim != Aim::OffList, expected, "{path} at {depth}");
        };
        check("/home/ana/.env", 0, true);
        check("/home/ana/a/b/.env", 2, true);
        check("/home/ana/a/b/.env", 1, false);
        check("/srv/a/b/.env", 2, true);
        check("/var/www/a/b/.env", 2, true);
        check("/srv/a/b/.env", 1, false);
        check("/.env", 0, true);
    }

    #[test]
    fn a_variable_is_meant_by_its_name_and_a_secret_by_its_kind() {
        let variables = || vec![(group("named", &[], &["NPM*", "CI"]), Grade::Reported, None)];
        let of = |name| aim(&variables(), &finding("/proc/7/environ", Some(name)));
        assert_eq!(of("NPM_TOKEN"), targeted(Grade::Reported, "named"));
        assert_eq!(of("CI"), targeted(Grade::Reported, "named"));
        assert_eq!(of("CIRCLE"), Aim::OffList);
        let shape = Harvest { kinds: vec![KindIndex(0)], ..group("shape", &[], &[]) };
        let anywhere = finding("/srv/notes.txt", None);
        let expected = targeted(Grade::Mapped, "shape");
        assert_eq!(aim(&[(shape, Grade::Mapped, None)], &anywhere), expected);
    }
}
