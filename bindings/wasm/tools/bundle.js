// bundle.js SOURCES PACKAGE: the entries for browsers and for Node, and the one that loads nothing, minified;
// what two of them share is a file of its own.
import { rolldown } from "rolldown";

const [sources, folder] = process.argv.slice(2);
for (const kind of ["web", "node"]) {
  const embed = kind === "web" ? { embed: `${sources}/embed.js` } : {};
  const input = { ...embed, [`index-${kind}`]: `${sources}/index-${kind}.js`, [`seeds-${kind}`]: `${sources}/seeds-${kind}.js` };
  const bundle = await rolldown({ input, external: ["node:fs"], treeshake: { moduleSideEffects: true } });
  await bundle.write({
    dir: folder,
    format: "esm",
    minify: true,
    entryFileNames: "[name].js",
    chunkFileNames: `chunk-[hash].js`,
  });
  await bundle.close();
}
