// For `node --import`: an engine that knows no vectors, as far as the package can tell.
const validate = WebAssembly.validate;
WebAssembly.validate = (bytes) => validate(bytes) && !bytes.includes(0xfd);
