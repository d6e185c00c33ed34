import * as codes from "oath-totp";
import * as seeds from "oath-totp/seeds";
import * as webCodes from "oath-totp/web";
import * as webSeeds from "oath-totp/web-seeds";
import { run } from "./testkit.js";
import base32 from "./testkit/base32.json";
import collisions from "./testkit/collisions.json";
import cross_checked from "./testkit/cross_checked.json";
import rfc from "./testkit/rfc.json";

const kit = { base32, collisions, cross_checked, rfc };
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const inWorker = new Promise((done, failed) => {
  worker.onmessage = ({ data }) => {
    if (data.ready) worker.postMessage(kit);
    else if (data.error) failed(new Error(data.error));
    else done(data.count);
  };
  worker.onerror = ({ message }) => failed(new Error(message ?? "the worker failed"));
});
try {
  const here = run(kit, codes, seeds);
  document.title = `passed ${here}, ${run(kit, webCodes, webSeeds)} with the modules as files, and ${await inWorker} in a worker`;
} catch (error) {
  document.title = `failed: ${error.message}`;
}
