/** The gzipped file as Base64, by build/packed.js. */
declare module "*?packed" {
  const text: string;
  export default text;
}
