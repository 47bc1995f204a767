//! The scenarios: what happens before the window, inside it and after it, whose code is asked
//! about, and the verdict that these facts allow.

use std::fs;
use std::os::unix::fs::chown;
use std::process::Command;

use credreach::forge;
use credreach::model::access_list::Whose;

use super::host::{ANA, BOB, DORA, EVE, Place, TEAM};

pub struct Scenario {
    pub name: &'static str,
    /// Where the secret is, below the root; empty for a folder of its own.
    pub file: &'static str,
    pub asked_as: &'static str,
    /// The verdict, with the grade of a "not exposed".
    pub expected: &'static str,
    /// A flag that has to stand beside it; empty for none in particular.
    pub flag: &'static str,
    pub before: fn(&Place),
    pub inside: fn(&Place),
    pub after: fn(&Place),
}

fn nothing(_: &Place) {}

/// A scenario of which everything happened before the window.
const fn settled(
    name: &'static str,
    asked_as: &'static str,
    expected: &'static str,
    before: fn(&Place),
) -> Scenario {
    Scenario {
        name,
        file: "",
        asked_as,
        expected,
        flag: "",
        before,
        inside: nothing,
        after: nothing,
    }
}

const fn later(scenario: Scenario, inside: fn(&Place), after: fn(&Place)) -> Scenario {
    Scenario { inside, after, ..scenario }
}

const fn at(file: &'static str, scenario: Scenario) -> Scenario {
    Scenario { file, ..scenario }
}

const fn flagged(scenario: Scenario, flag: &'static str) -> Scenario {
    Scenario { flag, ..scenario }
}

const EXPOSED: &str = "exposed";
const LIKELY: &str = "likely";
const UNKNOWN: &str = "unknown";
const NO_A: &str = "not-exposed A";
const NO_B: &str = "not-exposed B";

/// Rights of the owner, so that a list is whole.
const OWNER: (Whose, u32) = (Whose::Owner, 6);

pub const SCENARIOS: &[Scenario] = &[
    // Modes.
    settled("own file", "ana", EXPOSED, |place| {
        place.file(0o600, ANA, ANA);
    }),
    settled("own file of mode 0000: the owner can chmod", "ana", EXPOSED, |place| {
        place.file(0o000, ANA, ANA);
    }),
    settled("another's file", "bob", NO_A, |place| {
        place.file(0o600, ANA, ANA);
    }),
    settled("open to everybody", "bob", EXPOSED, |place| {
        place.file(0o644, ANA, ANA);
    }),
    settled("open to the group, a member", "bob", EXPOSED, |place| {
        place.file(0o640, ANA, TEAM);
    }),
    settled("open to the group, no member", "ana", NO_A, |place| {
        place.file(0o640, EVE, TEAM);
    }),
    settled("closed to the group and open to others, a member", "bob", NO_A, |place| {
        place.file(0o604, ANA, TEAM);
    }),
    settled("closed to the group and open to others, no member", "eve", EXPOSED, |place| {
        place.file(0o604, ANA, TEAM);
    }),
    settled("root", "root", EXPOSED, |place| {
        place.file(0o000, ANA, ANA);
    }),
    // Folders.
    settled("open file in another's closed folder", "bob", NO_A, |place| {
        place.folder(0o700, ANA).file(0o644, ANA, ANA);
    }),
    settled("folder 0711: a known name needs no listing", "bob", EXPOSED, |place| {
        place.folder(0o711, ANA).file(0o644, ANA, ANA);
    }),
    settled("folder 0744: names can be listed, nothing opened", "bob", NO_A, |place| {
        place.folder(0o744, ANA).file(0o644, ANA, ANA);
    }),
    settled("another's file in a folder of one's own", "ana", NO_A, |place| {
        place.folder(0o700, ANA).file(0o600, BOB, BOB);
    }),
    // Access lists.
    settled("list lets a named user in", "bob", EXPOSED, |place| {
        let list = [
            OWNER,
            (Whose::User(BOB), 4),
            (Whose::OwningGroup, 0),
            (Whose::Mask, 4),
            (Whose::Others, 0),
        ];
        place.file(0o600, ANA, ANA).list(&place.secret(), &list);
    }),
    settled("list keeps a named user out of what others may read", "bob", NO_A, |place| {
        let list = [
            OWNER,
            (Whose::User(BOB), 0),
            (Whose::OwningGroup, 4),
            (Whose::Mask, 4),
            (Whose::Others, 4),
        ];
        place.file(0o644, ANA, ANA).list(&place.secret(), &list);
    }),
    settled("list with an empty mask: the kernel passes it over", "bob", EXPOSED, |place| {
        let list = [
            OWNER,
            (Whose::User(BOB), 0),
            (Whose::OwningGroup, 0),
            (Whose::Mask, 0),
            (Whose::Others, 4),
        ];
        place.file(0o604, ANA, ANA).list(&place.secret(), &list);
    }),
    settled("list lets a named user in and its mask takes it back", "bob", NO_A, |place| {
        let list = [
            OWNER,
            (Whose::User(BOB), 4),
            (Whose::OwningGroup, 0),
            (Whose::Mask, 2),
            (Whose::Others, 0),
        ];
        place.file(0o600, ANA, ANA).list(&place.secret(), &list);
    }),
    settled("list lets a group in", "dora", EXPOSED, |place| {
        let list = [
            OWNER,
            (Whose::OwningGroup, 0),
            (Whose::Group(TEAM), 4),
            (Whose::Mask, 4),
            (Whose::Others, 0),
        ];
        place.file(0o600, ANA, ANA).list(&place.secret(), &list);
    }),
    settled("list refuses the group: others' bits are not asked", "bob", NO_A, |place| {
        let list = [
            OWNER,
            (Whose::OwningGroup, 0),
            (Whose::Group(TEAM), 0),
            (Whose::Mask, 4),
            (Whose::Others, 4),
        ];
        place.file(0o644, ANA, ANA).list(&place.secret(), &list);
    }),
    settled("list of the folder lets a named user through", "bob", EXPOSED, |place| {
        let list = [
            (Whose::Owner, 7),
            (Whose::User(BOB), 1),
            (Whose::OwningGroup, 0),
            (Whose::Mask, 1),
            (Whose::Others, 0),
        ];
        place.folder(0o700, ANA).file(0o644, ANA, ANA).list(&place.at(""), &list);
    }),
    // Authority.
    settled("the docker group", "deploy", LIKELY, |place| {
        place.file(0o600, 0, 0);
    }),
    settled("sudo without a password", "carl", LIKELY, |place| {
        place.file(0o600, 0, 0);
    }),
    settled("sudo with a password", "dora", NO_A, |place| {
        place.file(0o600, 0, 0);
    }),
    settled("one command of sudo", "eve", UNKNOWN, |place| {
        place.file(0o600, 0, 0);
    }),
    settled("the group adm", "finn", NO_A, |place| {
        place.file(0o600, 0, 0);
    }),
    // Names.
    settled("closed folder, another name out of scope", "bob", UNKNOWN, |place| {
        place.folder(0o700, ANA).file(0o644, ANA, ANA);
        fs::hard_link(place.secret(), place.elsewhere()).unwrap();
    }),
    settled("closed folder, another name in an open one", "bob", EXPOSED, |place| {
        place.folder(0o755, 0).file(0o644, ANA, ANA);
        fs::create_dir(place.at("open")).unwrap();
        fs::create_dir(place.at("shut")).unwrap();
        fs::hard_link(place.secret(), place.at("open/name")).unwrap();
    }),
    // Time.
    later(
        settled("made inside the window", "ana", LIKELY, nothing),
        |place| {
            place.file(0o600, ANA, ANA);
        },
        nothing,
    ),
    later(
        settled("narrowed inside the window", "bob", UNKNOWN, |place| {
            place.file(0o644, ANA, ANA);
        }),
        |place| {
            place.chmod(0o600);
        },
        nothing,
    ),
    later(
        settled("narrowed after the window", "bob", UNKNOWN, |place| {
            place.file(0o644, ANA, ANA);
        }),
        nothing,
        |place| {
            place.chmod(0o600);
        },
    ),
    later(
        settled("opened up after the window", "bob", LIKELY, |place| {
            place.file(0o600, ANA, ANA);
        }),
        nothing,
        |place| {
            place.chmod(0o644);
        },
    ),
    later(
        settled("the folder was closed after the window", "bob", UNKNOWN, |place| {
            place.folder(0o755, ANA).file(0o644, ANA, ANA);
        }),
        nothing,
        |place| {
            place.chmod_folder(0o700);
        },
    ),
    later(
        settled("closed folder with a new entry after the window", "bob", NO_B, |place| {
            place.folder(0o700, ANA).file(0o644, ANA, ANA);
        }),
        nothing,
        |place| {
            place.write("new", "", 0o644, ANA, ANA);
        },
    ),
    later(
        settled("chmod to the same mode after the window, its owner", "ana", LIKELY, |place| {
            place.file(0o600, ANA, ANA);
        }),
        nothing,
        |place| {
            place.chmod(0o600);
        },
    ),
    later(
        settled("made after the window, in a folder that is as young", "ana", NO_A, nothing),
        nothing,
        |place| {
            place.folder(0o755, 0).file(0o600, ANA, ANA);
        },
    ),
    later(
        settled("made after the window, in an old folder", "ana", UNKNOWN, |place| {
            place.folder(0o755, 0);
        }),
        nothing,
        |place| {
            place.file(0o600, ANA, ANA);
        },
    ),
    later(
        settled("saved anew after the window with another secret", "ana", UNKNOWN, |place| {
            place.file(0o600, ANA, ANA);
        }),
        nothing,
        |place| {
            place.save_anew(&place.other, 0o600, ANA);
        },
    ),
    later(
        settled("saved anew after the window, and an old backup", "ana", EXPOSED, |place| {
            let text = format!("GITHUB_TOKEN={}\n", place.token);
            place.file(0o600, ANA, ANA).write(".env.bak", &text, 0o600, ANA, ANA);
        }),
        nothing,
        |place| {
            place.save_anew(&place.token, 0o600, ANA);
        },
    ),
    later(
        settled("made after the window, with an old date set by touch", "ana", UNKNOWN, |place| {
            place.folder(0o755, 0);
        }),
        nothing,
        |place| {
            place.file(0o600, ANA, ANA);
            let status =
                Command::new("touch").args(["-d", "2020-01-01"]).arg(place.secret()).status();
            assert!(status.unwrap().success());
        },
    ),
    later(
        settled("moved here after the window", "ana", LIKELY, |place| {
            place.write("old", &format!("GITHUB_TOKEN={}\n", place.token), 0o600, ANA, ANA);
        }),
        nothing,
        |place| fs::rename(place.at("old"), place.secret()).unwrap(),
    ),
    later(
        settled("given to another owner after the window", "bob", LIKELY, |place| {
            place.file(0o600, ANA, ANA);
        }),
        nothing,
        |place| chown(place.secret(), Some(BOB), Some(BOB)).unwrap(),
    ),
    // The secret itself.
    settled("issued after the window by its own word", "ana", NO_A, |place| {
        place.write(
            ".env",
            &jwt(r#"{"sub":"a","iat":4102444800,"exp":4102448400}"#),
            0o600,
            ANA,
            ANA,
        );
    }),
    flagged(
        settled("expired before the window", "ana", EXPOSED, |place| {
            place.write(
                ".env",
                &jwt(r#"{"sub":"b","iat":1500000000,"exp":1500003600}"#),
                0o600,
                ANA,
                ANA,
            );
        }),
        "expired-before",
    ),
    flagged(
        settled("encrypted key, no agent", "bob", EXPOSED, |place| {
            let key = forge::OpensshKey::ed25519("bob").encrypted(24).armoured();
            place.write(".env", &key, 0o600, BOB, BOB);
        }),
        "protected",
    ),
    flagged(
        settled("encrypted key, an agent was there", "ana", EXPOSED, |place| {
            let key = forge::OpensshKey::ed25519("ana").encrypted(24).armoured();
            place.write(".env", &key, 0o600, ANA, ANA);
            place.agent_of(ANA);
        }),
        "usable-through-agent",
    ),
    settled("plain key", "dora", EXPOSED, |place| {
        place.write(".env", &forge::openssh_key("dora"), 0o600, DORA, DORA);
    }),
    flagged(
        later(
            settled("read inside the window", "ana", EXPOSED, |place| {
                place.file(0o600, ANA, ANA);
            }),
            |place| {
                fs::read(place.secret()).unwrap();
            },
            nothing,
        ),
        "read-recorded",
    ),
    // Stores.
    at(
        "home/ana/.aws/credentials",
        later(
            settled(
                "saved anew by a tool after the window (aws configure)",
                "ana",
                UNKNOWN,
                |place| {
                    place.text(&aws(&place.token), 0o600, ANA);
                },
            ),
            nothing,
            |place| {
                place.text_anew(&aws(&place.other), 0o600, ANA);
            },
        ),
    ),
    at(
        "home/dora/.claude/.credentials.json",
        flagged(
            settled("expired token beside a live refresh token", "dora", EXPOSED, |place| {
                // Of no shape that a rule knows.
                let (token, refresh) = (&place.token[4..], &place.other[4..]);
                let text = format!(
                    r#"{{"claudeAiOauth": {{"accessToken": "{token}", "refreshToken": "{refresh}",
                    "expiresAt": 1500000000000}}}}"#
                );
                place.text(&text, 0o600, DORA);
            }),
            "renewable",
        ),
    ),
    at(
        "home/bob/.cache/uv/archive/pkg/.env",
        settled(
            "linked by uv from its cache, and the other name not met",
            "eve",
            UNKNOWN,
            |place| {
                place.text(&format!("GITHUB_TOKEN={}\n", place.token), 0o644, BOB);
                place.chmod_folder(0o700);
                fs::hard_link(place.secret(), place.elsewhere()).unwrap();
            },
        ),
    ),
];

/// What `aws configure` writes.
fn aws(token: &str) -> String {
    let secret: String =
        token.chars().filter(char::is_ascii_alphanumeric).cycle().take(40).collect();
    format!(
        "[default]\naws_access_key_id = {}IAX7Q2M5T3R6W4Y2LU\naws_secret_access_key = {secret}\n",
        "AK"
    )
}

fn jwt(payload: &str) -> String {
    let signature = "c2lnbmF0dXJlLW9mLWEtdGVzdC10b2tlbi1tYWRl";
    format!("TOKEN={}\n", forge::jwt(r#"{"alg":"HS256","typ":"JWT"}"#, payload, signature))
}
