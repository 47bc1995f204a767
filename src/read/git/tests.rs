//! Repositories of our own making: names are numbers here, because nobody checks them.

use std::collections::HashSet;
use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use proptest::prelude::*;

use super::history::{Finder, history, stay};
use super::*;

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The name of the object with a number.
fn id(number: u8) -> ObjectId {
    let mut id = [7; 20];
    id[0] = number;
    ObjectId(id)
}

/// A repository that is being made.
struct Made {
    folder: tempfile::TempDir,
    root: HostRoot,
}

impl Made {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for below in ["objects/pack", "refs/heads"] {
            std::fs::create_dir_all(folder.path().join(below)).unwrap();
        }
        let root = HostRoot::image(folder.path().canonicalize().unwrap());
        Self { folder, root }
    }

    fn file(&self, name: &str, bytes: &[u8]) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn loose(&self, number: u8, kind: &str, bytes: &[u8]) {
        let hex = id(number).to_string();
        let object = [format!("{kind} {}\0", bytes.len()).as_bytes(), bytes].concat();
        self.file(&format!("objects/{}/{}", &hex[..2], &hex[2..]), &deflated(&object));
    }

    fn commit(&self, number: u8, tree: u8, parents: &[u8], seconds: i64) {
        let parents: String =
            parents.iter().map(|parent| format!("parent {}\n", id(*parent))).collect();
        let text = format!(
            "tree {}\n{parents}author A <a@example> 1 +0000\ncommitter A <a> b@example> {seconds} \
             -0700\n\ncommitter not me\n",
            id(tree)
        );
        self.loose(number, "commit", text.as_bytes());
    }

    fn tree(&self, number: u8, entries: &[(&str, &str, u8)]) {
        self.loose(number, "tree", &tree(entries));
    }

    fn open(&self) -> Repository<'_> {
        Repository::open(&self.root, Path::new("/"), 1 << 20).unwrap()
    }

    /// A pack of entries as they stand in it, with their names.
    fn pack(&self, entries: &[(u8, Vec<u8>)]) {
        let mut pack = b"PACK\0\0\0\x02\0\0\0\0".to_vec();
        let mut places: Vec<(ObjectId, u32)> = Vec::new();
        for (number, entry) in entries {
            places.push((id(*number), pack.len() as u32));
            pack.extend(entry);
        }
        places.sort();
        let mut index = b"\xFFtOc\0\0\0\x02".to_vec();
        for first in 0..=255_u8 {
            let n = places.iter().filter(|(id, _)| id.0[0] <= first).count() as u32;
            index.extend(n.to_be_bytes());
        }
        places.iter().for_each(|(id, _)| index.extend(id.0));
        index.extend(vec![0; 4 * places.len()]);
        places.iter().for_each(|(_, offset)| index.extend(offset.to_be_bytes()));
        index.extend([0; 40]);
        pack.extend([0; 20]);
        self.file("objects/pack/pack-1.pack", &pack);
        self.file("objects/pack/pack-1.idx", &index);
    }
}

fn tree(entries: &[(&str, &str, u8)]) -> Vec<u8> {
    let entry = |(mode, name, number): &(&str, &str, u8)| {
        [format!("{mode} {name}\0").as_bytes(), &id(*number).0].concat()
    };
    entries.iter().flat_map(entry).collect()
}

/// The first bytes of an entry of a pack: its kind and, below 2048, its size.
fn entry(kind: u8, size: usize, between: &[u8], bytes: &[u8]) -> Vec<u8> {
    let head = [0x80 | kind << 4 | (size & 0x0F) as u8, (size >> 4) as u8];
    [&head, between, &deflated(bytes)].concat()
}

/// Copies the base and adds a byte.
fn one_more(base: usize, byte: u8) -> Vec<u8> {
    vec![base as u8, base as u8 + 1, 0x90, base as u8, 1, byte]
}

#[test]
fn work_trees_stand_beside_their_repositories() {
    let check = |folder: &str, expected: Option<&str>| {
        assert_eq!(work_tree(Path::new(folder)).as_deref(), expected.map(Path::new), "{folder}");
    };
    check("/srv/app/.git", Some("/srv/app"));
    check("/srv/app/.git/modules/libs/x", Some("/srv/app/libs/x"));
    check("/srv/app/.git/modules", None);
    check("/srv/app.git", None);
}

#[test]
fn loose_objects_are_found_and_bounded() {
    let made = Made::new();
    made.loose(1, "blob", b"twelve bytes");
    made.file(&format!("objects/02/{}", &id(2).to_string()[2..]), &deflated(b"blob 3\0four"));
    made.file(&format!("objects/03/{}", &id(3).to_string()[2..]), b"not packed");
    let mut repository = made.open();
    let blob = Object { kind: Kind::Blob, bytes: b"twelve bytes".to_vec() };
    assert_eq!(repository.object(id(1), 100), Ok(blob));
    assert_eq!(repository.object(id(2), 100), Err(Trouble::Broken));
    assert_eq!(repository.object(id(3), 100), Err(Trouble::Broken));
    assert_eq!(repository.object(id(4), 100), Err(Trouble::Missing));
    let mut small = Repository::open(&made.root, Path::new("/"), 10).unwrap();
    assert_eq!(small.object(id(1), 100), Err(Trouble::Exhausted));
}

#[test]
fn packed_objects_are_put_together_from_their_deltas() {
    let made = Made::new();
    let base = entry(3, 4, &[], b"base");
    let by_distance = entry(6, 6, &[base.len() as u8], &one_more(4, b'1'));
    let by_name = entry(7, 6, &id(2).0, &one_more(5, b'2'));
    made.pack(&[(1, base), (2, by_distance), (3, by_name)]);
    let mut repository = made.open();
    assert!(repository.troubles.is_empty());
    for (number, expected) in [(3, &b"base12"[..]), (1, b"base"), (2, b"base1")] {
        assert_eq!(repository.object(id(number), 100).unwrap().bytes, expected);
        assert_eq!(made.open().object(id(number), 100).unwrap().bytes, expected);
    }
    assert_eq!(made.open().object(id(3), 5), Err(Trouble::TooBig));
    assert_eq!(repository.object(id(4), 100), Err(Trouble::Missing));
}

#[test]
fn deltas_that_rest_on_each_other_or_on_nothing_end() {
    let made = Made::new();
    let one = entry(7, 6, &id(2).0, &one_more(4, b'1'));
    let other = entry(7, 6, &id(1).0, &one_more(4, b'2'));
    let itself = entry(7, 6, &id(3).0, &one_more(4, b'3'));
    let nothing = entry(7, 6, &id(9).0, &one_more(4, b'4'));
    let before = entry(6, 6, &[0xFF, 0xFF, 0x7F], &one_more(4, b'5'));
    made.pack(&[(1, one), (2, other), (3, itself), (4, nothing), (5, before)]);
    for number in 1..=5 {
        let trouble = made.open().object(id(number), 100).unwrap_err();
        assert!(matches!(trouble, Trouble::Broken | Trouble::TooBig), "{number}: {trouble:?}");
    }
}

#[test]
fn a_pack_with_a_lying_index_is_no_pack() {
    let made = Made::new();
    made.pack(&[(1, entry(3, 4, &[], b"base"))]);
    let index = std::fs::read(made.folder.path().join("objects/pack/pack-1.idx")).unwrap();
    let troubles = |bytes: &[u8]| {
        made.file("objects/pack/pack-1.idx", bytes);
        made.open().troubles
    };
    let mut many = index.clone();
    many[8 + 4 * 255..8 + 4 * 256].copy_from_slice(&[0xFF; 4]);
    let mut falling = index.clone();
    falling[8..12].copy_from_slice(&[0, 0, 0, 9]);
    assert_eq!(troubles(&index), []);
    assert_eq!(troubles(&many), [Trouble::Broken]);
    assert_eq!(troubles(&falling), [Trouble::Broken]);
    assert_eq!(troubles(&index[..100]), [Trouble::Broken]);
    assert_eq!(troubles(&[0; 2000]), [Trouble::Elsewhere]);
}

#[test]
fn refs_come_from_files_packed_refs_and_logs() {
    let made = Made::new();
    made.file("HEAD", b"ref: refs/heads/main\n");
    made.file("refs/heads/main", format!("{}\n", id(1)).as_bytes());
    made.file("refs/heads/feature/x", format!("{}\n", id(2)).as_bytes());
    let packed =
        format!("# pack-refs\n{} refs/heads/main\n{} refs/tags/v1\n^{}\n", id(9), id(3), id(4));
    made.file("packed-refs", packed.as_bytes());
    let line = |old: ObjectId, new: ObjectId, at: i64| {
        format!("{old} {new} A <a@example> {at} +0000\twhy > 5\n")
    };
    let log =
        [line(ObjectId([0; 20]), id(5), 10), line(id(5), id(1), 20), "cut off".into()].concat();
    made.file("logs/HEAD", log.as_bytes());
    let refs = made.open().refs();
    let names: Vec<&str> = refs.now.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["refs/heads/feature/x", "refs/heads/main", "refs/tags/v1"]);
    assert_eq!(refs.head, Some(id(1)), "a file is newer than packed-refs");
    assert_eq!(refs.branches().len(), 2);
    assert_eq!(refs.before.iter().copied().collect::<Vec<_>>(), [id(1), id(5)]);
    let moves: Vec<_> = refs.moves[0].iter().map(|one| (one.at.seconds, one.to)).collect();
    assert_eq!(moves, [(10, id(5)), (20, id(1))]);
    made.file("refs/heads/main", "0".repeat(64).as_bytes());
    assert_eq!(made.open().refs().trouble, Some(Trouble::Elsewhere), "a SHA-256");
}

#[test]
fn a_link_in_the_place_of_a_ref_or_an_object_is_not_followed() {
    let made = Made::new();
    made.file("outside", format!("{}\n", id(1)).as_bytes());
    std::os::unix::fs::symlink("../../outside", made.folder.path().join("refs/heads/main"))
        .unwrap();
    std::os::unix::fs::symlink("/etc", made.folder.path().join("refs/tags")).unwrap();
    assert!(made.open().refs().now.is_empty());
}

/// Two lines of history: 1 - 2 - 4 and 1 - 3, where 2 and 3 have the bad version.
fn forked() -> Made {
    let made = Made::new();
    made.tree(20, &[("100644", "uv.lock", 30), ("40000", "srv", 21), ("120000", "link", 33)]);
    made.tree(21, &[("100644", "uv.lock", 31), ("100644", "notes", 32), ("160000", "sub", 34)]);
    made.tree(22, &[("100644", "uv.lock", 35), ("40000", "srv", 21)]);
    made.commit(1, 20, &[], 100);
    made.commit(2, 22, &[1], 200);
    made.commit(3, 22, &[1], 250);
    made.commit(4, 20, &[2], 300);
    made.file("refs/heads/main", id(4).to_string().as_bytes());
    made.file("refs/heads/other", id(3).to_string().as_bytes());
    made
}

#[test]
fn commits_come_newest_first_and_trees_give_wanted_files_at_any_depth() {
    let made = forked();
    let mut repository = made.open();
    let past = history(&mut repository, [id(3), id(4)], 10);
    let order: Vec<u8> = past.commits.iter().map(|commit| commit.id.0[0]).collect();
    assert_eq!((order, past.troubles.len()), (vec![4, 3, 2, 1], 0));
    assert_eq!(past.commits[0].committed.seconds, 300, "the last committer line before the text");
    let few = history(&mut repository, [id(3), id(4)], 2);
    assert_eq!((few.commits.len(), few.troubles), (2, [Trouble::TooMany].into()));
    let mut finder = Finder::new(&|path: &Path| path.ends_with("uv.lock"));
    let tree = finder.folder(&mut repository, id(20));
    assert_eq!(tree.blob(Path::new("uv.lock")), Some(id(30)));
    assert_eq!(tree.blob(Path::new("srv/uv.lock")), Some(id(31)));
    assert_eq!(tree.blob(Path::new("srv/notes")), None);
    let (mut visited, mut met) = (HashSet::new(), Vec::new());
    for number in [20, 22] {
        let tree = finder.folder(&mut repository, id(number));
        let _ = tree.visit_new(&mut visited, &mut |path, blob| {
            met.push((path.display().to_string(), blob.0[0]))
        });
    }
    let expected = [("uv.lock", 30), ("srv/uv.lock", 31), ("uv.lock", 35)];
    assert_eq!(met, expected.map(|(path, blob)| (path.to_owned(), blob)));
    assert!(finder.troubles.is_empty());
}

#[test]
fn a_stay_goes_from_the_commit_that_brought_it_to_the_one_that_took_it() {
    let made = forked();
    let mut repository = made.open();
    let past = history(&mut repository, [id(3), id(4)], 10);
    let refs = repository.refs().branches();
    let stay = stay(&past.commits, &[id(2), id(3)].into(), &refs).unwrap();
    assert_eq!((stay.from.id, stay.until.map(|commit| commit.id)), (id(2), Some(id(4))));
    assert_eq!((stay.came_on, stay.stands_on), (vec!["refs/heads/main"], vec!["refs/heads/other"]));
}

#[test]
fn a_history_that_goes_in_circles_ends() {
    let made = Made::new();
    made.commit(1, 20, &[2], 100);
    made.commit(2, 20, &[1], 200);
    made.tree(20, &[("40000", "a", 20), ("40000", "b", 20), ("100644", "uv.lock", 30)]);
    let mut repository = made.open();
    assert_eq!(history(&mut repository, [id(1)], 10).commits.len(), 2);
    let folder = Finder::new(&|_: &Path| true).folder(&mut repository, id(20));
    assert_eq!(folder.blob(Path::new("uv.lock")), Some(id(30)));
    assert_eq!(folder.blob(Path::new("a/a/uv.lock")), None);
}

#[test]
fn a_small_repository_that_unfolds_to_millions_of_files_is_cut() {
    let made = Made::new();
    made.tree(20, &[("100644", "uv.lock", 30)]);
    for number in 21..41 {
        made.tree(number, &[("40000", "a", number - 1), ("40000", "b", number - 1)]);
    }
    let folder = Finder::new(&|_: &Path| true).folder(&mut made.open(), id(40));
    let mut n_files = 0;
    assert!(!folder.visit_new(&mut HashSet::new(), &mut |_, _| n_files += 1));
    assert!(n_files < 100_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_of_a_pack_make_it_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        kind in 0..8_u8,
        cut in 0..40_usize,
    ) {
        let made = Made::new();
        let whole = entry(kind, bytes.len(), &id(1).0[..usize::from(kind == 7) * 20], &bytes);
        let torn = whole[..whole.len().saturating_sub(cut)].to_vec();
        made.pack(&[(1, entry(3, 4, &[], b"base")), (2, whole), (3, torn), (4, bytes.clone())]);
        let mut repository = made.open();
        for number in 1..=4 {
            let _ = repository.object(id(number), 1000);
            let _ = repository.commit(id(number));
        }
    }

    #[test]
    fn no_bytes_of_a_tree_or_a_commit_make_them_panic(bytes: Vec<u8>) {
        let _ = tree_entries(&bytes).count();
        let _ = Commit::parse(id(1), &bytes);
        let made = Made::new();
        made.loose(1, "tree", &bytes);
        made.file("logs/HEAD", &bytes);
        made.file("packed-refs", &bytes);
        let _ = made.open().refs();
        let _ = Finder::new(&|_: &Path| true).folder(&mut made.open(), id(1));
    }
}
