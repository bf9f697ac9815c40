"""What can go wrong, in words that say what to do."""

from __future__ import annotations

from typing import Any, Dict, List


class QuarryError(Exception):
    """Every error of this package."""


class ConnectionFailed(QuarryError):
    """No server answers."""


class Refused(QuarryError):
    """The server answered with a problem (RFC 9457).

    status: of HTTP; errors: [{"pointer": "/budget/trials", "detail": "..."}], every mistake of the request;
    request_id: what to ask the server's administrator about; document: the problem as it came.
    """

    def __init__(self, status: int, document: Dict[str, Any]) -> None:
        self.status = status
        self.document = document
        self.errors: List[Dict[str, str]] = list(document.get("errors", []))
        self.request_id: str = str(document.get("request_id", ""))
        lines = [f"{document.get('detail', 'refused')} (HTTP {status})"]
        lines += [f"  {error['pointer'] or '/'}: {error['detail']}" for error in self.errors]
        super().__init__("\n".join(lines))
