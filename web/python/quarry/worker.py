"""A function from configuration to metrics as a worker.

    @worker(tags=["gpu"])
    def evaluate(config):
        return {"accuracy": ...}

    evaluate.run()
"""

from __future__ import annotations

import os
import socket
import threading
from typing import Any, Callable, Dict, Mapping, Optional, Sequence

from .client import Client
from .errors import ConnectionFailed, Refused
from .tasks import Value

Evaluation = Callable[[Dict[str, Any]], Mapping[str, Value]]


class Worker:
    """Claims tasks, evaluates them with a function, reports what came of it."""

    def __init__(
        self,
        evaluate: Evaluation,
        client: Optional[Client] = None,
        tags: Sequence[str] = (),
        metrics: Sequence[str] = (),
        study: str = "",
        name: str = "",
        lease_s: float = 60.0,
    ) -> None:
        self._evaluate = evaluate
        self._client = client
        self._tags = tags
        self._metrics = metrics
        self._study = study
        self._name = name or f"{socket.gethostname()}-{os.getpid()}"
        self._lease_s = lease_s

    def __call__(self, config: Dict[str, Any]) -> Mapping[str, Value]:
        return self._evaluate(config)

    def run(self, tasks: Optional[int] = None, stop: Optional[threading.Event] = None, wait_s: float = 30.0) -> int:
        """Works until `tasks` are done, or `stop` is set, or for ever. Gives the number of tasks.

        A server that goes away is waited for: it may be restarting. One that refuses the claim raises Refused.
        """
        stop = stop or threading.Event()
        client = self._client or Client()
        done = 0
        while not stop.is_set() and (tasks is None or done < tasks):
            try:
                task = client.claim(
                    self._name,
                    tags=self._tags,
                    metrics=self._metrics,
                    study=self._study,
                    lease_s=self._lease_s,
                    wait_s=wait_s,
                )
                if task is None:
                    continue
                with task:
                    task.complete(self._evaluate(task.config))
                done += 1
            except ConnectionFailed:
                stop.wait(1.0)
            except Refused as refusal:
                # A result that came too late is nobody's loss; a claim that is wrong stays wrong.
                if refusal.status != 409:
                    raise
        return done


def worker(**options: Any) -> Callable[[Evaluation], Worker]:
    """Makes a Worker of a function; options are those of Worker."""
    return lambda evaluate: Worker(evaluate, **options)
