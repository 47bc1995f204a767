//! What is not an archive but hides text: binary keys, databases, compiled code, documents. Files
//! are made at run time, the secrets in them too.

#![allow(clippy::unwrap_used, reason = "a test that cannot plant its host has failed")]

mod support;

use std::path::Path;
use std::process::Command;

use credreach::forge::{Forge, armour, certificate, der};
use serde_json::Value;

/// A place in a report: kind, file, container members, line.
type Found = (String, String, Vec<String>, u64);

fn report(folder: &Path) -> Value {
    let output = support::credreach()
        .args(["sweep", "--no-default-scope", "--format", "json", "--exit-zero"])
        .arg(folder)
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// All places of all credentials, in the order of the report.
fn places(report: &Value) -> Vec<Found> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut places = Vec::new();
    for credential in report["credentials"].as_array().unwrap() {
        for place in credential["locations"].as_array().unwrap() {
            let name = Path::new(place["path"].as_str().unwrap()).file_name().unwrap();
            let containers = place["containers"].as_array().into_iter().flatten().map(text);
            places.push((
                text(&credential["kind"]),
                name.to_str().unwrap().to_owned(),
                containers.collect(),
                place["line"].as_u64().unwrap_or_default(),
            ));
        }
    }
    places
}

fn names(places: &[Found]) -> Vec<(&str, &str)> {
    places.iter().map(|(kind, file, ..)| (kind.as_str(), file.as_str())).collect()
}

fn integer(digits: &[u8]) -> Vec<u8> {
    der(2, digits)
}

/// The structure of an RSA key of 1024 bits; its numbers are odd and of the right lengths.
fn rsa_key(seed: u8) -> Vec<u8> {
    let mut forge = Forge::new([seed; 32]);
    let mut number = |n_bytes: usize| {
        let mut digits = forge.bytes::<128>()[..n_bytes].to_vec();
        (digits[0], digits[n_bytes - 1]) = (0x5B, 0x5D);
        integer(&digits)
    };
    let sizes = [128, 3, 128, 64, 64, 64, 64, 64];
    let numbers: Vec<u8> = sizes.into_iter().flat_map(&mut number).collect();
    der(0x30, &[integer(&[0]), numbers].concat())
}

#[test]
fn a_key_in_der_is_found_under_any_name_and_is_the_same_as_in_pem() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let key = rsa_key(1);
    file("server", &key);
    file("server.pem", armour("RSA PRIVATE KEY", &key).as_bytes());
    file("server.der", &certificate(1, "270324103900Z"));
    file("cut.key", &key[..key.len() - 1]);
    file("longer.key", &[&key[..], b"more"].concat());
    let report = report(folder.path());
    assert_eq!(report["credentials"].as_array().unwrap().len(), 1);
    let kind = "rsa-private-key";
    assert_eq!(names(&places(&report)), [(kind, "server"), (kind, "server.pem")]);
}

fn token(seed: u8) -> String {
    Forge::new([seed; 32]).checked_token("ghp_")
}

/// Whether a program is there; a test that needs it and has none says so.
fn has(program: &str, test: &str) -> bool {
    let is_there = Command::new(program).arg("--version").output().is_ok();
    if !is_there {
        let mut stderr = std::io::stderr();
        let _ = std::io::Write::write_all(
            &mut stderr,
            format!("skipped: {test}: no {program} here\n").as_bytes(),
        );
    }
    is_there
}

fn sqlite(database: &Path, statements: &str) {
    let output = Command::new("sqlite3").arg(database).arg(statements).output().unwrap();
    assert!(output.status.success());
}

fn members(places: &[Found]) -> Vec<(String, String)> {
    let places = places.iter().filter(|(kind, ..)| kind.starts_with("github"));
    places.map(|(_, file, members, _)| (file.clone(), members.join(" > "))).collect()
}

#[test]
fn a_row_of_a_database_is_named_by_its_table() {
    if !has("sqlite3", "a_row_of_a_database_is_named_by_its_table") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let padding = "x".repeat(5000);
    for (name, encoding) in [("one.db", "UTF-8"), ("two.db", "UTF-16le"), ("three.db", "UTF-16be")]
    {
        sqlite(
            &folder.path().join(name),
            &format!(
                "PRAGMA encoding = '{encoding}'; PRAGMA page_size = 1024;
                 CREATE TABLE 'odd, name'(id INTEGER PRIMARY KEY, note TEXT, token TEXT);
                 INSERT INTO 'odd, name'(note, token) VALUES ('{padding}', '{}');
                 CREATE TABLE keyed(k TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID;
                 INSERT INTO keyed VALUES ('{padding}', '{}');",
                token(1),
                token(2),
            ),
        );
    }
    let places = places(&report(folder.path()));
    let mut members = members(&places);
    members.sort();
    let expected = ["one.db", "three.db", "two.db"]
        .into_iter()
        .flat_map(|name| ["keyed", "odd, name"].map(|table| (name.to_owned(), table.to_owned())));
    assert_eq!(members, expected.collect::<Vec<_>>());
}

#[test]
fn what_stands_in_the_log_of_a_database_is_found_there_and_nothing_is_written() {
    if !has("sqlite3", "what_stands_in_the_log_of_a_database_is_found_there") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live");
    let kept = folder.path().join("kept");
    std::fs::create_dir_all(&live).unwrap();
    std::fs::create_dir_all(&kept).unwrap();
    let database = live.join("state.db");
    sqlite(&database, "PRAGMA journal_mode = WAL; CREATE TABLE sessions(token TEXT);");
    // The log is copied while it is there: sqlite3 removes it at its end.
    let statements = format!(
        "PRAGMA wal_autocheckpoint = 0; INSERT INTO sessions VALUES ('{}');\n.shell cp {}/* {}/\n",
        token(3),
        live.display(),
        kept.display(),
    );
    let mut child = Command::new("sqlite3")
        .arg(&database)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(child.stdin.as_mut().unwrap(), statements.as_bytes()).unwrap();
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    let names = || {
        let entries = std::fs::read_dir(&kept).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names();
    let found = members(&places(&report(&kept)));
    assert_eq!(found, [("state.db-wal".to_owned(), "sessions".to_owned())]);
    assert_eq!(names(), before);
}

#[test]
fn a_database_that_is_cut_is_told_and_its_first_rows_are_kept() {
    if !has("sqlite3", "a_database_that_is_cut_is_told_and_its_first_rows_are_kept") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.db");
    sqlite(
        &path,
        &format!(
            "CREATE TABLE t(token TEXT); INSERT INTO t VALUES ('{}');
             CREATE TABLE u(x BLOB); INSERT INTO u VALUES (randomblob(20000));",
            token(4)
        ),
    );
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 6000]).unwrap();
    let report = report(folder.path());
    assert_eq!(members(&places(&report)), [("cut.db".to_owned(), "t".to_owned())]);
    let codes = report["coverage"]["problems"]["listed"].as_array().unwrap().iter();
    assert!(codes.into_iter().any(|problem| problem["code"] == "container/broken"));
}

#[test]
fn text_in_utf16_and_utf32_is_found_wherever_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let little = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
    let line = format!("token = {}\n", token(5));
    let four: Vec<u8> = line.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    file("a.txt", &four);
    file("b.exe", &[&[0x7F, 1, 2][..], &[0xEE; 998], &little(&line), &[0xEE; 77]].concat());
    file("c.dmp", &[&[0xEE; 1000][..], &big(&line)].concat());
    file("d.reg", &[&[0xFF, 0xFE][..], &little("ключ\r\n"), &little(&line)].concat());
    file("e.txt", &[little("ключ\r\n"), little(&line)].concat());
    // Too big to come as a whole.
    file("f.log", &[little(&"пусто\n".repeat(500_000)), little(&line)].concat());
    let report = report(folder.path());
    assert_eq!(report["credentials"].as_array().unwrap().len(), 1);
    let places = places(&report);
    let files: Vec<&str> = places.iter().map(|(_, file, ..)| file.as_str()).collect();
    assert_eq!(files, ["a.txt", "b.exe", "c.dmp", "d.reg", "e.txt", "f.log"]);
}

#[test]
fn a_cell_of_a_notebook_is_read_as_code() {
    let folder = tempfile::tempdir().unwrap();
    let secret = token(6);
    let (first, second) = secret.split_at(20);
    let json = format!(
        r#"{{"cells": [{{"cell_type": "code", "source": ["a = \"{first}\u00{:02x}{}\"\n"]}}]}}"#,
        second.as_bytes()[0],
        &second[1..],
    );
    std::fs::write(folder.path().join("a.ipynb"), json).unwrap();
    assert_eq!(members(&places(&report(folder.path()))).len(), 1);
}

#[test]
fn compiled_python_and_java_and_property_lists_say_what_they_hold() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let secret = token(7);
    let text = |text: &str| [&[b'z', text.len() as u8], text.as_bytes()].concat();
    let python = [
        &[0xCB, 0x0D, 0x0D, 0x0A][..],
        &[0; 12],
        b"c",
        &[0; 20],
        b"s\x04\0\0\0\x64\0\x5A\0",
        &[b')', 1],
        &text(&secret),
        &[b')', 1],
        &text("TOKEN"),
        b")\0)\0",
        &text("app.py"),
        &text("<module>"),
        &text("<module>"),
        &[0; 4],
        b"s\0\0\0\0s\0\0\0\0",
    ];
    file("app.pyc", &python.concat());
    let utf8 = |text: &str| [&[1, 0, text.len() as u8], text.as_bytes()].concat();
    let java = [
        &[0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 61, 0, 3][..],
        &utf8(&secret),
        &[8, 0, 1],
        &[0; 10],
        &[0; 6],
    ];
    file("App.class", &java.concat());
    let mut list =
        [b"bplist00\xD1\x01\x02\x55token\x5F\x10", &[secret.len() as u8][..], secret.as_bytes()]
            .concat();
    let start = list.len() as u8;
    list.extend([8, 11, 17]);
    list.extend([0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0]);
    list.extend([0, 0, 0, 0, 0, 0, 0, start]);
    file("settings.plist", &list);
    let found = members(&places(&report(folder.path())));
    let named = |file: &str, member: &str| (file.to_owned(), member.to_owned());
    let expected = [
        named("App.class", "constants"),
        named("app.pyc", "constants"),
        named("settings.plist", "values"),
    ];
    assert_eq!(found, expected);
}
