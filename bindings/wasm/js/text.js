// Text as UTF-8 and back. The sandbox of jest-environment-jsdom has neither class, but Node around it has both.
const { TextDecoder, TextEncoder } = globalThis.TextEncoder ? globalThis : process.getBuiltinModule("node:util");

export { TextDecoder, TextEncoder };
export const encoder = new TextEncoder();
