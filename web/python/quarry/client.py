"""The connection to a server: requests in, documents out, problems raised."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import urllib.parse
import uuid
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from .errors import ConnectionFailed, QuarryError, Refused
from .study import Study
from .tasks import Task

Document = Dict[str, Any]


class Client:
    """A server of Quarry.

    url, token and ca_file default to the environment's QUARRY_URL (or http://127.0.0.1:8080), QUARRY_TOKEN and QUARRY_CA (a PEM file
    of the authority of an https server's certificate). Threads may share a client: every request has a connection of its own.
    """

    def __init__(
        self,
        url: Optional[str] = None,
        token: Optional[str] = None,
        ca_file: Optional[str] = None,
        timeout_s: float = 120.0,
    ) -> None:
        self.url = (url or os.environ.get("QUARRY_URL") or "http://127.0.0.1:8080").rstrip("/")
        parts = urllib.parse.urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise QuarryError(f'"{self.url}" is not an address such as http://127.0.0.1:8080')
        self._parts = parts
        self._token = token or os.environ.get("QUARRY_TOKEN", "")
        self._ca_file = ca_file or os.environ.get("QUARRY_CA") or None
        self._timeout_s = timeout_s

    # Studies

    def create_study(self, spec: Mapping[str, Any], draft: bool = False) -> Study:
        """Starts a study; spec is the document that POST /v1/studies takes. Raises Refused with every mistake."""
        path = "/v1/studies?draft=true" if draft else "/v1/studies"
        # A retry after a lost answer must not start a second one.
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return Study(self, self.post(path, dict(spec), headers))

    def study(self, study_id: str) -> Study:
        """A study by its id."""
        return Study(self, self.get(f"/v1/studies/{_quoted(study_id)}"))

    def studies(self, state: str = "", tag: str = "", name: str = "", filter: str = "", order_by: str = "") -> List[Study]:
        """Those that match, newest first unless order_by says otherwise."""
        found = self.items("/v1/studies", state=state, tag=tag, name=name, filter=filter, order_by=order_by)
        return [Study(self, item) for item in found]

    # What the server knows

    def restore(self, archive: bytes) -> Study:
        """Takes in a study from the file that Study.archive() or 'quarry archive' wrote."""
        headers = {"Content-Type": "application/octet-stream"}
        return Study(self, json.loads(self.exchange("POST", "/v1/studies:import_archive", archive, headers)))

    def supernets(self) -> List[Document]:
        return list(self.items("/v1/supernets"))

    def supernet(self, name: str) -> Document:
        return self.get(f"/v1/supernets/{_quoted(name)}")

    def add_supernet(self, manifest: Mapping[str, Any]) -> Document:
        """Makes a supernet of one's own searchable; the same manifest again changes nothing."""
        return self.post("/v1/supernets", dict(manifest))

    def catalog(self) -> Document:
        """Algorithms, predictors, evaluators, block kinds and metrics with their options."""
        return self.get("/v1/catalog")

    def workers(self) -> List[Document]:
        return list(self.items("/v1/workers"))

    def measurements(self, **query: Any) -> Iterator[Document]:
        """All that was ever measured, newest first: supernet, metric, fingerprint, study, filter, order_by, fields."""
        return self.items("/v1/measurements", **query)

    def fingerprints(self, **query: Any) -> List[Document]:
        """The machines that measured."""
        return list(self.items("/v1/fingerprints", **query))

    def predictors(self, **query: Any) -> List[Document]:
        return list(self.items("/v1/predictors", **query))

    def imports(self, **query: Any) -> List[Document]:
        return list(self.items("/v1/imports", **query))

    def algorithms(self) -> List[Document]:
        return list(self.items("/v1/algorithms"))

    def evaluators(self) -> List[Document]:
        return list(self.items("/v1/evaluators"))

    # Tasks

    def claim(
        self,
        worker: str,
        *,
        tags: Sequence[str] = (),
        metrics: Sequence[str] = (),
        study: str = "",
        lease_s: float = 60.0,
        wait_s: float = 30.0,
    ) -> Optional[Task]:
        """The next external task that fits, or None when there was none for wait_s seconds."""
        claim: Document = {"worker": worker, "tags": list(tags), "metrics": list(metrics), "lease_s": lease_s, "wait_s": wait_s}
        if study:
            claim["study"] = study
        lease = self.post("/v1/tasks:claim", claim)
        return Task(self, lease) if lease else None

    # Plain requests

    def get(self, path: str) -> Any:
        return self.request("GET", path)

    def post(self, path: str, document: Any = None, headers: Optional[Mapping[str, str]] = None) -> Any:
        return self.request("POST", path, {} if document is None else document, headers)

    def items(self, path: str, **query: Any) -> Iterator[Document]:
        """All items of a list, one by one; a page is asked for when the one before is used up.

        query: what the list takes, such as filter="latency_ms <= 10", order_by="accuracy desc", fields="number,metrics" and
        page_size; empty values are left out. Raises Refused with every mistake.
        """
        asked = {name: value for name, value in query.items() if value not in ("", None)}
        asked.setdefault("page_size", 1000)
        while True:
            page = self.get(path + "?" + urllib.parse.urlencode(asked, quote_via=urllib.parse.quote))
            yield from page["items"]
            if not page["next_page_token"]:
                return
            asked["page_token"] = page["next_page_token"]

    def request(self, method: str, path: str, document: Any = None, headers: Optional[Mapping[str, str]] = None) -> Any:
        """One request; the answer's JSON, or None when it has none. Raises Refused or ConnectionFailed."""
        sent = dict(headers or {})
        body = None
        if document is not None:
            body = json.dumps(document).encode()
            sent["Content-Type"] = "application/json"
        answer = self.exchange(method, path, body, sent)
        return json.loads(answer) if answer else None

    def exchange(self, method: str, path: str, body: Optional[bytes] = None, headers: Optional[Mapping[str, str]] = None) -> bytes:
        """The same with bytes of any kind."""
        connection, response = self._send(method, path, body, headers or {})
        try:
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise ConnectionFailed(f"the server at {self.url} broke off: {error}") from error
        finally:
            connection.close()
        if response.status >= 400:
            raise Refused(response.status, _problem(answer))
        return answer

    def stream(self, path: str, last_event_id: int) -> Iterator[Tuple[int, str, Document]]:
        """Server-sent events as (id, type, data) until the server ends the stream. Raises like request()."""
        connection, response = self._send("GET", path, None, {"Accept": "text/event-stream", "Last-Event-ID": str(last_event_id)})
        try:
            if response.status >= 400:
                raise Refused(response.status, _problem(response.read()))
            yield from _events(response)
        except (OSError, http.client.HTTPException) as error:
            raise ConnectionFailed(f"the server at {self.url} broke off: {error}") from error
        finally:
            connection.close()

    def _send(
        self, method: str, path: str, body: Optional[bytes], headers: Mapping[str, str]
    ) -> Tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        sent = {"Accept": "*/*", **headers}
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        connection = self._connect()
        try:
            connection.request(method, self._parts.path + path, body, sent)
            return connection, connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise ConnectionFailed(
                f"no Quarry server answers at {self.url}: {error}; start one with 'quarry serve', or set QUARRY_URL"
            ) from error

    def _connect(self) -> http.client.HTTPConnection:
        host = self._parts.hostname or ""
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(host, self._parts.port, timeout=self._timeout_s)
        context = ssl.create_default_context(cafile=self._ca_file)
        return http.client.HTTPSConnection(host, self._parts.port, timeout=self._timeout_s, context=context)


def _quoted(text: str) -> str:
    return urllib.parse.quote(text, safe="")


def _problem(body: bytes) -> Document:
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    return document if isinstance(document, dict) else {"detail": body.decode(errors="replace")[:500]}


def _events(lines: Iterator[bytes]) -> Iterator[Tuple[int, str, Document]]:
    number, kind, data = 0, "", ""
    for raw in lines:
        line = raw.decode().rstrip("\r\n")
        if line.startswith("id: "):
            number = int(line[4:])
        elif line.startswith("event: "):
            kind = line[7:]
        elif line.startswith("data: "):
            data = line[6:]
        elif not line and kind:
            yield number, kind, json.loads(data)
            kind, data = "", ""
