"""Roles, recovery codes, sources and the report of a directory."""

import pytest

import oath_totp
from oath_totp import Directory, Secret, Totp

NOW = 1_700_000_000
SECRET = "HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX"
FILE = f"upn,serial number,secret key,time interval,manufacturer,model\r\nalice@example.com,0950380269,{SECRET},30,Contoso,HT\r\n"


def furnished():
    directory = Directory.open("sqlite::memory:")
    directory.add_user("alice@example.com", at=NOW)
    directory.add_user("bob@example.com", at=NOW)
    directory.upload(FILE.encode(), at=NOW)
    return directory


def test_a_role_allows_what_it_allows_and_the_log_has_the_rest():
    directory = furnished()
    assert directory.change_roles("bob@example.com", add=["helpdesk-administrator"])["roles"] == ["helpdesk-administrator"]
    bob = directory.acting_as("bob@example.com")
    bob.unlock_user("alice@example.com")
    assert [user["upn"] for user in bob.users()] == ["alice@example.com", "bob@example.com"]
    for denied in [
        lambda: bob.unassign("0950380269"),
        lambda: bob.events(),
        lambda: bob.change_roles("bob@example.com", add=["global-administrator"]),
        lambda: directory.acting_as("alice@example.com").users(),
        lambda: directory.acting_as("nobody@example.com").report(),
    ]:
        with pytest.raises(oath_totp.DirectoryError) as refused:
            denied()
        assert refused.value.code == "denied"
    assert [event["action"] for event in directory.events()].count("denied") == 5
    with pytest.raises(ValueError, match="global-administrator"):
        directory.change_roles("bob@example.com", add=["king"])


def test_a_denied_call_is_logged_at_the_time_that_it_gave():
    directory = furnished()
    with pytest.raises(oath_totp.DirectoryError) as refused:
        directory.acting_as("bob@example.com").users(at=NOW + 7)
    assert refused.value.code == "denied"
    (event,) = directory.events(action="denied")
    assert event["at"] == NOW + 7 and event["detail"]["clock"]


def test_events_are_found_by_user_token_kind_and_time():
    directory = furnished()
    directory.add_user("carol@example.com", at=NOW + 10)
    everything = directory.events()
    by_carol = directory.events(upn="CAROL@example.com")
    assert [(event["upn"], event["at"], event["serial"]) for event in by_carol] == [("carol@example.com", NOW + 10, None)]
    assert directory.events(since=NOW + 10, until=NOW + 10) == by_carol
    assert directory.events(since=NOW + 10) == [event for event in everything if event["at"] >= NOW + 10]
    assert directory.events(until=NOW + 9) == [event for event in everything if event["at"] <= NOW + 9]
    assert {event["serial"] for event in directory.events(serial="0950380269")} == {"0950380269"}
    added = directory.events(action="user-added")
    assert [event["upn"] for event in added] == ["alice@example.com", "bob@example.com", "carol@example.com"]
    assert directory.events(action="user-added", limit=1, after=added[0]["sequence"]) == [added[1]]
    # The events before it fill the first page.
    assert directory.events(upn="carol@example.com", limit=1) == by_carol
    assert directory.events(serial="none") == [] == directory.events(limit=0)
    with pytest.raises(ValueError, match="action is one of .*user-added"):
        directory.events(action="made-up")


def test_an_end_that_was_noted_down_is_still_in_the_log():
    directory = furnished()
    before = directory.verify_audit()
    assert before["pruned"] == [] and len(before["ends"]) == 1 and before["ends"][0].endswith(before["head"])
    directory.add_user("carol@example.com", at=NOW)
    assert directory.verify_audit(contains=before["ends"])["events"] == before["events"] + 1
    number, hash_of_it = before["ends"][0].split(":")
    for wrong in (f"{number}:{'0' * 64}", f"{int(number) + 9}:{hash_of_it}", f"7/{number}:{hash_of_it}"):
        with pytest.raises(oath_totp.DirectoryError) as refused:
            directory.verify_audit(contains=[*before["ends"], wrong])
        assert refused.value.code == "audit-tampered"
    with pytest.raises(ValueError, match="NUMBER:HASH"):
        directory.verify_audit(contains=["12"])


def test_an_import_of_users_is_told_before_it_is_made():
    directory = furnished()
    file = b"userPrincipalName\r\ncarol@example.com\r\n"
    told = directory.import_users(file, dry_run=True, at=NOW)
    assert [user["upn"] for user in directory.users()] == ["alice@example.com", "bob@example.com"]
    assert directory.import_users(file, at=NOW) == told
    assert [user["upn"] for user in directory.users()][-1] == "carol@example.com"


def test_recovery_codes_sign_in_once():
    directory = furnished()
    codes = directory.issue_recovery("alice@example.com", at=NOW)
    assert len(codes) == 10 and all(len(code) == 14 for code in codes)
    assert directory.verify_recovery("alice@example.com", codes[0].lower(), at=NOW) == 9
    with pytest.raises(oath_totp.Mismatch):
        directory.verify_recovery("alice@example.com", codes[0], at=NOW)
    with pytest.raises(oath_totp.MalformedCode) as malformed:
        directory.verify_recovery("alice@example.com", "123456", at=NOW)
    assert "123456" not in str(malformed.value)
    assert directory.recovery_left("alice@example.com") == 9 == directory.reset_recovery("alice@example.com")
    assert directory.recovery_left("alice@example.com") == 0


def test_a_known_source_is_not_locked_by_strangers():
    directory = furnished()
    token = Totp(Secret.from_base32(SECRET))
    directory.activate("0950380269", token.generate(NOW), at=NOW)
    directory.verify("alice@example.com", token.generate(NOW + 30), source="laptop", at=NOW + 30)
    for _ in range(10):
        with pytest.raises(oath_totp.Mismatch):
            directory.verify("alice@example.com", "000000", at=NOW + 60)
    with pytest.raises(oath_totp.Locked):
        directory.verify("alice@example.com", token.generate(NOW + 60), at=NOW + 60)
    locked = directory.users(locked=True, at=NOW + 60)
    assert [(user["upn"], user["failed_attempts"], user["locked_until"]) for user in locked] == [("alice@example.com", 10, NOW + 90)]
    details = directory.user("alice@example.com", at=NOW + 60)
    assert (details["known_sources"], details["locked_until"]) == (1, NOW + 90)
    assert directory.verify("alice@example.com", token.generate(NOW + 60), source="laptop", at=NOW + 60).serial == "0950380269"


def test_the_report_counts_and_shows_no_secret():
    directory = furnished()
    token = Totp(Secret.from_base32(SECRET))
    directory.activate("0950380269", token.generate(NOW + 60), at=NOW)
    report = directory.report(at=NOW + 100 * 86_400)
    assert (report["tokens"], report["users"], report["unused"]) == (1, 2, {"count": 1, "first": ["0950380269"]})
    model = report["models"][0]
    assert (model["model"], model["by_status"]["activated"]) == ("HT", 1)
    assert model["clocks"] == [{"age": "under 1 year", "tokens": 1, "mean_drift": 60, "most_drift": 60}]
    assert SECRET not in str(report)
