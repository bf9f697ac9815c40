// The same study for a script: as a document, for curl, for the quarry command, for Python.

export interface Script {
  name: string;
  text: string;
}

// A document between single quotes of a shell.
const quoted = (text: string) => text.replaceAll("'", `'\\''`);

// JSON is Python but for three words; strings never hold these outside of quotes.
function asPython(value: unknown, indent: string): string {
  if (value === true) return "True";
  if (value === false) return "False";
  if (value === null || value === undefined) return "None";
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}    `;
  const entries = Array.isArray(value)
    ? value.map((each) => asPython(each, inner))
    : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${asPython(each, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const line = `${open}${entries.join(", ")}${close}`;
  if (line.length + indent.length <= 96 && !line.includes("\n")) return line;
  return `${open}\n${entries.map((entry) => `${inner}${entry},\n`).join("")}${indent}${close}`;
}

export function scriptsOf(document: unknown, address: string): Script[] {
  const json = JSON.stringify(document, null, 2);
  return [
    { name: "JSON", text: json },
    { name: "quarry", text: `quarry submit --url ${address} --watch - <<'STUDY'\n${json}\nSTUDY\n` },
    { name: "curl", text: `curl ${address}/v1/studies \\\n  -H 'Content-Type: application/json' \\\n  -d '${quoted(json)}'\n` },
    {
      name: "Python",
      text: `from quarry import Client\n\nstudy = Client(${JSON.stringify(address)}).create_study(\n    ${asPython(document, "    ")}\n)\nstudy.wait()\nfor row in study.front().table():\n    print(row)\n`,
    },
  ];
}
