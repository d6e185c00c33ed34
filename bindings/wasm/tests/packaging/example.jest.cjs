// The test of jest, run in its environments for Node and jsdom.
const codes = require("oath-totp");
const seeds = require("oath-totp/seeds");
const kit = require("./kit.cjs");
const { run } = require("./testkit.cjs");

test("the test kit", () => expect(run(kit, codes, seeds)).toBe(Object.values(kit).flat().length));

test("randomness and bytes, which a sandbox may take from another realm", () => {
  expect(codes.Secret.generate().byteLength).toBe(20);
  expect(codes.Secret.fromBytes(new ArrayBuffer(20)).exposeHex()).toBe("00".repeat(20));
});
