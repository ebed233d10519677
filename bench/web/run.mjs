#!/usr/bin/env node
// The benchmark of the browser side. `--help` tells how it is used, README.md what the figures mean.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "./lib/build.mjs";
import { filmstrip } from "./lib/filmstrip.mjs";
import { memory } from "./lib/memory.mjs";
import { options as read } from "./lib/options.mjs";
import { modes, profiles } from "./lib/profiles.mjs";
import { serve } from "./lib/server.mjs";
import { measure, table } from "./lib/visits.mjs";
import { root, site } from "./lib/work.mjs";
import { ours } from "./ours.mjs";
import { leftOut, peers } from "./peers/index.mjs";

const started = Date.now();

/** A line of progress, with the time that the run has taken. */
function say(line) {
  const seconds = Math.round((Date.now() - started) / 1000);
  console.error(`[${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, "0")}] ${line}`);
}

async function main() {
  const options = read(process.argv.slice(2));
  if (!options) return;
  if (options.list) {
    for (const { name, title } of peers) console.log(`${name.padEnd(16)} ${title}`);
    console.log("ours-kiosk       Hài Lòng, kiosk\nours-phone       Hài Lòng, phone page (once it is built)");
    return;
  }
  if (!fs.existsSync(options.chromium)) throw new Error(`there is no browser at ${options.chromium}; name one with --chromium`);
  const wanted = (name) => !options.pages || options.pages.includes(name);
  const built = await build({ wanted, say, executable: options.chromium });
  const server = await serve(built);
  say("setting up the collector");
  const own = await ours();
  const interrupted = async () => {
    await own.close();
    process.exit(130);
  };
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  try {
    const mine = own.pages.filter((page) => wanted(page.name));
    const theirs = built.map((peer) => ({ ...peer, url: () => `${server.address}/${peer.name}/` }));
    const pages = [...mine, ...theirs];
    if (pages.length === 0) throw new Error(`--pages ${options.pages}: no such page; --list names them`);
    const has = (part) => options.parts.includes(part);
    const visits = has("visits") ? await measure(pages, options, say) : [];
    const figures = has("visits") ? table(visits, pages, options) : { rows: [], limit: null };
    const result = {
      schema: 1,
      date: new Date().toISOString(),
      quick: options.quick,
      machine: machine(),
      versions: versions(options),
      options: { runs: options.runs, noise: options.noise, tries: options.tries },
      profiles: Object.fromEntries(options.profiles.map((name) => [name, profiles[name]])),
      modes: Object.fromEntries(options.modes.map((name) => [name, modes[name]])),
      calibrationLimitMs: figures.limit,
      pages: pages.map(describe),
      leftOut,
      figures: figures.rows,
      memory: has("memory") ? await memory(own, options, say) : null,
      filmstrip: has("filmstrip") ? await filmstrip(pages, options, say) : null,
      visits,
    };
    const out = path.resolve(root, options.out);
    fs.mkdirSync(path.dirname(out), { recursive: true });
    fs.writeFileSync(out, JSON.stringify(result, null, 1) + "\n");
    print(result);
    say(`the figures are in ${path.relative(process.cwd(), out)}`);
  } finally {
    server.close();
    await own.close();
  }
}

/** What a reader must know of a page; of a peer also what its files weigh. */
function describe(page) {
  const folder = path.join(site, page.name);
  const files = page.ours
    ? null
    : Object.fromEntries(
        fs
          .readdirSync(folder, { recursive: true })
          .filter((file) => /\.br$/.test(file))
          .map((file) => [file.replace(/\.br$/, ""), fs.statSync(path.join(folder, file)).size]),
      );
  return { name: page.name, title: page.title, ours: Boolean(page.ours), version: page.version?.() ?? null, brotliBytes: files };
}

function machine() {
  return {
    cpu: os.cpus()[0].model,
    cores: os.cpus().length,
    memoryMb: Math.round(os.totalmem() / 1024 ** 2),
    system: `${os.type()} ${os.release().split("-")[0]} ${os.arch()}`,
  };
}

function versions({ chromium }) {
  const ask = (program, words) => execFileSync(program, words, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  return { chromium: ask(chromium, ["--version"]), node: process.version, commit: ask("git", ["rev-parse", "--short=12", "HEAD"]) };
}

/** The figures in short. */
function print({ figures, memory }) {
  const cell = (text, width) => String(text ?? "–").padStart(width);
  for (const { page, profile, mode, runs, works, finished, n, disturbed, why, values } of figures) {
    const median = (name) => values[name]?.median;
    const head = `${profile.padEnd(5)} ${mode.padEnd(8)} ${page.padEnd(15)}`;
    if (works === 0) {
      console.log(`${head} does not work: ${why}`);
      continue;
    }
    console.log(
      `${head} visible ${cell(median("visibleMs"), 6)}  answers ${cell(median("respondedMs"), 6)} ms  ` +
        `tap ${cell(median("firstTapMs"), 4)}/${cell(median("laterTapP95Ms"), 4)} ms  blocked ${cell(median("blockingMs"), 5)} ms  ` +
        `shift ${cell(median("layoutShift"), 6)}  ${cell(Math.round((median("bytesFirst") ?? 0) / 100) / 10, 7)} kB  ` +
        `CPU ${cell(median("cpuSeconds"), 6)} s  n ${n}/${runs}, ${disturbed} disturbed, ${finished} finished`,
    );
  }
  for (const { visits, heapBytes, wasmBytes, nodes, listeners } of memory?.after ?? []) {
    console.log(
      `after ${cell(visits, 5)} visits: heap ${cell(Math.round(heapBytes / 1024), 6)} KiB, WASM ${cell(Math.round(wasmBytes / 1024), 6)} KiB, ${nodes} nodes, ${listeners} listeners`,
    );
  }
}

try {
  await main();
} catch (fault) {
  console.error(`error: ${fault.message}`);
  process.exitCode = 1;
}
