// Everything is bundled, as for a server without node_modules.
export default { ssr: { noExternal: true } };
