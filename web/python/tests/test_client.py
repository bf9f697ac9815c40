"""The client against the true server: QUARRY_BINARY names the command, everything runs on loopback."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from quarry import Client, ConnectionFailed, QuarryError, Refused, Rows, TaskFailed, Worker, worker  # noqa: E402

STUDY = {
    "name": "from python",
    "supernet": "fashion_vit",
    "objectives": [{"metric": "accuracy"}, {"metric": "model_size_bytes"}],
    "metrics": {"accuracy": {"evaluator": "external"}},
    "algorithm": {"name": "random"},
    "budget": {"trials": 12},
    "seed": 3,
}


class Server:
    """A server on a free port with a data folder of its own."""

    def __init__(self, *arguments, listen="127.0.0.1:0"):
        self._folder = tempfile.TemporaryDirectory()
        self.data = self._folder.name
        self._process = subprocess.Popen(
            [os.environ["QUARRY_BINARY"], "serve", "--listen", listen, "--data", self.data, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.first_token = ""
        for line in self._process.stdout:
            if "the first token" in line:
                self.first_token = line.rsplit(" ", 1)[1].strip()
            if "serving " in line:
                self.url = line.split("serving ", 1)[1].split(" ", 1)[0]
                break
        # Whatever else it says must not fill the pipe.
        threading.Thread(target=self._process.stdout.read, daemon=True).start()

    def stop(self):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()
        self._folder.cleanup()


def accuracy(config):
    return 0.5 + len(json.dumps(config)) % 17 / 100.0


class ClientTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.client = Client(cls.server.url)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def evaluate_all(self, study):
        count = 0
        for task in study.tasks(count=4):
            with task:
                task.complete(accuracy=accuracy(task.config))
            count += 1
        return count

    def test_a_study_is_asked_and_told_to_its_end(self):
        study = self.client.create_study(STUDY)
        self.assertEqual(self.evaluate_all(study), 12)
        self.assertEqual(study.wait().state, "completed")
        trials = study.trials()
        self.assertEqual(len(trials), 12)
        for trial in trials:
            self.assertEqual(trial["metrics"]["accuracy"]["value"], accuracy(trial["config"]))
            self.assertEqual(trial["metrics"]["accuracy"]["source"], "reported")
        front = study.front().table()
        self.assertTrue(0 < len(front) <= 12)
        self.assertIn("accuracy", front[0])
        self.assertTrue(any(name.startswith("config.") for name in front[0]))
        self.check_lists(study, trials)
        chosen, sentence = study.choose(best="accuracy")
        self.assertEqual(chosen["metrics"]["accuracy"]["value"], max(row["accuracy"] for row in front))
        self.assertIn(f"Trial {chosen['number']} has the highest accuracy", sentence)
        self.assertEqual(study.choose(best="accuracy", where=["model_size_bytes < 1"])[0], None)
        self.assertIsNotNone(study.choose(knee=True)[0])
        events = list(study.events())
        self.assertEqual([event.id for event in events], list(range(1, len(events) + 1)))
        self.assertEqual(events[0].type, "study.created")
        self.assertEqual(list(study.events(after=events[-2].id)), events[-1:])
        study.delete()
        self.assertRaises(Refused, study.refresh)

    def check_lists(self, study, trials):
        best = study.trials("accuracy > 0.5", order_by="accuracy desc, number", fields="number,metrics.accuracy")
        self.assertEqual(
            [row["number"] for row in best],
            [
                row["number"]
                for row in sorted(trials.table(), key=lambda row: (-row["accuracy"], row["number"]))
                if row["accuracy"] > 0.5
            ],
        )
        self.assertEqual(set(best[0]), {"number", "metrics"})
        self.assertEqual(set(best.table()[0]), {"number", "accuracy"})
        self.assertEqual(list(study.iter_trials(page_size=5)), list(trials))
        measured = list(self.client.measurements(study=study.id, metric="accuracy", order_by="id", page_size=5))
        self.assertEqual([one["source"] for one in measured], ["reported"] * len(measured))
        self.assertIn(study.id, [found.id for found in self.client.studies(filter="progress.trials >= 12 AND name : PYTHON")])
        with self.assertRaises(Refused) as caught:
            study.trials("acuracy > 0.5", order_by="size")
        self.assertEqual([error["pointer"] for error in caught.exception.errors], ["filter", "order_by"])
        self.assertIn('did you mean "accuracy"?', str(caught.exception))

    def test_rows_become_a_data_frame_where_pandas_is_there(self):
        try:
            import pandas
        except ImportError:
            self.skipTest("pandas is not installed")
        rows = Rows([{"number": 3, "state": "succeeded", "metrics": {"accuracy": {"value": 0.5}}, "config": {"depth": 2}}])
        frame = rows.to_pandas()
        self.assertIsInstance(frame, pandas.DataFrame)
        self.assertEqual(frame["accuracy"][0], 0.5)
        self.assertEqual(frame["config.depth"][0], 2)

    def test_what_the_server_knows_is_listed(self):
        self.assertIn("nsga2", [entry["name"] for entry in self.client.algorithms()])
        self.assertIn("onednn", [entry["name"] for entry in self.client.evaluators()])
        self.assertEqual(self.client.predictors(), [])
        self.assertEqual(self.client.imports(), [])
        self.assertIsInstance(self.client.fingerprints(), list)

    def test_a_function_becomes_a_worker_and_its_exceptions_failed_trials(self):
        study = self.client.create_study({**STUDY, "name": "worker"})
        seen = []

        @worker(client=self.client, study=study.id, name="function", lease_s=5)
        def evaluate(config):
            seen.append(config)
            if len(seen) == 2:
                raise TaskFailed("too large for this machine")
            if len(seen) == 3:
                raise ValueError("a mistake")
            return {"accuracy": accuracy(config)}

        self.assertIsInstance(evaluate, Worker)
        self.assertEqual(evaluate.run(tasks=12), 12)
        self.assertEqual(study.wait().state, "completed")
        reasons = sorted(trial["reason"] for trial in study.trials() if trial["state"] == "failed")
        self.assertEqual(len(reasons), 2)
        self.assertIn("TaskFailed: too large for this machine", reasons[0])
        self.assertIn("ValueError: a mistake", reasons[1])

    def test_every_mistake_of_a_study_is_in_the_refusal(self):
        with self.assertRaises(Refused) as caught:
            self.client.create_study({"supernet": "fashion_vit", "objectives": [{"metric": "latancy_ms"}], "budget": {"trials": -1}})
        self.assertEqual(caught.exception.status, 422)
        self.assertEqual([error["pointer"] for error in caught.exception.errors], ["/objectives/0/metric", "/budget/trials"])
        self.assertIn('did you mean "latency_ms"?', str(caught.exception))
        self.assertTrue(caught.exception.request_id)

    def test_a_study_is_steered(self):
        study = self.client.create_study({**STUDY, "name": "steered", "tags": ["night"]}, draft=True)
        self.assertEqual(study.state, "draft")
        self.assertEqual([found.id for found in self.client.studies(tag="night")], [study.id])
        study.change(notes="tried in vain", priority=3)
        self.assertEqual(study.refresh().document["notes"], "tried in vain")
        with self.assertRaises(Refused) as caught:
            study.pause()
        self.assertEqual(caught.exception.status, 409)
        study.resume()
        study.pause()
        copy = study.clone(seed=4)
        self.assertEqual(copy.spec["seed"], 4)
        copy.cancel()
        study.cancel()
        self.assertEqual(study.wait().state, "cancelled")

    def measure_places(self, study):
        """A program that serves both places: what it is to bring, the tags tell."""
        while study.refresh().state not in ("completed", "failed", "cancelled"):
            try:
                tasks = study.ask(count=4, wait_s=5)
            except Refused as refusal:
                self.assertEqual(refusal.status, 409)
                return
            for task in tasks:
                self.assertEqual(task.metrics, ["latency_ms"])
                slow = 2.0 if task.tags == ["phone"] else 1.0
                task.complete(latency_ms={"value": slow * (100.0 - sum(task.lease["genome"])), "spread": 8.0})

    def test_two_places_are_measured_confirmed_archived_and_restored(self):
        spec = {
            **STUDY,
            "objectives": [
                {"metric": "latency_ms", "on": "phone"},
                {"metric": "latency_ms", "on": "laptop"},
                {"metric": "model_size_bytes"},
            ],
            "metrics": {
                "latency_ms@phone": {"evaluator": "external", "tags": ["phone"]},
                "latency_ms@laptop": {"evaluator": "external", "tags": ["laptop"]},
            },
        }
        study = self.client.create_study(spec)
        self.measure_places(study)
        for trial in study.wait().trials():
            phone, laptop = (trial["metrics"]["latency_ms@" + place]["value"] for place in ("phone", "laptop"))
            self.assertEqual(phone, 2.0 * laptop)
        chosen, sentence = study.choose(best="latency_ms@laptop", where=["latency_ms@phone <= 1000"])
        self.assertIsNotNone(chosen)
        self.assertIn("lowest latency_ms@laptop", sentence)

        planned = study.confirm(dry_run=True)
        self.assertEqual(planned["state"], "planned")
        self.assertTrue(planned["pairs"])
        self.assertEqual(study.refresh().state, "completed")
        begun = study.confirm(repeats=2)
        self.assertEqual(begun["pairs"], planned["pairs"])
        self.measure_places(study)
        confirmation = study.wait().confirmation
        self.assertEqual(confirmation["state"], "ended")
        self.assertTrue(all(member["repeats"] in (1, 2) for member in confirmation["members"]))
        with self.assertRaises(Refused) as refusal:
            study.confirm(best="model_size_bytes")
        self.assertEqual(refusal.exception.errors[0]["pointer"], "/best")

        archive = study.archive()
        other = Server()
        try:
            restored = Client(other.url).restore(archive)
            self.assertEqual(restored.id, study.id)
            self.assertEqual(list(restored.trials()), list(study.trials()))
            with self.assertRaises(Refused):
                Client(other.url).restore(archive[:-20])
        finally:
            other.stop()

    def test_a_lease_that_is_over_is_noticed(self):
        study = self.client.create_study({**STUDY, "name": "lost"})
        (task,) = study.ask(count=1)
        self.assertTrue(task.heartbeat())
        study.cancel()
        study.wait()
        self.assertFalse(task.heartbeat())
        self.assertTrue(task.is_lost)

    def test_a_server_that_is_not_there_is_an_error_that_says_what_to_do(self):
        with self.assertRaises(ConnectionFailed) as caught:
            Client("http://127.0.0.1:1").studies()
        self.assertIn("quarry serve", str(caught.exception))
        self.assertRaises(QuarryError, Client, "127.0.0.1:8080")

    def test_answers_are_what_the_openapi_document_says(self):
        import jsonschema

        document = self.client.get("/openapi.json")

        def check(name, value):
            schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
            jsonschema.Draft202012Validator(schema).validate(value)

        study = self.client.create_study({**STUDY, "name": "checked"})
        check("StudySpec", STUDY)
        check("Study", study.refresh().document)
        (task,) = study.ask(count=1)
        check("Lease", task.lease)
        task.complete(accuracy=0.5)
        for trial in study.trials():
            check("Trial", trial)
        study.cancel()
        for supernet in self.client.supernets():
            check("Supernet", supernet)
        check("Network", self.client.post("/v1/supernets/fashion_vit:describe", {"config": task.config}))
        check("Catalog", self.client.catalog())
        for entry in self.client.workers():
            check("Worker", entry)
        for path, name in (("algorithms", "Algorithm"), ("evaluators", "Evaluator"), ("measurements", "StoredMeasurement")):
            for entry in self.client.items("/v1/" + path):
                check(name, entry)
        for entry in self.client.fingerprints():
            check("Machine", entry)
        check("Version", self.client.get("/version"))
        check("Status", self.client.get("/healthz"))
        with self.assertRaises(Refused) as caught:
            self.client.study("st_nothing")
        check("Problem", caught.exception.document)


class AccessTest(unittest.TestCase):
    def test_beyond_loopback_the_first_token_opens_and_scopes_hold(self):
        server = Server(listen="0.0.0.0:0")
        self.addCleanup(server.stop)
        url = server.url.replace("0.0.0.0", "127.0.0.1")
        with self.assertRaises(Refused) as caught:
            Client(url).studies()
        self.assertEqual(caught.exception.status, 401)
        admin = Client(url, token=server.first_token)
        self.assertEqual(admin.studies(), [])
        made = admin.post("/v1/tokens", {"name": "reader"})
        reader = Client(url, token=made["token"])
        self.assertEqual(reader.studies(), [])
        with self.assertRaises(Refused) as caught:
            reader.create_study(STUDY)
        self.assertEqual(caught.exception.status, 403)
        admin.request("DELETE", "/v1/tokens/" + made["id"])
        self.assertRaises(Refused, reader.studies)


if __name__ == "__main__":
    unittest.main()
