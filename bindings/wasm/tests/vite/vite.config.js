// For the worker alone: Vite builds workers as classic scripts unless it is told, and those cannot await a module.
export default { worker: { format: "es" } };
