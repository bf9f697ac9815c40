// What every end-to-end test of the dashboard needs: a server of its own, a true Chromium, a list of what pages complained about, and axe.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after } from "node:test";

const modules = new URL("../../web/dashboard/node_modules/", import.meta.url);
const { chromium } = await import(new URL("playwright-core/index.mjs", modules).href);
const axe = readFileSync(new URL("axe-core/axe.min.js", modules), "utf8");

export const screenshots = process.env.QUARRY_SCREENSHOTS ?? join(tmpdir(), "quarry-screenshots");
mkdirSync(screenshots, { recursive: true });

// A child that outlives a failed test would keep node waiting for ever.
const running = new Set();
after(() => running.forEach((server) => server.stop()));

/** A server with its own data: {url, token, stop, restart}; the token is the first one of a server beyond loopback, or empty. Stopped with the file's last test. */
export async function startServer(listen = "127.0.0.1:0") {
  const data = mkdtempSync(join(tmpdir(), "quarry-"));
  const server = { url: "", token: "", child: null, data };
  running.add(server);
  const start = async (address) => {
    server.child = spawn(process.env.QUARRY_BINARY, ["serve", "--listen", address, "--data", data]);
    for await (const line of createInterface({ input: server.child.stdout })) {
      server.token = /first token.*: (qt_\S+)/.exec(line)?.[1] ?? server.token;
      const found = /http:\/\/(\S+):(\d+)/.exec(line);
      if (!found) continue;
      server.url = `http://127.0.0.1:${found[2]}`;
      return;
    }
    throw new Error("the server did not start");
  };
  server.restart = () => start(new URL(server.url).host);
  server.stop = () => {
    server.child.kill("SIGKILL");
    rmSync(data, { recursive: true, force: true });
    running.delete(server);
  };
  await start(listen);
  return server;
}

export function startBrowser() {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** The server and the browser of one file of tests, until its last one. */
export async function startBoth() {
  const server = await startServer();
  const browser = await startBrowser();
  after(() => browser.close());
  return { server, browser, url: server.url };
}

/** What any page wrote to the console as an error, or threw. */
export const complaints = [];

export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export async function openPage(browser, options = { viewport: DESK }) {
  const page = await browser.newPage(options);
  page.on("pageerror", (error) => complaints.push(error.stack ?? error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  return page;
}

// What the browser itself says of an answer that is a no, or of none.
const OF_THE_NETWORK = /Failed to load resource|net::ERR_/;

/** Runs what makes the browser log such errors without keeping them; what pages say and throw is kept. */
export async function expectingComplaints(act) {
  const before = complaints.length;
  const result = await act();
  complaints.push(...complaints.splice(before).filter((complaint) => !OF_THE_NETWORK.test(complaint)));
  return result;
}

/** The answer's document; throws with the server's words where it refuses. */
export async function call(url, path, body, method = body === undefined ? "GET" : "POST") {
  const response = await fetch(url + path, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  const answer = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return answer;
}

/** Once what was just changed is on the screen: a chart draws in the frame after. */
export function drawn(page) {
  return page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))));
}

/** How much of the page moved while it loaded, as Chromium counts it: below 0.1 nobody notices. */
export function layoutShift(page) {
  return page.evaluate(
    () =>
      new Promise((done) => {
        const shifts = (list) => list.getEntries().reduce((sum, { value }) => sum + value, 0);
        new PerformanceObserver((list, observer) => (observer.disconnect(), done(shifts(list)))).observe({ type: "layout-shift", buffered: true });
        // Without any shift there is never an entry.
        requestAnimationFrame(() => requestAnimationFrame(() => done(0)));
      }),
  );
}

/** What axe finds serious or critical on the page, one line each. The page's security policy is not loosened for it. */
export async function seriousFindings(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: axe });
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.target.join(" ")} ${node.any.map((check) => check.message).join("; ")}`));
}

/** One picture per size and theme under the name. */
export async function picture(browser, address, name, ready, options = {}) {
  for (const [size, viewport] of [["1440x900", DESK], ["390x844", PHONE]]) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await openPage(browser, { viewport, colorScheme, ...options });
      await page.goto(address);
      await ready(page);
      await page.screenshot({ path: join(screenshots, `${name}_${size}_${colorScheme}.png`), fullPage: true });
      await page.close();
    }
  }
}
