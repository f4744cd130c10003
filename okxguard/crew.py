"""Share work among processes: chunks of tasks go out as workers get free, and a worker that dies costs one task."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, NamedTuple, TypeVar

# Workers that are forked know everything that was read and imported before; only Linux forks safely.
FORKS = sys.platform == "linux"
_START = "fork" if FORKS else "spawn"
Task = TypeVar("Task")
Result = TypeVar("Result")


class Lost(NamedTuple):
    """A task that a worker died of."""

    task: Any


class _Chunk(NamedTuple):
    """Some tasks, and where they stand among all."""

    place: tuple[int, int]
    tasks: Sequence[Any]


class _Worker:
    """A process and the end of the pipe that leads to it."""

    def __init__(self, make: Callable[[], Callable[[Sequence[Any]], Any]], others: Sequence[_Worker]) -> None:
        context: Any = multiprocessing.get_context(_START)
        self.connection: Connection
        self.connection, theirs = context.Pipe()
        # A forked process has all ends that are open here; it closes them, to see when this process is gone.
        ours = [self.connection, *(other.connection for other in others)] if FORKS else []
        self._process = context.Process(target=_work, args=(theirs, make, ours), daemon=True)
        self._process.start()
        theirs.close()
        self.chunk: _Chunk | None = None

    def give(self, chunk: _Chunk) -> None:
        self.chunk = chunk
        # One that is dead already is noticed where its answer is awaited.
        with contextlib.suppress(OSError):
            self.connection.send(chunk.tasks)

    def end(self) -> None:
        self.connection.close()
        self._process.kill()
        self._process.join()


class Crew(Generic[Task, Result]):
    """Workers that all do the same; `make` is called in each of them and returns what does a chunk of tasks."""

    def __init__(self, jobs: int, make: Callable[[], Callable[[Sequence[Task]], Result]]) -> None:
        self._jobs = jobs
        self._make = make

    def do(self, tasks: Sequence[Task], size: int) -> Iterator[tuple[tuple[int, int], Result | Lost]]:
        """Yield the results of all tasks, `size` at once, as they come, each with its place in the order.

        Tasks of a chunk that a worker died of are given out again one by one, so that only one of them is lost.
        """
        pending = deque(_Chunk((at, 0), tasks[at : at + size]) for at in range(0, len(tasks), size))
        workers: list[_Worker] = []
        try:
            for _ in range(min(self._jobs, len(pending))):
                workers.append(_Worker(self._make, workers))
            while True:
                for worker in workers:
                    if worker.chunk is None and pending:
                        worker.give(pending.popleft())
                busy = {worker.connection: worker for worker in workers if worker.chunk is not None}
                if not busy:
                    return
                for connection in wait(list(busy)):
                    assert isinstance(connection, Connection)
                    worker = busy[connection]
                    chunk = worker.chunk
                    assert chunk is not None
                    try:
                        result = connection.recv()
                    except (EOFError, OSError):
                        worker.end()
                        workers.remove(worker)
                        workers.append(_Worker(self._make, workers))
                        if len(chunk.tasks) == 1:
                            yield chunk.place, Lost(chunk.tasks[0])
                        pending.extendleft(_apart(chunk))
                        continue
                    worker.chunk = None
                    yield chunk.place, result
        finally:
            for worker in workers:
                worker.end()


def _apart(chunk: _Chunk) -> list[_Chunk]:
    """Return a chunk for every task of a larger one, last first."""
    if len(chunk.tasks) == 1:
        return []
    singles = [_Chunk((chunk.place[0], at), [task]) for at, task in enumerate(chunk.tasks)]
    return singles[::-1]


def _work(
    connection: Connection, make: Callable[[], Callable[[Sequence[Any]], Any]], others: Sequence[Connection]
) -> None:
    for other in others:
        other.close()
    # Ctrl-C reaches all processes of a terminal; the one that talks to the user ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        do = make()
        while True:
            connection.send(do(connection.recv()))
    finally:
        # What an error would say of itself may quote what is scanned.
        os._exit(1)
