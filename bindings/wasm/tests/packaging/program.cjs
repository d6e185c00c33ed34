const codes = require("oath-totp");
const seeds = require("oath-totp/seeds");
const kit = require("./kit.cjs");

// The test kit itself is an ES module.
import("./testkit.js").then(({ run }) => console.log(`passed ${run(kit, codes, seeds)}`));
