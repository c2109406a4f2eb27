import { request } from 'node:http';

/** An address of the service, and the host name for a Gateway. */
export interface Endpoint {
  address: string;
  host: string;
}

/** One request, with the Host header of a client of the public name. @throws unless the answer is 200 */
export function ask<T>({ address, host }: Endpoint, path: string, body?: object): Promise<T> {
  return new Promise((resolve, reject) => {
    const headers = { host, ...(body && { 'content-type': 'application/json' }) };
    const outgoing = request(new URL(path, address), {
      method: body ? 'POST' : 'GET',
      headers,
      timeout: 10_000,
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 10 s')));
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      answer.on('error', reject);
      answer.on('end', () =>
        answer.statusCode === 200
          ? resolve(JSON.parse(text) as T)
          : reject(new Error(`${path}: ${answer.statusCode} ${text.slice(0, 200)}`)),
      );
    });
    outgoing.end(body && JSON.stringify(body));
  });
}

/** Signs a message at the service. Returns the number of signatures and the results of verification. */
export async function signAndVerify(endpoint: Endpoint) {
  const payload = JSON.stringify({ type: 'e2e', at: 'any time' });
  const { headers } = await ask<{ headers: Record<string, string> }>(endpoint, '/v1/messages', { payload });
  const verify = (text: string) =>
    ask<{ valid: boolean; key?: string; reason?: string }>(endpoint, '/v1/messages/verify', {
      payload: text,
      headers,
    });
  return {
    signatures: headers['webhook-signature']?.split(' ').length ?? 0,
    genuine: await verify(payload),
    tampered: await verify(`${payload} `),
  };
}

/** The ids of the keys in use. */
export async function keysOf(endpoint: Endpoint): Promise<string[]> {
  const { keys } = await ask<{ keys: { id: string }[] }>(endpoint, '/v1/keys');
  return keys.map(({ id }) => id).sort();
}
