import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as Type from 'typebox';
import { validate, readJson } from '../json/validate.ts';
import { ImageError } from '../error.ts';

/** Credentials for a registry. */
export type Credentials =
  { kind: 'password'; user: string; password: string } | { kind: 'refresh'; token: string };

/** Finds credentials for a registry's `host[:port]`. Returns undefined for anonymous access. */
export type CredentialStore = (host: string) => Promise<Credentials | undefined>;

const AuthSchema = Type.Object({
  auth: Type.Optional(Type.String()),
  username: Type.Optional(Type.String()),
  password: Type.Optional(Type.String()),
  identitytoken: Type.Optional(Type.String()),
});
const DockerConfigSchema = Type.Object({
  auths: Type.Optional(Type.Record(Type.String(), AuthSchema)),
  credHelpers: Type.Optional(Type.Record(Type.String(), Type.String())),
  credsStore: Type.Optional(Type.String()),
});
type DockerConfig = Type.Static<typeof DockerConfigSchema>;
const HelperSchema = Type.Object({ Username: Type.String(), Secret: Type.String() });

/** Docker's key for Docker Hub. */
const hubKey = 'https://index.docker.io/v1/';
const helperLimits = { bytes: 64 * 1024, ms: 30_000 };

/**
 * Reads the credentials of `docker login`: first `DOCKER_AUTH_CONFIG` (the content of the file in a
 * variable), then `config.json` in `DOCKER_CONFIG` or `~/.docker`. In each: `credHelpers`, then `credsStore`,
 * then `auths`, by exact host and port.
 */
export function dockerCredentials(env: NodeJS.ProcessEnv = process.env): CredentialStore {
  return async (host) => {
    const fromEnv = env['DOCKER_AUTH_CONFIG'];
    const inline = fromEnv ? parseConfig(fromEnv, 'DOCKER_AUTH_CONFIG') : {};
    const found = await fromConfig(inline, host, env);
    return found ?? fromConfig(await readConfig(env), host, env);
  };
}

/** True if a key of a Docker configuration names this registry: same host and same port. */
export function keyNames(key: string, host: string): boolean {
  const bare = key
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/(?:v[12]\/?)?$/, '');
  const wanted = host.toLowerCase();
  return wanted === 'docker.io' ? ['index.docker.io', 'docker.io'].includes(bare) : bare === wanted;
}

async function fromConfig(config: DockerConfig, host: string, env: NodeJS.ProcessEnv) {
  const helpers = Object.entries(config.credHelpers ?? {});
  const helper = helpers.find(([key]) => keyNames(key, host))?.[1] ?? config.credsStore;
  const fromHelper = helper ? await askHelper(helper, host, env) : undefined;
  if (fromHelper) return fromHelper;
  const auth = Object.entries(config.auths ?? {}).find(([key]) => keyNames(key, host))?.[1];
  return auth && fromAuth(auth, host);
}

function fromAuth(auth: Type.Static<typeof AuthSchema>, host: string): Credentials | undefined {
  if (auth.identitytoken) return { kind: 'refresh', token: auth.identitytoken };
  if (auth.username && auth.password)
    return { kind: 'password', user: auth.username, password: auth.password };
  if (!auth.auth) return undefined;
  const decoded = Buffer.from(auth.auth, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 1) throw failed(host, 'the entry "auth" cannot be read');
  // Docker adds NUL bytes to some passwords.
  return {
    kind: 'password',
    user: decoded.slice(0, colon),
    password: decoded.slice(colon + 1).replace(/\0+$/, ''),
  };
}

async function readConfig(env: NodeJS.ProcessEnv): Promise<DockerConfig> {
  const folder = env['DOCKER_CONFIG'] || join(env['HOME'] ?? homedir(), '.docker');
  const file = join(folder, 'config.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new ImageError('credentials-failed', `cannot read "${file}" (${error.code}): fix its permissions`, {
      value: file,
    });
  });
  return text === undefined ? {} : parseConfig(text, file);
}

/** The error names only the place, because the values are secrets. */
function parseConfig(text: string, place: string): DockerConfig {
  try {
    return readJson(DockerConfigSchema, text, place);
  } catch {
    throw new ImageError(
      'credentials-failed',
      `"${place}" is not a valid Docker configuration: run "docker login" again`,
      { value: place },
    );
  }
}

/** The credential helper protocol: the host on standard input, JSON on standard output. */
async function askHelper(
  name: string,
  host: string,
  env: NodeJS.ProcessEnv,
): Promise<Credentials | undefined> {
  if (!/^[a-z0-9][a-z0-9_.-]*$/i.test(name))
    throw failed(host, 'the name of its credential helper is not valid');
  const { code, output } = await run(
    `docker-credential-${name}`,
    host === 'docker.io' ? hubKey : host,
    env,
  ).catch(() => {
    throw failed(
      host,
      `docker-credential-${name} cannot be run: install it, or remove it from the configuration`,
    );
  });
  if (code !== 0 && /credentials not found/i.test(output)) return undefined;
  if (code !== 0) throw failed(host, `docker-credential-${name} ended with ${code}: sign in again`);
  const { Username, Secret } = parseHelper(output, name, host);
  // Some helpers return empty values if they have no credentials.
  if (Secret === '') return undefined;
  return Username === '<token>'
    ? { kind: 'refresh', token: Secret }
    : { kind: 'password', user: Username, password: Secret };
}

function parseHelper(output: string, name: string, host: string): Type.Static<typeof HelperSchema> {
  try {
    return validate(HelperSchema, JSON.parse(output), name);
  } catch {
    throw failed(host, `docker-credential-${name} did not return credentials: update it`);
  }
}

async function run(
  program: string,
  input: string,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; output: string }> {
  // Loaded on demand, because few registries have a helper.
  const { spawn } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['get'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    let output = '';
    // Child processes of the helper may keep the output open; closing our end stops them, too.
    const stop = () => {
      child.stdout.destroy();
      child.kill('SIGKILL');
      resolve({ code: 1, output: '' });
    };
    const timer = setTimeout(stop, helperLimits.ms);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.length > helperLimits.bytes) stop();
    });
    child.on('close', () => clearTimeout(timer));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
    // A helper may end without reading its input.
    child.stdin.on('error', () => undefined).end(input);
  });
}

function failed(host: string, reason: string): ImageError {
  return new ImageError('credentials-failed', `credentials for ${host}: ${reason}`, { value: host });
}
