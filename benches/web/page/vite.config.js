// csv-parse has a build of its own for browsers, which it does not name as such.
export default { resolve: { alias: { "csv-parse/sync": "csv-parse/browser/esm/sync" } } };
