"""Client of Quarry, the neural architecture search service. The standard library is all it needs.

    from quarry import Client

    study = Client().create_study({"supernet": "fashion_vit", "objectives": [{"metric": "latency_ms"}]})
    study.wait()
    print(study.front())
"""

from .client import Client
from .errors import ConnectionFailed, QuarryError, Refused
from .rows import Rows
from .study import Event, Study
from .tasks import Task, TaskFailed
from .worker import Worker, worker

__all__ = [
    "Client",
    "ConnectionFailed",
    "Event",
    "QuarryError",
    "Refused",
    "Rows",
    "Study",
    "Task",
    "TaskFailed",
    "Worker",
    "worker",
]
