//! Reading into a buffer that is used again against mapping, with every byte looked at
//! once: from which size on mapping pays. `MAPPED_BYTES_MIN` in `read/reader.rs` comes
//! from here. The files are in the page cache.

use std::fs::File;
use std::io::{Read, Write};

use credreach::read::map::Mapping;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use tempfile::NamedTempFile;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;
const SIZES: [usize; 5] = [4 * KIB, 64 * KIB, MIB, 4 * MIB, 64 * MIB];
/// What one `read` asks for: what stays in the second cache, and what `read/reader.rs` takes.
const BUFFER_BYTES: [usize; 2] = [256 * KIB, MIB];

fn main() {
    divan::main();
}

fn file_of(n_bytes: usize) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a temporary file can be made");
    let bytes: Vec<u8> = (0..n_bytes).map(|number| (number * 31 % 251) as u8).collect();
    file.write_all(&bytes).expect("there is room for it");
    file
}

fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte)).sum()
}

fn read_and_sum(mut file: File, buffer: &mut [u8]) -> u64 {
    let mut total = 0;
    loop {
        match file.read(buffer).expect("a file that was just written can be read") {
            0 => return total,
            n_read => total += sum(&buffer[..n_read]),
        }
    }
}

#[divan::bench(consts = BUFFER_BYTES, args = SIZES, max_time = 2)]
fn read_by<const N: usize>(bencher: Bencher<'_, '_>, n_bytes: usize) {
    let file = file_of(n_bytes);
    let mut buffer = vec![0; N];
    bencher.counter(BytesCount::new(n_bytes)).bench_local(|| {
        let file = File::open(black_box(file.path())).expect("it exists");
        read_and_sum(file, &mut buffer)
    });
}

#[divan::bench(args = SIZES, max_time = 2)]
fn map(bencher: Bencher<'_, '_>, n_bytes: usize) {
    let file = file_of(n_bytes);
    bencher.counter(BytesCount::new(n_bytes)).bench_local(|| {
        let file = File::open(black_box(file.path())).expect("it exists");
        let mapping = Mapping::new(&file, n_bytes as u64).expect("it can be mapped");
        sum(&mapping)
    });
}
