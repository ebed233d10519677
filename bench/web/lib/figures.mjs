// Medians, percentiles, ratios. Pure.

/** The nearest-rank percentile, `share` in 0..1; null of nothing. */
export function percentile(values, share) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** The median: of an even number the mean of the two in the middle; null of nothing. */
export function median(values) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Event Timing tells only of what took this long or longer, in ms; a tap that it does not mention was quicker. */
const LEAST_TOLD_MS = 16;

/**
 * From touch to the next paint, in ms, of each tap. `taps`: when each began; `events`: `[interaction, start, duration]`
 * of Event Timing. An interaction has several events (down, up, click); the longest counts.
 */
export function tapDurations(taps, events) {
  return taps.map((tap, at) => {
    const next = taps[at + 1] ?? Infinity;
    const own = events.filter(([, start]) => start >= tap - 1 && start < next - 1).map(([, , duration]) => duration);
    return Math.max(LEAST_TOLD_MS, ...own);
  });
}

/** The figures of a visit that are summed up, with the decimals that they are told with. */
export const MEASURES = {
  fcpMs: 0,
  visibleMs: 0,
  respondedMs: 0,
  ratedMs: 0,
  touchDelayMs: 0,
  touchToStateMs: 0,
  firstTapMs: 0,
  laterTapP50Ms: 0,
  laterTapP95Ms: 0,
  blockingMs: 0,
  layoutShift: 4,
  bytesFirst: 0,
  bytesFinish: 0,
  requests: 0,
  touchesToRespond: 0,
  touches: 0,
  cpuSeconds: 2,
  heapBytes: 0,
  wasmBytes: 0,
};

/** Cuts a figure to so many decimals. */
export function round(value, decimals) {
  return value === null || value === undefined ? null : Number(value.toFixed(decimals));
}

/**
 * The largest calibration, in ms, of a visit that counts as undisturbed: the quickest of the whole run and a share more.
 */
export function calibrationLimit(visits, noise) {
  const all = visits.flatMap((visit) => [visit.calibrationBeforeMs, visit.calibrationAfterMs]).filter(Boolean);
  return all.length ? Math.min(...all) * noise : Infinity;
}

/** Was the machine quiet around this visit? */
export function quiet(visit, limit) {
  return Math.max(visit.calibrationBeforeMs ?? 0, visit.calibrationAfterMs ?? 0) <= limit;
}

/**
 * The visits of one page, profile and mode as one row. Undisturbed ones count alone when there are at least two, else
 * all do, and `disturbed` says so.
 */
export function sumUp(visits, limit) {
  const works = visits.filter((visit) => visit.works);
  const calm = works.filter((visit) => quiet(visit, limit));
  const used = calm.length >= 2 ? calm : works;
  const values = {};
  for (const [name, decimals] of Object.entries(MEASURES)) {
    const given = used.map((visit) => visit[name]).filter((value) => value !== null && value !== undefined);
    if (given.length === 0) continue;
    values[name] = {
      median: round(median(given), decimals),
      min: round(Math.min(...given), decimals),
      max: round(Math.max(...given), decimals),
    };
  }
  return {
    runs: visits.length,
    works: works.length,
    finished: works.filter((visit) => visit.finished).length,
    n: used.length,
    disturbed: used.length - used.filter((visit) => quiet(visit, limit)).length,
    why: visits.find((visit) => !visit.works)?.why ?? null,
    values,
  };
}

/** How many times the peer's median is ours, per measure; null where ours is 0 or one of the two is missing. */
export function ratios(peer, ours) {
  const found = {};
  for (const name of Object.keys(MEASURES)) {
    const [theirs, mine] = [peer.values[name]?.median, ours.values[name]?.median];
    if (theirs === undefined || mine === undefined) continue;
    found[name] = mine > 0 ? round(theirs / mine, 2) : null;
  }
  return found;
}
