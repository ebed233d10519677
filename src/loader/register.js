// The phone page starts without a network next time, when a rating may still wait. Asked for last: nothing waits for it.
addEventListener("load", () => {
  navigator.serviceWorker?.register("/sw.js?door=phone", { scope: "/r/", updateViaCache: "none" }).catch(() => {});
});
