//! What holds for every format: no text makes a parser panic, and no span leaves the file.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::outline::outline;
use super::*;

/// One valid file of each format, for mutations to start from.
const SAMPLES: [&str; 19] = [
    "{\"a\": [\"s3cr3t-1\", 1.5, null], /* b */ \"c\\u0041\": true,}",
    "a: &x [s3cr3t-1, 'b']\nb:\n  - *x\n  - \"c\\n\" # d\n  - |\n    größe\n---\n? e\n: {f: g}\n",
    "a.b = 's3cr3t-1'\n[c.d]\ne = \"\"\"\nf\"\"\"\ng = [{h = 1}, 2.5]\n[[i]]\n",
    "<a b='c'><d>s3cr3t-1 &amp; e</d><d><![CDATA[f]]></d><!-- g --></a>",
    "a = b\n[c \"d\"] e = \"s3cr3t-1\" ; f\ng = h\\\n  i\n",
    "a=s3cr3t-1\\\n  b\nc: d\\u0041\n# e\n//f/:_g=\"h\"\n",
    "export A=\"s3cr3t-1\\n\nb\" # c\nD='e'\nF: g # h\n",
    "A=s3cr3t-1\0B=c\0",
    "a\0--b-c\0s3cr3t-1\0-d\0--e=f\0",
    "export A=\"s3cr3t-1\"; B=c'd'\\ e sh -c 'F=g'\n- cmd: set -gx H i\n",
    "machine a login b password \"s3\\\"cr3t-1\"\nmacdef c\nd\n\ndefault account e\n",
    "K 8\npassword\nV 8\ns3cr3t-1\nK 1\na\nV 0\n\nEND\n",
    "a:b\\:c:s3\\\\cr3t-1\n# d\n::\n",
    "a \"b c\" 's3cr3t-1' # d\n",
    "# a\nb s3cr3t-1 # c\nset d=\"e\";\n",
    "x=https://a%40b:s3cr3t-1@c:1/d?e f://g@h",
    " s3cr3t-1\n",
    "s3cr3t-1\n\n b\r\n",
    "s3cr3t-1",
];

fn format() -> impl Strategy<Value = (Format, &'static str)> {
    (0..SAMPLES.len()).prop_map(|index| (Format::ALL[index].1, SAMPLES[index]))
}

/// Bytes that mean something to one format or another, and some that mean nothing.
fn byte() -> impl Strategy<Value = u8> {
    let telling = b"\"'`\\[]{}()<>&;:=,.#!|*-+@%$/ \n\r\t\0aA1\xEF\xBB\xBF\xC3\x9F";
    prop_oneof![4 => proptest::sample::select(telling.to_vec()), 1 => any::<u8>()]
}

fn mutated(sample: &str, edits: Vec<(usize, Option<u8>)>) -> Vec<u8> {
    let mut text = sample.as_bytes().to_vec();
    for (at, byte) in edits {
        let at = at % (text.len() + 1);
        match byte {
            Some(byte) => text.insert(at, byte),
            None => drop(text.drain(at..(at + 1).min(text.len()))),
        }
    }
    text
}

/// Parses and looks at every span; what comes out does not matter.
fn survive(format: Format, text: &[u8]) {
    if let Ok(node) = parse(format, text) {
        outline(&node, text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn no_text_makes_a_parser_panic(
        (format, _) in format(),
        text in proptest::collection::vec(byte(), 0..200),
    ) {
        survive(format, &text);
    }

    #[test]
    fn no_mutation_of_a_valid_file_makes_a_parser_panic(
        (format, sample) in format(),
        edits in proptest::collection::vec((any::<usize>(), proptest::option::of(byte())), 1..8),
    ) {
        survive(format, &mutated(sample, edits));
    }
}

#[test]
fn every_format_reads_its_sample() {
    for ((name, format), sample) in Format::ALL.into_iter().zip(SAMPLES) {
        let node = parse(format, sample.as_bytes()).map_err(|it| it.to_string());
        let outline = node.map(|node| outline(&node, sample.as_bytes()));
        let is_read = outline.as_ref().is_ok_and(|it| it.contains("cr3t-1"));
        assert!(is_read || format == Format::Rules, "{name}: {outline:?}");
    }
}

#[test]
fn rules_is_an_empty_tree() {
    super::outline::check(Format::Rules, "s3cr3t", "{}");
}

#[test]
fn a_large_file_is_refused() {
    for (_, format) in Format::ALL {
        let text = vec![b' '; INPUT_BYTES_MAX + 1];
        super::outline::check_malformed(format, text, "is larger than 4 MiB");
    }
}

/// Enough to show what grows with the square of a text, little enough for every run.
const HOSTILE_BYTES: usize = 128 << 10;

/// Far more than any text takes that is read once, on the slowest machine.
const ELAPSED_MAX: Duration = Duration::from_secs(20);

/// Beginnings of what one format or another would go on with, to be repeated.
const HOSTILE: &str = "[¦{¦- ¦a: ¦\"¦'¦`¦\\¦<a>¦<a ¦&a;¦&¦{\"a\":¦a.¦a={¦A=\"¦A='¦A=\"\\\"¦x\"'¦a://b@c/¦://¦\
    a:b@¦://@¦machine a ¦login a ¦[a \"¦set -x A ¦a ¦:¦#¦\0¦\n¦\r¦\u{feff}¦x¦sh -c 'A=b¦=\\\n¦&a [¦*a ¦? ¦\
    <![CDATA[¦<!--¦<!DOCTYPE [¦a='b' ¦ß¦%41¦''¦\"\"\"¦--- ¦a\\\n¦macdef ¦K 1\n¦V 1\n¦|\n ¦!a ¦=\\\\\\\n";

/// Texts that are cheap to write and dear to read, on a stack as small as a sweep's.
#[test]
fn hostile_files_take_neither_the_stack_nor_the_day() {
    on_a_small_stack(|| {
        for (piece, (name, format)) in
            HOSTILE.split('¦').flat_map(|it| Format::ALL.map(|all| (it, all)))
        {
            let text = piece.repeat(HOSTILE_BYTES / piece.len());
            let start = Instant::now();
            survive(format, text.as_bytes());
            let elapsed = start.elapsed();
            assert!(elapsed < ELAPSED_MAX, "{name} took {elapsed:?} for {piece:?}");
        }
    });
}

#[test]
fn a_single_line_of_three_mebibytes_is_read() {
    on_a_small_stack(|| {
        for (_, format) in Format::ALL {
            survive(format, format!("a=\"{}\"", "x".repeat(3 << 20)).as_bytes());
        }
    });
}

fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(test);
    thread.expect("a thread starts").join().expect("nothing panics");
}
