//! The host on which scenarios are planted: an image with users of many kinds.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use credreach::forge::Forge;
use credreach::model::access_list::{ATTRIBUTE, AccessList, Entry, Whose};
use rustix::fs::{XattrFlags, setxattr};
use tempfile::TempDir;

pub const ANA: u32 = 61_001;
pub const BOB: u32 = 61_002;
pub const DORA: u32 = 61_005;
pub const EVE: u32 = 61_006;
/// A group of bob and dora.
pub const TEAM: u32 = 62_000;

const PASSWD: &str = "\
root:x:0:0::/root:/bin/sh
ana:x:61001:61001::/home/ana:/bin/sh
bob:x:61002:61002::/home/bob:/bin/sh
deploy:x:61003:61003::/home/deploy:/bin/sh
carl:x:61004:61004::/home/carl:/bin/sh
dora:x:61005:61005::/home/dora:/bin/sh
eve:x:61006:61006::/home/eve:/bin/sh
finn:x:61007:61007::/home/finn:/bin/sh
";
const GROUP: &str = "docker:x:998:deploy\nteam:x:62000:bob,dora\nadm:x:4:finn\n";
const SUDOERS: &str = "\
carl ALL=(ALL:ALL) NOPASSWD: ALL
dora ALL=(ALL:ALL) ALL
eve ALL=(root) NOPASSWD: /usr/bin/systemctl restart shop
";

pub struct Host {
    folder: TempDir,
}

impl Host {
    pub fn plant() -> Self {
        let host = Self { folder: tempfile::tempdir().unwrap() };
        open(host.root());
        for (path, text) in [("etc/passwd", PASSWD), ("etc/group", GROUP), ("etc/sudoers", SUDOERS)]
        {
            let path = host.root().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        for folder in ["srv", "elsewhere", "home"] {
            fs::create_dir_all(host.root().join(folder)).unwrap();
            open(&host.root().join(folder));
        }
        host
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// The place of one scenario, with secrets of its own. In a folder of its own the secret
    /// is `.env`.
    pub fn place(&self, number: usize, file: &str) -> Place {
        let mut forge = Forge::new([u8::try_from(number).unwrap(); 32]);
        Place {
            root: self.root().to_owned(),
            file: match file {
                "" => format!("srv/case{number:02}/.env").into(),
                file => file.into(),
            },
            token: forge.checked_token(concat!("gh", "p_")),
            other: forge.checked_token(concat!("gh", "p_")),
        }
    }
}

fn open(folder: &Path) {
    fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
}

/// Where one scenario happens.
pub struct Place {
    root: PathBuf,
    file: PathBuf,
    pub token: String,
    pub other: String,
}

impl Place {
    /// The path as the swept host sees it.
    pub fn host_path(&self) -> String {
        format!("/{}", self.file.display())
    }

    /// A file or folder of the place.
    pub fn at(&self, name: &str) -> PathBuf {
        self.root.join(self.file.parent().unwrap()).join(name)
    }

    pub fn secret(&self) -> PathBuf {
        self.root.join(&self.file)
    }

    pub fn elsewhere(&self) -> PathBuf {
        self.root.join("elsewhere").join(self.file.to_string_lossy().replace('/', "-"))
    }

    /// Makes the folder.
    pub fn folder(&self, mode: u32, uid: u32) -> &Self {
        fs::create_dir_all(self.at("")).unwrap();
        set(&self.at(""), mode, uid, uid);
        self
    }

    /// Writes the secret.
    pub fn file(&self, mode: u32, uid: u32, gid: u32) -> &Self {
        self.write(".env", &format!("GITHUB_TOKEN={}\n", self.token), mode, uid, gid)
    }

    pub fn write(&self, name: &str, text: &str, mode: u32, uid: u32, gid: u32) -> &Self {
        if !self.at("").exists() {
            self.folder(0o755, 0);
        }
        let path = self.at(name);
        fs::write(&path, text).unwrap();
        set(&path, mode, uid, gid);
        self
    }

    /// Writes the file of the scenario, in folders of its owner.
    pub fn text(&self, text: &str, mode: u32, uid: u32) -> &Self {
        self.folder(0o755, uid);
        self.write(self.file_name(), text, mode, uid, uid)
    }

    /// Replaces the file as most programs save: a new file, renamed.
    pub fn text_anew(&self, text: &str, mode: u32, uid: u32) -> &Self {
        self.write("saved", text, mode, uid, uid);
        fs::rename(self.at("saved"), self.secret()).unwrap();
        self
    }

    pub fn save_anew(&self, token: &str, mode: u32, uid: u32) -> &Self {
        self.text_anew(&format!("GITHUB_TOKEN={token}\n"), mode, uid)
    }

    fn file_name(&self) -> &str {
        self.file.file_name().unwrap().to_str().unwrap()
    }

    /// The socket of an SSH agent of a user, as `ssh-agent` makes it.
    pub fn agent_of(&self, uid: u32) -> &Self {
        let folder = self.root.join("tmp/ssh-A1b2C3");
        fs::create_dir_all(&folder).unwrap();
        set(&folder, 0o700, uid, uid);
        let socket = folder.join("agent.4711");
        drop(UnixListener::bind(&socket).unwrap());
        set(&socket, 0o600, uid, uid);
        self
    }

    pub fn chmod(&self, mode: u32) -> &Self {
        fs::set_permissions(self.secret(), Permissions::from_mode(mode)).unwrap();
        self
    }

    pub fn chmod_folder(&self, mode: u32) -> &Self {
        fs::set_permissions(self.at(""), Permissions::from_mode(mode)).unwrap();
        self
    }

    /// Gives a path an access list.
    pub fn list(&self, path: &Path, entries: &[(Whose, u32)]) -> &Self {
        let entries = entries.iter().map(|(of, rights)| Entry { of: *of, rights: *rights });
        let attribute = AccessList { entries: entries.collect() }.to_attribute();
        setxattr(path, ATTRIBUTE, &attribute, XattrFlags::empty()).unwrap();
        self
    }
}

fn set(path: &Path, mode: u32, uid: u32, gid: u32) {
    chown(path, Some(uid), Some(gid)).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}
