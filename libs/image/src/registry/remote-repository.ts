import type { CredentialStore } from './docker-credentials.ts';
import { assertContent, digestOf, isDigest, type Expected } from '../oci/digest.ts';
import { mediaTypes, type Descriptor } from '../oci/schemas.ts';
import type { Repository } from '../oci/reference.ts';
import { registryUrl } from './addresses.ts';
import { answerError } from './answer-error.ts';
import { assertSame, assertStored, contentDigest } from './assert-stored.ts';
import { withNetworkErrors, readAnswer } from './read-answer.ts';
import { BlobUploads, type Upload } from './blob-uploads.ts';
import { readPages, type Page } from './pages.ts';
import { defaultRetryPolicy, retry, type RetryPolicy } from './retry.ts';
import { openSession, type Session } from './session.ts';
import { networkTransport, type Answer, type Request, type Transport } from './transport.ts';

export interface RepositoryOptions {
  repository: Extract<Repository, { kind: 'registry' }>;
  access: 'pull' | 'pull,push';
  credentials: CredentialStore;
  /** Aborts all requests. */
  signal: AbortSignal;
  /** Use plain http for a host that is not loopback. */
  insecure?: boolean | undefined;
  transport?: Transport;
  policy?: RetryPolicy;
}

/** A document with the media type and ETag of the answer. */
interface FetchedDocument {
  bytes: Buffer;
  mediaType: string;
  etag?: string | undefined;
}

const accepted = [
  mediaTypes.index,
  mediaTypes.manifest,
  mediaTypes.dockerIndex,
  mediaTypes.dockerManifest,
].join(', ');

/** A repository of a registry (OCI distribution-spec 1.1). All methods retry after temporary failures. */
export class RemoteRepository {
  readonly #options: RepositoryOptions;
  readonly #transport: Transport;
  readonly #registry: URL;
  readonly #session: Session;
  readonly #uploads: BlobUploads;

  constructor(options: RepositoryOptions) {
    this.#options = options;
    this.#transport = options.transport ?? networkTransport();
    const { host, secure } = options.repository;
    this.#registry = registryUrl(host, options.insecure ?? false, secure);
    this.#session = this.#openSession();
    this.#uploads = new BlobUploads({
      send: (request) => this.#send(request),
      mountingFrom: (path) => this.#openSession(`repository:${path}:pull`),
      request: (method, path) => this.#request(method, path),
      retry: (attempt) => this.#retry(attempt),
      signal: options.signal,
    });
  }

  /** Scheme, host and port of the registry. */
  get origin(): string {
    return this.#registry.origin;
  }

  requests(): number {
    return this.#transport.requests();
  }

  close(): void {
    this.#transport.close();
  }

  /** The digest of the manifest under a tag or digest. Returns undefined if it does not exist. */
  manifestDigest(reference: string): Promise<string | undefined> {
    return this.#retry(async () => {
      const answer = await this.#head(`manifests/${reference}`, { accept: accepted });
      if (!answer) return undefined;
      const digest = contentDigest(answer);
      if (isDigest(reference)) return assertSame(digest ?? reference, reference, this.#registry.host);
      // Old registries do not send the header; then the digest of the content is computed.
      return digest ?? digestOf((await this.#fetch(`manifests/${reference}`)).bytes);
    });
  }

  /** Fetches a manifest or index. If the reference is a digest, the content is checked against it. */
  fetchManifest(reference: string): Promise<FetchedDocument> {
    const digest = isDigest(reference) ? reference : undefined;
    return this.#retry(() => this.#fetch(`manifests/${reference}`, digest));
  }

  /**
   * Reads the pages of a list.
   * @param absent statuses that mean that the list does not exist
   */
  pages(path: string, absent: readonly number[] = []): AsyncGenerator<Page> {
    const send = (request: Request) => this.#send(request);
    return readPages(this.#request('GET', path), absent, send, (attempt) => this.#retry(attempt));
  }

  /** Fetches a small blob and checks its digest. */
  fetchBlob(digest: string): Promise<FetchedDocument> {
    return this.#retry(() => this.#fetch(`blobs/${digest}`, digest));
  }

  /** Opens a blob as a stream. The caller must check digest and size. */
  async openBlob(digest: string): Promise<AsyncIterable<Uint8Array>> {
    const answer = await this.#retry(() => this.#expect('GET', `blobs/${digest}`, [200]));
    return withNetworkErrors(answer.body, this.#request('GET', `blobs/${digest}`));
  }

  hasBlob(digest: string): Promise<boolean> {
    return this.#retry(async () => (await this.#head(`blobs/${digest}`)) !== undefined);
  }

  /** @param from path of a repository of this registry that may have the blob, to mount it instead */
  putBlob(blob: Expected, upload: Upload, from?: string): Promise<'uploaded' | 'mounted'> {
    return this.#uploads.put(blob, upload, from);
  }

  /**
   * @param reference the manifest's own digest, or a tag
   * @param etag only if the current manifest still has this ETag
   */
  putManifest(
    reference: string,
    document: { descriptor: Descriptor; bytes: Uint8Array },
    etag?: string,
  ): Promise<void> {
    return this.#retry(async () => {
      const condition = etag === undefined ? {} : { 'if-match': etag };
      const headers = { 'content-type': document.descriptor.mediaType, ...condition };
      const request = this.#request('PUT', `manifests/${reference}`, headers, document.bytes);
      const answer = await this.#send(request);
      await assertStored(request, answer, document.descriptor.digest);
    });
  }

  #openSession(...further: string[]): Session {
    const { repository, access, credentials } = this.#options;
    return openSession({
      transport: this.#transport,
      registry: this.#registry,
      host: repository.host,
      scopes: [`repository:${repository.path}:${access}`, ...further],
      credentials,
    });
  }

  async #fetch(path: string, digest?: string): Promise<FetchedDocument> {
    const answer = await this.#expect('GET', path, [200], { accept: accepted });
    const document = await readAnswer(this.#request('GET', path), answer);
    if (digest) assertContent(document.bytes, { digest }, this.#request('GET', path).url.href);
    return { ...document, etag: answer.headers.etag };
  }

  /** Returns undefined after 404. */
  async #head(path: string, headers?: Request['headers']): Promise<Answer | undefined> {
    const answer = await this.#expect('HEAD', path, [200, 404], headers);
    answer.body.resume();
    return answer.status === 200 ? answer : undefined;
  }

  async #expect(
    method: Request['method'],
    path: string,
    statuses: readonly number[],
    headers?: Request['headers'],
  ): Promise<Answer> {
    const request = this.#request(method, path, headers);
    const answer = await this.#send(request);
    if (statuses.includes(answer.status)) return answer;
    throw await answerError(request, answer);
  }

  #send(request: Request): Promise<Answer> {
    return this.#session.send(request, this.#options.signal);
  }

  #request(
    method: Request['method'],
    path: string,
    headers: Request['headers'] = {},
    body?: Request['body'],
  ): Request {
    const url = new URL(`/v2/${this.#options.repository.path}/${path}`, this.#registry);
    return { method, url, headers, ...(body ? { body } : {}) };
  }

  #retry<T>(attempt: () => Promise<T>): Promise<T> {
    return retry(this.#options.policy ?? defaultRetryPolicy, this.#options.signal, attempt);
  }
}
