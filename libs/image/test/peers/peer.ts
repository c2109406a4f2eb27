import { execFile, spawn, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const run = promisify(execFile);

/** True if the program is installed. Tests of missing programs are skipped. */
export function hasPeer(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' }).status === 0;
}

/** Runs a program and returns its output. */
export async function peer(
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { stdout } = await run(name, args, {
    env: { ...process.env, ...env },
    maxBuffer: 64 << 20,
    timeout: 120_000,
  });
  return stdout;
}

/** Starts a server that prints its port, and stops it after the test. */
export async function startServer(name: string, args: readonly string[]): Promise<string> {
  const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    const look = (line: string) => {
      const port = /(?:listening|serving) on .*?(\d+)(?:, tls)?"?(?: go\.version.*)?$/.exec(line)?.[1];
      if (port) resolve(`127.0.0.1:${port}`);
    };
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', look);
    child.once('error', reject).once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
  });
}

/** ci / hunter2 as bcrypt, the only format of docker-registry. */
const htpasswd = 'ci:$2y$04$Ag/V4X2dzeByRO9Xv9.KEOgqfP2L4Ey5NbYPx/bg7eLchntkK7vOa\n';

/** Debian's docker-registry with a folder as storage; `secured`: with TLS and a password for `ci`. */
export async function startDockerRegistry(folder: string, secured = false): Promise<string> {
  const [key, certificate] = [join(folder, 'tls.key'), join(folder, 'tls.pem')];
  const http: Record<string, unknown> = { addr: '127.0.0.1:0' };
  if (secured) {
    await writeFile(join(folder, 'htpasswd'), htpasswd);
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', key, '-out', certificate];
    await run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      ...subject,
      ...files,
    ]);
    http['tls'] = { certificate, key };
  }
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: join(folder, 'storage') } },
    http,
    ...(secured ? { auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } } : {}),
  };
  // JSON is YAML.
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  return startServer('docker-registry', ['serve', join(folder, 'config.yml')]);
}
