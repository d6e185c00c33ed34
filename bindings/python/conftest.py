import hashlib
import os

import pytest

TOKENS = (
    "upn,serial number,secret key,time interval,manufacturer,model\r\n"
    "alice@example.com,2300001,HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX,30,Example,One\r\n"
)


@pytest.fixture(autouse=True)
def folder_of_the_documentation(request):
    """The folder in which the examples of the documents run, with a seed file in it."""
    if hasattr(request.node, "dtest"):
        folder = request.getfixturevalue("tmp_path")
        (folder / "tokens.csv").write_bytes(TOKENS.encode())
        request.getfixturevalue("monkeypatch").chdir(folder)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request):
    """The URL of a database of a folder's own, made from the folder: a file in it, or a tenant on a server."""
    if request.param == "sqlite":
        return lambda folder: f"sqlite:{folder}/oath.db"
    return request.getfixturevalue("server_url")


@pytest.fixture
def server_url():
    """The URL of a tenant of a folder's own on a PostgreSQL server.

    `cargo xtask python` starts the server. The folder makes the name of the tenant.
    """
    server = os.environ.get("OATH_TEST_POSTGRES")
    if server is None:
        assert "CI" not in os.environ, "there is no PostgreSQL server"
        pytest.skip("there is no PostgreSQL server: `cargo xtask python` starts one")
    return lambda folder: f"{server}&tenant={hashlib.sha256(str(folder).encode()).hexdigest()[:32]}"
