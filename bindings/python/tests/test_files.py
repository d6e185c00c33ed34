import asyncio
import io
import itertools
import subprocess
import sys
import threading

import oath_totp
import pytest
from oath_totp import AsyncDirectory, Directory, Secret, Totp, seeds

HEADER = "upn,serial number,secret key,time interval,manufacturer,model\r\n"
SECRET = "HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX"
GOOD = f"alice@example.com,0950380269,{SECRET},30,Example,One\r\n"
BAD = f"bob@example.com,0950380270,{SECRET[:-1]}1,30,Example,One\r\n"
NOW = 1_700_000_000


def test_a_file_is_read_from_a_path_bytes_and_an_open_file(tmp_path):
    path = tmp_path / "tokens.csv"
    path.write_bytes((HEADER + GOOD + BAD).encode())
    content = path.read_bytes()
    opened = (io.BytesIO(content), io.StringIO(HEADER + GOOD + BAD), path.open("rb"), path.open(newline=""))
    for source in (path, str(path), content, bytearray(content), memoryview(content), *opened):
        file = seeds.read(source)
        assert (file.format, file.encoding, len(file.records)) == ("entra-csv", "UTF-8", 1)
        assert [finding.severity for finding in file.findings].count("error") == 1
        error = next(finding for finding in file.findings if finding.severity == "error")
        assert error.line == 3 and SECRET[:-1] not in str(error)
    with pytest.raises(FileNotFoundError, match="none.csv'"):
        seeds.read(tmp_path / "none.csv")
    with pytest.raises(OSError) as error:
        seeds.read(tmp_path)
    assert error.value.errno
    with pytest.raises(oath_totp.SeedFileError) as error:
        seeds.read(b"%PDF-1.7")
    assert error.value.code and error.value.action
    assert len(seeds.read(path, password="needed by no such file").records) == 1
    with pytest.raises(TypeError, match="password"):
        seeds.read(path, password=7)
    with pytest.raises(ValueError, match="entra-csv"):
        seeds.read(path, "sdtid")


def test_records_are_masked_unless_asked_for_and_written_back():
    file = seeds.read((HEADER + GOOD).encode())
    record = file.records[-1]
    assert record.secret.expose_base32() == SECRET and SECRET not in repr(list(file.records)) + repr(file)
    assert record.to_dict()["secret"] == "********" and record.to_dict(expose_secret=True)["secret"] == SECRET
    assert file.records.to_dicts()[0]["serial"] == "0950380269"
    for records in (file.records, list(file.records), (one for one in file.records)):
        assert seeds.write(records, "entra-csv") == (HEADER + GOOD).encode()
    with pytest.raises(IndexError):
        file.records[1]
    assert [one.serial for one in file.records[::-1]] == ["0950380269"] and file.records[1:] == []
    inventory = seeds.read((HEADER + GOOD.replace("alice@example.com", "")).encode(), target="inventory")
    with pytest.raises(oath_totp.SeedFileError, match="upn"):
        seeds.write(inventory.records, "entra-csv")
    assert b",0950380269," in seeds.write(inventory.records, "entra-csv", target="inventory")


def test_records_are_converted_and_a_loss_needs_consent():
    records = seeds.read((HEADER + GOOD).encode()).records
    with pytest.raises(oath_totp.SeedFileError, match="upn"):
        seeds.write(records, "linotp-csv")
    text = seeds.write(records, "linotp-csv", accept_loss=True)
    back = seeds.read(text)
    assert (back.format, back.records[0].serial) == ("linotp-csv", "0950380269")
    assert back.records[0].secret == records[0].secret and back.records[0].upn is None
    with pytest.raises(ValueError, match="safeword"):
        seeds.write(records, "safeword")
    uris = seeds.read(b"otpauth://totp/Example:alice?secret=" + SECRET.encode() + b"&issuer=Example")
    record = uris.records[0]
    assert (record.serial, record.issuer, record.account, record.place) == (None, "Example", "alice", "line 1")
    assert record.to_dict()["account"] == "alice" and record.line == 1


def test_what_a_file_leaves_out_is_said_beside_it():
    text = ("0950380269," + Secret.from_base32(SECRET).expose_hex()).encode()
    with pytest.raises(oath_totp.SeedFileError):
        seeds.read(text, "duo-csv")
    record = seeds.read(text, "duo-csv", token_type="totp", interval=60, digits=6).records[0]
    assert (record.step, record.digits, record.algorithm) == (60, 6, "SHA1")
    for wrong in ({"token_type": "ocra"}, {"digits": 9}, {"algorithm": "MD5"}, {"target": "nowhere"}):
        with pytest.raises(ValueError):
            seeds.read(text, "duo-csv", **wrong)


def test_a_data_frame_is_masked_unless_asked_for():
    pandas = pytest.importorskip("pandas")
    records = seeds.read((HEADER + GOOD + GOOD.replace("269,HA4T", "270,HA4U")).encode()).records
    frame = records.to_dataframe()
    assert isinstance(frame, pandas.DataFrame) and list(frame.columns) == list(records[0].to_dict())
    assert list(frame["serial"]) == ["0950380269", "0950380270"]
    assert set(frame["secret"]) == {"********"} and SECRET not in frame.to_csv()
    assert list(records.to_dataframe(expose_secrets=True)["secret"])[0] == SECRET


def test_every_format_that_the_library_knows_is_here():
    assert "entra-csv" in seeds.formats()
    with pytest.raises(ValueError) as error:
        seeds.write([], "none")
    assert all(name in str(error.value) for name in seeds.formats())


@pytest.mark.thread_unsafe(reason="how long a thread may keep the interpreter is one setting for all")
def test_others_run_while_it_searches_reads_and_waits_for_the_disk(tmp_path):
    totp = Totp(Secret.from_base32(SECRET))
    content = (HEADER + "".join(GOOD.replace("0950380269", f"{i:010}") for i in range(20_000))).encode()
    path = tmp_path / "tokens.csv"
    path.write_bytes(content)
    directory = Directory.create(f"sqlite:{tmp_path}/oath.db")
    calls = [
        lambda: totp.find("123456", NOW, 65535),
        lambda: seeds.read(content),
        lambda: seeds.read(path),
        lambda: directory.add_user(f"{threading.get_ident()}.{len(directory.users())}@example.com"),
    ]
    interval = sys.getswitchinterval()
    # Long enough that a thread runs only when another one lets it.
    sys.setswitchinterval(1000)
    try:
        for call in calls:
            assert any(lets_others_run(call) for _ in range(20))
        assert not any(lets_others_run(lambda: sum(range(100_000))) for _ in range(20)) or not gil()
    finally:
        sys.setswitchinterval(interval)


def gil():
    return getattr(sys, "_is_gil_enabled", lambda: True)()


def lets_others_run(call):
    """Whether this thread gets a turn before the call in the other one ends."""
    begun, ended = threading.Event(), []

    def other():
        begun.set()
        call()
        ended.append(True)

    thread = threading.Thread(target=other)
    thread.start()
    begun.wait()
    meanwhile = not ended
    thread.join()
    return meanwhile


def test_the_life_of_a_token(tmp_path, url):
    directory = Directory.create(url(tmp_path), tmp_path / "oath.keys")
    directory.add_user("alice@example.com")
    upload = directory.upload((HEADER + GOOD + BAD).encode(), at=NOW)
    assert (upload["imported"], upload["failed"]) == (1, 1)
    assert directory.failures(upload["upload"], at=NOW)[0]["line"] == 3
    token = Totp(Secret.from_base32(SECRET))
    with pytest.raises(oath_totp.NextCodeNeeded, match="next code is needed"):
        directory.activate("0950380269", token.generate(NOW + 3600), at=NOW)
    assert directory.activate("0950380269", token.generate(NOW + 300), at=NOW).drift == 10
    later = NOW + 60
    assert directory.verify("alice@example.com", token.generate(later + 300), at=later).serial == "0950380269"
    with pytest.raises(oath_totp.Rejected):
        directory.verify("alice@example.com", token.generate(later + 300), at=later)
    for _ in range(20):
        try:
            directory.verify("alice@example.com", "000000", at=later)
        except oath_totp.Locked as locked:
            assert locked.retry_after > 0
            break
        except oath_totp.Mismatch:
            pass
    else:
        raise AssertionError("never locked")
    directory.unassign("0950380269", at=later)
    assert directory.token("0950380269")["status"] == "available"
    assert directory.verify_audit()["events"] == len(directory.events()) == len(directory.events(chain=directory.chains()[0]))
    with pytest.raises(oath_totp.DirectoryError) as error:
        directory.token("1")
    assert error.value.code == "token-unknown" and error.value.action
    with pytest.raises(oath_totp.DirectoryError, match="Directory.create") as error:
        Directory.open(f"sqlite:{tmp_path}/none.db")
    assert str(error.value).count("none.db") == 1
    with pytest.raises(oath_totp.DirectoryError) as error:
        Directory.create(url(tmp_path), tmp_path / "oath.keys")
    assert error.value.code == "directory-exists"
    for upn, code in [("alice@example.com", "28708"), ("alice", "287082"), ("", "287082"), ("bob@example.com", "287082")]:
        with pytest.raises(oath_totp.Rejected):
            directory.verify(upn, code, at=later)
    for wrong in (lambda: Directory.open("mysql://x"), lambda: directory.add_user("bob"), lambda: directory.import_users(b"x")):
        with pytest.raises(oath_totp.DirectoryError) as error:
            wrong()
        assert isinstance(error.value, ValueError) and error.value.code and error.value.action
    upload = directory.uploads(at=NOW)[0]["upload"]
    assert directory.upload_status(upload, at=NOW)["imported"] == 1
    directory.delete_upload(upload, at=NOW)
    assert directory.uploads(at=NOW) == []


def test_users_and_an_inventory_from_open_files(tmp_path, url):
    directory = Directory.create(url(tmp_path), tmp_path / "oath.keys")
    users = io.StringIO("userPrincipalName,displayName\nalice@example.com,Alice\nbob@example.com,Bob\n")
    assert directory.import_users(users)["added"] == 2
    path = tmp_path / "inventory.csv"
    path.write_text(HEADER + GOOD.replace("alice@example.com", ""))
    assert directory.upload(path)["failed"] == 1
    with path.open("rb") as file:
        upload = directory.upload(file, target="inventory")
    assert (upload["imported"], upload["file"]) == (1, "inventory.csv")
    assert directory.tokens(status="available")[0]["serial"] == "0950380269"
    directory.assign("0950380269", "bob@example.com")
    assert [token["upn"] for token in directory.tokens(upn="bob@example.com")] == ["bob@example.com"]


def test_users_are_renamed_disabled_removed_and_made_like_a_list(tmp_path, url):
    directory = Directory.create(url(tmp_path), tmp_path / "oath.keys")
    first = b"User principal name,Display name,Object Id,Block credential\nalice@example.com,\xc5sa,1,False\nbob@example.com,,2,True\n"
    assert directory.import_users(first)["added"] == 2
    alice = directory.user("alice@example.com")
    assert (alice["display_name"], alice["enabled"], alice["object_id"], alice["tokens"]) == ("\xc5sa", True, "1", [])
    assert [user["enabled"] for user in directory.users()] == [True, False]
    assert directory.rename_user("alice@example.com", "carol@example.com")["upn"] == "carol@example.com"
    assert directory.enable_user("carol@example.com", False)["enabled"] is False
    with pytest.raises(oath_totp.DirectoryError) as error:
        directory.enroll("carol@example.com", at=NOW)
    assert error.value.code == "user-disabled"
    assert directory.enable_user("carol@example.com")["enabled"] is True
    listed = b"userPrincipalName,id\ndave@example.com,1\n"
    report = directory.sync_users(listed, leavers="remove", dry_run=True)
    assert (report["changed"], report["left"], len(directory.users())) == (1, ["bob@example.com"], 2)
    assert directory.sync_users(listed, leavers="remove")["left"] == ["bob@example.com"]
    assert directory.similar_users("dav@example.com") == ["dave@example.com"]
    nothing = {"available": [], "deleted": []}
    assert directory.remove_user("dave@example.com", dry_run=True) == nothing and len(directory.users()) == 1
    assert directory.remove_user("dave@example.com") == nothing and directory.users() == []
    with pytest.raises(ValueError, match="leavers: expected"):
        directory.sync_users(listed, leavers="some")


def test_a_code_is_accepted_once_by_any_number_of_threads(tmp_path, url):
    directory = Directory.create(url(tmp_path), tmp_path / "oath.keys")
    directory.add_user("alice@example.com")
    _, uri = directory.enroll("alice@example.com", at=NOW)
    app = uri.to_totp()
    directory.confirm("alice@example.com", app.generate(NOW), app.generate(NOW + 30), at=NOW)
    accepted = []

    def sign_in():
        try:
            accepted.append(directory.verify("alice@example.com", app.generate(NOW + 60), at=NOW + 60))
        except oath_totp.Rejected:
            pass

    threads = [threading.Thread(target=sign_in) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(accepted) == 1


def test_a_closed_directory_raises_an_error_and_releases_its_files(tmp_path):
    url = f"sqlite:{tmp_path}/oath.db"
    with Directory.create(url) as directory:
        directory.add_user("alice@example.com")
        assert (tmp_path / "oath.db-wal").exists()
    assert not (tmp_path / "oath.db-wal").exists()
    directory.close()
    calls = [
        directory.users,
        directory.verify_audit,
        directory.__enter__,
        lambda: directory.add_user("bob@example.com"),
        lambda: directory.verify("alice@example.com", "123456"),
    ]
    for call in calls:
        with pytest.raises(oath_totp.DirectoryError, match="closed.*Directory.open") as error:
            call()
        assert error.value.code == "directory-closed"
    with pytest.raises(ZeroDivisionError), Directory.open(url) as directory:
        assert [user["upn"] for user in directory.users()] == ["alice@example.com"]
        _ = 1 / 0
    with pytest.raises(oath_totp.DirectoryError):
        directory.users()


def test_threads_open_the_same_directory_at_once(tmp_path, url):
    place = (url(tmp_path), tmp_path / "oath.keys")
    Directory.create(*place).close()
    begin, opened = threading.Barrier(4), []

    def open_it():
        begin.wait()
        for _ in range(10):
            with Directory.open(*place) as directory:
                opened.append(len(directory.users()))

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == [0] * 40


def test_calls_in_other_threads_end_as_they_should_while_it_closes(tmp_path, url):
    directory = Directory.create(url(tmp_path), tmp_path / "oath.keys")
    began, ended = threading.Barrier(5), []

    def ask():
        try:
            for calls in itertools.count():
                assert directory.users() == []
                if calls == 0:
                    began.wait()
        except oath_totp.DirectoryError as error:
            ended.append(error.code)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    began.wait()
    directory.close()
    for thread in threads:
        thread.join()
    assert ended == ["directory-closed"] * 4


def test_the_same_for_asyncio(tmp_path, url):
    async def run():
        directory = await AsyncDirectory.create(url(tmp_path), tmp_path / "oath.keys")
        await directory.add_user("alice@example.com")
        _, uri = await directory.enroll("alice@example.com", at=NOW)
        app = uri.to_totp()
        await directory.confirm("alice@example.com", app.generate(NOW), app.generate(NOW + 30), at=NOW)
        tries = [directory.verify("alice@example.com", app.generate(NOW + 60), at=NOW + 60) for _ in range(4)]
        verdicts = await asyncio.gather(*tries, return_exceptions=True)
        async with directory:
            assert len(await directory.users()) == 1
        with pytest.raises(oath_totp.DirectoryError, match="closed"):
            await directory.users()
        return [verdict for verdict in verdicts if not isinstance(verdict, Exception)]

    assert len(asyncio.run(run())) == 1


def test_the_command_comes_with_it():
    shown = subprocess.run([sys.executable, "-m", "oath_totp", "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout.startswith("oath ")
    refused = subprocess.run([sys.executable, "-m", "oath_totp", "nonsense"], capture_output=True, text=True)
    assert refused.returncode == 2 and "nonsense" in refused.stderr


def test_an_upload_is_previewed_and_resumed_by_number(tmp_path):
    directory = Directory.create("sqlite::memory:")
    content = (HEADER + GOOD + BAD).encode()
    directory.add_user("alice@example.com", at=NOW)
    preview = directory.preview_upload(content, at=NOW)
    assert (preview["rows"], preview["imported"], preview["failed"]) == (2, 1, 1)
    assert preview["failures"][0]["line"] == 3 and directory.uploads(at=NOW) == []
    path = tmp_path / "tokens.csv"
    path.write_bytes(content)
    upload = directory.upload(path, at=NOW)
    assert all(upload[name] == preview[name] for name in ("rows", "imported", "unchanged", "failed"))
    with pytest.raises(oath_totp.DirectoryError) as error:
        directory.upload(path, resume=upload["upload"], at=NOW)
    assert error.value.code == "upload-finished"
    with pytest.raises(oath_totp.DirectoryError) as error:
        directory.upload(path, resume=99, at=NOW)
    assert error.value.code == "upload-unknown"
    assert directory.undo_upload(upload["upload"], dry_run=True, at=NOW) == (1, [])
    assert directory.undo_upload(upload["upload"], at=NOW) == (1, []) and directory.tokens() == []
    assert directory.upload_status(upload["upload"], at=NOW)["taken_back"] == 1


def test_the_policy_is_shown_and_changed():
    directory = Directory.create("sqlite::memory:")
    before = directory.policy()
    assert (before["tokens-per-user"], before["activations"]) == ("5", "200")
    changes = {"activations": "none", "tokens-per-user": "3"}
    assert directory.set_policy(changes, dry_run=True, at=NOW) == {**before, **changes}
    assert directory.policy() == before
    assert directory.set_policy(changes, at=NOW) == {**before, **changes} == directory.policy()
    assert directory.events()[-1]["action"] == "policy-changed"
    for name, value, code in [("tokens-per-usr", "3", "policy-field-unknown"), ("tokens-per-user", "0", "policy-value")]:
        with pytest.raises(oath_totp.DirectoryError) as error:
            directory.set_policy({"activations": "200", name: value}, at=NOW)
        assert error.value.code == code and directory.policy()["activations"] == "none"


def test_the_audit_log_is_exported_and_pruned(tmp_path):
    directory = Directory.create("sqlite::memory:")
    directory.add_user("alice@example.com", at=NOW)
    path = tmp_path / "log.jsonl"
    assert directory.export_audit(path, 0) == 0 and not path.exists()
    events = len(directory.events())
    assert directory.export_audit(path, 2**40) == events == directory.verify_export(path)
    with pytest.raises(FileExistsError):
        directory.export_audit(path, 2**40)
    assert directory.prune_audit(path, dry_run=True) == events == directory.verify_audit()["events"]
    assert directory.prune_audit(path) == events and directory.prune_audit(path) == 0
    assert [event["action"] for event in directory.events()] == ["audit-pruned"]
    assert directory.verify_audit()["events"] == 1 and directory.verify_export(path) == events
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(oath_totp.DirectoryError) as error:
        directory.verify_export(path)
    assert error.value.code == "exported-file-damaged"
