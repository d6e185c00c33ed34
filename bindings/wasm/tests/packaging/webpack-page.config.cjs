// A page that loads the modules as files.
const path = require("node:path");

module.exports = {
  target: "web",
  mode: "production",
  entry: "./page.mjs",
  output: { path: path.resolve("out/webpack-page"), filename: "page.js", publicPath: "./" },
};
