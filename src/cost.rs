//! What each rule costs on the files of a folder: how often its keywords occur, how often its
//! pattern is tried, how long that takes. Judges no candidate and keeps none; what it reads is
//! counted and forgotten.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::detect::engine::{Engine, Window};
use crate::model::cost::Cost;
use crate::model::segment::Segment;

/// The beginning of a file tells as much as all of it.
const FILE_BYTES_MAX: u64 = 16 << 20;
/// So much is enough to tell rules apart.
const FOLDER_BYTES_MAX: u64 = 4 << 30;
/// Folders within folders, at most.
const DEPTH_MAX: usize = 64;

/// Measures every rule on the files of a folder, in the order of their names, by a clock that
/// tells nanoseconds. Links are not followed, and what cannot be read is left out and counted.
pub fn measure(
    engine: &Engine<'_>,
    folder: &Path,
    clock: &dyn Fn() -> u64,
) -> std::io::Result<Cost> {
    let mut cost = engine.no_cost();
    let mut window = Window::default();
    let mut bytes = Vec::new();
    let mut waiting = vec![(folder.to_owned(), 0)];
    folder.metadata()?;
    while let Some((path, depth)) = waiting.pop() {
        let Ok(kind) = path.symlink_metadata().map(|found| found.file_type()) else {
            cost.n_unread += 1;
            continue;
        };
        if kind.is_dir() && depth < DEPTH_MAX {
            waiting.extend(entries(&path).into_iter().map(|entry| (entry, depth + 1)));
        } else if kind.is_file() && cost.n_bytes < FOLDER_BYTES_MAX {
            match read(&path, &mut bytes) {
                Ok(()) => {
                    let segment = Segment::whole(&bytes).at(&path);
                    engine.count(&segment, &mut window, clock, &mut cost);
                }
                Err(_) => cost.n_unread += 1,
            }
        } else {
            cost.n_unread += u64::from(!kind.is_symlink());
        }
    }
    Ok(cost)
}

/// The last name first, so that the first is taken first.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort_unstable_by(|one, other| other.cmp(one));
    paths
}

fn read(path: &Path, bytes: &mut Vec<u8>) -> std::io::Result<()> {
    bytes.clear();
    File::open(path)?.take(FILE_BYTES_MAX).read_to_end(bytes).map(drop)
}
