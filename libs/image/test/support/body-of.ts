import type { Request } from '../../src/registry/transport.ts';

/** The body of a request as text. */
export async function bodyOf({ body = new Uint8Array() }: Request): Promise<string> {
  const parts = body instanceof Uint8Array ? [body] : await Array.fromAsync(await body.open());
  return Buffer.concat(parts).toString();
}
