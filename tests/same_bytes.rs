//! Same host, same bytes: neither threads nor the borders of chunks change a report.

#![allow(clippy::unwrap_used, reason = "a test that cannot plant its host has failed")]

use std::collections::BTreeSet;

use proptest::prelude::*;

use credreach::detect::engine::{Engine, Window};
use credreach::forge::Forge;
use credreach::model::location::Span;
use credreach::model::rule::RuleIndex;
use credreach::model::rule_set::RuleSet;
use credreach::model::segment::Segment;
use credreach::model::time::Moment;
use credreach::report::{Format, Look, Verbosity, write};
use credreach::rules::{builtin_files, folder_files, load};
use credreach::selftest::FakeHost;
use credreach::sweep::{Watch, sweep};
use credreach::view::Report;

/// Many files, doubled secrets, hard links, broken stores and packages.
fn plant() -> FakeHost {
    let mut forge = Forge::new([9; 32]);
    let mut host = FakeHost::new().unwrap();
    host.user("ana", 1000, "/home/ana").unwrap();
    let shared = forge.checked_token("ghp_");
    for number in 0..60 {
        let own = forge.checked_token("npm_");
        let folder = format!("/home/ana/{}/{number}", number % 7);
        host.file(&format!("{folder}/.npmrc"), format!("//registry.example/:_authToken={own}\n"))
            .unwrap();
        host.file(&format!("{folder}/notes"), format!("x {shared} y\n")).unwrap();
        host.file(&format!("{folder}/.docker/config.json"), "{broken").unwrap();
        std::fs::hard_link(
            host.real(&format!("{folder}/notes")),
            host.real(&format!("{folder}/a linked name")),
        )
        .unwrap();
        let site = format!("{folder}/.venv/lib/python3.12/site-packages");
        host.install(&site, "litellm", if number % 9 == 0 { "1.82.8" } else { "1.82.6" }).unwrap();
    }
    host
}

#[test]
fn the_number_of_threads_changes_no_byte_of_a_report() {
    let host = plant();
    let rules = load(vec![builtin_files()]).unwrap();
    let engine = Engine::new(&rules);
    let report = |n_threads: usize, format: Format| {
        let mut config = host.config(Moment::new(4_000_000_000, 0)).unwrap();
        config.n_threads = n_threads;
        let inventory = sweep(&config, &engine, &Watch::default()).unwrap();
        let look = Look { colour: false, width: 80, verbosity: Verbosity::Verbose };
        let mut bytes = Vec::new();
        write(format, &Report::new(&inventory, &rules), &look, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    for (name, format) in Format::ALL {
        let one = report(1, format);
        assert!(one.contains("litellm"));
        for n_threads in [2, 5] {
            assert!(report(n_threads, format) == one, "{name} with {n_threads} threads");
        }
    }
}

/// Two rules with small windows, so that pieces can be small.
fn small_rules() -> RuleSet {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials/small.toml");
    std::fs::create_dir(file.parent().unwrap()).unwrap();
    let rule = |id: &str, keyword: &str, pattern: &str| {
        format!(
            "[[kind]]\nid = \"{id}\"\ntitle = \"x\"\nimpact = 1\n\
             [kind.rotation]\nsteps = [\"x\"]\n[[kind.rule]]\n\
             keywords = [\"{keyword}\"]\npattern = '{pattern}'\nconfidence = \"high\"\n\
             window = {{ back = 6, forward = 12 }}\nexamples = [{{ text = \"x\" }}]\n\
             counter_examples = [{{ text = \"x\", why = \"x\" }}]\n"
        )
    };
    let text = format!(
        "issuer = \"x\"\nsource = \"x\"\n{}{}",
        rule("word", "abcd", r"\b(?P<secret>abcd[a-f]{3})\b"),
        rule("late", "efgh", r"(?P<secret>[a-z]{2,5}=efgh[0-9a-f]*)(?:[^0-9a-f]|$)"),
    );
    std::fs::write(&file, text).unwrap();
    load(vec![folder_files(folder.path()).unwrap()]).unwrap()
}

fn found(engine: &Engine<'_>, pieces: &[Segment<'_>]) -> BTreeSet<(RuleIndex, Span)> {
    let mut found = BTreeSet::new();
    let mut window = Window::default();
    for piece in pieces {
        engine.scan(piece, &mut window, &mut |candidate| {
            found.insert((candidate.rule.unwrap(), candidate.span));
        });
    }
    found
}

proptest! {
    #[test]
    fn cutting_a_text_anywhere_changes_nothing(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "abcd", "abcdabc", "abcdefa", "ab", "cd", "efgh", "xy=efgh12", "k=efghff", "=", " ",
                "\n", "f", "9", "zzzz",
            ]),
            0..40,
        ),
        own_bytes in 1_usize..50,
    ) {
        let rules = small_rules();
        let engine = Engine::new(&rules);
        let text = words.concat().into_bytes();
        let whole = found(&engine, &[Segment::whole(&text)]);
        let pieces = Segment::all(&text, own_bytes, engine.margins());
        prop_assert_eq!(found(&engine, &pieces), whole);
    }
}
