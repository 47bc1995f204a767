//! The report for a tired person: the answer on top, then what to do first, then what
//! to rotate, in order, and last how far the look went. Prints no byte of a secret,
//! and draws no boxes.

pub mod answer;
mod asked;
pub mod brokers;
mod contain;
mod coverage;
mod explain;
pub mod installs;
pub mod list;
pub mod opens;
pub mod past;
mod provenance;
mod reach;
mod rotation;
mod row;
pub mod screen;
pub mod standing;
pub mod startup;
pub mod words;

use std::io;

use crate::report::terminal::screen::Screen;
use crate::report::{Look, Verbosity};
use crate::view::Report;

/// Writes the report.
pub fn write(report: &Report, look: &Look, out: &mut dyn io::Write) -> io::Result<()> {
    let mut screen = Screen::new(look, out);
    if report.run.explained.is_some() {
        return explain::explain(report, &mut screen);
    }
    answer::answer(report, &mut screen)?;
    if !screen.is_quiet() {
        contain::contain(report, &mut screen)?;
        installs::installs(report, &mut screen)?;
        startup::startup(report, &mut screen)?;
        list::list(report, &mut screen)?;
        brokers::brokers(report, &mut screen)?;
        coverage::coverage(report, &mut screen)?;
        screen.blank()?;
    }
    answer::last_line(report, &mut screen)
}

/// The answer on top, a paragraph a line, for formats that wrap by themselves.
pub fn answer_lines(report: &Report) -> io::Result<Vec<String>> {
    lines(|screen| answer::answer(report, screen))
}

/// What the run amounts to, and what to do now.
pub fn last_line(report: &Report) -> io::Result<String> {
    Ok(lines(|screen| answer::last_line(report, screen))?.concat())
}

fn lines(draw: impl FnOnce(&mut Screen) -> io::Result<()>) -> io::Result<Vec<String>> {
    let look = Look { colour: false, width: usize::MAX, verbosity: Verbosity::Normal };
    let mut drawn = Vec::new();
    draw(&mut Screen::new(&look, &mut drawn))?;
    Ok(String::from_utf8_lossy(&drawn).lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::inventory::Inventory;
    use crate::report::Verbosity::{Normal, Quiet, Verbose};
    use crate::report::escape::{escape, width};
    use crate::report::inventories::{
        clean, empty, every_state, hostile, incomplete, infected, mentioned, rules, traces_only,
    };

    fn drawn(inventory: &Inventory, look: Look) -> String {
        let mut out = Vec::new();
        write(&Report::new(inventory, &rules()), &look, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn shown(inventory: &Inventory, verbosity: Verbosity) -> String {
        drawn(inventory, Look { colour: false, width: 80, verbosity })
    }

    fn check(inventory: &Inventory, verbosity: Verbosity, expected: &str) {
        let shown = shown(inventory, verbosity);
        assert!(shown == expected, "shown:\n{shown}\nexpected:\n{expected}");
    }

    fn all() -> [Inventory; 8] {
        let [infected, traces, mentioned] = [infected(), traces_only(), mentioned()];
        [empty(), clean(), incomplete(), infected, hostile(), traces, every_state(), mentioned]
    }

    fn many(n_credentials: usize) -> Inventory {
        let mut inventory = infected();
        inventory.credentials = vec![inventory.credentials[0].clone(); n_credentials];
        inventory
    }

    #[test]
    fn an_infected_host_gets_the_answer_first_and_what_to_do_last() {
        check(&infected(), Normal, INFECTED);
    }

    #[test]
    fn a_clean_host_gets_a_list_without_alarm() {
        check(&clean(), Normal, CLEAN);
    }

    #[test]
    fn what_is_not_installed_now_is_never_said_not_to_have_been() {
        let shown = shown(&mentioned(), Normal);
        assert!(shown.starts_with("MENTIONED: example 1.2.3 on web-3: not installed now; the log"));
        assert!(shown.contains("MENTIONED, NOT INSTALLED NOW"), "{shown}");
        assert!(shown.contains("not installed now; a lock file would install it"), "{shown}");
        assert!(!shown.contains("INFECTED") && !shown.contains("was not installed"), "{shown}");
    }

    #[test]
    fn an_incomplete_look_is_said_on_top_and_at_the_end() {
        check(&incomplete(), Normal, INCOMPLETE);
    }

    #[test]
    fn quiet_leaves_only_the_answer_and_the_last_line() {
        check(&traces_only(), Quiet, TRACES_QUIET);
        check(
            &empty(),
            Quiet,
            "Nothing found: no infected install, and no credential.\n\
             Nothing found: nothing to rotate.\n",
        );
    }

    #[test]
    fn hostile_names_are_shown_and_do_nothing() {
        let shown = shown(&hostile(), Normal);
        assert!(shown.contains(HOSTILE_LIST), "{shown}");
        for inventory in all() {
            for verbosity in [Quiet, Normal, Verbose] {
                let shown = super::tests::shown(&inventory, verbosity);
                assert!(shown.lines().all(|line| escape(line) == line), "{shown}");
            }
        }
    }

    #[test]
    fn no_line_is_longer_than_the_screen_unless_a_word_is() {
        for (inventory, n_columns) in all().iter().flat_map(|one| [60, 80, 132].map(|n| (one, n))) {
            let look = Look { colour: false, width: n_columns, verbosity: Normal };
            for line in drawn(inventory, look).lines() {
                let is_one_word = !line.trim_start().contains(' ');
                assert!(width(line) <= n_columns || is_one_word, "{n_columns}: {line}");
                assert_eq!(line, line.trim_end(), "blanks at the end of a line");
            }
        }
    }

    #[test]
    fn a_screen_narrower_than_60_columns_is_written_for_60() {
        let at = |width| drawn(&infected(), Look { colour: false, width, verbosity: Normal });
        assert_eq!(at(0), at(60));
    }

    #[test]
    fn colour_adds_codes_and_no_word() {
        for inventory in all() {
            let coloured = drawn(&inventory, Look { colour: true, width: 80, verbosity: Normal });
            let codes = ["\u{1b}[1m", "\u{1b}[1;31m", "\u{1b}[33m", "\u{1b}[0m"];
            let plain = codes.iter().fold(coloured, |text, code| text.replace(code, ""));
            assert_eq!(plain, shown(&inventory, Normal));
        }
    }

    #[test]
    fn the_fifty_first_credential_is_counted_and_shown_when_asked_for() {
        assert!(!shown(&many(50), Normal).contains("more credential"));
        let shown_of_120 = shown(&many(120), Normal);
        assert!(shown_of_120.contains("and 70 more credentials: -v or --format json"));
        assert_eq!(shown_of_120.matches("  EXPOSED  ").count(), 50);
        assert_eq!(shown(&many(120), Verbose).matches("  EXPOSED  ").count(), 120);
    }

    #[test]
    fn verbose_cuts_nothing_and_names_secrets_by_their_id() {
        let shown = shown(&infected(), Verbose);
        assert!(!shown.contains("-v"), "{shown}");
        assert!(shown.contains("site-packages/example-1.2.3.dist-info\n"));
        assert!(shown.contains("id   01010101010101010101010101010101\n"));
        assert!(shown.contains("do   Set the old key to inactive"));
        assert!(shown.contains("NOT EXPOSED to ana, by install 1: the code ran: process 4121"));
    }

    const INFECTED: &str = r"INFECTED: example 1.2.3 ran on web-3 as ana, since 2026-03-24 11:02 UTC.
3 credentials to rotate, in the order below: 2 exposed, 1 likely. 1 more with
low confidence. 1 shown to be out of its reach.

FIRST, BEFORE ROTATING
DANGER: A user service example.service. It wipes the home folder when its token
        stops working.
 1. Stop and disable it.
    /home/ana/.config/systemd/user/example.service
 2. Take the host off the network; do not switch it off.
 3. Copy what proves it.
    /home/ana/.config/systemd/user/example.service
    never  Do not rotate from this host.

INFECTED INSTALLS
 1. example 1.2.3 (PyPI)
    where       /home/ana/app/.venv/l…3.12/site-packages/example-1.2.3.dist-info
    installed   2026-03-24 11:02 UTC by uv (birth of RECORD)
    runs        when it is installed and at every start of the interpreter
    ran as      ana, observed: process 4121 runs this interpreter
                bob, possible: mode bits let bob start this interpreter
    window      2026-03-24 11:02 UTC to 2026-03-25 08:00 UTC (from the birth of
                RECORD to this sweep; it is still installed)
    payload     /home/ana/app/.venv/l…/python3.12/site-packages/example_init.pth
                known bad contents; of ana, since 2026-03-24 11:02 UTC. Runs at
                every start of the interpreter.
    required by helper 0.9 (extra proxy)
                agent 0.9, 2 steps away, asked for by name
    tool        /home/ana/app/.venv
                environment of uv tool for agent; commands: agent
    from        https://files.example/…/example-1.2.3.tar.gz (archive)
    move to     1.2.4 or later, or back to 1.2.2
    change      /home/ana/app/pyproject.toml:7
                asks for example: >=1.2
    advisory    example-2026-03, MAL-2026-0000
                example 1.2.3: credential stealer in the package (-v tells more)

ROTATE IN THIS ORDER
EXPOSED: the code ran, could read them, and they were there.
LIKELY: nothing speaks against it, but one link is not certain.

STOP THE SPREAD (1): they can publish or push code: others are hit while they
                     live.

  1  EXPOSED  npm access token  npm_…
     in   /home/ana/.npmrc:1
     why  plaintext, expires 2026-04-01 00:00 UTC; as ana: the user owns the
          file; unchanged since 2026-01-02T10:00:00Z, before the window
     do   npm token revoke KEYID, then create a granular token with an expiry.

TAKE BACK CONTROL (1): they open everything or make new credentials: while they
                       live, the rest is in vain.

  2  EXPOSED  AWS secret access key  AKIAX7EXAMPLEKEYID01  profile default
     in   /home/ana/.aws/credentials:3  (AWS CLI credentials)
          /home/ana/backup/2024/aws:7
          /home/ana/backup/2025/aws:7
          and 2 more places (-v lists them)
     why  plaintext; as ana: the user owns the file; unchanged since
          2026-01-02T10:00:00Z, before the window
     do   IAM > Users > Security credentials: create a second access key and
          deploy it. (1 more step with -v)

THEN THE REST (1): each opens what it opens, and no more.

  3  LIKELY  SSH private key  SHA256:examplefingerprint  ana@laptop
     in   /home/ana/.ssh/id_ed25519:1
     opens deploy@web1.example (lets it in, /home/ana/.ssh/authorized_keys:1),
           deploy@web2.example:2222 (ssh settings, /home/ana/.ssh/config:2),
           deploy@web3.example (tried by default: git remote,
           /home/ana/app/.git/config:3), and 1 more host (-v lists them)
     why  encrypted (bcrypt, 16 rounds); as ana: the change time of
          /home/ana/.ssh/id_ed25519, 2026-03-24T20:00:00Z, lies inside the
          window, so an earlier chmod cannot be excluded
     wait for 1 and 2: whoever holds it can make this one anew
     do   Make a new key, and take the old public key out of every
          authorized_keys.

LOW CONFIDENCE (1): perhaps no credentials at all. Look before you rotate.

  4  UNKNOWN  Password in a configuration file
     in   /srv/app/config.ini:12
     why  plaintext, expired 2026-01-01 00:00 UTC; as ana: /srv/app/config.ini
          has an access list that cannot be read
     do   Change the password where it is used.

NOT EXPOSED (1): shown that the code could not read them. -v lists them.

COVERAGE
  sweep       web-3, 2026-03-25 08:00 UTC, run as uid 0
  roots       /home/ana (home of ana)
  read        12,345 files, 1.2 GiB, in 3,456 folders; 41 process environments
  left alone  120 symbolic-link, 3 special-file
  turned down 311 candidates: 300 placeholder, 11 checksum
  touched     no access time was changed by reading
  not read    nothing: all in scope was read

1 infected install, 3 credentials to rotate. Contain it first, then start with
credential 1, from another machine.
";

    const CLEAN: &str = r"No infected install found in what was read.
What code running as a user could read today: ana 4 and bob 1 (root reads
everything).

CREDENTIALS, IN ROTATION ORDER

STOP THE SPREAD (2): they can publish or push code: others are hit while they
                     live.

  1  npm access token  npm_…
     in   /home/ana/.npmrc:1
     is   plaintext, expires 2026-04-01 00:00 UTC; code running as ana could
          read it today

  2  npm access token  npm_…
     in   /home/bob/.npmrc:1
     is   plaintext; code running as bob could read it today

TAKE BACK CONTROL (1): they open everything or make new credentials: while they
                       live, the rest is in vain.

  3  AWS secret access key  AKIAX7EXAMPLEKEYID01  profile default
     in   /home/ana/.aws/credentials:3  (AWS CLI credentials)
          /home/ana/backup/2024/aws:7
          /home/ana/backup/2025/aws:7
          and 2 more places (-v lists them)
     is   plaintext; code running as ana could read it today

THEN THE REST (1): each opens what it opens, and no more.

  4  SSH private key  SHA256:examplefingerprint  ana@laptop
     in   /home/ana/.ssh/id_ed25519:1
     opens deploy@web1.example (lets it in, /home/ana/.ssh/authorized_keys:1),
           deploy@web2.example:2222 (ssh settings, /home/ana/.ssh/config:2),
           deploy@web3.example (tried by default: git remote,
           /home/ana/app/.git/config:3), and 1 more host (-v lists them)
     is   encrypted (bcrypt, 16 rounds); code running as ana could read it today
     wait for 1 and 2: whoever holds it can make this one anew

LOW CONFIDENCE (1): perhaps no credentials at all. Look before you rotate.

  5  Password in a configuration file
     in   /srv/app/config.ini:12
     is   plaintext, expired 2026-01-01 00:00 UTC; code running as ana could
          read it today

COVERAGE
  sweep       web-3, 2026-03-25 08:00 UTC, run as uid 0
  roots       /home/ana (home of ana)
  read        12,345 files, 1.2 GiB, in 3,456 folders; 41 process environments
  left alone  120 symbolic-link, 3 special-file
  turned down 311 candidates: 300 placeholder, 11 checksum
  touched     no access time was changed by reading
  not read    nothing: all in scope was read

No infected install found. If this host is suspect, rotate these 5 in order.
";

    const INCOMPLETE: &str = r"Nothing found: no infected install, and no credential.
The look was incomplete: 5 places could not be read, see the end.

COVERAGE
  sweep       web-3, 2026-03-25 08:00 UTC, run as uid 0
  roots       /home/ana (home of ana)
  read        12,345 files, 1.2 GiB, in 3,456 folders; 41 process environments
  left alone  120 symbolic-link, 3 special-file
  turned down 311 candidates: 300 placeholder, 11 checksum
  touched     no access time was changed by reading
  not read    1, read/input-output: the system reported an error
              /srv/\x1b[31mdisk
              4, read/permission-denied: permission denied
              /home/bob/a
              /home/bob/b
              /home/bob/c
              and 1 more (-v lists them)

Nothing found in what was read. Not everything could be read.
";

    const TRACES_QUIET: &str = r"INFECTED: example-2026-03 (traces of it, no package) was on web-3, between
          2026-03-24 11:02 UTC and 2026-03-24 18:00 UTC; as whom it ran is not
          known.
No credential was found in its reach.
The look was incomplete: it was stopped before its end and 1 place could not be
                         read.
1 infected install, no credential to rotate. Contain it first. This was not the
whole sweep: let it run to its end.
";

    const HOSTILE_LIST: &str = r"STOP THE SPREAD (1): they can publish or push code: others are hit while they
                     live.

  1  EXPOSED  npm access token  npm_…  ana\r\u{9b}31mINNOCENT
     in   /home/ana/\x1b[2J\nok\u{202e}txt.env:1
          /home/ana/\xff\xfe.env:1
          /home/ana/very-deep/ve…ry-deep/very-deep/very-deep/very-deep//.npmrc:1
          and 1 more place (-v lists them)
     opens deploy@web1.example (lets it in,
           /home/ana/\xff\x1b[31m/.ssh/authorized_keys:1),
           deploy@web2.example:2222 (ssh settings,
           /home/ana/\xff\x1b[31m/.ssh/config:2), deploy@web3.example (tried by
           default: git remote, /home/ana/\xff\x1b[31m/app/.git/config:3), and 1
           more host (-v lists them)
     why  plaintext, expires 2026-04-01 00:00 UTC; as an\u{200b}a: the user owns
          the file; unchanged since 2026-01-02T10:00:00Z, before the window
     do   npm token revoke KEYID, then create a granular token with an expiry.

";
}
