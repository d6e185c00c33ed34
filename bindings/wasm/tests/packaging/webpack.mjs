// webpack.mjs [CONFIGURATION]
import { createRequire } from "node:module";
import webpack from "webpack";

const configurations = createRequire(import.meta.url)(process.argv[2] ?? "./webpack.config.cjs");
webpack(configurations, (error, stats) => {
  if (error || stats.hasErrors()) {
    console.error(error ?? stats.toString("errors-only"));
    process.exitCode = 1;
  }
});
