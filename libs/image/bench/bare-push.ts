import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';

// `node bare-push.ts '{"layouts":[…],"hosts":[…],"name":"bare"}'`: the minimum to push built images to
// repositories that have the base: two requests per blob, one per document, without checks, builds, hashes or
// verification. No client can be faster.
const { layouts, hosts, name } = JSON.parse(process.argv[2] ?? '') as Record<
  'layouts' | 'hosts',
  string[]
> & {
  name: string;
};
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
await Promise.all(
  layouts.flatMap((layout, n) => hosts.map((host) => push(layout, `${host}/v2/${name}-${n}`))),
);
agent.destroy();

async function push(layout: string, repository: string): Promise<void> {
  const read = (digest: string) => readFile(join(layout, 'blobs/sha256', digest.slice('sha256:'.length)));
  const json = async (file: Promise<Buffer>) => JSON.parse((await file).toString()) as Listing;
  const root = (await json(readFile(join(layout, 'index.json')))).manifests?.[0]?.digest ?? '';
  const { manifests = [] } = await json(read(root));
  const own = new Set<string>();
  for (const { digest } of manifests) {
    const { config, layers = [] } = await json(read(digest));
    for (const blob of [config, ...layers.slice(-1)]) if (blob) own.add(blob.digest);
  }
  await Promise.all(
    [...own].map(async (digest) => {
      const location = await send('POST', `http://${repository}/blobs/uploads/`);
      const to = new URL(location, `http://${repository}`);
      to.searchParams.set('digest', digest);
      await send('PUT', to.href, await read(digest));
    }),
  );
  const type = (kind: string) => `application/vnd.oci.image.${kind}.v1+json`;
  const put = async (reference: string, digest: string, kind: string) =>
    send('PUT', `http://${repository}/manifests/${reference}`, await read(digest), type(kind));
  await Promise.all(manifests.map(({ digest }) => put(digest, digest, 'manifest')));
  await put('v1', root, 'index');
}

interface Listing {
  manifests?: { digest: string }[];
  config?: { digest: string };
  layers?: { digest: string }[];
}

/** @returns the `Location` of the answer */
function send(method: string, url: string, body = Buffer.alloc(0), type = 'application/octet-stream') {
  const headers = { 'content-type': type, 'content-length': body.length };
  return new Promise<string>((resolve, reject) => {
    const outgoing = request(url, { method, agent, headers }, (answer) => {
      const ok = answer.statusCode === 201 || answer.statusCode === 202;
      answer.resume().on('end', () => {
        if (ok) resolve(answer.headers.location ?? '');
        else reject(new Error(`${method} ${url} answered ${answer.statusCode}`));
      });
    });
    outgoing.on('error', reject).end(body);
  });
}
