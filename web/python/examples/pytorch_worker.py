"""Evaluates sub-networks with a PyTorch supernet of one's own, on a machine with a GPU.

    QUARRY_URL=https://search.example:8080 QUARRY_TOKEN=... python3 examples/pytorch_worker.py

The study says {"metrics": {"accuracy": {"evaluator": "external", "tags": ["gpu"]}}}. Load your own supernet where it says so; it needs a
way to set the active sub-network from a configuration (OFA: set_active_subnet(ks=..., e=..., d=...)).
"""

import torch

from quarry import TaskFailed, worker

device = "cuda" if torch.cuda.is_available() else "cpu"
supernet = torch.load("supernet.pt", map_location=device, weights_only=False).eval()
images, labels = torch.load("validation.pt", map_location=device)


@worker(tags=["gpu"], lease_s=120)
def evaluate(config):
    supernet.set_active_subnet(**config)
    try:
        with torch.inference_mode():
            right = sum(
                int((supernet(images[i : i + 256]).argmax(1) == labels[i : i + 256]).sum()) for i in range(0, len(images), 256)
            )
    except torch.cuda.OutOfMemoryError as error:
        raise TaskFailed(str(error), retryable=True) from error
    return {"accuracy": right / len(images)}


evaluate.run()
