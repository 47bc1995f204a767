//! Files that are not plain UTF-8: other line ends, UTF-16, base64, compressed and packed ones, with the places of
//! the secrets moved along. Knows no secret.

use std::io::Write;
use std::ops::Range;

use data_encoding::BASE64;

use crate::templates::{Filled, Template};

type Places = Vec<Option<Range<usize>>>;

/// The bytes of a file, where its secrets stand in them (`None`: somewhere), and what is public.
pub fn encoded(form: &Template, filled: &Filled) -> (Vec<u8>, Places, Vec<Range<usize>>) {
    let text = &filled.text;
    if let Some(packed) = packed(form, text.as_bytes()) {
        return (packed, vec![None; filled.secrets.len()], Vec::new());
    }
    let write: fn(&str) -> Vec<u8> = if form.is("crlf") {
        |text| text.replace('\n', "\r\n").into_bytes()
    } else if form.is("utf16") {
        utf16
    } else {
        |text| text.as_bytes().to_vec()
    };
    let moved =
        |range: &Range<usize>| write(&text[..range.start]).len()..write(&text[..range.end]).len();
    let secrets = filled.secrets.iter().map(|range| Some(moved(range))).collect();
    (write(text), secrets, filled.public.iter().map(moved).collect())
}

/// UTF-16 with a mark of its byte order, as Windows writes it.
fn utf16(text: &str) -> Vec<u8> {
    let text = text.replace('\n', "\r\n");
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

fn packed(form: &Template, content: &[u8]) -> Option<Vec<u8>> {
    if form.is("base64") {
        return Some(BASE64.encode(content).into_bytes());
    }
    if form.is("gzip") {
        return Some(gzip(content));
    }
    if form.is("zip2") {
        return Some(zip("inner.zip", &zip("app.env", content)));
    }
    form.is("zip").then(|| zip("conf/app.toml", content))
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(content).and_then(|()| writer.finish()).expect("memory can be written to")
}

fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    writer.start_file(name, options).expect("a new archive takes a member");
    writer.write_all(content).expect("memory can be written to");
    writer.finish().expect("memory can be written to").into_inner()
}
