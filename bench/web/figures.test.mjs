// `node --test bench/web`: what is computed from the measured.
import assert from "node:assert/strict";
import test from "node:test";
import { calibrationLimit, median, percentile, ratios, sumUp, tapDurations } from "./lib/figures.mjs";
import { options } from "./lib/options.mjs";

test("a median of an even number is the middle of two, and of nothing is nothing", () => {
  assert.equal(median([9, 1, 4, 2]), 3);
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([]), null);
});

test("a percentile is one of the values", () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
  assert.equal(percentile(hundred, 0.5), 50);
  assert.equal(percentile(hundred, 0.95), 95);
  assert.equal(percentile([7], 0.95), 7);
  assert.equal(percentile([], 0.5), null);
});

test("a tap lasts as long as the longest event before the next tap, and 16 ms when none is told", () => {
  const taps = [100, 500, 900];
  const events = [
    [1, 100.2, 24],
    [1, 120, 56],
    [3, 900, 32],
  ];
  assert.deepEqual(tapDurations(taps, events), [56, 16, 32]);
});

const visit = (respondedMs, calibration, more = {}) => ({
  works: true,
  finished: true,
  respondedMs,
  calibrationBeforeMs: calibration,
  calibrationAfterMs: calibration,
  ...more,
});

test("disturbed visits do not count beside two that are not", () => {
  const visits = [visit(100, 200), visit(300, 210), visit(9000, 500)];
  const limit = calibrationLimit(visits, 1.3);
  assert.equal(limit, 260);
  const row = sumUp(visits, limit);
  assert.deepEqual([row.n, row.disturbed, row.runs], [2, 0, 3]);
  assert.deepEqual(row.values.respondedMs, { median: 200, min: 100, max: 300 });
});

test("with too few undisturbed visits all count, and it is said how many were disturbed", () => {
  const row = sumUp([visit(100, 200), visit(300, 500)], 260);
  assert.deepEqual([row.n, row.disturbed], [2, 1]);
});

test("a page that does not work has no figures, but a reason", () => {
  const row = sumUp([{ works: false, why: "no network" }], 260);
  assert.deepEqual([row.runs, row.works, row.n, row.why], [1, 0, 0, "no network"]);
  assert.deepEqual(row.values, {});
});

test("a ratio tells how many times ours the peer's median is, and nothing where there is nothing to divide by", () => {
  const row = (respondedMs, layoutShift) => sumUp([visit(respondedMs, 200, { layoutShift })], 260);
  assert.deepEqual(ratios(row(3000, 0.1), row(1000, 0)), { respondedMs: 3, layoutShift: null });
});

test("a word that is not known is refused with those that are", () => {
  assert.throws(() => options(["--profiles", "slow,fast"]), /fast: not known; use slow, full/);
  assert.throws(() => options(["--runs", "0"]), /whole number from 1/);
  assert.throws(() => options(["--noise", "x"]), /1 or more/);
});

test("quick is few runs on the slow profile, unless it is said otherwise", () => {
  const quick = options(["--quick", "--profiles", "full"]);
  assert.deepEqual([quick.runs, quick.profiles, quick.visitsOfMemory], [2, ["full"], [10, 100]]);
  assert.deepEqual(options(["--quick"]).profiles, ["slow"]);
});
