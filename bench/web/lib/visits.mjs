// All visits: pages take turns, so that what disturbs the machine disturbs all alike.
import fs from "node:fs";
import { newProfile } from "./browser.mjs";
import { calibrationLimit, quiet, ratios, sumUp } from "./figures.mjs";
import { modes as allModes, profiles } from "./profiles.mjs";
import { visit } from "./visit.mjs";

/**
 * Measures these pages. A round of a page is its modes in order on one new profile folder; a round that was disturbed
 * is made again, and the less disturbed one counts. Gives raw visits.
 */
export async function measure(pages, options, say) {
  const visits = [];
  const rounds = options.runs * options.profiles.length * pages.length;
  let done = 0;
  for (let run = 0; run < options.runs; run++) {
    for (const name of options.profiles) {
      for (const page of pages) {
        const made = await calmest(page, name, options, visits);
        visits.push(...made.map((figures) => ({ page: page.name, profile: name, run, ...figures })));
        done += 1;
        say(`${done}/${rounds} ${name} ${page.name}: ${made.map(told).join("; ")}`);
      }
    }
  }
  return visits;
}

async function calmest(page, profile, options, before) {
  let best = null;
  for (let attempt = 0; attempt < options.tries; attempt++) {
    const round = await aRound(page, profile, options);
    const limit = calibrationLimit([...before, ...round], options.noise);
    const disturbed = round.filter((figures) => !quiet(figures, limit)).length;
    if (!best || disturbed < best.disturbed) best = { round, disturbed };
    if (best.disturbed === 0) break;
  }
  return best.round;
}

async function aRound(page, profile, { modes, chromium }) {
  const folder = newProfile();
  const made = [];
  try {
    // Without the visits before it, a later one would not be what it is called.
    for (const mode of Object.keys(allModes).slice(0, lastOf(modes) + 1)) {
      let figures;
      try {
        const url = await page.url(mode);
        figures = await visit({ folder, setting: fingers(page), url, profile: profiles[profile], mode, executable: chromium });
      } catch (fault) {
        figures = { works: false, why: `the visit broke off: ${fault.message.split("\n")[0]}` };
      }
      if (modes.includes(mode)) made.push({ mode, ...figures });
    }
    return made;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function lastOf(modes) {
  return Math.max(...modes.map((mode) => Object.keys(allModes).indexOf(mode)));
}

/** What the page's side of the measuring needs to know. */
function fingers({ control, option, next, done, before, guard, advances }) {
  return { control, option, next, done, before, guard, advances };
}

function told(figures) {
  if (!figures.works) return `${figures.mode} does not work (${figures.why})`;
  const calibration = `${Math.round(figures.calibrationBeforeMs)}/${Math.round(figures.calibrationAfterMs)}`;
  const end = figures.finished ? "" : ", NOT finished";
  return `${figures.mode} ${Math.round(figures.visibleMs)} → ${Math.round(figures.respondedMs)} ms, ${figures.touches} touches${end} [${calibration}]`;
}

/** One row a page, profile and mode, each peer's with its ratios to each of our pages. */
export function table(visits, pages, options) {
  const limit = calibrationLimit(visits, options.noise);
  const rows = [];
  for (const profile of options.profiles) {
    for (const mode of options.modes) {
      const mine = (page) => visits.filter((v) => v.page === page.name && v.profile === profile && v.mode === mode);
      const group = pages.map((page) => ({ page: page.name, profile, mode, ...sumUp(mine(page), limit) }));
      const ours = group.filter((row) => pages.find((page) => page.name === row.page).ours);
      for (const row of group) {
        if (!ours.includes(row)) row.ratios = Object.fromEntries(ours.map((own) => [own.page, ratios(row, own)]));
      }
      rows.push(...group);
    }
  }
  return { rows, limit: Number.isFinite(limit) ? Math.round(limit) : null };
}
