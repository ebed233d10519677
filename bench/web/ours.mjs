// Our pages: how the collector is set up for them, and where a finger finds things. All that is particular to us is here.
//
// The collector is the release binary on a new data folder; the kiosk is enrolled as an attendant does it. The phone
// page is measured as soon as it exists: when `hai-long invite` is a command and `dist/phone.html` was built.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import { factors, first, scale } from "./lib/spec.mjs";
import { root } from "./lib/work.mjs";

const BINARY = path.join(root, "target/release/hai-long");
const DIST = path.join(root, "dist");
const UNIT = "000.01.02.H10";
/** Each visit of the phone page rates a dossier of its own, through a link of its own. */
const LINKS = 400;
/** The survey of lib/spec.mjs as a form of the authority. */
const FORM = "bench-survey";

/** The custom form: one question a screen, as our product shows every form. */
function form() {
  const item = (id, text, more) => ({ id, text: { vi: text }, scale: "satisfaction-5", role: "rating", ...more });
  return {
    id: FORM,
    version: 1,
    instrument: "csat",
    title: { vi: "Khảo sát" },
    source: { basis: { vi: "Phiếu dùng để đo tốc độ" }, confidence: "own", unverified: [] },
    languages: ["vi"],
    "scale-order": "ascending",
    scales: {
      "satisfaction-5": {
        kind: "satisfaction",
        levels: scale.map((text, at) => ({ value: at + 1, text: { vi: text }, face: at + 1, ...(at > 2 && { satisfied: true }) })),
      },
    },
    factors: factors.map(([title], f) => ({ id: `f${f + 1}`, text: { vi: title } })),
    items: [
      item("overall", first, { required: true }),
      ...factors.flatMap(([, texts], f) => texts.map((text, i) => item(`f${f + 1}-q${i + 1}`, text, { factor: `f${f + 1}` }))),
    ],
    index: { methods: ["top2", "mean100"], headline: ["overall"], decimals: 2 },
  };
}

function code(at) {
  return `${UNIT}-260804-${String(at).padStart(4, "0")}`;
}

/** What our survey looks like to a finger, whatever the door. */
const SURVEY = {
  control: "[data-item] input[type=radio]",
  option: "[data-item] input[type=radio]",
  next: "[data-action=next]",
  done: "[data-screen=thanks]",
  // Screens take no taps for half a second after a change.
  guard: "[data-guard]",
  // A choice is seen for half a second, then the next question comes by itself.
  advances: true,
};

/** Starts the collector; gives our pages, its address and `close`. */
export async function ours() {
  for (const [what, where] of [["the collector", BINARY], ["the widget", path.join(DIST, "index.html")]]) {
    if (!fs.existsSync(where)) throw new Error(`${what} is not built (${path.relative(root, where)}): run \`cargo xtask build\``);
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-web-data-"));
  const data = path.join(folder, "data");
  const haiLong = (...words) => execFileSync(BINARY, [...words, "--data", data], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  const bring = (kind, rows) => {
    const file = path.join(folder, `${kind}.csv`);
    fs.writeFileSync(file, rows.join("\n") + "\n");
    haiLong("import", kind, file);
  };
  fs.mkdirSync(path.join(data, "forms"), { recursive: true });
  fs.writeFileSync(path.join(data, "forms", `${FORM}.v1.json`), JSON.stringify(form()));
  const web = webFiles(folder);
  bring("units", ["code,name,kind,parent,valid_from,valid_to", `${UNIT},Xã Tiến Hưng,commune,,,`]);
  bring("procedures", ["code,name,field", "1.011441,Đăng ký biến động đất đai,Đất đai"]);
  bring("dossiers", [
    "code,procedure,unit,authority,filing_channel,received_at,due_at,finished_at,outcome",
    ...Array.from(
      { length: LINKS },
      (_, at) => `${code(at + 1)},1.011441,${UNIT},,desk,2026-08-04 08:10,2026-08-20 17:00,2026-08-19 10:00,granted`,
    ),
  ]);
  const key = haiLong("device", "create", "--name", "kiosk-1", "--unit", UNIT, "--form", FORM);
  // Before the collector runs: the command line and the collector do not write at the same time.
  const links = phoneIsThere() ? Array.from({ length: LINKS }, (_, at) => link(haiLong("invite", "--form", FORM, "--dossier", code(at + 1)))) : [];

  const served = await serve(data, web, path.join(folder, "serve.log"));
  return {
    address: served.address,
    enrolled: `${served.address}/kiosk#key=${key}`,
    pages: [...(links.length ? [phone(served.address, links)] : []), kiosk(served.address, key)],
    close: async () => {
      await served.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The built web files with the first question of our form, as `cargo xtask build --forms` puts it beside the others. */
function webFiles(folder) {
  const web = path.join(folder, "web");
  fs.cpSync(DIST, web, { recursive: true });
  const languages = JSON.parse(fs.readFileSync(path.join(DIST, "assets/words/index.json"), "utf8"));
  const wanted = JSON.stringify({ languages, forms: [JSON.stringify(form())] });
  const words = ["run", "--quiet", "--package", "hai-long", "--bin", "first-screens", "--features", "first-screens"];
  const screens = JSON.parse(execFileSync("cargo", words, { cwd: root, input: wanted, encoding: "utf8" }));
  const ours = screens.phone.find((screen) => screen.form === FORM);
  const json = ours.json.replaceAll("<", "\\u003c");
  const html = `${ours.html}<script type="application/json" id="hl-form">${json}</script>`;
  fs.writeFileSync(path.join(web, "first", `${FORM}.v1.html`), html);
  return web;
}

function phoneIsThere() {
  return fs.existsSync(path.join(DIST, "phone.html")) && spawnSync(BINARY, ["invite", "--help"], { stdio: "ignore" }).status === 0;
}

/** The path of the link that `hai-long invite` prints: its host is that of the authority, not of this machine. */
function link(printed) {
  const found = printed.match(/\/r\/[A-Za-z0-9_-]+/);
  if (!found) throw new Error(`hai-long invite printed no link to /r/…: ${printed}`);
  return found[0];
}

/** The page behind a link: the first question is the page. Every visit has a right to rate of its own. */
function phone(address, links) {
  return {
    ...SURVEY,
    name: "ours-phone",
    title: "Hài Lòng, phone page",
    ours: true,
    url: () => {
      const next = links.shift();
      if (!next) throw new Error("all links of this run are used up; make more in ours.mjs");
      return address + next;
    },
  };
}

/** The kiosk: enrolled on the first visit by its key in the address, itself afterwards. Two touches lead to a question. */
function kiosk(address, key) {
  return {
    ...SURVEY,
    name: "ours-kiosk",
    title: "Hài Lòng, kiosk",
    ours: true,
    before: ["[data-action=start]", "[data-action=no-dossier]"],
    url: (mode) => `${address}/kiosk${mode === "cold" ? `#key=${key}` : ""}`,
  };
}

async function serve(data, web, log) {
  const noise = fs.openSync(log, "w");
  const process = spawn(BINARY, ["serve", "--listen", "127.0.0.1:0", "--data", data, "--web", web], {
    stdio: ["ignore", "pipe", noise],
  });
  const address = await new Promise((found, fail) => {
    readline.createInterface({ input: process.stdout }).on("line", (line) => {
      const at = line.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (at) found(at[0]);
    });
    process.on("exit", (status) => fail(new Error(`the collector ended with ${status}: ${fs.readFileSync(log, "utf8")}`)));
  });
  return {
    address,
    close: () =>
      new Promise((ended) => {
        process.removeAllListeners("exit");
        process.on("exit", ended);
        process.kill("SIGTERM");
      }),
  };
}
