// ONNX Runtime's side of bench_executor: ort_peer.mjs FOLDER, where FOLDER holds node_modules. A line of JSON asks, a line of JSON
// answers; {"error": why} when it cannot.
//   {"do": "hello"}                                           -> {"version"}
//   {"do": "load", "id", "model", "threads", "optimized"?}    -> {}
//   {"do": "input", "id", "path"}                             -> {}           raw f32, read once; every run uses the same tensor
//   {"do": "run", "id", "seconds", "warm_up"}                 -> {"ms": [...], "cpu_ms": [...]} around each session.run: the clock, the processor
//   {"do": "output", "id"}                                    -> {"values": [...]} of the first output
//   {"do": "ranges", "id"}                                    -> {"ranges": {name: [low, high]}} of every output
//   {"do": "drop", "id"}                                      -> {}
import fs from "node:fs";
import { createRequire } from "node:module";
import readline from "node:readline";

const require = createRequire(process.argv[2] + "/");
const ort = require("onnxruntime-node");
const version = require("onnxruntime-node/package.json").version;
const sessions = new Map();

function shapeOf(metadata) {
  return metadata.shape.map((size) => (typeof size === "number" ? size : 1));
}

async function runFor(entry, seconds) {
  const ms = [];
  const cpu_ms = [];
  const end = performance.now() + seconds * 1e3;
  do {
    const used = process.cpuUsage();
    const begin = performance.now();
    await entry.session.run(entry.feeds, entry.fetches);
    ms.push(performance.now() - begin);
    const { user, system } = process.cpuUsage(used);
    cpu_ms.push((user + system) / 1e3);
  } while (performance.now() < end);
  return { ms, cpu_ms };
}

const commands = {
  async hello() {
    return { version };
  },
  async load({ id, model, threads, optimized }) {
    const options = {
      executionProviders: ["cpu"],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
    };
    if (optimized) options.optimizedModelFilePath = optimized;
    const session = await ort.InferenceSession.create(model, options);
    sessions.set(id, { session });
    return {};
  },
  async input({ id, path }) {
    const entry = sessions.get(id);
    const bytes = fs.readFileSync(path);
    const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const [name] = entry.session.inputNames;
    const shape = shapeOf(entry.session.inputMetadata[0]);
    entry.feeds = { [name]: new ort.Tensor("float32", values, shape) };
    // Where the shape is known the output is written into one tensor, as ours is.
    entry.fetches = entry.session.outputNames;
    if (entry.session.outputNames.length === 1) {
      const output = shapeOf(entry.session.outputMetadata[0]);
      const elements = output.reduce((product, size) => product * size, 1);
      entry.fetches = { [entry.session.outputNames[0]]: new ort.Tensor("float32", new Float32Array(elements), output) };
    }
    return {};
  },
  async run({ id, seconds, warm_up }) {
    const entry = sessions.get(id);
    await runFor(entry, warm_up);
    return runFor(entry, seconds);
  },
  async output({ id }) {
    const entry = sessions.get(id);
    const results = await entry.session.run(entry.feeds, entry.fetches);
    return { values: Array.from(results[entry.session.outputNames[0]].data) };
  },
  async ranges({ id }) {
    const entry = sessions.get(id);
    const results = await entry.session.run(entry.feeds);
    const ranges = {};
    for (const [name, tensor] of Object.entries(results)) {
      let low = Infinity;
      let high = -Infinity;
      for (const value of tensor.data) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
      ranges[name] = [low, high];
    }
    return { ranges };
  },
  async drop({ id }) {
    await sessions.get(id)?.session.release();
    sessions.delete(id);
    return {};
  },
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  let answer;
  try {
    const request = JSON.parse(line);
    answer = await commands[request.do](request);
  } catch (error) {
    answer = { error: String(error?.message ?? error).split("\n")[0] };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
