// Fetches the widget, and again if a bad line cut it off. What is chosen meanwhile stays in the page.
const load = async (attempt) => {
  const { default: start } = await import(attempt ? `GLUE?${attempt}` : "GLUE");
  await start({ module_or_path: "WASM" });
};
const attempt = (n) => load(n).catch(() => setTimeout(attempt, Math.min(1000 * 2 ** n, 60000), n + 1));
attempt(0);
