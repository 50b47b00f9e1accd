"""Workers that die, hang or fail; archives that want out of their folder."""

import io
import sys
import tarfile
import zipfile

from rung import archives
from rung.dataloaders import DataLoader
from rung.errors import DownloadError, WorkerError

from .processes import TESTS
from .rows import row

HARMS = ["raise", "raise own", "sys.exit", "os._exit", "kill", "hang"]


@row("a loader's worker killed, hung, gone or raising: an error that says so, and loading goes on")
def workers(trial):
    sys.path.insert(0, str(TESTS))
    from dataloaders.samples import Harmful, Squares

    for i in trial.each(range(60), quick=6):
        harm = HARMS[i % len(HARMS)]
        timeout = 1 if harm == "hang" else 60
        loader = DataLoader(Harmful(harm, at=i % 37), 4, shuffle=False, num_workers=1 + i % 2, timeout=timeout)
        try:
            count = sum(len(t) for _, t in loader)
            trial.wrong(f"{harm}: an epoch of {count} samples, as if nothing had happened")
        except (WorkerError, KeyError):
            pass
        except Exception as error:
            trial.bad(f"{harm}: {type(error).__name__}: {error}")
        loader.close()
        if i % 10 == 0:
            with_others = DataLoader(Squares(), 4, num_workers=2)
            if sum(len(t) for _, t in with_others) != 40:
                trial.wrong(f"{harm}: the epoch after it is not whole")
            with_others.close()


EVIL = ["../out", "/tmp/out", "a/../../out", "..\\out", "C:\\out", "a/./../../out", "//host/out", "\\\\host\\out"]


def _zip_of(path, name):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("good.txt", "good")
        file.writestr(zipfile.ZipInfo(name), "evil")


def _tar_of(path, name, kind=tarfile.REGTYPE, target=""):
    with tarfile.open(path, "w") as file:
        member = tarfile.TarInfo(name)
        member.type, member.linkname, member.size = kind, target, 4 if kind == tarfile.REGTYPE else 0
        file.addfile(member, io.BytesIO(b"evil"))


@row("archives that lead outside of their folder, or hold links and devices: refused whole")
def outside(trial):
    kinds = {"symbolic link": tarfile.SYMTYPE, "hard link": tarfile.LNKTYPE, "device": tarfile.CHRTYPE,
             "pipe": tarfile.FIFOTYPE}  # fmt: skip
    cases = [(f"{pack.__name__} {name}", lambda path, pack=pack, name=name: pack(path, name))
             for pack in (_zip_of, _tar_of) for name in EVIL]  # fmt: skip
    cases += [
        (f"{kind} to {target}", lambda path, k=code, t=target: _tar_of(path, "good", k, t))
        for kind, code in kinds.items() for target in ("/etc/passwd", "../out", "good")
    ]  # fmt: skip
    for number, (what, pack) in enumerate(trial.each(cases)):
        place = trial.folder / str(number)
        place.mkdir()
        pack(place / "archive")
        before = set(trial.folder.rglob("*"))
        try:
            archives.extract(place / "archive", place / "inside")
            trial.wrong(f"{what}: accepted")
        except DownloadError:
            pass
        if set(trial.folder.rglob("*")) != before:
            trial.bad(f"{what}: left something behind")
