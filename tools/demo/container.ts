import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A method to start the program of an unpacked image. */
interface Way {
  /** Display name. */
  name: string;
  command: string;
  args: string[];
  /** The prefix of paths in the image: `''` inside a chroot. */
  root: string;
}

const ENTRY = '/app/main.mjs';
const NODE = '/nodejs/bin/node';
const KEYS = '/run/keys';
/** On some systems, `chroot` is not on the PATH of ordinary users. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** A started image, reachable over HTTP on loopback. */
export interface Container {
  url: string;
  /** Display name of the start method. */
  way: string;
  /** Stops it like Kubernetes and returns its exit code. */
  stop(): Promise<number | null>;
}

/**
 * Starts the image in `root` with the strongest possible isolation: in a chroot as user 65532, else in a
 * chroot inside a user namespace, else the bundle with the image's Node, else with this Node.
 */
export async function startImage(root: string): Promise<Container> {
  rmSync(join(root, KEYS), { recursive: true, force: true });
  mkdirSync(join(root, KEYS), { recursive: true });
  writeFileSync(join(root, KEYS, 'demo'), `whsec_${randomBytes(32).toString('base64')}\n`, { mode: 0o444 });
  const way = waysToStart(root).find(works) as Way;
  const port = await freePort();
  const child = spawn(way.command, [...way.args, `${way.root}${ENTRY}`], {
    env: {
      PATH,
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      KEYS_DIR: `${way.root}${KEYS}`,
      LOG_LEVEL: 'warn',
      DRAIN_DELAY_MS: '100',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/readyz`, child);
  return { url, way: way.name, stop: () => stop(child) };
}

function waysToStart(root: string): Way[] {
  const isolated = ['chroot', '--userspec=65532:65532', root, NODE];
  const namespace = ['unshare', '--user', '--map-root-user', 'chroot', root, NODE];
  const loader = findLoader(root);
  return [
    { name: 'in a chroot, as user 65532', command: isolated[0] as string, args: isolated.slice(1), root: '' },
    {
      name: 'in a chroot inside a user namespace',
      command: namespace[0] as string,
      args: namespace.slice(1),
      root: '',
    },
    ...(loader
      ? [{ name: "with the image's own Node and libraries, without a chroot", ...loader, root }]
      : []),
    { name: "with this machine's Node, as the image has none", command: process.execPath, args: [], root },
  ];
}

/** Runs the image's Node with the image's loader, so no library of this machine is used. */
function findLoader(root: string): Pick<Way, 'command' | 'args'> | undefined {
  if (!existsSync(join(root, NODE))) return undefined;
  const inFolders = ['lib64', 'lib', 'usr/lib64', 'usr/lib'].flatMap((folder) => {
    const path = join(root, folder);
    const names = existsSync(path) ? readdirSync(path).filter((name) => /^ld-(linux|musl)/.test(name)) : [];
    return names.map((name) => join(path, name));
  });
  const [command] = inFolders;
  if (command === undefined) return undefined;
  const triple = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const folders = ['lib', `lib/${triple}`, 'lib64', 'usr/lib', `usr/lib/${triple}`, 'usr/lib64'];
  const libraries = folders.map((folder) => join(root, folder)).join(':');
  return { command, args: ['--library-path', libraries, join(root, NODE)] };
}

/** Whether the image's Node can print its version with this method. */
function works({ command, args }: Way): boolean {
  return spawnSync(command, [...args, '--version'], { env: { PATH }, stdio: 'ignore' }).status === 0;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100 && child.exitCode === null; attempt += 1) {
    const ready = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await sleep(100);
  }
  child.kill('SIGKILL');
  throw new Error(`The image was started, but ${url} did not answer 200 within 10 s.`);
}

function stop(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.kill('SIGTERM');
  });
}
