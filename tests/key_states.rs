//! What protects a key, as the tools themselves write it: each makes its keys at run time, and
//! the sweep must say what was asked for. Where a tool is missing, its test is skipped by name.

#![allow(clippy::unwrap_used, reason = "a test that cannot make its keys has failed")]

mod support;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use credreach::model::time::Moment;
use data_encoding::BASE64;
use serde_json::Value;
use tempfile::TempDir;

const PASSPHRASE: &str = "what this test types";

/// A host with one home, in which tools make keys.
struct Host {
    root: TempDir,
}

impl Host {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let (home, etc) = (root.path().join("home/ana"), root.path().join("etc"));
        fs::create_dir_all(home).unwrap();
        fs::create_dir_all(&etc).unwrap();
        let uid = rustix::process::geteuid().as_raw();
        let user = format!("ana:x:{uid}:{uid}::/home/ana:/bin/sh\n");
        fs::write(etc.join("passwd"), user).unwrap();
        Self { root }
    }

    /// A folder of the home.
    fn folder(&self, name: &str) -> PathBuf {
        let folder = self.root.path().join("home/ana").join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
        folder
    }

    fn report(&self) -> Value {
        let root = self.root.path().to_str().unwrap();
        let output = support::run(["sweep", "--root", root, "--format", "json", "--exit-zero"]);
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The credentials of a sweep, by the paths of their files.
    fn swept(&self) -> BTreeMap<String, Value> {
        let report = self.report();
        let credentials = report["credentials"].as_array().unwrap();
        let by_path = credentials.iter().flat_map(|credential| {
            let locations = credential["locations"].as_array().unwrap().iter();
            locations.map(move |place| (place["path"].as_str().unwrap(), credential))
        });
        by_path.map(|(path, one)| (path.to_owned(), one.clone())).collect()
    }

    /// Compares what is said of the files of a folder with their names, states and derivations.
    fn check(&self, folder: &str, expected: &[(&str, &str, &str)]) {
        let swept = self.swept();
        for (name, state, how) in expected {
            let path = format!("/home/ana/{folder}/{name}");
            let Some(credential) = swept.get(&path) else {
                panic!("{path} is not among {swept:#?}")
            };
            let protection = &credential["protection"];
            assert_eq!(protection["state"], *state, "{name}: {protection}");
            let told = protection["how"].as_str().unwrap_or_default();
            assert!(told.contains(how), "{name}: {protection}");
            assert_eq!(told.is_empty(), how.is_empty(), "{name}: {protection}");
        }
    }
}

/// Runs a tool in a folder; `false`, with a word on it, if there is no such tool.
fn run<A: AsRef<OsStr>>(tool: &str, folder: &Path, arguments: &[A]) -> bool {
    let mut command = Command::new(tool);
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    let output = match command.output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let _ = writeln!(std::io::stderr(), "skipped: there is no {tool} on this machine");
            return false;
        }
        output => output.unwrap(),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool}: {said}");
    true
}

/// Runs a tool on a line of arguments, `PASS` standing for the passphrase and `NO-PASS` for none.
fn run_line(tool: &str, folder: &Path, line: &str) -> bool {
    let words = line.split(' ').map(|word| match word {
        "PASS" => PASSPHRASE.to_owned(),
        "NO-PASS" => String::new(),
        other => other.replace("pass:", &format!("pass:{PASSPHRASE}")),
    });
    run(tool, folder, &words.collect::<Vec<_>>())
}

#[test]
fn keys_of_ssh_keygen() {
    let host = Host::new();
    let folder = host.folder(".ssh");
    for line in [
        "-q -t ed25519 -N NO-PASS -f id_plain",
        "-q -t ed25519 -N PASS -a 24 -f id_locked",
        "-q -t rsa -b 2048 -m PEM -N NO-PASS -f id_pem_plain",
        "-q -t rsa -b 2048 -m PEM -N PASS -f id_pem_locked",
        "-q -t ecdsa -m PKCS8 -N PASS -f id_pkcs8_locked",
    ] {
        if !run_line("ssh-keygen", &folder, line) {
            return;
        }
    }
    let expected = [
        ("id_plain", "plaintext", ""),
        ("id_locked", "encrypted", "bcrypt 24 rounds"),
        ("id_pem_plain", "plaintext", ""),
        ("id_pem_locked", "weak", "one round of MD5"),
        ("id_pkcs8_locked", "weak", "PBKDF2 2048 rounds"),
    ];
    host.check(".ssh", &expected);
}

#[test]
fn keys_of_openssl() {
    let host = Host::new();
    let folder = host.folder("keys");
    for line in [
        "genpkey -algorithm ED25519 -out plain.pem",
        "genpkey -algorithm ED25519 -aes256 -pass pass: -out locked.pem",
        "pkcs8 -topk8 -in plain.pem -scrypt -passout pass: -out scrypt.pem",
        "pkcs8 -topk8 -in plain.pem -iter 600000 -passout pass: -out dear.pem",
        "req -x509 -newkey ed25519 -nodes -subj /CN=ana -keyout of-store.pem -out store.crt",
        "pkcs12 -export -inkey of-store.pem -in store.crt -passout pass: -out locked.p12",
        "pkcs12 -export -inkey of-store.pem -in store.crt -keypbe NONE -passout pass: -out open.p12",
    ] {
        if !run_line("openssl", &folder, line) {
            return;
        }
    }
    let expected = [
        ("plain.pem", "plaintext", ""),
        ("locked.pem", "weak", "AES-256-CBC, PBKDF2 2048 rounds"),
        ("scrypt.pem", "encrypted", "scrypt N=16384"),
        ("dear.pem", "encrypted", "PBKDF2 600000 rounds"),
        ("locked.p12", "weak", "PBKDF2 2048 rounds"),
        ("open.p12", "plaintext", ""),
    ];
    host.check("keys", &expected);
}

#[test]
fn the_certificate_beside_a_key_says_when_it_ends() {
    let host = Host::new();
    let (folder, kube) = (host.folder("keys"), host.folder(".kube"));
    let curve = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=ana";
    for (name, days) in [("server", 30), ("kube", 60), ("other", 90)] {
        let line = format!("req -x509 {curve} -days {days} -keyout {name}.key -out {name}.crt");
        if !run_line("openssl", &folder, &line) {
            return;
        }
    }
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let joined = |files: [&str; 3]| files.map(read).concat();
    fs::write(folder.join("server.pem"), joined(["other.crt", "server.key", "server.crt"]))
        .unwrap();
    fs::write(folder.join("lone.pem"), read("other.key") + &read("server.crt")).unwrap();
    let field = |name: &str| BASE64.encode(read(name).as_bytes());
    let (certificate, key) = (field("kube.crt"), field("kube.key"));
    let user = format!("    client-certificate-data: {certificate}\n    client-key-data: {key}\n");
    let text = format!("kind: Config\nusers:\n- name: ana\n  user:\n{user}");
    fs::write(kube.join("config"), text).unwrap();
    let ends = ["server.crt", "kube.crt"].map(|name| end_by_openssl(&folder, name));
    for name in ["server.key", "kube.key", "other.key"] {
        fs::remove_file(folder.join(name)).unwrap();
    }

    let swept = host.swept();
    let expiry = |path: &str| &swept[&format!("/home/ana/{path}")]["expiry"];
    for (path, end) in [("keys/server.pem", &ends[0]), (".kube/config", &ends[1])] {
        assert_eq!(expiry(path)["at"], end.as_str(), "{path}");
        assert_eq!(expiry(path)["basis"], "beside", "{path}");
    }
    assert!(expiry("keys/lone.pem").is_null(), "the certificate is for another key");
}

/// `notAfter=Mar 24 10:39:00 2027 GMT`
fn end_by_openssl(folder: &Path, certificate: &str) -> String {
    let arguments = ["x509", "-noout", "-enddate", "-in", certificate];
    let output = Command::new("openssl").current_dir(folder).args(arguments).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let words: Vec<&str> = said.trim().trim_start_matches("notAfter=").split_whitespace().collect();
    let [month, day, time, year, zone] = words[..] else { panic!("{said}") };
    let date = format!("Any, {day:0>2} {month} {year} {time} {zone}");
    Moment::parse_http(&date).unwrap().to_string()
}

/// An agent of gpg in a folder of its own, which ends with the test.
struct Gpg(PathBuf);

impl Gpg {
    /// Makes a key; `false` if there is no gpg.
    fn make(&self, passphrase: &str) -> bool {
        // Else it depends on how busy the machine is.
        fs::write(self.0.join("gpg-agent.conf"), "s2k-count 65011712\n").unwrap();
        let home = self.0.to_str().unwrap();
        let quiet = ["--homedir", home, "--batch", "--pinentry-mode", "loopback"];
        let name = "Ana <ana@host.example>";
        let make =
            ["--passphrase", passphrase, "--quick-gen-key", name, "ed25519", "sign", "never"];
        run("gpg", &self.0, &[&quiet[..], &make].concat())
    }

    /// The one file with a key.
    fn key(&self) -> String {
        let mut names = fs::read_dir(self.0.join("private-keys-v1.d")).unwrap();
        names.next().unwrap().unwrap().file_name().into_string().unwrap()
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        let mut command = Command::new("gpgconf");
        command.arg("--homedir").arg(&self.0).args(["--kill", "all"]);
        let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

#[test]
fn keys_of_gpg_are_named_by_their_keygrips() {
    for (passphrase, state, how) in
        [("", "plaintext", ""), (PASSPHRASE, "encrypted", "65011712 bytes of SHA1")]
    {
        let host = Host::new();
        let gpg = Gpg(host.folder(".gnupg"));
        if !gpg.make(passphrase) {
            return;
        }
        let name = gpg.key();
        host.check(".gnupg/private-keys-v1.d", &[(&name, state, how)]);
        let path = format!("/home/ana/.gnupg/private-keys-v1.d/{name}");
        assert_eq!(host.swept()[&path]["key_id"], name.trim_end_matches(".key"));
    }
}

#[test]
fn a_key_in_a_token_is_told_of_without_its_uri() {
    let host = Host::new();
    let uri = "pkcs11:token=work?pin-value=271828";
    fs::write(host.folder(".ssh").join("config"), format!("IdentityFile {uri}\n")).unwrap();
    let text = format!("kind: Config\nusers:\n- name: ana\n  user:\n    client-key: {uri}\n");
    fs::write(host.folder(".kube").join("config"), text).unwrap();
    let report = host.report();
    let brokers = report["brokers"].as_array().unwrap().iter();
    let told: Vec<_> = brokers
        .map(|one| (one["kind"].as_str(), one["path"].as_str(), one["gives"].as_str()))
        .collect();
    let token = |path| (Some("reference"), Some(path), Some("use"));
    assert_eq!(told, [token("/home/ana/.kube/config"), token("/home/ana/.ssh/config")]);
    assert_eq!(report["credentials"].as_array().map(Vec::len), Some(0));
    assert!(!report.to_string().contains("271828"));
}
