//! The order on small lists. Says nothing of how verdicts come about.

use std::path::PathBuf;

use crate::inventory::{Circumstances, Judged, credentials};
use crate::model::advisory::{Advisory, AdvisoryIndex, Ecosystem};
use crate::model::artifact::{ArtifactKind, Inode};
use crate::model::component::InfectedInstall;
use crate::model::expiry::{Basis, Expiry};
use crate::model::exposure::{Aim, Exposure, Judgement, Occasion, Verdict};
use crate::model::finding::{Finding, Identity, Location};
use crate::model::inventory::Credential;
use crate::model::location::{Place, Span};
use crate::model::opening::Openings;
use crate::model::plan::{Ground, Phase, Tie, WindowSide};
use crate::model::reason::Counter;
use crate::model::rule::{Kind, KindIndex};
use crate::model::rule_set::RuleSet;
use crate::model::secret::SecretId;
use crate::model::time::{DatedWindow, FileTimes, Moment, Window};

const NOW: i64 = 10_000;

/// A kind, what it makes, and whether it publishes.
fn kind(id: &str, impact: u8, mints: &[usize], propagates: bool) -> Kind {
    Kind {
        issuer: "Issuer".into(),
        impact,
        propagates,
        renews: id == "refresh",
        mints: mints.iter().map(|index| KindIndex(*index)).collect(),
        ..Kind::new(id)
    }
}

const PLAIN: usize = 0;
const PUBLISH: usize = 1;
const ADMIN: usize = 2;
const OWNER: usize = 3;
const REFRESH: usize = 4;
const TWIN: usize = 5;

fn rules() -> RuleSet {
    let kinds = vec![
        kind("plain", 3, &[], false),
        kind("publish", 4, &[], true),
        kind("admin", 4, &[PLAIN, PUBLISH], false),
        kind("owner", 3, &[ADMIN, OWNER], false),
        kind("refresh", 3, &[], false),
        kind("twin", 3, &[TWIN], false),
    ];
    RuleSet {
        kinds,
        advisories: vec![Advisory::new("thief-2026-03", Ecosystem::Npm, window(1000, 2000))],
        ..RuleSet::default()
    }
}

fn window(start: i64, end: i64) -> Window {
    Window { start: Moment::new(start, 0), end: Moment::new(end, 0) }
}

fn install() -> InfectedInstall {
    let window = DatedWindow { window: window(1000, 2000), evidence: String::new() };
    InfectedInstall { window, ..InfectedInstall::new(AdvisoryIndex(0)) }
}

/// A finding of a kind, whose file is named for its number.
struct Sample {
    kind: usize,
    number: u8,
    verdict: Verdict,
    account: Option<&'static str>,
    changed: i64,
}

impl Sample {
    fn new(kind: usize, number: u8) -> Self {
        Self { kind, number, verdict: Verdict::Exposed, account: None, changed: 500 }
    }

    fn judged(&self) -> Judged {
        let at = Moment::new(self.changed, 0);
        let inode = Inode {
            device: 1,
            number: u64::from(self.number),
            mode: 0o100_600,
            uid: 1000,
            gid: 1000,
            n_links: 1,
            size_bytes: 1,
            times: FileTimes { accessed: at, modified: at, changed: at, born: None },
        };
        let location = Location {
            path: PathBuf::from(format!("/{:03}", self.number)),
            kind: ArtifactKind::File,
            other_names: Vec::new(),
            place: Place { span: Span { start: 0, end: 1 }, line: 1, column: 1 },
            containers: Vec::new(),
            content: None,
            store: None,
            variable: None,
            inode,
        };
        let identity = Identity {
            account: self.account.map(Into::into),
            ..Identity::of(KindIndex(self.kind), SecretId([self.number; 16]))
        };
        let judgement = Judgement {
            verdict: self.verdict,
            proof: None,
            reasons: Vec::new(),
            counter: Counter::TheMissingFact,
            flags: Vec::new(),
        };
        let occasion = Occasion::Install(0);
        let exposure = Exposure { occasion, uid: 1000, judgement, aim: Aim::NoList };
        let finding = Finding { identity, location };
        Judged { finding, exposures: vec![exposure], reader_uids: Vec::new(), explanation: None }
    }
}

fn ordered_by(rules: &RuleSet, judged: Vec<Judged>) -> Vec<Credential> {
    let installs = [install()];
    let circumstances = Circumstances {
        rules,
        installs: &installs,
        asked: None,
        openings: &Openings::default(),
        host: "",
        now: Moment::new(NOW, 0),
    };
    credentials(judged, &circumstances)
}

fn ordered(samples: &[Sample]) -> Vec<Credential> {
    ordered_by(&rules(), samples.iter().map(Sample::judged).collect())
}

/// The number and step of each, in their order.
fn check(samples: &[Sample], expected: &[(u8, Phase)]) {
    let ordered = ordered(samples);
    let found: Vec<(u8, Phase)> =
        ordered.iter().map(|one| (one.identity.secret_id.0[0], one.placing.phase)).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_publishes_goes_before_what_mints_and_that_before_the_rest() {
    check(
        &[Sample::new(PLAIN, 1), Sample::new(OWNER, 2), Sample::new(PUBLISH, 3)],
        &[(3, Phase::StopSpread), (2, Phase::TakeBack), (1, Phase::Rest)],
    );
}

#[test]
fn what_makes_a_publishing_token_goes_before_it_and_so_does_what_makes_that() {
    let samples = [Sample::new(PUBLISH, 1), Sample::new(ADMIN, 2), Sample::new(OWNER, 3)];
    let first = Phase::StopSpread;
    check(&samples, &[(3, first), (2, first), (1, first)]);
    let ordered = ordered(&samples);
    assert!(ordered[0].placing.grounds.contains(&Ground::WaitedFor));
    assert!(ordered[1].placing.grounds.contains(&Ground::Mints { n_found: 1 }));
    let after = &ordered[2].placing.after;
    assert_eq!((after[0].positions.as_slice(), after[0].tie), ([1].as_slice(), Tie::Mints));
}

#[test]
fn another_account_is_no_reason_to_wait() {
    let of = |kind, number, account| Sample { account: Some(account), ..Sample::new(kind, number) };
    let samples = [of(PUBLISH, 1, "ana"), of(ADMIN, 2, "bob"), of(PLAIN, 3, "bob")];
    check(&samples, &[(1, Phase::StopSpread), (2, Phase::TakeBack), (3, Phase::Rest)]);
    let ordered = ordered(&samples);
    assert!(ordered[0].placing.after.is_empty());
    assert_eq!(ordered[2].placing.after.len(), 1);
}

#[test]
fn what_was_not_exposed_keeps_nothing_waiting() {
    let admin = Sample { verdict: Verdict::NotExposed, ..Sample::new(ADMIN, 2) };
    let samples = [Sample::new(PUBLISH, 1), admin];
    check(&samples, &[(1, Phase::StopSpread), (2, Phase::NoNeed)]);
    assert!(ordered(&samples)[0].placing.after.is_empty());
}

#[test]
fn equals_that_make_each_other_do_not_wait_for_each_other() {
    let samples = [Sample::new(TWIN, 2), Sample::new(TWIN, 1)];
    check(&samples, &[(1, Phase::TakeBack), (2, Phase::TakeBack)]);
    assert!(ordered(&samples).iter().all(|one| one.placing.after.is_empty()));
}

#[test]
fn a_circle_of_ties_still_gives_every_credential_its_place_once() {
    let mut rules = rules();
    rules.kinds[PLAIN].mints = vec![KindIndex(OWNER)];
    let samples = [Sample::new(PLAIN, 1), Sample::new(ADMIN, 2), Sample::new(OWNER, 3)];
    let ordered = ordered_by(&rules, samples.iter().map(Sample::judged).collect());
    let mut numbers: Vec<u8> = ordered.iter().map(|one| one.identity.secret_id.0[0]).collect();
    // Each is told only of those that do come before it.
    for (position, credential) in ordered.iter().enumerate() {
        let mut before = credential.placing.after.iter().flat_map(|after| &after.positions);
        assert!(before.all(|earlier| *earlier < position));
    }
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3]);
}

#[test]
fn a_refresh_token_goes_before_what_it_renews_in_the_same_file() {
    let mut rules = rules();
    rules.kinds[REFRESH].renews = true;
    let (mut token, mut refresh) =
        (Sample::new(PUBLISH, 1).judged(), Sample::new(REFRESH, 2).judged());
    token.finding.identity.renewal = Some(Expiry::Never { basis: Basis::Own });
    refresh.finding.location.path = token.finding.location.path.clone();
    let ordered = ordered_by(&rules, vec![token, refresh]);
    assert_eq!(ordered[0].identity.kind, KindIndex(REFRESH));
    assert_eq!(ordered[0].placing.phase, Phase::StopSpread);
    assert_eq!(ordered[1].placing.after[0].tie, Tie::Renews);
}

#[test]
fn what_has_ended_neither_spreads_nor_mints() {
    let mut ended = Sample::new(PUBLISH, 1).judged();
    let moment = Moment::new(1500, 0);
    ended.finding.identity.expiry = Expiry::At { moment, basis: Basis::Own };
    let ordered = ordered_by(&rules(), vec![ended, Sample::new(PLAIN, 2).judged()]);
    assert_eq!(ordered[1].placing.phase, Phase::Rest);
    assert_eq!(ordered[1].placing.grounds, [Ground::Ended]);
}

#[test]
fn what_the_campaign_was_seen_to_use_goes_first_within_its_step() {
    let samples = [Sample::new(PUBLISH, 1), Sample::new(PLAIN, 2), Sample::new(REFRESH, 3)];
    let judged = || samples.iter().map(Sample::judged).collect();
    let mut told = rules();
    told.advisories[0].uses = vec![KindIndex(REFRESH)];
    let numbers = |ordered: Vec<Credential>| -> Vec<u8> {
        ordered.iter().map(|one| one.identity.secret_id.0[0]).collect()
    };
    assert_eq!(numbers(ordered_by(&rules(), judged())), [1, 2, 3]);
    assert_eq!(numbers(ordered_by(&told, judged())), [1, 3, 2]);
    let used = &ordered_by(&told, judged())[1].placing.grounds;
    assert_eq!(used, &[Ground::Used { campaign: "thief-2026-03".into() }]);
}

#[test]
fn the_worse_verdict_goes_first_within_a_step() {
    let sample = |number, verdict| Sample { verdict, ..Sample::new(PLAIN, number) };
    let samples = [
        sample(1, Verdict::Unknown),
        sample(2, Verdict::NotExposed),
        sample(3, Verdict::Likely),
        sample(4, Verdict::Exposed),
    ];
    let rest = Phase::Rest;
    check(&samples, &[(4, rest), (3, rest), (1, rest), (2, Phase::NoNeed)]);
}

#[test]
fn the_last_change_is_told_against_the_window() {
    let side = |changed| {
        let ordered = ordered(&[Sample { changed, ..Sample::new(PLAIN, 1) }]);
        ordered[0].placing.last_changed.unwrap().side
    };
    assert_eq!(side(999), Some(WindowSide::Before));
    assert_eq!(side(1500), Some(WindowSide::During));
    assert_eq!(side(2001), Some(WindowSide::After));
}

#[test]
fn ten_thousand_keys_of_one_account_are_one_tie() {
    let judged = |index: u32| {
        let kind = if index.is_multiple_of(2) { ADMIN } else { PLAIN };
        let mut judged = Sample::new(kind, 0).judged();
        let mut id = [0; 16];
        id[..4].copy_from_slice(&index.to_be_bytes());
        judged.finding.identity.secret_id = SecretId(id);
        judged.finding.location.path = PathBuf::from(format!("/{index}"));
        judged
    };
    let ordered = ordered_by(&rules(), (0..10_000).map(judged).collect());
    let is_admin = |one: &Credential| one.identity.kind == KindIndex(ADMIN);
    assert!(ordered[..5000].iter().all(is_admin) && !ordered[5000..].iter().any(is_admin));
    let last = &ordered[9999].placing.after[0];
    assert_eq!((last.positions.len(), last.n_all), (10, 5000));
}
