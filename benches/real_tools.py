#!/usr/bin/env python3
"""What an audit proves of installs made by the real tools.

Installs harmless packages with each package manager that this machine has, takes them away
again, and asks `credreach audit` after every step, with a campaign that names them:

    cargo build --release
    python3 benches/real_tools.py target/release/credreach [SCRATCH]

Each tool gets a home of its own. Four states: present; removed by the tool; only the caches
left; only the lock file. Prints a table of what is told, and how far the told times are from
the true one, in seconds. Needs the package registries that the tools are set up for; a tool
that is missing, or an install that fails, is a line that says so. Writes below SCRATCH alone.
"""

import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ADVISORY = """
id = "real-tools-{ecosystem}"
title = "harmless packages, named for a trial"
ecosystem = "{name}"
ids = []
summary = "A trial."
window = {{ start = "{start}", end = "{end}" }}
confidence = "high"
sources = ["nobody"]
contain = []

[[package]]
name = "{package}"
versions = ["{version}"]
triggers = ["install"]
"""

PYTHON = ("PyPI", "six", "1.16.0")
NODE = ("npm", "is-odd", "3.0.1")
RUST = ("crates.io", "cfg-if", "1.0.0")


class Lab:
    """A home for one tool, and what is run in it."""

    def __init__(self, scratch, name):
        self.name = name
        self.home = scratch / name
        self.project = self.home / "project"
        self.project.mkdir(parents=True)
        keep = {key: value for key, value in os.environ.items() if not key.startswith(("npm_", "UV_", "PIP", "XDG_"))}
        self.env = keep | {"HOME": str(self.home), "CI": "1", "NO_COLOR": "1"}
        for key in ("CARGO_HOME", "RUSTUP_HOME", "PYENV_ROOT"):
            default = {"RUSTUP_HOME": ".rustup", "PYENV_ROOT": ".pyenv"}.get(key)
            if default and key not in os.environ:
                self.env[key] = str(pathlib.Path.home() / default)
        self.env.pop("CARGO_HOME", None)
        # The client's own settings of where registries are stand in the real home.
        for file in (".npmrc", ".config/pip/pip.conf", ".config/uv/uv.toml", ".pip/pip.conf"):
            source = pathlib.Path.home() / file
            if source.is_file():
                (self.home / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, self.home / file)
        config = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo")) / "config.toml"
        if config.is_file():
            (self.home / ".cargo").mkdir()
            shutil.copy(config, self.home / ".cargo/config.toml")

    def run(self, *command, cwd=None):
        command = [str(word) for word in command]
        done = subprocess.run(command, cwd=cwd or self.project, env=self.env, capture_output=True, text=True, timeout=300)
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines()
            raise RuntimeError(f"{' '.join(command[:3])}: {lines[-1] if lines else done.returncode}")

    def write(self, name, text):
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def pip(lab):
    lab.run(sys.executable, "-m", "venv", ".venv")
    yield
    lab.run(".venv/bin/pip", "install", "-q", "--log", "pip.log", "six==1.16.0")
    lab.write("requirements.txt", "six==1.16.0\n")
    yield
    lab.run(".venv/bin/pip", "uninstall", "-q", "-y", "six")
    yield "requirements.txt"


def uv(lab):
    lab.write("pyproject.toml", '[project]\nname = "a"\nversion = "0"\nrequires-python = ">=3.8"\n')
    yield
    lab.run("uv", "add", "-q", "six==1.16.0")
    yield
    shutil.copy(lab.project / "uv.lock", lab.home / "uv.lock")
    lab.run("uv", "remove", "-q", "six")
    yield lab.home / "uv.lock"


def uvx(lab):
    yield
    lab.run("uvx", "-q", "--with", "six==1.16.0", "pycowsay", "x")
    yield
    yield None


def uv_tool(lab):
    yield
    lab.run("uv", "tool", "install", "-q", "--with", "six==1.16.0", "pycowsay")
    yield
    lab.run("uv", "tool", "uninstall", "-q", "pycowsay")
    yield None


def pipx(lab):
    lab.env |= {"PIPX_HOME": str(lab.home / ".local/share/pipx")}
    yield
    lab.run("pipx", "install", "-q", "pycowsay")
    lab.run("pipx", "inject", "-q", "pycowsay", "six==1.16.0")
    yield
    lab.run("pipx", "uninstall", "pycowsay")
    yield None


def node(install, remove, lock, before=lambda lab: None):
    def steps(lab):
        lab.write("package.json", '{"name": "a", "version": "0.0.0", "private": true}')
        before(lab)
        yield
        lab.run(*install)
        yield
        shutil.copy(lab.project / lock, lab.home / lock)
        lab.run(*remove)
        yield lab.home / lock

    return steps


def npx(lab):
    yield
    lab.run("npm", "exec", "--yes", "--package=is-odd@3.0.1", "--", "node", "-e", "0")
    yield
    yield None


def npm_global(lab):
    lab.env["npm_config_prefix"] = str(lab.home / ".npm-global")
    yield
    lab.run("npm", "install", "-g", "is-odd@3.0.1")
    yield
    lab.run("npm", "rm", "-g", "is-odd")
    yield None


def cargo_build(lab):
    lab.write("Cargo.toml", '[package]\nname = "a"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\ncfg-if = "=1.0.0"\n')
    lab.write("src/lib.rs", "")
    yield
    lab.run("cargo", "build", "-q")
    yield
    shutil.copy(lab.project / "Cargo.lock", lab.home / "Cargo.lock")
    lab.run("cargo", "remove", "-q", "cfg-if")
    yield lab.home / "Cargo.lock"


def yarn_berry(linker):
    def before(lab):
        lab.write(".yarnrc.yml", f"nodeLinker: {linker}\nenableTelemetry: false\nenableImmutableInstalls: false\n")
        lab.write("yarn.lock", "")
        npmrc = lab.home / ".npmrc"
        for line in npmrc.read_text().splitlines() if npmrc.is_file() else []:
            if line.startswith("registry="):
                with (lab.project / ".yarnrc.yml").open("a") as out:
                    out.write(f'npmRegistryServer: "{line.removeprefix("registry=").strip().rstrip("/")}"\n')

    return before


def tools(bin_folder):
    """Programs by npm, since few machines have all of them."""
    packages = {"pnpm": "pnpm@9", "yarn": "yarn@1.22.22", "bun": "bun", "yarn4": "@yarnpkg/cli-dist@4.9.2"}
    found = {}
    for name, package in packages.items():
        folder = bin_folder / name
        done = subprocess.run(["npm", "install", "--prefix", folder, package], capture_output=True)
        program = folder / "node_modules/.bin" / name.rstrip("4")
        if done.returncode == 0 and program.exists():
            found[name] = program
    return found


def labs(found):
    yield "pip", PYTHON, pip
    yield "uv", PYTHON, uv
    yield "uvx", PYTHON, uvx
    yield "uv tool", PYTHON, uv_tool
    yield "pipx", PYTHON, pipx
    yield "npm", NODE, node(("npm", "install", "is-odd@3.0.1"), ("npm", "rm", "is-odd"), "package-lock.json")
    yield "npm -g", NODE, npm_global
    yield "npx", NODE, npx
    for name, lock in (("pnpm", "pnpm-lock.yaml"), ("yarn", "yarn.lock"), ("bun", "bun.lock")):
        if name in found:
            program = found[name]
            yield name, NODE, node((program, "add", "is-odd@3.0.1"), (program, "remove", "is-odd"), lock)
    if "yarn4" in found:
        program = found["yarn4"]
        for linker in ("node-modules", "pnp"):
            steps = node((program, "add", "is-odd@3.0.1"), (program, "remove", "is-odd"), "yarn.lock", yarn_berry(linker))
            yield f"yarn4 {linker}", NODE, steps
    yield "cargo", RUST, cargo_build


class Audit:
    def __init__(self, program, rules):
        self.program, self.rules = program, rules

    def told(self, package, *paths):
        """`presence` of each entry about a package, with the start of its windows."""
        command = [self.program, "audit", "--no-default-scope", "--rules", self.rules, "--format", "json", "-q", *paths]
        done = subprocess.run(command, capture_output=True, text=True)
        told = []
        for install in json.loads(done.stdout)["infected_installs"]:
            names = [install["package"]] if install["package"] else install["mentions"]
            if any(one["name"] == package[1] and one["version"] == package[2] for one in names):
                told.append(install)
        return told


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def cell(told, truth=None):
    """The surest entry, and how far its times are from the truth."""
    if not told:
        return "-"
    order = ["installed", "bundle", "leftover", "log", "cache", "history", "lockfile", "lockfile-history", "traces"]
    told.sort(key=lambda one: order.index(one["presence"]))
    first = told[0]
    words = sorted({one["presence"] for one in told} | {m["source"] for one in told for m in one["mentions"]}, key=order.index)
    text = ", ".join(words)
    if truth is None:
        return text
    outer = moment(first["window"]["start"]) - truth
    certain = moment(first["certain"]["start"]) - truth if first["certain"] else None
    text += f" ({outer:+.0f} s" + (f", certain {certain:+.0f} s)" if certain is not None else ")")
    return text


def caches_only(lab):
    """What a clean-up leaves that knows the project and the logs, and no cache."""
    shutil.rmtree(lab.project)
    for logs in ("_logs", "log", "logs"):
        for folder in list(lab.home.rglob(logs)):
            shutil.rmtree(folder, ignore_errors=True)
    for lock in lab.home.glob("*lock*"):
        lock.unlink()


def trial(lab, package, steps, audit):
    run = steps(lab)
    next(run)
    start = datetime.datetime.now().timestamp()
    next(run)
    end = datetime.datetime.now().timestamp()
    middle = (start + end) / 2
    row = [cell(audit.told(package, lab.home), middle)]
    lock = next(run)
    kept = lab.project / lock if lock is not None else None
    locked = "no lock file"
    if kept is not None:
        alone = lab.home.parent / f"{lab.name} locked"
        alone.mkdir()
        shutil.copy(kept, alone / kept.name)
        locked = cell(audit.told(package, alone))
        kept.unlink()
    row.append(cell(audit.told(package, lab.home), middle))
    caches_only(lab)
    row.append(cell(audit.told(package, lab.home), middle))
    return row + [locked, f"{end - start:.0f} s"]


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    scratch = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pathlib.Path(tempfile.mkdtemp(prefix="real-tools-"))
    rules = scratch / "rules/advisories"
    rules.mkdir(parents=True)
    now = datetime.datetime.now(datetime.timezone.utc)
    window = [(now + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ") for days in (-1, 1)]
    for number, (name, package, version) in enumerate((PYTHON, NODE, RUST)):
        text = ADVISORY.format(ecosystem=number, name=name, package=package, version=version, start=window[0], end=window[1])
        (rules / f"real-tools-{number}.toml").write_text(text)
    audit = Audit(program, rules.parent)
    print("| tool | present | removed | caches only | lock file only | the install took |")
    print("|---|---|---|---|---|---|")
    for name, package, steps in labs(tools(scratch / "tools")):
        lab = Lab(scratch, name)
        try:
            row = trial(lab, package, steps, audit)
        except (OSError, RuntimeError, subprocess.TimeoutExpired) as error:
            row = [f"did not run: {error}", "", "", "", ""]
        print(f"| {name} | {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
