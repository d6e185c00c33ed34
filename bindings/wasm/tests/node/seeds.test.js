import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Hotp, KeyUri, OathError, Secret, Totp } from "oath-totp";
import { exposeQrSvgs, failuresName, formatInfo, formats, obstacles, probe, read, targetInfo, targets, write } from "oath-totp/seeds";

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
});

const WRITTEN = [
  "entra-csv", "graph-json", "privacyidea-csv", "linotp-csv", "multiotp-csv", "pingid-csv", "duo-csv", "usersfile", "pskc",
  "otpauth-lines", "otpauth-migration", "cxf-json", "keycloak-json", "okta-json",
];

test("formats and systems have names and titles", () => {
  assert.deepEqual(formats().filter((name) => formatInfo(name).written), WRITTEN);
  for (const name of ["thales-csv", "netiq-csv", "safeword", "aegis-json"]) assert.equal(formatInfo(name).written, false, name);
  assert.deepEqual(targets(), ["entra", "graph", "duo", "pingid", "okta", "keycloak", "privacyidea", "linotp", "netiq", "multiotp", "inventory", "any"]);
  assert.deepEqual(targetInfo("keycloak"), { name: "keycloak", title: "Keycloak" });
  for (const name of formats()) assert.ok(formatInfo(name).title.length > 3 && formatInfo(name).name === name, name);
  for (const call of [() => formatInfo("none"), () => targetInfo("none")]) assert.throws(call, RangeError);
  for (const call of [() => formatInfo(), () => targetInfo(1)]) assert.throws(call, TypeError);
});

const text = (bytes) => new TextDecoder().decode(bytes);

/** What a record is apart from its place in a file. */
const essence = ({ place, line, ...rest }) => rest;

test("a file is converted to every written format that has its fields, and back", () => {
  // PingID and Duo say the type, the digits and the interval beside the file.
  const said = { type: "totp", algorithm: "SHA1", digits: 6, interval: 30 };
  const { records } = read(HEAD + row(1) + row(2), { target: "inventory" });
  const before = records.toObjects({ exposeSecrets: true });
  for (const format of WRITTEN) {
    const left = obstacles(records, format, { acceptLoss: true });
    if (left.length > 0) {
      assert.throws(() => write(records, format, { acceptLoss: true }), { name: "OathError", code: "cannot-carry" }, format);
      assert.deepEqual(left[0].obstacles.map(({ code }) => code), ["needs"], format);
      continue;
    }
    const again = read(write(records, format, { acceptLoss: true }), { format, target: "any", ...said });
    assert.deepEqual(again.findings.filter(({ severity }) => severity === "error"), [], format);
    const after = again.records.toObjects({ exposeSecrets: true });
    for (const field of ["secret", "algorithm", "digits", "step", "t0", "counter"]) {
      assert.deepEqual(after.map((record) => record[field]), before.map((record) => record[field]), `${format}, ${field}`);
    }
  }
  const pskc = read(write(records, "pskc")).records.toObjects({ exposeSecrets: true });
  assert.deepEqual(pskc.map(essence), before.map(essence));
});

test("a record without a serial number has a name by its account, and details", () => {
  const uri = `otpauth://totp/Example:alice@example.com?secret=${SECRET}&issuer=Example&period=60&digits=8`;
  const { format, target, records } = read(uri);
  assert.deepEqual([format, target], ["otpauth-lines", "any"]);
  const record = records.at(0);
  assert.deepEqual(
    [record.serial, record.place, record.line, record.issuer, record.account, record.step, record.digits],
    [null, "line 1", 1, "Example", "alice@example.com", 60, 8],
  );
  const [left] = obstacles(records, "linotp-csv");
  assert.deepEqual([left.index, left.name, left.serial], [0, "Example:alice@example.com", null]);
  assert.deepEqual(left.obstacles.map(({ code }) => code), ["needs"]);
});

test("a loss is named, and accepted by an option", () => {
  const { records } = read(HEAD + row(1));
  assert.deepEqual(obstacles(records, "linotp-csv").map(({ obstacles, losses }) => [obstacles, losses]), [[[], ["upn", "manufacturer", "model"]]]);
  assert.throws(() => write(records, "linotp-csv"), { name: "OathError", code: "cannot-carry" });
  assert.deepEqual(obstacles(records, "linotp-csv", { acceptLoss: true }), []);
  assert.match(text(write(records, "linotp-csv", { acceptLoss: true })), /^1001,/);
  assert.throws(() => write(records, "linotp-csv", { acceptLoss: 1 }), TypeError);
  assert.throws(() => write(records, "aegis-json"), RangeError);
});

test("a file that leaves parameters out needs them from the caller", () => {
  const file = "1001,31323334353637383930aabbccddeeff00112233\n";
  const options = { format: "duo-csv", type: "totp", digits: 6 };
  assert.throws(() => read(file, options), { name: "OathError", code: "parameter-unknown" });
  const { records } = read(file, { ...options, interval: 60 });
  assert.deepEqual([records.at(0).step, records.at(0).digits], [60, 6]);
  assert.equal(read(file, { ...options, type: "hotp" }).records.at(0).counter, 0);
});

test("the rules of the target are checked", () => {
  const file = `${HEAD},1,${SECRET},45,Contoso,One\r\n`;
  const codes = (target) => read(file, { target }).findings.map(({ code, severity }) => [code, severity]);
  assert.deepEqual(codes("entra").sort(), [["interval-unsupported", "error"], ["upn-empty", "error"]]);
  assert.deepEqual(codes("inventory"), [["interval-unsupported", "error"]]);
  assert.deepEqual(codes("any"), []);
  assert.equal(read(file).target, "entra");
  assert.equal(read(file, { target: "netiq" }).target, "netiq");
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
  assert.deepEqual([error.place, error.line, typeof error.message, typeof error.action, error.repaired], ["line 3", 3, "string", "string", false]);
  for (const { heading } of findings) assert.match(heading, /^[A-Z].{3,}/);
  assert.ok(!JSON.stringify(findings).includes(SECRET.slice(1)));
  const quoted = `${HEAD}o'neil@example.com,1,${SECRET},30,Contoso,One\r\n`;
  const told = ({ findings, records }) => [records.length, ...findings.map(({ code, severity, repaired }) => [code, severity, repaired])];
  assert.deepEqual(told(read(quoted)), [0, ["upn-single-quote", "error", false]]);
  const repaired = read(quoted, { repairs: "apply" });
  assert.deepEqual(told(repaired), [1, ["upn-single-quote", "warning", true]]);
  assert.equal(repaired.records.at(0).upn, "o'neil@example.com");
  assert.match(new TextDecoder().decode(write(repaired.records, "entra-csv")), /\r\no''neil@example\.com,/);
  const two = `${quoted}o'hara@example.com,2,${secret(2)},30,Contoso,One\r\n`;
  const chosen = read(two, { repairs: ["line 3"] });
  assert.deepEqual(chosen.records.toObjects().map(({ upn }) => upn), ["o'hara@example.com"]);
  assert.deepEqual(chosen.findings.map(({ place, repaired }) => [place, repaired]), [["line 2", false], ["line 3", true]]);
  assert.equal(read(two, { repairs: [] }).records.length, 0);
  for (const wrong of [["3"], ["line x"], [""]]) assert.throws(() => read(two, { repairs: wrong }), RangeError);
  for (const wrong of [[3], 1]) assert.throws(() => read(two, { repairs: wrong }), TypeError);
});

test("a file that is not a seed file gives an error that names its kind", () => {
  for (const source of ["", "hello", "PK\u0003\u0004", "%PDF-1.7"]) {
    assert.throws(() => read(source), (error) => error instanceof OathError && error.code.length > 3 && error.action.length > 3);
  }
  const unknown = [
    { format: "none" }, { target: "none" }, { repairs: "never" }, { key: "x" }, { key: "abc" }, { type: "x" }, { algorithm: "MD5" }, { digits: 9 },
    { digits: 262 }, { interval: -1 },
  ];
  for (const options of unknown) assert.throws(() => read(HEAD, options), RangeError, JSON.stringify(options));
  for (const options of [{ Format: "entra-csv" }, { upn: "optional" }, { password: 1 }, { key: 1 }, { type: 1 }, { digits: "6" }]) {
    assert.throws(() => read(HEAD, options), TypeError, JSON.stringify(options));
  }
  const { records } = read(`${HEAD},1,${SECRET},30,Contoso,One\r\n`, { target: "inventory" });
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
  assert.deepEqual(file.failed, [
    { place: "line 2", line: 2, upn: "a@example.com", serial: "1" },
    { place: "line 4", line: 4, upn: null, serial: "3" },
  ]);
  const lines = new TextDecoder().decode(file.failures()).trimEnd().split("\r\n");
  assert.equal(lines[0], "place,upn,serial,field,code,what is wrong,what to do");
  assert.deepEqual(lines.slice(1).map((line) => line.split(",")[0]), ["line 2", "line 2", "line 4"]);
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
  const owners = [{ index: 207, drift: -3 }];
  const { chance, ...found } = records.whose(codes, { at, radius: 2880 });
  assert.deepEqual(found, { owners, searched: 300, window: 5761 });
  assert.ok(Math.abs(chance - (300 * 5761) / 1e12) < 1e-12);
  assert.deepEqual(records.whose(codes, { at, first: 208 }).owners, []);
  assert.deepEqual(records.whose(codes, { at, first: 200, count: 8 }).owners, owners);
  for (const nothing of [{ first: 300 }, { first: 999 }, { count: 0 }]) assert.equal(records.whose(codes, { at, ...nothing }).searched, 0);
  assert.ok(records.whose(codes[1], { at }).owners.some(({ index }) => index === 207));
  assert.throws(() => records.whose("12a456"), { name: "OathError", code: "malformed" });
  assert.throws(() => records.whose([]), RangeError);
});

test("a counter-based token is found by its codes", () => {
  const { records } = read(`otpauth://hotp/a?secret=${SECRET}&counter=5`);
  const hotp = new Hotp(records.at(0).secret);
  assert.deepEqual(records.whose(hotp.generate(8)).owners, [{ index: 0, drift: 3 }]);
});

test("obstacles lists the records that a format cannot represent", () => {
  const { records } = read(`${HEAD},1,${SECRET},30,Contoso,One\r\n${row(2)}`, { target: "inventory" });
  const [left, ...more] = obstacles(records, "entra-csv");
  assert.deepEqual([left.index, left.name, left.serial, left.obstacles[0].code, left.losses], [0, "1", "1", "no-upn", []]);
  assert.deepEqual(more, []);
  assert.deepEqual(obstacles(records, "entra-csv", { target: "inventory" }), []);
  assert.ok(text(write(records, "entra-csv", { target: "inventory" })).startsWith(`${HEAD},1,${SECRET}`));
});

test("obstacles lists the records that differ from the first, where the file says the parameters once", () => {
  const uri = (i, more) => `otpauth://${more.includes("counter") ? "hotp" : "totp"}/a${i}?secret=${secret(i)}${more}\n`;
  const { records } = read(uri(1, "") + uri(2, "&counter=0") + uri(3, "&period=60") + uri(4, ""));
  const left = obstacles(records, "okta-json", { acceptLoss: true });
  assert.deepEqual(left.map(({ index, obstacles }) => [index, obstacles.map(({ code }) => code)]), [[1, ["mixed"]], [2, ["mixed"]]]);
  assert.match(left[0].obstacles[0].message, /^its type differs from the first token's/);
  assert.match(left[1].obstacles[0].message, /^its time interval differs/);
  const kept = [...records].filter((_, index) => !left.some((one) => one.index === index));
  assert.deepEqual(obstacles(kept, "okta-json", { acceptLoss: true }), []);
  assert.ok(write(kept, "okta-json", { acceptLoss: true }).length > 0);
});

test("secrets are encrypted under a password or a key", () => {
  const { records } = read(HEAD + row(1) + row(2));
  const before = records.toObjects({ exposeSecrets: true }).map(essence);
  const key = Uint8Array.from({ length: 32 }, (_, i) => i);
  const password = Buffer.from("correct horse");
  for (const protection of [{ password: "correct horse" }, { password }, { key }, { key: Buffer.from(key.subarray(16)).toString("hex") }]) {
    const file = write(records, "pskc", protection);
    assert.match(text(file), /EncryptedValue/);
    assert.doesNotMatch(text(file), /PlainValue><Secret|JBSWY3DP/i);
    assert.throws(() => read(file), { name: "OathError", code: protection.key ? "key-missing" : "password-missing" });
    assert.throws(() => read(file, { password: "wrong", key: new Uint8Array(32) }), { code: "key-wrong" });
    assert.deepEqual(read(file, protection).records.toObjects({ exposeSecrets: true }).map(essence), before);
  }
  assert.deepEqual([...key], Array.from({ length: 32 }, (_, i) => i), "the argument is unchanged");
  assert.equal(password.toString(), "correct horse");
  assert.equal(read(write(records, "pskc", { password }), { password: "correct horse" }).records.length, 2);
  const latin = Uint8Array.of(0x67, 0x72, 0xfc, 0xdf, 0x65);
  assert.throws(() => write(records, "pskc", { password: latin }), { name: "RangeError", message: /UTF-8/ });
  for (const wrong of [{ key: new Uint8Array(15) }, { key: "abc" }, { password: "a", key }]) {
    assert.throws(() => write(records, "pskc", wrong), RangeError, JSON.stringify(wrong));
  }
  assert.throws(() => write(records, "entra-csv", { password: "a" }), (error) => error instanceof RangeError && /cannot be encrypted/.test(error.message));
  for (const wrong of [{ password: 1 }, { key: 1 }, { passwort: "a" }]) assert.throws(() => write(records, "pskc", wrong), TypeError);
});

test("a draft of PSKC is read on request", () => {
  const draft = readFileSync(new URL("./testkit/seeds/pskc/draft-lenient.xml", import.meta.url));
  assert.throws(() => read(draft), { code: "draft-format" });
  assert.ok(read(draft, { lenient: true }).findings.some(({ code, severity }) => code === "draft-format" && severity === "warning"));
  assert.throws(() => read(draft, { lenient: 1 }), TypeError);
});

test("tokens are drawn as QR codes", () => {
  const { records } = read(HEAD + Array.from({ length: 12 }, (_, i) => row(i)).join(""));
  const acceptLoss = true;
  const one = exposeQrSvgs(records, "otpauth-lines", { acceptLoss });
  assert.equal(one.length, 12);
  for (const svg of one) assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 /);
  assert.equal(new Set(one).size, 12);
  const uri = new TextDecoder().decode(write([records.at(3)], "otpauth-lines", { acceptLoss })).trim();
  assert.equal(one[3], KeyUri.parse(uri).exposeQrSvg());
  assert.equal(exposeQrSvgs(records, "otpauth-migration", { acceptLoss }).length, 2);
  assert.throws(() => exposeQrSvgs(records, "otpauth-lines"), { code: "cannot-carry" });
  assert.throws(() => exposeQrSvgs(records, "pskc", { acceptLoss }), RangeError);
  const long = read(`otpauth://totp/${"a".repeat(2300)}?secret=${SECRET}`).records;
  assert.throws(() => exposeQrSvgs(long, "otpauth-lines"), { name: "OathError", code: "uri-too-long" });
});

test("a seed is read in the way that gives the codes of its token", () => {
  const bytes = Buffer.from("not a secret 0000042");
  const token = new Totp(Secret.fromBytes(bytes), { algorithm: "SHA256", step: 60 });
  const at = 1_700_000_000;
  const codes = [{ code: token.generate(at - 300), at: at - 240 }, token.generate(at - 60)];
  const { readings, records, tried, window, chance } = probe(bytes.toString("hex").replace(/(.{4})/g, "$1 "), codes, { at, radius: 100 });
  assert.deepEqual(readings, [{ text: "hex", stripped: true, drift: -1 }]);
  const { secret, algorithm, digits, step, counter } = records.at(0).toObject({ exposeSecret: true });
  assert.deepEqual([secret, algorithm, digits, step, counter], [Secret.fromBytes(bytes).exposeBase32(), "SHA256", 6, 60, null]);
  assert.ok(records.length === 1 && tried > 10 && window === 201 && chance > 0 && chance < 0.01);
  assert.deepEqual(probe(SECRET, ["123456", "123456", "123456"], { at }).readings, []);
  assert.deepEqual(probe(SECRET, "123456", { at }).tried, probe(SECRET, ["123456"], { at }).tried);
  assert.throws(() => probe(SECRET, ["12a456"]), { name: "OathError", code: "malformed" });
  for (const wrong of [[], Array(17).fill("123456"), ["123456", "1234567"]]) assert.throws(() => probe(SECRET, wrong), RangeError);
  for (const wrong of [undefined, 1, [1], [null], [{ kode: "123456" }]]) assert.throws(() => probe(SECRET, wrong), TypeError);
  assert.deepEqual(probe(Buffer.from(SECRET), "123456", { at }).tried, probe(SECRET, "123456", { at }).tried);
  assert.throws(() => probe(1, ["123456"]), TypeError);
});

test("weak secrets are warned of, or refused as an upload refuses them", () => {
  const text = `${HEAD}user@example.com,1001,${SECRET.slice(0, 16)},30,Contoso,HardwareKey\r\n`;
  const found = (options) => {
    const file = read(text, { target: "inventory", ...options });
    return [file.records.length, file.findings.map(({ code, severity }) => `${severity} ${code}`)];
  };
  assert.deepEqual(found({}), [1, ["warning secret-weak"]]);
  assert.deepEqual(found({ refuseWeak: true }), [0, ["error secret-weak"]]);
  assert.throws(() => found({ refuseWeak: 1 }), TypeError);
});
