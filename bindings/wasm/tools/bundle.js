// bundle.js SOURCES PACKAGE: each entry as one file, minified: to find a file takes Node a millisecond. The entries of the seed
// files take from those of the codes what the two must share.
import { rolldown } from "rolldown";

const [sources, folder] = process.argv.slice(2);

/** A console shows the names of classes. */
const keepNames = { function: false, class: true };
const minify = { compress: { keepNames }, mangle: { keepNames }, codegen: true };

/** What the codes export comes from their entry, whatever file exports it here. */
function codesFrom(entry) {
  return { name: "codes", resolveId: (id) => (id === "./codes.js" || id === entry ? { id: entry, external: true } : null) };
}

for (const entry of ["embed", "index-node", "index-web", "seeds-node", "seeds-web"]) {
  const kind = /^seeds-(.*)$/.exec(entry)?.[1];
  const bundle = await rolldown({
    input: `${sources}/${entry}.js`,
    plugins: kind ? [codesFrom(`./index-${kind}.js`)] : [],
    treeshake: { moduleSideEffects: true },
  });
  await bundle.write({ file: `${folder}/${entry}.js`, format: "esm", minify });
  await bundle.close();
}
