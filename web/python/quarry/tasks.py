"""One trial to evaluate, under a lease that is kept alive while it is worked on."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Type, Union

from .errors import ConnectionFailed, QuarryError, Refused

if TYPE_CHECKING:
    from .client import Client

Value = Union[float, Mapping[str, Any]]


class TaskFailed(QuarryError):
    """Raise it in an evaluation to say that a trial has no result. retryable: another attempt may have one."""

    def __init__(self, reason: str, retryable: bool = False) -> None:
        super().__init__(reason)
        self.retryable = retryable


class Task:
    """A leased task. As a context manager it sends heartbeats, and reports what is raised inside as the trial's failure:

        with task:
            task.complete(accuracy=evaluate(task.config))
    """

    def __init__(self, client: "Client", lease: Dict[str, Any]) -> None:
        self._client = client
        self.lease = lease
        self._is_done = False
        self._is_lost = threading.Event()
        self._stop = threading.Event()
        self._heart: Optional[threading.Thread] = None

    @property
    def id(self) -> str:
        return str(self.lease["id"])

    @property
    def study(self) -> str:
        return str(self.lease["study"])

    @property
    def trial(self) -> int:
        return int(self.lease["trial"])

    @property
    def config(self) -> Dict[str, Any]:
        """Gene name -> value or list of values."""
        return dict(self.lease["config"])

    @property
    def policy(self) -> Dict[str, str]:
        """Operator name -> precision."""
        return dict(self.lease.get("policy", {}))

    @property
    def metrics(self) -> List[str]:
        """What complete() has to bring."""
        return list(self.lease["metrics"])

    @property
    def tags(self) -> List[str]:
        """What the study asks of the worker: where it is measured, when it asks for one metric at several places."""
        return list(self.lease.get("tags", []))

    @property
    def is_lost(self) -> bool:
        """The lease is over: somebody else has the task, or its study has ended. Stop."""
        return self._is_lost.is_set()

    def complete(self, metrics: Optional[Mapping[str, Value]] = None, **named: Value) -> None:
        """Reports the values: a number, or {"value", "spread", "samples", ...}. Reporting the same twice is harmless."""
        self._client.post(self._path(":complete"), {"token": self.lease["token"], "metrics": {**(metrics or {}), **named}})
        self._is_done = True

    def fail(self, reason: str, retryable: bool = False) -> None:
        self._client.post(self._path(":fail"), {"token": self.lease["token"], "reason": reason, "retryable": retryable})
        self._is_done = True

    def heartbeat(self) -> bool:
        """The lease lasts another lease_s seconds; False when it is over."""
        try:
            self._client.post(self._path(":heartbeat"), {"token": self.lease["token"]})
            return True
        except Refused as refusal:
            if refusal.status not in (404, 409):
                raise
            self._is_lost.set()
            return False

    def __enter__(self) -> "Task":
        self._heart = threading.Thread(target=self._beat, daemon=True)
        self._heart.start()
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> bool:
        self._stop.set()
        if self._heart is not None:
            self._heart.join()
        if error is None or self._is_done or not isinstance(error, Exception) or isinstance(error, (Refused, ConnectionFailed)):
            return False
        self.fail(f"{type(error).__name__}: {error}", retryable=isinstance(error, TaskFailed) and error.retryable)
        return True

    def _beat(self) -> None:
        # Three attempts before the lease is over.
        while not self._stop.wait(float(self.lease.get("lease_s", 60.0)) / 3.0):
            try:
                if not self.heartbeat():
                    return
            except QuarryError:
                continue

    def _path(self, verb: str) -> str:
        return f"/v1/tasks/{self.id}{verb}"
