"""The wheel offers what the Rust library's directory does."""

import re
from pathlib import Path

import pytest
from oath_totp import Directory

SOURCES = Path(__file__).parents[3] / "crates" / "oath-directory" / "src"

# What has another name in Python: mostly a keyword of one method takes the place of several.
ELSEWHERE = {
    "check_keys_held": "open",
    "check_ring": "open",
    "check_seals": "check_keys",
    "contains": "verify_audit",
    "edit_policy": "set_policy",
    "events_that": "events",
    "export_audit_to": "export_audit",
    "failures_page": "failures",
    "found": "create",
    "holder_of": "token",
    "key_names": "keys",
    "new": "open",
    "preview_pruning": "prune_audit",
    "preview_removal": "remove_user",
    "preview_rotation": "rotate_keys",
    "recovery": "recovery_left",
    "rehearsal": "bulk",
    "rehearsal_of": "migrate",
    "reseal": "rotate_keys",
    "resume_upload": "upload",
    "retired_key_names": "check_keys",
    "rotate": "rotate_keys",
    "tokens_after": "tokens",
    "upload_with": "upload",
    "users_after": "users",
    "verify_from": "verify",
    "verify_segment_files": "verify_export",
    "verify_segments": "verify_export",
}
# The database itself, and a question that every method asks.
INSIDE = {"allow", "store", "with_any_store"}


def methods():
    """The public functions of `Directory` and `Location`."""
    files = [SOURCES / "directory.rs", SOURCES / "location.rs"]
    files += [*(SOURCES / "directory").glob("*.rs"), *(SOURCES / "location").glob("*.rs")]
    found = set()
    for file in files:
        text = file.read_text(encoding="utf-8")
        for block in re.split(r"^impl", text, flags=re.MULTILINE)[1:]:
            if re.match(r"(<S: Store>|<S: Store \+ .*?>)? (Directory|Location)\b", block):
                found |= set(re.findall(r"^    pub (?:async |const )*fn (\w+)", block, flags=re.MULTILINE))
    return found


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the sources of the library are not there")
def test_each_function_of_the_library_is_offered():
    found = methods()
    assert len(found) > 70, sorted(found)
    offered = {name for name in dir(Directory) if not name.startswith("_")}
    paths = {"database", "database_path", "keys", "place", "within"}
    missing = {name for name in found - INSIDE - paths if ELSEWHERE.get(name, name) not in offered}
    assert not missing
    assert not {name for name in ELSEWHERE if name not in found}, "a name that is gone"
