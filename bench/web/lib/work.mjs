// Where things are. Nothing is written into the source tree but the results: everything built goes to target/bench-web.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const here = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
export const root = path.resolve(here, "../..");
export const work = path.join(root, "target/bench-web");
export const site = path.join(work, "site");
export const modules = path.join(work, "node_modules");

// npm packages lie in target/bench-web, where `import` does not look from here.
const require = createRequire(path.join(work, "package.json"));

/** A package that `npm ci` put under target/bench-web. */
export function load(name) {
  try {
    return require(name);
  } catch (fault) {
    if (fault.code !== "MODULE_NOT_FOUND") throw fault;
    throw new Error(
      `the npm package ${name} is missing; \`cargo xtask bench web\` installs it, or by hand:\n` +
        `  mkdir -p target/bench-web && cp bench/web/package*.json target/bench-web && npm ci --ignore-scripts --prefix target/bench-web`,
    );
  }
}

/** The version of a package as installed. */
export function version(name) {
  return JSON.parse(fs.readFileSync(path.join(modules, name, "package.json"), "utf8")).version;
}

/** Writes a file of a peer's site. */
export function write(file, content) {
  const full = path.join(site, file);
  fs.mkdirSync(path.dirname(full), { recursive: true });
  fs.writeFileSync(full, content);
}

/** Copies a file out of an npm package into a peer's site. */
export function copy(from, to) {
  const full = path.join(site, to);
  fs.mkdirSync(path.dirname(full), { recursive: true });
  fs.copyFileSync(path.join(modules, from), full);
}

/** The page that every peer is put into: the least that is needed around it. */
export function page(head, body) {
  return (
    `<!doctype html><html lang="vi"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width,initial-scale=1"><title>Khảo sát</title>` +
    `<link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`
  );
}

/**
 * Bundles source text with esbuild as a vendor's own production build would be. What the source imports only when it
 * needs it is split off, so that no peer is charged for code that this survey never asks for.
 */
export async function bundle(file, contents, more = {}) {
  const format = more.format ?? "iife";
  await load("esbuild").build({
    stdin: { contents, resolveDir: work, sourcefile: `${file}.src.js` },
    outdir: path.join(site, path.dirname(file)),
    entryNames: path.basename(file, ".js"),
    splitting: format === "esm",
    bundle: true,
    minify: true,
    format,
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"' },
    legalComments: "none",
    logLevel: "error",
    loader: { ".svg": "dataurl", ".png": "dataurl", ".woff": "file", ".woff2": "file", ".ttf": "file", ".ico": "empty" },
    ...more,
  });
}
