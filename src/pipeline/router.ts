import type { DialectName } from "../domain/entry.js";
import { SluiceError } from "../domain/errors.js";
import type { Upstream } from "../upstreams/upstream.js";

/** A connection as the pipeline sees it. */
export interface Route {
  readonly connection: string;
  /** Globs of model names, `*` alone being the only wildcard. */
  readonly models: readonly string[];
  /** Name that callers use -> name that the upstream knows. */
  readonly aliases: Readonly<Record<string, string>>;
  /** By wire dialect, the connection's own first. A caller's request goes to the one of its own dialect
   *  where there is one, so that nothing needs to be translated. */
  readonly upstreams: readonly Upstream[];
  /** Request and answer fields beyond the dialect's own. */
  readonly passFields: readonly string[];
}

export interface RoutedModel {
  readonly route: Route;
  readonly upstream: Upstream;
  readonly upstreamModel: string;
}

/** Finds the connection of a model: the first, in the order of the configuration, that serves it. */
export class Router {
  readonly #routes: readonly Route[];

  constructor(routes: readonly Route[]) {
    this.#routes = routes;
  }

  get routes(): readonly Route[] {
    return this.#routes;
  }

  /** @throws SluiceError `model_not_found`. */
  route(model: string, dialect: DialectName): RoutedModel {
    for (const route of this.#routes) {
      const upstream = route.upstreams.find((each) => each.dialect === dialect) ?? route.upstreams[0];
      if (upstream === undefined) continue;
      const alias = Object.hasOwn(route.aliases, model) ? route.aliases[model] : undefined;
      if (alias !== undefined) return { route, upstream, upstreamModel: alias };
      if (route.models.some((glob) => fitsModel(glob, model)))
        return { route, upstream, upstreamModel: model };
    }
    throw new SluiceError(
      "model_not_found",
      `No connection serves the model ${JSON.stringify(model.slice(0, 128))}; GET /v1/models lists what there is.`,
      { field: "model", dialectCode: "model_not_found" },
    );
  }
}

/** Whether a connection's glob names a model. Matches without a regular expression, since the names come from callers. */
export function fitsModel(glob: string, name: string): boolean {
  const pieces = glob.split("*");
  const [first = "", ...rest] = pieces;
  if (rest.length === 0) return glob === name;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  const last = rest.pop() ?? "";
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
