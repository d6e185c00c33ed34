// browser.js SECONDS TOOLS FOLDER…: waits so long for the page of each folder to say in its title that it passed. A folder with
// a configuration of Vite is served by Vite's server for development.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { browse, develop, serve } from "./browse.js";

const [seconds, tools, ...folders] = process.argv.slice(2);
const browser = await browse(tools);
let failed = 0;
for (const folder of folders) {
  const { address, close } = existsSync(join(folder, "vite.config.js")) ? await develop(tools, folder) : await serve(folder);
  const page = await browser.newPage();
  page.on("console", (message) => console.log(message.text()));
  page.on("pageerror", (error) => console.log(error.message));
  // A page that computes for long does not fire `load` for as long.
  await page.goto(address, { waitUntil: "commit" });
  await page.waitForFunction(() => document.title !== "running", undefined, { timeout: seconds * 1000 }).catch(() => {});
  const title = await page.title();
  console.log(`${folder}: ${title}`);
  if (!title.startsWith("passed")) failed += 1;
  close();
}
await browser.close();
process.exit(failed);
