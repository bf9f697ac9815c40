// Checks the dashboard's types against what the server's openapi.json says today.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeTypes } from "./types.mjs";

const here = dirname(fileURLToPath(import.meta.url));
writeTypes();
const { status } = spawnSync(process.execPath, [join(here, "node_modules/typescript/bin/tsc"), "--project", here], { stdio: "inherit" });
process.exit(status ?? 1);
