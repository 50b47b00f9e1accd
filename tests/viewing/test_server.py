"""The server answers those who were given its address, on this machine, and gives what it was asked to show alone."""

import os
import socket

import numpy as np
import pytest
from viewing.samples import ask, data, served, write_run

from rung.errors import ValueRangeError
from rung.serializers import save_arrays
from rung.viewing.opening import site_of
from rung.viewing.server import LOOPBACK, open_server


@pytest.fixture
def folder(tmp_path):
    """A folder of runs beside a secret."""
    write_run(tmp_path / "runs" / "digits-1")
    write_run(tmp_path / "runs" / "digits-2")
    (tmp_path / "runs" / "digits-1" / "curves.png").write_bytes(b"\x89PNG of the run")
    (tmp_path / "secret.txt").write_text("the secret")
    return tmp_path / "runs"


def test_it_listens_on_loopback_alone(folder):
    with served(folder) as server:
        assert server.server_address[0] == LOOPBACK
        assert server.address.startswith("http://127.0.0.1:")


def test_without_the_word_there_is_nothing(folder):
    with served(folder) as server:
        for path in ("/", "/runs.json", "/wrong/", "/wrong/runs.json", "//", "/" + server.word):
            status, _, content = ask(server, path, whole=True)
            assert status == 404, path
            assert b"digits" not in content
        assert server.word not in str(ask(server, "/", whole=True))


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "", "localhost.evil:{port}"]
)
def test_a_foreign_host_is_refused(folder, host):
    with served(folder) as server:
        status, _, content = ask(server, "runs.json", headers={"Host": host.format(port=server.server_port)})
        assert status == 403
        assert b"digits" not in content


def test_localhost_is_this_machine(folder):
    with served(folder) as server:
        assert ask(server, headers={"Host": f"localhost:{server.server_port}"})[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_it_can_only_be_read(folder, method):
    with served(folder) as server:
        status, headers, _ = ask(server, "runs.json", method, body=b"x" * 1000)
        assert status == 405
        assert headers["Allow"] == "GET, HEAD"


def test_head_gives_the_length_and_no_content(folder):
    with served(folder) as server:
        _, headers, content = ask(server, "file?run=digits-1&file=curves.png", "HEAD")
        assert content == b""
        assert int(headers["Content-Length"]) == len(b"\x89PNG of the run")


def test_every_answer_is_kept_from_other_origins(folder):
    with served(folder) as server:
        for path in ("", "runs.json", "view.css", "run.js", "file?run=digits-1&file=curves.png", "nothing"):
            headers = ask(server, path)[1]
            assert headers["X-Content-Type-Options"] == "nosniff", path
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert headers["Access-Control-Allow-Origin"] is None
            assert headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert "http" not in headers["Content-Security-Policy"]


def test_what_has_not_changed_is_not_sent_again(folder):
    with served(folder) as server:
        tag = ask(server, "run.json?run=digits-1")[1]["ETag"]
        status, _, content = ask(server, "run.json?run=digits-1", headers={"If-None-Match": tag})
        assert (status, content) == (304, b"")


@pytest.mark.parametrize(
    "name",
    ["../../secret.txt", "..%2F..%2Fsecret.txt", "%2e%2e/%2e%2e/secret.txt", "/etc/passwd", "..", ".", "", "link.png",
     "link/secret.txt", "curves.png%00.txt", "C:%5Csecret.txt", "pipe.png", ".hidden.png", "deeper/in.png"],
)  # fmt: skip
def test_only_files_of_the_run_itself_are_given(folder, name):
    run = folder / "digits-1"
    os.symlink(folder.parent / "secret.txt", run / "link.png")
    os.symlink(folder.parent, run / "link")
    os.mkfifo(run / "pipe.png")
    (run / ".hidden.png").write_text("the secret")
    (run / "deeper").mkdir()
    (run / "deeper" / "in.png").write_text("the secret")
    with served(folder) as server:
        for address in (
            f"file?run=digits-1&file={name}",
            f"weights.json?run=digits-1&file={name}",
            f"file/{name}",
            name,
        ):
            status, _, content = ask(server, address)
            assert b"the secret" not in content, address
            assert status in (200, 400, 404), address  # 200: the first page, which "" and "." are
            assert status != 200 or b"<title>runs" in content


@pytest.mark.parametrize("name", ["..", ".", "", "../runs/digits-1", "digits-1/", "nothing", "%00", "linked"])
def test_only_runs_of_the_list_are_shown(folder, name):
    os.symlink(folder / "digits-1", folder / "linked")
    with served(folder) as server:
        for page in ("run", "run.json", "graph", "file"):
            assert ask(server, f"{page}?run={name}&file=curves.png")[0] == 404


def test_what_else_is_in_a_run_is_not_given(folder):
    (folder / "digits-1" / "key.pem").write_text("the secret")
    with served(folder) as server:
        for name in ("key.pem", "log.json", "journal.jsonl"):
            assert ask(server, f"file?run=digits-1&file={name}")[0] == 404


def test_addresses_that_nobody_understands_are_refused_in_a_sentence(folder):
    with served(folder) as server:
        for address in ("%ff%fe", "run.json?run=%ff", "run.json?" + "&".join("abcdefghijklmnopqrstuvwxyz")):
            assert ask(server, address)[0] in (400, 404)
        assert ask(server, "runs.json")[0] == 200  # and it goes on


def test_a_port_that_is_taken_is_passed_over(folder):
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with open_server(site_of([folder]), port) as server:
            assert server.server_port != port


def test_a_page_in_one_file_runs_in_an_origin_of_its_own(tmp_path):
    (tmp_path / "x.html").write_text("<title>mine</title>")
    with served(tmp_path / "x.html") as server:
        status, headers, content = ask(server)
        assert (status, content) == (200, b"<title>mine</title>")
        policy = headers["Content-Security-Policy"]
        assert "sandbox allow-scripts" in policy
        assert "allow-same-origin" not in policy
        assert "connect-src" not in policy  # so that it falls back to none


def test_pictures_are_given_as_they_are_and_run_nothing(tmp_path):
    (tmp_path / "x.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")
    with served(tmp_path / "x.svg") as server:
        _, headers, _ = ask(server)
        assert headers["Content-Type"] == "image/svg+xml"
        assert "script-src" not in headers["Content-Security-Policy"]
        assert headers["Content-Security-Policy"].endswith("sandbox")


def test_weights_are_a_table(tmp_path):
    save_arrays(tmp_path / "w.npz", {"<b>W</b>": np.eye(3, dtype=np.float32), "b": np.zeros(4)})
    with served(tmp_path / "w.npz") as server:
        assert ask(server)[0] == 200
        table = data(server, "weights.json")
        assert [row["name"] for row in table["rows"]] == ["<b>W</b>", "b"]
        assert table["verified"]


def test_names_are_text_in_the_title(tmp_path):
    write_run(tmp_path / "<script>alert(1)&{{script}}")
    with served(tmp_path / "<script>alert(1)&{{script}}") as server:
        content = ask(server)[2].decode()
        assert "<script>alert" not in content
        assert "&lt;script&gt;alert(1)&amp;{{script}}" in content


def test_what_cannot_be_shown_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "notes.doc").write_text("")
    for paths, told in (
        ([tmp_path / "nothing"], "there is no"),
        ([tmp_path / "notes.doc"], "expected a folder of a run or a file"),
        ([tmp_path / "notes.doc", tmp_path], "expected one file"),
    ):
        with pytest.raises(ValueRangeError, match=told):
            site_of(paths)
