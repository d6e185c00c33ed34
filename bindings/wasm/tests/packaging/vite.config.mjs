// Bundles the package too, as for a server without node_modules.
export default { ssr: { noExternal: true } };
