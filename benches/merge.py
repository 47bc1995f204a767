#!/usr/bin/env python3
"""How long `credreach merge` takes, and how much memory: makes reports of so many findings each and
merges them. Usage: benches/merge.py CREDREACH [REPORTS [FINDINGS [FOLDER]]]

One finding in fifty is on every host, one in ten has a public identity; the others are of one host.
The reports carry a chain, so that checking it is measured too. Nothing else is measured.
"""

import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time


def digits(*parts):
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


def credential(host, rank, template):
    is_shared = rank % 50 == 0
    owner = "all" if is_shared else host
    one = json.loads(template)
    one["rank"] = rank
    one["secret_id"] = digits("secret", owner, rank)[:32]
    one["key_id"] = "SHA256:" + digits("key", owner, rank)[:43] if rank % 10 == 0 else None
    one["impact"] = 1 + rank % 5
    for location in one["locations"]:
        location["path"] = f"/home/user{rank % 7}/project-{rank}/.env"
    return one


def write(path, number, n_findings, lines, template):
    head = json.loads(lines["run"])
    host = f"host-{number:05}"
    head["run"]["host"] = host
    head["run"]["key"] = {"origin": "file", "id": "00c0ffee"}
    tail = json.loads(lines["summary"])
    tail["summary"]["n_credentials"] = n_findings
    last = bytes(32)
    with open(path, "wb") as out:
        def put(record):
            nonlocal last
            record.pop("chain", None)
            text = json.dumps(record, separators=(",", ":")).encode()
            last = hashlib.sha256(last + text).digest()
            out.write(text[:-1] + b',"chain":"' + last.hex().encode() + b'"}\n')
        put(head)
        for rank in range(1, n_findings + 1):
            put(credential(host, rank, template))
        put(tail)


def template_of(credreach, folder):
    """A sweep of one planted file gives the records that all others are made of."""
    home = os.path.join(folder, "planted")
    os.makedirs(home, exist_ok=True)
    token = "".join(["gh", "p_", digits("token")[:36]])
    with open(os.path.join(home, ".env"), "w") as out:
        out.write(f"DB_PASSWORD={digits('password')[:20]}\nTOKEN={token}\n")
    arguments = [credreach, "sweep", home, "--format", "ndjson", "--exit-zero", "--quiet"]
    text = subprocess.run(arguments, capture_output=True, check=True, text=True).stdout
    lines = {json.loads(line)["record"]: line for line in text.splitlines()}
    record = json.loads(lines["credential"])
    return lines, json.dumps(record)


def main():
    credreach = os.path.abspath(sys.argv[1])
    n_reports, n_findings = (int(n) for n in (sys.argv[2:4] + ["100", "1000"][len(sys.argv[2:4]):]))
    folder = tempfile.mkdtemp(dir=sys.argv[4] if len(sys.argv) > 4 else None)
    try:
        lines, template = template_of(credreach, folder)
        reports = os.path.join(folder, "reports")
        os.mkdir(reports)
        for number in range(n_reports):
            write(os.path.join(reports, f"{number:05}.ndjson"), number, n_findings, lines, template)
        n_bytes = sum(entry.stat().st_size for entry in os.scandir(reports))
        start = time.monotonic()
        merged = os.path.join(folder, "merged.ndjson")
        subprocess.run([credreach, "merge", reports, "--format", "ndjson", "--output", merged], check=True)
        seconds = time.monotonic() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{n_reports} reports of {n_findings}, {n_bytes / 2**20:.0f} MiB: {seconds:.1f} s, "
              f"peak {peak:.0f} MiB, {os.path.getsize(merged) / 2**20:.0f} MiB written")
        subprocess.run([credreach, "verify", merged], check=True, stdout=subprocess.DEVNULL)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
