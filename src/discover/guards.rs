//! What else may refuse a read that modes allow: the security modules of the running kernel. They
//! are named, and what they allow is not modelled. Reads their switches only.

use std::path::Path;

use crate::model::host::HostFiles;

/// More of a switch, or of the list of modules, is not read.
const SWITCH_BYTES_MAX: u64 = 4096;

/// Modules that may refuse a read, by the kernel's name for them.
const MODULES: &[(&str, &str)] = &[
    ("apparmor", "AppArmor"),
    ("bpf", "BPF"),
    ("landlock", "Landlock"),
    ("selinux", "SELinux"),
    ("smack", "Smack"),
    ("tomoyo", "TOMOYO"),
];

/// What is active on the running host, as the kernel lists it, by name.
pub fn guards(files: &dyn HostFiles) -> Vec<String> {
    let switch = |path: &str| {
        let bytes = files.read(Path::new(path), SWITCH_BYTES_MAX).ok()?;
        Some(String::from_utf8_lossy(&bytes).trim().to_owned())
    };
    let listed = switch("/sys/kernel/security/lsm").unwrap_or_default();
    let enforces = switch("/sys/fs/selinux/enforce");
    let confines = switch("/sys/module/apparmor/parameters/enabled");
    named(&listed, enforces.as_deref(), confines.as_deref())
}

fn named(listed: &str, enforces: Option<&str>, confines: Option<&str>) -> Vec<String> {
    let is_on = |module: &str| match module {
        "selinux" => enforces.is_some() || is_listed(listed, module),
        "apparmor" => confines == Some("Y") || is_listed(listed, module),
        _ => is_listed(listed, module),
    };
    let active = MODULES.iter().filter(|(module, _)| is_on(module));
    let name = |(module, name): &(&str, &str)| match (*module, enforces) {
        ("selinux", Some("1")) => format!("{name} (enforcing)"),
        ("selinux", Some("0")) => format!("{name} (permissive)"),
        _ => (*name).to_owned(),
    };
    active.map(name).collect()
}

fn is_listed(listed: &str, module: &str) -> bool {
    listed.split(',').any(|one| one == module)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(listed: &str, enforces: Option<&str>, confines: Option<&str>, expected: &[&str]) {
        assert_eq!(named(listed, enforces, confines), expected);
    }

    #[test]
    fn modules_that_may_refuse_a_read_are_named() {
        check("capability,landlock,yama,apparmor", None, Some("Y"), &["AppArmor", "Landlock"]);
        check("capability,selinux,bpf", Some("1"), None, &["BPF", "SELinux (enforcing)"]);
        check("capability,selinux", Some("0"), None, &["SELinux (permissive)"]);
        check("capability,yama", None, Some("N"), &[]);
    }

    #[test]
    fn switches_tell_where_the_list_is_missing_and_nonsense_tells_nothing() {
        check("", Some("1"), Some("Y"), &["AppArmor", "SELinux (enforcing)"]);
        check("\u{fffd},,,", None, Some("?"), &[]);
    }
}
