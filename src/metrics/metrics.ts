/** Labels of one sample. Their values come from closed sets: a value of a caller's would grow without bound. */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly value: number;
  readonly labels?: Labels;
}

interface Family {
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly samples: () => readonly Sample[];
}

const MAX_SERIES = 1000;

/**
 * Counters and gauges of one gateway, in the text form that Prometheus reads.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export class Metrics {
  readonly #families = new Map<string, Family>();

  /** A number that only grows; returns how to add to it. @param name ends in `_total`. */
  counter(name: string, help: string): (labels?: Labels, by?: number) => void {
    const series = new Map<string, Sample>();
    this.#families.set(name, { help, type: "counter", samples: () => [...series.values()] });
    return (labels = {}, by = 1) => {
      const key = JSON.stringify(labels);
      const before = series.get(key);
      if (before === undefined && series.size >= MAX_SERIES) return;
      series.set(key, { labels, value: (before?.value ?? 0) + by });
    };
  }

  /** A number that is looked up whenever somebody asks. */
  gauge(name: string, help: string, read: () => number | readonly Sample[]): void {
    const samples = (): readonly Sample[] => {
      const found = read();
      return typeof found === "number" ? [{ value: found }] : found;
    };
    this.#families.set(name, { help, type: "gauge", samples });
  }

  text(): string {
    const parts = [...this.#families].map(([name, { help, type, samples }]) => {
      const lines = samples().map(({ labels = {}, value }) => `${name}${labelText(labels)} ${value}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
    });
    return parts.join("");
  }
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
