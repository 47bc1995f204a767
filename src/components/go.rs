//! Go modules that are here as code: vendored into a project, or built into a program, which
//! says so itself. Only ELF programs, only the format that Go writes since 1.18.

use std::path::Path;

use memchr::memmem;

use crate::components::version::normal_name;
use crate::components::{COMPONENTS_MAX, dated};
use crate::model::advisory::Ecosystem;
use crate::model::artifact::Artifact;
use crate::model::component::Component;
use crate::model::host::HostFiles;
use crate::model::time::Dated;

/// So much of a file is asked for the mark of a Go program.
const BEGINNING_BYTES: usize = 8192;
/// No program is built from more text of modules than this.
pub const INFORMATION_BYTES_MAX: usize = 4 << 20;
/// The linker's note that holds the build id: its type, then its owner.
const GO_NOTE: &[u8] = b"\x04\0\0\0Go\0\0";
const MAGIC: &[u8] = b"\xff Go buildinf:";
/// The header before the two texts: magic, size of a pointer, flags, and unused room.
const HEADER_BYTES: usize = 32;
const FLAGS_OFFSET: usize = 15;
/// The texts stand right behind the header.
const INLINE: u8 = 2;
/// The list of modules stands between two marks of this size.
const MARK_BYTES: usize = 16;

/// The modules that a `vendor/modules.txt` lists and whose source lies beside it:
/// `# module v1.2.3`, or `# module v1.2.3 => other v1.2.4`.
pub fn vendored(artifact: &Artifact, list: &[u8], files: &dyn HostFiles) -> Vec<Component> {
    let text = String::from_utf8_lossy(list);
    let Some(vendor) = artifact.path.parent() else { return Vec::new() };
    let lines = text.lines().filter_map(|line| line.strip_prefix("# ")).take(COMPONENTS_MAX);
    let component = |line: &str| {
        let (module, replacement) = line.split_once(" => ").unwrap_or((line, line));
        let folder = vendor.join(module.split(' ').next()?);
        let is_inside = !module.starts_with('/') && !module.contains("..");
        // `go mod vendor` writes the folder afresh.
        let installed = is_inside.then(|| dated(files, &folder)).flatten()?;
        let (name, version) = replacement.split_once(' ')?;
        Some(Component {
            environment: vendor.to_owned(),
            path: folder,
            installed: Some(installed),
            ..module_component(artifact, name, version)
        })
    };
    lines.filter_map(component).collect()
}

/// Whether a file is a Go program that may be searched for its modules. Of a file with
/// several names only those in a folder of programs count, so that each is told once,
/// whatever name a sweep meets first.
pub fn is_program(artifact: &Artifact, beginning: &[u8]) -> bool {
    let beginning = &beginning[..beginning.len().min(BEGINNING_BYTES)];
    may_be_program(artifact)
        && beginning.starts_with(b"\x7fELF")
        && memmem::find(beginning, GO_NOTE).is_some()
}

/// Whether the modes and the place of a file are those of a program that is to be looked at.
fn may_be_program(artifact: &Artifact) -> bool {
    is_executable(artifact) && artifact.inode.n_links < 2 || is_among_programs(artifact)
}

/// Whether a file lies where programs are called from.
pub fn lies_among_programs(path: &Path) -> bool {
    let folder = path.parent().and_then(Path::file_name);
    folder.is_some_and(|name| name == "bin" || name == "sbin")
}

/// Whether a file lies there and may be run.
pub fn is_among_programs(artifact: &Artifact) -> bool {
    is_executable(artifact) && lies_among_programs(&artifact.path)
}

fn is_executable(artifact: &Artifact) -> bool {
    artifact.inode.permissions() & 0o111 != 0
}

/// The modules that a program was built from, its own first.
pub fn built_in(artifact: &Artifact, program: &[u8], files: &dyn HostFiles) -> Vec<Component> {
    let Some(information) = build_information(program) else { return Vec::new() };
    let text = String::from_utf8_lossy(information);
    // Building and installing write a new file.
    let installed = dated(files, &artifact.path);
    let component = |(name, version): (&str, &str)| Component {
        installed: installed.clone(),
        ..module_component(artifact, name, version)
    };
    modules(&text).into_iter().map(component).collect()
}

fn module_component(artifact: &Artifact, name: &str, version: &str) -> Component {
    Component {
        environment: artifact.path.clone(),
        name: normal_name(Ecosystem::Go, name),
        version: version.trim().to_owned(),
        ecosystem: Ecosystem::Go,
        path: artifact.path.clone(),
        installer: None,
        owner_uid: artifact.inode.uid,
        copied: None,
        installed: None::<Dated>,
    }
}

/// `mod` and `dep` lines with a version; `=>` takes the place of the line before.
fn modules(text: &str) -> Vec<(&str, &str)> {
    let mut modules: Vec<(&str, &str)> = Vec::new();
    for line in text.lines() {
        let mut words = line.split('\t');
        let key = words.next().unwrap_or_default();
        let Some(module) = words.next().zip(words.next()) else { continue };
        match key {
            "=>" => {
                modules.pop();
                modules.push(module);
            }
            "mod" | "dep" => modules.push(module),
            _ => {}
        }
        if modules.len() >= COMPONENTS_MAX {
            break;
        }
    }
    // `(devel)` is a program that was built where its source lies.
    modules.retain(|(_, version)| version.starts_with('v'));
    modules
}

/// The list of modules in a program. The magic also stands in programs that look for it, so
/// the first one counts that the right things follow.
fn build_information(program: &[u8]) -> Option<&[u8]> {
    memmem::find_iter(program, MAGIC).find_map(|start| {
        let blob = &program[start..];
        let is_inline = blob.get(FLAGS_OFFSET)? & INLINE != 0;
        let rest = blob.get(HEADER_BYTES..).filter(|_| is_inline)?;
        let (version, rest) = counted(rest)?;
        let is_version = version.starts_with(b"go") || version.starts_with(b"devel");
        let (list, _) = counted(rest).filter(|_| is_version)?;
        list.get(MARK_BYTES..list.len().checked_sub(MARK_BYTES)?)
    })
}

/// A text behind its length, and what follows it.
fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0_usize;
    for (index, byte) in bytes.iter().take(4).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let is_bounded = length <= INFORMATION_BYTES_MAX;
            return bytes[index + 1..].split_at_checked(length).filter(|_| is_bounded);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(list: &str) -> Vec<u8> {
        let mark = "x".repeat(MARK_BYTES);
        let list = format!("{mark}{list}{mark}");
        let mut bytes =
            b"\x7fELF....\x04\0\0\0Go\0\0.... \xff Go buildinf: is what I look for".to_vec();
        bytes.extend(MAGIC);
        bytes.extend([8, INLINE]);
        bytes.resize(bytes.len() + 16, 0);
        for text in ["go1.22.1", &list] {
            let length = text.len();
            bytes.extend([(length & 0x7f) as u8 | 0x80, (length >> 7) as u8]);
            bytes.extend(text.as_bytes());
        }
        bytes
    }

    fn found(program: &[u8]) -> Vec<String> {
        let text = build_information(program).map(String::from_utf8_lossy).unwrap_or_default();
        modules(&text).into_iter().map(|(name, version)| format!("{name} {version}")).collect()
    }

    #[test]
    fn a_program_names_the_modules_it_was_built_from() {
        let list = "path\texample.com/tool\nmod\texample.com/tool\t(devel)\t\ndep\ta.example/x\tv1.2.3\t\
                    h1:0=\ndep\ta.example/y\tv1.0.0\th1:0=\n=>\tb.example/y\tv1.0.1\th1:0=\nbuild\t-v\n";
        assert_eq!(found(&program(list)), ["a.example/x v1.2.3", "b.example/y v1.0.1"]);
    }

    #[test]
    fn a_program_that_is_cut_off_or_lies_names_none() {
        let whole = program("dep\ta.example/x\tv1.2.3\th1:0=\n");
        for end in 0..whole.len() {
            assert!(found(&whole[..end]).is_empty(), "{end}");
        }
        assert!(found(&[MAGIC, &[8, INLINE], &[0xff; 64]].concat()).is_empty());
    }
}
