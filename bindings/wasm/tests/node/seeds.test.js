import assert from "node:assert/strict";
import { test } from "node:test";
import { OathError, Totp } from "oath-totp";
import { formats, read, write } from "oath-totp/seeds";

const HEAD = "upn,serial number,secret key,time interval,manufacturer,model\r\n";
const SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** One for each row: the same one twice would be an error. */
const secret = (i) => SECRET.slice(0, -4) + [15, 10, 5, 0].map((shift) => DIGITS[(i >> shift) & 31]).join("");
const row = (i) => `user${i}@example.com,${1000 + i},${secret(i)},30,Contoso,HardwareKey\r\n`;

test("a file is read from whatever holds it, and written again", () => {
  const text = HEAD + row(1) + row(2);
  const bytes = new TextEncoder().encode(text);
  for (const source of [text, bytes, bytes.buffer, new DataView(bytes.buffer), Buffer.from(text)]) {
    const file = read(source);
    assert.deepEqual([file.format, file.encoding, file.records.length], ["entra-csv", "UTF-8", 2]);
    assert.equal(Buffer.from(write(file.records, "entra-csv")).toString(), text);
    assert.equal(Buffer.from(write([file.records.at(-1)], "entra-csv")).toString(), HEAD + row(2));
    file.free();
    assert.throws(() => file.records.length, { code: "freed" });
  }
  assert.equal(new TextDecoder().decode(bytes), text, "what was given is left alone");
  assert.deepEqual(formats(), ["entra-csv"]);
});

test("records are made when they are asked for", () => {
  const many = 1000;
  const { records } = read(HEAD + Array.from({ length: many }, (_, i) => row(i)).join(""));
  assert.equal(records.length, many);
  assert.deepEqual([...records].map((record) => record.serial), Array.from({ length: many }, (_, i) => String(1000 + i)));
  const record = records.at(700);
  assert.deepEqual([record.upn, record.step, record.t0, record.counter], ["user700@example.com", 30, 0, null]);
  assert.equal(record.toObject().secret, "********");
  assert.equal(record.toObject({ exposeSecret: true }).secret, secret(700));
  assert.equal(records.toObjects({ exposeSecrets: true })[999].secret, secret(999));
  assert.equal(records.at(many), undefined);
  assert.equal(new Totp(record.secret).generate(59).length, 6);
  assert.ok(!JSON.stringify(records.toObjects()).includes(SECRET.slice(0, -4)));
});

test("findings say where, what and what to do; repairs are offered and applied", () => {
  const broken = `${HEAD}a@example.com,1,${SECRET},30,Contoso,One\r\nno user,2,${SECRET.replace("J", "1")},30,Contoso,One\r\n`;
  const { findings, records } = read(broken);
  assert.equal(records.length, 1);
  const error = findings.find((found) => found.severity === "error");
  assert.deepEqual([error.line, typeof error.message, typeof error.action, error.repaired], [3, "string", "string", false]);
  assert.ok(!JSON.stringify(findings).includes(SECRET.slice(1)));
  assert.equal(read(broken, { repairs: "apply", upn: "optional" }).format, "entra-csv");
});

test("what is no seed file says what it is", () => {
  for (const source of ["", "hello", "PK\u0003\u0004", "otpauth://totp/a?secret=GEZDGNBV"]) {
    assert.throws(() => read(source), (error) => error instanceof OathError && error.code.length > 3 && error.action.length > 3);
  }
  for (const options of [{ format: "none" }, { upn: "maybe" }, { repairs: "never" }, { password: "x" }, { key: "x" }]) {
    assert.throws(() => read(HEAD, options), RangeError);
  }
  assert.throws(() => read(HEAD, { Format: "entra-csv" }), TypeError);
  const { records } = read(`${HEAD},1,${SECRET},30,Contoso,One\r\n`, { upn: "optional" });
  assert.equal(records.length, 1);
  assert.throws(() => write(records, "entra-csv"), { name: "OathError", code: "cannot-carry" });
});
