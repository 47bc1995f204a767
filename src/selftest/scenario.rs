//! What the self-test plants, and what must be found: an infected environment of ana,
//! credentials of ana that its code could read, and one of bob that it could not.

use data_encoding::{BASE64, BASE64URL_NOPAD};

use crate::forge::{self, Forge, OpensshKey};
use crate::model::exposure::Verdict;

/// A file of the planted host.
pub struct Planted {
    /// Where.
    pub path: &'static str,
    /// Permission bits.
    pub mode: u32,
    /// Whose.
    pub owner: Owner,
    /// Its text, made at run time.
    pub text: String,
    /// Credentials that must be found in it: kind, and whether it is encrypted.
    pub expect: Vec<(&'static str, Rest)>,
}

/// Whose a planted file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The user whose environment is infected.
    Ana,
    /// Another user with a closed home.
    Bob,
    /// The system.
    Root,
}

impl Owner {
    /// What must be concluded about this owner's files. Those of root are planted with a
    /// mode that lets everybody read them.
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Ana | Self::Root => Verdict::Exposed,
            Self::Bob => Verdict::NotExposed,
        }
    }
}

/// How a planted secret rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// As it is.
    Plain,
    /// Under a passphrase.
    Encrypted,
}

use Owner::{Ana, Bob, Root};
use Rest::{Encrypted, Plain};

/// Twenty credentials of more than fifteen kinds.
pub fn credentials(forge: &mut Forge) -> Vec<Planted> {
    [of_clouds(forge), of_code(forge), of_services(forge), of_machines(forge)]
        .into_iter()
        .flatten()
        .collect()
}

fn planted(path: &'static str, owner: Owner, text: String, kind: &'static str) -> Planted {
    Planted { path, mode: 0o600, owner, text, expect: vec![(kind, Plain)] }
}

fn of_clouds(forge: &mut Forge) -> Vec<Planted> {
    let (id, secret) = (forge.aws_key_id(), BASE64.encode(&forge.bytes::<30>()));
    let aws = format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    let vault = format!("hvs.{}", forge.alphanumeric(95));
    let digital_ocean = format!("access-token: dop_v1_{}\n", forge.hexadecimal(64));
    let kube = format!(
        "apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n    token: {}\n",
        forge.alphanumeric(48)
    );
    vec![
        planted("/home/ana/.aws/credentials", Ana, aws, "aws-access-key"),
        planted("/home/ana/.vault-token", Ana, vault, "vault-service-token"),
        planted("/home/ana/.config/doctl/config.yaml", Ana, digital_ocean, "digitalocean-token"),
        planted("/home/ana/.kube/config", Ana, kube, "kubernetes-token"),
    ]
}

fn of_code(forge: &mut Forge) -> Vec<Planted> {
    let git = format!("https://ana:{}@github.com\n", forge.checked_token("ghp_"));
    let npm = format!("//registry.example/:_authToken={}\n", forge.checked_token("npm_"));
    let pypi = forge::pypi_token("3f2504e0-4f89-41d3-9a0c-0305e82c3301", &["{}"]);
    let pypirc = format!("[pypi]\nusername = __token__\npassword = {pypi}\n");
    let history = format!("ls\nexport GITLAB_TOKEN=glpat-{}\n", forge.alphanumeric(20));
    let docker = BASE64.encode(format!("ana:{}", forge.alphanumeric(24)).as_bytes());
    let docker = format!("{{\"auths\": {{\"registry.example\": {{\"auth\": \"{docker}\"}}}}}}\n");
    let hugging_face = format!("hf_{}", forge.alphanumeric(34));
    vec![
        planted("/home/ana/.git-credentials", Ana, git, "github-pat"),
        planted("/home/ana/.npmrc", Ana, npm, "npm-token"),
        planted("/home/ana/.pypirc", Ana, pypirc, "pypi-token"),
        planted("/home/ana/.bash_history", Ana, history, "gitlab-pat"),
        planted("/home/ana/.docker/config.json", Ana, docker, "docker-registry-password"),
        planted("/home/ana/.cache/huggingface/token", Ana, hugging_face, "hugging-face-token"),
    ]
}

fn of_services(forge: &mut Forge) -> Vec<Planted> {
    let env = format!(
        "STRIPE_KEY=sk_live_{}\nSLACK_TOKEN=xoxb-{}-{}-{}\n",
        forge.alphanumeric(24),
        forge.characters(b"0123456789", 12),
        forge.characters(b"0123456789", 12),
        forge.alphanumeric(24)
    );
    let pgpass = format!("db.example:5432:shop:ana:{}\n", forge.alphanumeric(20));
    let url = format!("url = \"postgresql://shop:{}@db.example/shop\"\n", forge.alphanumeric(20));
    let payload = r#"{"iss":"shop","sub":"worker","exp":4102444800}"#;
    let signature = BASE64URL_NOPAD.encode(&forge.bytes::<32>());
    let jwt = forge::jwt(r#"{"alg":"HS256","typ":"JWT"}"#, payload, &signature);
    let log = format!("{{\"message\": \"called with {jwt}\"}}\n");
    let netrc = format!("machine api.example login bob password {}\n", forge.alphanumeric(20));
    vec![
        Planted {
            expect: vec![("stripe-secret-key", Plain), ("slack-bot-token", Plain)],
            ..planted("/home/ana/shop/.env", Ana, env, "")
        },
        planted("/home/ana/.pgpass", Ana, pgpass, "database-password"),
        Planted {
            mode: 0o644,
            ..planted("/srv/shop/shop.toml", Root, url, "database-url-password")
        },
        planted("/home/ana/shop/debug.log", Ana, log, "jwt"),
        planted("/home/bob/.netrc", Bob, netrc, "password"),
    ]
}

fn of_machines(forge: &mut Forge) -> Vec<Planted> {
    let comment = |forge: &mut Forge, name: &str| format!("{name} {}", forge.hexadecimal(8));
    let plain = OpensshKey::ed25519(&comment(forge, "ana@desk")).armoured();
    let encrypted = OpensshKey::ed25519(&comment(forge, "ana@work")).encrypted(24).armoured();
    let of_bob = OpensshKey::ed25519(&comment(forge, "bob@desk")).armoured();
    let wireguard = BASE64.encode(&forge.bytes::<32>());
    let wireguard = format!("[Interface]\nPrivateKey = {wireguard}\nListenPort = 51820\n");
    vec![
        planted("/home/ana/.ssh/id_ed25519", Ana, plain, "ssh-private-key"),
        Planted {
            expect: vec![("ssh-private-key", Encrypted)],
            ..planted("/home/ana/.ssh/id_work", Ana, encrypted, "")
        },
        planted("/home/bob/.ssh/id_ed25519", Bob, of_bob, "ssh-private-key"),
        Planted {
            mode: 0o644,
            ..planted("/etc/wireguard/wg0.conf", Root, wireguard, "wireguard-private-key")
        },
    ]
}

/// The site-packages that ana's code runs from.
pub const SITE_PACKAGES: &str = "/home/ana/shop/.venv/lib/python3.12/site-packages";

/// What the bad version leaves: a start-up hook (here an empty stand-in with a comment)
/// and the file that brings it back.
pub const TRACES: [(&str, &str); 2] = [
    (
        "/home/ana/shop/.venv/lib/python3.12/site-packages/litellm_init.pth",
        "# planted by a self-test\n",
    ),
    ("/home/ana/.config/sysmon/sysmon.py", "# planted by a self-test\n"),
];
