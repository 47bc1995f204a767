//! How far back the evidence of past installs reaches, by kind of evidence: what is older
//! would not show. Says nothing of what was or was not installed.

use std::collections::BTreeMap;

use crate::model::time::Moment;

/// Places where past installs leave evidence, by who writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the titles say it")]
pub enum EvidenceFamily {
    PipLogs,
    PipCache,
    PipxLogs,
    UvCache,
    PoetryCache,
    CondaHistory,
    CondaCache,
    NpmLogs,
    NpmCache,
    PnpmStore,
    YarnCache,
    BunCache,
    CargoCache,
    CargoBuilds,
    GoCache,
    GoBuilds,
    GemCache,
    EditorLists,
    RunnerLogs,
    Bundles,
    PackageArchives,
    Leftovers,
    DistributionLogs,
    ShellHistories,
    AgentSessions,
    LockFiles,
    LockFileHistory,
}

impl EvidenceFamily {
    /// Every family, in the order of reports.
    pub const ALL: [Self; 27] = [
        Self::PipLogs,
        Self::PipCache,
        Self::PipxLogs,
        Self::UvCache,
        Self::PoetryCache,
        Self::CondaHistory,
        Self::CondaCache,
        Self::NpmLogs,
        Self::NpmCache,
        Self::PnpmStore,
        Self::YarnCache,
        Self::BunCache,
        Self::CargoCache,
        Self::CargoBuilds,
        Self::GoCache,
        Self::GoBuilds,
        Self::GemCache,
        Self::EditorLists,
        Self::RunnerLogs,
        Self::Bundles,
        Self::PackageArchives,
        Self::Leftovers,
        Self::DistributionLogs,
        Self::ShellHistories,
        Self::AgentSessions,
        Self::LockFiles,
        Self::LockFileHistory,
    ];

    /// What reports call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::PipLogs => "pip logs",
            Self::PipCache => "pip cache",
            Self::PipxLogs => "pipx logs",
            Self::UvCache => "uv cache",
            Self::PoetryCache => "poetry cache",
            Self::CondaHistory => "conda history",
            Self::CondaCache => "conda cache",
            Self::NpmLogs => "npm logs",
            Self::NpmCache => "npm cache",
            Self::PnpmStore => "pnpm store",
            Self::YarnCache => "yarn cache",
            Self::BunCache => "bun cache",
            Self::CargoCache => "cargo cache",
            Self::CargoBuilds => "cargo builds",
            Self::GoCache => "Go module cache",
            Self::GoBuilds => "Go build cache",
            Self::GemCache => "gem cache",
            Self::EditorLists => "lists of editor extensions",
            Self::RunnerLogs => "CI runner logs",
            Self::Bundles => "archives that run as they lie",
            Self::PackageArchives => "package archives",
            Self::Leftovers => "half-removed packages",
            Self::DistributionLogs => "distribution logs",
            Self::ShellHistories => "shell histories",
            Self::AgentSessions => "sessions of AI agents",
            Self::LockFiles => "lock files",
            Self::LockFileHistory => "lock files in git history",
        }
    }
}

/// What was read of one family, and when its entries begin and end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Files that were read for it; of git, repositories.
    pub n_files: u64,
    /// Those of them with times in them; the others count with the stamp of their inode.
    pub n_dated: u64,
    /// The earliest moment that any of them gives.
    pub earliest: Option<Moment>,
    /// The latest.
    pub latest: Option<Moment>,
}

impl Reach {
    /// Widens it to a moment. Those up to 1970 are what a clock says that was never set.
    pub fn note(&mut self, at: Moment) {
        if at.seconds > 0 {
            self.earliest = Some(self.earliest.map_or(at, |earliest| earliest.min(at)));
            self.latest = self.latest.max(Some(at));
        }
    }

    /// Adds another file's or worker's share.
    pub fn merge(&mut self, other: Self) {
        self.n_files += other.n_files;
        self.n_dated += other.n_dated;
        other.earliest.into_iter().chain(other.latest).for_each(|at| self.note(at));
    }
}

/// The reach of each family that any file was read for.
pub type Reaches = BTreeMap<EvidenceFamily, Reach>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reach_covers_all_moments_whatever_their_order() {
        let of = |seconds: &[i64]| {
            let mut reach = Reach { n_files: 1, ..Reach::default() };
            seconds.iter().for_each(|seconds| reach.note(Moment::new(*seconds, 0)));
            reach
        };
        let (mut one, mut other) = (of(&[20, 0, 30]), of(&[10]));
        one.merge(of(&[10]));
        other.merge(of(&[30, 20]));
        assert_eq!(one, other);
        assert_eq!(
            (one.n_files, one.earliest, one.latest),
            (2, Some(Moment::new(10, 0)), Some(Moment::new(30, 0)))
        );
    }

    #[test]
    fn every_family_has_a_title_of_its_own() {
        let titles: std::collections::BTreeSet<&str> =
            EvidenceFamily::ALL.map(EvidenceFamily::title).into();
        assert_eq!(titles.len(), EvidenceFamily::ALL.len());
    }
}
