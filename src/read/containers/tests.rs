//! What comes out of containers of all formats, whole, nested, wrong and hostile.

use std::io::{self, Read};
use std::path::Path;

use crate::forge::{Dice, fuzz_rounds};

use super::*;

#[path = "../../../tests/support/archives.rs"]
mod archives;

use archives::*;

/// Writes down what it is shown.
#[derive(Default)]
struct Recorder {
    /// `names at path: text`, or the length where there is much of it.
    members: Vec<String>,
    troubles: Vec<(String, Trouble)>,
    n_bytes: u64,
}

impl Recorder {
    fn note(&mut self, member: &Member, what: &str) {
        let names = member.names.join(" > ");
        self.members.push(format!("{names} at {}: {what}", member.path.display()));
    }
}

impl Visitor for Recorder {
    fn whole(&mut self, member: &Member, bytes: &[u8]) {
        self.n_bytes += bytes.len() as u64;
        let text = String::from_utf8_lossy(bytes);
        let length = format!("{} bytes", bytes.len());
        self.note(member, if bytes.len() < 80 { &text } else { &length });
    }

    fn stream(&mut self, member: &Member, bytes: &mut dyn Read) {
        let _ = io::copy(bytes, &mut Counting(&mut self.n_bytes));
        self.note(member, "stream");
    }

    fn trouble(&mut self, names: &[String], trouble: Trouble) {
        self.troubles.push((names.join(" > "), trouble));
    }

    fn is_interrupted(&self) -> bool {
        false
    }
}

struct Counting<'n>(&'n mut u64);

impl io::Write for Counting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        *self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens a file at a path within a bound of bytes.
fn unpack_within(path: &str, packed: &[u8], unpacked_bytes_max: u64) -> Recorder {
    let path = Path::new(path);
    let mut recorder = Recorder::default();
    let budget = Budget::new(packed.len() as u64, unpacked_bytes_max);
    Unpacker::unpack(path, Source::Bytes(packed), &budget, &mut recorder);
    recorder
}

fn unpack(path: &str, packed: &[u8]) -> Recorder {
    unpack_within(path, packed, UNPACKED_BYTES_MAX)
}

/// What comes out of something that is whole.
fn check(path: &str, packed: &[u8], expected: &[&str]) {
    let Recorder { members, troubles, .. } = unpack(path, packed);
    assert_eq!(members, expected);
    assert_eq!(troubles, []);
}

/// What comes out of something that is not, and what is told.
fn check_trouble(packed: &[u8], expected: &[&str], troubles: &[(&str, Trouble)]) {
    let recorder = unpack("/x/f", packed);
    assert_eq!(recorder.members, expected);
    let told = recorder.troubles.iter().map(|(names, trouble)| (names.as_str(), *trouble));
    assert_eq!(told.collect::<Vec<_>>(), troubles);
}

#[test]
fn a_compressed_file_holds_one_thing_with_its_name() {
    for (extension, pack) in
        [("gz", gzip as fn(&[u8]) -> Vec<u8>), ("bz2", bzip2), ("xz", xz), ("zst", zstd)]
    {
        let path = format!("/home/ana/.aws/credentials.{extension}");
        let one = "credentials at /home/ana/.aws/credentials: key";
        check(&path, &pack(b"key"), &[one]);
        let joined = [pack(b"ke"), pack(b"y")].concat();
        check(&path, &joined, &[one]);
        let big = vec![b'x'; 9 << 20];
        let recorder = unpack(&path, &pack(&big));
        assert_eq!(recorder.n_bytes, big.len() as u64, "{extension}");
        assert_eq!(recorder.troubles, []);
    }
}

#[test]
fn archives_give_their_files_by_name() {
    let files: [(&str, &[u8]); 2] = [("home/ana/.netrc", b"one"), ("b", b"two")];
    let expected = ["home/ana/.netrc at /home/ana/.netrc: one", "b at /b: two"];
    check("/x/f.tar", &tar(&files), &expected);
    check("/x/f.zip", &zip(&files), &expected);
    check("/x/f.zip", &stored_zip(&files), &expected);
    let debian = ["control at /control: one", "b at /b: two"];
    check("/x/f.deb", &ar(&[("control", b"one"), ("b", b"two")]), &debian);
}

#[test]
fn an_archive_that_is_compressed_is_one_thing() {
    let packed = tar(&[("a/b", b"text")]);
    for pack in [gzip, bzip2, xz, zstd] {
        check("/x/f.tgz", &pack(&packed), &["a/b at /a/b: text"]);
    }
}

#[test]
fn what_is_packed_in_members_comes_out_by_itself() {
    let layer = tar(&[("home/ana/.netrc", b"machine")]);
    let image = tar(&[("l1/layer.tar", &layer), ("l2/layer.tar.gz", &gzip(&layer))]);
    let expected = [
        "l1/layer.tar > home/ana/.netrc at /home/ana/.netrc: machine",
        "l2/layer.tar.gz > home/ana/.netrc at /home/ana/.netrc: machine",
    ];
    check("/x/image.tar", &image, &expected);
    let log = zip(&[("var/log/x.log.gz", &gzip(b"line"))]);
    check("/x/f.zip", &log, &["var/log/x.log.gz > x.log at /var/log/x.log: line"]);
}

#[test]
fn four_containers_lie_in_each_other_and_no_more() {
    let mut packed = b"text".to_vec();
    for _ in 0..4 {
        packed = zip(&[("m", &packed)]);
    }
    check("/x/f", &packed, &["m > m > m > m at /m: text"]);
    let deepest = format!("m > m > m > m at /m: {} bytes", packed.len());
    let deeper = (0..4).fold(packed, |packed, _| zip(&[("m", &packed)]));
    let recorder = unpack("/x/f", &deeper);
    assert_eq!(recorder.members, [deepest]);
    let depth = Trouble::OverBudget(Bound::Depth);
    assert_eq!(recorder.troubles, [("m > m > m > m".to_owned(), depth)]);
}

#[test]
fn big_members_are_unpacked_on_the_way() {
    let big = vec![b'x'; 6 << 20];
    let inner = tar(&[("a", b"before"), ("big", &big), ("b", b"after")]);
    let expected =
        ["i.tar > a at /a: before", "i.tar > big at /big: stream", "i.tar > b at /b: after"];
    check("/x/f.zip", &zip(&[("i.tar", &inner)]), &expected);
    let held = zip(&[("i.zip", &stored_zip(&[("big", &big), ("b", b"after")]))]);
    check("/x/f.zip", &held, &["i.zip > big at /big: stream", "i.zip > b at /b: after"]);
}

#[test]
fn tars_may_say_names_in_other_ways() {
    let long = "a/".repeat(100) + "name";
    let gnu = [tar_entry("././@LongLink", b'L', long.as_bytes()), tar_entry("cut", b'0', b"1")];
    check("/x/f", &gnu.concat(), &[&format!("{long} at /{long}: 1")]);
    let attributes = [pax("mtime", "1.5"), pax("path", &long), pax("size", "3")].concat();
    let header = tar_header("cut", b'0', 0).to_vec();
    let body = [b"one".as_slice(), &[0; 509]].concat();
    let pax = [tar_entry("pax", b'x', &attributes), header, body, tar_entry("b", b'0', b"2")];
    check("/x/f", &pax.concat(), &[&format!("{long} at /{long}: one"), "b at /b: 2"]);
    let joined = [tar(&[("a", b"1")]), tar(&[("b", b"2")])].concat();
    check("/x/f", &joined, &["a at /a: 1", "b at /b: 2"]);
    let others = [tar_entry("d/", b'5', b""), tar_entry("l", b'2', b""), tar(&[("e", b"")])];
    check("/x/f", &others.concat(), &[]);
}

#[test]
fn sizes_of_tars_may_be_binary_and_any_bytes_may_be_asked() {
    let mut header = tar_header("a", b'0', 0);
    header[124..136].copy_from_slice(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
    header[148..156].copy_from_slice(b"        ");
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let body = [b"one".as_slice(), &[0; 509]].concat();
    check("/x/f", &[header.to_vec(), body].concat(), &["a at /a: one"]);
    for byte in 0..=255 {
        assert_eq!(Kind::recognise(&[byte; BEGINNING_BYTES], Path::new("/x")), None);
    }
}

#[test]
fn a_file_with_holes_is_refused_by_name_and_the_next_one_comes() {
    let sparse = [tar_entry("holes", b'S', b"packed"), tar(&[("b", b"2")])].concat();
    let trouble = Trouble::Unopened("tar, a file with holes");
    check_trouble(&sparse, &["b at /b: 2"], &[("holes", trouble)]);
}

#[test]
fn what_came_before_the_damage_is_seen() {
    let files = tar(&[("a", b"1"), ("b", &[b'x'; 600])]);
    let cut = &files[..files.len() - 1024 - 700];
    check_trouble(cut, &["a at /a: 1", "b at /b: 324 bytes"], &[("", Trouble::Broken)]);
    let packed = gzip("0123456789 abcdefgh\n".repeat(4000).as_bytes());
    let recorder = unpack("/x/f.gz", &packed[..packed.len() - 9]);
    assert_eq!(recorder.members.len(), 1);
    assert!(recorder.n_bytes > 0);
    assert_eq!(recorder.troubles, [("f".to_owned(), Trouble::Broken)]);
    let lying = [tar_header("a", b'0', 1 << 40).to_vec(), b"some".to_vec()].concat();
    check_trouble(&lying, &["a at /a: some"], &[("", Trouble::Broken)]);
}

#[test]
fn members_of_a_zip_may_not_share_bytes() {
    let zip = stored_zip(&[("a", b"one"), ("b", b"two")]);
    // The second entry of the list is told to lie where the first one does.
    let second = zip.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    let mut overlapping = zip.clone();
    overlapping[second + 42..second + 46].copy_from_slice(&[0; 4]);
    check_trouble(&overlapping, &["a at /a: one"], &[("b", Trouble::Broken)]);
    let mut lying = zip;
    lying[second + 42..second + 46].copy_from_slice(&[0xF0, 0xFF, 0, 0]);
    check_trouble(&lying, &["a at /a: one"], &[("b", Trouble::Broken)]);
}

#[test]
fn what_is_encrypted_is_told_by_name() {
    let zip = encrypted_zip(&[("a", b"one"), ("b", b"two")]);
    check_trouble(&zip, &[], &[("a", Trouble::Encrypted), ("b", Trouble::Encrypted)]);
}

#[test]
fn something_may_stand_before_a_zip() {
    let script = [b"#!/usr/bin/python\n".as_slice(), &zip(&[("a", b"one")])].concat();
    let before = "(before the archive) at /(before the archive): #!/usr/bin/python\n";
    check("/x/f", &script, &[before, "a at /a: one"]);
}

#[test]
fn bombs_end_by_their_ratio_and_nothing_more_is_unpacked() {
    let zeros = gzip(&vec![0; 200 << 20]);
    let recorder = unpack("/x/f.gz", &zeros);
    assert_eq!(recorder.troubles, [(String::new(), Trouble::OverBudget(Bound::Ratio))]);
    assert!(recorder.n_bytes <= 201 << 20, "{}", recorder.n_bytes);
    let nested = zip(&[("a", b"1"), ("bomb", &zeros), ("c", b"1")]);
    let recorder = unpack_within("/x/f", &nested, 1 << 20);
    assert_eq!(recorder.troubles, [(String::new(), Trouble::OverBudget(Bound::Bytes))]);
    assert_eq!(recorder.members.first().unwrap(), "a at /a: 1");
}

#[test]
fn names_are_cut_and_lead_nowhere() {
    let long = "x".repeat(60_000);
    let recorder = unpack("/x/f", &zip(&[("../../etc/passwd", b"1"), (&long, b"2")]));
    assert_eq!(recorder.members[0], "../../etc/passwd at /etc/passwd: 1");
    assert!(recorder.members[1].len() < 3000);
}

#[test]
fn formats_that_are_not_opened_are_told() {
    check_trouble(b"7z\xBC\xAF\x27\x1C...", &[], &[("", Trouble::Unopened("7-Zip"))]);
    let zip = stored_zip(&[("a.rar", b"Rar!\x1A\x07 some")]);
    let expected = ["a.rar at /a.rar: Rar!\u{1A}\u{7} some"];
    check_trouble(&zip, &expected, &[("a.rar", Trouble::Unopened("RAR"))]);
}

#[test]
fn no_bytes_make_a_container_panic_or_grow_beyond_its_bounds() {
    let text: Vec<u8> = (0..3000u32).flat_map(|n| (n * n).to_le_bytes()).collect();
    let files: [(&str, &[u8]); 3] = [("a/b", b"text"), ("c", &text), ("d", &[7; 900])];
    let pax = [tar_entry("p", b'x', &pax("path", "q")), tar(&files)].concat();
    let mut seeds = vec![zip(&files), stored_zip(&files), tar(&files), pax, ar(&files)];
    seeds.extend([gzip, bzip2, xz, zstd].iter().map(|pack| pack(&text)));
    let nested = zip(&[("t.tar.gz", &gzip(&tar(&files))), ("u.xz", &xz(b"text"))]);
    seeds.push(nested);
    seeds.extend(sqlite::samples());
    seeds.extend([python::tests::sample(), java::tests::sample(), plist::tests::sample()]);
    let mut dice = Dice::new(0x5EED);
    for n in fuzz_rounds(3000) {
        let seed = &seeds[n % seeds.len()];
        let bytes = mutated(seed, &mut dice);
        let recorder = unpack_within("/x/f", &bytes, 1 << 20);
        assert!(recorder.n_bytes <= (8 << 20), "{} bytes", recorder.n_bytes);
        assert!(recorder.members.iter().all(|member| member.len() < 8000));
    }
}

fn mutated(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.roll(4) {
        let at = dice.roll(bytes.len().max(1));
        match dice.roll(5) {
            0 => bytes.truncate(at.max(1)),
            1 => bytes[at] = dice.roll(256) as u8,
            2 => bytes[at] ^= 1 << dice.roll(8),
            3 => {
                let end = bytes.len().min(at + 8);
                bytes[at..end].fill([0, 0x80, 0xFF][dice.roll(3)]);
            }
            _ => {
                let from = dice.roll(bytes.len());
                let piece = bytes[from..bytes.len().min(from + dice.roll(64))].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}
