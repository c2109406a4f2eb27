/** The cluster, registry and Git server of the test, from environment variables. */
export interface Settings {
  /** The registry for CI and pods, for example `localhost:5000/e2e`. */
  registry: string;
  /** The URL of an empty repository, as Argo CD reads it. Argo CD must already have its login. */
  repository: string;
  /** The login for pushes. */
  git?: { user: string; password: string };
  /** The class of the Gateway to create. Without it, the steps through a Gateway are skipped. */
  gatewayClass?: string;
  /** A Vault with a key-value engine (version 2) and a Kubernetes login; else keys are plain Secrets. */
  vault?: { address: string; token: string; path: string; mountPath: string };
}

/** The requirements of the test, by variable. */
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
