/** Plots as SVG, with axes, units and the spread of every point; readable on light and on dark pages. */

export interface PlotPoint {
  readonly x: number;
  /** How it stands below the axis. Default: the number. */
  readonly label?: string;
  /** One value per round. */
  readonly values: readonly number[];
}

export interface Series {
  readonly name: string;
  readonly points: readonly PlotPoint[];
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Logarithmic: a point at 0 stands one step left of the least other. */
  readonly xScale: "linear" | "log";
  readonly series: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 400;
const AREA = { left: 76, right: 24, top: 56, bottom: 72 } as const;
const STYLE = `
  svg { background: #fff; color: #1f2328; font: 13px system-ui, sans-serif }
  text { fill: currentColor }
  .title { font-size: 16px; font-weight: 600 }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .axis { stroke: currentColor; stroke-width: 1 }
  .s0 { --c: #0969da } .s1 { --c: #bc4c00 } .s2 { --c: #1a7f37 } .s3 { --c: #8250df }
  .line { fill: none; stroke: var(--c); stroke-width: 2 }
  .dot { fill: var(--c) }
  .spread { stroke: var(--c); stroke-width: 1.5; opacity: .6 }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; color: #e6edf3 }
    .grid { stroke: #30363d }
    .s0 { --c: #58a6ff } .s1 { --c: #f0883e } .s2 { --c: #3fb950 } .s3 { --c: #bc8cff }
  }`;

/** The text of an SVG file. Points show the median, thin lines the spread. */
export function plotSvg(plot: Plot): string {
  const xs = [...new Set(plot.series.flatMap(({ points }) => points.map(({ x }) => x)))].sort(
    (a, b) => a - b,
  );
  const most = Math.max(...plot.series.flatMap(({ points }) => points.flatMap(({ values }) => values)));
  const steps = niceSteps(most);
  const x = xPlace(plot.xScale, xs);
  const top = steps.at(-1) ?? 1;
  const y = (value: number): number =>
    round(HEIGHT - AREA.bottom - (value / top) * (HEIGHT - AREA.top - AREA.bottom));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escaped(plot.title)}">`,
    `<style>${STYLE}</style>`,
    `<text class="title" x="${AREA.left}" y="24">${escaped(plot.title)}</text>`,
    ...steps.map((value) => gridLine(y(value), format(value))),
    ...xTicks(plot, xs, x),
    `<line class="axis" x1="${AREA.left}" x2="${WIDTH - AREA.right}" y1="${y(0)}" y2="${y(0)}"/>`,
    `<text x="${(AREA.left + WIDTH - AREA.right) / 2}" y="${HEIGHT - 16}" text-anchor="middle">${escaped(plot.xLabel)}</text>`,
    `<text transform="translate(18 ${(AREA.top + HEIGHT - AREA.bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(plot.yLabel)}</text>`,
    ...plot.series.map((series, index) => seriesMarks(series, { index, x, y })),
    ...(plot.series.length > 1 ? plot.series.map(({ name }, index) => legend(name, index)) : []),
    "</svg>\n",
  ].join("\n");
}

function gridLine(y: number, label: string): string {
  return `<line class="grid" x1="${AREA.left}" x2="${WIDTH - AREA.right}" y1="${y}" y2="${y}"/><text x="${AREA.left - 8}" y="${y + 4}" text-anchor="end">${label}</text>`;
}

function xTicks({ series }: Plot, xs: readonly number[], place: (x: number) => number): readonly string[] {
  const labels = new Map(
    series.flatMap(({ points }) => points.map((point) => [point.x, point.label] as const)),
  );
  const y = HEIGHT - AREA.bottom;
  let free = 0;
  return xs.map((x) => {
    const label = labels.get(x) ?? format(x);
    const at = place(x);
    const half = label.length * 3.6 + 4;
    // A label that would touch the one before it is left out; its tick stays.
    const fits = at - half >= free;
    if (fits) free = at + half;
    const text = fits ? `<text x="${at}" y="${y + 20}" text-anchor="middle">${escaped(label)}</text>` : "";
    return `<line class="axis" x1="${at}" x2="${at}" y1="${y}" y2="${y + 5}"/>${text}`;
  });
}

function seriesMarks(
  { points }: Series,
  { index, x, y }: { readonly index: number; x(value: number): number; y(value: number): number },
): string {
  const marks = points.map((point) => ({
    at: x(point.x),
    middle: y(middle(point.values)),
    low: y(Math.min(...point.values)),
    high: y(Math.max(...point.values)),
  }));
  const line = marks.map(({ at, middle: height }) => `${at},${height}`).join(" ");
  const spreads = marks.map(
    ({ at, low, high }) => `<line class="spread" x1="${at}" x2="${at}" y1="${low}" y2="${high}"/>`,
  );
  const dots = marks.map(({ at, middle: height }) => `<circle class="dot" cx="${at}" cy="${height}" r="4"/>`);
  return `<g class="s${index % 4}">${spreads.join("")}<polyline class="line" points="${line}"/>${dots.join("")}</g>`;
}

function legend(name: string, index: number): string {
  const x = AREA.left + index * 170;
  return `<g class="s${index % 4}"><circle class="dot" cx="${x + 5}" cy="41" r="5"/><text x="${x + 16}" y="45">${escaped(name)}</text></g>`;
}

function xPlace(scale: Plot["xScale"], xs: readonly number[]): (x: number) => number {
  const least = xs.find((x) => x > 0) ?? 1;
  const grown = (x: number): number =>
    scale === "linear" ? x : x > 0 ? Math.log10(x) : Math.log10(least) - 1;
  const from = Math.min(...xs.map(grown));
  const to = Math.max(...xs.map(grown), from + 1e-9);
  const width = WIDTH - AREA.left - AREA.right - 48;
  return (x) => round(AREA.left + 24 + ((grown(x) - from) / (to - from)) * width);
}

/** From 0 in four to six round steps to what holds the largest value. */
function niceSteps(most: number): readonly number[] {
  const raw = Math.max(most, 1e-9) / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= raw) ?? raw;
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, index) => index * step);
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

const format = (value: number): string => Number(value.toPrecision(6)).toLocaleString("en");
const round = (value: number): number => Math.round(value * 10) / 10;

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
