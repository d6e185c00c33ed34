import { packed } from "./build/packed.js";
import { single } from "./build/single.js";

export default {
  // Relative addresses work in every folder, and without a server.
  base: "./",
  plugins: [packed(), single()],
  worker: { plugins: () => [packed()] },
  // Without the polyfill for module preloading, which uses fetch.
  build: { target: "es2022", modulePreload: false, chunkSizeWarningLimit: 2000 },
};
