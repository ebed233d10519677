// Stands behind the static screen and fills in what the build cannot know, before the first paint: the unit, and on a
// phone the procedure. From the page, else as the kiosk remembers it.
try {
  const text = document.getElementById("hl-door")?.textContent ?? localStorage.getItem("hl-device");
  const door = JSON.parse(text) ?? {};
  for (const blank of document.querySelectorAll("[data-fill]")) blank.textContent = door[blank.dataset.fill] ?? "";
  document.querySelector("[data-demo]").hidden = !door.demo;
} catch {
  // Nothing is known yet: the widget says it later.
}
