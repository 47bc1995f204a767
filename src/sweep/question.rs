//! From a question to the users of the swept host whom it is about. Does not judge.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::model::principal::Principals;
use crate::model::what_if::{Question, WhatIf};

/// More users than these who log in are a directory: the question is to name those it means.
const USERS_MAX: usize = 64;
/// Most users that a mistake names.
const KNOWN_MAX: usize = 8;

/// The question with its users looked up.
pub fn resolved(question: &Question, principals: &Principals) -> Result<WhatIf, Error> {
    let uids = match question.users.as_slice() {
        [] => everybody(principals)?,
        names => names.iter().map(|name| uid(name, principals)).collect::<Result<_, _>>()?,
    };
    let Question { window, advisory, .. } = *question;
    Ok(WhatIf { uids: uids.into_iter().collect(), window, advisory })
}

/// Whoever logs in, and root.
fn everybody(principals: &Principals) -> Result<BTreeSet<u32>, Error> {
    let users = principals.users.iter().filter(|user| user.logs_in).map(|user| user.uid);
    let uids: BTreeSet<u32> = users.chain([0]).collect();
    if uids.len() > USERS_MAX {
        return Err(Error::Usage {
            what: format!(
                "{} users log in on this host, too many to ask about at once",
                uids.len()
            ),
            help: "name those you mean with --as".into(),
        });
    }
    Ok(uids)
}

fn uid(name: &str, principals: &Principals) -> Result<u32, Error> {
    principals.uid(name).ok_or_else(|| {
        let known = principals.users.iter().filter(|user| user.logs_in).take(KNOWN_MAX);
        let known: Vec<String> = known.map(|user| user.name.escape_debug().to_string()).collect();
        let known = known.join(", ");
        Error::Usage {
            what: format!("--as {}: the swept host has no user of that name", name.escape_debug()),
            help: format!("name one of its users ({known}), or give a uid"),
        }
    })
}
