// Reads the files of testkit/seeds. NAME.expected.json beside each file has the options and the result.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { OathError } from "oath-totp";
import { formats, read } from "oath-totp/seeds";

const KIT = new URL("./testkit/seeds/", import.meta.url);
const OPTIONS = ["format", "target", "password", "key", "type", "algorithm", "digits", "interval", "lenient"];

const folders = readdirSync(KIT, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
const files = folders.flatMap((folder) => readdirSync(new URL(`${folder}/`, KIT)).map((name) => `${folder}/${name}`)).filter((name) => !name.endsWith(".expected.json"));
/** The module has no OpenPGP. */
const plain = files.filter((name) => !name.startsWith("openpgp/"));
const expectedOf = (name) => JSON.parse(readFileSync(new URL(name.replace(/\.[^./]*$/, ".expected.json"), KIT), "utf8"));

/** The members that are there. */
const present = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null && value !== undefined && value !== ""));

const recordOf = ({ line, step, t0, ...record }) => present({ ...record, interval: step, t0: t0 || null });
const findingOf = ({ code, severity, place, field }) => present({ code, severity, place: place ?? "the file", field });

function result(name, options) {
  try {
    const file = read(readFileSync(new URL(name, KIT)), options);
    try {
      return {
        format: file.format,
        records: file.records.toObjects({ exposeSecrets: true }).map(recordOf),
        failed: file.failed.map(({ place, serial }) => ({ place, serial })),
        findings: file.findings.map(findingOf),
      };
    } finally {
      file.free();
    }
  } catch (error) {
    if (!(error instanceof OathError)) throw error;
    return { refused: error.code };
  }
}

test("every option of the test kit is known", () => {
  const used = new Set(plain.flatMap((name) => Object.keys(expectedOf(name).options ?? {})));
  assert.deepEqual([...used].sort(), OPTIONS.toSorted());
  assert.ok(files.length > 100);
});

for (const name of plain) {
  const { options = {}, ...expected } = expectedOf(name);
  test(name, () => {
    const wanted = expected.refused ? { refused: expected.refused.code } : expected;
    assert.deepEqual(result(name, options), wanted);
  });
}

// An encrypted or signed message is refused, and the text says what to do.
test("OpenPGP messages are refused", () => {
  const messages = files.filter((name) => /^openpgp\/.*\.(gpg|asc)$/.test(name) && !/test-key\.|clear-signed/.test(name));
  assert.ok(messages.length > 10);
  for (const name of messages) {
    assert.throws(
      () => read(readFileSync(new URL(name, KIT))),
      (error) => error instanceof OathError && error.code === "encrypted-file" && /OpenPGP/.test(error.message) && /decrypt/i.test(error.action),
      name,
    );
  }
});

test("an OpenPGP key and a signed text are refused too", () => {
  for (const name of ["openpgp/test-key.asc", "openpgp/clear-signed.txt.asc"]) {
    assert.throws(() => read(readFileSync(new URL(name, KIT))), (error) => error instanceof OathError && /OpenPGP/.test(error.message), name);
  }
});

test("gzip is opened", () => {
  const { options = {}, ...expected } = expectedOf("openpgp/plain.txt.gz");
  assert.deepEqual(result("openpgp/plain.txt.gz", options), expected);
});

test("each readable format has a file", () => {
  const read = new Set(files.map((name) => expectedOf(name).format));
  assert.deepEqual(formats().filter((name) => !read.has(name)), []);
});
