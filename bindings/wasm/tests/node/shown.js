/** What the default error handler of a web framework sends. */
export function app(error) {
  return JSON.stringify({ statusCode: 500, code: error.code, error: error.name, message: error.message });
}
