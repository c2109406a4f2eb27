import { StackError } from '@slipway/stack';

/**
 * Where the state of an environment lies: `PULUMI_BACKEND_URL`, which must name the environment, so that the state of
 * one is never taken for the state of another.
 *
 * @throws {StackError} `refused` when it is not set or names no store of this environment
 */
export function backendFor(environment: string, { PULUMI_BACKEND_URL: url }: NodeJS.ProcessEnv): string {
  if (url === undefined || url === '') {
    throw new StackError(
      'refused',
      `PULUMI_BACKEND_URL is not set. It names the store with the state of ${environment}, as in s3://${environment}-pulumi?region=…`,
    );
  }
  const word = new RegExp(`(^|[^a-z0-9])${environment}([^a-z0-9]|$)`);
  if (!/^(s3|azblob|gs|file):\/\//.test(url) || !word.test(url.replace(/^\w+:\/\//, ''))) {
    throw new StackError(
      'refused',
      `PULUMI_BACKEND_URL is "${url.replace(/\/\/[^@/]*@/, '//…@')}", which names no store of ${environment}. ` +
        `A store has its environment in its name, as in s3://${environment}-pulumi.`,
      { value: url.replace(/\/\/[^@/]*@/, '//…@') },
    );
  }
  return url;
}
