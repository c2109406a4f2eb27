import { Provider } from '@pulumi/linode/provider.js';
import type { Input } from '@pulumi/pulumi';

/**
 * Makes the Linode provider of one environment. Only the token separates environments in a Linode account.
 *
 * @param token the environment's token. @default the variable `LINODE_TOKEN`
 */
export function linodeProvider(token?: Input<string>): Provider {
  return new Provider('linode', { objUseTempKeys: true, ...(token !== undefined && { token }) });
}
