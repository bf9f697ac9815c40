"""A search on one's own function: here a toy accuracy over OFA MobileNetV3, traded against exact MACs.

Start a server with `quarry serve`, then: python3 examples/own_function.py
"""

from quarry import Client

SPEC = {
    "name": "own function",
    "supernet": "ofa_mbv3_d234_e346_k357_w1.0",
    "objectives": [{"metric": "accuracy"}, {"metric": "macs"}],
    "metrics": {"accuracy": {"evaluator": "external"}},
    "algorithm": {"name": "nsga2", "population": 10},
    "budget": {"trials": 40},
    "seed": 1,
}


def accuracy(config):
    return 0.60 + 0.01 * sum(config["d"]) + 0.0005 * sum(config["ks"]) + 0.001 * sum(config["e"])


study = Client().create_study(SPEC)
for task in study.tasks(count=8):
    with task:
        task.complete(accuracy=accuracy(task.config))
for row in study.wait().front().table():
    print(f"trial {row['number']:3}   accuracy {row['accuracy']:.4f}   {row['macs'] / 1e6:.0f} M MACs")
