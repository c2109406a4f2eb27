import { collect } from '../disk/read-chunks.ts';
import { ecrRegion } from './ecr.ts';
import { ImageError } from '../error.ts';
import { parseRetryAfter } from './retry.ts';
import type { Answer, Request } from './transport.ts';

/** Statuses of redirects that keep the method. Uploads answer 202 with a `Location` instead. */
export const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Temporary failures, as in go-containerregistry. Proxies send 499 and 522 after a closed connection. */
const busyStatuses: ReadonlySet<number> = new Set([408, 429, 499, 500, 502, 503, 504, 522]);
const errorLimit = 64 * 1024;

/** Converts an unexpected answer into an error. The message does not contain free text of the registry. */
export async function answerError(
  request: Pick<Request, 'method' | 'url'>,
  answer: Answer,
): Promise<ImageError> {
  const { status } = answer;
  // `docker login` needs the common name of Docker Hub.
  const host = request.url.host.replace(/^registry-1\.(?=docker\.io$)/, '');
  const registryCode = await errorCode(answer);
  const place = `${request.method} ${request.url.origin}${request.url.pathname} answered ${status}${registryCode}`;
  const details = { value: host };
  if (busyStatuses.has(status)) {
    const retryAfterMs = parseRetryAfter(answer.headers['retry-after']);
    const limited = status === 429;
    const remedy = limited
      ? 'the registry limits requests: sign in for a higher limit, or run again later'
      : 'run again later';
    const code = limited ? 'rate-limited' : 'registry-unavailable';
    return new ImageError(code, `${place}: ${remedy}`, { ...details, retryAfterMs });
  }
  if (status === 413 || status === 507) {
    const remedy = 'the content is too large or the quota is used up: raise the quota, or delete images';
    return new ImageError('quota-exceeded', `${place}: ${remedy}`, details);
  }
  if (status === 401 || status === 403) {
    return new ImageError(
      'unauthorized',
      `${place}: sign in ("docker login ${host}") with an account that is permitted to do this`,
      details,
    );
  }
  if (status === 404) {
    const remedy = `create the repository${howToCreate(request.url)}, or correct its name`;
    return new ImageError('repository-missing', `${place}: ${remedy}`, details);
  }
  if (redirectStatuses.has(status)) {
    return new ImageError('address-refused', `${place}: redirects are not followed here`, details);
  }
  return new ImageError('registry-refused', `${place}: the registry does not accept this request`, details);
}

/** The command that creates a repository in ECR. Most other registries create it with the first push. */
function howToCreate({ hostname, pathname }: URL): string {
  const region = ecrRegion(hostname);
  const name = /^\/v2\/(.+?)\/(?:blobs|manifests|tags|referrers)\//.exec(pathname)?.[1];
  return region && name ? ` ("aws ecr create-repository --region ${region} --repository-name ${name}")` : '';
}

/** The code of a registry's error (`NAME_UNKNOWN`). The other parts of the error are ignored. */
async function errorCode(answer: Answer): Promise<string> {
  try {
    const bytes = await collect(answer.body, errorLimit, () => new Error('too large'));
    const code: unknown = JSON.parse(bytes.toString('utf8')).errors?.[0]?.code;
    return typeof code === 'string' && /^[A-Z_]{1,60}$/.test(code) ? ` (${code})` : '';
  } catch {
    return '';
  }
}
