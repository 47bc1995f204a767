//! Archives made at run time, for tests: whole ones, and the parts to make wrong ones of.
//! Reads none.

#![allow(dead_code, clippy::unwrap_used, reason = "each test takes what it needs of it")]

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

/// gzip of some bytes.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// bzip2 of some bytes.
pub fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// xz of some bytes.
pub fn xz(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// zstd of some bytes.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// A zip of files, deflated.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(files, SimpleFileOptions::default())
}

/// A zip of files that are not compressed.
pub fn stored_zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(files, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored))
}

fn zip_with(files: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A zip whose members all claim to be encrypted.
pub fn encrypted_zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip(files);
    for at in 0..zip.len().saturating_sub(4) {
        match &zip[at..at + 4] {
            b"PK\x03\x04" => zip[at + 6] |= 1,
            b"PK\x01\x02" => zip[at + 8] |= 1,
            _ => {}
        }
    }
    zip
}

/// A tar of files.
pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar: Vec<u8> =
        files.iter().flat_map(|(name, bytes)| tar_entry(name, b'0', bytes)).collect();
    tar.extend([0; 1024]);
    tar
}

/// An entry of a tar: its header, and its bytes filled up.
pub fn tar_entry(name: &str, kind: u8, bytes: &[u8]) -> Vec<u8> {
    let mut entry = tar_header(name, kind, bytes.len() as u64).to_vec();
    entry.extend(bytes);
    entry.resize(entry.len().next_multiple_of(512), 0);
    entry
}

/// The header of an entry, which may claim any size.
pub fn tar_header(name: &str, kind: u8, size: u64) -> [u8; 512] {
    let mut header = [0; 512];
    let size = size.min(0o777_777_777_777);
    let name = &name.as_bytes()[..name.len().min(100)];
    header[..name.len()].copy_from_slice(name);
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{size:012o}").as_bytes());
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    header[148..156].copy_from_slice(b"        ");
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

/// A record of pax.
pub fn pax(key: &str, value: &str) -> Vec<u8> {
    let rest = format!(" {key}={value}\n");
    let digits = (1..).find(|n| (rest.len() + n).to_string().len() == *n).unwrap();
    format!("{}{rest}", rest.len() + digits).into_bytes()
}

/// An ar archive of files with short names.
pub fn ar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut ar = b"!<arch>\n".to_vec();
    for (name, bytes) in files {
        let header = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 644, bytes.len());
        ar.extend(header.as_bytes());
        ar.extend(*bytes);
        ar.resize(ar.len().next_multiple_of(2), b'\n');
    }
    ar
}
