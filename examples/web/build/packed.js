// A plugin for `import text from "….wasm?packed"`, where text is the gzipped file as Base64. The page may not connect to
// anything, so its script contains the modules. The Base64 of a gzipped module is smaller than the module.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const QUERY = "?packed";

export function packed() {
  return {
    name: "packed",
    enforce: "pre",
    async resolveId(source, importer) {
      if (!source.endsWith(QUERY)) return null;
      const found = await this.resolve(source.slice(0, -QUERY.length), importer, { skipSelf: true });
      return found && `${found.id}${QUERY}`;
    },
    async load(id) {
      if (!id.endsWith(QUERY)) return null;
      const bytes = await readFile(id.slice(0, -QUERY.length));
      return `export default ${JSON.stringify(gzipSync(bytes, { level: 9 }).toString("base64"))};`;
    },
  };
}
