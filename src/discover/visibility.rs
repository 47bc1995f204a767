//! To whom the kernel shows processes: the options of the mount at `/proc`. Asks no process.

use std::path::Path;

use crate::model::artifact::Visibility;
use crate::model::host::HostFiles;

/// More than this is no mount table.
const MOUNTINFO_BYTES_MAX: u64 = 16 << 20;

/// To whom command lines are shown, by the mount table of this process.
pub fn visibility(files: &dyn HostFiles) -> Visibility {
    let table = files.read(Path::new("/proc/self/mountinfo"), MOUNTINFO_BYTES_MAX);
    by_table(&String::from_utf8_lossy(&table.unwrap_or_default()))
}

/// The last mount at a place is the one that is seen.
fn by_table(table: &str) -> Visibility {
    let mut of_proc = table.lines().rev().filter_map(|line| {
        let (mount, file_system) = line.split_once(" - ")?;
        let is_proc = mount.split(' ').nth(4) == Some("/proc");
        is_proc.then(|| file_system.split(' ').nth(2).unwrap_or_default())
    });
    of_proc.next().map_or(Visibility::default(), by_options)
}

fn by_options(options: &str) -> Visibility {
    let value = |name: &str| options.split(',').find_map(|one| one.strip_prefix(name));
    match value("hidepid=") {
        None | Some("0" | "off") => Visibility::Everybody,
        Some("4" | "ptraceable") => Visibility::SameUser { gid: None },
        // Where no group is named it is that of root.
        Some(_) => {
            let gid = value("gid=").map_or(Some(0), |gid| gid.parse().ok());
            Visibility::SameUser { gid }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_are_hidden_by_an_option_of_the_last_mount_at_proc() {
        let line = |options: &str| {
            format!("22 28 0:21 / /proc rw,nosuid shared:5 - proc proc {options}\n")
        };
        let check =
            |table: &str, expected: Visibility| assert_eq!(by_table(table), expected, "{table}");
        check("", Visibility::Everybody);
        check("no sense\n - \n1 2 3\n", Visibility::Everybody);
        check(&line("rw"), Visibility::Everybody);
        check(&line("rw,hidepid=0"), Visibility::Everybody);
        check(&line("rw,gid=7,hidepid=invisible"), Visibility::SameUser { gid: Some(7) });
        check(&line("rw,hidepid=1"), Visibility::SameUser { gid: Some(0) });
        check(&(line("rw,hidepid=2") + &line("rw")), Visibility::Everybody);
        check(&(line("rw") + &line("rw,hidepid=ptraceable")), Visibility::SameUser { gid: None });
    }
}
