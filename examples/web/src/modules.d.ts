/** A file, gzipped, as Base64. */
declare module "*?packed" {
  const text: string;
  export default text;
}
