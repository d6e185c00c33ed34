// What jest runs, in Node and in jsdom.
const codes = require("oath-totp");
const seeds = require("oath-totp/seeds");

test("a code and a seed file", () => {
  const secret = codes.Secret.fromUtf8("12345678901234567890");
  expect(new codes.Totp(secret).verify("287082", codes.TotpState.fresh(), { at: 59 }).step).toBe(1);
  expect(codes.Secret.generate().byteLength).toBe(20);
  expect(codes.Secret.fromBytes(new ArrayBuffer(20)).exposeHex()).toBe("00".repeat(20));
  const file = seeds.read("upn,serial number,secret key,time interval,manufacturer,model\r\na@example.com,1,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,A,B\r\n");
  expect(file.records.at(0).upn).toBe("a@example.com");
});
