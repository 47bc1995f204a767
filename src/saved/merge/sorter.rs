//! Sorts more than memory holds: pairs of a key and a text, by both. Spills to files without a
//! name, which are gone with the process. Knows nothing of what it sorts. The only door to
//! tempfile of this column.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// So much is held and sorted at a time.
const HELD_BYTES_MAX: usize = 48 << 20;
/// So many files are open at a time; the limit of a process is 1024 as a rule.
const RUNS_MAX: usize = 200;
/// Of each of these files.
const BUFFER_BYTES: usize = 64 << 10;

/// A key and a text.
pub type Pair = (Vec<u8>, Vec<u8>);

/// Takes pairs in any order.
pub struct Sorter {
    folder: PathBuf,
    held: Vec<Pair>,
    n_held_bytes: usize,
    runs: Vec<File>,
    n_held_bytes_max: usize,
}

impl Sorter {
    /// One that spills into a folder.
    pub fn new(folder: &Path) -> Self {
        Self::holding(folder, HELD_BYTES_MAX)
    }

    fn holding(folder: &Path, n_held_bytes_max: usize) -> Self {
        Self {
            folder: folder.to_owned(),
            held: Vec::new(),
            n_held_bytes: 0,
            runs: Vec::new(),
            n_held_bytes_max,
        }
    }

    /// Takes a pair.
    pub fn push(&mut self, key: Vec<u8>, text: Vec<u8>) -> io::Result<()> {
        self.n_held_bytes += key.len() + text.len() + size_of::<Pair>();
        self.held.push((key, text));
        if self.n_held_bytes > self.n_held_bytes_max { self.spill() } else { Ok(()) }
    }

    /// Gives all pairs back in order.
    pub fn sorted(mut self) -> io::Result<Sorted> {
        self.held.sort_unstable();
        let mut runs: Vec<Run> =
            self.runs.drain(..).map(Run::of_file).collect::<io::Result<_>>()?;
        runs.push(Run::Held(self.held.into_iter()));
        Sorted::new(runs)
    }

    fn spill(&mut self) -> io::Result<()> {
        self.held.sort_unstable();
        let pairs = self.held.drain(..).map(Ok);
        let run = written(&self.folder, pairs)?;
        self.runs.push(run);
        self.n_held_bytes = 0;
        if self.runs.len() < RUNS_MAX {
            return Ok(());
        }
        let runs = self.runs.drain(..).map(Run::of_file).collect::<io::Result<_>>()?;
        self.runs = vec![written(&self.folder, Sorted::new(runs)?)?];
        Ok(())
    }
}

/// A file that holds pairs.
fn written(folder: &Path, pairs: impl Iterator<Item = io::Result<Pair>>) -> io::Result<File> {
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, tempfile::tempfile_in(folder)?);
    for pair in pairs {
        let (key, text) = pair?;
        for part in [&key, &text] {
            out.write_all(&(part.len() as u64).to_le_bytes())?;
            out.write_all(part)?;
        }
    }
    let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(file)
}

/// Pairs in order, held or in a file.
enum Run {
    Held(std::vec::IntoIter<Pair>),
    Spilled(BufReader<File>),
}

impl Run {
    fn of_file(mut file: File) -> io::Result<Self> {
        file.rewind()?;
        Ok(Self::Spilled(BufReader::with_capacity(BUFFER_BYTES, file)))
    }

    fn next(&mut self) -> io::Result<Option<Pair>> {
        match self {
            Self::Held(pairs) => Ok(pairs.next()),
            Self::Spilled(file) => {
                let Some(key) = part(file)? else { return Ok(None) };
                let text = part(file)?.ok_or(io::ErrorKind::UnexpectedEof)?;
                Ok(Some((key, text)))
            }
        }
    }
}

/// The next part of a pair; `None` at the end of the file.
fn part(file: &mut BufReader<File>) -> io::Result<Option<Vec<u8>>> {
    use std::io::BufRead;
    if file.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let mut length = [0; 8];
    file.read_exact(&mut length)?;
    let mut part = vec![0; u64::from_le_bytes(length) as usize];
    file.read_exact(&mut part)?;
    Ok(Some(part))
}

/// All pairs, in order.
pub struct Sorted {
    runs: Vec<Run>,
    /// The first pair of each run, with its number.
    first: BinaryHeap<Reverse<(Pair, usize)>>,
}

impl Sorted {
    fn new(mut runs: Vec<Run>) -> io::Result<Self> {
        let mut first = BinaryHeap::new();
        for (number, run) in runs.iter_mut().enumerate() {
            first.extend(run.next()?.map(|pair| Reverse((pair, number))));
        }
        Ok(Self { runs, first })
    }
}

impl Iterator for Sorted {
    type Item = io::Result<Pair>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((pair, number)) = self.first.pop()?;
        match self.runs[number].next() {
            Ok(next) => self.first.extend(next.map(|pair| Reverse((pair, number)))),
            Err(error) => return Some(Err(error)),
        }
        Some(Ok(pair))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_is_spilled_comes_back_in_order(
            mut pairs in prop::collection::vec(
                (prop::collection::vec(0_u8..4, 0..4), prop::collection::vec(0_u8..4, 0..40)),
                0..200,
            ),
            n_held_bytes_max in 0_usize..4000,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut sorter = Sorter::holding(folder.path(), n_held_bytes_max);
            for (key, text) in pairs.clone() {
                sorter.push(key, text).unwrap();
            }
            let sorted: Vec<Pair> = sorter.sorted().unwrap().map(Result::unwrap).collect();
            pairs.sort();
            prop_assert_eq!(sorted, pairs);
            prop_assert_eq!(folder.path().read_dir().unwrap().count(), 0);
        }
    }

    #[test]
    fn more_files_than_may_be_open_are_merged_in_between() {
        let folder = tempfile::tempdir().unwrap();
        let mut sorter = Sorter::holding(folder.path(), 0);
        let n_pairs = u32::try_from(RUNS_MAX * 2 + 3).unwrap();
        for number in (0..n_pairs).rev() {
            sorter.push(number.to_be_bytes().into(), Vec::new()).unwrap();
        }
        let sorted = sorter.sorted().unwrap();
        assert!(sorted.runs.len() <= RUNS_MAX);
        let keys = sorted.map(|pair| pair.unwrap().0);
        assert!(keys.eq((0..n_pairs).map(|number| number.to_be_bytes().to_vec())));
    }
}
