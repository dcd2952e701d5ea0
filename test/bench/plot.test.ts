import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Plot, plotSvg } from "./plot.js";

const PLOT: Plot = {
  title: 'Cost & "more"',
  xLabel: "open streams",
  yLabel: "us per chunk",
  xScale: "log",
  series: [
    { name: "one", points: [0, 10, 1000].map((x) => ({ x, values: [x / 10 + 3, x / 10 + 1, x / 10 + 2] })) },
    { name: "two", points: [{ x: 10, values: [7] }] },
  ],
};

const numbers = (svg: string, attribute: string): readonly number[] =>
  [...svg.matchAll(new RegExp(`<circle class="dot" [^>]*${attribute}="([\\d.]+)" [^>]*r="4"`, "g"))].map(
    ([, value]) => Number(value),
  );

describe("a plot", () => {
  const svg = plotSvg(PLOT);

  it("names its axes, its units and its series", () => {
    for (const text of ["Cost &amp; &quot;more&quot;", "open streams", "us per chunk", ">one<", ">two<"])
      assert.ok(svg.includes(text), text);
  });

  it("holds every point within its axes, the larger the further right and up", () => {
    const xs = numbers(svg, "cx");
    const ys = numbers(svg, "cy");
    assert.equal(xs.length, 4);
    assert.ok(xs.every((x) => x >= 76 && x <= 696));
    assert.ok(ys.every((y) => y >= 56 && y <= 328));
    assert.deepEqual(
      xs.slice(0, 3),
      xs.slice(0, 3).toSorted((a, b) => a - b),
    );
    assert.deepEqual(
      ys.slice(0, 3),
      ys.slice(0, 3).toSorted((a, b) => b - a),
    );
  });

  it("puts the median where the rounds differ, with their spread beside it", () => {
    const one = plotSvg({ ...PLOT, series: [{ name: "one", points: [{ x: 10, values: [2, 10, 4] }] }] });
    const [y = 0] = numbers(one, "cy");
    const [, high = 0, low = 0] = (/class="spread"[^>]*y1="([\d.]+)" y2="([\d.]+)"/.exec(one) ?? []).map(
      Number,
    );
    assert.ok(low < y && y < high);
    assert.ok(Math.abs((high - y) / (high - low) - 0.25) < 0.01);
  });

  it("is readable on a dark page as on a light one", () => {
    assert.match(svg, /prefers-color-scheme: dark/);
    assert.doesNotMatch(svg, /fill="#|stroke="#/);
  });
});
