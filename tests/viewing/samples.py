"""Runs as a training leaves them, made in no time, and a server to ask."""

import http.client
import json
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit

from rung.viewing.opening import site_of
from rung.viewing.server import open_server


def write_run(folder, epochs=3, of=None, state="finished", steps=4, **settings):
    """A run of so many epochs, each of so many updates; without a state it has no end."""
    folder.mkdir(parents=True)
    history = [
        {
            "epoch": i,
            "loss": 1 / i,
            "accuracy": 1 - 1 / (i + 1),
            "test_loss": 1.5 / i,
            "test_accuracy": 1 - 1 / (i + 2),
        }
        for i in range(1, epochs + 1)
    ]
    settings = {"data": "digits", "model": "mlp", "lr": 0.01, "epochs": of or epochs, **settings}
    log = {"settings": settings, "versions": {"rung": "0.1.0"}, "seconds": 1.5, "history": history}
    (folder / "log.json").write_text(json.dumps(log))
    (folder / "journal.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines(history, steps, state)))
    return folder


def lines(history, steps, state):
    """The journal of a history."""
    yield {"what": "begin", "step": 0, "epoch": 0, "steps_per_epoch": steps, "time": 0}
    for row in history:
        last = steps * row["epoch"]
        for step in range(last - steps + 1, last + 1):
            yield {"what": "step", "step": step, "loss": 1 / step, "lr": 0.01}
        figures = {name.replace("test_", "val_"): value for name, value in row.items()}
        yield {"what": "epoch", "step": last, "seconds": row["epoch"] / 2, "figures": figures}
    if state:
        yield {"what": "end", "step": steps * len(history), "epoch": len(history), "seconds": 1.5, "state": state}


@contextmanager
def served(*paths):
    """Serve what somebody named, on a free port; gives the server."""
    with open_server(site_of(paths), 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def ask(server, address="", method="GET", headers=None, whole=False, body=None):
    """The status, headers and content of an answer; `whole` gives the path without the word before it."""
    parts = urlsplit(server.address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        connection.request(method, address if whole else parts.path + address, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def data(server, address):
    """What a JSON address answers."""
    status, _, content = ask(server, address)
    assert status == 200, content
    return json.loads(content)
