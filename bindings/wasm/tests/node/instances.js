// Records the memory of the modules by wrapping WebAssembly.Instance. Import this file before the package.

/** The memory of each module, in the order of their starts. */
export const memories = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = function (module, imports) {
  const instance = new Instance(module, imports);
  memories.push(instance.exports.memory);
  return instance;
};
