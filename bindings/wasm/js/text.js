// The classes that encode and decode UTF-8. The sandbox of jest-environment-jsdom has neither, so they come from Node there.
const { TextDecoder, TextEncoder } = globalThis.TextEncoder ? globalThis : process.getBuiltinModule("node:util");

export { TextDecoder, TextEncoder };
export const encoder = new TextEncoder();
export const decoder = new TextDecoder();
