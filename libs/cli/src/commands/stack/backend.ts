import { StackError } from '@slipway/stack';

/**
 * The URL of the state store of an environment: `PULUMI_BACKEND_URL`. It must contain the name of the
 * environment, so the state of another environment is never used by mistake.
 *
 * @throws {StackError} `refused` if it is not set or does not name a store of this environment
 */
export function backendFor(environment: string, { PULUMI_BACKEND_URL: url }: NodeJS.ProcessEnv): string {
  if (url === undefined || url === '') {
    throw new StackError(
      'refused',
      `PULUMI_BACKEND_URL is not set. It must name the store with the state of ${environment}, as in s3://${environment}-pulumi?region=…`,
    );
  }
  const word = new RegExp(`(^|[^a-z0-9])${environment}([^a-z0-9]|$)`);
  if (!/^(s3|azblob|gs|file):\/\//.test(url) || !word.test(url.replace(/^\w+:\/\//, ''))) {
    throw new StackError(
      'refused',
      `PULUMI_BACKEND_URL is "${url.replace(/\/\/[^@/]*@/, '//…@')}", which is not a store of ${environment}. ` +
        `The URL of a store must contain its environment, as in s3://${environment}-pulumi.`,
      { value: url.replace(/\/\/[^@/]*@/, '//…@') },
    );
  }
  return url;
}
