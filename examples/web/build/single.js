// A plugin that writes the page as one file, beside the folder that Vite builds, and sets the content security policy of both.
//
// The policy forbids every connection. It allows one script, one style, a worker from a blob, and the WebAssembly in that
// worker. The single file names its script and its style by their hashes.
import { createHash } from "node:crypto";

export const FILE = "token-workbench.html";
const PLACE = "%POLICY%";

function policy(scripts, styles) {
  return [
    "default-src 'none'",
    "connect-src 'none'",
    `script-src ${scripts} 'wasm-unsafe-eval'`,
    `style-src ${styles}`,
    "worker-src blob:",
    "img-src data:",
    "form-action 'none'",
    "base-uri 'none'",
  ].join("; ");
}

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

export function single() {
  return {
    name: "single",
    enforce: "post",
    // Vite's development server reloads the page through a connection, so the page has no policy there.
    transformIndexHtml: { order: "pre", handler: (html, { server }) => (server ? html.replace(/<meta http-equiv[^>]*>/, "") : html) },
    generateBundle(_, bundle) {
      const page = bundle["index.html"];
      const files = Object.values(bundle);
      const [script, ...more] = files.filter(({ type }) => type === "chunk");
      const styles = files.filter(({ fileName }) => fileName.endsWith(".css"));
      if (more.length > 0 || styles.length !== 1) throw new Error("one script and one style are expected");
      // Escapes the two texts that would end or change the script element.
      const code = script.code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
      const style = String(styles[0].source);
      // The replacements are functions, because `$` has a meaning in a replacement text.
      const source = String(page.source)
        .replace(/\s*<script[^>]*src=[^>]*><\/script>/, "")
        .replace(/\s*<link rel="stylesheet"[^>]*>/, () => `\n    <style>${style}</style>`)
        .replace("</body>", () => `  <script type="module">${code}</script>\n  </body>`)
        .replace(PLACE, () => policy(hash(code), hash(style)));
      this.emitFile({ type: "asset", fileName: FILE, source });
      page.source = String(page.source).replace(PLACE, () => policy("'self'", "'self'"));
    },
  };
}
