"""The examples for web frameworks: enrolment, a sign-in, and a replay, a typo and a stranger that are refused."""

import sqlite3
import sys
import threading
from pathlib import Path

import oath_totp
import pytest
from oath_totp import Replayed, Secret, Totp

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
import store

pytestmark = pytest.mark.thread_unsafe(reason="the frameworks have one configuration in a process")


def flask(path):
    client = pytest.importorskip("flask_app").create_app(path).test_client()
    return lambda url, **form: (lambda answer: (answer.status_code, answer.text))(client.post(url, data=form))


def fastapi(path):
    from fastapi.testclient import TestClient

    client = TestClient(pytest.importorskip("fastapi_app").create_app(path))
    return lambda url, **form: (lambda answer: (answer.status_code, answer.text))(client.post(url, json=form))


def django(_path):
    example = pytest.importorskip("django_app")
    from django.db import connection
    from django.test import Client

    with connection.schema_editor() as editor:
        if example.Otp._meta.db_table not in connection.introspection.table_names():
            editor.create_model(example.Otp)
    example.Otp.objects.all().delete()
    client = Client()
    return lambda url, **form: (lambda answer: (answer.status_code, answer.content.decode()))(client.post(url, form))


def secret_of(framework, path):
    if framework is django:
        import django_app

        return django_app.Otp.objects.get(name="alice").secret
    return sqlite3.connect(path).execute("SELECT secret FROM otp WHERE name = 'alice'").fetchone()[0]


@pytest.mark.iterations(1)
@pytest.mark.parametrize("framework", [flask, fastapi, django], ids=lambda one: one.__name__)
def test_a_framework(tmp_path, framework):
    path = str(tmp_path / "users.db")
    post = framework(path)
    status, page = post("/enrol/alice")
    assert status == 200 and ("<svg" in page or "data:image/png;base64," in page) and "&lt;" not in page
    code = Totp(Secret.from_base32(secret_of(framework, path))).generate()
    status, _ = post("/sign-in/alice", code=code)
    assert status == 200
    refused = [("alice", code), ("alice", "12345"), ("alice", "no code"), ("bob", code)]
    assert [post(f"/sign-in/{name}", code=typed)[0] for name, typed in refused] == [401] * 4


def test_of_requests_at_the_same_time_one_signs_in(tmp_path):
    path = str(tmp_path / "users.db")
    secret = store.enrol(store.connect(path), "alice")
    code, accepted = Totp(secret).generate(at=59), []
    begin = threading.Barrier(4)

    def request():
        connection = store.connect(path)
        begin.wait()
        try:
            accepted.append(store.sign_in(connection, "alice", code, at=59))
        except Replayed:
            pass
        connection.close()

    threads = [threading.Thread(target=request) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(accepted) == 1
    with pytest.raises(Replayed):
        store.sign_in(store.connect(path), "alice", code, at=59)
    assert store.sign_in(store.connect(path), "alice", Totp(secret).generate(at=89), at=89).step == 2
    with pytest.raises(oath_totp.Mismatch):
        store.sign_in(store.connect(path), "bob", code, at=59)
