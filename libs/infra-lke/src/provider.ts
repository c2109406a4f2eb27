import { Provider } from '@pulumi/linode/provider.js';
import type { Input } from '@pulumi/pulumi';

/**
 * Linode as one environment sees it: by that environment's own token, which is all that tells environments apart there.
 * Without a token the provider reads `LINODE_TOKEN`.
 */
export function linodeProvider(token?: Input<string>): Provider {
  return new Provider('linode', { objUseTempKeys: true, ...(token !== undefined && { token }) });
}
