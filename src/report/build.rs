//! Makes the report's own structs out of an inventory. Does not sort credentials or
//! judge them: their order and their verdicts come with the inventory.

mod environments;
mod explanation;
mod exposure;
mod manifest;
mod opening;
mod plan;
mod provenance;

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Problem;
use crate::model::advisory::{Advisory, BadPackage, Claim, Trigger, Weight};
use crate::model::authority::Authority;
use crate::model::component::{Component, InfectedInstall, Mention, Removal, Runner, Sighting};
use crate::model::coverage::{CatalogueTally, Coverage, ProblemList};
use crate::model::expiry::Expiry;
use crate::model::exposure::Verdict;
use crate::model::finding::{Identity, Location};
use crate::model::inventory::{Credential, CredentialPlace, Inventory, Run};
use crate::model::principal::Principals;
use crate::model::protection::Protection;
use crate::model::reach::{EvidenceFamily, Reach};
use crate::model::rule::Confidence;
use crate::model::rule_set::RuleSet;
use crate::model::secret::KeyOrigin;
use crate::model::startup::{JudgedStartup, StartupSign};
use crate::model::time::{Dated, DatedWindow, FileTimes, Moment, Window};
use crate::report::outcome::Outcome;
use crate::view;
use crate::view::{HostPath, ProtectionState, Report, Status, Word};

impl Report {
    /// The report of an inventory that was made with these rules.
    pub fn new(inventory: &Inventory, rules: &RuleSet) -> Self {
        let context = Context {
            principals: &inventory.principals,
            rules,
            foreign: &inventory.foreign_advisories,
            from: plan::from(inventory),
            until: inventory.run.started,
        };
        let installs = inventory.installs.iter().enumerate();
        let credentials = inventory.credentials.iter().enumerate();
        let is_explained = inventory.run.explained.is_some();
        let credentials = credentials.filter(|(_, one)| !is_explained || one.is_explained());
        Self {
            schema_version: "1.0".into(),
            tool: view::Tool {
                name: "credreach".into(),
                version: env!("CARGO_PKG_VERSION").into(),
            },
            run: run(&inventory.run),
            status: status(&inventory.coverage),
            summary: summary(inventory),
            what_if: inventory.asked.as_ref().map(|asked| context.what_if(asked)),
            clock: exposure::clock(&inventory.clock),
            advisories: context.hitting(&inventory.installs),
            infected_installs: installs.map(|(n, install)| context.install(n, install)).collect(),
            plan: context.plan(inventory),
            credentials: credentials.map(|(n, one)| context.credential(n + 1, one)).collect(),
            startup_code: inventory.startup.judged.iter().map(|one| context.startup(one)).collect(),
            brokers: inventory.brokers.iter().map(|one| context.broker(one)).collect(),
            authorized_keys: opening::authorized_keys(inventory),
            environments: environments::environments(if is_explained {
                &[]
            } else {
                &inventory.components
            }),
            coverage: coverage(inventory),
        }
    }
}

/// What ids and indices stand for.
struct Context<'i> {
    principals: &'i Principals,
    rules: &'i RuleSet,
    /// Advisories whose indices follow those of the rules.
    foreign: &'i [Advisory],
    /// Since when anything can have been read, where something is asked about.
    from: Option<Moment>,
    /// When the sweep started.
    until: Moment,
}

impl Context<'_> {
    fn advisories(&self) -> impl Iterator<Item = &Advisory> {
        self.rules.advisories.iter().chain(self.foreign)
    }

    fn install(&self, index: usize, install: &InfectedInstall) -> view::InfectedInstall {
        let mut advisories = self.advisories().skip(install.advisory.0);
        let advisory = advisories.next().expect("an install is made of an advisory");
        let bad = named(install).and_then(|(name, version)| bad_package(advisory, name, version));
        view::InfectedInstall {
            index,
            host: None,
            advisory: advisory.id.clone(),
            presence: install.presence().as_str().into(),
            package: install.component.as_ref().map(package),
            mentions: install.mentions.iter().map(|one| self.mention(one)).collect(),
            triggers: install
                .triggers
                .iter()
                .map(|one| Trigger::ALL[*one as usize].0.into())
                .collect(),
            sightings: install.sightings.iter().map(|one| self.sighting(one)).collect(),
            runners: install.runners.iter().map(|one| self.runner(one)).collect(),
            window: dated_window(&install.window),
            certain: install.certain.as_ref().map(dated_window),
            removed: install.removed.as_ref().map(|one| self.removal(one)),
            n_unmet_names: install.n_unmet_names,
            clean_before: bad.and_then(|package| package.clean_before.clone()),
            clean_after: bad.and_then(|package| package.clean_after.clone()),
            provenance: provenance::provenance(&install.provenance),
        }
    }

    fn mention(&self, mention: &Mention) -> view::Mention {
        view::Mention {
            source: mention.source.as_str().into(),
            path: HostPath(mention.path.clone()),
            name: mention.name.clone(),
            version: mention.version.clone(),
            ecosystem: mention.ecosystem.as_str().into(),
            at: mention.at.as_ref().map(dated),
            until: mention.until.as_ref().map(dated),
            owner: self.user(mention.owner_uid),
            line: mention.line,
        }
    }

    fn removal(&self, removal: &Removal) -> view::Removal {
        view::Removal {
            path: HostPath(removal.path.clone()),
            at: dated(&removal.at),
            owner: self.user(removal.owner_uid),
        }
    }

    /// The advisories that some install is of.
    fn hitting(&self, installs: &[InfectedInstall]) -> Vec<view::Advisory> {
        let indices: BTreeSet<usize> = installs.iter().map(|one| one.advisory.0).collect();
        let advisories = self.advisories().enumerate();
        let hitting = advisories.filter(|(index, _)| indices.contains(index));
        hitting.map(|(_, advisory)| view_of(advisory)).collect()
    }

    fn sighting(&self, sighting: &Sighting) -> view::Sighting {
        view::Sighting {
            path: HostPath(sighting.path.clone()),
            role: sighting.role.as_str().into(),
            weight: Weight::ALL[sighting.weight as usize].0.into(),
            hash_known: sighting.hash_is_known,
            note: sighting.note.clone(),
            owner: self.user(sighting.owner_uid),
            appeared: sighting.appeared.to_string(),
        }
    }

    fn startup(&self, judged: &JudgedStartup) -> view::StartupCode {
        let JudgedStartup { code, package, signs } = judged;
        let sign = |sign: &StartupSign| view::StartupSign {
            sign: sign.as_str().into(),
            install: sign.install_index(),
        };
        view::StartupCode {
            host: None,
            path: HostPath(code.path.clone()),
            kind: code.kind.as_str().into(),
            what: code.kind.clause().into(),
            line: code.line,
            runs: code.runs.as_ref().map(|path| path.to_string_lossy().into_owned()),
            package: package.clone(),
            owner: self.user(code.owner_uid),
            appeared: code.appeared.to_string(),
            changed: code.changed.to_string(),
            sha256: code.sha256.clone(),
            signs: signs.iter().map(sign).collect(),
        }
    }

    fn runner(&self, runner: &Runner) -> view::Runner {
        view::Runner {
            user: self.user(runner.uid),
            certainty: runner.certainty.as_str().into(),
            evidence: runner.evidence.clone(),
            further: runner.further.clone(),
            authority: runner.authority.iter().map(authority).collect(),
        }
    }

    fn credential(&self, rank: usize, credential: &Credential) -> view::Credential {
        let identity = &credential.identity;
        let kind = self.rules.kind(identity.kind);
        view::Credential {
            rank,
            secret_id: identity.secret_id.to_string(),
            kind: kind.id.clone(),
            title: kind.title.clone(),
            issuer: kind.issuer.clone(),
            impact: kind.impact,
            propagates: kind.propagates,
            key_id: identity.key_id.clone(),
            account: identity.account.clone(),
            hint: identity.hint.clone(),
            confidence: identity.confidence.as_str().into(),
            protection: protection(&identity.protection),
            expiry: expiry(identity),
            verdict: credential.verdict.map(Verdict::as_str).map(Into::into),
            asked: credential.asked.map(Verdict::as_str).map(Into::into),
            readers: self.users(&credential.reader_uids),
            opens: credential.opens.iter().map(opening::opening).collect(),
            mints: !kind.mints.is_empty(),
            phase: credential.placing.phase.as_str().into(),
            because: credential.placing.grounds.iter().map(ToString::to_string).collect(),
            after: credential.placing.after.iter().map(plan::predecessors).collect(),
            last_changed: credential.placing.last_changed.map(plan::last_changed),
            rotation: self.rotation(credential),
            suppressed: None,
            known: None,
            n_hosts: None,
            other_secret_ids: Vec::new(),
            n_unlisted_locations: None,
            locations: credential.places.iter().map(|place| self.location(place)).collect(),
        }
    }

    fn location(&self, place: &CredentialPlace) -> view::Location {
        let Location {
            path, other_names, place: position, containers, store, inode, content, ..
        } = &place.location;
        let store = store.map(|index| &self.rules.stores[index.0]);
        view::Location {
            host: None,
            path: HostPath(path.clone()),
            other_names: other_names.iter().cloned().map(HostPath).collect(),
            span: view::Span { start: position.span.start, end: position.span.end },
            line: position.line,
            column: position.column,
            containers: containers.clone(),
            store: store.map(|store| store.id.clone()),
            store_title: store.map(|store| store.title.clone()),
            owner: self.user(inode.uid),
            group: view::Group { gid: inode.gid, name: self.principals.group_name(inode.gid) },
            mode: format!("{:04o}", inode.permissions()),
            times: times(&inode.times),
            content: content.as_ref().map(manifest::content),
            exposures: place.exposures.iter().map(|one| self.exposure(one)).collect(),
            readers: self.users(&place.reader_uids),
            suppressed: None,
            explanation: place.explanation.as_ref().map(|one| self.explanation(one)),
        }
    }

    fn users(&self, uids: &[u32]) -> Vec<view::User> {
        uids.iter().map(|uid| self.user(*uid)).collect()
    }

    fn user(&self, uid: u32) -> view::User {
        view::User { uid, user: self.principals.user_name(uid) }
    }
}

fn authority(authority: &Authority) -> view::Authority {
    view::Authority {
        reach: authority.reach.as_str().into(),
        means: authority.means.as_str().into(),
        evidence: authority.evidence.clone(),
    }
}

fn run(run: &Run) -> view::Run {
    let origin = match run.key_origin {
        KeyOrigin::File => "file",
        KeyOrigin::Random => "random",
    };
    let root = |(path, why): &(std::path::PathBuf, String)| view::Root {
        path: HostPath(path.clone()),
        why: why.clone(),
    };
    view::Run {
        task: run.task.as_str().into(),
        started: run.started.to_string(),
        host: run.host.clone(),
        uid: run.uid,
        image: run.image.as_ref().map(|path| path.to_string_lossy().into_owned()),
        roots: run.roots.iter().map(root).collect(),
        key: view::Key { origin: origin.into(), id: run.key_id.clone() },
        rules_digest: run.rules_digest.clone(),
        explained: run.explained.clone(),
        manifest: Some(manifest::manifest(&run.manifest)),
        reports: Vec::new(),
    }
}

fn status(coverage: &Coverage) -> Status {
    if coverage.interrupted {
        return Status::Interrupted;
    }
    if coverage.is_complete() { Status::Complete } else { Status::Incomplete }
}

fn summary(inventory: &Inventory) -> view::Summary {
    let Inventory { installs, credentials, .. } = inventory;
    let verdicts = [Verdict::Exposed, Verdict::Likely, Verdict::Unknown, Verdict::NotExposed];
    let confidences = [Confidence::High, Confidence::Medium, Confidence::Low];
    let n_of = |of: fn(&Credential) -> Option<Verdict>, verdict| {
        credentials.iter().filter(|one| of(one) == Some(verdict)).count()
    };
    let n_of_confidence =
        |confidence| credentials.iter().filter(|one| one.identity.confidence == confidence).count();
    view::Summary {
        n_credentials: credentials.len(),
        n_places: credentials.iter().map(|credential| credential.places.len()).sum(),
        n_infected_installs: installs.len(),
        by_verdict: counts(verdicts.map(|one| (one.as_str(), n_of(|it| it.verdict, one)))),
        by_asked: counts(verdicts.map(|one| (one.as_str(), n_of(|it| it.asked, one)))),
        by_confidence: counts(confidences.map(|one| (one.as_str(), n_of_confidence(one)))),
        n_suppressed: 0,
        exit_code: Outcome::of(inventory).exit_code(),
    }
}

/// How many of each word.
fn counts<N>(counts: impl IntoIterator<Item = (&'static str, N)>) -> BTreeMap<Word, N> {
    counts.into_iter().map(|(word, n)| (word.into(), n)).collect()
}

fn view_of(advisory: &Advisory) -> view::Advisory {
    view::Advisory {
        id: advisory.id.clone(),
        title: advisory.title.clone(),
        ids: advisory.ids.clone(),
        summary: advisory.summary.clone(),
        contain: advisory.contain.clone(),
        window: window(advisory.window),
        claims: advisory.claims.iter().map(claim).collect(),
        sources: advisory.sources.clone(),
        catalogue: advisory.catalogue.clone().map(HostPath),
    }
}

fn claim(claim: &Claim) -> view::Claim {
    view::Claim {
        source: claim.source.clone(),
        start: claim.start.map(|at| at.to_string()),
        end: claim.end.map(|at| at.to_string()),
        note: claim.note.clone(),
    }
}

/// Name and version of the package, installed or mentioned.
fn named(install: &InfectedInstall) -> Option<(&str, &str)> {
    let installed = install.component.as_ref().map(|one| (one.name.as_str(), &*one.version));
    let mentioned = || install.mentions.first().map(|one| (one.name.as_str(), &*one.version));
    installed.or_else(mentioned)
}

/// The entry of an advisory that names a package. An advisory may name one package
/// several times with different versions; a version written in another way than the
/// advisory's is still that package's.
fn bad_package<'a>(advisory: &'a Advisory, name: &str, version: &str) -> Option<&'a BadPackage> {
    let mut named = advisory.packages.iter().filter(|package| package.name == name);
    let exact = named.clone().find(|package| package.versions.iter().any(|bad| bad == version));
    exact.or_else(|| named.next())
}

fn package(component: &Component) -> view::Package {
    view::Package {
        name: component.name.clone(),
        version: component.version.clone(),
        ecosystem: component.ecosystem.as_str().into(),
        path: HostPath(component.path.clone()),
        installer: component.installer.clone(),
        installed: component.installed.as_ref().map(dated),
    }
}

fn dated(dated: &Dated) -> view::Dated {
    view::Dated { at: dated.at.to_string(), evidence: dated.evidence.clone() }
}

fn dated_window(dated: &DatedWindow) -> view::DatedWindow {
    view::DatedWindow { window: window(dated.window), evidence: dated.evidence.clone() }
}

fn window(window: Window) -> view::Window {
    view::Window { start: window.start.to_string(), end: window.end.to_string() }
}

fn protection(protection: &Protection) -> view::Protection {
    let (state, how) = match protection {
        Protection::Plaintext => (ProtectionState::Plaintext, None),
        Protection::Weak { how } => (ProtectionState::Weak, Some(how.clone())),
        Protection::Encrypted { how } => (ProtectionState::Encrypted, Some(how.clone())),
        Protection::Hardware { how } => (ProtectionState::Hardware, Some(how.clone())),
        Protection::Unknown => (ProtectionState::Unknown, None),
    };
    view::Protection { state, how }
}

fn expiry(identity: &Identity) -> Option<view::Expiry> {
    let (at, basis) = match identity.expiry {
        Expiry::At { moment, basis } => (Some(moment), basis),
        Expiry::Never { basis } => (None, basis),
        Expiry::Unknown => return None,
    };
    let is_renewable = at.is_some_and(|end| identity.is_renewed(end));
    Some(view::Expiry {
        at: at.map(|at| at.to_string()),
        basis: basis.as_str().into(),
        is_renewable,
    })
}

fn times(times: &FileTimes) -> view::Times {
    view::Times {
        accessed: times.accessed.to_string(),
        modified: times.modified.to_string(),
        changed: times.changed.to_string(),
        born: times.born.map(|moment| moment.to_string()),
    }
}

fn coverage(inventory: &Inventory) -> view::Coverage {
    let Inventory { coverage, startup, .. } = inventory;
    view::Coverage {
        complete: coverage.is_complete(),
        n_files_read: coverage.n_files_read,
        n_bytes_read: coverage.n_bytes_read,
        n_folders: coverage.n_folders,
        n_process_environments: coverage.n_environments,
        n_command_lines: coverage.n_command_lines,
        skipped: counts(coverage.skipped.iter().map(|(skip, n)| (skip.code(), *n))),
        rejected: counts(coverage.rejected.clone()),
        access_times_touched: coverage.n_access_times_touched,
        catalogues: coverage.catalogues.iter().map(catalogue).collect(),
        evidence: coverage.reaches.iter().map(reach).collect(),
        startup_code: counts(startup.counts.iter().map(|(kind, n)| (kind.as_str(), *n))),
        n_startup_unjudged: startup.n_unjudged,
        n_unsolved_hosts: inventory.n_unsolved_hosts,
        guards: coverage.guards.clone(),
        unused_suppressions: Vec::new(),
        problems: problems(&coverage.problems),
    }
}

fn catalogue(tally: &CatalogueTally) -> view::Catalogue {
    view::Catalogue {
        path: HostPath(tally.path.clone()),
        n_used: tally.n_used,
        n_with_unknown_fields: tally.n_with_unknown_fields,
        left_out: counts(tally.left_out.iter().map(|(reason, n)| (reason.code(), *n))),
    }
}

fn reach((family, reach): (&EvidenceFamily, &Reach)) -> view::Reach {
    let Reach { n_files, n_dated, earliest, latest } = reach;
    view::Reach {
        family: family.title().into(),
        n_files: *n_files,
        n_dated: *n_dated,
        earliest: earliest.map(|at| at.to_string()),
        latest: latest.map(|at| at.to_string()),
    }
}

fn problems(problems: &ProblemList) -> view::Problems {
    let listed: Vec<_> = problems.listed().map(problem).collect();
    let n_problems: u64 = problems.counts().map(|(_, n)| n).sum();
    view::Problems {
        counts: counts(problems.counts().map(|(code, n)| (code.code(), n))),
        unlisted: n_problems.saturating_sub(listed.len() as u64),
        listed,
    }
}

fn problem(problem: &Problem) -> view::Problem {
    let sentence = problem.code.sentence();
    let why = match problem.why.as_str() {
        "" => sentence.to_owned(),
        why => format!("{sentence} ({why})"),
    };
    view::Problem {
        host: None,
        code: problem.code.code().into(),
        path: HostPath(problem.path.clone()),
        why,
    }
}
