// browser.js SECONDS TOOLS FOLDER…: opens the page of each folder, and waits up to so many seconds until its title says that it
// passed. A folder with a configuration of Vite is served by Vite's development server.
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
  // The event `load` comes only after a long computation of the page has ended.
  await page.goto(address, { waitUntil: "commit" });
  await page.waitForFunction(() => document.title !== "running", undefined, { timeout: seconds * 1000 }).catch(() => {});
  const title = await page.title();
  console.log(`${folder}: ${title}`);
  if (!title.startsWith("passed")) failed += 1;
  close();
}
await browser.close();
process.exit(failed);
