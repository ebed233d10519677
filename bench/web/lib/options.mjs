// The command line of run.mjs.
import { parseArgs } from "node:util";
import { modes, profiles } from "./profiles.mjs";

const HELP = `Measures our pages beside the peers' in one run, and writes the figures as JSON.

  node bench/web/run.mjs [options]          (\`cargo xtask bench web\` installs what it needs and calls it)

  --runs N         visits of each page, profile and mode (default 9)
  --profiles LIST  which machines and lines: ${Object.keys(profiles).join(",")} (default: all)
${Object.entries(profiles).map(([name, { title }]) => `                     ${name.padEnd(8)} ${title}`).join("\n")}
  --modes LIST     which visits: ${Object.keys(modes).join(",")} (default: all)
${Object.entries(modes).map(([name, title]) => `                     ${name.padEnd(8)} ${title}`).join("\n")}
  --pages LIST     only these pages, by name (default: all; ours-phone and ours-kiosk are ours)
  --parts LIST     visits,memory,filmstrip (default: all)
  --quick          2 runs, slow profile, memory after 10 and 100 visits: shows that all works, proves nothing
  --noise X        a visit counts as undisturbed when a fixed loop before and after it took at most X times as long as
                   the quickest of the run (default 1.3)
  --tries N        how often a disturbed visit is repeated at most (default 2)
  --out FILE       where the figures go (default docs/benchmarks/web.json)
  --pictures DIR   where the filmstrip goes (default docs/pictures)
  --chromium FILE  the browser (default /usr/bin/chromium)
  --list           names the pages and ends

Times are medians with the least and the greatest; only ratios within one run mean anything. README.md beside this
program tells what each figure is and where it may mislead.`;

/** The options, or null when help was asked for and given. */
export function options(words) {
  const { values } = parseArgs({
    args: words,
    options: {
      runs: { type: "string" },
      profiles: { type: "string" },
      modes: { type: "string" },
      pages: { type: "string" },
      parts: { type: "string", default: "visits,memory,filmstrip" },
      quick: { type: "boolean", default: false },
      noise: { type: "string", default: "1.3" },
      tries: { type: "string", default: "2" },
      out: { type: "string", default: "docs/benchmarks/web.json" },
      pictures: { type: "string", default: "docs/pictures" },
      chromium: { type: "string", default: "/usr/bin/chromium" },
      list: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return null;
  }
  const { quick } = values;
  return {
    ...values,
    runs: count("runs", values.runs ?? (quick ? "2" : "9")),
    tries: count("tries", values.tries),
    noise: factor("noise", values.noise),
    profiles: some("profiles", values.profiles ?? (quick ? "slow" : undefined), Object.keys(profiles)),
    modes: some("modes", values.modes, Object.keys(modes)),
    parts: some("parts", values.parts, ["visits", "memory", "filmstrip"]),
    pages: values.pages?.split(",") ?? null,
    visitsOfMemory: quick ? [10, 100] : [10, 100, 1000],
  };
}

function count(name, text) {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Error(`--${name} ${text}: a whole number from 1 to 9999 is needed`);
  return Number(text);
}

function factor(name, text) {
  const value = Number(text);
  if (!(value >= 1)) throw new Error(`--${name} ${text}: a number of 1 or more is needed, such as 1.3`);
  return value;
}

function some(name, text, known) {
  if (text === undefined) return known;
  const given = text.split(",");
  const strange = given.find((word) => !known.includes(word));
  if (strange !== undefined) throw new Error(`--${name} ${strange}: not known; use ${known.join(", ")}`);
  return known.filter((word) => given.includes(word));
}
