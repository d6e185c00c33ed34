import { packed } from "./build/packed.js";
import { single } from "./build/single.js";

export default {
  // The page is opened from anywhere.
  base: "./",
  plugins: [packed(), single()],
  worker: { plugins: () => [packed()] },
  // The polyfill would fetch.
  build: { target: "es2022", modulePreload: false, chunkSizeWarningLimit: 2000 },
};
