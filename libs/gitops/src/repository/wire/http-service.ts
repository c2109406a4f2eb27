import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { PATIENCE } from './limits.ts';
import { PacketReader } from './packet.ts';
import type { Reach, ServiceName } from './service.ts';

/** Some hosts only serve what calls itself git. */
const AGENT = 'git/2.39 (slipway)';

/** The services of a repository over smart HTTP, over one connection. Nothing is followed, nobody is asked to log in. */
export function httpService(
  url: string,
  headers: Readonly<Record<string, string>>,
): { reach: Reach; close(): void } {
  const base = url.replace(/\/+$/, '');
  const tls = base.toLowerCase().startsWith('https:');
  const agent = tls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  const send = (path: string, more: Record<string, string>, signal?: AbortSignal, body?: Buffer) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const answered = (response: IncomingMessage): void => {
        if (response.statusCode === 200) return resolve(response);
        response.resume();
        reject(new Error(`the server answers ${response.statusCode}`));
      };
      const call = (tls ? httpsRequest : httpRequest)(
        `${base}/${path}`,
        {
          agent,
          method: body ? 'POST' : 'GET',
          headers: { ...headers, 'user-agent': AGENT, ...more },
          ...(signal && { signal }),
        },
        answered,
      );
      call.setTimeout(PATIENCE, () => call.destroy(new Error('the transfer has stalled')));
      call.on('error', reject);
      call.end(body);
    });
  const reach: Reach = (name, signal) => {
    let answer: IncomingMessage | undefined;
    return {
      greeting: async () => {
        answer = await send(`info/refs?service=${name}`, {}, signal);
        const reader = new PacketReader(answer);
        await reader.lines(); // which name the service
        return reader;
      },
      ask: async (request) => {
        answer = await send(name, typesOf(name), signal, request);
        return new PacketReader(answer);
      },
      close: () => void (answer?.complete || answer?.destroy()), // what nobody reads is not sent
    };
  };
  return { reach, close: () => agent.destroy() };
}

const typesOf = (name: ServiceName): Record<string, string> => ({
  ...(name === 'git-upload-pack' && { 'git-protocol': 'version=2' }), // pushes know only the first
  'content-type': `application/x-${name}-request`,
  accept: `application/x-${name}-result`,
});
