#!/usr/bin/env python3
"""Compare credreach with other secret scanners on generated hosts and on real packages (needs GNU time).

    CREDREACH_QUALITY_HOSTS=HOSTS cargo test --test quality
    package_code.py collect PACKAGES
    quality_peers.py DIR --hosts HOSTS --packages PACKAGES --credreach BINARY

All tools run as in peers.py: without network, without asking whether a secret works, with their own rules and path
filters, and they all get the same folders. DIR keeps the tools and their reports. A secret counts as found where a
finding overlaps it, shows at least eight characters of it, or is the only one that fits its line; in a packed file any
finding counts. No value is printed.
"""

import argparse
import collections
import dataclasses
import json
import os
import sys
from pathlib import Path

import peers
from peers import Finding

TIERS = {"A": "shape", "B": "vendor", "C": "generic", "S": "store", "K": "key"}
MIB = 1 << 20


def planted(case: dict, content: bytes) -> list[dict]:
    """The secrets of a case, as peers.py knows them."""
    plants = []
    for span, text in zip(case["spans"], case["texts"]):
        start, end = span or (0, len(content))
        # In UTF-16 and in base64 a tool may show the file's own writing of the secret.
        written = content[start:end].decode("utf-8", "replace")
        first = content.count(b"\n", 0, start) + 1
        plants.append({"spans": [[start, end]], "texts": [text, written] if span else [text], "packed": span is None,
                       "lines": [first, first + content.count(b"\n", start, end)]})
    return plants


def group(findings: list[Finding], cases: list[dict]) -> dict[str, list[Finding]]:
    """Findings by the file that they are in, also those in a member of an archive."""
    paths, groups = {case["path"] for case in cases}, collections.defaultdict(list)
    for finding in findings:
        path = finding.path
        while path and path not in paths:
            path = path[:max(path.rfind(mark) for mark in "!:/")] if any(mark in path for mark in "!:/") else ""
        groups[path].append(finding)
    return groups


def score(cases: list[dict], hosts: Path, findings: list[Finding]) -> dict:
    """Found and planted by tier, flagged and all of what is harmless, and findings that show no secret."""
    found, total, beyond = collections.Counter(), collections.Counter(), 0
    groups = group(findings, cases)
    for case in cases:
        here, tier = groups[case["path"]], case["tier"]
        if tier not in TIERS:
            total[tier] += 1
            found[tier] += bool(here)
            beyond += len(here)
            continue
        plants = planted(case, (hosts / case["path"]).read_bytes())
        public = [{"spans": [span], "texts": [], "lines": [0, 0]} for span in case["public"]]
        total[tier] += len(plants)
        found[tier] += sum(any(shows(finding, plant, plants) for finding in here) for plant in plants)
        beyond += sum(not any(shows(finding, plant, plants) for plant in plants + public) for finding in here)
    return {"found": found, "total": total, "beyond": beyond, "n_findings": len(findings)}


def shows(finding: Finding, plant: dict, plants: list[dict]) -> bool:
    """Whether a finding is this secret."""
    return plant.get("packed", False) or finding.shows(plant, plants)


def run(options: argparse.Namespace) -> list[tuple[str, dict, dict]]:
    """Each tool on both folders: its name and version, its score on the hosts, its figures on the packages."""
    cases = json.loads((options.hosts / "truth.json").read_text())
    rows = []
    for name in options.tools.split(","):
        program, version = peers.install(name, options.dir, options.credreach)
        keep = options.keep and name != "credreach"
        seconds, findings = measure(name, program, options.hosts, options.dir / "run-hosts", keep)
        scored = score(cases, options.hosts, findings) | {"seconds": seconds}
        seconds, findings = measure(name, program, options.packages, options.dir / "run-packages", keep)
        rows.append((f"{name} {version}", scored, {"seconds": seconds, "n_findings": len(findings)}))
        print(name, "done", file=sys.stderr)
    return rows


def measure(name: str, program: Path, tree: Path, folder: Path, keep: bool) -> tuple[float, list[Finding]]:
    """One run, or what an earlier one left: seconds of processor time, and findings by path below the tree."""
    report, figures = folder / f"{name}.json", folder / f"{name}.time"
    if not (keep and report.exists()):
        peers.measure(name, program, tree, folder)
    found = peers.TOOLS[name][3](json.loads(report.read_text()))
    user, system, *_ = map(float, figures.read_text().split())
    return user + system, [dataclasses.replace(it, path=os.path.relpath(it.path, tree)) for it in found]


def share(scored: dict, tier: str) -> str:
    """The part that was found or flagged."""
    return f"{scored['found'][tier] / max(scored['total'][tier], 1):.3f}"


def print_tables(rows: list[tuple[str, dict, dict]], n_mib: float) -> None:
    """The figures in Markdown."""
    heads = [f"{tier}: {what}" for tier, what in TIERS.items()]
    heads = ["tool", *heads, "all", "harmless flagged", "near misses flagged", "findings beside secrets", "CPU s"]
    print(f"| {' | '.join(heads)} |\n|---|" + "--:|" * (len(heads) - 1))
    for name, scored, _ in rows:
        counts = [sum(scored[key][tier] for tier in TIERS) for key in ("found", "total")]
        cells = [name, *(share(scored, tier) for tier in TIERS), f"{counts[0] / counts[1]:.3f}",
                 share(scored, "harmless"), share(scored, "near-miss"), str(scored["beyond"]),
                 f"{scored['seconds']:.1f}"]
        print(f"| {' | '.join(cells)} |")
    print(f"\n{n_mib:.0f} MiB of packages\n\n| tool | findings | per MiB | CPU s |\n|---|--:|--:|--:|")
    for name, _, figures in rows:
        print(f"| {name} | {figures['n_findings']} | {figures['n_findings'] / n_mib:.3f} | {figures['seconds']:.1f} |")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dir", type=lambda text: Path(text).resolve())
    for folder in ("--hosts", "--packages", "--credreach"):
        parser.add_argument(folder, type=lambda text: Path(text).resolve(), required=True)
    parser.add_argument("--keep", action="store_true", help="take reports of other tools that DIR has already")
    parser.add_argument("--tools", default=",".join(peers.TOOLS))
    options = parser.parse_args()
    sizes = [path.stat().st_size for path in options.packages.rglob("*") if path.is_file() and not path.is_symlink()]
    print_tables(run(options), sum(sizes) / MIB)


if __name__ == "__main__":
    main()
