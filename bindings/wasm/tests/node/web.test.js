// `oath-totp/web` fetches its module from beside it: the one that the engine can use, from servers that do it right and wrong.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const WEB = import.meta.resolve("oath-totp/web");
let imports = 0;

/** Imports the entry anew, while `fetch` answers by `answer`, which gets the bytes of the file and its type. */
async function imported(answer) {
  const { fetch } = globalThis;
  const asked = [];
  globalThis.fetch = async (url) => {
    asked.push(new URL(url).pathname.split("/").pop());
    return answer(readFileSync(url), { headers: { "content-type": "application/wasm" } });
  };
  try {
    return { asked, codes: await import(`${WEB}?${imports++}`) };
  } finally {
    globalThis.fetch = fetch;
  }
}

function works({ generate }) {
  assert.equal(generate("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", { at: 59 }), "287082");
}

test("the module is compiled from the type of WebAssembly, and from any other", async () => {
  const right = await imported((bytes, head) => new Response(bytes, head));
  works(right.codes);
  assert.deepEqual(right.asked, ["codes-simd.wasm"]);
  works((await imported((bytes) => new Response(bytes, { headers: { "content-type": "text/plain" } }))).codes);
  works((await imported((bytes) => new Response(bytes))).codes);
});

test("an engine without SIMD128 gets the module without vectors", async () => {
  const { validate } = WebAssembly;
  WebAssembly.validate = (bytes) => validate(bytes) && !bytes.includes(0xfd);
  try {
    const { asked, codes } = await imported((bytes, head) => new Response(bytes, head));
    works(codes);
    assert.deepEqual(asked, ["codes.wasm"]);
  } finally {
    WebAssembly.validate = validate;
  }
});

test("a module that is not there says which entry needs no file", async () => {
  const missing = imported((_, head) => new Response("not found", { ...head, status: 404 }));
  await assert.rejects(missing, /codes-simd\.wasm could not be loaded.*import oath-totp instead.*404/s);
  const failed = imported(() => {
    throw new TypeError("no network");
  });
  await assert.rejects(failed, /import oath-totp instead.*no network/s);
});
