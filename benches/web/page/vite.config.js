// csv-parse has a separate build for browsers, which its package.json does not name under the condition `browser`.
export default { resolve: { alias: { "csv-parse/sync": "csv-parse/browser/esm/sync" } } };
