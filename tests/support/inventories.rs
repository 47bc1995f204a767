//! Hand-made rules and inventories for the tests of reports. No secret stands in them,
//! and what looks like a key id is put together from pieces.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::error::{Problem, ProblemCode};
use crate::model::access::{AccessFacts, ListFacts, PathFacts, Ruler, Way};
use crate::model::advisory::{
    Advisory, AdvisoryIndex, BadPackage, Ecosystem, Role, Trigger, Weight,
};
use crate::model::artifact::{ArtifactKind, Inode};
use crate::model::broker::{Broker, BrokerKind, Gives, JudgedBroker, Serves};
use crate::model::clock::Clock;
use crate::model::component::{
    Component, InfectedInstall, Mention, MentionSource, Removal, Runner, Sighting,
};
use crate::model::coverage::{CatalogueTally, Coverage, LeftOut, Skip};
use crate::model::destination::Destination;
use crate::model::expiry::{Basis, Expiry};
use crate::model::explanation::{Explanation, Passage};
use crate::model::exposure::{Aim, Exposure, Judgement, Occasion, Proof, Truth, Verdict};
use crate::model::finding::{Content, Identity, Location};
use crate::model::harvest::Grade;
use crate::model::inventory::{Credential, CredentialPlace, Inventory, Run, Task};
use crate::model::location::{Place, Span};
use crate::model::manifest::{Manifest, MountFacts, Process};
use crate::model::opening::{AuthorizedKey, Clue, ClueKind, How, Opening};
use crate::model::path_pattern::PathPattern;
use crate::model::plan::{
    Ground, LastChanged, Measure, MeasureKind, Phase, Placing, Predecessors, Tie, WindowSide,
};
use crate::model::principal::{Certainty, Principal, Principals};
use crate::model::protection::Protection;
use crate::model::provenance::{
    Change, ChangeKind, OriginKind, PackageOrigin, Provenance, Requirer, ToolEnvironment, ToolMaker,
};
use crate::model::reach::{EvidenceFamily, Reach};
use crate::model::reason::{Counter, Flag, Reason, Stamps};
use crate::model::rule::{Confidence, Kind, KindIndex, Origin, Rotation};
use crate::model::rule_set::RuleSet;
use crate::model::secret::{KeyOrigin, SecretId};
use crate::model::store::{Format, Store, StoreIndex};
use crate::model::time::{Dated, DatedWindow, FileTimes, Moment, Window};
use crate::model::what_if::WhatIf;

#[path = "startup.rs"]
mod startup;

const AWS: KindIndex = KindIndex(0);
const GENERIC: KindIndex = KindIndex(1);
const NPM: KindIndex = KindIndex(2);
const SSH: KindIndex = KindIndex(3);
const AWS_STORE: StoreIndex = StoreIndex(0);

/// Rules that the inventories below were "made with".
pub fn rules() -> RuleSet {
    RuleSet {
        digest: "00112233445566778899aabbccddeeff".into(),
        harvests: Vec::new(),
        exceptions: Vec::new(),
        remarks: Vec::new(),
        issuer_words: Default::default(),
        telling_prefixes: Default::default(),
        kinds: vec![
            kind(
                "aws-access-key",
                "AWS secret access key",
                5,
                &[
                    "IAM > Users > Security credentials: create a second access key and deploy it.",
                    "Set the old key to inactive, and delete it once nothing fails.",
                ],
            ),
            kind(
                "generic-password",
                "Password in a configuration file",
                2,
                &["Change the password where it is used."],
            ),
            kind(
                "npm-token",
                "npm access token",
                5,
                &["npm token revoke KEYID, then create a granular token with an expiry."],
            ),
            kind(
                "ssh-private-key",
                "SSH private key",
                4,
                &["Make a new key, and take the old public key out of every authorized_keys."],
            ),
        ],
        rules: Vec::new(),
        stores: vec![store("aws-credentials", "AWS CLI credentials", "~/.aws/credentials")],
        advisories: vec![advisory()],
    }
}

fn kind(id: &str, title: &str, impact: u8, rotate: &[&str]) -> Kind {
    Kind {
        id: id.into(),
        title: title.into(),
        issuer: "Issuer".into(),
        impact,
        is_public: false,
        propagates: id == "npm-token",
        lifetime: None,
        renews: false,
        mints: Vec::new(),
        rotation: Rotation {
            steps: rotate.iter().map(|step| (*step).to_owned()).collect(),
            ..Rotation::default()
        },
        is_foreign: false,
    }
}

fn store(id: &str, title: &str, path: &str) -> Store {
    Store {
        origin: Origin::default(),
        id: id.into(),
        title: title.into(),
        paths: vec![PathPattern::new(path).unwrap()],
        env: Vec::new(),
        contains: Vec::new(),
        elsewhere: None,
        format: Format::Ini,
        credentials: Vec::new(),
        examples: Vec::new(),
    }
}

fn advisory() -> Advisory {
    Advisory {
        id: "example-2026-03".into(),
        title: "example 1.2.3: credential stealer in the package".into(),
        ids: vec!["MAL-2026-0000".into()],
        summary: "A stolen maintainer token published two bad versions. They read every \
                  credential in the home folder and stay through a service."
            .into(),
        actor: None,
        ecosystem: Ecosystem::PyPI,
        window: Window { start: at("2026-03-24T10:39:00Z"), end: at("2026-03-24T16:00:00Z") },
        claims: Vec::new(),
        confidence: Confidence::High,
        sources: vec!["PyPI incident report, 2026-03-25".into()],
        contain: vec![
            "Take the host off the network; do not switch it off.".into(),
            "Stop and disable the user service example.service before you revoke anything: it \
             wipes the home folder when its token stops working."
                .into(),
        ],
        packages: vec![BadPackage {
            ecosystem: Ecosystem::PyPI,
            name: "example".into(),
            versions: vec!["1.2.3".into()],
            all_versions: false,
            is_moved: false,
            ranges: Vec::new(),
            triggers: vec![Trigger::Install, Trigger::InterpreterStart],
            clean_before: Some("1.2.2".into()),
            clean_after: Some("1.2.4".into()),
        }],
        watchers: Vec::new(),
        uses: Vec::new(),
        harvests: Vec::new(),
        indicators: Vec::new(),
        catalogue: None,
    }
}

fn manifest() -> Manifest {
    Manifest {
        process: Process {
            commit: None,
            program_sha256: Some("ab".repeat(32)),
            arguments: ["credreach", "sweep", "--format", "json"].map(String::from).into(),
            uid: 0,
            capabilities: Some("000001ffffffffff".into()),
            kernel: Some("6.12.0".into()),
            boot_id: Some("00000000-0000-4000-8000-000000000001".into()),
        },
        system: Some("Debian GNU/Linux 13 (trixie)".into()),
        time_zone: Some("Etc/UTC".into()),
        mounts: vec![MountFacts {
            point: "/".into(),
            file_system: "ext4".into(),
            options: "rw,relatime".into(),
        }],
    }
}

/// Nothing at all was found, and everything was read.
pub fn empty() -> Inventory {
    Inventory {
        authorized_keys: Vec::new(),
        n_unsolved_hosts: 0,
        allowed: std::collections::BTreeSet::new(),
        run: Run {
            task: Task::Sweep,
            started: at("2026-03-25T08:00:00Z"),
            host: "web-3".into(),
            roots: vec![("/home/ana".into(), "home of ana".into())],
            image: None,
            uid: 0,
            key_origin: KeyOrigin::Random,
            key_id: "k-00c0ffee".into(),
            rules_digest: "00112233445566778899aabbccddeeff".into(),
            explained: None,
            manifest: manifest(),
        },
        principals: principals(),
        asked: None,
        brokers: Vec::new(),
        clock: Clock::default(),
        installs: Vec::new(),
        foreign_advisories: Vec::new(),
        containment: Vec::new(),
        credentials: Vec::new(),
        components: Vec::new(),
        startup: startup::none(),
        coverage: Coverage {
            n_files_read: 12_345,
            n_bytes_read: 1_288_490_188,
            n_folders: 3_456,
            n_environments: 41,
            n_command_lines: 0,
            skipped: [(Skip::Link, 120), (Skip::Special, 3)].into(),
            rejected: [("placeholder", 300), ("checksum", 11)].into(),
            ..Coverage::default()
        },
    }
}

fn principals() -> Principals {
    let user = |uid: u32, name: &str| Principal {
        uid,
        name: name.into(),
        home: format!("/home/{name}").into(),
        gids: vec![uid],
        logs_in: true,
    };
    Principals {
        users: vec![user(0, "root"), user(1000, "ana"), user(1001, "bob")],
        further_names: Vec::new(),
        groups: vec![(0, "root".into()), (1000, "ana".into()), (1001, "bob".into())],
    }
}

/// One of each of the inventories below.
#[allow(dead_code, reason = "not every test looks at all")]
pub fn all() -> [Inventory; 8] {
    [
        empty(),
        clean(),
        incomplete(),
        infected(),
        hostile(),
        traces_only(),
        every_state(),
        mentioned(),
    ]
}

/// Credentials, and nothing infected.
pub fn clean() -> Inventory {
    let mut inventory = infected();
    inventory.installs.clear();
    inventory.components.truncate(1);
    for credential in &mut inventory.credentials {
        credential.verdict = None;
        credential.places.iter_mut().for_each(|place| place.exposures.clear());
        let placing = &mut credential.placing;
        placing.last_changed = None;
        if placing.phase == Phase::NoNeed {
            *placing = Placing { phase: Phase::StopSpread, ..Placing::default() };
        }
    }
    inventory.containment.clear();
    inventory.credentials.sort_by_key(|credential| credential.placing.phase);
    inventory
}

/// Nothing found, but not everything was read.
pub fn incomplete() -> Inventory {
    let mut inventory = empty();
    for name in ["a", "b", "c", "d"] {
        let path = format!("/home/bob/{name}");
        inventory.coverage.problems.push(Problem::new(ProblemCode::PermissionDenied, path, ""));
    }
    let io = Problem::new(ProblemCode::InputOutput, "/srv/\u{1b}[31mdisk", "bad sector");
    inventory.coverage.problems.push(io);
    inventory
}

/// One infected install, and a credential of every verdict.
pub fn infected() -> Inventory {
    let mut inventory = empty();
    inventory.components = vec![
        component("certifi", "2026.1.1", at("2026-01-10T09:00:00Z")),
        component("example", "1.2.3", at("2026-03-24T11:02:00Z")),
    ];
    inventory.installs = vec![install(&inventory.components[1])];
    inventory.credentials =
        vec![npm_token(), aws_key(), ssh_key(), doubtful_password(), token_of_bob()];
    inventory.containment = containment();
    inventory
}

fn component(name: &str, version: &str, installed: Moment) -> Component {
    let environment = PathBuf::from("/home/ana/app/.venv/lib/python3.12/site-packages");
    Component {
        name: name.into(),
        version: version.into(),
        ecosystem: Ecosystem::PyPI,
        path: environment.join(format!("{name}-{version}.dist-info")),
        environment,
        installer: Some("uv".into()),
        owner_uid: 1000,
        copied: None,
        installed: Some(Dated { at: installed, evidence: "birth of RECORD".into() }),
    }
}

fn install(component: &Component) -> InfectedInstall {
    InfectedInstall {
        advisory: AdvisoryIndex(0),
        component: Some(component.clone()),
        mentions: Vec::new(),
        triggers: vec![Trigger::Install, Trigger::InterpreterStart],
        sightings: vec![Sighting {
            advisory: AdvisoryIndex(0),
            path: component.environment.join("example_init.pth"),
            role: Role::Payload,
            weight: Weight::Strong,
            hash_is_known: Some(true),
            note: "Runs at every start of the interpreter.".into(),
            owner_uid: 1000,
            appeared: at("2026-03-24T11:02:00Z"),
        }],
        runners: vec![
            Runner::new(1000, Certainty::Observed, "process 4121 runs this interpreter".into()),
            Runner::new(
                1001,
                Certainty::Possible,
                "mode bits let bob start this interpreter".into(),
            ),
        ],
        window: DatedWindow {
            window: Window { start: at("2026-03-24T11:02:00Z"), end: at("2026-03-25T08:00:00Z") },
            evidence: "from the birth of RECORD to this sweep; it is still installed".into(),
        },
        certain: Some(DatedWindow {
            window: Window { start: at("2026-03-24T11:02:00Z"), end: at("2026-03-25T08:00:00Z") },
            evidence: "birth of RECORD".into(),
        }),
        removed: None,
        n_unmet_names: 0,
        provenance: provenance(),
    }
}

fn provenance() -> Provenance {
    let requirer = |n_steps, name: &str| Requirer {
        n_steps,
        name: name.into(),
        version: "0.9".into(),
        path: format!("/home/ana/app/.venv/{name}.dist-info").into(),
        extra: (n_steps == 1).then(|| "proxy".into()),
        was_asked_for: n_steps == 2,
    };
    Provenance {
        was_asked_for: false,
        requirers: vec![requirer(1, "helper"), requirer(2, "agent")],
        origin: Some(PackageOrigin {
            kind: OriginKind::Archive,
            address: "https://files.example/…/example-1.2.3.tar.gz".into(),
            revision: None,
        }),
        tool: Some(ToolEnvironment {
            maker: ToolMaker::UvTool,
            path: "/home/ana/app/.venv".into(),
            packages: vec!["agent".into()],
            commands: vec!["agent".into()],
        }),
        changes: vec![Change {
            path: "/home/ana/app/pyproject.toml".into(),
            line: Some(7),
            kind: ChangeKind::Requirement,
            name: "example".into(),
            version: Some(">=1.2".into()),
        }],
    }
}

fn aws_key() -> Credential {
    let verdict = Verdict::Exposed;
    let mut shared = location("/home/ana/.aws/credentials", 3, 1000);
    shared.store = Some(AWS_STORE);
    let backups =
        ["/home/ana/backup/2024/aws", "/home/ana/backup/2025/aws", "/srv/a/aws", "/srv/b/aws"];
    let mut places = vec![place(shared, verdict)];
    places.extend(backups.map(|path| place(location(path, 7, 1000), verdict)));
    let mut identity = identity(AWS, 1);
    identity.key_id = Some(["AK", "IA", "X7EXAMPLE", "KEYID01"].concat());
    identity.account = Some("profile default".into());
    credential(identity, verdict, places)
}

fn npm_token() -> Credential {
    let mut identity = identity(NPM, 2);
    identity.hint = "npm_".into();
    identity.expiry = own_end(at("2026-04-01T00:00:00Z"));
    credential(
        identity,
        Verdict::Exposed,
        vec![place(location("/home/ana/.npmrc", 1, 1000), Verdict::Exposed)],
    )
}

fn ssh_key() -> Credential {
    let mut identity = identity(SSH, 3);
    identity.key_id = Some("SHA256:examplefingerprint".into());
    identity.account = Some("ana@laptop".into());
    identity.protection = Protection::Encrypted { how: "bcrypt, 16 rounds".into() };
    let mut key = credential(
        identity,
        Verdict::Likely,
        vec![place(location("/home/ana/.ssh/id_ed25519", 1, 1000), Verdict::Likely)],
    );
    key.opens = openings("/home/ana".into());
    key
}

/// A host of each way to know it.
fn openings(home: PathBuf) -> Vec<Opening> {
    let known = [
        (How::LetsIn, ClueKind::AuthorizedKeys, ".ssh/authorized_keys"),
        (How::Named, ClueKind::ClientConfig, ".ssh/config"),
        (How::Default, ClueKind::GitRemote, "app/.git/config"),
        (How::Met, ClueKind::HashedKnownHosts, ".ssh/known_hosts"),
    ];
    let opening = |(number, (how, kind, file)): (u64, (How, ClueKind, &str))| Opening {
        destination: Destination {
            host: format!("web{number}.example"),
            port: (number == 2).then_some(2222),
            user: (number < 4).then(|| "deploy".to_owned()),
        },
        how,
        clues: vec![Clue { kind, path: home.join(file), line: number }],
    };
    (1..).zip(known).map(opening).collect()
}

/// A key of ana that bob lets in.
fn authorized_key(path: PathBuf) -> AuthorizedKey {
    AuthorizedKey {
        user: "bob".into(),
        fingerprint: "SHA256:examplefingerprint".into(),
        limits: vec!["from 10.0.0.0/8".into()],
        comment: Some("ana@laptop".into()),
        path,
        line: 3,
    }
}

fn token_of_bob() -> Credential {
    let mut identity = identity(NPM, 4);
    identity.hint = "npm_".into();
    let mut token = credential(
        identity,
        Verdict::NotExposed,
        vec![place(location("/home/bob/.npmrc", 1, 1001), Verdict::NotExposed)],
    );
    token.reader_uids = vec![1001];
    token
}

fn doubtful_password() -> Credential {
    let mut identity = identity(GENERIC, 5);
    identity.confidence = Confidence::Low;
    identity.expiry = own_end(at("2026-01-01T00:00:00Z"));
    credential(
        identity,
        Verdict::Unknown,
        vec![place(location("/srv/app/config.ini", 12, 1000), Verdict::Unknown)],
    )
}

const fn own_end(moment: Moment) -> Expiry {
    Expiry::At { moment, basis: Basis::Own }
}

fn credential(identity: Identity, verdict: Verdict, places: Vec<CredentialPlace>) -> Credential {
    let placing = placing(&identity, verdict);
    let verdict = Some(verdict);
    Credential {
        identity,
        verdict,
        asked: None,
        reader_uids: vec![1000],
        opens: Vec::new(),
        placing,
        places,
    }
}

fn placing(identity: &Identity, verdict: Verdict) -> Placing {
    let changed = at("2026-01-02T10:00:00Z");
    let last_changed = Some(LastChanged { at: changed, side: Some(WindowSide::Before) });
    let (phase, grounds) = match identity.kind {
        _ if verdict == Verdict::NotExposed => (Phase::NoNeed, Vec::new()),
        _ if identity.confidence == Confidence::Low => (Phase::LookFirst, Vec::new()),
        NPM => (Phase::StopSpread, vec![Ground::Spreads]),
        AWS => (Phase::TakeBack, vec![Ground::OpensAll]),
        _ => (Phase::Rest, Vec::new()),
    };
    let after = match identity.kind {
        SSH => vec![Predecessors { positions: vec![0, 1], n_all: 2, tie: Tie::Mints }],
        _ => Vec::new(),
    };
    Placing { phase, grounds, after, last_changed }
}

/// Measures of several kinds, as a campaign with a watcher asks for them.
fn containment() -> Vec<Measure> {
    let measure = |kind, says: &str, why: Option<&str>, paths: &[&str]| Measure {
        kind,
        says: says.into(),
        why: why.map(Into::into),
        advisory: (kind != MeasureKind::Never).then_some(AdvisoryIndex(0)),
        paths: paths.iter().map(Into::into).collect(),
    };
    let watcher = "A user service example.service. It wipes the home folder when its token stops \
                   working.";
    let unit = "/home/ana/.config/systemd/user/example.service";
    vec![
        measure(MeasureKind::Watcher, "Stop and disable it.", Some(watcher), &[unit]),
        measure(
            MeasureKind::Campaign,
            "Take the host off the network; do not switch it off.",
            None,
            &[],
        ),
        measure(MeasureKind::Preserve, "Copy what proves it.", None, &[unit]),
        measure(MeasureKind::Never, "Do not rotate from this host.", None, &[]),
    ]
}

fn identity(kind: KindIndex, number: u8) -> Identity {
    Identity::of(kind, SecretId([number; 16]))
}

fn place(location: Location, verdict: Verdict) -> CredentialPlace {
    let reader_uids = vec![location.inode.uid];
    let reasons = reasons(&location, verdict);
    let counter = match verdict {
        Verdict::Unknown => Counter::TheMissingFact,
        _ => Counter::RootRewroteTimes,
    };
    let flags = Vec::new();
    let judgement = Judgement { verdict, proof: None, reasons, counter, flags };
    let occasion = Occasion::Install(0);
    let exposure = Exposure { occasion, uid: 1000, judgement, aim: Aim::NoList };
    CredentialPlace { location, exposures: vec![exposure], reader_uids, explanation: None }
}

fn reasons(location: &Location, verdict: Verdict) -> Vec<Reason> {
    let evidence = "process 4121 runs this interpreter".to_owned();
    let path = location.path.clone();
    let changed = at("2026-03-24T20:00:00Z");
    let last = match verdict {
        Verdict::NotExposed => {
            return vec![
                Reason::Ran { evidence },
                Reason::ModeDenies { path, mode: 0o600, uid: 1001, gid: 1001 },
            ];
        }
        Verdict::Exposed => {
            Reason::Stamps(Stamps::UnchangedSince { changed: at("2026-01-02T10:00:00Z") })
        }
        Verdict::Likely => Reason::Stamps(Stamps::ModeChangedInside { path, changed }),
        Verdict::Unknown => Reason::AccessListUnreadable { path },
    };
    vec![Reason::Ran { evidence }, Reason::OwnsFile, last]
}

fn location(path: impl Into<PathBuf>, line: u64, uid: u32) -> Location {
    let moment = at("2026-01-02T10:00:00Z");
    Location {
        path: path.into(),
        kind: ArtifactKind::File,
        other_names: Vec::new(),
        variable: None,
        content: Some(Content { id: [0xcd; 32], size_bytes: 120 }),
        place: Place { span: Span { start: 40, end: 80 }, line, column: 5 },
        containers: Vec::new(),
        store: None,
        inode: Inode {
            device: 1,
            number: 2,
            mode: 0o100_600,
            uid,
            gid: uid,
            n_links: 1,
            size_bytes: 120,
            times: FileTimes { accessed: moment, modified: moment, changed: moment, born: None },
        },
    }
}

/// Names chosen by someone who wants the report to lie: an escape sequence, a line break,
/// a turned reading order, bytes that are not UTF-8, a very long path, a container.
pub fn hostile() -> Inventory {
    let mut inventory = infected();
    let mut token = npm_token();
    let long = format!("/home/ana/{}/.npmrc", "very-deep/".repeat(20));
    let mut archived = location("/srv/backup.zip", 4, 1000);
    archived.containers = vec!["etc/\u{1b}]0;owned\u{7}.env".into()];
    archived.other_names = vec![bytes(b"/srv/\xff.zip")];
    token.places = [
        location("/home/ana/\u{1b}[2J\nok\u{202e}txt.env", 1, 1000),
        location(bytes(b"/home/ana/\xff\xfe.env"), 1, 1000),
        location(long, 1, 1000),
        archived,
    ]
    .map(|location| place(location, Verdict::Exposed))
    .into();
    token.identity.account = Some("ana\r\u{9b}31mINNOCENT".into());
    token.opens = openings(bytes(b"/home/ana/\xff\x1b[31m"));
    inventory.authorized_keys = vec![authorized_key(bytes(b"/home/bob/\xff/keys"))];
    inventory.n_unsolved_hosts = 2;
    inventory.run.host = "web\u{1b}[0m-3".into();
    inventory.principals.users[1].name = "an\u{200b}a".into();
    inventory.credentials = vec![token];
    let problem = Problem::new(ProblemCode::PermissionDenied, bytes(b"/root/\xff\n"), "");
    inventory.coverage.problems.push(problem);
    inventory
}

/// Only what the incident left behind was seen, by a user who is not root.
pub fn traces_only() -> Inventory {
    let mut inventory = infected();
    inventory.run.uid = 1000;
    inventory.run.image = Some("/mnt/image".into());
    inventory.run.key_origin = KeyOrigin::File;
    inventory.credentials.clear();
    let install = &mut inventory.installs[0];
    install.component = None;
    install.runners.clear();
    install.window.window.end = at("2026-03-24T18:00:00Z");
    let sighting = &mut install.sightings[0];
    (sighting.role, sighting.weight) = (Role::Staging, Weight::Weak);
    sighting.hash_is_known = None;
    let denied = Problem::new(ProblemCode::PermissionDenied, "/root", "");
    inventory.coverage.problems.push(denied);
    inventory.coverage.interrupted = true;
    inventory
}

/// The package is not installed now: a lock file and a log of its owner speak of it.
pub fn mentioned() -> Inventory {
    let mut inventory = infected();
    inventory.components.truncate(1);
    let mention = |source: MentionSource, path: &str| Mention {
        ecosystem: Ecosystem::PyPI,
        name: "example".into(),
        version: "1.2.3".into(),
        source,
        path: path.into(),
        at: Some(Dated { at: at("2026-03-24T11:02:00Z"), evidence: "birth of it".into() }),
        until: None,
        owner_uid: 1000,
        line: None,
    };
    let log = inventory.installs.remove(0);
    let log = InfectedInstall { component: None, sightings: Vec::new(), ..log };
    let lock_file = InfectedInstall { runners: Vec::new(), ..log.clone() };
    let logged = mention(MentionSource::Log, "/home/ana/pip.log");
    let log = InfectedInstall {
        removed: Some(Removal {
            ecosystem: logged.ecosystem,
            name: logged.name,
            version: None,
            path: "/home/ana/\u{1b}[2J.bash_history".into(),
            at: Dated { at: at("2026-03-24T18:00:00Z"), evidence: "its own time".into() },
            owner_uid: 1000,
        }),
        n_unmet_names: 2,
        mentions: vec![mention(MentionSource::Log, "/home/ana/\u{1b}[2Jpip.log")],
        runners: vec![Runner { certainty: Certainty::Possible, ..log.runners[0].clone() }],
        ..log
    };
    let lock_file = InfectedInstall {
        mentions: vec![
            Mention { at: None, ..mention(MentionSource::Lockfile, "/srv/a/uv.lock") },
            Mention {
                until: Some(Dated { at: at("2026-03-25T08:00:00Z"), evidence: "its end".into() }),
                ..mention(MentionSource::LockfileHistory, "/srv/a/uv.lock")
            },
        ],
        ..lock_file
    };
    inventory.installs = vec![log, lock_file];
    let reach =
        Reach { n_files: 3, n_dated: 1, earliest: Some(at("2026-01-24T11:02:00Z")), latest: None };
    inventory.coverage.guards = vec!["AppArmor".into(), "SELinux (enforcing)".into()];
    inventory.coverage.reaches = [
        (EvidenceFamily::PipLogs, reach),
        (EvidenceFamily::LockFiles, Reach { n_files: 1, ..Reach::default() }),
    ]
    .into();
    inventory
}

/// A credential in every state of protection, and a time beyond the calendar.
pub fn every_state() -> Inventory {
    let mut inventory = infected();
    let states = [
        Protection::Plaintext,
        Protection::Weak { how: "MD5, one round".into() },
        Protection::Encrypted { how: "scrypt".into() },
        Protection::Hardware { how: "security key".into() },
        Protection::Unknown,
    ];
    for (credential, protection) in inventory.credentials.iter_mut().zip(states) {
        credential.identity.protection = protection;
        credential.identity.expiry = own_end(Moment::new(i64::MAX, 0));
        credential.places[0].location.inode.times.born = Some(Moment::new(i64::MIN, 0));
    }
    inventory.installs[0].component.as_mut().unwrap().installed = None;
    inventory.startup = startup::every_sign();
    ask_and_broker(&mut inventory);
    explain(&mut inventory);
    inventory.coverage.catalogues = vec![CatalogueTally {
        path: bytes(b"/srv/osv\xff"),
        n_used: 2,
        n_with_unknown_fields: 1,
        left_out: [(LeftOut::Withdrawn, 1)].into(),
    }];
    inventory
}

/// A question, a broker and every flag, all judged as the first place is.
fn ask_and_broker(inventory: &mut Inventory) {
    let at = at("2026-03-24T12:00:00Z");
    inventory.asked = Some(WhatIf {
        uids: vec![1000],
        window: Window { start: at, end: at },
        advisory: Some(AdvisoryIndex(0)),
    });
    inventory.clock.doubts.push("the clock was set back by 2 hours in the window".into());
    let place = &mut inventory.credentials[0].places[0];
    let mut asked = place.exposures[0].clone();
    asked.occasion = Occasion::Asked;
    asked.aim = Aim::Targeted { grade: Grade::Reported, what: "AWS keys".into() };
    asked.judgement.proof = Some(Proof::ByToday);
    asked.judgement.flags = vec![
        Flag::ReadRecorded { at },
        Flag::ExpiredBefore { at, basis: Basis::Lifetime },
        Flag::Renewable { at },
        Flag::Protected { how: "scrypt".into() },
        Flag::WeaklyProtected { how: "MD5, one round".into() },
        Flag::InHardware { how: "security key".into() },
        Flag::UsableThrough { evidence: "an ssh-agent ran".into() },
    ];
    place.exposures.push(asked.clone());
    let broker = Broker {
        kind: BrokerKind::SshAgent,
        path: "/run/user/1000/agent".into(),
        serves: Serves::User(1000),
        gives: Gives::Use,
        what: "SSH agent".into(),
        since: Some(at),
        doubt: Some("nobody asked it".into()),
    };
    inventory.brokers.push(JudgedBroker { broker, exposures: vec![asked] });
}

/// The first place is explained: a folder that could not be looked at, and two that could.
fn explain(inventory: &mut Inventory) {
    let place = &mut inventory.credentials[0].places[0];
    let of = |access_list: ListFacts| PathFacts { inode: place.location.inode, access_list };
    let way = Way {
        path: place.location.path.clone(),
        folders: vec![
            ("/".into(), Some(of(ListFacts::Absent))),
            (bytes(b"/\xff\x1b[2J"), None),
            ("/home".into(), Some(of(ListFacts::Unreadable))),
        ],
        target: None,
        ruler: Ruler::Kernel,
    };
    let answers = [Truth::Yes, Truth::Unknown, Truth::No, Truth::Yes];
    let answers = answers.map(|truth| (truth, Reason::OwnsFile)).to_vec();
    place.explanation = Some(Explanation {
        facts: AccessFacts {
            kind: ArtifactKind::File,
            target: of(ListFacts::Absent),
            ways: vec![way],
            elsewhere: std::collections::BTreeMap::new(),
            n_unmet_names: 1,
            unlisted_mounts: Some("nobody could list them".into()),
        },
        n_further_ways: 2,
        passages: vec![Passage { uid: 1000, ways: vec![answers] }],
    });
}

fn bytes(path: &[u8]) -> PathBuf {
    OsStr::from_bytes(path).into()
}

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}
