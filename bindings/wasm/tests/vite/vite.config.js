// Only for the worker, which imports oath-totp/web: Vite builds workers as classic scripts by default, and these have no `await`
// at the top level.
export default { worker: { format: "es" } };
