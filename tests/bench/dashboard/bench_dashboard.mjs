// How the study page bears a hundred thousand trials: first paint, interactive, brushing, tabs and heap in a true Chromium through the DevTools protocol,
// and what an open page takes from a running study. Usage: node bench_dashboard.mjs QUARRY LARGE_STUDY OUTPUT_FOLDER [--trials N] [--pairs N] [--seconds N]
// [--quick] [--data FOLDER]: without the running study; with the large study of a folder, written there where it is not yet.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DESK, startBrowser } from "../../e2e/dashboard_support.mjs";

const [quarry, largeStudy, output, ...rest] = process.argv.slice(2);
const option = (name, otherwise) => Number(rest[rest.indexOf(`--${name}`) + 1] ?? otherwise) || otherwise;
const trials = rest.includes("--trials") ? option("trials", 100000) : 100000;
const pairs = rest.includes("--pairs") ? option("pairs", 5) : 5;
const seconds = rest.includes("--seconds") ? option("seconds", 12) : 12;
const ROUNDS = 5;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const figures = [];
function figure(name, value, unit, target, note = "") {
  figures.push({ figure: name, value, unit, target: target === undefined ? "" : `< ${target}`, holds: target === undefined ? null : value < target, note });
}

const scratch = mkdtempSync(join(tmpdir(), "quarry-bench-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

async function serve(data) {
  const child = spawn(quarry, ["serve", "--listen", "127.0.0.1:0", "--data", data]);
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/\S+:\d+/.exec(line)?.[0];
    if (url) return { child, url };
  }
  throw new Error("the server did not start");
}

async function post(url, path, document) {
  const response = await fetch(url + path, { method: "POST", body: JSON.stringify(document) });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** From the click or release until the next frame that shows what it did: the browser's own event timing. */
const watchEvents = () => {
  window.slowest = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.slowest = Math.max(window.slowest, entry.duration);
  }).observe({ type: "event", durationThreshold: 16, buffered: false });
};
const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)))));
async function timed(page, act) {
  await page.evaluate(() => (window.slowest = 0));
  await act();
  await settled(page);
  return page.evaluate(() => window.slowest);
}

const scatter = (page) => page.getByRole("img", { name: /^Scatter of/ });

async function open(browser, address) {
  const page = await browser.newPage({ viewport: DESK });
  const begin = performance.now();
  await page.goto(address, { waitUntil: "commit" });
  await scatter(page).locator("canvas").first().waitFor();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  const interactive = performance.now() - begin;
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
  return { page, paint, interactive };
}

async function brush(page) {
  const box = await scatter(page).boundingBox();
  const at = (x, y) => page.mouse.move(box.x + box.width * x, box.y + box.height * y);
  await at(0.15, 0.1);
  await page.mouse.down();
  for (let i = 1; i <= 8; ++i) await at(0.15 + 0.05 * i, 0.1 + 0.06 * i);
  await page.mouse.up();
  await page.getByLabel("Latency at most").waitFor();
}

const TABS = [
  ["Genes", /^Importance of genes/],
  ["Policies", /^Policy strip of/],
  ["Predictions", /^Parity of/],
  ["Spread", /members of the front, from/],
  ["Activity", /^Timeline of/],
  ["Front", /^Scatter of/],
];

async function lookAtLargeStudy(browser) {
  const data = rest.includes("--data") ? rest[rest.indexOf("--data") + 1] : join(scratch, "large");
  if (!existsSync(join(data, "quarry.db"))) {
    console.log(`writing a study of ${trials.toLocaleString("en")} trials ...`);
    const written = spawnSync(largeStudy, [data, String(trials)], { encoding: "utf8" });
    if (written.status !== 0) throw new Error(written.stderr);
  }
  const server = await serve(data);
  const { id } = (await (await fetch(`${server.url}/v1/studies`)).json()).items[0];
  const address = `${server.url}/#/studies/${id}`;
  const cold = await open(browser, address);
  figure("interactive, the server's first look at the study", cold.interactive / 1000, "s", 2);
  await cold.page.close();
  const visits = [];
  for (let i = 0; i < ROUNDS; ++i) {
    const visit = await open(browser, address);
    visits.push(visit);
    if (i + 1 < ROUNDS) await visit.page.close();
  }
  figure("first paint", median(visits.map(({ paint }) => paint)) / 1000, "s", 1, `median of ${ROUNDS}`);
  figure("interactive", median(visits.map(({ interactive }) => interactive)) / 1000, "s", 2, `median of ${ROUNDS}`);
  const { page } = visits.at(-1);
  await page.evaluate(watchEvents);
  const brushes = [];
  for (let i = 0; i < ROUNDS; ++i) {
    brushes.push(await timed(page, () => brush(page)));
    await page.getByRole("button", { name: "clear all" }).click();
    await settled(page);
  }
  figure("brushing, slowest event to frame", Math.max(...brushes), "ms", 100, `of ${ROUNDS} rectangles`);
  const switches = [];
  for (let i = 0; i < 2; ++i) {
    for (const [name, ready] of TABS) {
      const begin = performance.now();
      const slowest = await timed(page, () => page.getByRole("link", { name, exact: true }).click());
      await page.getByRole("img", { name: ready }).first().waitFor();
      switches.push({ name, slowest, content: performance.now() - begin, again: i > 0 });
    }
  }
  const worst = switches.reduce((a, b) => (b.slowest > a.slowest ? b : a));
  figure("tab switch, slowest click to frame", worst.slowest, "ms", 100, `${worst.name}, of ${switches.length}`);
  for (const { name, content } of switches.filter(({ again }) => !again)) figure(`content of ${name} there`, content, "ms");
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.enable");
  await session.send("HeapProfiler.collectGarbage");
  await session.send("Performance.enable");
  const { metrics } = await session.send("Performance.getMetrics");
  figure("heap after all tabs", metrics.find((each) => each.name === "JSHeapUsedSize").value / 1e6, "MB", 300);
  await page.close();
  server.child.kill("SIGKILL");
}

async function finishedTrials(url, id) {
  return (await (await fetch(`${url}/v1/studies/${id}`)).json()).progress.trials;
}

/** Processor seconds of a process so far: what it cost, whoever else was busy. */
function processorSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Of all processes of the browser: it is several. */
function browserSeconds() {
  const running = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  let sum = 0;
  for (const pid of running) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("/chromium")) sum += processorSeconds(pid);
    } catch {
      // It has ended meanwhile.
    }
  }
  return sum;
}

async function paceOf({ url, child }, id) {
  const [begin, spent, browsers, before] = [performance.now(), processorSeconds(child.pid), browserSeconds(), await finishedTrials(url, id)];
  await new Promise((done) => setTimeout(done, seconds * 1000));
  const done = (await finishedTrials(url, id)) - before;
  const passed = (performance.now() - begin) / 1000;
  return { pace: done / passed, cost: (processorSeconds(child.pid) - spent) / Math.max(done, 1), browser: (browserSeconds() - browsers) / passed };
}

async function disturbRunningStudy(browser) {
  const server = await serve(join(scratch, "running"));
  // Without a latency: that waits for a machine that nobody else disturbs, and this is about disturbing.
  const { id } = await post(server.url, "/v1/studies", {
    name: "running",
    supernet: "fashion_vit",
    objectives: [{ metric: "accuracy" }, { metric: "macs" }, { metric: "model_size_bytes" }],
    metrics: { accuracy: { images: 200 } },
    algorithm: { name: "random" },
    budget: { trials: 1000000 },
    final_test: false,
  });
  await paceOf(server, id); // the first trials compile
  const losses = [];
  const more = [];
  const browsers = [];
  const paces = [];
  for (let i = 0; i < pairs; ++i) {
    const alone = await paceOf(server, id);
    const { page } = await open(browser, `${server.url}/#/studies/${id}`);
    await page.getByRole("img", { name: /front/i }).first().waitFor();
    const watched = await paceOf(server, id);
    await page.close();
    const after = await paceOf(server, id);
    losses.push(100 * (1 - watched.pace / ((alone.pace + after.pace) / 2)));
    more.push(100 * (watched.cost / ((alone.cost + after.cost) / 2) - 1));
    browsers.push(100 * watched.browser);
    paces.push(alone.pace, after.pace);
  }
  const spread = 100 * (Math.max(...paces) / Math.min(...paces) - 1);
  figure("throughput lost to an open page", median(losses), "%", 3, `median of ${pairs}; ${median(paces).toFixed(1)} trials/s alone, which themselves vary by ${spread.toFixed(0)} %`);
  figure("the browser's processor time, of one core", median(browsers), "%", undefined, "it takes this from a search on the same machine");
  figure("server's processor time a trial, more with an open page", median(more), "%", 3, `median of ${pairs}`);
  server.child.kill("SIGKILL");
}

const browser = await startBrowser();
await lookAtLargeStudy(browser);
if (pairs > 0 && !rest.includes("--quick")) await disturbRunningStudy(browser);
await browser.close();

figure("load average while this ran", loadavg()[0], "", undefined, "what others took of the processors is in every figure above");
for (const { figure: name, value, unit, target, holds, note } of figures)
  console.log(`${name.padEnd(58)}${value.toFixed(value < 10 ? 2 : 0).padStart(9)} ${unit.padEnd(3)} ${target.padEnd(7)} ${holds === null ? "    " : holds ? "ok  " : "MISS"} ${note}`);
mkdirSync(output, { recursive: true });
writeFileSync(join(output, "dashboard.json"), `${JSON.stringify(figures, null, 2)}\n`);
