import assert from "node:assert/strict";
import { test } from "node:test";
import { OathError, Totp } from "oath-totp";
import { failuresName, formats, obstacles, read, write } from "oath-totp/seeds";

const HEAD = "upn,serial number,secret key,time interval,manufacturer,model\r\n";
const SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** A different secret for each row, because a repeated one is an error. */
const secret = (i) => SECRET.slice(0, -4) + [15, 10, 5, 0].map((shift) => DIGITS[(i >> shift) & 31]).join("");
const row = (i) => `user${i}@example.com,${1000 + i},${secret(i)},30,Contoso,HardwareKey\r\n`;

test("a file is read from a string, a view or a buffer, and written again", () => {
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
  assert.equal(new TextDecoder().decode(bytes), text, "the argument is unchanged");
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
  const quoted = `${HEAD}o'neil@example.com,1,${SECRET},30,Contoso,One\r\n`;
  const told = ({ findings, records }) => [records.length, ...findings.map(({ code, severity, repaired }) => [code, severity, repaired])];
  assert.deepEqual(told(read(quoted)), [0, ["upn-single-quote", "error", false]]);
  const repaired = read(quoted, { repairs: "apply" });
  assert.deepEqual(told(repaired), [1, ["upn-single-quote", "warning", true]]);
  assert.equal(repaired.records.at(0).upn, "o'neil@example.com");
  assert.match(new TextDecoder().decode(write(repaired.records, "entra-csv")), /\r\no''neil@example\.com,/);
});

test("a file that is not a seed file gives an error that names its kind", () => {
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

test("a read reports its progress, and an exception stops it", () => {
  const text = HEAD + Array.from({ length: 10_000 }, (_, i) => row(i)).join("");
  const told = [];
  read(text, { progress: (done, total) => told.push([done, total]) });
  assert.ok(told.length > 3 && told.every(([done, total], i) => total === text.length && done >= (told[i - 1]?.[0] ?? 0)));
  assert.equal(told.at(-1)[0], text.length);
  const enough = new Error("enough");
  assert.throws(() => read(text, { progress: () => { throw enough; } }), (error) => error === enough);
  assert.throws(() => read(text, { progress: 1 }), TypeError);
});

test("failed rows are listed, and written as a failures file", () => {
  const file = read(`${HEAD}a@example.com,1,,45,Contoso,One\r\n${row(2)}=b@example.com,3,1\r\n`);
  assert.deepEqual(file.failed, [{ line: 2, upn: "a@example.com", serial: "1" }, { line: 4, upn: null, serial: "3" }]);
  const lines = new TextDecoder().decode(file.failures()).trimEnd().split("\r\n");
  assert.equal(lines[0], "line,upn,serial,field,code,what is wrong,what to do");
  assert.deepEqual(lines.slice(1).map((line) => line.split(",")[0]), ["2", "2", "4"]);
  assert.equal(failuresName("C:\\x\\May.csv"), "Failures_May.csv");
});

test("tokens are assigned to users, one by one and from a file", () => {
  const { records } = read(HEAD + [1, 2, 3, 4, 5, 6, 7].map(row).join(""));
  const token = records.at(0);
  const same = records.at(0);
  assert.deepEqual(token.assign("o'neil@example.com"), []);
  assert.equal(token.upn, "o'neil@example.com");
  assert.equal(same.upn, "o'neil@example.com", "in every Record of this token");
  assert.equal(same.toObject().upn, "o'neil@example.com");
  assert.equal(token.assign("bob#EXT#@example.com")[0].code, "upn-guest");
  assert.throws(() => token.assign("nobody"), { name: "OathError", code: "upn-malformed", line: 2 });
  assert.equal(token.upn, "bob#EXT#@example.com");
  token.assign(null);
  assert.equal(token.upn, null);
  assert.deepEqual(records.holders().map(({ code }) => code), ["upn-empty"]);
  const done = records.fillIn("serial number;userPrincipalName\n1001;a@example.com\n1002;user2@example.com\n1003;a@example.com\n9;a@example.com\n");
  assert.deepEqual([done.filled, done.changed, done.unchanged], [1, 1, 1]);
  assert.deepEqual(done.findings.map(({ line, code }) => [line, code]), [[5, "serial-unknown"]]);
  for (let i = 0; i < 6; i++) records.at(i).assign("A@example.com");
  assert.deepEqual(records.holders().map(({ line, code }) => [line, code]), [[7, "user-full"]]);
  assert.throws(() => records.fillIn("name\nx\n"), { name: "OathError", code: "users-column-missing" });
});

test("a token is found by its codes", () => {
  const { records } = read(HEAD + Array.from({ length: 300 }, (_, i) => row(i)).join(""));
  const totp = new Totp(records.at(207).secret);
  const at = 1_700_000_000;
  const codes = [totp.generate(at - 120), totp.generate(at - 90)];
  const step = totp.stepAt(at) - 3;
  assert.deepEqual(records.whose(codes, { at, radius: 2880 }), [{ index: 207, step, drift: -3 }]);
  assert.deepEqual(records.whose(codes, { at, first: 208 }), []);
  assert.deepEqual(records.whose(codes, { at, first: 200, count: 8 }), [{ index: 207, step, drift: -3 }]);
  assert.ok(records.whose(codes[1], { at }).some(({ index }) => index === 207));
  assert.throws(() => records.whose("12a456"), { name: "OathError", code: "malformed" });
  assert.throws(() => records.whose([]), RangeError);
});

test("obstacles lists the records that a format cannot represent", () => {
  const { records } = read(`${HEAD},1,${SECRET},30,Contoso,One\r\n${row(2)}`, { upn: "optional" });
  assert.deepEqual(obstacles(records, "entra-csv").map(({ index, serial, obstacles: [{ code }] }) => [index, serial, code]), [[0, "1", "no-upn"]]);
  assert.deepEqual(obstacles(records, "entra-csv", { upn: "optional" }), []);
  const written = new TextDecoder().decode(write(records, "entra-csv", { upn: "optional" }));
  assert.ok(written.startsWith(`${HEAD},1,${SECRET}`));
});
