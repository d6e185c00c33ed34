"""Many tokens at once, pages, keys and backups of a directory."""

import asyncio
import shutil
from pathlib import Path

import pytest
from oath_totp import AsyncDirectory, Directory, DirectoryError, Mismatch, Secret, Totp

NOW = 1_700_000_000
SECRETS = {"1": "HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX", "2": "HEYDCMRTGQ2TMNZYHEYDCMRTGQ2TMNZY"}
ALICE, BOB = "alice@example.com", "bob@example.com"


def shown(serial, at):
    return Totp(Secret.from_base32(SECRETS[serial])).generate(at)


def furnished(tmp_path):
    """A directory with two tokens that no user holds."""
    directory = Directory.create(tmp_path / "oath.db")
    for upn in (ALICE, BOB):
        directory.add_user(upn, at=NOW)
    rows = [f",{serial},{secret},30,C,M\r\n" for serial, secret in SECRETS.items()]
    header = "upn,serial number,secret key,time interval,manufacturer,model\r\n"
    uploaded = directory.upload((header + "".join(rows)).encode(), target="inventory", at=NOW)
    assert uploaded["imported"] == 2
    return directory


def test_one_operation_for_the_tokens_of_a_file_is_tried_done_and_done_again(tmp_path):
    with furnished(tmp_path) as directory:
        staff = f"serial,upn\n1,{ALICE}\n2,{BOB}\n3,{BOB}\n,{BOB}\n".encode()
        results = lambda report: [row["result"] for row in report["rows"]]  # noqa: E731
        events = directory.verify_audit()["events"]
        tried = directory.bulk("assign", staff, dry_run=True, at=NOW)
        assert results(tried) == ["done", "done", "failed", "failed"]
        assert directory.verify_audit()["events"] == events and not directory.tokens(status="assigned")
        assert directory.bulk("assign", staff, at=NOW) == tried
        failed = tried["rows"][2]
        assert (failed["line"], failed["serial"], failed["code"]) == (4, "3", "token-unknown")
        assert failed["message"] and failed["action"] and "code" not in tried["rows"][0]
        again = directory.bulk("assign", staff, at=NOW)
        assert results(again) == ["unchanged", "unchanged", "failed", "failed"]
        assert (again["done"], again["unchanged"], again["failed"], again["left"]) == (0, 2, 2, 0)
        codes = f"serial,code\n1,{shown('1', NOW)}\n".encode()
        report = directory.bulk("activate", codes, at=NOW)
        assert (report["done"], report["retry_after"]) == (1, None)
        assert directory.verify(ALICE, shown("1", NOW + 60), at=NOW + 60).serial == "1"
        assert directory.bulk("unassign", b"serial\n1\n2\n", at=NOW)["done"] == 2
        assert directory.bulk("delete", b"serial\n1\n", at=NOW)["done"] == 1
        with pytest.raises(ValueError, match="'assign', 'activate'"):
            directory.bulk("burn", staff)
        with pytest.raises(DirectoryError, match="no column upn") as error:
            directory.bulk("assign", b"serial\n1\n")
        assert error.value.code == "tokens-header" and isinstance(error.value, ValueError)


def test_lists_are_read_page_by_page_and_serial_numbers_that_may_be_meant_are_found(tmp_path):
    with furnished(tmp_path) as directory:
        assert [user["upn"] for user in directory.users(limit=1)] == [ALICE]
        assert [user["upn"] for user in directory.users(after=ALICE, limit=5)] == [BOB]
        assert directory.users(after=BOB) == [] and len(directory.users()) == 2
        assert [token["serial"] for token in directory.tokens(limit=1)] == ["1"]
        assert [token["serial"] for token in directory.tokens(status="available", after="1")] == ["2"]
        assert directory.similar_serials("01") == ["1"] and directory.similar_serials("777777") == []
        for wrong in (-1, "2", True):
            with pytest.raises((TypeError, ValueError), match="limit is None or the number of records"):
                directory.users(limit=wrong)


def test_a_key_is_added_activated_and_the_old_one_removed(tmp_path):
    with furnished(tmp_path) as directory:
        (old,) = directory.keys()
        assert old["seals"]
        new = directory.add_key()
        assert directory.keys() == [{"name": new, "seals": False}, old]
        directory.activate_key(new)
        assert directory.keys() == [{**old, "seals": False}, {"name": new, "seals": True}]
        with pytest.raises(DirectoryError) as error:
            directory.remove_key(old["name"])
        assert error.value.code == "key-in-use"
        with pytest.raises(DirectoryError) as error:
            directory.activate_key("missing")
        assert error.value.code == "key-unknown"
        assert directory.rotate_keys() == (2, []) and directory.rotate_keys() == (0, [])
        report = directory.check_keys()
        assert [(key["name"], key["tokens"], key["in_ring"]) for key in report["keys"]] == [
            (old["name"], 0, True),
            (new, 2, True),
        ]
        assert report["damaged"] == []
        directory.remove_key(old["name"])
        assert [key["name"] for key in directory.keys()] == [new]
        directory.assign("1", ALICE, at=NOW)
        directory.activate("1", shown("1", NOW), at=NOW)
    # Another process has the ring as it is now.
    with Directory.open(tmp_path / "oath.db") as directory:
        assert directory.verify(ALICE, shown("1", NOW + 60), at=NOW + 60).serial == "1"


def test_a_restored_directory_refuses_every_code_up_to_then(tmp_path):
    database = tmp_path / "oath.db"
    directory = furnished(tmp_path)
    directory.assign("1", ALICE, at=NOW)
    directory.activate("1", shown("1", NOW), at=NOW)
    directory.backup(tmp_path / "copy.db")
    directory.verify(ALICE, shown("1", NOW + 600), at=NOW + 600)
    with pytest.raises(DirectoryError) as error:
        Directory.restore(database, tmp_path / "copy.db", replace=True)
    assert error.value.code == "database-in-use"
    directory.close()
    with pytest.raises(DirectoryError) as error:
        Directory.restore(database, tmp_path / "copy.db")
    assert error.value.code == "directory-exists"
    preview = Directory.preview_restore(database, tmp_path / "copy.db", replace=True, at=NOW + 600)
    assert (preview["backup"]["tokens"], preview["replaced"]["tokens"], preview["refused_until"]) == (2, 2, NOW + 600)
    assert preview["replaced"]["events"] == preview["backup"]["events"] + 1
    assert Directory.migrate(database)["from_format"] is None, "nothing to do"
    assert Directory.preview_migration(database)["contents"]["tokens"] == 2
    former = Directory.restore(database, tmp_path / "copy.db", replace=True, at=NOW + 600)
    assert former == tmp_path / f"oath.db.replaced-{NOW + 600}" and former.exists()
    with Directory.open(database) as restored:
        with pytest.raises(Mismatch):
            restored.verify(ALICE, shown("1", NOW + 600), at=NOW + 600)
        restored.verify(ALICE, shown("1", NOW + 1200), at=NOW + 1200)
        restored.restored(at=NOW + 1800)
        with pytest.raises(Mismatch):
            restored.verify(ALICE, shown("1", NOW + 1800), at=NOW + 1800)
        # A restore by a clock that was ahead is put right.
        assert restored.restored(at=NOW + 10**7) == NOW + 10**7
        assert restored.user(ALICE, at=NOW + 1800)["refused_until"] == NOW + 10**7
        for change in (restored.lower_floor, restored.restored):
            with pytest.raises(DirectoryError) as error:
                change(at=NOW)
            assert error.value.code == "clock-behind"
        assert (restored.refused_until(), restored.last_event()) == (NOW + 10**7, NOW + 10**7)
        assert restored.lower_floor(at=NOW + 1860) == NOW + 10**7
        assert restored.lower_floor(at=NOW + 1860) is None
        assert restored.restored(clock_checked=True, at=NOW + 1860) == NOW + 1861
        restored.verify(ALICE, shown("1", NOW + 2400), at=NOW + 2400)
    new = tmp_path / "new"
    new.mkdir()
    shutil.copy(tmp_path / "oath.keys", new)
    assert Directory.restore(new / "oath.db", tmp_path / "copy.db") is None


def test_an_app_is_replaced_while_it_signs_in():
    directory = Directory.create("sqlite::memory:")
    directory.add_user(ALICE, at=NOW)
    with pytest.raises(DirectoryError) as error:
        directory.reenroll(ALICE, at=NOW)
    assert error.value.code == "software-token-unclear"
    old, uri = directory.enroll(ALICE, at=NOW)
    first = uri.to_totp()
    directory.confirm(ALICE, first.generate(NOW), at=NOW)
    new, uri = directory.reenroll(ALICE, issuer="Contoso", at=NOW + 60)
    assert uri.issuer == "Contoso"
    second = uri.to_totp()
    assert directory.verify(ALICE, first.generate(NOW + 60), at=NOW + 60).serial == old
    assert directory.confirm(ALICE, second.generate(NOW + 60), at=NOW + 60).serial == new
    assert [token["serial"] for token in directory.tokens()] == [new]
    again, _ = directory.reenroll(ALICE, new, at=NOW + 120)
    assert directory.cancel_enrolment(ALICE, at=NOW + 120) == again
    assert directory.verify(ALICE, second.generate(NOW + 120), at=NOW + 120).serial == new


def test_a_directory_in_memory_has_no_ring_to_change_and_nothing_to_restore():
    directory = Directory.create("sqlite::memory:")
    assert [key["seals"] for key in directory.keys()] == [True]
    for call in (directory.add_key, lambda: directory.activate_key("1"), lambda: directory.remove_key("1")):
        with pytest.raises(ValueError, match="memory"):
            call()
    with pytest.raises(ValueError, match="memory"):
        Directory.restore("sqlite::memory:", "copy.db")
    assert directory.check_keys()["keys"][0]["tokens"] == 0


def test_the_same_for_asyncio(tmp_path):
    async def run():
        async with AsyncDirectory.create(tmp_path / "oath.db") as directory:
            await directory.add_user(ALICE)
            name = await directory.add_key()
            await directory.activate_key(name)
            assert (await directory.keys())[-1]["name"] == name and await directory.rotate_keys() == (0, [])
            assert (await directory.bulk("delete", b"serial\n1\n", dry_run=True))["unchanged"] == 1
            await directory.backup(tmp_path / "copy.db")
        assert await AsyncDirectory.restore(tmp_path / "oath.db", tmp_path / "copy.db", replace=True)
        async with AsyncDirectory.open(tmp_path / "oath.db") as directory:
            await directory.restored()
            return [user["upn"] for user in await directory.users(limit=9)]

    assert asyncio.run(run()) == [ALICE]


def test_a_file_of_format_1_is_migrated_by_a_word_that_it_is_bound_to_no_ring(tmp_path):
    kit = Path(__file__).parents[3] / "testkit" / "directory" / "format-1"
    for name in ("oath.db", "oath.keys"):
        shutil.copy(kit / name, tmp_path)
        (tmp_path / name).chmod(0o600)
    database = tmp_path / "oath.db"
    with pytest.raises(DirectoryError) as error:
        Directory.migrate(database, at=NOW + 200)
    assert error.value.code == "database-unbound"
    preview = Directory.preview_migration(database, at=NOW + 200)
    assert (preview["from_format"], preview["left"], preview["contents"]["tokens"]) == (1, [], 3)
    migrated = Directory.migrate(database, accept_unbound=True, at=NOW + 200)
    assert (migrated["from_format"], migrated["left"]) == (1, [])
    assert Path(migrated["former"]).exists()
    with Directory.open(database) as directory:
        assert [token["serial"] for token in directory.tokens()] == ["0000", "0001", "0002"]
        assert directory.refused_until() == NOW + 200
        ends = directory.checkpoint(at=NOW + 200)
        assert directory.events(action="audit-checkpoint", limit=9)[0]["at"] == NOW + 200
        directory.verify_audit(contains=ends)
        with pytest.raises(DirectoryError):
            directory.verify_audit(contains=[ends[0][:-1] + ("0" if ends[0][-1] != "0" else "1")])
