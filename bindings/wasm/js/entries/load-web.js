/** Makes an instance of the module at a URL. It compiles during the download only if the server sends the type of WebAssembly. */
export async function load(url, imports) {
  const response = await fetch(url).catch((error) => {
    throw new Error(`${refused(url)} ${error.message}`);
  });
  if (!response.ok) throw new Error(`${refused(url)} status ${response.status}`);
  const typed = response.headers.get("content-type")?.startsWith("application/wasm");
  const { instance } = typed
    ? await WebAssembly.instantiateStreaming(response, imports)
    : await WebAssembly.instantiate(await response.arrayBuffer(), imports);
  return instance;
}

function refused(url) {
  return `oath-totp: ${url} could not be loaded. If your bundler does not copy the .wasm file, import oath-totp instead of oath-totp/web.`;
}
