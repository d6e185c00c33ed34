/** While it is fetched where the server says what it is, else afterwards. */
export async function load(url, imports) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} could not be loaded: status ${response.status}`);
  const typed = response.headers.get("content-type")?.startsWith("application/wasm");
  const { instance } = typed
    ? await WebAssembly.instantiateStreaming(response, imports)
    : await WebAssembly.instantiate(await response.arrayBuffer(), imports);
  return instance;
}
