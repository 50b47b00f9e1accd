"""Archives: what is whole is unpacked whole; what is dangerous, damaged or too large leaves nothing at all."""

import errno
import io
import os
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
import threading
import zipfile

import pytest

from rung import archives
from rung.errors import DownloadError

FILES = {"set/a.bin": bytes(range(256)) * 300, "set/deep/er/b.txt": b"text", "c.txt": b""}


def tar(path, files, form="w:gz", **about):
    """A tar file of these contents, whose last member may claim to be something else."""
    with tarfile.open(path, form) as file:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            for key, value in about.items() if name == list(files)[-1] else ():
                setattr(member, key, value)
            file.addfile(member, io.BytesIO(content))
    return path


def zipped(path, files, mode=None):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = (mode or 0) << 16
            file.writestr(member, content)
    return path


def everything_in(folder):
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and not p.is_symlink()
    }


def refused(archive, tmp_path, match, **options):
    """Unpacking is one clear error, and leaves nothing."""
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DownloadError, match=match):
        archives.extract(archive, tmp_path / "out", **options)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_tar_file_is_unpacked_whole(mode, format, tmp_path):
    with tarfile.open(tmp_path / "a.tar", mode, format=format) as file:
        for name, content in FILES.items():
            member = tarfile.TarInfo("./" + name)
            member.size = len(content)
            file.addfile(member, io.BytesIO(content))
        for name in ("./", "empty/"):
            member = tarfile.TarInfo(name)
            member.type = tarfile.DIRTYPE
            file.addfile(member)
    out = archives.extract(tmp_path / "a.tar", tmp_path / "new" / "out")
    assert everything_in(out) == FILES
    assert (out / "empty").is_dir()
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["out"]


def test_a_zip_file_is_unpacked_whole(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.mkdir("empty")
        for name, content in FILES.items():
            file.writestr(name, content)
    out = archives.extract(tmp_path / "a.zip", tmp_path / "out")
    assert everything_in(out) == FILES
    assert (out / "empty").is_dir()


def test_a_folder_that_is_there_is_left_as_it_is(tmp_path):
    (tmp_path / "out").mkdir()
    assert archives.extract(tmp_path / "missing.tar", tmp_path / "out") == tmp_path / "out"
    assert everything_in(tmp_path / "out") == {}


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_permissions_are_not_taken_over(tmp_path):
    out = archives.extract(tar(tmp_path / "a.tar", {"a": b"x"}, mode=0o6777), tmp_path / "out")
    assert stat.S_IMODE((out / "a").stat().st_mode) & 0o7111 == 0


OUTSIDE = ["../x", "a/../../x", "/x", "..", "a\\..\\..\\x", "C:x", "//x", "a/./../b", "./../x"]


@pytest.mark.parametrize("pack", [tar, zipped])
@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_leads_outside_is_refused(pack, name, tmp_path):
    archive = pack(tmp_path / "archive", {"good.txt": b"good", name: b"evil"})
    refused(archive, tmp_path, "expected a name within the folder")


KINDS = {
    "symlink": {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd", "size": 0},
    "hardlink": {"type": tarfile.LNKTYPE, "linkname": "good.txt", "size": 0},
    "hardlink outside": {"type": tarfile.LNKTYPE, "linkname": "../archive", "size": 0},
    "character device": {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3, "size": 0},
    "block device": {"type": tarfile.BLKTYPE, "devmajor": 8, "size": 0},
    "pipe": {"type": tarfile.FIFOTYPE, "size": 0},
}


@pytest.mark.parametrize("kind", KINDS)
def test_only_files_and_folders_come_out_of_a_tar_file(kind, tmp_path):
    archive = tar(tmp_path / "archive", {"good.txt": b"good", "evil": b""}, **KINDS[kind])
    refused(archive, tmp_path, "nothing but regular files and folders .* 'evil'")


def test_a_link_to_a_folder_outside_that_is_then_written_through_is_refused(tmp_path):
    (tmp_path / "target").mkdir()
    with tarfile.open(tmp_path / "archive", "w") as file:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path / "target")
        file.addfile(link)
        member = tarfile.TarInfo("link/x")
        member.size = 4
        file.addfile(member, io.BytesIO(b"evil"))
    refused(tmp_path / "archive", tmp_path, "'link'")


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_only_files_and_folders_come_out_of_a_zip_file(mode, tmp_path):
    archive = zipped(tmp_path / "archive", {"evil": b"/etc/passwd"}, mode | 0o777)
    refused(archive, tmp_path, "nothing but regular files and folders .* 'evil'")


@pytest.mark.parametrize("pack", [tar, zipped])
def test_what_unpacks_to_more_than_the_limit_is_refused(pack, tmp_path):
    archive = pack(tmp_path / "archive", {"a": bytes(600_000), "b": bytes(600_000)})
    assert archive.stat().st_size < 10_000
    refused(archive, tmp_path, "to unpack to at most 1000000 bytes", limit=1_000_000)
    assert len(everything_in(archives.extract(archive, tmp_path / "out", limit=1_200_000))) == 2


def test_a_member_of_ten_gigabytes_is_refused_after_the_limit(tmp_path):
    """Its header says so, and its zeros would follow without end; no more than the limit is written."""

    class Zeros(io.RawIOBase):
        def read(self, size=-1):
            return bytes(size)

    with tarfile.open(tmp_path / "archive", "w:gz", compresslevel=1) as file:
        member = tarfile.TarInfo("zeros")
        member.size = 30_000_000
        file.addfile(member, Zeros())
    refused(tmp_path / "archive", tmp_path, "at most 1000 bytes", limit=1000)


def test_sizes_are_counted_and_not_believed(tmp_path):
    content = bytearray(zipped(tmp_path / "archive", {"a": bytes(500_000)}).read_bytes())
    size = (500_000).to_bytes(4, "little")
    assert content.count(size) == 2  # before the data and in the directory at the end
    (tmp_path / "archive").write_bytes(content.replace(size, (10).to_bytes(4, "little")))
    refused(tmp_path / "archive", tmp_path, "a whole archive|at most", limit=1000)


def test_a_sparse_file_is_refused(tmp_path):
    archive = tar(tmp_path / "archive", {"evil": b""}, "w", type=tarfile.GNUTYPE_SPARSE)
    refused(archive, tmp_path, "expected")


def test_headers_that_swell_are_stopped(tmp_path):
    """An extended header is read into memory as a whole, so it has to count too."""
    member = tarfile.TarInfo("a")
    member.pax_headers = {"comment": "x" * 20_000_000}
    with tarfile.open(tmp_path / "archive", "w:gz", format=tarfile.PAX_FORMAT) as file:
        file.addfile(member)
    refused(tmp_path / "archive", tmp_path, "at most 1000 bytes", limit=1000)


@pytest.mark.parametrize("pack", [tar, zipped])
def test_too_many_members_are_refused(pack, tmp_path):
    archive = pack(tmp_path / "archive", {str(i): b"" for i in range(20)})
    refused(archive, tmp_path, "at most 19 members", most_members=19)


@pytest.mark.parametrize("names", [["a", "a"], ["a", "a/b"], ["a/b", "a"]])
def test_names_that_get_in_each_others_way_are_refused(names, tmp_path):
    with tarfile.open(tmp_path / "archive", "w") as file:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = 1
            file.addfile(member, io.BytesIO(b"x"))
    refused(tmp_path / "archive", tmp_path, "a whole archive")


@pytest.mark.parametrize("pack", [tar, zipped])
def test_an_archive_that_was_cut_is_an_error(pack, tmp_path):
    content = pack(tmp_path / "archive", {"a": os.urandom(5000), "b": os.urandom(5000)}).read_bytes()
    for length in [0, 1, 100, 2000, len(content) // 2, len(content) - 30]:
        (tmp_path / "archive").write_bytes(content[:length])
        refused(tmp_path / "archive", tmp_path, "a whole archive")


@pytest.mark.parametrize("pack", [tar, zipped])
def test_flipped_bits_are_an_error(pack, tmp_path):
    content = bytearray(pack(tmp_path / "archive", {"a": os.urandom(5000)}).read_bytes())
    content[2500] ^= 0xFF
    (tmp_path / "archive").write_bytes(content)
    refused(tmp_path / "archive", tmp_path, "a whole archive")


@pytest.mark.parametrize("form", ["w:gz", "w:bz2", "w:xz"])
def test_damage_anywhere_in_a_compressed_file_is_the_same_error(form, tmp_path):
    whole = os.urandom(3000)
    content = tar(tmp_path / "archive", {"a": whole}, form).read_bytes()
    for place in range(0, len(content), 37):
        damaged = bytearray(content)
        damaged[place] ^= 0x41
        (tmp_path / "archive").write_bytes(damaged)
        try:
            archives.extract(tmp_path / "archive", tmp_path / "out")
        except DownloadError:
            assert not (tmp_path / "out").exists()
        else:  # a flag or a date in the header, which says nothing about the content
            assert (tmp_path / "out" / "a").read_bytes() == whole
            shutil.rmtree(tmp_path / "out")


@pytest.mark.parametrize("pack", [tar, zipped])
def test_a_name_too_long_for_the_disk_is_refused(pack, tmp_path):
    refused(pack(tmp_path / "archive", {"a": b"", "b" * 300: b""}), tmp_path, "a whole archive.*File name too long")


def test_a_full_disk_is_an_error_of_the_disk(tmp_path, monkeypatch):
    def fail(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space") as caught:
        archives.extract(tar(tmp_path / "archive", FILES), tmp_path / "out")
    assert not isinstance(caught.value, DownloadError)


def test_what_is_no_archive_is_an_error(tmp_path):
    (tmp_path / "archive").write_bytes(b"nothing of the kind" * 1000)
    refused(tmp_path / "archive", tmp_path, "a whole archive")
    with pytest.raises(FileNotFoundError):
        archives.extract(tmp_path / "missing", tmp_path / "out")


def test_two_at_once_leave_one_whole_folder(tmp_path, monkeypatch):
    archive = tar(tmp_path / "archive", FILES)
    together = threading.Barrier(2)
    take_name = archives._take_name
    monkeypatch.setattr(archives, "_take_name", lambda *paths: (together.wait(20), take_name(*paths)))
    threads = [threading.Thread(target=archives.extract, args=(archive, tmp_path / "out")) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert everything_in(tmp_path / "out") == FILES
    assert sorted(p.name for p in tmp_path.iterdir()) == ["archive", "out"]


KILLED = """
import os, signal, sys
from rung import archives

os.fsync = lambda file: os.kill(os.getpid(), signal.SIGKILL)
archives.extract(sys.argv[1], sys.argv[2])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 of POSIX")
def test_kill_9_leaves_no_folder_of_that_name(tmp_path):
    archive = tar(tmp_path / "archive", FILES)
    command = [sys.executable, "-c", KILLED, str(archive), str(tmp_path / "out")]
    assert subprocess.run(command, check=False, timeout=60).returncode == -signal.SIGKILL
    assert not (tmp_path / "out").exists()
    assert everything_in(archives.extract(archive, tmp_path / "out")) == FILES
