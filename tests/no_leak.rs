//! No secret leaves: plants more than fifty secrets, sweeps them in every format and verbosity,
//! with broken files, wrong arguments and a worker that panics, and searches everything
//! that was said for any eight bytes of any of them.

#![allow(clippy::unwrap_used, reason = "a test that cannot plant its host has failed")]
#![allow(clippy::print_stdout, reason = "the child of a test speaks to its parent")]

mod support;

use std::process::Command;

use credreach::detect::engine::Engine;
use credreach::detect::prefilter::{Hit, Prefilter};
use credreach::forge::{Forge, OpensshKey};
use credreach::model::time::Moment;
use credreach::report::Format;
use credreach::rules::{builtin_files, load};
use credreach::selftest::FakeHost;
use credreach::sweep::{Watch, hush_panics, sweep};

use crate::support::{Said, credreach};

/// Tells the child of the panic test which host to sweep.
const VARIABLE: &str = "CREDREACH_PANIC_HOST";

/// A secret and the fixed prefix that may be shown.
struct Planted {
    secret: String,
    fixed: &'static str,
}

fn secret(secret: String, fixed: &'static str) -> Planted {
    Planted { secret, fixed }
}

/// More than fifty secrets in files that parse, files that do not, and names that shout.
fn plant() -> (FakeHost, Vec<Planted>) {
    let mut forge = Forge::new([42; 32]);
    let mut host = FakeHost::new().unwrap();
    host.user("ana", 1000, "/home/ana").unwrap();
    let mut planted = Vec::new();
    for number in 0..10 {
        let token = forge.checked_token("ghp_");
        host.file(
            &format!("/home/ana/{number}/.git-credentials"),
            format!("https://u:{token}@git.example\n"),
        )
        .unwrap();
        planted.push(secret(token, "ghp_"));
        let password = forge.alphanumeric(20);
        let env = format!("DB_PASSWORD={password}\nURL=postgres://shop:{password}@db.example/x\n");
        host.file(&format!("/home/ana/{number}/.env"), env).unwrap();
        planted.push(secret(password, ""));
        let stripe = format!("sk_live_{}", forge.alphanumeric(24));
        host.file(
            &format!("/home/ana/{number}/log \u{1b}[31m\n{number}"),
            format!("key {stripe} used\n"),
        )
        .unwrap();
        planted.push(secret(stripe, "sk_live_"));
    }
    plant_broken(&host, &mut forge, &mut planted);
    plant_keys(&host, &mut forge, &mut planted);
    plant_provenance(&host, &mut forge, &mut planted);
    plant_startup(&host, &mut forge, &mut planted);
    plant_openings(&host, &mut forge, &mut planted);
    assert_eq!(planted.len(), 68);
    (host, planted)
}

/// Stores that do not parse: their parsers' messages must not quote them.
fn plant_broken(host: &FakeHost, forge: &mut Forge, planted: &mut Vec<Planted>) {
    let broken: [(&str, &str, &str); 12] = [
        ("/home/ana/.docker/config.json", "{\"auths\": {\"r.example\": {\"auth\": \"", "\""),
        ("/home/ana/.kube/config", "users:\n- user: {token: \"", "\n\t- x"),
        ("/home/ana/.cargo/credentials.toml", "[registry]\ntoken = \"", "\ntoken = 1\n["),
        ("/home/ana/.m2/settings.xml", "<settings><password>", "</settings>"),
        ("/home/ana/.config/gh/hosts.yml", "a: &a [*a, ", "\n b: ]"),
        ("/home/ana/.pypirc", "[pypi\npassword = ", "\n"),
        ("/home/ana/.netrc", "machine x login y password \"", "\n"),
        ("/home/ana/.codex/auth.json", "{\"OPENAI_API_KEY\": ", ""),
        ("/home/ana/.config/doctl/config.yaml", "access-token: \"", "\u{0}"),
        ("/home/ana/.terraform.d/credentials.tfrc.json", "[[[{\"token\": \"", "\"}"),
        (
            "/home/ana/.local/share/uv/credentials/credentials.toml",
            "[[credential]]\npassword = '",
            "",
        ),
        ("/home/ana/.aws/sso/cache/x.json", "{\"accessToken\": \"", "\", \"accessToken\"}"),
    ];
    for (path, before, after) in broken {
        let value = forge.alphanumeric(32);
        host.file(path, format!("{before}{value}{after}")).unwrap();
        planted.push(secret(value, ""));
    }
}

/// Startup code is told of by its kind and line; what stands in the line stays there.
fn plant_startup(host: &FakeHost, forge: &mut Forge, planted: &mut Vec<Planted>) {
    let lines: [(&str, &str, &str); 4] = [
        ("/home/ana/v/lib/python3.12/site-packages/a.pth", "import os; key = '", "'"),
        ("/home/ana/a/.vscode/tasks.json", "{\"runOn\": \"folderOpen\", \"args\": [\"", "\"]}"),
        ("/home/ana/node_modules/a/package.json", "{\"scripts\": {\"install\": \"node ", ".js\"}}"),
        ("/home/ana/.gitconfig", "[core]\n\tsshCommand = ssh -o ", "\n"),
    ];
    for (path, before, after) in lines {
        let value = forge.alphanumeric(32);
        host.file(path, format!("{before}{value}{after}")).unwrap();
        planted.push(secret(value, ""));
    }
}

/// Files that say what a key opens hold passwords beside hosts, and in the place of them.
fn plant_openings(host: &FakeHost, forge: &mut Forge, planted: &mut Vec<Planted>) {
    let files: [(&str, &str, &str); 10] = [
        (".bash_history", "ssh web1.example sshpass -p ", " ssh web2.example\n"),
        (".zsh_history", ": 1774348740:0;sshpass -p ", " ssh web1.example\n"),
        (".sh_history", "ssh -p ", " web1.example\n"),
        (".ash_history", "ssh ", "\n"),
        (".ksh_history", "ssh ana:", "@web1.example\n"),
        (".history", "ssh -i ~/", " web1.example\n"),
        (".local/share/fish/fish_history", "- cmd: git clone ssh://ana:", "@web1.example/x\n"),
        ("app/.git/config", "[remote \"o\"]\nurl = ssh://ana:", "@web1.example/x\n"),
        (".ssh/config", "Match exec \"curl -u ana:", "\"\nUser ana\nHost web1.example\n"),
        (".ssh/authorized_keys", "command=\"backup ", "\" ssh-rsa AAAA ana@build\n"),
    ];
    host.file("/home/ana/app/.git/HEAD", "ref: refs/heads/main\n").unwrap();
    host.file("/home/ana/app/.git/objects/info/x", "").unwrap();
    host.file("/home/ana/app/.git/refs/heads/x", "").unwrap();
    for (name, before, after) in files {
        let value = forge.alphanumeric(32);
        host.file(&format!("/home/ana/{name}"), format!("{before}{value}{after}")).unwrap();
        planted.push(secret(value, ""));
    }
    host.file("/home/ana/.ssh/id_rsa", OpensshKey::ed25519("default").armoured()).unwrap();
}

fn plant_keys(host: &FakeHost, forge: &mut Forge, planted: &mut Vec<Planted>) {
    for number in 0..8 {
        // The seed of a key is in its body; the armour's own lines are no secret.
        let key = OpensshKey::ed25519(&forge.hexadecimal(16));
        let armoured = if number % 2 == 0 { key.armoured() } else { key.encrypted(24).armoured() };
        let private_half = armoured.lines().rev().nth(2).unwrap().to_owned();
        host.file(&format!("/home/ana/.ssh/id_{number}"), armoured).unwrap();
        planted.push(secret(private_half, ""));
    }
}

/// What an infected install came from and who names it: addresses with secrets in them.
fn plant_provenance(host: &FakeHost, forge: &mut Forge, planted: &mut Vec<Planted>) {
    let site = "/home/ana/app/.venv/lib/python3.12/site-packages";
    host.install(site, "litellm", "1.82.8").unwrap();
    host.file("/home/ana/app/.venv/pyvenv.cfg", "home = /usr\n").unwrap();
    let [password, folder, query, token] = [(); 4].map(|()| forge.alphanumeric(24));
    let url = format!("https://u:{password}@files.example/{folder}/litellm-1.82.8.whl?s={query}");
    let direct = format!("{{\"url\": \"{url}\", \"archive_info\": {{}}}}");
    host.file(&format!("{site}/litellm-1.82.8.dist-info/direct_url.json"), direct).unwrap();
    let requirement = format!("litellm @ git+https://{token}@git.example/x.git\n");
    host.file("/home/ana/app/requirements.txt", requirement).unwrap();
    planted.extend([password, folder, query, token].map(|one| secret(one, "")));
}

fn assert_silent(planted: &[Planted], what: &str, said: &[u8]) {
    let said = Said::new(said);
    for (number, one) in planted.iter().enumerate() {
        assert!(!said.leaks(&one.secret, one.fixed), "secret {number} leaks from {what}");
    }
}

#[test]
fn no_format_and_no_verbosity_shows_a_secret() {
    let (host, planted) = plant();
    let root = host.root().to_str().unwrap();
    for (format, _) in Format::ALL {
        for look in [&[][..], &["-q"], &["-v"], &["--color", "always"]] {
            let mut command = credreach();
            command.args(["sweep", "--root", root, "--format", format]).args(look);
            let output = command.output().unwrap();
            let said = [output.stdout, output.stderr].concat();
            let what = format!("{format} {look:?}");
            assert_eq!(output.status.code(), Some(1), "{what}: {}", String::from_utf8_lossy(&said));
            assert_silent(&planted, &what, &said);
        }
    }
}

#[test]
fn what_is_planted_is_found_else_silence_proves_nothing() {
    let (host, _) = plant();
    let root = host.root().to_str().unwrap();
    let output = support::run(["sweep", "--root", root, "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let n_credentials = report["credentials"].as_array().unwrap().len();
    // All but what stands in broken stores, where no rule knows an opaque value.
    assert!(n_credentials >= 38, "{n_credentials} found");
    let problems = report["coverage"]["problems"]["counts"]["store/malformed"].as_u64();
    assert!(problems.unwrap_or(0) >= 5, "{problems:?} malformed");
}

#[test]
fn an_explanation_says_all_but_the_secret() {
    let (host, planted) = plant();
    let root = host.root().to_str().unwrap();
    for (format, _) in Format::ALL {
        let arguments =
            ["explain", "/home/ana/0", "--root", root, "--as", "4242", "--format", format];
        let output = support::run(arguments);
        assert_eq!(output.status.code(), Some(1), "{format}");
        assert_silent(&planted, format, &[output.stdout, output.stderr].concat());
    }
}

#[test]
fn a_comparison_says_what_became_of_a_secret_and_not_the_secret() {
    let (host, planted) = plant();
    let root = host.root().to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let name = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(name("key"), [7; 32]).unwrap();
    let times = ["2026-03-25T08:00:00Z", "2026-03-26T08:00:00Z"];
    for (index, (as_of, file)) in times.into_iter().zip(["before", "after"]).enumerate() {
        let (key, file) = (name("key"), name(file));
        let output = support::run([
            "sweep",
            "--root",
            root,
            "--as-of",
            as_of,
            "--key-file",
            &key,
            "--output",
            &file,
            "--format",
            ["json", "ndjson"][index],
        ]);
        assert_eq!(output.status.code(), Some(1));
        std::fs::remove_file(host.real("/home/ana/0/.env")).unwrap_or_default();
    }
    let (before, after) = (name("before"), name("after"));
    for command in ["diff", "receipt"] {
        for format in [&["--format", "json"][..], &[]] {
            let mut run = credreach();
            run.args([command, &before, &after]).args(format);
            let output = run.output().unwrap();
            let said = [output.stdout, output.stderr].concat();
            let text = String::from_utf8_lossy(&said);
            assert_eq!(output.status.code(), Some(1), "{text}");
            assert!(text.contains("gone") && text.contains("/home/ana/1/.env"), "{text}");
            assert_silent(&planted, command, &said);
        }
    }
}

#[test]
fn an_error_message_does_not_quote_what_it_could_not_use() {
    let (host, planted) = plant();
    let root = host.root().to_str().unwrap();
    let key_file = host.real("/home/ana/.netrc");
    let key_file = key_file.to_str().unwrap();
    let rules = host.real("/home/ana/.aws");
    for arguments in [
        &["sweep", root, "--no-default-scope", "--key-file", key_file][..],
        &["sweep", root, "--no-default-scope", "--rules", rules.to_str().unwrap()],
        &["sweep", root, "--no-default-scope", "--output", key_file],
    ] {
        let output = support::run(arguments.iter().copied());
        assert_silent(
            &planted,
            &format!("{arguments:?}"),
            &[output.stdout, output.stderr].concat(),
        );
    }
}

/// A prefilter that panics with what it reads, as a careless message would.
struct Panicking;

impl Prefilter for Panicking {
    fn hits(&self, haystack: &[u8], _on_hit: &mut dyn FnMut(Hit)) {
        panic!("cannot read {}", String::from_utf8_lossy(haystack));
    }
}

#[test]
fn a_panic_in_a_worker_says_where_and_not_what() {
    if let Some(root) = std::env::var_os(VARIABLE) {
        return sweep_and_panic(root.to_str().unwrap());
    }
    let (host, planted) = plant();
    let name = "a_panic_in_a_worker_says_where_and_not_what";
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", name, "--nocapture"]).env(VARIABLE, host.root());
    let output = child.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&said);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("details are withheld") && text.contains("sweep/panicked"), "{text}");
    assert_silent(&planted, "a panic", &said);
}

fn sweep_and_panic(root: &str) {
    hush_panics();
    let rules = load(vec![builtin_files()]).unwrap();
    let engine = Engine::with_prefilter(&rules, |_| Box::new(Panicking));
    let mut config = FakeHost::new().unwrap().config(Moment::new(2_000_000_000, 0)).unwrap();
    config.root = credreach::model::host::HostRoot::image(root.into());
    let inventory = sweep(&config, &engine, &Watch::default()).unwrap();
    for (code, n) in inventory.coverage.problems.counts() {
        println!("{} {n}", code.code());
    }
}
