/**
 * A provider without a cloud: its resources are files in a folder. Prints the port that the engine attaches
 * to. Usage: node stub-provider.ts FOLDER
 */
import { randomUUID } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main, type Provider } from '@pulumi/pulumi/provider/index.js';

const [, , folder = ''] = process.argv;
const file = (id: string) => join(folder, id);

const provider = {
  version: '0.0.1',
  check: async (_urn: string, _olds: unknown, news: object) => ({ inputs: news, failures: [] }),
  diff: async (_id: string, _urn: string, olds: Record<string, unknown>, news: Record<string, unknown>) => ({
    changes: JSON.stringify(news) !== JSON.stringify(pick(olds, Object.keys(news))),
    replaces: [],
    deleteBeforeReplace: false,
  }),
  async create(_urn: string, inputs: Record<string, unknown>) {
    await obey(inputs);
    const id = randomUUID();
    writeFileSync(file(id), 'made');
    return { id, outs: inputs };
  },
  async update(_id: string, _urn: string, _olds: unknown, news: Record<string, unknown>) {
    await obey(news);
    return { outs: news };
  },
  read: async (id: string, _urn: string, props: object) =>
    existsSync(file(id)) ? { id, props } : { id: '', props: {} },
  delete: async (id: string) => rmSync(file(id), { force: true }),
  invoke: async () => ({ outputs: {} }),
};

/** Fails or waits as the inputs demand: `failWith` is a message, `failUnless` and `waitFor` are files. */
async function obey({ failWith, failUnless, waitFor }: Record<string, unknown>): Promise<void> {
  if (typeof failWith === 'string') throw new Error(failWith);
  if (typeof failUnless === 'string' && !existsSync(failUnless)) throw new Error('the cloud is out of disks');
  if (typeof waitFor !== 'string') return;
  writeFileSync(`${waitFor}.waiting`, '');
  while (!existsSync(waitFor)) await new Promise((resolve) => setTimeout(resolve, 50));
}

function pick(object: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, object[key]]));
}

await main(provider as unknown as Provider, []);
