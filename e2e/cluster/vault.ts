import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENVIRONMENT, namespaceOf } from './checkout.ts';
import type { Settings } from './settings.ts';

type VaultSettings = NonNullable<Settings['vault']>;

/** The address of the Vault and its certificate authority, for pods. */
export interface Store {
  server: string;
  caBundle?: string;
}

/** A Vault with a token that permits writing. */
export class Vault {
  readonly #settings: VaultSettings;

  constructor(settings: VaultSettings) {
    this.#settings = settings;
  }

  /** Creates the role that can read only the entries of an app. */
  async createRole(app: string): Promise<void> {
    const { path, mountPath } = this.#settings;
    const rules = `path "${path}/data/${ENVIRONMENT}/${app}/*" { capabilities = ["read"] }`;
    await this.#ask('PUT', `sys/policies/acl/${this.#role(app)}`, { policy: rules });
    await this.#ask('POST', `auth/${mountPath}/role/${this.#role(app)}`, {
      bound_service_account_names: [`${app}-eso`],
      bound_service_account_namespaces: [namespaceOf(app)],
      audience: 'vault',
      token_policies: [this.#role(app)],
      token_ttl: '10m',
    });
  }

  /** Replaces an app's entry. */
  async write(app: string, name: string, data: Record<string, string>): Promise<void> {
    await this.#ask('POST', `${this.#settings.path}/data/${ENVIRONMENT}/${app}/${name}`, { data });
  }

  /** Removes the objects of {@link createRole} and {@link write}. */
  async forget(app: string, name: string): Promise<void> {
    const { path, mountPath } = this.#settings;
    await this.#ask('DELETE', `${path}/metadata/${ENVIRONMENT}/${app}/${name}`);
    await this.#ask('DELETE', `auth/${mountPath}/role/${this.#role(app)}`);
    await this.#ask('DELETE', `sys/policies/acl/${this.#role(app)}`);
  }

  #role(app: string): string {
    return `${ENVIRONMENT}-${app}`;
  }

  async #ask(method: string, path: string, body?: object): Promise<void> {
    const { address, token } = this.#settings;
    const answer = await fetch(`${address}/v1/${path}`, {
      method,
      headers: { 'x-vault-token': token },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`Vault: ${method} ${path}: ${answer.status} ${await answer.text()}`);
  }
}

/**
 * Starts a TLS proxy for a Vault without TLS on an address of this machine, because the chart supports only
 * TLS and development servers do not have it.
 */
export async function storeOf({ address }: VaultSettings): Promise<Store & { close(): void }> {
  const vault = new URL(address);
  if (vault.protocol === 'https:') return { server: vault.origin, close: () => {} };
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  if (!own.some((one) => one.address === vault.hostname && !one.internal)) {
    throw new Error(
      `${address} is neither an https address nor an address of this machine that a cluster can reach.`,
    );
  }
  const { key, cert } = certificate(vault.hostname);
  const front = createServer({ key, cert }, (incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const onward = request(vault, { method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  });
  await new Promise<void>((done) => front.listen(0, vault.hostname, done));
  return {
    server: `https://${vault.hostname}:${(front.address() as AddressInfo).port}`,
    caBundle: cert.toString('base64'),
    close: () => {
      front.closeAllConnections();
      front.close();
    },
  };
}

function certificate(address: string): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-e2e-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const words = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=vault';
  try {
    execFileSync(
      'openssl',
      ['req', ...words.split(' '), '-addext', `subjectAltName=IP:${address}`, '-keyout', key, '-out', cert],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
