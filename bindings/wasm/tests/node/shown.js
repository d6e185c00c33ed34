/** The reply of a web framework's default error handler. */
export function app(error) {
  return JSON.stringify({ statusCode: 500, code: error.code, error: error.name, message: error.message });
}
