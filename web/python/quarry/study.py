"""One search on a server."""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from .errors import ConnectionFailed, Refused
from .rows import Rows
from .tasks import Task

if TYPE_CHECKING:
    from .client import Client

ENDED = ("completed", "failed", "cancelled")


@dataclass(frozen=True)
class Event:
    """One entry of a study's log. id: 1, 2, 3, ... within the study."""

    id: int
    type: str
    data: Dict[str, Any]


class Study:
    """A study as the server last described it; refresh() asks again."""

    def __init__(self, client: "Client", document: Dict[str, Any]) -> None:
        self._client = client
        self.document = document

    @property
    def id(self) -> str:
        return str(self.document["id"])

    @property
    def state(self) -> str:
        return str(self.document["state"])

    @property
    def spec(self) -> Dict[str, Any]:
        return dict(self.document["spec"])

    @property
    def hypervolume(self) -> Optional[float]:
        return self.document.get("hypervolume")

    def __repr__(self) -> str:
        return f"<Study {self.id} {self.state}>"

    def refresh(self) -> "Study":
        self.document = self._client.get(self._path())
        return self

    # Verbs: each raises Refused with what is allowed when the study's state forbids it.

    def pause(self) -> "Study":
        return self._verb("pause")

    def resume(self) -> "Study":
        return self._verb("resume")

    def stop(self) -> "Study":
        return self._verb("stop")

    def cancel(self) -> "Study":
        return self._verb("cancel")

    def extend(self, trials: int = 0, seconds: float = 0.0) -> "Study":
        more: Dict[str, Any] = {}
        if trials:
            more["trials"] = trials
        if seconds:
            more["seconds"] = seconds
        return self._verb("extend", more)

    def clone(self, **changes: Any) -> "Study":
        """A new study of the same document with these fields changed."""
        return Study(self._client, self._client.post(self._path(":clone"), changes))

    def enqueue(self, config: Mapping[str, Any]) -> None:
        """This network is measured next."""
        self._client.post(self._path(":enqueue"), {"config": dict(config)})

    def confirm(
        self,
        repeats: int = 0,
        seconds: float = 0.0,
        best: str = "",
        where: Sequence[str] = (),
        within: str = "",
        knee: bool = False,
        dry_run: bool = False,
    ) -> Dict[str, Any]:
        """Has those members of the front measured again that cannot be told apart at 95 %.

        The budget is repeats of each member or seconds (10 repeats when neither is given), the question that of choose(). Gives what
        is going to be measured; after wait(), confirmation says which pairs were told apart. A dry run starts nothing.
        """
        wanted: Dict[str, Any] = {"repeats": repeats, "seconds": seconds, "best": best, "where": list(where), "within": within}
        wanted.update({"knee": knee, "dry_run": dry_run})
        return dict(self._verb("confirm", {key: value for key, value in wanted.items() if value}).document["confirmation"])

    @property
    def confirmation(self) -> Optional[Dict[str, Any]]:
        """The latest, as refresh() found it: state, pairs with told_apart, members with repeats, sentence."""
        return self.document.get("confirmation")

    def archive(self) -> bytes:
        """All there is of it as one file, for Client.restore() elsewhere or 'quarry replay'."""
        return self._client.exchange("GET", self._path("/archive"))

    def change(self, **fields: Any) -> "Study":
        """name, tags, notes, priority."""
        self.document = self._client.request("PATCH", self._path(), fields)
        return self

    def delete(self) -> None:
        self._client.request("DELETE", self._path())

    # Results

    def trials(self, filter: str = "", order_by: str = "", fields: str = "") -> Rows:
        """study.trials("state = succeeded AND latency_ms <= 10", order_by="accuracy desc"): all by number unless asked otherwise."""
        return Rows(self.iter_trials(filter, order_by, fields))

    def iter_trials(self, filter: str = "", order_by: str = "", fields: str = "", page_size: int = 1000) -> Iterator[Dict[str, Any]]:
        """The same one by one, for studies that are long: no more than a page is held."""
        query = {"filter": filter, "order_by": order_by, "fields": fields, "page_size": page_size}
        return self._client.items(self._path("/trials"), **query)

    def front(self, filter: str = "", order_by: str = "", fields: str = "") -> Rows:
        """The non-dominated feasible trials, every one measured."""
        return Rows(self._client.items(self._path("/front"), filter=filter, order_by=order_by, fields=fields))

    def choose(
        self, best: str = "", where: Sequence[str] = (), within: str = "", knee: bool = False
    ) -> Tuple[Optional[Dict[str, Any]], str]:
        """Which member of the front to take, or None, and the sentence that says why.

            study.choose(best="accuracy", where=["latency_ms <= 10"])
            study.choose(best="latency_ms", within="accuracy:0.5%")
            study.choose(knee=True)
        """
        question = {"where": ",".join(where), "best": best, "within": within, "knee": "true" if knee else ""}
        query = urllib.parse.urlencode({key: value for key, value in question.items() if value}, quote_via=urllib.parse.quote)
        answer = self._client.get(self._path(f"/front?page_size=1000&{query}"))
        choice = answer["choice"]
        chosen = [trial for trial in answer["items"] if trial["number"] == choice["number"]]
        return (chosen[0] if chosen else None), choice["sentence"]

    def events(self, after: int = 0) -> Iterator[Event]:
        """The log from its start (or after an event's id), then live until the study has ended.

        A connection that breaks is made again where it left off, as long as the server answers.
        """
        while True:
            before = after
            try:
                for number, kind, data in self._client.stream(self._path("/events"), after):
                    after = number
                    yield Event(number, kind, data)
            except ConnectionFailed:
                if after == before:
                    raise
                continue
            if self.refresh().state in ENDED:
                return

    def wait(self, progress: Optional[Callable[["Study"], None]] = None) -> "Study":
        """Returns when the study has ended; calls progress after every trial."""
        for event in self.events():
            if progress is not None and event.type == "trial.finished":
                progress(self.refresh())
        return self.refresh()

    # The user's own evaluation

    def ask(self, count: int = 1, lease_s: float = 60.0, wait_s: float = 30.0) -> List[Task]:
        """Up to count trials to evaluate, for metrics whose evaluator is "external"."""
        answer = self._client.post(self._path(":ask"), {"count": count, "lease_s": lease_s, "wait_s": wait_s})
        return [Task(self._client, lease) for lease in answer["items"]]

    def tasks(self, count: int = 1, lease_s: float = 60.0) -> Iterator[Task]:
        """One after another until the study has ended, asked for in batches of count:

            for task in study.tasks():
                with task:
                    task.complete(accuracy=evaluate(task.config))
        """
        while self.refresh().state not in ENDED:
            try:
                yield from self.ask(count, lease_s)
            except Refused as refusal:
                # It ended, or is about to, between the two questions.
                if refusal.status != 409 or self.refresh().state not in (*ENDED, "stopping"):
                    raise

    def _verb(self, verb: str, document: Optional[Dict[str, Any]] = None) -> "Study":
        self.document = self._client.post(self._path(":" + verb), document or {})
        return self

    def _path(self, rest: str = "") -> str:
        return f"/v1/studies/{self.id}{rest}"
