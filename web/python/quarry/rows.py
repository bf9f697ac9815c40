"""Results: a list of dicts that becomes a table where pandas is there."""

from __future__ import annotations

from typing import Any, Dict, List


class Rows(List[Dict[str, Any]]):
    """Trials as the API shows them."""

    def table(self) -> List[Dict[str, Any]]:
        """One flat dict per trial: number, state, each metric's value, and config.GENE of every gene."""
        return [_flat(trial) for trial in self]

    def to_pandas(self) -> Any:
        """The same as a pandas.DataFrame. Raises ImportError where pandas is not installed."""
        import pandas

        return pandas.DataFrame(self.table())


def _flat(trial: Dict[str, Any]) -> Dict[str, Any]:
    # Of a list that was asked for some fields only, the others are not there.
    row: Dict[str, Any] = {name: trial[name] for name in ("number", "state") if name in trial}
    for name, measurement in trial.get("metrics", {}).items():
        row[name] = measurement.get("value")
    for gene, value in trial.get("config", {}).items():
        row[f"config.{gene}"] = value
    return row
