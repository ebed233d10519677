// Fills the browser's share of the disk for this origin, or frees it again: with files that have a length and no content,
// of which the browser counts the length, and with a megabyte of small things where files are given room by the
// megabyte. `hlBallast(true)` leaves less room than any record needs.
window.hlBallast = (full) =>
  new Promise((done, fail) => {
    const work = async ({ data: full }) => {
      const LARGEST = 2 ** 31; // a length beyond 32 bits is cut to them when the browser starts again
      try {
        const folder = await navigator.storage.getDirectory();
        if (!full) {
          const names = [];
          for await (const name of folder.keys()) names.push(name);
          for (const name of names) await folder.removeEntry(name);
          await caches.delete("ballast");
          postMessage({});
          return;
        }
        for (let number = 0, step = LARGEST; step >= 2 ** 20; number += 1) {
          try {
            const file = await (await folder.getFileHandle(`ballast-${number}`, { create: true })).createSyncAccessHandle();
            try {
              file.truncate(step);
            } finally {
              file.close();
            }
          } catch (fault) {
            if (fault.name !== "QuotaExceededError") throw fault;
            step /= 2;
          }
        }
        const small = await caches.open("ballast");
        for (let number = 0, step = 2 ** 20; step >= 2 ** 5; number += 1) {
          try {
            await small.put(`${origin}/ballast-${number}`, new Response(new Uint8Array(step)));
          } catch (fault) {
            if (fault.name !== "QuotaExceededError") throw fault;
            step /= 2;
          }
        }
        postMessage({});
      } catch (fault) {
        postMessage({ fault: String(fault) });
      }
    };
    const worker = new Worker(URL.createObjectURL(new Blob(["onmessage = " + work])));
    worker.onmessage = ({ data }) => {
      worker.terminate();
      data.fault ? fail(data.fault) : done();
    };
    worker.onerror = (event) => fail(event.message);
    worker.postMessage(full);
  });
