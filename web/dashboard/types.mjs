// Writes generated/openapi.ts: the schemas of server/api/openapi.json as TypeScript, so that a document that changes there no longer compiles here.
// Knows the part of JSON Schema that the document uses and refuses the rest.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const KNOWN = ["$ref", "additionalProperties", "anyOf", "description", "enum", "items", "maximum", "maxItems", "minimum", "minItems", "properties", "required", "type"];

const quoted = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

function typeOf(schema, indent) {
  const unknown = Object.keys(schema).filter((key) => !KNOWN.includes(key));
  if (unknown.length) throw new Error(`types.mjs does not know ${unknown.join(", ")} in ${JSON.stringify(schema)}`);
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.anyOf) return schema.anyOf.map((each) => typeOf(each, indent)).join(" | ");
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type }, indent)).join(" | ");
  switch (schema.type) {
    case "string":
    case "boolean":
    case "null":
      return schema.type;
    case "number":
    case "integer":
      return "number";
    case "array":
      return `Array<${schema.items ? typeOf(schema.items, indent) : "unknown"}>`;
    case "object":
      return objectOf(schema, indent);
    default:
      return "unknown";
  }
}

function objectOf({ properties, required = [], additionalProperties }, indent) {
  const values = typeof additionalProperties === "object" ? typeOf(additionalProperties, indent) : "unknown";
  if (!properties) return `Record<string, ${values}>`;
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, schema]) => {
    const comment = schema.description ? `${inner}/** ${schema.description} */\n` : "";
    return `${comment}${inner}${quoted(name)}${required.includes(name) ? "" : "?"}: ${typeOf(schema, inner)};\n`;
  });
  if (additionalProperties) lines.push(`${inner}[more: string]: unknown;\n`);
  return `{\n${lines.join("")}${indent}}`;
}

export function writeTypes() {
  const { components } = JSON.parse(readFileSync(join(here, "../../server/api/openapi.json"), "utf8"));
  const types = Object.entries(components.schemas).map(([name, schema]) => {
    const comment = schema.description ? `/** ${schema.description} */\n` : "";
    return `${comment}export type ${name} = ${typeOf(schema, "")};\n`;
  });
  mkdirSync(join(here, "generated"), { recursive: true });
  writeFileSync(join(here, "generated/openapi.ts"), `// Written by types.mjs from server/api/openapi.json.\n\n${types.join("\n")}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeTypes();
