// A page whose policy has no `unsafe-eval`, and its service worker: both carry the modules inside their scripts. The page also
// fetches the module of the codes.
import * as codes from "./node_modules/oath-totp/index.js";
import * as seeds from "./node_modules/oath-totp/seeds.js";
import * as web from "./node_modules/oath-totp/web.js";
import { run } from "./testkit.js";

const load = async (name) => [name, await (await fetch(`./testkit/${name}.json`)).json()];
try {
  const kit = Object.fromEntries(await Promise.all(["rfc", "cross_checked", "base32", "collisions"].map(load)));
  const here = run(kit, codes, seeds);
  await navigator.serviceWorker.register("./worker.js", { type: "module" });
  const { active } = await navigator.serviceWorker.ready;
  const answer = new Promise((done) => navigator.serviceWorker.addEventListener("message", ({ data }) => done(data)));
  active.postMessage(kit);
  const there = await answer;
  if (there !== here) throw new Error(`the service worker answered ${there}`);
  if (web.generate("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", { at: 59 }) !== "287082") throw new Error("the fetched module is wrong");
  let evaluated = true;
  try {
    new Function("");
  } catch {
    evaluated = false;
  }
  document.title = evaluated ? "failed: the policy allows eval" : `passed ${here}, and in the service worker`;
} catch (error) {
  document.title = `failed: ${error.message}`;
}
