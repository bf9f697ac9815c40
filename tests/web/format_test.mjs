// Numbers as people read them: each metric in its unit, wherever it was measured.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bundled } from "./bundled.mjs";

const { formatBytes, formatMetric, inUnit, metricLabel, metricUnit } = await bundled("parts/format.ts");
const { formatSpread, shortCount } = await bundled("trial/numbers.ts");

test("all metrics of bytes have one unit, on axes as in their spreads, of any place", () => {
  for (const metric of ["model_size_bytes", "weight_bytes", "peak_activation_bytes@phone"]) {
    assert.equal(metricUnit(metric), "KB");
    assert.equal(inUnit(metric, 2500), 2.5);
    assert.equal(formatSpread(metric, 2500), "2.5 KB");
  }
  assert.equal(formatMetric("weight_bytes@phone", 2_500_000), "2.50 MB");
});

test("bytes keep their unit below zero, and have no more than three digits below a thousand", () => {
  assert.equal(formatBytes(-2500), "-2.50 KB");
  assert.equal(formatBytes(999), "999 B");
  assert.equal(formatBytes(12.3456), "12.3 B");
});

test("a count is whole, a small latency has three digits, a place is named", () => {
  assert.equal(formatMetric("operators@phone", 1234), "1,234");
  assert.equal(formatMetric("latency_ms@phone", 0.01234), "0.0123 ms");
  assert.equal(metricLabel("latency_ms@phone"), "Latency on phone");
  assert.equal(shortCount(1234567), "1.23 M");
});
