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
