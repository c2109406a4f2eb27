import { spawn } from 'node:child_process';
import { lstat, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildImage } from '../../src/build/build-image.ts';
import { embeddedBase, hostNodeBase } from '../../src/base/embedded-base.ts';
import { exportImage } from '../../src/read/export-image.ts';
import { pushImage } from '../../src/push/push-image.ts';
import { smallImage } from '../support/small-image.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';
import { hasPeer, peer, startServer } from './peer.ts';

const credentials = async () => undefined;

/** A service that answers with its user id, and exits with 0 on SIGTERM. */
const service = `
import { createServer } from 'node:http';
import { accessSync, constants } from 'node:fs';
let writable = true;
try { accessSync('/', constants.W_OK) } catch { writable = false }
const server = createServer((_, answer) => answer.end(JSON.stringify({ uid: process.getuid(), writable })));
server.listen(0, '127.0.0.1', () => console.log('port', server.address().port));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

async function exported(): Promise<{ layout: string; digest: string }> {
  const { layout, blobs, folder, result } = await smallImage();
  const output = join(folder, 'export');
  await exportImage({ layout, blobs, output, tag: 'v1' });
  return { layout: output, digest: result.digest };
}

/** In a registry, without a base: crane expects compressed layers, which the small base does not have. */
async function pushed(): Promise<{ repository: string; digest: string }> {
  const host = await startServer('crane', ['registry', 'serve', '--address', '127.0.0.1:0']);
  const { bundle, blobs, folder } = await smallImage();
  const layout = join(folder, 'no-base');
  const { digest } = await buildImage({ bundle, output: layout, base: hostNodeBase(), name: 'small' });
  await pushImage({ layout, blobs, to: `${host}/app`, tags: ['v1'], credentials });
  return { repository: `${host}/app`, digest };
}

describe('our images can be read by', () => {
  test.runIf(hasPeer('skopeo'))('skopeo, which copies it without changing its digest', async () => {
    const [{ layout, digest }, folder] = [await exported(), await tempFolder()];
    const inspected = JSON.parse(await peer('skopeo', ['inspect', `oci:${layout}:v1`])) as { Digest: string };
    expect(inspected.Digest).toBe(digest);
    const to = `oci:${join(folder, 'copy')}:v1`;
    await peer('skopeo', [
      'copy',
      '--all',
      '--preserve-digests',
      '--insecure-policy',
      `oci:${layout}:v1`,
      to,
    ]);
    expect(JSON.parse(await peer('skopeo', ['inspect', to])).Digest).toBe(digest);
  });

  test.runIf(hasPeer('umoci'))('umoci, which unpacks the expected files, modes and owners', async () => {
    const [{ layout }, folder] = [await exported(), await tempFolder()];
    const rootless = process.getuid?.() === 0 ? [] : ['--rootless'];
    await peer('umoci', ['unpack', ...rootless, '--image', `${layout}:v1`, join(folder, 'bundle')]);
    const root = join(folder, 'bundle/rootfs');
    expect(await readFile(join(root, 'app/main.mjs'), 'utf8')).toContain('hello');
    const { mode, mtimeMs } = await lstat(join(root, 'app/main.mjs'));
    expect([mode & 0o7777, mtimeMs]).toEqual([0o444, 0]);
    const { process: started } = JSON.parse(await readFile(join(folder, 'bundle/config.json'), 'utf8'));
    expect(started.user).toMatchObject({ uid: 65532, gid: 65532 });
  });

  test.runIf(hasPeer('crane') && hasPeer('buildah') && process.getuid?.() === 0)(
    'buildah, which starts a build from it',
    async () => {
      const [{ repository }, folder] = [await pushed(), await tempFolder()];
      const storage = [
        '--root',
        join(folder, 'root'),
        '--runroot',
        join(folder, 'run'),
        '--storage-driver',
        'vfs',
      ];
      await writeFiles(folder, { 'policy.json': '{"default":[{"type":"insecureAcceptAnything"}]}' });
      const how = ['--tls-verify=false', '--signature-policy', join(folder, 'policy.json')];
      const name = await peer('buildah', [...storage, 'from', ...how, `docker://${repository}:v1`]);
      expect(name).toMatch(/working-container/);
      await peer('buildah', [...storage, 'rm', '--all']);
    },
  );

  test.runIf(hasPeer('crane'))('crane, which validates it in a registry', async () => {
    const { repository, digest } = await pushed();
    expect(await peer('crane', ['digest', '--insecure', `${repository}:v1`])).toBe(`${digest}\n`);
    await peer('crane', ['validate', '--insecure', '--remote', `${repository}:v1`]);
  });
});

test.runIf(hasPeer('umoci') && hasPeer('runc') && process.getuid?.() === 0)(
  'runc runs the image as 65532 on a read-only root; it answers and stops on SIGTERM',
  async () => {
    const folder = await tempFolder();
    const [blobs, layout, bundle] = [join(folder, 'blobs'), join(folder, 'layout'), join(folder, 'run')];
    await writeFiles(join(folder, 'dist'), { 'main.mjs': service });
    const base = await embeddedBase({ blobs });
    await buildImage({ bundle: join(folder, 'dist'), output: layout, base, name: 'service' });
    await exportImage({ layout, blobs, output: join(folder, 'export'), tag: 'v1' });
    await peer('umoci', ['unpack', '--image', `${join(folder, 'export')}:v1`, bundle]);
    const config = JSON.parse(await readFile(join(bundle, 'config.json'), 'utf8'));
    config.process.terminal = false;
    config.root.readonly = true;
    // In the network of the host, so the test can reach it.
    config.linux.namespaces = config.linux.namespaces.filter(
      ({ type }: { type: string }) => type !== 'network',
    );
    await writeFile(join(bundle, 'config.json'), JSON.stringify(config));
    const id = `slipway-${process.pid}-${Date.now()}`;
    const state = ['--root', join(folder, 'state')];
    const child = spawn('runc', [...state, 'run', '--bundle', bundle, id], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    let [output, port] = ['', ''];
    for await (const chunk of child.stdout) {
      output += String(chunk);
      port = /port (\d+)/.exec(output)?.[1] ?? '';
      if (port) break;
    }
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect(await answer.json()).toEqual({ uid: 65532, writable: false });
    await peer('runc', [...state, 'kill', id, 'TERM']);
    expect(await ended).toBe(0);
  },
);
