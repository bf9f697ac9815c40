// A trial in the dashboard: its page, its network, the comparison of two, the decision and what is taken away, in a true Chromium against the true binary.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { call, complaints, DESK, expectingComplaints, openPage as open, PHONE, picture, seriousFindings, startBoth } from "./dashboard_support.mjs";

const TRIALS = 12;
const { browser, url } = await startBoth();
let id;

const openPage = (options = { viewport: DESK }) => open(browser, options);
const trialAt = (number) => `${url}/#/studies/${id}/trials/${number}`;

async function finished(study) {
  const created = await call(url, "/v1/studies", study);
  const events = await fetch(`${url}/v1/studies/${created.id}/events`);
  await events.text(); // ends with the study
  return created.id;
}

async function text(download) {
  return readFileSync(await download.path(), "utf8");
}

before(async () => {
  id = await finished({
    name: "trial pages",
    supernet: "fashion_vit",
    objectives: [{ metric: "accuracy" }, { metric: "latency_ms" }, { metric: "model_size_bytes" }],
    metrics: { accuracy: { images: 200 }, latency_ms: { batch: 1, max_seconds: 0.2 } },
    algorithm: { name: "random" },
    budget: { trials: TRIALS },
    final_test: false,
  });
});

test("a trial's page shows each number with its spread, its machine and its origin", async () => {
  const page = await openPage();
  await page.goto(trialAt(1));
  await page.getByRole("heading", { name: "Trial 1: largest int8" }).waitFor();
  const trial = await call(url, `/v1/studies/${id}/trials/1`);
  const row = page.getByRole("row", { name: /^Latency objective, low/ });
  const { value, spread, samples } = trial.metrics.latency_ms;
  assert.match(await row.innerText(), new RegExp(`${value < 1 ? value.toPrecision(3) : value.toFixed(2)} ms\\s+${Number(spread.toPrecision(2))} ms\\s+${samples.toLocaleString("en-US")}\\s+measured`));
  await page.getByText(Object.values(trial.machines)[0]).first().waitFor();
  await page.getByRole("region", { name: "Origin" }).getByText("largest int8").waitFor();
  assert.match(await page.getByRole("img", { name: /^median .*99th percentile/ }).getAttribute("aria-label"), /95th percentile.*samples from .* to /);
  assert.deepEqual(await seriousFindings(page), []);
  await page.close();
});

test("the network opens block by block to the operators that were measured", async () => {
  const page = await openPage();
  await page.goto(trialAt(1));
  const network = page.getByRole("group", { name: /^The network: \d+ operators/ });
  const run = network.getByRole("button", { name: /^layer × 6 all equal/ });
  await run.waitFor();
  // One mark for each operator with weights: four in each of six layers.
  assert.equal(await network.locator(".folded", { hasText: "layer × 6" }).locator("rect.p-int8").count(), 6 * 4);
  await run.click();
  await network.getByRole("button", { name: /^layer3 A/ }).click();
  await network.getByRole("button", { name: "fc1 64 → 256: layer3.fc1, linear, int8" }).click();
  const card = page.getByTestId("operator");
  await card.getByText("int8, weights symmetric per channel").waitFor();
  await card.getByText("layer3.norm2").waitFor();
  assert.match(page.url(), /operator=layer3\.fc1/);
  await network.getByRole("button", { name: /^layer × 6/, expanded: true }).press("Enter");
  await run.waitFor();
  await page.close();
});

test("the drawing is zoomed and moved by buttons, keys and mouse", async () => {
  const page = await openPage();
  await page.goto(trialAt(0));
  const network = page.getByRole("group", { name: /^The network/ });
  await network.waitFor();
  const scale = async () => Number(await network.getAttribute("data-scale"));
  const place = () => network.locator("svg > g").getAttribute("transform");
  const fitted = await scale();
  await page.getByRole("button", { name: "Zoom in" }).click();
  assert.ok((await scale()) > fitted);
  await network.focus();
  await page.keyboard.press("+");
  assert.ok(Math.abs((await scale()) - Math.min(3, fitted * 1.4 * 1.3)) < 0.01);
  const before = await place();
  const box = await network.boundingBox();
  await page.mouse.move(box.x + 20, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + 120, box.y + 60);
  await page.mouse.up();
  assert.notEqual(await place(), before);
  await page.getByRole("button", { name: "Fit" }).click();
  assert.equal(await scale(), fitted);
  await page.close();
});

// What a quiet machine leaves of its measurements: a tenth of a millisecond for each step.
async function timedNetwork(number) {
  const network = await call(url, `/v1/studies/${id}/trials/${number}/network`);
  const [phase] = network.phases;
  network.no_times = "";
  phase.sum_ms = 0;
  for (const operator of phase.operators) {
    for (const step of operator.steps) Object.assign(step, { time_ms: 0.1, deviation_ms: 0.01, networks: 3 });
    operator.time_ms = operator.steps.length ? 0.1 * operator.steps.length : null;
    phase.sum_ms += operator.time_ms ?? 0;
  }
  return network;
}

test("the time of each operator is shown, and roofs as soon as the machine's peaks are measured", async () => {
  const page = await openPage();
  await page.route("**/trials/0/network", async (route) => route.fulfill({ json: await timedNetwork(0) }));
  await page.goto(trialAt(0));
  const network = await timedNetwork(0);
  const bars = page.getByRole("img", { name: /^Stacked bars of the time of/ });
  assert.match(await bars.getAttribute("aria-label"), /the time of 8 blocks/);
  const timed = network.phases[0].operators.filter(({ macs, time_ms: ms }) => macs > 0 && ms > 0).length;
  await page.getByRole("img", { name: new RegExp(`^${timed} operators by their speed`) }).waitFor();
  await page.getByRole("button", { name: "Measure the peaks" }).click();
  await page.getByRole("img", { name: /under the roofs of this machine/ }).waitFor();
  await page.close();
});

test("notes are kept when the field is left, and are there again", async () => {
  const page = await openPage();
  await page.goto(trialAt(2));
  const notes = page.getByRole("textbox", { name: "Notes" });
  await notes.fill("worth a second look");
  await page.getByRole("heading", { level: 1 }).click();
  await page.getByText("kept", { exact: true }).waitFor();
  await page.reload();
  await notes.waitFor();
  assert.equal(await notes.inputValue(), "worth a second look");
  await page.close();
});

test("a trial is taken away as files, with the command that measures it again", async () => {
  const page = await openPage();
  await page.goto(trialAt(1));
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "↓ Config" }).click();
  const config = await download;
  assert.equal(config.suggestedFilename(), `${id}-1.quarry.json`);
  assert.deepEqual(JSON.parse(await text(config)), (await call(url, `/v1/studies/${id}/trials/1`)).config);
  assert.match(await page.getByTestId("reproduce").innerText(), /^echo '\{.*\}' \| quarry measure fashion_vit --config - --batch 1 --threads 1 /);
  assert.equal(await page.getByRole("link", { name: "↓ DyNAS-T dict" }).count(), 0);
  await page.close();
});

test("a supernet of DyNAS-T's offers its dict", async () => {
  const bert = await finished({
    name: "dict",
    supernet: "bert_base_sst2",
    objectives: [{ metric: "macs" }, { metric: "params" }],
    budget: { trials: 2 },
  });
  const page = await openPage();
  await page.goto(`${url}/#/studies/${bert}/trials/0`);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "↓ DyNAS-T dict" }).click();
  assert.match(await text(await download), /^\{'num_layers': \[12\], /);
  await page.getByRole("group", { name: /^The network: \d+ operators/ }).waitFor();
  await page.close();
});

test("two trials are compared and their differences marked", async () => {
  const page = await openPage();
  await page.goto(trialAt(0));
  await page.getByRole("link", { name: "Compare with…" }).click();
  const other = page.getByRole("region", { name: "Trial B" });
  await other.getByLabel("Trial", { exact: true }).fill("1");
  await other.getByLabel("Trial", { exact: true }).press("Tab");
  await page.getByTestId("gene-differences").waitFor();
  assert.match(page.url(), new RegExp(`a=${id}%3A0&b=${id}%3A1$`));
  const [a, b] = await Promise.all([0, 1].map((number) => call(url, `/v1/studies/${id}/trials/${number}`)));
  const flat = ({ config }) => Object.values(config).flat();
  const differing = flat(a).filter((value, at) => value !== flat(b)[at]).length;
  assert.equal(await page.getByTestId("gene-differences").innerText(), `${differing} of ${flat(a).length} differ`);
  assert.equal(await page.locator(".gene-pairs .differs").count(), differing);
  const size = page.getByRole("row", { name: /^Size/ });
  assert.match(await size.innerText(), /−\d+\.\d %\s+B is better/);
  await page.getByRole("row", { name: /^layer0\.qkv/ }).getByText("int8").waitFor();
  assert.equal(await page.getByRole("row", { name: /^layer0\.softmax/ }).count(), 0);
  assert.deepEqual(await seriousFindings(page), []);
  await page.getByRole("button", { name: "Swap" }).click();
  await page.getByRole("row", { name: /^Size/ }).getByText("A is better").waitFor();
  await page.close();
});

test("sliders bound the choice, and the answer says why it is the one and how sure that is", async () => {
  const page = await openPage();
  await page.goto(`${url}/#/studies/${id}`);
  const decide = page.getByRole("region", { name: "Decide" });
  const advice = decide.getByTestId("choice");
  const front = (await call(url, `/v1/studies/${id}/front?page_size=1000`)).items;
  await decide.getByText(`${front.length} of ${front.length} members`).waitFor();
  await advice.getByText("is the knee of").waitFor();
  await decide.getByLabel("the best in one metric").check();
  await advice.getByText("has the lowest latency_ms").waitFor();
  // Accuracy at its most leaves only the most accurate.
  await decide.getByLabel("Accuracy, at least").fill("200");
  const best = Math.max(...front.map((trial) => trial.metrics.accuracy.value));
  const most = front.filter((trial) => trial.metrics.accuracy.value === best).map(({ number }) => number);
  await decide.getByTestId("left").getByText(`${most.length} of ${front.length} members`).waitFor();
  await advice.getByText(new RegExp(`^Trial (${most.join("|")}) `)).waitFor();
  await decide.getByLabel("Accuracy, at least").fill("0");
  await decide.getByLabel("the best that loses little of another").check();
  await advice.getByText("with accuracy within 0.5 % of the best").waitFor();
  await decide.getByLabel("by weights").check();
  await decide.getByLabel("Weight of latency").fill("0");
  await decide.getByLabel("Weight of size").fill("0");
  await advice.getByText("weighted accuracy × 1").waitFor();
  const [chosen] = /(?<=^Trial )\d+/.exec(await advice.innerText());
  const own = front.find((trial) => trial.number === Number(chosen)).metrics.accuracy;
  assert.equal(own.value, best);
  const twins = front.filter(({ number, metrics }) => number !== Number(chosen) && best - metrics.accuracy.value <= Math.hypot(own.spread, metrics.accuracy.spread)).map(({ number }) => number);
  await decide
    .getByTestId("confidence")
    .getByText(twins.length ? `Not certain: ${twins.length === 1 ? "trial" : "trials"} ${twins.slice(0, 8).join(", ")}` : "Certain at 95 %")
    .waitFor();
  await decide.getByLabel("nearest to a target").check();
  await advice.getByText(/target/).waitFor();
  const number = /^Trial (\d+)/.exec(await advice.innerText())[1];
  await decide.getByRole("link", { name: `Open trial ${number}` }).click();
  await page.getByRole("heading", { name: new RegExp(`^Trial ${number}`) }).waitFor();
  await page.close();
});

test("a study that has ended is measured again from its page, which shows what came of it", async () => {
  const page = await openPage();
  await page.goto(`${url}/#/studies/${id}?only=all`);
  const decide = page.getByRole("region", { name: "Decide" });
  const [number] = /(?<=^Trial )\d+/.exec(await decide.getByTestId("choice").innerText());
  await decide.getByLabel("up to").fill("2");
  await decide.getByRole("button", { name: "Confirm by measuring again" }).click();
  await decide.getByTestId("confirmed").getByText("The study is").waitFor();
  await (await fetch(`${url}/v1/studies/${id}/events`)).text(); // ends with the study
  const { value, spread } = (await call(url, `/v1/studies/${id}/trials/${number}`)).metrics.latency_ms;
  const row = page.getByRole("region", { name: "Trials" }).getByRole("row", { name: new RegExp(`^${number} `) });
  await row.getByText(`${value < 1 ? value.toPrecision(3) : value.toFixed(2)} ms ± ${Number(spread.toPrecision(2))} ms`).waitFor();
  await page.locator('[data-testid="state"]', { hasText: "completed" }).waitFor();
  await page.close();
});

test("no page of a trial scrolls sideways on a phone", async () => {
  const page = await openPage({ viewport: PHONE, colorScheme: "dark" });
  for (const address of [trialAt(1), `${url}/#/compare?a=${id}:0&b=${id}:1`, `${url}/#/studies/${id}`]) {
    await page.goto(address);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390, address);
  }
  await page.close();
});

test("a trial that is not there is told in words", async () => {
  const page = await openPage();
  await expectingComplaints(async () => {
    await page.goto(trialAt(999));
    await page.getByText(`study ${id} has no trial 999`).waitFor();
  });
  await page.close();
});

test("pictures are taken of every size and theme", async () => {
  const network = (page) => page.getByRole("group", { name: /^The network/ }).waitFor();
  await picture(browser, trialAt(1), "trial", network);
  await picture(browser, `${url}/#/compare?a=${id}:0&b=${id}:1`, "compare", (page) => page.getByTestId("gene-differences").waitFor());
  await picture(browser, `${url}/#/studies/${id}`, "decide", (page) => page.getByTestId("confidence").waitFor());
});

test("no page complained to the console", () => {
  assert.deepEqual(complaints, []);
});
