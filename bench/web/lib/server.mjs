// Serves the peers' pages on a loopback port, precompressed and cached as well as files can be: pages are asked for
// again with an ETag, everything they name is kept for ever. A first visit runs in a new profile, which has no cache.
import crypto from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { site } from "./work.mjs";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
  ".ttf": "font/ttf",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

/** Starts serving; gives `{ address, close }`. */
export async function serve(peers) {
  const answers = new Map(peers.map((peer) => [peer.name, peer.answer]));
  const server = http.createServer((request, response) => {
    request.resume();
    request.on("end", () => answer(answers, request, response));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(answers, request, response) {
  const { pathname } = new URL(request.url, "http://localhost");
  const [, peer, ...rest] = pathname.split("/");
  const made = answers.get(peer)?.(request, `/${rest.join("/")}`);
  if (made) {
    response.writeHead(200, { "content-type": made.type ?? "application/json", "cache-control": "no-store" });
    response.end(made.body);
    return;
  }
  if (request.method !== "GET") {
    response.writeHead(201, { "content-type": "application/json" }).end('{"ok":true}');
    return;
  }
  const file = path.join(site, path.normalize(pathname), pathname.endsWith("/") ? "index.html" : "");
  if (!file.startsWith(site + path.sep) || !fs.statSync(file, { throwIfNoEntry: false })?.isFile()) {
    response.writeHead(404).end();
    return;
  }
  const accepts = request.headers["accept-encoding"] ?? "";
  const encoding = [["br", ".br"], ["gzip", ".gz"]].find(([name, end]) => accepts.includes(name) && fs.existsSync(file + end));
  const content = fs.readFileSync(encoding ? file + encoding[1] : file);
  const etag = `"${crypto.createHash("sha256").update(content).digest("hex").slice(0, 16)}"`;
  const headers = {
    "content-type": TYPES[path.extname(file)] ?? "application/octet-stream",
    "cache-control": file.endsWith(".html") ? "no-cache" : "public, max-age=31536000, immutable",
    vary: "accept-encoding",
    etag,
  };
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  if (encoding) headers["content-encoding"] = encoding[0];
  response.writeHead(200, { ...headers, "content-length": content.length }).end(content);
}
