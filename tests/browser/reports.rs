//! Reports for the browser: names that would like to be markup, a host with something of
//! everything, and one with thousands of credentials.

use credreach::report::{Format, Look, Verbosity, write};
use credreach::view::{Credential, Flag, Report};

use crate::inventories;

/// What a browser must never do with a name: it would set `window.ran`.
pub const HOSTILE_NAME: &str =
    "/home/ana/</script><script>ran=1</script><img src=x onerror=ran=1>\u{202e}<!--.env";

/// Kind, title, issuer, hint, account, path, store, impact, whether it can publish.
type Sample = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    u8,
    bool,
);

#[rustfmt::skip]
const SAMPLES: &[Sample] = &[
    ("npm-token", "npm access token", "npm", "npm_", "", "/home/{user}/.npmrc", "npm configuration", 5, true),
    ("github-pat", "GitHub personal access token (classic)", "GitHub", "ghp_", "{user}", "/home/{user}/.git-credentials", "git credential store", 5, true),
    ("gitlab-token", "GitLab personal access token", "GitLab", "glpat-", "", "/home/{user}/src/{n}/.env", "", 4, true),
    ("pypi-token", "PyPI upload token", "PyPI", "pypi-", "project shop", "/home/{user}/.pypirc", "PyPI configuration", 5, true),
    ("docker-registry-password", "Container registry login", "any", "", "registry.example ({user})", "/home/{user}/.docker/config.json", "Docker registry logins", 5, true),
    ("aws-access-key", "AWS secret access key", "AWS", "", "profile deploy, account 111122223333", "/home/{user}/.aws/credentials", "AWS CLI credentials", 5, false),
    ("gcp-service-account", "Google service account key", "Google Cloud", "", "deploy@shop-prod", "/srv/deploy/{n}/key.json", "", 5, false),
    ("kubernetes-client-key", "Kubernetes client key", "any", "", "cluster.example", "/home/{user}/.kube/config", "Kubernetes configuration", 5, false),
    ("ssh-private-key", "SSH private key", "any", "", "{user}@laptop", "/home/{user}/.ssh/id_ed25519", "SSH keys", 4, false),
    ("slack-token", "Slack bot token", "Slack", "xoxb-", "workspace shop", "/srv/app/{n}/.env", "", 3, false),
    ("stripe-key", "Stripe live secret key", "Stripe", "sk_live_", "", "/srv/app/{n}/config/production.json", "", 5, false),
    ("database-password", "Database password", "any", "", "shop@db.example/orders", "/home/{user}/.pgpass", "PostgreSQL passwords", 4, false),
    ("openai-key", "OpenAI API key", "OpenAI", "sk-proj-", "", "/home/{user}/notes/{n}.txt", "", 3, false),
    ("generic-password", "Password in a configuration file", "any", "", "", "/srv/app/{n}/config.ini", "", 2, false),
];

const USERS: [(&str, u32); 3] = [("ana", 1000), ("ci", 1002), ("deploy", 1003)];

/// What an infected host with many credentials reports.
pub fn many(n_credentials: usize) -> Report {
    let mut report = infected();
    let patterns = report.credentials.clone();
    report.credentials =
        (0..n_credentials).map(|index| varied(&patterns, index, n_credentials)).collect();
    count(&mut report);
    report
}

/// The report of the inventory that all formats are tested on.
pub fn infected() -> Report {
    Report::new(&inventories::infected(), &inventories::rules())
}

/// The reports of all inventories that formats are tested on.
pub fn every_kind() -> Vec<(&'static str, Report)> {
    let rules = inventories::rules();
    let inventories = [
        ("empty", inventories::empty()),
        ("clean", inventories::clean()),
        ("incomplete", inventories::incomplete()),
        ("hostile", inventories::hostile()),
        ("traces only", inventories::traces_only()),
        ("every state", inventories::every_state()),
        ("mentioned", inventories::mentioned()),
    ];
    inventories.map(|(name, inventory)| (name, Report::new(&inventory, &rules))).into()
}

/// Names of files, hosts and accounts that would like to be markup.
pub fn hostile() -> Report {
    let mut report = infected();
    report.run.host = HOSTILE_NAME.into();
    for credential in &mut report.credentials {
        credential.account = Some(HOSTILE_NAME.into());
        credential.title = HOSTILE_NAME.into();
        credential.key_id = Some("javascript:ran=1".into());
        for place in &mut credential.locations {
            place.path.0 = HOSTILE_NAME.into();
            place.owner.user = HOSTILE_NAME.into();
            place.containers = vec![HOSTILE_NAME.into()];
            for exposure in &mut place.exposures {
                exposure.user.user = HOSTILE_NAME.into();
                exposure.counter = HOSTILE_NAME.into();
            }
        }
    }
    for advisory in &mut report.advisories {
        advisory.title = HOSTILE_NAME.into();
        advisory.contain = vec![HOSTILE_NAME.into()];
    }
    report
}

/// The page of a report.
pub fn page(report: &Report) -> Vec<u8> {
    let look = Look { colour: false, width: 80, verbosity: Verbosity::Normal };
    let mut page = Vec::new();
    write(Format::Html, report, &look, &mut page).unwrap();
    page
}

fn varied(patterns: &[Credential], index: usize, n_credentials: usize) -> Credential {
    let sample = &SAMPLES[index % SAMPLES.len()];
    let (kind, title, issuer, hint, account, path, store, impact, propagates) = *sample;
    let (user, uid) = USERS[(index / 2) % USERS.len()];
    let filled = |text: &str| text.replace("{user}", user).replace("{n}", &index.to_string());
    // The worst come first, as in a rotation order: patterns are sorted by verdict.
    let pattern = (index * 8 / n_credentials.max(1)).saturating_sub(2).min(patterns.len() - 1);
    let mut credential = patterns[pattern].clone();
    credential.rank = index + 1;
    credential.secret_id = format!("{:032x}", 0x00c0_ffee_0000_u64 + index as u64);
    credential.kind = kind.into();
    credential.title = title.into();
    credential.issuer = issuer.into();
    credential.hint = hint.into();
    credential.account = (!account.is_empty()).then(|| filled(account));
    credential.impact = impact;
    credential.propagates = propagates;
    credential.key_id = None;
    for (number, place) in credential.locations.iter_mut().enumerate() {
        let path = filled(path);
        place.path.0 = if number == 0 { path.into() } else { format!("{path}.bak{number}").into() };
        place.store_title = (!store.is_empty()).then(|| store.to_owned());
        place.owner.user = user.into();
        place.owner.uid = uid;
        let [day, hour, minute] = [24 - index * 7 % 3, index * 5 % 24, index * 13 % 60];
        place.times.changed = format!("2026-03-{day:02}T{hour:02}:{minute:02}:00Z");
        if let Some(last) = &mut credential.last_changed {
            last.at.clone_from(&place.times.changed);
        }
        for exposure in &mut place.exposures {
            exposure.user.user = user.into();
            if index.is_multiple_of(5) {
                let flag = "read-recorded".into();
                exposure.flags =
                    vec![Flag { flag, says: "its file was read in the window".into() }];
                place.times.accessed = format!("2026-03-24T{:02}:{minute:02}:09Z", 11 + index % 9);
            }
        }
    }
    credential
}

fn count(report: &mut Report) {
    let summary = &mut report.summary;
    summary.n_credentials = report.credentials.len();
    summary.n_places = report.credentials.iter().map(|one| one.locations.len()).sum();
    summary.by_verdict.values_mut().for_each(|n| *n = 0);
    summary.by_confidence.values_mut().for_each(|n| *n = 0);
    for credential in &report.credentials {
        if let Some(verdict) = &credential.verdict {
            *summary.by_verdict.entry(verdict.clone()).or_default() += 1;
        }
        *summary.by_confidence.entry(credential.confidence.clone()).or_default() += 1;
    }
}
