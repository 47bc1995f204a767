//! The rules of doas. Understands `permit` and `deny` with `nopass`, identity, `as` and `cmd`.

use std::path::Path;

use crate::discover::settings::Settings;
use crate::model::authority::{Authorities, Authority, AuthorityMeans, Reach};
use crate::model::principal::{Principal, Principals};

const PATH: &str = "/etc/doas.conf";
/// More rules are not read.
const RULES_MAX: usize = 2000;

/// Adds what each user may do by doas. The last rule that fits decides.
pub fn doas(settings: &mut Settings<'_>, found: &mut Authorities) {
    let Some(text) = settings.text(Path::new(PATH)) else { return };
    let rules: Vec<Rule<'_>> = text.lines().filter_map(rule).take(RULES_MAX).collect();
    for user in settings.principals.users.iter().filter(|user| user.uid != 0) {
        let fitting = |rule: &&Rule<'_>| rule.is_for(user, settings.principals);
        let reach = rules.iter().rev().find(fitting).and_then(|rule| rule.reach);
        if let Some(reach) = reach {
            let evidence = format!("{PATH} lets it");
            found.add(user.uid, Authority { reach, means: AuthorityMeans::Doas, evidence });
        }
    }
}

/// One line.
#[derive(Debug, PartialEq, Eq)]
struct Rule<'t> {
    /// A user, or a group behind a colon.
    identity: &'t str,
    /// `None` where it denies.
    reach: Option<Reach>,
}

impl Rule<'_> {
    fn is_for(&self, user: &Principal, principals: &Principals) -> bool {
        match self.identity.strip_prefix(':') {
            Some(group) => principals.gid(group).is_some_and(|gid| user.gids.contains(&gid)),
            None => principals.uid(self.identity) == Some(user.uid),
        }
    }
}

fn rule(line: &str) -> Option<Rule<'_>> {
    let mut words = line.split('#').next()?.split_ascii_whitespace();
    let permits = match words.next()? {
        "permit" => true,
        "deny" => false,
        _ => return None,
    };
    let mut asks = true;
    let mut is_in_braces = false;
    let identity = words.find(|word| {
        asks &= *word != "nopass";
        let was_in_braces = is_in_braces;
        is_in_braces = (is_in_braces || word.contains('{')) && !word.ends_with('}');
        let is_option = ["nopass", "nolog", "persist", "keepenv", "setenv"].contains(word);
        !is_option && !was_in_braces && !word.contains('{')
    })?;
    let rest: Vec<&str> = words.collect();
    let target = rest.iter().position(|word| *word == "as").and_then(|at| rest.get(at + 1));
    let is_all = !rest.contains(&"cmd") && target.is_none_or(|target| *target == "root");
    let reach = match (is_all, asks) {
        (true, false) => Reach::RootAtWill,
        (false, false) => Reach::Unknown,
        (_, true) => Reach::RootByPassword,
    };
    Some(Rule { identity, reach: permits.then_some(reach) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<(&str, Option<Reach>)>) {
        assert_eq!(rule(line).map(|rule| (rule.identity, rule.reach)), expected, "{line}");
    }

    #[test]
    fn rules_say_whom_they_let_do_what() {
        check("permit nopass ana", Some(("ana", Some(Reach::RootAtWill))));
        check("permit persist :wheel as root", Some((":wheel", Some(Reach::RootByPassword))));
        check("permit nopass setenv { A=b C } ana cmd ls", Some(("ana", Some(Reach::Unknown))));
        check("permit nopass setenv {A} ana as bob", Some(("ana", Some(Reach::Unknown))));
        check("deny bob # not him", Some(("bob", None)));
        check("# permit bob", None);
        check("permit nopass {", None);
        check("", None);
    }
}
