// One build for each target.
const path = require("node:path");

module.exports = ["node", "web"].map((target) => ({
  target,
  mode: "production",
  entry: "./program.mjs",
  output: { path: path.resolve("out"), filename: `webpack-${target}.cjs` },
}));
