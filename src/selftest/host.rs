//! A small host in a temporary folder, told in the words of the domain: users, files,
//! environments. What the self-test and the tests sweep.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::config::{Config, SIZE_BYTES_MAX_DEFAULT};
use crate::model::host::HostRoot;
use crate::model::inventory::Task;
use crate::model::manifest::Process;
use crate::model::secret::{KeyOrigin, SecretKey};
use crate::model::time::Moment;

/// A host with its own root folder. The folder goes when the host is dropped.
pub struct FakeHost {
    folder: TempDir,
    passwd: String,
}

impl FakeHost {
    /// A host with root and nobody else.
    pub fn new() -> io::Result<Self> {
        let mut host = Self { folder: TempDir::new()?, passwd: String::new() };
        host.user("root", 0, "/root")?;
        host.file("/etc/hostname", "planted\n")?;
        Ok(host)
    }

    /// Adds a user with a closed home.
    pub fn user(&mut self, name: &str, uid: u32, home: &str) -> io::Result<()> {
        self.passwd += &format!("{name}:x:{uid}:{uid}::{home}:/bin/bash\n");
        let passwd = self.passwd.clone();
        self.file("/etc/passwd", &passwd)?;
        fs::create_dir_all(self.real(home))?;
        self.mode(home, 0o700)?;
        self.own(home, uid)
    }

    /// Writes a file of mode 0644, with all folders on the way.
    pub fn file(&self, path: &str, content: impl AsRef<[u8]>) -> io::Result<()> {
        let real = self.real(path);
        fs::create_dir_all(real.parent().unwrap_or(Path::new("/")))?;
        fs::write(&real, content)?;
        self.mode(path, 0o644)
    }

    /// Sets a mode.
    pub fn mode(&self, path: &str, mode: u32) -> io::Result<()> {
        fs::set_permissions(self.real(path), fs::Permissions::from_mode(mode))
    }

    /// Makes a symbolic link.
    pub fn link(&self, target: &str, path: &str) -> io::Result<()> {
        symlink(target, self.real(path))
    }

    /// Gives everything at and below a path to a user. Does nothing unless run by root.
    pub fn own(&self, path: &str, uid: u32) -> io::Result<()> {
        if !is_root() {
            return Ok(());
        }
        let real = self.real(path);
        if real.is_dir() && !real.is_symlink() {
            for entry in fs::read_dir(&real)? {
                let below = Path::new(path).join(entry?.file_name());
                self.own(&below.to_string_lossy(), uid)?;
            }
        }
        if real.is_symlink() { Ok(()) } else { chown(real, Some(uid), Some(uid)) }
    }

    /// Lets an entry of a folder come and go, as happens in every home: then the folder's last
    /// change is none of its mode.
    pub fn use_folder(&self, path: &str) -> io::Result<()> {
        let entry = self.real(path).join(".entry");
        fs::write(&entry, "")?;
        fs::remove_file(entry)
    }

    /// Installs a Python distribution as pip would, by its metadata.
    pub fn install(&self, site_packages: &str, name: &str, version: &str) -> io::Result<()> {
        let folder = format!("{site_packages}/{name}-{version}.dist-info");
        let metadata =
            format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nText.\n");
        self.file(&format!("{folder}/METADATA"), metadata)?;
        self.file(&format!("{folder}/INSTALLER"), "pip\n")?;
        self.file(&format!("{folder}/RECORD"), format!("{name}/__init__.py,,\n"))
    }

    /// Where a path of this host really lies.
    pub fn real(&self, path: &str) -> PathBuf {
        self.folder.path().join(path.trim_start_matches('/'))
    }

    /// The host's root folder.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Keeps the folder, and says where it is.
    pub fn keep(self) -> PathBuf {
        self.folder.keep()
    }

    /// A sweep of this host: its default scope, two workers, a fixed key.
    pub fn config(&self, now: Moment) -> io::Result<Config> {
        Ok(Config {
            task: Task::Sweep,
            root: HostRoot::image(self.folder.path().canonicalize()?),
            paths: Vec::new(),
            excluded: Vec::new(),
            n_threads: 2,
            key: SecretKey { bytes: [7; 32], origin: KeyOrigin::File },
            home: None,
            now,
            uid: rustix::process::geteuid().as_raw(),
            size_bytes_max: SIZE_BYTES_MAX_DEFAULT,
            opens_archives: true,
            advisories: Vec::new(),
            question: None,
            confidence_min: None,
            honors_allow: false,
            explain: None,
            process: Process::default(),
        })
    }
}

/// Whether files can be given away, and none is closed to us.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
