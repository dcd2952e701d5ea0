import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";
import { broken } from "../broken.js";
import { checkDepth } from "../json-depth.js";
import { listAt, stringAt } from "../json-place.js";

type Tree = { [key: string]: Tree } | Tree[] | string | number | boolean | null;

const STEP = /^(?:\.([A-Za-z_$][\w$-]*)|\[(\d{1,5})\]|\[(?:'([^']*)'|"([^"]*)")\])/;

/**
 * Puts the arguments of a call together that come piece by piece, each with the JSON path of its value.
 * @see https://ai.google.dev/api/caching#PartialArg
 */
export class PartialArguments {
  readonly #depth: number;
  #root: Tree = Object.create(null);

  constructor(depth: number) {
    this.#depth = depth;
  }

  /** @throws SluiceError `upstream_broken` for a path that leads nowhere. */
  take(call: JsonObject): void {
    const { args } = call;
    if (isJsonObject(args)) {
      checkDepth(args, this.#depth);
      this.#root = copied(args);
    }
    for (const piece of listAt(call, "partialArgs")) {
      if (isJsonObject(piece)) this.#piece(piece);
    }
  }

  json(): string {
    return JSON.stringify(this.#root);
  }

  #piece(piece: JsonObject): void {
    const steps = stepsOf(stringAt(piece, "jsonPath") ?? "");
    if (steps === null || steps.length === 0 || steps.length > this.#depth) throw nowhere();
    const last = steps.at(-1);
    let place: Tree = this.#root;
    for (const [index, step] of steps.slice(0, -1).entries()) {
      const next: Tree = typeof steps[index + 1] === "number" ? [] : Object.create(null);
      place = inside(place, step, next);
    }
    const said = saidBy(piece);
    if (last === undefined || said === undefined) return;
    const known = inside(place, last, said);
    // A string goes on where it was left.
    if (known === said || typeof known !== "string" || typeof said !== "string") put(place, last, said);
    else put(place, last, known + said);
  }
}

function saidBy(piece: JsonObject): string | number | boolean | null | undefined {
  for (const key of ["stringValue", "numberValue", "boolValue"]) {
    const value = piece[key];
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  }
  return "nullValue" in piece ? null : undefined;
}

function stepsOf(path: string): readonly (string | number)[] | null {
  if (!path.startsWith("$")) return null;
  const steps: (string | number)[] = [];
  let rest = path.slice(1);
  while (rest !== "") {
    const found = STEP.exec(rest);
    if (found === null) return null;
    const [whole, name, index, single, double] = found;
    steps.push(index === undefined ? (name ?? single ?? double ?? "") : Number(index));
    rest = rest.slice(whole.length);
  }
  return steps;
}

/** The value at a step, made if it is not there yet. */
function inside(place: Tree, step: string | number, otherwise: Tree): Tree {
  if (Array.isArray(place)) {
    if (typeof step !== "number" || step > place.length) throw nowhere();
    if (step === place.length) place.push(otherwise);
    return place[step] ?? otherwise;
  }
  if (typeof place !== "object" || place === null || typeof step === "number") throw nowhere();
  const known = place[step];
  if (known !== undefined) return known;
  place[step] = otherwise;
  return otherwise;
}

function put(place: Tree, step: string | number, value: Tree): void {
  if (Array.isArray(place) && typeof step === "number") place[step] = value;
  else if (typeof place === "object" && place !== null && !Array.isArray(place)) place[step] = value;
}

function copied(value: JsonValue): Tree {
  if (Array.isArray(value)) return value.map(copied);
  if (!isJsonObject(value)) return typeof value === "object" ? null : value;
  const copy: { [key: string]: Tree } = Object.create(null);
  for (const [key, member] of Object.entries(value)) copy[key] = copied(member);
  return copy;
}

function nowhere() {
  return broken("the arguments of a call do not fit together");
}
