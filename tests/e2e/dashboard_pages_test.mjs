// The dashboard's pages around a study, in a true Chromium against the true binary: the list, the form for a new study, predictors, supernets,
// measurements, workers, tokens; and axe on every page in both themes.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { get } from "node:http";
import { test } from "node:test";
import { call, complaints, DESK, expectingComplaints, layoutShift, openPage, picture, seriousFindings, startBoth, startServer } from "./dashboard_support.mjs";

const MANIFEST = JSON.stringify({
  quarry_manifest: 1,
  name: "perceptron",
  summary: "Two widths",
  input: { tokens: 2, vocabulary: 64 },
  parameters: [
    { name: "width", kind: "ordinal", choices: [8, 16, 24, 32, 48, 64] },
    { name: "layers", kind: "ordinal", choices: [1, 2] },
  ],
  network: [
    {
      block: "collaborative_filtering",
      name: "net",
      parameters: { mlp_features: 8, gmf_features: 8, layers: { gene: "layers" }, hidden0: { gene: "width" }, hidden1: { gene: "width" }, hidden2: 8, hidden3: 8, hidden4: 8, hidden5: 8 },
    },
  ],
  latency: { batch: 1 },
});

// Two exact objectives, so that a study of three trials ends at once.
const QUICK = {
  supernet: "fashion_vit",
  objectives: [{ metric: "macs" }, { metric: "model_size_bytes" }],
  algorithm: { name: "random" },
  baselines: false,
  final_test: false,
};

const { browser, url } = await startBoth();

async function quickStudy(name, changes = {}) {
  const { id } = await call(url, "/v1/studies", { ...QUICK, name, budget: { trials: 12 }, ...changes });
  // The stream ends with the study.
  await (await fetch(`${url}/v1/studies/${id}/events`)).text();
  return id;
}

const at = (hash) => `${url}/#/${hash}`;
const open = (hash, options) => openPage(browser, options).then(async (page) => (await page.goto(at(hash)), page));

test("a study is put together by the form, refused at its fields, mended and started", async () => {
  const page = await open("studies/new");
  await page.getByLabel("Supernet", { exact: true }).selectOption("fashion_vit");
  await page.getByLabel("Name", { exact: true }).fill("by the form");
  await page.getByLabel("Tags", { exact: true }).fill("night, small");
  await page.getByRole("group", { name: "Objective 1" }).getByLabel("Metric").selectOption("macs");
  await page.getByRole("group", { name: "Objective 2" }).getByLabel("Metric").selectOption("model_size_bytes");
  await page.getByLabel("Who proposes networks").selectOption("nsga2");
  await page.getByText("Options of nsga2").click();
  await page.getByLabel("population").fill("1");
  await page.getByLabel("Trials", { exact: true }).fill("0");
  await page.getByText("More: precisions").click();
  await page.getByLabel("that may pass").uncheck();
  await page.getByLabel("Tries again").fill("often");
  await page.getByLabel("Known operators' times").selectOption("none");

  await expectingComplaints(async () => {
    await page.getByRole("button", { name: "Start the study" }).click();
    await page.getByRole("alert").getByText("the study has 3 mistakes").waitFor();
  });
  const population = page.getByLabel("population");
  assert.equal(await population.getAttribute("aria-invalid"), "true");
  await page.getByText("must be a whole number between 4 and 10000, got 1").waitFor();
  await page.getByText("must be a whole number between 1 and 10000000, got 0").waitFor();
  await page.getByText('must be a whole number between 0 and 100, got "often"').waitFor();
  // Each is at its field, so the box does not say them again; the first has the focus.
  assert.equal(await page.getByRole("alert").getByRole("listitem").count(), 0);
  assert.ok(await population.evaluate((field) => field === document.activeElement));

  await population.fill("6");
  await page.getByLabel("Tries again").fill("1");
  await page.getByLabel("Trials", { exact: true }).fill("6");
  assert.deepEqual(JSON.parse(await page.getByTestId("script").innerText()), {
    name: "by the form",
    supernet: "fashion_vit",
    objectives: [{ metric: "macs", goal: "minimize" }, { metric: "model_size_bytes", goal: "minimize" }],
    algorithm: { name: "nsga2", population: 6 },
    budget: { trials: 6 },
    latency_model: "none",
    retries: { max: 1, on: ["expired"] },
    tags: ["night", "small"],
  });
  await page.getByRole("button", { name: "Python" }).click();
  await page.getByTestId("script").getByText("from quarry import Client").waitFor();

  await page.getByRole("button", { name: "Start the study" }).click();
  await page.waitForURL(/#\/studies\/st_/);
  await page.getByRole("heading", { name: "by the form" }).waitFor();
  const [study] = (await call(url, "/v1/studies?name=by the form")).items;
  assert.equal(study.spec.algorithm.population, 6);
  assert.deepEqual(study.spec.retries, { max: 1, on: ["expired"] });
  assert.deepEqual(study.tags, ["night", "small"]);
  await page.close();
});

test("a form that names no supernet is refused at that field", async () => {
  const page = await open("studies/new");
  await expectingComplaints(async () => {
    await page.getByRole("button", { name: "Start the study" }).click();
    await page.getByRole("alert").waitFor();
  });
  assert.equal(await page.getByLabel("Supernet", { exact: true }).getAttribute("aria-invalid"), "true");
  await page.close();
});

test("the list is searched and filtered, and its address brings the same again", async () => {
  await quickStudy("evening", { tags: ["a"] });
  await quickStudy("morning", { tags: ["b"] });
  const draft = await call(url, "/v1/studies?draft=true", { ...QUICK, name: "draft of the morning", budget: { trials: 4 } });
  const page = await open("studies");
  const names = page.locator(".study-card h2");
  await page.getByRole("link", { name: "evening" }).waitFor();
  const all = await names.count();

  await page.getByLabel("Search studies").fill("morning");
  assert.deepEqual(await names.allInnerTexts(), ["draft of the morning", "morning"]);
  await page.getByRole("button", { name: "completed" }).click();
  assert.deepEqual(await names.allInnerTexts(), ["morning"]);
  assert.match(page.url(), /#\/studies\?q=morning&state=completed$/);
  await page.reload();
  await names.first().waitFor();
  assert.deepEqual(await names.allInnerTexts(), ["morning"]);

  await page.getByRole("button", { name: "failed" }).click();
  await page.getByText("studies is like that").waitFor();
  await page.getByRole("link", { name: "Show all" }).click();
  await page.getByRole("button", { name: "b", exact: true }).click();
  assert.deepEqual(await names.allInnerTexts(), ["morning"]);
  await page.getByRole("button", { name: "b", exact: true }).click();
  assert.equal(await names.count(), all);
  assert.equal(await page.getByRole("img", { name: "Hypervolume of morning over its trials" }).locator("polyline").count(), 1);

  // What a state admits is what the menu offers.
  await page.getByRole("button", { name: "What to do with draft of the morning" }).click();
  await page.getByRole("button", { name: "Start", exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Delete…" }).count(), 0);
  await page.keyboard.press("Escape");
  await call(url, `/v1/studies/${draft.id}:cancel`, {});
  await page.close();
});

test("from the list a study is cloned, renamed, given a network to measure, and deleted after a question", async () => {
  const id = await quickStudy("original", { seed: 7, constraints: [{ metric: "macs", max: 1e9 }] });
  const page = await open("studies");
  const menu = page.getByRole("button", { name: "What to do with original" });
  await menu.click();
  await page.getByRole("button", { name: "Clone" }).click();
  await page.waitForURL(`**/#/studies/new?from=${id}`);
  await page.getByLabel("Seed").waitFor();
  assert.equal(await page.getByLabel("Seed").inputValue(), "7");
  assert.equal(await page.getByRole("group", { name: "Constraint 1" }).getByLabel("At most").inputValue(), "1000000000");
  await page.getByLabel("Name", { exact: true }).fill("the other");
  await page.getByRole("button", { name: "Keep as a draft" }).click();
  await page.waitForURL(/#\/studies\/st_/);
  const [clone] = (await call(url, "/v1/studies?name=the other")).items;
  assert.equal(clone.state, "draft");
  assert.deepEqual(clone.spec.constraints, [{ metric: "macs", max: 1e9 }]);

  await page.goto(at("studies"));
  await page.getByRole("button", { name: "What to do with the other" }).click();
  await page.getByRole("button", { name: "Measure a network…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Its configuration, as JSON").fill('{"depth": 9}');
  await expectingComplaints(async () => {
    await dialog.getByRole("button", { name: "Measure it next" }).click();
    await dialog.getByRole("alert").getByText("/config/depth").waitFor();
  });
  const config = (await call(url, "/v1/supernets/fashion_vit")).baselines[1].config;
  await dialog.getByLabel("Its configuration, as JSON").fill(JSON.stringify(config));
  await dialog.getByRole("button", { name: "Measure it next" }).click();
  await dialog.waitFor({ state: "detached" });

  await menu.click();
  await page.getByRole("button", { name: "Name and tags…" }).click();
  await dialog.getByLabel("Name").fill("renamed");
  await dialog.getByRole("button", { name: "Keep" }).click();
  await page.getByRole("link", { name: "renamed" }).waitFor();

  await page.getByRole("button", { name: "What to do with renamed" }).click();
  await page.getByRole("button", { name: "Delete…" }).click();
  await dialog.getByText("12 trials are forgotten").waitFor();
  await dialog.getByRole("button", { name: "Keep it" }).click();
  assert.equal((await call(url, `/v1/studies/${id}`)).name, "renamed");
  await page.getByRole("button", { name: "What to do with renamed" }).click();
  await page.getByRole("button", { name: "Delete…" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("link", { name: "renamed" }).waitFor({ state: "detached" });
  await assert.rejects(call(url, `/v1/studies/${id}`), /there is no study/);
  await page.close();
});

test("a manifest is checked with all its mistakes, looked at, and added", async () => {
  const page = await open("supernets/new");
  const text = page.getByLabel("Or its text");
  await text.fill('{"quarry_manifest": 1, "nmae": "x"}');
  await expectingComplaints(async () => {
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByRole("alert").getByText("the manifest has").waitFor();
  });
  await page.getByRole("alert").getByText("/nmae").waitFor();
  await page.getByRole("alert").getByText("/network").waitFor();

  await page.getByLabel("Manifest file").setInputFiles({ name: "manifest.json", mimeType: "application/json", buffer: Buffer.from(MANIFEST) });
  await page.getByRole("button", { name: "Check" }).click();
  await page.getByText("perceptron is in order").waitFor();
  await page.getByRole("cell", { name: "width", exact: true }).waitFor();
  await assert.rejects(call(url, "/v1/supernets/perceptron"), /there is no supernet/);
  await page.getByRole("button", { name: "Add it" }).click();
  await page.waitForURL("**/#/supernets/perceptron");
  await page.getByText("2 genes, 12 genomes").waitFor();

  await page.goto(at("supernets"));
  await page.getByLabel("Search supernets").fill("two widths");
  assert.equal(await page.locator("tbody tr").count(), 1);
  await page.close();
});

test("a file of measurements is looked at, taken in, and a predictor learns from it", async () => {
  const genomes = [0, 1, 2, 3, 4, 5].flatMap((width) => [0, 1].map((layers) => [width, layers]));
  // Each network twice, not quite the same.
  const rows = [...genomes, ...genomes].map(([width, layers], i) => `"[${width}, ${layers}]",${(0.5 + 0.05 * width + 0.02 * layers + 0.001 * (i % 4)).toFixed(4)}`);
  const csv = ["genome,accuracy", ...rows, '"[9, 9]",0.5', ""].join("\n");
  const page = await open("predictors/new");
  await page.getByLabel("Name").fill("widths");
  await page.getByLabel("Supernet", { exact: true }).selectOption("perceptron");
  await page.getByText("Nothing of perceptron was measured yet").waitFor();
  await page.getByLabel("File", { exact: true }).setInputFiles({ name: "widths.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  await page.getByRole("button", { name: "See what would be taken" }).click();
  const report = page.getByTestId("report");
  await report.getByText("24 of 25 rows").waitFor();
  await report.getByText("One row is not taken").waitFor();
  assert.equal((await call(url, "/v1/imports")).items.length, 0);

  await page.getByRole("button", { name: "Take it in" }).click();
  const source = page.getByLabel(/widths.csv/);
  await source.waitFor();
  assert.ok(await source.isChecked());
  await page.getByLabel("Model").selectOption("ridge");
  await page.getByRole("button", { name: "Train" }).click();
  await page.waitForURL("**/#/predictors/widths%401");
  await page.getByRole("img", { name: /Predicted against measured Accuracy of \d+ networks/ }).waitFor();

  await page.goto(at("predictors?supernet=perceptron"));
  await page.getByRole("link", { name: "widths@1" }).waitFor();
  await page.getByLabel("Metric").selectOption("accuracy");
  assert.match(page.url(), /supernet=perceptron&metric=accuracy/);

  await page.goto(at("measurements"));
  await page.getByRole("link", { name: "widths.csv" }).click();
  await page.getByText("24 of 25 rows").waitFor();

  // The study's form knows both as who may measure.
  await page.goto(at("studies/new?supernet=perceptron"));
  await page.getByLabel("Accuracy is measured by").selectOption("predictor");
  await page.getByRole("group", { name: "Measuring accuracy" }).getByLabel("predictor", { exact: true }).selectOption("widths@1");
  assert.deepEqual(JSON.parse(await page.getByTestId("script").innerText()).metrics, { accuracy: { evaluator: "predictor", predictor: "widths@1" } });
  await page.close();
});

test("a chart is taken away as PNG, SVG and CSV", async () => {
  const page = await open("predictors/widths@1");
  await page.getByRole("img", { name: /Predicted against measured/ }).waitFor();
  const taken = {};
  for (const kind of ["PNG", "SVG", "CSV"]) {
    await page.getByRole("button", { name: "Download Parity" }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: kind }).click()]);
    assert.equal(download.suggestedFilename(), `parity.${kind.toLowerCase()}`);
    taken[kind] = readFileSync(await download.path());
  }
  assert.deepEqual([...taken.PNG.subarray(1, 4)], [...Buffer.from("PNG")]);
  assert.match(taken.SVG.toString(), /^<svg [^>]*>.*<path /s);
  const lines = taken.CSV.toString().trim().split("\r\n");
  assert.equal(lines[0], "measured,predicted,standard_deviation");
  assert.equal(lines.length, 1 + (await call(url, "/v1/predictors/widths@1")).quality.parity.length);
  await page.close();
});

test("a token of scope read sees everything and no button that changes anything", async () => {
  const guarded = await startServer("0.0.0.0:0");
  const headers = { Authorization: `Bearer ${guarded.token}` };
  const { token } = await (await fetch(`${guarded.url}/v1/tokens`, { method: "POST", headers, body: JSON.stringify({ name: "guest", scope: "read" }) })).json();
  await fetch(`${guarded.url}/v1/studies`, { method: "POST", headers, body: JSON.stringify({ ...QUICK, name: "looked at", budget: { trials: 4 } }) });
  assert.equal((await fetch(`${guarded.url}/v1/session`)).status, 401);
  const session = await fetch(`${guarded.url}/v1/session`, { headers: { Authorization: `Bearer ${token}` } });
  assert.deepEqual(await session.json(), { guarded: true, name: "guest", scope: "read" });
  const page = await openPage(browser);
  await expectingComplaints(async () => {
    await page.goto(guarded.url);
    await page.getByLabel("Token", { exact: true }).fill(token);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("link", { name: "looked at" }).waitFor();
  });
  await page.getByText("read-only").waitFor();
  assert.equal(await page.getByRole("link", { name: "New study" }).count(), 0);
  assert.equal(await page.getByRole("button", { name: "What to do with looked at" }).count(), 0);
  for (const [section, button] of [["Predictors", "Train a predictor"], ["Supernets", "Add a supernet"], ["Measurements", "Take in a file"]]) {
    await page.goto(`${guarded.url}/#/${section.toLowerCase()}`);
    await page.getByRole("heading", { name: section, level: 1 }).waitFor();
    assert.equal(await page.getByRole("link", { name: button }).count(), 0);
  }
  await page.goto(`${guarded.url}/#/tokens`);
  await page.getByText("Only an administrator sees the tokens").waitFor();
  await page.goto(`${guarded.url}/#/studies/new?supernet=fashion_vit`);
  assert.ok(await page.getByRole("button", { name: "Start the study" }).isDisabled());

  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByLabel("Token", { exact: true }).fill(guarded.token);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.goto(`${guarded.url}/#/tokens`);
  await page.getByLabel("What it is for").fill("the phone");
  await page.getByRole("button", { name: "Make a token" }).click();
  await page.getByRole("status").getByText("qt_").waitFor();
  await page.getByRole("cell", { name: "the phone" }).waitFor();
  await page.close();
  guarded.stop();
});

test("axe finds nothing serious on the login, the tokens' page and a refused form", async () => {
  const guarded = await startServer("0.0.0.0:0");
  const logIn = async (page) => {
    await page.getByLabel("Token", { exact: true }).fill(guarded.token);
    await page.getByRole("button", { name: "Log in" }).click();
  };
  await expectingComplaints(async () => {
    await picture(browser, guarded.url, "login", async (page) => {
      await page.getByLabel("Token", { exact: true }).fill("qt_wrong");
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByRole("alert").waitFor();
      assert.deepEqual(await seriousFindings(page), []);
    });
    await picture(browser, `${guarded.url}/#/tokens`, "tokens", async (page) => {
      await logIn(page);
      await page.getByRole("cell", { name: "first administrator" }).waitFor();
      assert.deepEqual(await seriousFindings(page), []);
    });
    await picture(browser, at("studies/new?supernet=fashion_vit"), "new_study_refused", async (page) => {
      await page.getByRole("button", { name: "Add a constraint" }).click();
      await page.getByLabel("Trials", { exact: true }).fill("many");
      await page.getByRole("button", { name: "Start the study" }).click();
      await page.getByRole("alert").waitFor();
      assert.deepEqual(await seriousFindings(page), []);
    });
  });
  guarded.stop();
});

test("all of it can be walked through by keyboard, and a page that was opened is read from its top", async () => {
  const page = await open("studies");
  await page.getByRole("link", { name: "New study" }).waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the page");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "New study" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  assert.equal(await page.title(), "New study · Quarry");
  await page.close();
});

test("the theme is the browser's until the user chooses one, which is kept; paper is always light", async () => {
  const page = await open("studies", { viewport: DESK, colorScheme: "light" });
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  assert.equal(await theme(), "light");
  await page.getByRole("button", { name: "Use the dark theme" }).click();
  assert.equal(await theme(), "dark");
  await page.reload();
  assert.equal(await theme(), "dark");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.getByRole("button", { name: "Use the light theme" }).click();
  assert.equal(await theme(), "light");
  await page.getByRole("button", { name: "Use the dark theme" }).click();
  await page.emulateMedia({ media: "print" });
  await page.locator("html[data-theme=light]").waitFor();
  await page.close();
});

test("the whole dashboard is under 700 KB, and its policy admits no inline script, style or other host", async () => {
  let bytes = 0;
  for (const path of ["/", "/app.js", "/app.css"]) {
    const [response] = await once(get(url + path), "response");
    assert.equal(response.headers["content-encoding"], "gzip");
    bytes += (await response.toArray()).reduce((sum, part) => sum + part.length, 0);
    const policy = response.headers["content-security-policy"];
    assert.match(policy, /^default-src 'self';/);
    assert.doesNotMatch(policy, /unsafe|http/);
  }
  assert.ok(bytes > 0 && bytes <= 700_000, `${bytes} bytes`);
});

test("axe finds nothing serious on any page, none scrolls sideways or jumps while it loads, and each is pictured in both sizes and themes", async () => {
  const [study] = (await call(url, "/v1/studies?name=evening")).items;
  const [taken] = (await call(url, "/v1/imports")).items;
  const pages = {
    studies: ["studies", "evening"],
    studies_none_found: ["studies?q=nothing", "is like that"],
    new_study: ["studies/new?supernet=fashion_vit", "Budget"],
    clone: [`studies/new?from=${study.id}`, "Budget"],
    predictors: ["predictors", "widths@1"],
    predictor: ["predictors/widths@1", "How good it is"],
    train: ["predictors/new", "Learns from"],
    supernets: ["supernets", "fashion_vit"],
    supernet: ["supernets/fashion_vit", "Extremes and baselines"],
    new_supernet: ["supernets/new", "Or its text"],
    measurements: ["measurements", "widths.csv"],
    measurement: [`measurements/${taken.id}`, "24 of 25 rows"],
    new_measurement: ["measurements/new", "See what would be taken"],
    workers: ["workers", "this server's threads"],
    nowhere: ["nowhere", "There is no such page"],
  };
  for (const [name, [hash, words]] of Object.entries(pages)) {
    await picture(browser, at(hash), name, async (page) => {
      await page.getByText(words).first().waitFor();
      const width = page.viewportSize().width;
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${name} is wider than ${width}`);
      assert.ok((await layoutShift(page)) < 0.1, `${name} jumps`);
      assert.deepEqual(await seriousFindings(page), [], name);
    });
  }
});

test("without anything yet, each page says what would be there and how to get it", async () => {
  const empty = await startServer();
  for (const [section, words] of [["studies", "No study yet"], ["predictors", "No predictor yet"], ["measurements", "Nothing was taken in yet"]]) {
    await picture(browser, `${empty.url}/#/${section}`, `empty_${section}`, async (page) => {
      await page.getByRole("heading", { name: words }).waitFor();
      assert.ok((await page.locator("pre").count()) >= 1);
      assert.deepEqual(await seriousFindings(page), []);
    });
  }
  empty.stop();
});

test("no page complained to the console", () => {
  assert.deepEqual(complaints, []);
});
