// Bundles the dashboard into three files and compresses each: what the binary embeds. Usage: node build.mjs [OUTPUT_FOLDER]
import { build } from "esbuild";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { writeTypes } from "./types.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const output = process.argv[2] ?? join(here, "dist");
mkdirSync(output, { recursive: true });
writeTypes();

const bundle = await build({
  entryPoints: [join(here, "src/app/main.tsx")],
  bundle: true,
  minify: true,
  write: false,
  outfile: "app.js",
  format: "iife",
  target: ["es2021"],
  jsx: "automatic",
  jsxImportSource: "preact",
  define: { "process.env.NODE_ENV": '"production"' },
});

const files = new Map(bundle.outputFiles.map((file) => [file.path.split("/").pop(), file.contents]));
files.set("index.html", readFileSync(join(here, "src/index.html")));
for (const [name, contents] of files) {
  writeFileSync(join(output, `${name}.gz`), gzipSync(contents, { level: 9 }));
}
