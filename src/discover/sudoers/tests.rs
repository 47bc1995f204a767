//! Who is granted what.

use super::*;
use crate::model::principal::Principal;

fn principals() -> Principals {
    let user = |uid: u32, name: &str, gids: &[u32]| Principal {
        uid,
        name: name.into(),
        home: "/".into(),
        gids: gids.to_vec(),
        logs_in: true,
    };
    Principals {
        users: vec![user(0, "root", &[0]), user(1000, "ana", &[27, 1000]), user(1001, "bob", &[5])],
        further_names: Vec::new(),
        groups: vec![(27, "sudo".into())],
    }
}

/// The reach of ana and of bob by some lines, the farthest each.
fn check(text: &str, ana: Option<Reach>, bob: Option<Reach>) {
    let mut rules = Rules::default();
    let text = text.replace("\\\n", " ");
    text.lines().for_each(|line| rules.line(without_comment(line.trim()), Path::new(PATH)));
    let mut grants = rules.grants(&principals());
    let mut reach = |uid: u32| {
        let authorities = grants.remove(&uid).unwrap_or_default().authorities();
        authorities.map(|authority| authority.reach).min()
    };
    assert_eq!((reach(1000), reach(1001)), (ana, bob), "{text}");
}

const AT_WILL: Option<Reach> = Some(Reach::RootAtWill);
const BY_PASSWORD: Option<Reach> = Some(Reach::RootByPassword);
const UNKNOWN: Option<Reach> = Some(Reach::Unknown);

#[test]
fn a_group_with_everything_needs_a_password_unless_it_says_otherwise() {
    check("root ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL", BY_PASSWORD, None);
    check("%#27 ALL = (root) NOPASSWD: ALL", AT_WILL, None);
    check("#1001 ALL=NOPASSWD:ALL # comment", None, AT_WILL);
    check("Defaults !authenticate\n%sudo ALL=(ALL) ALL", AT_WILL, None);
    check("Defaults:bob !authenticate\nALL ALL=ALL", BY_PASSWORD, AT_WILL);
}

#[test]
fn the_last_rule_with_everything_decides() {
    check("ana ALL=(ALL) NOPASSWD: ALL\n%sudo ALL=(ALL) ALL", BY_PASSWORD, None);
    check("%sudo ALL=(ALL) ALL\nana ALL=(ALL) NOPASSWD: ALL", AT_WILL, None);
}

#[test]
fn some_commands_or_other_users_are_an_unknown_reach() {
    check("ana ALL=(ALL) NOPASSWD: /bin/ls, !/bin/sh", UNKNOWN, None);
    check("ana ALL=(postgres) NOPASSWD: ALL", UNKNOWN, None);
    check("ana ALL=/bin/ls", BY_PASSWORD, None);
    check("bob ALL=(root) NOPASSWD: /bin/ls, PASSWD: ALL", None, UNKNOWN);
    check("bob ALL=(root) CWD=/srv NOPASSWD:SETENV: ALL", None, AT_WILL);
}

#[test]
fn aliases_are_resolved_also_where_they_go_in_circles() {
    check("User_Alias A = ana, !bob : B = A, B, bob\nB ALL = NOPASSWD: ALL", AT_WILL, None);
    let text = "Cmnd_Alias C = /bin/ls, ALL\nRunas_Alias R = root\nana, bob ALL = (R) C";
    check(text, BY_PASSWORD, BY_PASSWORD);
    check("ALL, !bob ALL = NOPASSWD: ALL", AT_WILL, None);
}

#[test]
fn lines_without_sense_grant_nothing_and_break_nothing() {
    check("= ALL\n=\n(((\nana\nDefaults\nUser_Alias\n\u{0}=\u{0}", None, None);
    check("ana ALL=(ALL", BY_PASSWORD, None);
}

#[test]
fn aliases_that_multiply_take_no_time() {
    let mut text = "User_Alias A0 = ana, bob\n".to_owned();
    for n in 1..2000 {
        text += &format!("User_Alias A{n} = A{}, A{}\n", n - 1, n - 1);
    }
    text += &format!("Cmnd_Alias C = {}ALL\n", "/bin/ls, ".repeat(20_000));
    text += &format!("A1999 ALL = NOPASSWD: {}C\n", "C, ".repeat(9_000));
    check(&text, AT_WILL, AT_WILL);
}

#[test]
fn inclusions_are_told_from_comments() {
    let of = inclusion;
    assert_eq!(of("#includedir /etc/sudoers.d"), Some((true, "/etc/sudoers.d".into())));
    assert_eq!(of("@include more"), Some((false, "/etc/more".into())));
    assert_eq!(of("# include it"), None);
}
