// Passwords and keys as bytes, which can be wiped after use. The text of an input field is a string of the browser, which cannot.

/** What opens an encrypted file. */
export interface Unlocking {
  password?: Uint8Array<ArrayBuffer>;
  /** The key itself, not its digits. */
  key?: Uint8Array<ArrayBuffer>;
}

/** Takes the text of an input field, which is empty then. */
export function taken(input: HTMLInputElement): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(input.value);
  input.value = "";
  return bytes;
}

/** The bytes that hexadecimal digits stand for. Null if it is something else. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | null {
  const digits = text.replaceAll(/\s/g, "");
  if (digits === "" || digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) return null;
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) => parseInt(digits.slice(2 * index, 2 * index + 2), 16));
}

/** Wipes them. */
export function forget({ password, key }: Unlocking) {
  password?.fill(0);
  key?.fill(0);
}
