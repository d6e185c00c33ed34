"""Completes a wheel that maturin built: `python finish_wheel.py WHEEL`.

Adds the licences of the crates that are compiled into it, names SQLite in its bill of materials, and takes the paths of the
machine out of that. Run from a folder of the workspace; cargo has the sources of all crates.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

NOTICES = "THIRD-PARTY.txt"


def cargo(*words):
    return subprocess.run(["cargo", *words, "--locked"], check=True, capture_output=True, text=True).stdout


def crates():
    """The crates of other projects that are linked into the wheel, with their folders."""
    tree = cargo("tree", "-p", "oath-python", "-e", "normal,no-proc-macro", "--prefix", "none", "-f", "{p}")
    linked = {tuple(line.split()[:2]) for line in tree.splitlines() if line}
    packages = json.loads(cargo("metadata", "--format-version", "1"))["packages"]
    found = {(one["name"], f"v{one['version']}"): one for one in packages if one["source"]}
    return [found[crate] for crate in sorted(linked) if crate in found]


def sqlite_version(packages):
    folder = next(Path(one["manifest_path"]).parent for one in packages if one["name"] == "libsqlite3-sys")
    header = (folder / "sqlite3" / "sqlite3.h").read_text(encoding="utf-8")
    return re.search(r'#define SQLITE_VERSION\s+"([^"]+)"', header)[1]


def notices(packages):
    parts = ["The machine code of this package contains these works.\n", "SQLite is in the public domain.\n"]
    for one in packages:
        folder = Path(one["manifest_path"]).parent
        parts.append(f"{'=' * 78}\n{one['name']} {one['version']}: {one['license']}\n{one['repository'] or ''}\n")
        names = re.compile(r"(licen[cs]e|copying|notice|copyright)", re.IGNORECASE)
        for path in sorted(path for path in folder.iterdir() if path.is_file() and names.match(path.name)):
            parts.append(f"{'-' * 78}\n{path.name}\n\n{path.read_text(encoding='utf-8', errors='replace').strip()}\n")
    return "\n".join(parts).encode()


def bill(text, version):
    """The bill of materials without paths, and with SQLite."""
    found = json.loads(re.sub(r"path\+file://[^\"#]*/([^\"#/]+)#", r"path+file:///\1#", text))
    found["components"].append(
        {
            "type": "library",
            "bom-ref": f"sqlite@{version}",
            "name": "SQLite",
            "version": version,
            "scope": "required",
            "licenses": [{"expression": "blessing"}],
            "purl": f"pkg:generic/sqlite@{version}",
            "cpe": f"cpe:2.3:a:sqlite:sqlite:{version}:*:*:*:*:*:*:*",
        }
    )
    linker = next(one for one in found["dependencies"] if "libsqlite3-sys@" in one["ref"])
    linker.setdefault("dependsOn", []).append(f"sqlite@{version}")
    found["dependencies"].append({"ref": f"sqlite@{version}"})
    return (json.dumps(found, indent=1) + "\n").encode()


def finished(wheel):
    packages = crates()
    with zipfile.ZipFile(wheel) as archive:
        content = {entry: archive.read(entry) for entry in archive.infolist()}
    folder = next(entry.filename.split("/")[0] for entry in content if entry.filename.endswith("/RECORD"))
    record = f"{folder}/RECORD"
    files = {entry.filename: (entry, data) for entry, data in content.items()}
    for name, (entry, data) in list(files.items()):
        if name.startswith(f"{folder}/sboms/"):
            files[name] = (entry, bill(data.decode(), sqlite_version(packages)))
        elif name == f"{folder}/METADATA":
            header, body = data.decode().split("\n\n", 1)
            line = f"License-File: {NOTICES}"
            files[name] = (entry, f"{header}\n{line}\n\n{body}".encode() if line not in header else data)
    name = f"{folder}/licenses/{NOTICES}"
    files[name] = (files[record][0], notices(packages))
    lines = []
    for name, (_, data) in sorted(files.items()):
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{name},," if name == record else f"{name},sha256={digest},{len(data)}")
    files[record] = (files[record][0], ("\n".join(lines) + "\n").encode())
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, (entry, data) in sorted(files.items(), key=lambda one: (".dist-info/" in one[0], one[0] == record, one[0])):
            info = zipfile.ZipInfo(name, entry.date_time)
            info.external_attr, info.compress_type = entry.external_attr, zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    print(f"{wheel.name}: licences of {len(packages)} crates, SQLite {sqlite_version(packages)}")


if __name__ == "__main__":
    finished(Path(sys.argv[1]))
