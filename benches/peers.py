#!/usr/bin/env python3
"""Compare credreach with other secret scanners on real packages and planted fakes.

    peers.py corpus DIR                       make the tree DIR/home and DIR/truth.json
    peers.py run DIR --credreach BINARY       sweep it with each tool, print a table

`corpus` installs large packages by their ordinary clients, laid out like a developer's home,
and plants fake credentials. Their bodies come from a seed (key pairs from openssl and
ssh-keygen are new each time), so that this file holds nothing that looks like a live one.

`run` takes the tools in turn, without a network where `unshare` may take it away, and repeats
the round until the processor time of each is stable. Processor time is the figure to compare:
wall time depends on who else uses the machine. With `--neutral` the same files are swept under
folder names that no path filter knows: most scanners leave `node_modules` and `site-packages`
out, which makes their times those of a far smaller tree.
"""

import argparse
import base64
import dataclasses
import io
import json
import os
import py_compile
import random
import re
import shutil
import sqlite3
import string
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

PYTHON_PACKAGES = [
    "ansible==12.2.0", "azure-mgmt-network", "babel", "boto3", "botocore", "cryptography",
    "django", "google-api-python-client", "jupyterlab", "matplotlib", "moto", "numpy", "pandas",
    "paramiko", "plotly", "pyarrow", "pycryptodome", "requests", "scikit-learn", "scipy",
    "sqlalchemy", "sympy", "tornado", "transformers", "twisted",
]
NODE_PACKAGES = [
    "@aws-sdk/client-ec2", "@aws-sdk/client-s3", "@babel/core", "@mui/icons-material", "aws-sdk",
    "core-js", "date-fns", "eslint", "firebase", "googleapis", "jsdom", "lodash", "monaco-editor",
    "next", "node-forge", "puppeteer-core", "react-dom", "stripe", "three", "typescript", "webpack",
]
PROJECT = "home/ana/project"
WEB = "home/ana/web"
SITE_PACKAGES = f"{PROJECT}/.venv/lib/python3.11/site-packages"
NODE_MODULES = f"{WEB}/node_modules"
LOG_FILES, LOG_LINES = 4, 100_000

ALPHABETS = {
    "a": string.ascii_letters,
    "b": string.ascii_letters + string.digits + "+/",
    "d": string.digits,
    "j": string.ascii_lowercase + string.digits + "!@#$%^&*(-_=+)",
    "p": string.ascii_letters + string.digits + "!-_.",
    "s": string.ascii_letters + string.digits + "-_",
    "u": string.ascii_uppercase + string.digits,
    "w": string.ascii_letters + string.digits,
    "x": "0123456789abcdef",
}
# `<w20>` stands for twenty characters of the alphabet `w`.
SHAPES = {
    "anthropic-api-key": "sk-ant-api03-<s93>AA",
    "aws-secret-key": "<b40>",
    "aws-session-token": "IQoJb3JpZ2luX2Vj<b320>",
    "azure-storage-key": "<b76>+ASt<b5>w==",
    "databricks-token": "dapi<x32>",
    "digitalocean-token": "dop_v1_<x64>",
    "discord-webhook": "https://discord.com/api/webhooks/1<d17>/<s68>",
    "django-secret-key": "<j50>",
    "docker-pat": "dckr_pat_<s27>",
    "doppler-token": "dp.pt.<w43>",
    "github-fine-grained-pat": "github_pat_<w22>_<w59>",
    "gitlab-pat": "glpat-<s20>",
    "google-access-token": "ya29.a0A<s180>",
    "google-api-key": "AIzaSy<s33>",
    "google-client-secret": "GOCSPX-<s28>",
    "google-refresh-token": "1//0<s98>",
    "groq-api-key": "gsk_<w52>",
    "hcp-terraform-token": "<w14>.atlasv1.<s67>",
    "hugging-face-token": "hf_<a34>",
    "kaggle-key": "<x32>",
    "key-number": "<x40>",
    "linear-api-key": "lin_api_<w40>",
    "new-relic-user-key": "NRAK-<u27>",
    "openai-project-key": "sk-proj-<s74>T3BlbkFJ<s74>",
    "password": "<w1><p14><d1>",
    "pulumi-token": "pul-<x40>",
    "rubygems-key": "rubygems_<x48>",
    "sendgrid-api-key": "SG.<s22>.<s43>",
    "sentry-user-token": "sntryu_<x64>",
    "shopify-token": "shpat_<x32>",
    "slack-bot-token": "xoxb-2<d11>-2<d12>-<w24>",
    "slack-webhook": "https://hooks.slack.com/services/T<u10>/B<u10>/<w24>",
    "stripe-restricted-key": "rk_live_51<w97>",
    "stripe-secret-key": "sk_live_51<w97>",
    "tailscale-auth-key": "tskey-auth-k<w15>-<w32>",
    "telegram-bot-token": "7<d9>:AA<s33>",
    "twilio-account": "AC<x32>",
    "twilio-auth-token": "<x32>",
    "vault-token": "hvs.CAESI<s95>",
}
GENKEY = ["openssl", "genpkey", "-algorithm"]
KEY_COMMANDS = {
    "encrypted-private-key": [*GENKEY, "RSA", "-aes-256-cbc", "-pass", "pass:correct horse"],
    "pkcs8-private-key": [*GENKEY, "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "ec-private-key": ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout"],
    "rsa-private-key": ["openssl", "genrsa", "-traditional", "2048"],
    "ssh-private-key": ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ana@desk", "-f"],
    "ssh-encrypted-key": ["ssh-keygen", "-q", "-t", "rsa", "-N", "correct horse", "-f"],
}

# Path, and text in which `{{kind}}` is a planted secret and `{{+kind}}` a public part of one.
PLAIN_FILES = {
    "home/ana/.aws/credentials": """[default]
aws_access_key_id = {{+aws-key-id}}
aws_secret_access_key = {{aws-secret-key}}

[ci]
aws_access_key_id = {{+aws-key-id}}
aws_secret_access_key = {{aws-secret-key}}
aws_session_token = {{aws-session-token}}
""",
    "home/ana/.ssh/id_ed25519": "{{ssh-private-key}}\n",
    "home/ana/.ssh/id_rsa": "{{ssh-encrypted-key}}\n",
    "home/ana/.npmrc": "save-exact=true\n//npm.acme.internal/:_authToken={{npm-token}}\n",
    "home/ana/.pypirc": """[distutils]
index-servers = acme old

[acme]
repository = https://pypi.acme.internal/
username = __token__
password = {{pypi-token}}

[old]
repository = https://old.acme.internal/
username = ana
password = {{password}}
""",
    "home/ana/.netrc": "machine git.acme.internal\n  login ana\n  password {{password}}\n",
    "home/ana/.git-credentials": """https://ana:{{github-pat}}@github.com
https://oauth2:{{gitlab-pat}}@gitlab.acme.internal
""",
    "home/ana/.docker/config.json": """{
  "auths": {
    "images.acme.internal": {"auth": "{{docker-auth}}"}
  }
}
""",
    "home/ana/.kube/config": """apiVersion: v1
kind: Config
users:
- name: admin
  user:
    client-key-data: {{kube-client-key}}
- name: deployer
  user:
    token: {{jwt}}
""",
    "home/ana/.config/gcloud/application_default_credentials.json": """{
  "account": "",
  "client_id": "764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com",
  "client_secret": "{{google-client-secret}}",
  "refresh_token": "{{google-refresh-token}}",
  "type": "authorized_user"
}
""",
    f"{PROJECT}/keys/deploy.json": """{
  "type": "service_account",
  "project_id": "acme-prod",
  "private_key_id": "{{+key-number}}",
  "private_key": "{{service-account-key}}",
  "client_email": "deploy@acme-prod.iam.gserviceaccount.com"
}
""",
    "home/ana/.config/gh/hosts.yml": """github.com:
    user: ana
    oauth_token: {{github-oauth-token}}
    git_protocol: https
""",
    "home/ana/.pgpass": "db.acme.internal:5432:orders:ana:{{password}}\n",
    "home/ana/.my.cnf": "[client]\nuser=ana\npassword={{password}}\n",
    "home/ana/.vault-token": "{{vault-token}}",
    "home/ana/.databrickscfg": """[DEFAULT]
host = https://acme.cloud.databricks.com
token = {{databricks-token}}
""",
    "home/ana/.cache/huggingface/token": "{{hugging-face-token}}",
    "home/ana/.terraform.d/credentials.tfrc.json":
        '{"credentials": {"app.terraform.io": {"token": "{{hcp-terraform-token}}"}}}\n',
    "home/ana/.gem/credentials": "---\n:rubygems_api_key: {{rubygems-key}}\n",
    "home/ana/.kaggle/kaggle.json": '{"username":"ana","key":"{{kaggle-key}}"}\n',
    "home/ana/.pulumi/credentials.json": """{
    "current": "https://api.pulumi.com",
    "accessTokens": {"https://api.pulumi.com": "{{pulumi-token}}"}
}
""",
    "home/ana/.m2/settings.xml": """<settings><servers><server>
  <id>acme</id><username>ana</username><password>{{password}}</password>
</server></servers></settings>
""",
    "home/ana/.cursor/mcp.json":
        '{"mcpServers": {"linear": {"command": "npx", "env": {"LINEAR_API_KEY": "{{linear-api-key}}"}}}}\n',
    "home/ana/.bash_history": """cd project
export GITHUB_TOKEN={{github-fine-grained-pat}}
curl -H "Authorization: Bearer {{digitalocean-token}}" https://api.digitalocean.com/v2/account
docker login -u ana -p {{docker-pat}}
sudo tailscale up --authkey={{tailscale-auth-key}}
git push
""",
    "home/ana/.config/systemd/user/worker.service":
        "[Service]\nEnvironment=HF_TOKEN={{hugging-face-token}}\nExecStart=/usr/bin/worker\n",
    "home/ana/wg0.conf": """[Interface]
Address = 10.0.0.2/24
PrivateKey = {{wireguard-private-key}}
""",
    f"{PROJECT}/.env": """DEBUG=false
DATABASE_URL=postgres://orders:{{password}}@db.acme.internal:5432/orders
OPENAI_API_KEY={{openai-project-key}}
STRIPE_SECRET_KEY="{{stripe-secret-key}}"
SENDGRID_API_KEY={{sendgrid-api-key}}
TWILIO_ACCOUNT_SID={{+twilio-account}}
TWILIO_AUTH_TOKEN={{twilio-auth-token}}
SESSION_SECRET={{password}}
""",
    f"{WEB}/.env.local": """NEXT_PUBLIC_API=https://api.acme.internal
ANTHROPIC_API_KEY={{anthropic-api-key}}
SLACK_BOT_TOKEN={{slack-bot-token}}
SHOPIFY_ADMIN_TOKEN={{shopify-token}}
""",
    f"{PROJECT}/.gitlab-ci.yml": """deploy:
  variables:
    DEPLOY_TOKEN: "{{gitlab-routable-pat}}"
    DOPPLER_TOKEN: {{doppler-token}}
  script:
    - ./deploy.sh
""",
    f"{WEB}/.github/workflows/deploy.yml": """jobs:
  deploy:
    steps:
      - run: ./notify.sh {{slack-webhook}}
        env:
          SENTRY_AUTH_TOKEN: {{sentry-user-token}}
""",
    f"{PROJECT}/infra/prod.tfvars":
        'region      = "eu-west-1"\ndb_password = "{{password}}"\nnew_relic   = "{{new-relic-user-key}}"\n',
    f"{PROJECT}/docker-compose.yml": """services:
  db:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: {{password}}
""",
    f"{PROJECT}/k8s/secret.yaml": """apiVersion: v1
kind: Secret
metadata: {name: orders}
data:
  password: {{manifest-password}}
""",
    f"{PROJECT}/notebooks/train.ipynb":
        '{"cells": [{"cell_type": "code", "source": ["key = \\"{{groq-api-key}}\\"\\n"]}]}\n',
    f"{PROJECT}/appsettings.json": """{
  "ConnectionStrings": {
    "Orders": "Server=db.acme.internal;Database=orders;User Id=web;Password={{password}};",
    "Blobs": "DefaultEndpointsProtocol=https;AccountName=acmeorders;AccountKey={{azure-storage-key}}"
  }
}
""",
    f"{PROJECT}/tls/server.key": "{{pkcs8-private-key}}\n",
    f"{PROJECT}/tls/backup.key": "{{encrypted-private-key}}\n",
    f"{PROJECT}/tls/legacy.pem": "{{rsa-private-key}}\n",
    f"{PROJECT}/bot.py": """import telegram

bot = telegram.Bot("{{telegram-bot-token}}")
ALERTS = "{{discord-webhook}}"
""",
    f"{NODE_MODULES}/acme-widgets/dist/widgets.min.js":
        "!function(e,t){" + "var n=e.q(t,17),r=n.map(function(e){return e.id});" * 400
        + 'window.cfg={key:"{{google-api-key}}",pay:"{{stripe-restricted-key}}"}'
        + ";e.w=function(t){return t<<2}" * 400 + "}(this,{});\n",
    f"{NODE_MODULES}/acme-widgets/.npmrc": "//npm.acme.internal/:_authToken={{npm-token}}\n",
    f"{SITE_PACKAGES}/acme_orders/settings.py": """DEBUG = False
SECRET_KEY = '{{django-secret-key}}'
EMAIL_HOST_PASSWORD = '{{password}}'
GITHUB_TOKEN = '{{github-pat}}'
""",
    f"{SITE_PACKAGES}/acme_orders/client.pem": "{{ec-private-key}}\n",
}
LOG_SECRETS = [
    '{"level":"debug","msg":"upstream","headers":{"authorization":"Bearer {{jwt}}"}}\n',
    '{"level":"info","msg":"config","env":{"OPENAI_API_KEY":"{{openai-project-key}}","n":3}}\n',
    "2026-03-24 10:01:22 WARN retry https://sync:{{password}}@files.acme.internal/in failed\n",
    "2026-03-24 10:09:55 DEBUG vault login ok, token={{vault-token}} ttl=768h\n",
]
UTF16_FILE = ("home/ana/Documents/notes.txt", "Webhook for the alerts:\r\n{{slack-webhook}}\r\n"
              "Token of the robot: {{github-pat}}\r\n")
PYC_FILE = f"{SITE_PACKAGES}/acme_orders/__pycache__/local.cpython-311.pyc"
SQLITE_FILE = "home/ana/.config/gcloud/access_tokens.db"
TAR_FILE = ("home/ana/backup/dotfiles.tar.gz", ".npmrc", "//npm.acme.internal/:_authToken={{npm-token}}\n")
ZIP_FILE = (f"{PROJECT}/dist/lambda.zip", "config.py", "STRIPE = '{{stripe-secret-key}}'\n")


@dataclasses.dataclass(frozen=True)
class Secret:
    """A made-up secret as it stands in a file, and what else a tool may show of it."""

    text: str
    aliases: tuple[str, ...] = ()


class Forge:
    """Makes secrets out of a seed. `make` returns None where the tool for a key is missing."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def make(self, kind: str) -> Secret | None:
        """A secret of a kind."""
        if kind in KEY_COMMANDS:
            text = self.key(kind)
            return text and Secret(text)
        if kind in SHAPES:
            return Secret(self.fill(SHAPES[kind]))
        return getattr(self, kind.replace("-", "_"))()

    def fill(self, shape: str) -> str:
        """The shape with random characters in its gaps."""
        def characters(gap: re.Match) -> str:
            return "".join(self.random.choices(ALPHABETS[gap[1]], k=int(gap[2])))
        return re.sub(r"<([a-z])(\d+)>", characters, shape)

    def key(self, kind: str) -> str | None:
        """A new private key in PEM."""
        command = KEY_COMMANDS[kind]
        if shutil.which(command[0]) is None:
            return None
        with tempfile.TemporaryDirectory() as folder:
            if command[-1] != "-f":
                return run_quietly(command).strip()
            run_quietly([*command, f"{folder}/key"])
            return Path(folder, "key").read_text().strip()

    def checked(self, prefix: str) -> Secret:
        """A token that ends in the base62 CRC-32 of its thirty characters."""
        body = self.fill("<w30>")
        return Secret(prefix + body + digits(zlib.crc32(body.encode()), 62, 6))

    def github_pat(self) -> Secret:
        """A classic personal token of GitHub."""
        return self.checked("ghp_")

    def github_oauth_token(self) -> Secret:
        """What GitHub's command line stores."""
        return self.checked("gho_")

    def npm_token(self) -> Secret:
        """A token of npm."""
        return self.checked("npm_")

    def gitlab_routable_pat(self) -> Secret:
        """GitLab's newer token: payload, version, length and CRC-32 in base 36."""
        lines = b"o:1\nu:%d" % self.random.randrange(10, 99)
        payload = encoded(self.random.randbytes(16) + lines + b"\x10", base64.urlsafe_b64encode)
        head = f"glpat-{payload}.01.{digits(len(payload), 36, 2)}"
        return Secret(head + digits(zlib.crc32(head.encode()), 36, 7))

    def pypi_token(self) -> Secret:
        """A macaroon (version 2): location, identifier, one caveat, signature."""
        identifier = self.fill("<x8>-<x4>-4<x3>-a<x3>-<x12>").encode()
        caveat = b'[3, "%s"]' % identifier
        sections = [field(1, b"pypi.org") + field(2, identifier), field(2, caveat), b""]
        macaroon = b"\x02" + b"".join(section + b"\0" for section in sections)
        macaroon += field(6, self.random.randbytes(32))
        return Secret("pypi-" + encoded(macaroon, base64.urlsafe_b64encode))

    def aws_key_id(self) -> Secret:
        """An access key id that holds an account number of twelve digits."""
        number = 1 << 47 | self.random.randrange(10**11, 10**12) << 7
        body = number.to_bytes(6) + self.random.randbytes(4)
        return Secret("AKIA" + base64.b32encode(body).decode())

    def jwt(self) -> Secret:
        """A signed token of a Kubernetes service account."""
        head = {"alg": "RS256", "kid": self.fill("<s43>")}
        claims = {"iss": "kubernetes/serviceaccount", "sub": "system:serviceaccount:ops:deployer"}
        parts = [json.dumps(head).encode(), json.dumps(claims).encode(), self.random.randbytes(256)]
        return Secret(".".join(encoded(part, base64.urlsafe_b64encode) for part in parts))

    def docker_auth(self) -> Secret:
        """User and password as Docker stores them."""
        password = self.fill(SHAPES["password"])
        return Secret(base64.b64encode(f"ana:{password}".encode()).decode(), (password,))

    def manifest_password(self) -> Secret:
        """A password as a Kubernetes manifest holds it."""
        password = self.fill(SHAPES["password"])
        return Secret(base64.b64encode(password.encode()).decode(), (password,))

    def kube_client_key(self) -> Secret | None:
        """A client key as kubeconfig embeds it."""
        pem = self.key("ec-private-key")
        return pem and Secret(base64.b64encode(f"{pem}\n".encode()).decode(), (pem,))

    def service_account_key(self) -> Secret | None:
        """A key with its line ends escaped for JSON."""
        pem = self.key("pkcs8-private-key")
        return pem and Secret(pem.replace("\n", "\\n"), (pem,))

    def wireguard_private_key(self) -> Secret:
        """Thirty-two bytes in base64."""
        return Secret(base64.b64encode(self.random.randbytes(32)).decode())


def digits(number: int, base: int, length: int) -> str:
    """A number with leading zeros; base 62 has capitals before small letters, base 36 no capitals."""
    alphabet = string.digits + (string.ascii_uppercase if base == 62 else "") + string.ascii_lowercase
    text = ""
    for _ in range(length):
        number, digit = divmod(number, base)
        text = alphabet[digit] + text
    return text


def encoded(content: bytes, encode: Callable[[bytes], bytes]) -> str:
    """Base64 of some variant, without padding."""
    return encode(content).decode().rstrip("=")


def field(kind: int, content: bytes) -> bytes:
    """A field of a macaroon."""
    return bytes([kind, len(content)]) + content


def run_quietly(command: list[str]) -> str:
    """What a command prints; fails with it."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Planter:
    """Writes files with secrets below a folder, and remembers where these stand."""

    def __init__(self, root: Path, forge: Forge) -> None:
        self.root, self.forge = root, forge
        self.planted: list[dict] = []
        self.skipped: list[str] = []

    def render(self, path: str, template: str, encoding: str = "utf-8", start: bytes = b"") -> bytes | None:
        """The text of a file; None if one of its secrets cannot be made here."""
        parts = re.split(r"\{\{(\+?[a-z0-9-]+)\}\}", template)
        secrets = [self.forge.make(kind.lstrip("+")) for kind in parts[1::2]]
        if None in secrets:
            self.skipped.append(path)
            return None
        content = start + parts[0].encode(encoding)
        for kind, secret, text in zip(parts[1::2], secrets, parts[2::2]):
            self.note(path, kind, secret, content, encoding)
            content += (secret.text + text).encode(encoding)
        return content

    def note(self, path: str, kind: str, secret: Secret, before: bytes, encoding: str = "utf-8") -> None:
        """Remember a secret that stands right behind these bytes of its file."""
        line = before.count("\n".encode(encoding)) + 1
        self.planted.append({
            "path": path,
            "kind": kind.lstrip("+"),
            "spans": [[len(before), len(before) + len(secret.text.encode(encoding))]],
            "lines": [line, line + secret.text.count("\n")],
            "texts": [secret.text, *secret.aliases],
            "public": kind.startswith("+"),
            "in_dependencies": path.startswith((SITE_PACKAGES, NODE_MODULES)),
        })

    def write(self, path: str, content: bytes | None) -> None:
        """Write a file, unless there is nothing to write."""
        if content is not None:
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

    def plant(self) -> None:
        """Every kind of file."""
        for path, template in PLAIN_FILES.items():
            self.write(path, self.render(path, template))
        path, template = UTF16_FILE
        self.write(path, self.render(path, template, "utf-16-le", start=b"\xff\xfe"))
        for number in range(LOG_FILES):
            path = f"{PROJECT}/logs/app.{number}.log"
            self.write(path, self.render(path, self.log(LOG_SECRETS[number])))
        self.plant_archives()
        self.plant_compiled()
        self.plant_database()

    def log(self, line: str) -> str:
        """Many ordinary lines, and this one among them."""
        shapes = [
            '{"level":"info","id":"<x8>-<x4>-4<x3>-a<x3>-<x12>","ms":<d3>,"path":"/orders/<d6>"}\n',
            "2026-03-24 10:<d2>:<d2> INFO pulled image sha256:<x64> in <d2> s\n",
            "2026-03-24 10:<d2>:<d2> DEBUG etag=<x32> session=<w12> user=<d5> cache hit\n",
            '10.0.<d2>.<d2> - - "GET /static/app.<x8>.js?v=<w10> HTTP/1.1" 200 <d5> "-" "Mozilla/5.0"\n',
        ]
        lines = [self.forge.fill(self.forge.random.choice(shapes)) for _ in range(LOG_LINES)]
        lines.insert(LOG_LINES // 2, line)
        return "".join(lines)

    def plant_archives(self) -> None:
        """One compressed archive of each of the two common kinds."""
        path, member, template = TAR_FILE
        content = self.render(f"{path}!{member}", template)
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            entry = tarfile.TarInfo(member)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        self.write(path, packed.getvalue())
        path, member, template = ZIP_FILE
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, self.render(f"{path}!{member}", template))
        self.write(path, packed.getvalue())

    def plant_compiled(self) -> None:
        """Byte code whose source is gone."""
        secret = self.forge.make("anthropic-api-key")
        with tempfile.NamedTemporaryFile("w", suffix=".py") as source:
            source.write(f"KEY = {secret.text!r}\n")
            source.flush()
            py_compile.compile(source.name, str(self.root / PYC_FILE), doraise=True)
        self.note_in_place(PYC_FILE, "anthropic-api-key", secret)

    def plant_database(self) -> None:
        """The token cache of gcloud."""
        secret = self.forge.make("google-access-token")
        with sqlite3.connect(self.root / SQLITE_FILE) as database:
            database.execute("CREATE TABLE access_tokens (account_id TEXT, access_token TEXT)")
            database.execute("INSERT INTO access_tokens VALUES ('ana', ?)", (secret.text,))
        database.close()
        self.note_in_place(SQLITE_FILE, "google-access-token", secret)

    def note_in_place(self, path: str, kind: str, secret: Secret) -> None:
        """Remember a secret by looking for it in its file."""
        content = (self.root / path).read_bytes()
        self.note(path, kind, secret, content[:content.index(secret.text.encode())])
