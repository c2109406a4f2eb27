/** The bytes of a text, as a values file would be read from Git. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The text of bytes, its byte order mark included; throws where they are not UTF-8. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(bytes);
}
