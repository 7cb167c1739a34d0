import { chromium } from "playwright-core";
const [url, out, width = "1280", scheme = "light", wait = "2500", height = "850"] = Deno.args;
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const p = await b.newPage({
  viewport: { width: Number(width), height: Number(height) },
  colorScheme: scheme as "light",
});
p.on("console", (m) => console.log("console:", m.type(), m.text()));
p.on("pageerror", (e) => console.log("pageerror:", e.message));
p.on("response", (r) => {
  if (r.status() >= 400) console.log("http", r.status(), r.url());
});
await p.goto(url!);
await new Promise((r) => setTimeout(r, Number(wait)));
await p.screenshot({ path: out!, fullPage: false });
console.log(await p.locator("#stream-words").textContent().catch(() => ""));
await b.close();
