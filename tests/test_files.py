"""Downloads against a local server that misbehaves in every way, and writes that are interrupted at every point."""

import errno
import hashlib
import io
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from contextlib import nullcontext, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rung import files
from rung.errors import DownloadError, ValueRangeError

CONTENT = bytes(range(256)) * 400
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Server:
    """A web server on a free port; each address is answered by a function of the request's handler."""

    def __init__(self):
        self.routes = {"/good": send()}
        self.asked = []
        self.closing = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.asked.append(self.path)
                with suppress(BrokenPipeError, ConnectionResetError):
                    server.routes.get(self.path, fail(404))(self)

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self):
        self.closing.set()
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


def send(content=CONTENT, promised=None, before_body=lambda: None):
    """Answer with some content, and perhaps promise another length."""

    def answer(handler):
        handler.send_response(200)
        if promised != "nothing":
            handler.send_header("Content-Length", str(promised or len(content)))
        handler.end_headers()
        before_body()
        handler.wfile.write(content)

    return answer


def fail(code):
    return lambda handler: handler.send_error(code)


def redirect(target):
    def answer(handler):
        handler.send_response(302)
        handler.send_header("Location", target)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def in_turn(*answers):
    rest = iter(answers)
    return lambda handler: next(rest)(handler)


@pytest.fixture
def server():
    running = Server()
    yield running
    running.close()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("RUNG_DATA", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(files, "PAUSE", 0)
    return tmp_path / "cache"


def everything_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# Where files are


def test_cache_folder_is_the_users_unless_named(monkeypatch, tmp_path, cache):
    assert files.cache_dir() == cache
    monkeypatch.delenv("RUNG_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert files.cache_dir() == tmp_path / "xdg" / "rung"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setattr(files.Path, "home", lambda: tmp_path / "home")
    assert files.cache_dir() == tmp_path / "home" / ".cache" / "rung"


def test_find_looks_in_your_own_folder_alone(monkeypatch, tmp_path, cache):
    assert files.find("a.txt") is None
    cache.mkdir()
    (cache / "a.txt").touch()
    assert files.find("a.txt") is None  # what lies in the cache has to have the right checksum
    own = tmp_path / "own"
    own.mkdir()
    (own / "a.txt").touch()
    monkeypatch.setenv("RUNG_DATA", str(own))
    assert files.find("a.txt") == own / "a.txt"
    assert files.find("sub/a.txt", "a.txt") == own / "a.txt"


BAD_NAMES = ["../x", "a/../../x", "/etc/x", "..", ".", "", "a//b", "a/", "a\\..\\x", "C:x", "a\0b", "a\nb"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_leaves_the_folder_is_refused(name, server, cache):
    with pytest.raises(DownloadError, match="within the folder"):
        files.download(server.url + "/good", name, SHA256)
    with pytest.raises(DownloadError, match="within the folder"):
        files.find(name)
    assert server.asked == []
    assert not cache.exists()


# Downloads that succeed


def test_a_download_arrives_whole_under_its_name_and_is_not_fetched_twice(server, cache):
    path = files.download(server.url + "/good", "sub/data.bin", SHA256.upper())
    assert path == cache / "sub" / "data.bin"
    assert path.read_bytes() == CONTENT
    assert files.download(server.url + "/good", "sub/data.bin", SHA256) == path
    assert server.asked == ["/good"]
    assert everything_in(cache) == ["sub/data.bin"]


def test_a_damaged_file_in_the_cache_is_replaced(server, cache):
    cache.mkdir()
    (cache / "data.bin").write_bytes(CONTENT[:-1])
    assert files.download(server.url + "/good", "data.bin", SHA256).read_bytes() == CONTENT


def test_where_nothing_better_is_known_an_md5_is_checked(server, cache):
    md5 = hashlib.md5(CONTENT).hexdigest()
    path = files.download(server.url + "/good", "data.bin", md5.upper())
    assert files.download(server.url + "/good", "data.bin", md5) == path
    assert server.asked == ["/good"]
    server.routes["/wrong"] = send(CONTENT[::-1])
    with pytest.raises(DownloadError, match=f"another file .its MD5 is {hashlib.md5(CONTENT[::-1]).hexdigest()}"):
        files.download(server.url + "/wrong", "other.bin", md5)
    assert everything_in(cache) == ["data.bin"]


def test_without_a_length_the_body_is_read_to_its_end(server):
    server.routes["/endless"] = send(promised="nothing")
    assert files.download(server.url + "/endless", "data.bin", SHA256).read_bytes() == CONTENT


def test_the_first_digits_of_a_sha256_are_checked_where_no_more_is_known(server, cache):
    digits = hashlib.sha256(CONTENT).hexdigest()[:8]
    path = files.download(server.url + "/good", "data.bin", digits)
    assert path.read_bytes() == CONTENT
    assert files.download(server.url + "/good", "data.bin", digits) == path
    server.routes["/wrong"] = send(CONTENT[::-1])
    with pytest.raises(DownloadError, match="another file .its SHA-256 is"):
        files.download(server.url + "/wrong", "other.bin", digits)
    with pytest.raises(ValueRangeError, match="or the first 8 of them at least"):
        files.download(server.url + "/good", "data.bin", digits[:7])


def test_without_a_checksum_a_whole_file_is_taken_and_a_cut_one_is_not(server, cache):
    server.routes["/cut"] = send(CONTENT[:1000], promised=len(CONTENT))
    with pytest.raises(DownloadError, match="ended after 1000"):
        files.download(server.url + "/cut", "data.bin", None)
    assert everything_in(cache) == []
    assert files.download(server.url + "/good", "data.bin", None).read_bytes() == CONTENT


def test_the_second_mirror_serves_when_the_first_fails(server):
    urls = [server.url + "/missing", server.url + "/good"]
    assert files.download(urls, "data.bin", SHA256).read_bytes() == CONTENT
    assert server.asked == ["/missing", "/good"]


@pytest.mark.parametrize("first", [fail(503), fail(429), send(CONTENT[:500], promised=len(CONTENT))])
def test_a_passing_failure_is_tried_again(first, server, cache):
    server.routes["/flaky"] = in_turn(first, send())
    assert files.download(server.url + "/flaky", "data.bin", SHA256).read_bytes() == CONTENT
    assert server.asked == ["/flaky", "/flaky"]
    assert everything_in(cache) == ["data.bin"]


def test_a_redirect_to_http_is_followed(server):
    server.routes["/moved"] = redirect("/good")
    assert files.download(server.url + "/moved", "data.bin", SHA256).read_bytes() == CONTENT


# Downloads that fail: one error, and nothing left behind


def test_a_download_cut_at_half_is_an_error_after_three_rounds(server, cache):
    half = len(CONTENT) // 2
    server.routes["/cut"] = send(CONTENT[:half], promised=len(CONTENT))
    with pytest.raises(DownloadError, match=f"ended after {half} of {len(CONTENT)} bytes"):
        files.download(server.url + "/cut", "data.bin", SHA256)
    assert len(server.asked) == 3
    assert everything_in(cache) == []


def test_wrong_bytes_are_refused_and_not_asked_for_again(server, cache):
    server.routes["/wrong"] = send(CONTENT[::-1])
    with pytest.raises(DownloadError, match="sent another file") as caught:
        files.download(server.url + "/wrong", "data.bin", SHA256)
    assert hashlib.sha256(CONTENT[::-1]).hexdigest() in str(caught.value)
    assert server.asked == ["/wrong"]
    assert everything_in(cache) == []


def test_the_error_says_what_each_mirror_did_and_where_to_put_the_file(server, cache):
    server.routes["/wrong"] = send(b"other")
    with pytest.raises(DownloadError) as caught:
        files.download([server.url + "/missing", server.url + "/wrong"], "data.bin", SHA256)
    text = str(caught.value)
    assert "/missing answered HTTP 404" in text
    assert "/wrong sent another file" in text
    assert text.endswith(f"place the file at {cache / 'data.bin'}")
    assert server.asked == ["/missing", "/wrong"]  # neither is asked again


def test_files_of_this_machine_are_never_fetched(server, tmp_path, cache):
    secret = tmp_path / "secret"
    secret.write_bytes(CONTENT)
    for target in (secret.as_uri(), "ftp://127.0.0.1/x", "data:,x"):
        server.routes["/moved"] = redirect(target)
        with pytest.raises(DownloadError, match=r"not allowed|unknown url type: ftp"):
            files.download(server.url + "/moved", "data.bin", SHA256)
        with pytest.raises(DownloadError, match="only http and https"):
            files.download(target, "data.bin", SHA256)
    assert everything_in(tmp_path) == ["secret"]


def test_a_server_that_does_not_answer_is_given_up(server, cache):
    server.routes["/silent"] = lambda handler: server.closing.wait(3)
    with pytest.raises(DownloadError, match="timed out"):
        files.download(server.url + "/silent", "data.bin", SHA256, timeout=0.1)


def test_a_server_that_stops_in_the_middle_is_given_up(server, cache):
    server.routes["/stalls"] = lambda handler: (
        send(CONTENT[:500], promised=len(CONTENT))(handler),
        server.closing.wait(3),
    )
    with pytest.raises(DownloadError, match="timed out"):
        files.download(server.url + "/stalls", "data.bin", SHA256, timeout=0.1)
    assert everything_in(cache) == []


def test_a_server_that_drips_is_given_up(server, monkeypatch):
    def drip(handler):
        send(b"", promised=len(CONTENT))(handler)
        for _ in range(200):
            server.closing.wait(0.01)
            handler.wfile.write(b"x")

    monkeypatch.setattr(files, "ROUNDS", 1)
    server.routes["/drips"] = drip
    with pytest.raises(DownloadError, match="less than 1024 bytes per second"):
        files.download(server.url + "/drips", "data.bin", SHA256, timeout=1)


@pytest.mark.parametrize("promised", [None, "nothing"])
def test_a_file_over_the_limit_is_refused(promised, server, cache):
    server.routes["/large"] = send(CONTENT * 10, promised)
    with pytest.raises(DownloadError, match="more than the limit of 1000 bytes"):
        files.download(server.url + "/large", "data.bin", None, limit=1000)
    assert everything_in(cache) == []
    assert server.asked == ["/large"]


def test_a_connection_that_is_refused_is_an_error():
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # and does not listen
        with pytest.raises(DownloadError, match="refused"):
            files.download(f"http://127.0.0.1:{deaf.getsockname()[1]}/x", "data.bin", SHA256)


@pytest.mark.parametrize("url", ["http://", "http://[bad", "http://127.0.0.1:port/", "http://127.0.0.1/a b\n"])
def test_an_address_that_is_none_is_an_error(url):
    with pytest.raises(DownloadError, match="failed"):
        files.download(url, "data.bin", SHA256)


def test_a_cache_that_cannot_be_written_names_the_cure(server, cache):
    cache.write_bytes(b"a file where the folder should be")
    with pytest.raises(DownloadError, match="set RUNG_CACHE"):
        files.download(server.url + "/good", "data.bin", SHA256)
    assert server.asked == ["/good"]  # it is not the mirror's fault, so it is not asked again


def test_a_checksum_that_is_none_and_no_addresses_are_refused():
    with pytest.raises(ValueRangeError, match="64 hexadecimal digits"):
        files.download("http://127.0.0.1/", "data.bin", "abc")
    with pytest.raises(ValueRangeError, match="at least one address"):
        files.download([], "data.bin", SHA256)


FETCH = "import sys; from rung import files; files.download(sys.argv[1], 'data.bin', sys.argv[2])"


def test_two_processes_at_once_do_not_harm_one_another(server, cache):
    together = threading.Barrier(3)  # all three are in the middle of their download at the same time
    server.routes["/good"] = send(before_body=lambda: together.wait(20))
    server.routes["/bad"] = send(CONTENT[::-1], before_body=lambda: together.wait(20))
    command = [sys.executable, "-c", FETCH]
    running = [
        subprocess.Popen([*command, server.url + route, SHA256], stderr=subprocess.PIPE)
        for route in ("/good", "/good", "/bad")
    ]
    errors = [process.communicate(timeout=30)[1].decode() for process in running]
    assert [process.returncode for process in running] == [0, 0, 1], errors
    assert "DownloadError" in errors[2]
    assert (cache / "data.bin").read_bytes() == CONTENT
    assert everything_in(cache) == ["data.bin"]


# Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_shown_on_a_terminal_only(server, monkeypatch, capsys, cache):
    files.download(server.url + "/good", "quiet.bin", SHA256)
    assert capsys.readouterr() == ("", "")
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    files.download(server.url + "/good", "[red]shown.bin", SHA256)
    assert "[red]shown.bin" in screen.getvalue()
    assert "102.4/102.4 kB" in screen.getvalue()
    before = screen.getvalue()
    files.download(server.url + "/good", "unwanted.bin", SHA256, progress=False)
    assert screen.getvalue() == before


def test_without_rich_a_download_is_silent(server, monkeypatch):
    monkeypatch.setitem(sys.modules, "rich.console", None)
    monkeypatch.setattr(sys, "stderr", Terminal())
    files.download(server.url + "/good", "data.bin", SHA256)
    assert sys.stderr.getvalue() == ""


# Writing


def test_a_new_file_has_its_content_and_the_usual_permissions(tmp_path):
    with files.write_atomically(tmp_path / "new") as file:
        file.write(b"new")
    (tmp_path / "plain").touch()
    assert (tmp_path / "new").read_bytes() == b"new"
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode
    assert everything_in(tmp_path) == ["new", "plain"]


def test_nothing_is_seen_under_the_name_before_the_end(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with files.write_atomically(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def fail_after_writing(file, error):
    file.write(b"new")
    raise error


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failure_keeps_the_old_file_and_leaves_no_other(error, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(error), files.write_atomically(path) as file:
        fail_after_writing(file, error)
    assert path.read_bytes() == b"old"
    assert everything_in(tmp_path) == ["file"]


def test_the_file_is_on_the_disk_before_it_takes_the_name(tmp_path, monkeypatch):
    events = []

    def record(name):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *args: (events.append(name), real(*args))[1])

    record("fsync")
    record("replace")
    with files.write_atomically(tmp_path / "file") as file:
        file.write(b"new")
    assert events[:2] == ["fsync", "replace"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_an_error_of_the_disk_keeps_the_old_file(failing, tmp_path, monkeypatch):
    def refuse(*args):
        raise OSError("no")

    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, failing, refuse)
    with pytest.raises(OSError, match="no"), files.write_atomically(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"old"
    assert everything_in(tmp_path) == ["file"]


@pytest.mark.skipif(os.name != "posix", reason="permissions and links of POSIX")
def test_permissions_and_links_are_kept(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link = tmp_path / "link"
    link.symlink_to(path)
    with files.write_atomically(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_new_content_does_not_run_as_somebody_else(tmp_path):
    """Whoever may write to the old file need not be its owner."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o4750)
    with files.write_atomically(path) as file:
        file.write(b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o750


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes of POSIX")
def test_what_is_no_regular_file_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with (
            pytest.raises(OSError, match="expected the name of a regular file"),
            files.write_atomically(tmp_path / name),
        ):
            pass
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with (
        pytest.raises(FileNotFoundError, match="no_such does not exist"),
        files.write_atomically(tmp_path / "no_such" / "x"),
    ):
        pass


def test_a_name_as_long_as_the_system_allows_can_be_written(tmp_path):
    with files.write_atomically(tmp_path / ("n" * 255)) as file:
        file.write(b"new")
    assert everything_in(tmp_path) == ["n" * 255]


def in_the_past(path):
    os.utime(path, (time.time() - 86400,) * 2)


@pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
def test_what_a_killed_process_left_is_removed_once_it_is_old_and_nobody_holds_it(tmp_path):
    for name in (".rung-young.tmp", ".rung-old.tmp", ".rung-held.tmp", "old.tmp"):
        (tmp_path / name).touch()
    (tmp_path / ".rung-folder.tmp").mkdir()
    for name in (".rung-old.tmp", ".rung-held.tmp", "old.tmp"):
        in_the_past(tmp_path / name)
    with open(tmp_path / ".rung-held.tmp", "rb") as held:
        assert files._lock(held.fileno())
        with files.write_atomically(tmp_path / "new"):
            pass
    assert everything_in(tmp_path) == [".rung-held.tmp", ".rung-young.tmp", "new", "old.tmp"]


@pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
def test_a_file_that_is_being_written_is_not_removed_however_long_it_takes(tmp_path):
    with files.write_atomically(tmp_path / "slow") as file:
        file.write(b"slow")
        file.flush()
        in_the_past(file.name)
        with files.write_atomically(tmp_path / "fast"):
            pass
    assert (tmp_path / "slow").read_bytes() == b"slow"


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_what_is_private_is_private_from_the_first_byte(tmp_path):
    path = tmp_path / "file"
    path.touch(mode=0o600)
    with files.write_atomically(path) as file:
        assert stat.S_IMODE(os.stat(file.name).st_mode) == 0o600


def test_a_file_protected_from_writing_is_not_replaced(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o444)
    if os.access(path, os.W_OK):  # the administrator may write to anything
        monkeypatch.setattr(os, "access", lambda *args: False)
    with pytest.raises(PermissionError, match="is protected from writing"), files.write_atomically(path):
        pass
    assert path.read_bytes() == b"old"


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_links_that_lead_nowhere(tmp_path):
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with pytest.raises(OSError, match="is a link to itself"), files.write_atomically(tmp_path / "circle"):
        pass
    (tmp_path / "dangling").symlink_to(tmp_path / "target")
    with files.write_atomically(tmp_path / "dangling") as file:
        file.write(b"new")
    assert (tmp_path / "target").read_bytes() == b"new"
    assert everything_in(tmp_path) == ["dangling", "target"]  # a link in a circle is no file


@pytest.mark.skipif(os.name != "posix", reason="folders can be flushed on POSIX")
@pytest.mark.parametrize(("code", "raised"), [(errno.EIO, True), (errno.EINVAL, False)])
def test_a_folder_that_cannot_be_flushed_is_told_unless_the_system_knows_no_such_thing(
    tmp_path, monkeypatch, code, raised
):
    real = os.fsync

    def fsync(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(code, "no")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with (
        pytest.raises(OSError, match="no") if raised else nullcontext(),
        files.write_atomically(tmp_path / "file") as file,
    ):
        file.write(b"new")
    assert (tmp_path / "file").read_bytes() == b"new"


def test_two_writers_at_once_leave_the_whole_of_one(tmp_path):
    path = tmp_path / "file"
    with files.write_atomically(path) as first, files.write_atomically(path) as second:
        first.write(b"first")
        second.write(b"second")
    assert path.read_bytes() == b"first"
    assert everything_in(tmp_path) == ["file"]
