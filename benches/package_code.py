#!/usr/bin/env python3
"""Count what credreach finds in real package code that is no key material.

    package_code.py collect DIR               get about 1 GB of packages from pip, npm and cargo
    package_code.py sweep DIR --credreach BINARY
                                              sweep them and print findings per MiB by kind

`collect` leaves out, by name, an ecosystem whose program is absent or offline. Nothing of a package is run.
`sweep` counts places of medium confidence or more. Each is judged by package_code.labels, which a person wrote
after reading the place: `true` is key material (also a test key: it opens what it opens), `false` is not. A place
without a label counts as false and is listed in DIR/unlabelled.txt, by path and line, never by bytes.
"""

import argparse
import collections
import fnmatch
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PYTHON_PACKAGES = """aiohttp apache-airflow-core azure-identity
    azure-storage-blob bokeh botocore celery certifi cryptography dagster django docker elasticsearch fastapi flask
    google-api-python-client google-cloud-storage grpcio httpx jupyterlab kubernetes langchain-community litellm
    matplotlib mlflow mypy nltk numpy oauthlib openai pandas paramiko plotly polars prefect prometheus-client
    psycopg2-binary pulumi pycryptodomex pydantic pyjwt pymongo python-jose redis requests rsa
    scikit-learn scrapy sentry-sdk snowflake-connector-python sphinx sqlalchemy streamlit sympy tornado transformers
    twilio urllib3 werkzeug""".split()
NODE_PACKAGES = """@angular/core @aws-sdk/client-s3 @azure/msal-node @babel/preset-env @google-cloud/storage
    @nestjs/core @octokit/rest @sentry/node @supabase/supabase-js axios bull discord.js
    express fastify graphql gulp jest jose jsonwebtoken knex langchain
    lodash mocha mongoose mysql2 next-auth nodemailer openpgp passport pg playwright-core prisma redis
    rxjs sequelize serverless socket.io ssh2 stripe svelte telegraf twilio typeorm vite vue web3 ws""".split()
PIP = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--only-binary", ":all:"]
NPM = ["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps"]
LABELS = Path(__file__).with_suffix(".labels")
MIB = 1 << 20


def collect(root: Path) -> None:
    """Get the packages of all three ecosystems."""
    root.mkdir(parents=True, exist_ok=True)
    for package in PYTHON_PACKAGES:
        attempt(f"PyPI package {package}", [*PIP, "--upgrade", "--target", str(root / "pip" / package), package])
    (root / "npm").mkdir(exist_ok=True)
    for package in NODE_PACKAGES:
        attempt(f"npm package {package}", [*NPM, "--prefix", str(root / "npm"), package])
    registry = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"), "registry", "src")
    if registry.is_dir():
        shutil.copytree(registry, root / "cargo", dirs_exist_ok=True, symlinks=True)
    else:
        print("left out: crates: no registry of cargo", file=sys.stderr)
    sizes = [path.stat().st_size for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    print(f"{len(sizes)} files, {sum(sizes) / MIB:.0f} MiB")


def attempt(what: str, command: list[str]) -> None:
    """Run an installer; what it cannot get is left out, and said so."""
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=1200)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"left out: {what}: {type(error).__name__}", file=sys.stderr)


def places(report: dict, root: Path) -> Iterator[tuple[str, str, str, int]]:
    """Kind, confidence, path below the root, and line of each place of medium confidence or more."""
    for credential in report["credentials"]:
        if credential["confidence"] == "low":
            continue
        for place in credential["locations"]:
            path = Path(place["path"]).resolve().relative_to(root.resolve())
            name = "!".join([str(path), *place["containers"]])
            yield credential["kind"], credential["confidence"], name, place["line"]


def labels() -> list[tuple[str, str, str]]:
    """Verdict, kind and path, each with `*`, of every line: the first that fits counts."""
    lines = LABELS.read_text().splitlines() if LABELS.exists() else []
    words = [line.split("#")[0].split() for line in lines]
    return [(word[0], word[1], word[2]) for word in words if len(word) == 3]


def judge(kind: str, path: str, known: list[tuple[str, str, str]]) -> str:
    """The verdict of the first label for this kind and path."""
    fits = (verdict for verdict, of_kind, of_path in known
            if fnmatch.fnmatchcase(kind, of_kind) and fnmatch.fnmatchcase(path, of_path))
    return next(fits, "unlabelled")


def sweep(root: Path, credreach: Path) -> None:
    """Sweep the packages, judge what was found, print the table."""
    report_path = root.with_name(root.name + ".report.json")
    report_path.unlink(missing_ok=True)
    command = [credreach, "sweep", root, "--no-default-scope", "--exit-zero", "--format", "json", "-o", report_path]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    report, known = json.loads(report_path.read_text()), labels()
    n_mib = report["coverage"]["n_bytes_read"] / MIB
    counts: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    unlabelled = []
    for kind, confidence, path, line in places(report, root):
        verdict = judge(kind, path, known)
        counts[kind][verdict] += 1
        if verdict == "unlabelled":
            unlabelled.append(f"{kind} {confidence} {path}:{line}\n")
    root.with_name(root.name + ".unlabelled.txt").write_text("".join(sorted(unlabelled)))
    print_table(counts, n_mib)


def print_table(counts: dict[str, collections.Counter], n_mib: float) -> None:
    """Kinds with most false places first."""
    print(f"{n_mib:.0f} MiB read\n\n| kind | key material | false | unlabelled | false per MiB |\n|---|--:|--:|--:|--:|")
    order = sorted(counts, key=lambda kind: (counts[kind]["true"] - counts[kind].total(), kind))
    total: collections.Counter = collections.Counter()
    for kind in order:
        total += counts[kind]
        print_row(kind, counts[kind], n_mib)
    print_row("**all**", total, n_mib)


def print_row(name: str, count: collections.Counter, n_mib: float) -> None:
    """One line of the table: what has no label counts as false."""
    wrong = count["false"] + count["unlabelled"]
    print(f"| {name} | {count['true']} | {count['false']} | {count['unlabelled']} | {wrong / n_mib:.4f} |")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    collecting, sweeping = commands.add_parser("collect"), commands.add_parser("sweep")
    for command in (collecting, sweeping):
        command.add_argument("dir", type=Path)
    sweeping.add_argument("--credreach", type=Path, required=True)
    options = parser.parse_args()
    if options.command == "collect":
        collect(options.dir)
    else:
        sweep(options.dir, options.credreach.resolve())


if __name__ == "__main__":
    main()
