/** Where the story plays: any cluster, registry and Git server that these variables name. */
export interface Settings {
  /** What CI pushes to and pods pull from, for example `localhost:5000/e2e`. */
  registry: string;
  /** An empty repository, as Argo CD reads it; its login is known to Argo CD already. */
  repository: string;
  /** The login of whoever pushes there. */
  git?: { user: string; password: string };
  /** The class of the Gateway to make; without it nothing is tried from outside. */
  gatewayClass?: string;
  /** A Vault, with its key-value engine (version 2) and a Kubernetes login; without it keys are plain Secrets. */
  vault?: { address: string; token: string; path: string; mountPath: string };
}

/** What the story needs, by variable. */
const NEEDED = { registry: 'E2E_REGISTRY', repository: 'E2E_GIT_URL', kubeconfig: 'KUBECONFIG' } as const;

/** The settings of this run, or the variables that are missing. */
export function readSettings(env: NodeJS.ProcessEnv): { settings: Settings } | { missing: string[] } {
  const missing = Object.values(NEEDED).filter((name) => !env[name]);
  if (missing.length > 0) return { missing };
  const { E2E_GIT_USER: user, E2E_GIT_PASSWORD: password, VAULT_ADDR: address, VAULT_TOKEN: token } = env;
  const gatewayClass = env['E2E_GATEWAY_CLASS'];
  return {
    settings: {
      registry: env[NEEDED.registry] as string,
      repository: env[NEEDED.repository] as string,
      ...(user && password && { git: { user, password } }),
      ...(gatewayClass && { gatewayClass }),
      ...(address &&
        token && {
          vault: {
            address,
            token,
            path: env['E2E_VAULT_KV'] ?? 'secret',
            mountPath: env['E2E_VAULT_KUBERNETES'] ?? 'kubernetes',
          },
        }),
    },
  };
}
