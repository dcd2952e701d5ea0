import { isJsonObject, type JsonObject } from "../../src/domain/json.js";

/** One key of the configuration as the reference shows it. */
interface Row {
  readonly path: string;
  readonly value: string;
  readonly fallback: string;
  readonly about: string;
}

/** The tables of docs/configuration.md, from the schema of the definition that reads the file. */
export function referenceTables(schema: JsonObject): string {
  const sections = Object.entries(propertiesOf(schema)).map(([name, section]) => {
    const rows = rowsOf(section, name, isRequired(schema, name));
    const [own, ...keys] = rows;
    const listed = keys.length === 0 && own !== undefined ? [own] : keys;
    return `### ${name}\n\n${String(section["description"] ?? "")}\n\n${tableOf(listed)}`;
  });
  return sections.join("\n");
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ path, value, fallback, about }) =>
      `| \`${path}\` | ${value} | ${fallback} | ${about.replaceAll("|", "\\|")} |\n`,
  );
  return `| key | value | default | what it does |\n|---|---|---|---|\n${lines.join("")}`;
}

/** The key itself, then everything below it. */
function rowsOf(schema: JsonObject, path: string, mandatory: boolean): readonly Row[] {
  const own = {
    path,
    value: allowedIn(schema),
    fallback: mandatory ? "**required**" : fallbackOf(schema),
    about: String(schema["description"] ?? ""),
  };
  const below = Object.entries(propertiesOf(schema)).flatMap(([name, inner]) =>
    rowsOf(inner, `${path}.${name}`, isRequired(schema, name)),
  );
  const items = schema["items"];
  const inItems = isJsonObject(items)
    ? Object.entries(propertiesOf(items)).flatMap(([name, inner]) =>
        rowsOf(inner, `${path}[].${name}`, isRequired(items, name)),
      )
    : [];
  const isShownBelow = below.length > 0 && path.includes(".");
  return isShownBelow ? [...below, ...inItems] : [own, ...below, ...inItems];
}

function propertiesOf(schema: JsonObject): Readonly<Record<string, JsonObject>> {
  const properties = schema["properties"];
  if (!isJsonObject(properties)) return {};
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, inner]) => (isJsonObject(inner) ? [[name, inner]] : [])),
  );
}

function isRequired(schema: JsonObject, name: string): boolean {
  const names = schema["required"];
  return Array.isArray(names) && names.includes(name);
}

function fallbackOf(schema: JsonObject): string {
  const fallback = schema["default"];
  return fallback === undefined || fallback === ""
    ? ""
    : `\`${Array.isArray(fallback) ? fallback.join(", ") : String(fallback)}\``;
}

function allowedIn(schema: JsonObject): string {
  const { type = "", items = {} } = schema;
  const words = schema["enum"];
  const limits = schema["$comment"];
  if (Array.isArray(words)) return words.map((word) => `\`${String(word)}\``).join(" ");
  if (typeof limits === "string" && limits !== "")
    return limits.replace(/^an? /, "").replace(/ with its unit.*$/, "");
  switch (type) {
    case "integer":
      return `${String(schema["minimum"])} to ${String(schema["maximum"])}`;
    case "boolean":
      return "`true` `false`";
    case "array":
      return isJsonObject(items) && Array.isArray(items["enum"]) ? `list of ${allowedIn(items)}` : "list";
    case "object":
      return "map";
    case "string":
      return "text";
    default:
      return "one of its keys";
  }
}
