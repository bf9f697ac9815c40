// A module of the dashboard, bundled so that node can run it.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const dashboard = fileURLToPath(new URL("../../web/dashboard", import.meta.url));
const { build } = await import(pathToFileURL(join(dashboard, "node_modules/esbuild/lib/main.js")).href);

export async function bundled(source) {
  const output = join(mkdtempSync(join(tmpdir(), "quarry-")), "module.mjs");
  await build({ entryPoints: [join(dashboard, "src", source)], outfile: output, bundle: true, format: "esm" });
  return import(pathToFileURL(output).href);
}
