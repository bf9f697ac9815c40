"""The examples as they stand, against the true server: QUARRY_BINARY names the command."""

import os
import subprocess
import sys
import tempfile
import unittest

from test_client import Server

from quarry import Client

EXAMPLES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "examples")

# What the worker needs of PyTorch, for machines without it: the loaded supernet remembers its configuration, and half of the four
# images are classified right.
STAND_IN = """
import contextlib

class cuda:
    OutOfMemoryError = MemoryError
    def is_available():
        return False

class Labels(list):
    def __eq__(self, other):
        return Labels(a == b for a, b in zip(self, other))
    def __getitem__(self, key):
        return Labels(list.__getitem__(self, key))
    def sum(self):
        return sum(self)

class Scores:
    def argmax(self, axis):
        return Labels([1, 1, 1, 1])

class Supernet:
    def eval(self):
        return self
    def set_active_subnet(self, **config):
        self.config = config
    def __call__(self, images):
        return Scores()

def load(path, map_location, weights_only=True):
    return Supernet() if path == "supernet.pt" else (Labels([0, 0, 0, 0]), Labels([1, 0, 1, 0]))

inference_mode = contextlib.nullcontext
"""


class ExamplesTest(unittest.TestCase):
    def setUp(self):
        # Each has a server of its own: a worker that was ended may still be given a task, for as long as its last claim waits.
        self.server = Server()
        self.addCleanup(self.server.stop)
        self.client = Client(self.server.url)
        self.environment = {
            **os.environ,
            "QUARRY_URL": self.server.url,
            "PYTHONPATH": os.path.dirname(EXAMPLES),
            "PATH": os.path.dirname(os.environ["QUARRY_BINARY"]) + os.pathsep + os.environ["PATH"],
        }

    def run_example(self, *words, folder):
        return subprocess.run(words, env=self.environment, cwd=folder, capture_output=True, text=True, check=True).stdout

    def test_a_search_on_ones_own_function_is_twenty_lines(self):
        with open(os.path.join(EXAMPLES, "own_function.py"), encoding="utf-8") as file:
            code = file.read().split('"""')[2]
        self.assertLessEqual(len([line for line in code.splitlines() if line.strip()]), 20)
        with tempfile.TemporaryDirectory() as folder:
            printed = self.run_example(sys.executable, os.path.join(EXAMPLES, "own_function.py"), folder=folder)
        self.assertRegex(printed.splitlines()[0], r"^trial +\d+   accuracy 0\.\d{4}   \d+ M MACs$")
        (study,) = self.client.studies(name="own function")
        self.assertEqual(len(study.trials("state = succeeded")), 40)

    def test_a_shell_script_submits_waits_and_keeps_the_front(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "study.json"), "w", encoding="utf-8") as file:
                file.write('{"supernet": "fashion_vit", "objectives": [{"metric": "macs"}], "budget": {"trials": 6}}')
            printed = self.run_example("sh", os.path.join(EXAMPLES, "submit.sh"), "study.json", folder=folder)
            with open(os.path.join(folder, printed.splitlines()[-1]), encoding="utf-8") as file:
                self.assertTrue(file.readline().startswith("trial,"))

    def test_a_pytorch_supernet_is_evaluated_by_a_worker(self):
        study = self.client.create_study(
            {
                "name": "pytorch",
                "supernet": "fashion_vit",
                "objectives": [{"metric": "accuracy"}, {"metric": "macs"}],
                "metrics": {"accuracy": {"evaluator": "external", "tags": ["gpu"]}},
                "algorithm": {"name": "random"},
                "budget": {"trials": 6},
            }
        )
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "torch.py"), "w", encoding="utf-8") as file:
                file.write(STAND_IN)
            environment = {**self.environment, "PYTHONPATH": folder + os.pathsep + self.environment["PYTHONPATH"]}
            worker = subprocess.Popen([sys.executable, os.path.join(EXAMPLES, "pytorch_worker.py")], env=environment, cwd=folder)
            try:
                self.assertEqual(study.wait().state, "completed")
            finally:
                worker.terminate()
                worker.wait()
        self.assertEqual([row["accuracy"] for row in study.trials().table()], [0.5] * 6)


if __name__ == "__main__":
    unittest.main()
