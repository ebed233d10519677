// Builds the peers' pages into target/bench-web/site.
import fs from "node:fs";
import path from "node:path";
import { peers } from "../peers/index.mjs";
import { compress } from "./compress.mjs";
import { here, site } from "./work.mjs";

/** Everything that a page is made from: when it has not changed, the page stands. */
function source() {
  const own = ["package-lock.json", "peers", "lib/spec.mjs", "lib/xform.mjs", "lib/work.mjs", "lib/compress.mjs"];
  const files = own.flatMap((name) => {
    const full = path.join(here, name);
    return fs.statSync(full).isDirectory() ? fs.readdirSync(full).sort().map((file) => path.join(full, file)) : [full];
  });
  return files.map((file) => fs.readFileSync(file, "utf8")).join("\n");
}

/** Builds what is not built yet; peers that cannot be built are named with the reason and left out. */
export async function build({ wanted, say, executable }) {
  const stamp = path.join(site, "built-from");
  const now = source();
  if (!fs.existsSync(stamp) || fs.readFileSync(stamp, "utf8") !== now) {
    fs.rmSync(site, { recursive: true, force: true });
    fs.mkdirSync(site, { recursive: true });
    for (const peer of peers) {
      say(`building ${peer.name}`);
      await peer.build({ executable });
      compress(path.join(site, peer.name));
    }
    fs.writeFileSync(stamp, now);
  }
  return peers.filter((peer) => wanted(peer.name));
}
