"""Every built-in manifest fits the published JSON Schema, and what the loader refuses by form the schema refuses too."""

import json
import pathlib
import subprocess
import sys

import jsonschema

binary, supernets = sys.argv[1], pathlib.Path(sys.argv[2])
schema = json.loads(subprocess.run([binary, "supernets", "schema"], check=True, capture_output=True).stdout)
validator = jsonschema.validators.validator_for(schema)
validator.check_schema(schema)
check = validator(schema)

manifests = sorted(supernets.glob("*/manifest.json"))
assert manifests, f"no manifests in {supernets}"
for path in manifests:
    manifest = json.loads(path.read_text())
    for error in check.iter_errors(manifest):
        sys.exit(f"{path}: /{'/'.join(map(str, error.absolute_path))} {error.message}")

sound = json.loads(manifests[0].read_text())
for name, broken in {
    "an unknown field": {**sound, "wieghts": "x"},
    "no network": {**sound, "network": []},
    "an unknown block": {**sound, "network": [{"block": "no_such_block", "name": "x"}]},
    "a name with capitals": {**sound, "name": "Upper"},
    "a gene without choices": {**sound, "parameters": [{"name": "x", "choices": []}]},
}.items():
    assert not check.is_valid(broken), f"the schema takes {name}"
print(f"{len(manifests)} manifests fit the schema")
