// The study page in a true Chromium against the true binary: tabs, brush, three axes, policy strip, overlay, live updates, pause, resume, extend, and a
// server that goes away and comes back. The trials' numbers are told by this test, so every expectation can be worked out.
import assert from "node:assert/strict";
import { once } from "node:events";
import { before, test } from "node:test";
import { call, complaints, drawn, expectingComplaints, openPage as open, PHONE, picture, seriousFindings, startBoth } from "./dashboard_support.mjs";

const TRIALS = 30;
const { server, browser } = await startBoth();
let main; // a finished study
let rival; // another of the same kind

const DOCUMENT = {
  supernet: "fashion_vit",
  objectives: [{ metric: "accuracy" }, { metric: "latency_ms" }, { metric: "model_size_bytes" }],
  constraints: [{ metric: "latency_ms", max: 9 }],
  metrics: { accuracy: { evaluator: "external" }, latency_ms: { evaluator: "external" } },
  algorithm: { name: "random" },
  retries: { max: 0 },
  final_test: false,
};

async function openPage(options) {
  const page = await open(browser, options);
  page.setDefaultTimeout(15000);
  return page;
}
const page_of = (study, query = "") => `${server.url}/#/studies/${study}${query && `?${query}`}`;

async function createStudy(name, trials, more = {}) {
  return (await call(server.url, "/v1/studies", { ...DOCUMENT, name, budget: { trials }, ...more })).id;
}

// Latency grows from 1 ms to 10 and accuracy with it, so that all are on the front but those beyond the constraint; every tenth fails.
const latencyOf = (trial) => 1 + (trial % 10);
async function tell(study, count) {
  for (let told = 0; told < count; ) {
    const { items } = await call(server.url, `/v1/studies/${study}:ask`, { count: Math.min(5, count - told), worker: "test", wait_s: 30 });
    for (const { trial, token } of items) {
      const fails = trial % 10 === 9;
      const latency = latencyOf(trial);
      const metrics = { accuracy: { value: 0.5 + 0.04 * latency - 0.001 * Math.floor(trial / 10), spread: 0.002 }, latency_ms: { value: latency, spread: 0.1 } };
      await call(server.url, `/v1/studies/${study}:tell`, { trial, token, ...(fails ? { reason: `layer${trial % 6} needs ${trial} MB`, retryable: false } : { metrics }) });
      told += 1;
    }
  }
}

async function until(study, state) {
  const response = await fetch(`${server.url}/v1/studies/${study}/events?types=study.state`);
  let text = "";
  for await (const chunk of response.body) {
    text += Buffer.from(chunk).toString();
    if (text.includes(`"state":"${state}"`)) return;
  }
}

before(async () => {
  main = await createStudy("main", TRIALS);
  rival = await createStudy("rival", 12, { seed: 7 });
  await tell(main, TRIALS);
  await tell(rival, 12);
  await until(main, "completed");
  await until(rival, "completed");
});

const state = (page, text) => page.locator('[data-testid="state"]', { hasText: text }).waitFor();
const scatter = (page) => page.getByRole("img", { name: /Scatter of/ });

/** How much of the scatter is in the front's colour. */
async function inked(page) {
  await drawn(page);
  return scatter(page)
    .locator("canvas")
    .evaluate((canvas) => {
      const accent = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
      const [r, g, b] = accent.match(/[0-9a-f]{2}/gi).map((part) => Number.parseInt(part, 16));
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200 && Math.abs(data[at] - r) + Math.abs(data[at + 1] - g) + Math.abs(data[at + 2] - b) < 12) count += 1;
      return count;
    });
}

test("the front is drawn over any two metrics and over three", async () => {
  const page = await openPage();
  await page.goto(page_of(main));
  await state(page, "completed");
  const members = (await call(server.url, `/v1/studies/${main}/front?page_size=1000`)).items.length;
  await page.getByRole("img", { name: `Scatter of Accuracy against Latency; ${members} trials on the front of 27, 27 drawn` }).waitFor();
  assert.equal(await page.getByTestId("members").innerText(), String(members));
  await page.getByLabel("across").selectOption("model_size_bytes");
  await page.getByRole("img", { name: /Scatter of Accuracy against Size/ }).waitFor();
  const flat = await inked(page);
  assert.ok(flat > 0);
  await page.getByLabel("deep").selectOption("latency_ms");
  await page.getByRole("img", { name: /Scatter of Latency against Accuracy against Size/ }).waitFor();
  assert.match(page.url(), /z=latency_ms/);
  await drawn(page);
  const before = await scatter(page).screenshot();
  await page.getByRole("button", { name: "Turn left" }).click();
  await drawn(page);
  assert.notDeepEqual(await scatter(page).screenshot(), before);
  await page.reload();
  await page.getByRole("button", { name: "Turn left" }).waitFor();
  await page.getByLabel("deep").selectOption("");
  await page.getByRole("img", { name: /Scatter of Accuracy against Size/ }).waitFor();
  assert.equal(await inked(page), flat);
  await page.close();
});

test("drawing a rectangle narrows the page, the address keeps it, and it can be taken away", async () => {
  const page = await openPage();
  await page.goto(page_of(main, "only=all"));
  await page.getByTestId("listed").getByText("27 of 27").waitFor();
  const box = await scatter(page).boundingBox();
  await page.mouse.move(box.x + 70, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height - 60, { steps: 4 });
  await page.mouse.up();
  await page.getByRole("group", { name: "Filter" }).getByLabel("Latency at most").waitFor();
  assert.match(decodeURIComponent(page.url()), /where=.*latency_ms<=/);
  const listed = async () => Number((await page.getByTestId("listed").innerText()).split(" ")[0]);
  assert.ok((await listed()) < 27);
  // By hand: latencies up to 3 ms are trials 0, 1 and 2 of each ten.
  await page.getByRole("button", { name: /Take the filter of Accuracy away/ }).click();
  await page.getByLabel("Latency at least").fill("");
  await page.getByLabel("Latency at least").blur();
  await page.getByLabel("Latency at most").fill("3");
  await page.getByLabel("Latency at most").blur();
  await page.getByTestId("listed").getByText("9 of 27").waitFor();
  await page.reload();
  await page.getByTestId("listed").getByText("9 of 27").waitFor();
  await page.getByRole("link", { name: "Genes" }).click();
  await page.getByRole("img", { name: /^Parallel coordinates.*: 9 trials$/ }).waitFor();
  await page.getByRole("button", { name: /Take the filter of Latency away/ }).click();
  await page.getByRole("img", { name: /^Parallel coordinates.*: 27 trials$/ }).waitFor();
  await page.close();
});

test("a trial of the list leads to its page", async () => {
  const page = await openPage();
  await page.goto(page_of(main, "where=latency_ms<=1.5"));
  await page.getByTestId("listed").waitFor();
  await page.getByRole("region", { name: "Trials" }).getByRole("link").first().click();
  await page.waitForURL(/#\/studies\/st_\w+\/trials\/\d+/);
  await page.close();
});

test("another study's hypervolume is laid beside this one's, by this one's reference", async () => {
  const page = await openPage();
  await page.goto(page_of(main));
  await page.getByLabel("Show another study's hypervolume beside it").selectOption({ label: "rival" });
  await page.getByRole("img", { name: /^Hypervolume over trials, now 0\.\d+, beside rival$/ }).waitFor();
  await page.getByRole("combobox", { name: /^against/ }).selectOption("time");
  await page.getByRole("checkbox", { name: "log" }).check();
  await page.getByRole("img", { name: /^Hypervolume over time.*beside rival$/ }).waitFor();
  assert.match(page.url(), new RegExp(`with=${rival}`));
  await page.getByRole("button", { name: "Take rival away" }).click();
  await page.getByRole("img", { name: /^Hypervolume over time, now 0\.\d+$/ }).waitFor();
  await page.close();
});

test("every tab has an address and shows what the server computed", async () => {
  const page = await openPage();
  await page.goto(page_of(main, "tab=genes"));
  await page.getByRole("img", { name: /^Importance of genes: / }).waitFor();
  await page.getByRole("region", { name: "Choices of all genes" }).getByRole("button", { name: "depth", exact: true }).click();
  const slices = await call(server.url, `/v1/studies/${main}/slices?gene=depth`);
  const share = slices.genes[0].levels.map((level) => `${level.value} ${Math.round((level.front / slices.front) * 100)} % against ${Math.round((level.count / slices.trials) * 100)} %`);
  await page.getByRole("img", { name: `Distribution of depth, front against all: ${share.join(", ")}` }).waitFor();
  await page.getByRole("link", { name: "Predictions" }).click();
  await page.getByText("Nothing was predicted in this study").waitFor();
  await page.getByRole("link", { name: "Spread" }).click();
  await page.getByRole("img", { name: /^Latency of \d+ members of the front, from 1\.00 ms to 9\.00 ms/ }).waitFor();
  await page.getByRole("link", { name: "Activity" }).click();
  await page.getByRole("img", { name: /^Timeline of 30 trials over .* by 1 workers$/ }).waitFor();
  await page.getByText("layer# needs # MB").waitFor();
  await page.getByText("3 of 30 trials").waitFor();
  await page.goBack();
  await page.getByRole("img", { name: /^Latency of \d+ members/ }).waitFor();
  await page.close();
});

test("the policy strip has a row per member of the front, sorted by any metric, each leading to its trial", async () => {
  const page = await openPage();
  await page.goto(page_of(main, "tab=policies"));
  const members = (await call(server.url, `/v1/studies/${main}/front?page_size=1000`)).items;
  await page.getByRole("img", { name: new RegExp(`^Policy strip of ${members.length} members of the front over \\d+ operators$`) }).waitFor();
  const rows = page.locator(".strip-labels a");
  assert.equal(await rows.count(), members.length);
  const best = Math.max(...members.map(({ metrics }) => metrics.accuracy.value));
  assert.match(await rows.first().innerText(), new RegExp(`${(best * 100).toFixed(2)} %`));
  await page.getByLabel("sorted by").selectOption("latency_ms");
  await rows.first().getByText("1.00 ms").waitFor();
  await page.getByLabel("Order").selectOption("down");
  await rows.first().getByText("9.00 ms").waitFor();
  assert.match(page.url(), /sort=latency_ms&order=down|order=down.*sort=latency_ms/);
  await rows.first().click();
  await page.waitForURL(/trials\/\d+/);
  await page.close();
});

test("a running study grows on the page without a request for it", async () => {
  const live = await createStudy("live", 60);
  const page = await openPage();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(page_of(live));
  await state(page, "running");
  await page.getByText("0 of 60 trials").waitFor();
  await tell(live, 12);
  await page.getByText("12 of 60 trials").waitFor();
  await page.getByRole("img", { name: /Scatter of Accuracy against Latency; \d+ trials on the front of/ }).waitFor();
  const { items } = await call(server.url, `/v1/studies/${live}/front?page_size=100`);
  await page.getByTestId("members").getByText(String(items.length), { exact: true }).waitFor();
  await tell(live, 3);
  await page.getByText("15 of 60 trials").waitFor();
  // Its points once, when it was opened; what is new came by the one stream.
  assert.equal(asked.filter((url) => url.includes("/points")).length, 1);
  assert.equal(asked.filter((url) => url.includes("/events")).length, 1);
  assert.equal(asked.filter((url) => /\/trials(\?|$)/.test(url)).length, 0);
  await page.close();
});

test("a study is paused, resumed, extended and stopped from its page", async () => {
  const study = await createStudy("steered", 8);
  const page = await openPage();
  await page.goto(page_of(study));
  await page.getByRole("button", { name: "Pause" }).click();
  await state(page, "paus");
  await page.getByRole("button", { name: "Extend" }).click();
  const dialog = page.getByRole("dialog", { name: "Extend the budget" });
  await dialog.getByLabel("more trials").fill("4");
  await dialog.getByRole("button", { name: "Add to the budget" }).click();
  await page.getByText("0 of 12 trials").waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await state(page, "running");
  await tell(study, 12);
  await state(page, "completed");
  assert.equal(await page.getByRole("button", { name: "Pause" }).count(), 0);
  await page.getByRole("button", { name: "Extend" }).click();
  await dialog.getByLabel("more trials").fill("2");
  await dialog.getByRole("button", { name: "Add to the budget" }).click();
  // One that had ended is followed again.
  await page.getByText("12 of 14 trials").waitFor();
  await state(page, "running");
  await tell(study, 2);
  await page.getByText("14 of 14 trials").waitFor();
  await state(page, "completed");
  await page.close();
});

test("a study that has ended is followed to its last event and no further", async () => {
  const page = await openPage();
  await page.addInitScript(() => {
    window.sources = [];
    window.EventSource = class extends EventSource {
      constructor(...given) {
        super(...given);
        window.sources.push(this);
      }
    };
  });
  await page.goto(page_of(main));
  // A source that is closed does not connect again.
  await page.waitForFunction(() => window.sources.length > 0 && window.sources.every(({ readyState }) => readyState === EventSource.CLOSED));
  assert.equal(await page.evaluate(() => window.sources.length), 1);
  await page.close();
});

test("an axis that the study does not know is told in words", async () => {
  const page = await openPage();
  await expectingComplaints(async () => {
    await page.goto(page_of(main, "x=nothing"));
    await page.getByRole("alert").waitFor();
  });
  await page.close();
});

test("when the server goes away the page says so, and goes on where it was when it is back", async () => {
  const study = await createStudy("shaken", 20);
  await tell(study, 5);
  const page = await openPage();
  await page.goto(page_of(study));
  await page.getByText("5 of 20 trials").waitFor();
  await expectingComplaints(async () => {
    server.child.kill("SIGTERM");
    await once(server.child, "exit");
    await page.getByText("connection lost, trying again").waitFor();
    await page.getByText("5 of 20 trials").waitFor();
    await server.restart();
    await page.getByText("connection lost, trying again").waitFor({ state: "detached" });
    await tell(study, 3);
    await page.getByText("8 of 20 trials").waitFor();
  });
  await page.close();
});

test("charts can be taken away as pictures and as numbers", async () => {
  const page = await openPage();
  for (const [tab, title] of [["front", "Pareto front"], ["policies", "Policy strip"]]) {
    await page.goto(page_of(main, `tab=${tab}`));
    for (const kind of ["PNG", "SVG", "CSV"]) {
      await page.getByRole("button", { name: `Download ${title}` }).click();
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: kind }).click()]);
      assert.ok(download.suggestedFilename().endsWith(kind.toLowerCase()));
    }
  }
  await page.close();
});

test("on a phone no tab scrolls sideways, and axe finds nothing serious on any", async () => {
  const page = await openPage({ viewport: PHONE, colorScheme: "dark" });
  for (const [tab, ready] of [
    ["front", /Scatter of/],
    ["genes", /Importance of genes/],
    ["policies", /Policy strip of/],
    ["spread", /members of the front, from/],
    ["activity", /Timeline of/],
  ]) {
    await page.goto(page_of(main, `tab=${tab}`));
    await page.getByRole("img", { name: ready }).waitFor();
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= PHONE.width, `${tab} scrolls sideways`);
    assert.deepEqual(await seriousFindings(page), []);
  }
  await page.close();
});

test("the tabs are pictured at both sizes in both themes", async () => {
  for (const [tab, ready] of [
    ["front", /Scatter of/],
    ["genes", /Distribution of/],
    ["policies", /Policy strip of/],
    ["activity", /Timeline of/],
  ]) {
    await picture(browser, page_of(main, `tab=${tab}`), `study_${tab}`, (page) => page.getByRole("img", { name: ready }).waitFor());
  }
});

test("no page complained to the console", () => {
  assert.deepEqual(complaints, []);
});
