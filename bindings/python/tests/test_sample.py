import sample

TOKENS = (
    b"upn,serial number,secret key,time interval,manufacturer,model\r\n"
    b"alice@example.com,0950380269,HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX,30,Example,One\r\n"
)


def test_the_sample_runs(tmp_path):
    sample.codes()
    sample.uris()
    sample.files(tmp_path, TOKENS)
    sample.directory(tmp_path, TOKENS)
