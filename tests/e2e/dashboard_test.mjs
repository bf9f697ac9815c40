// The dashboard in a true Chromium against the true binary: a study is submitted, watched, explored. Screenshots go to $QUARRY_SCREENSHOTS.
import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { complaints, DESK, expectingComplaints, openPage as open, PHONE, screenshots, startBoth, startServer } from "./dashboard_support.mjs";

const TRIALS = 14;
const { server, browser, url } = await startBoth();

const openPage = (options) => open(browser, options);

test("an empty server explains how to start a study", async () => {
  const page = await openPage({ viewport: DESK });
  await page.goto(url);
  await page.getByText("No study yet").waitFor();
  await page.getByText("quarry submit --supernet fashion_vit").waitFor();
  await page.close();
});

test("a study appears in the list, is watched to its end and explored", async () => {
  const page = await openPage({ viewport: DESK });
  await page.goto(url);
  const study = {
    name: "browser test",
    supernet: "fashion_vit",
    objectives: [{ metric: "accuracy" }, { metric: "latency_ms" }, { metric: "model_size_bytes" }],
    metrics: { accuracy: { images: 200 }, latency_ms: { batch: 1, max_seconds: 0.01 } },
    algorithm: { name: "random" },
    budget: { trials: TRIALS },
    final_test: false,
  };
  const created = await (await fetch(`${url}/v1/studies`, { method: "POST", body: JSON.stringify(study) })).json();

  await page.getByRole("link", { name: /browser test/ }).click();
  await page.waitForURL(`**/#/studies/${created.id}`);
  await page.locator('[data-testid="state"]', { hasText: "completed" }).waitFor();
  assert.match(await page.getByTestId("trials").innerText(), new RegExp(`${TRIALS} of ${TRIALS} trials`));

  const front = (await (await fetch(`${url}/v1/studies/${created.id}/front?page_size=1000`)).json()).items;
  const chart = page.getByRole("img", { name: /Scatter of/ });
  assert.match(await chart.getAttribute("aria-label"), new RegExp(`Accuracy against Latency; ${front.length} trials on the front of ${TRIALS}`));
  assert.equal(await chart.locator("canvas").count(), 1);
  await page.getByLabel("across").selectOption("model_size_bytes");
  assert.match(await chart.getAttribute("aria-label"), /Accuracy against Size/);
  assert.match(await page.getByRole("img", { name: /Hypervolume over trials/ }).getAttribute("aria-label"), /now 0\.\d+/);

  const rows = page.locator("tbody tr");
  assert.equal(await rows.count(), front.length);
  await page.getByRole("button", { name: "Accuracy", exact: true }).click();
  await page.getByRole("button", { name: "Accuracy", exact: true }).click();
  const best = Math.max(...front.map((trial) => trial.metrics.accuracy.value));
  assert.match(await rows.first().innerText(), new RegExp(`${(best * 100).toFixed(2)} %`));
  await page.getByLabel("front only").uncheck();
  assert.equal(await rows.count(), TRIALS);

  const decide = page.getByRole("region", { name: "Decide" });
  await decide.getByLabel("the best in one metric").check();
  await decide.getByRole("combobox", { name: "Best in" }).selectOption("accuracy");
  const advice = page.getByTestId("choice");
  await advice.getByText("has the highest accuracy").waitFor();
  assert.match(await advice.innerText(), new RegExp(`\\(${(best * 100).toFixed(2)} %\\)`));
  await decide.getByRole("combobox", { name: "Best in" }).selectOption("latency_ms");
  await advice.getByText("has the lowest latency_ms").waitFor();
  await decide.getByRole("link", { name: /Open trial/ }).click();
  await page.waitForURL(/trials\/\d+/);
  await page.goBack();
  await page.screenshot({ path: join(screenshots, "study_1440x900.png") });
  await page.close();
});

test("the same address shows the study again, on a phone and in the dark, without sideways scrolling", async () => {
  const { items } = await (await fetch(`${url}/v1/studies`)).json();
  const page = await openPage({ viewport: PHONE, colorScheme: "dark" });
  await page.goto(`${url}/#/studies/${items[0].id}`);
  await page.locator('[data-testid="state"]', { hasText: "completed" }).waitFor();
  await page.getByText(`${TRIALS} of ${TRIALS} trials`).waitFor();
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(background, "rgb(18, 22, 21)");
  await page.screenshot({ path: join(screenshots, "study_390x844_dark.png") });
  await page.close();
});

test("a study is paused and resumed from its page", async () => {
  const study = {
    name: "paused",
    supernet: "fashion_vit",
    objectives: [{ metric: "accuracy" }, { metric: "model_size_bytes" }],
    metrics: { accuracy: { evaluator: "external" } },
    budget: { trials: 4 },
  };
  const created = await (await fetch(`${url}/v1/studies`, { method: "POST", body: JSON.stringify(study) })).json();
  const page = await openPage({ viewport: DESK });
  await page.goto(`${url}/#/studies/${created.id}`);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.locator('[data-testid="state"]', { hasText: "paused" }).waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.locator('[data-testid="state"]', { hasText: "running" }).waitFor();
  await page.getByRole("button", { name: "Stop search" }).click();
  await page.locator('[data-testid="state"]', { hasText: "completed" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Pause" }).count(), 0);
  await page.close();
});

test("beyond loopback a browser logs in with a token", async () => {
  const guarded = await startServer("0.0.0.0:0");
  const page = await openPage({});
  await expectingComplaints(async () => {
    await page.goto(guarded.url);
    await page.getByLabel("Token", { exact: true }).fill("qt_wrong");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("alert").getByText("not known").waitFor();
    await page.getByLabel("Token", { exact: true }).fill(guarded.token);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("No study yet").waitFor();
  });
  await page.close();
  guarded.stop();
});

test("a study that is not there is told in words", async () => {
  const page = await openPage({});
  await expectingComplaints(async () => {
    await page.goto(`${url}/#/studies/st_nothing`);
    await page.getByText("there is no study st_nothing").waitFor();
  });
  await page.close();
});

test("when the server goes away the list says so, and recovers by itself", async () => {
  const page = await openPage({});
  await page.goto(url);
  await page.getByRole("link", { name: /browser test/ }).waitFor();
  await expectingComplaints(async () => {
    server.child.kill("SIGTERM");
    await once(server.child, "exit");
    await page.getByText("The server does not answer").waitFor();
    await server.restart();
    await page.getByText("The server does not answer").waitFor({ state: "detached" });
  });
  await page.close();
});

test("no page complained to the console", () => {
  assert.deepEqual(complaints, []);
});
