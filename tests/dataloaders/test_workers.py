"""Workers: the same batches, whoever reads them; and an error for all that can happen to a worker."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import weakref
from pathlib import Path

import numpy as np
import pytest
from dataloaders import samples

from rung.dataloaders import DataLoader, SeqDataLoader, WeightedSampler, WorkerError
from rung.dataloaders import loader as loader_module
from rung.dataloaders.worker import pack, unpack
from rung.datasets import ArrayDataset

PATIENCE = 60  # seconds that a slow machine may take; nothing waits for them where all is well
TESTS = Path(__file__).parents[1]


def alive(pid):
    """Whether a process runs; one that has ended and only waits for its parent to look does not."""
    try:
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/stat")
        return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def wait_until(true, patience=PATIENCE):
    """Look again and again until something holds; whether it came to hold."""
    end = time.monotonic() + patience
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


def pids(loader):
    return [worker.process.pid for worker in loader._workers._crew._workers]


def same(batches, others):
    for (x, t), (other_x, other_t) in zip(batches, others, strict=True):
        assert x.dtype == other_x.dtype
        assert np.array_equal(x, other_x)
        assert np.array_equal(t, other_t)


# The same batches


@pytest.mark.parametrize("workers", [1, 3])
def test_batches_do_not_depend_on_the_number_of_workers(workers):
    alone = DataLoader(samples.Noisy(), 7, seed=3)
    helped = DataLoader(samples.Noisy(), 7, seed=3, num_workers=workers)
    first, second = list(alone), list(alone)
    same(helped, first)
    same(helped, second)
    assert not np.array_equal(first[0][0], second[0][0])
    helped.close()


def test_random_transforms_do_not_depend_on_workers_or_on_the_size_of_batches():
    ds = samples.Remarkable(transform=samples.jitter)
    with_workers = np.concatenate([x for x, _ in DataLoader(ds, 4, seed=1, num_workers=2)])
    without = np.concatenate([x for x, _ in DataLoader(ds, 30, seed=1)])
    assert np.array_equal(with_workers, without)
    noise = without - np.concatenate([x for x, _ in DataLoader(samples.Remarkable(), 30, seed=1)])
    assert len(np.unique(noise)) == noise.size  # no two samples get the same numbers
    other = np.concatenate([x for x, _ in DataLoader(ds, 30, seed=2)])
    assert not np.intersect1d(other, without).size


def test_a_sample_that_is_drawn_twice_is_not_altered_twice_alike():
    ds = samples.Remarkable(transform=samples.jitter)
    (x, t), = DataLoader(ds, 8, seed=0, sampler=[4] * 8)  # fmt: skip
    assert t.tolist() == [4] * 8
    assert len(np.unique(x)) == 16


def test_every_kind_of_loader_takes_workers():
    arrays = (np.arange(20.0), np.arange(20))
    same(DataLoader(arrays, 6, seed=0, num_workers=1), DataLoader(arrays, 6, seed=0))
    same(SeqDataLoader(arrays, 6, num_workers=1), SeqDataLoader(arrays, 6))
    weighted = {"seed": 0, "sampler": WeightedSampler(np.arange(20))}
    same(DataLoader(arrays, 6, num_workers=1, **weighted), DataLoader(arrays, 6, **weighted))


def test_an_own_collate_runs_in_the_worker():
    loader = DataLoader(samples.Squares(6), 3, shuffle=False, collate=samples.as_dict, num_workers=1)
    batch = next(iter(loader))
    assert batch["x"].tolist() == [0, 1, 2]
    assert batch["t"].tolist() == [0, 1, 4]
    assert batch["name"] == "batch"


def test_work_is_done_by_all_workers_and_they_stay_for_the_next_epoch():
    loader = DataLoader(samples.Pids(), 1, num_workers=2)
    assert wait_until(lambda: len({int(pid) for batch in loader for pid in batch}) == 2)
    before = pids(loader)
    assert {int(pid) for batch in loader for pid in batch} <= set(before)
    assert pids(loader) == before
    assert os.getpid() not in before
    loader.close()
    assert wait_until(lambda: not any(map(alive, before)))
    assert len(list(loader)) == 40  # new ones are started
    assert not set(pids(loader)) & set(before)


def test_no_more_is_read_ahead_than_was_asked_for(tmp_path):
    loader = DataLoader(samples.Counted(tmp_path), 2, shuffle=False, num_workers=2, prefetch=3)
    batches = iter(loader)
    next(batches)
    assert wait_until(lambda: len(list(tmp_path.iterdir())) == 8)  # the first batch, and three
    time.sleep(0.2)  # time enough for a fifth to come, if it did
    assert len(list(tmp_path.iterdir())) == 8
    assert len(list(batches)) == 19
    assert len(list(tmp_path.iterdir())) == 40


def test_a_batch_is_let_go_with_the_loop():
    """What a worker's thread has handed over, it does not keep."""
    loader = DataLoader(samples.Huge(3), 1, shuffle=False, num_workers=1, collate=samples.the_first)
    seen = [weakref.ref(x) for x in loader]
    assert wait_until(lambda: not any(ref() is not None for ref in seen))
    loader.close()


def test_nested_loops_share_the_workers():
    loader = DataLoader(samples.Squares(6), 2, num_workers=2)
    pairs = [(int(i), int(j)) for x, _ in loader for i in x for y, _ in loader for j in y]
    assert len(pairs) == len(set(pairs)) == 36
    assert len(pids(loader)) == 2


def test_a_huge_batch_passes():
    for i, x in enumerate(DataLoader(samples.Huge(4), 2, shuffle=False, num_workers=2)):
        assert x.shape == (2, 30_000_000)
        assert x[0, -1] == 2 * i
        assert x[1, -1] == 2 * i + 1


def test_a_request_of_many_numbers_does_not_block():
    """Both sides have more to say than a pipe holds."""
    loader = DataLoader(ArrayDataset(np.arange(600_000)), 200_000, num_workers=1, prefetch=3)
    assert sum(len(x) for (x,) in loader) == 600_000


def test_products_in_workers_beside_products_here():
    """A fork could inherit a lock of the BLAS; a fresh process cannot."""
    stop = threading.Event()

    def multiply():
        a = np.ones((300, 300))
        while not stop.is_set():
            a @ a

    thread = threading.Thread(target=multiply)
    thread.start()
    try:
        products = [
            int(y) for batch in DataLoader(samples.Products(6), 2, shuffle=False, num_workers=2) for y in batch
        ]
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert products == [300 * (i + 1) ** 2 for i in range(6)]


def test_batches_go_to_the_gpu_here_and_not_in_the_worker(monkeypatch):
    monkeypatch.setattr(loader_module, "as_cupy", lambda array: ("on the device", array.tolist()))
    loader = DataLoader(samples.Squares(4), 2, shuffle=False, gpu=True, num_workers=1)
    assert next(iter(loader))[1] == ("on the device", [0, 1])


def test_a_file_in_a_memory_map_is_opened_again_and_not_copied(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(300_000.0).reshape(-1, 3))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert len(pack(mapped)) < 1000
    again = unpack(pack(mapped))
    assert type(again) is np.memmap
    assert np.array_equal(again, mapped)
    np.save(tmp_path / "f.npy", np.asfortranarray(mapped))
    columns = np.load(tmp_path / "f.npy", mmap_mode="r")
    assert np.array_equal(unpack(pack(columns)), mapped)
    part = unpack(pack(mapped[10:20]))  # a part of it is copied
    assert np.array_equal(part, mapped[10:20])
    x = np.concatenate([x for (x,) in DataLoader((mapped,), 40_000, shuffle=False, num_workers=1)])
    assert np.array_equal(x, mapped)


# What can happen to a worker


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_comes_up_as_it_is_with_the_sample_and_the_traceback(workers):
    loader = DataLoader(samples.Harmful("raise"), 4, shuffle=False, num_workers=workers)
    with pytest.raises(KeyError, match="no such thing") as caught:
        list(loader)
    notes = "\n".join(caught.value.__notes__)
    assert "sample 5 of epoch 0" in notes
    assert "raised in worker" in notes
    assert "raise_it" in notes  # a line of the traceback over there
    before = pids(loader)
    with pytest.raises(KeyError):
        list(loader)
    assert pids(loader) == before  # an error does not cost the workers
    loader.close()


def test_an_error_without_workers_names_the_sample_too():
    batches = iter(DataLoader(samples.Harmful("raise"), 4, shuffle=False))
    assert next(batches)[1].tolist() == [0, 1, 4, 9]
    with pytest.raises(KeyError, match="no such thing") as caught:
        next(batches)
    assert caught.value.__notes__ == ["DataLoader: this happened in sample 5 of epoch 0"]


def test_batches_before_an_error_are_given():
    batches = iter(DataLoader(samples.Harmful("raise", at=9), 4, shuffle=False, num_workers=2))
    assert [next(batches)[1][0] for _ in range(2)] == [0, 16]
    with pytest.raises(KeyError):
        next(batches)


def test_an_error_that_cannot_be_sent_comes_up_in_words():
    with pytest.raises(WorkerError, match="Own: 1 and 2") as caught:
        list(DataLoader(samples.Harmful("raise own"), 4, num_workers=1))
    assert "sample 5 of epoch 0" in caught.value.__notes__[0]


def test_a_batch_that_cannot_be_sent_is_an_error():
    with pytest.raises(TypeError, match="pickle"):
        list(DataLoader(samples.Unsendable(), 4, collate=samples.the_first, num_workers=1))


@pytest.mark.parametrize("workers", [0, 1])
def test_stop_iteration_does_not_end_an_epoch_in_silence(workers):
    with pytest.raises(WorkerError, match="sample 5 of epoch 0 raised StopIteration"):
        list(DataLoader(samples.Harmful("stop"), 4, shuffle=False, num_workers=workers))
    with pytest.raises(WorkerError, match="samples 0, 1, 2 of epoch 0 raised StopIteration"):
        list(DataLoader(samples.Squares(), 3, shuffle=False, collate=samples.the_next, num_workers=workers))


DEATHS = {
    "sys.exit": r"worker \d \(process \d+\) ended with exit code 3 while reading samples .*5",
    "os._exit": r"worker \d \(process \d+\) ended with exit code 4 while reading samples .*5",
    "kill": r"worker \d \(process \d+\) was killed by SIGKILL while reading samples .*5.*out of memory",
}


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("workers", [1, 3])
def test_the_death_of_a_worker_is_an_error_that_names_it(death, workers):
    loader = DataLoader(samples.Harmful(death), 4, shuffle=False, num_workers=workers, timeout=PATIENCE)
    with pytest.raises(WorkerError, match=DEATHS[death]):
        list(loader)
    assert not any(map(alive, pids(loader)))  # the others are gone too
    with pytest.raises(WorkerError, match=DEATHS[death]):
        list(loader)  # with new workers


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_worker_that_is_killed_from_outside_is_an_error():
    loader = DataLoader(samples.Pids(1000), 1, num_workers=2, timeout=PATIENCE)
    batches = iter(loader)
    next(batches)
    victim = pids(loader)[1]
    os.kill(victim, signal.SIGKILL)
    with pytest.raises(WorkerError, match=rf"worker 1 \(process {victim}\) was killed by SIGKILL"):
        list(batches)
    assert len(list(DataLoader(samples.Squares(), 4, num_workers=1))) == 10
    assert len(next(iter(loader))) == 1  # the loader itself goes on with new workers
    loader.close()


def test_a_worker_that_hangs_is_an_error_that_names_it():
    loader = DataLoader(samples.Harmful("hang", at=33), 4, shuffle=False, num_workers=2, timeout=PATIENCE)
    batches = iter(loader)
    for _ in range(6):
        next(batches)
    loader._workers._timeout = 4.0  # from now on, so that a slow start is none of it
    told = r"worker \d .* took more than 4 s while reading samples 32, 33, 34, 35 of epoch 0"
    with pytest.raises(WorkerError, match=told):
        list(batches)
    assert not any(map(alive, pids(loader)))


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="signals of POSIX")
def test_a_worker_that_is_stopped_in_the_middle_is_an_error():
    loader = DataLoader(samples.Huge(40), 1, num_workers=1, timeout=PATIENCE)
    batches = iter(loader)
    next(batches)
    loader._workers._timeout = 1.5
    os.kill(pids(loader)[0], signal.SIGSTOP)
    with pytest.raises(WorkerError, match="took more than 1.5 s"):
        list(batches)
    assert not any(map(alive, pids(loader)))


def test_what_cannot_be_sent_to_a_worker_is_an_error_before_it_starts():
    with pytest.raises(WorkerError, match="defined in a file"):
        next(iter(DataLoader(samples.Squares(), 4, collate=lambda batch: batch, num_workers=1)))


# No orphans


def test_a_loop_that_is_left_early_leaves_workers_only_to_the_loader():
    loader = DataLoader(samples.Squares(), 2, num_workers=2)
    for _ in loader:
        break
    before = pids(loader)
    assert len(list(loader)) == 20
    assert pids(loader) == before
    del loader
    assert wait_until(lambda: not any(map(alive, before)))


def run(code, folder, **options):
    """A program that uses workers, as a file of its own."""
    path = folder / "program.py"
    path.write_text(f"import sys\nsys.path.insert(0, {str(TESTS)!r})\n" + textwrap.dedent(code))
    return subprocess.Popen([sys.executable, str(path)], stderr=subprocess.PIPE, text=True, **options)


WAITING = """
    from pathlib import Path
    from dataloaders.samples import Slow
    from rung.dataloaders import DataLoader

    if __name__ == "__main__":
        (folder := Path(__file__).parent / "pids").mkdir()
        list(DataLoader(Slow(folder), 4, num_workers=2))
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("how", ["SIGKILL", "SIGINT", "SIGTERM"])
def test_workers_end_with_the_program_even_in_the_middle_of_a_sample(how, tmp_path):
    program = run(WAITING, tmp_path, start_new_session=True)
    try:
        assert wait_until(lambda: len(list(tmp_path.glob("pids/*"))) == 2)
        workers = [int(path.name) for path in tmp_path.glob("pids/*")]
        assert all(map(alive, workers))
        if how == "SIGINT":
            os.killpg(program.pid, signal.SIGINT)  # as Ctrl-C in a terminal, to all of them
        else:
            os.kill(program.pid, getattr(signal, how))
        errors = program.communicate(timeout=PATIENCE)[1]
        assert program.returncode == -getattr(signal, how)
        assert errors.count("KeyboardInterrupt") == (how == "SIGINT")  # the workers say nothing about it
        assert wait_until(lambda: not any(map(alive, workers)))
    finally:
        program.kill()


INTERRUPTED_AT_ONCE = """
    import os, signal
    from dataloaders.samples import Squares
    from rung.dataloaders import DataLoader, workers

    begin = workers.Worker.__init__

    def begin_and_interrupt(self, number):
        begin(self, number)
        os.kill(self.process.pid, signal.SIGINT)

    workers.Worker.__init__ = begin_and_interrupt
    if __name__ == "__main__":
        print(len(list(DataLoader(Squares(8), 2, num_workers=2))))
        print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))
    """


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_while_workers_start_is_left_to_the_program(tmp_path):
    program = run(INTERRUPTED_AT_ONCE, tmp_path, stdout=subprocess.PIPE)
    said, errors = program.communicate(timeout=PATIENCE)
    assert (said.split(), errors, program.returncode) == (["4", "False"], "", 0)


def test_a_program_that_ends_in_the_middle_of_a_loop_ends_at_once(tmp_path):
    program = run(
        """
        from dataloaders.samples import Pids
        from rung.dataloaders import DataLoader

        if __name__ == "__main__":
            loader = DataLoader(Pids(1000), 1, num_workers=2)
            for batch in loader:
                raise ValueError("in the loop")
        """,
        tmp_path,
    )
    errors = program.communicate(timeout=PATIENCE)[1]
    assert program.returncode == 1
    assert errors.strip().endswith("ValueError: in the loop")


def test_a_program_that_does_not_guard_its_start_is_told_so(tmp_path):
    program = run(
        """
        from dataloaders.samples import Squares
        from rung.dataloaders import DataLoader

        list(DataLoader(Squares(), 4, num_workers=1))
        """,
        tmp_path,
    )
    errors = program.communicate(timeout=PATIENCE)[1]
    assert program.returncode == 1
    assert 'has to guard its start with if __name__ == "__main__"' in errors.strip().splitlines()[-1]


def test_a_dataset_that_a_new_process_cannot_import_is_told_so():
    code = textwrap.dedent("""
        from rung.dataloaders import DataLoader
        class Here(list): pass
        list(DataLoader(Here([1, 2, 3]), 2, num_workers=1))
    """)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert "could not take over the dataset" in done.stderr
    assert "defined in a file that a new process can import" in done.stderr


def test_without_workers_nothing_of_multiprocessing_is_imported():
    code = "import sys, rung; list(rung.DataLoader([1, 2], 1)); print('multiprocessing' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout.strip() == "False"
