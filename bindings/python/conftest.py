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
