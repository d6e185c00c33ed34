// The page as one file beside the usual folder, and the policy of both.
//
// Nothing may be connected to, and nothing loaded but what the page brings along: its script, its style, the worker that it
// makes of a text, the WebAssembly in there. In the one file the two are allowed by their hashes.
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
    // While it is developed, Vite reloads the page over a connection.
    transformIndexHtml: { order: "pre", handler: (html, { server }) => (server ? html.replace(/<meta http-equiv[^>]*>/, "") : html) },
    generateBundle(_, bundle) {
      const page = bundle["index.html"];
      const files = Object.values(bundle);
      const [script, ...more] = files.filter(({ type }) => type === "chunk");
      const styles = files.filter(({ fileName }) => fileName.endsWith(".css"));
      if (more.length > 0 || styles.length !== 1) throw new Error("one script and one style are expected");
      // What would end the element early is written so that it does not.
      const code = script.code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
      const style = String(styles[0].source);
      // With functions, for in a replacement `$` has a meaning.
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
