import type { Expected } from '../oci/digest.ts';
import { answerError } from './answer-error.ts';
import { completion, singleUploadRefused, uploadInChunks } from './chunked-upload.ts';
import { resolveRedirect, type Session } from './session.ts';
import { assertStored, contentDigest } from './assert-stored.ts';
import type { Answer, Request } from './transport.ts';

/** A body to send; it is opened again for each attempt. */
export interface Upload {
  open(): Promise<AsyncIterable<Uint8Array>>;
}

/** The functions of the target repository that uploads use. */
interface UploadWire {
  send(request: Request): Promise<Answer>;
  /** Opens a session that can also pull from this repository, for a mount. */
  mountingFrom(path: string): Session;
  /** Makes a request for a path of the repository. */
  request(method: Request['method'], path: string): Request;
  retry<T>(attempt: () => Promise<T>): Promise<T>;
  signal: AbortSignal;
}

/** Uploads blobs to one repository: by a mount, in one request, or in chunks. */
export class BlobUploads {
  readonly #wire: UploadWire;
  /** This registry refuses uploads in one request. */
  #inChunks = false;
  /** By path; undefined after mounting from it has failed. */
  readonly #mounting = new Map<string, Session | undefined>();

  constructor(wire: UploadWire) {
    this.#wire = wire;
  }

  /**
   * Uploads in one request, POST then PUT: the only way that all registries support (ECR loses later chunks).
   * @param from path of a repository of this registry that may have the blob, to mount it instead
   */
  async put(blob: Expected, upload: Upload, from?: string): Promise<'uploaded' | 'mounted'> {
    const answer = from === undefined ? undefined : await this.#mount(blob.digest, from);
    if (answer === 'mounted') return answer;
    let begun = answer;
    return this.#wire.retry<'uploaded'>(async () => {
      // A second attempt needs a new upload session.
      const location = begun;
      begun = undefined;
      if (!this.#inChunks && (await this.#putWhole(blob, upload, location))) return 'uploaded';
      this.#inChunks = true;
      return this.#putInChunks(blob, upload);
    });
  }

  /** Returns false if the registry refuses uploads in one request. */
  async #putWhole(blob: Expected, upload: Upload, begun: URL | undefined): Promise<boolean> {
    const location = completion(begun ?? (await this.#begin()).location, blob.digest);
    const body = { size: blob.size, open: () => upload.open() };
    const headers = { 'content-type': 'application/octet-stream' };
    const request: Request = { method: 'PUT', url: location, headers, body };
    const answer = await this.#wire.send(request);
    if (singleUploadRefused.has(answer.status)) {
      answer.body.resume();
      return false;
    }
    await assertStored(request, answer, blob.digest);
    return true;
  }

  async #putInChunks(blob: Expected, upload: Upload): Promise<'uploaded'> {
    const begun = await this.#begin();
    const send = (request: Request) => this.#wire.send(request);
    const { request, answer } = await uploadInChunks(send, begun, await upload.open(), blob.digest);
    await assertStored(request, answer, blob.digest);
    return 'uploaded';
  }

  async #begin(): Promise<{ location: URL; minimum: number }> {
    const request = this.#wire.request('POST', 'blobs/uploads/');
    const begun = await this.#wire.send(request);
    if (begun.status !== 202) throw await answerError(request, begun);
    begun.body.resume();
    const location = resolveRedirect(request.url, begun.headers.location ?? '');
    return { location, minimum: Number(begun.headers['oci-chunk-min-length'] ?? 0) || 0 };
  }

  /** Returns `mounted`, or the URL of the upload that the registry began instead, or undefined. */
  async #mount(digest: string, from: string): Promise<'mounted' | URL | undefined> {
    if (!this.#mounting.has(from)) this.#mounting.set(from, this.#wire.mountingFrom(from));
    const session = this.#mounting.get(from);
    if (!session) return undefined;
    const query = new URLSearchParams({ mount: digest, from });
    const request = this.#wire.request('POST', `blobs/uploads/?${query}`);
    try {
      const answer = await session.send(request, this.#wire.signal);
      answer.body.resume();
      if (answer.status === 201 && (contentDigest(answer) ?? digest) === digest) return 'mounted';
      if (answer.status === 202) return resolveRedirect(request.url, answer.headers.location ?? '');
    } catch (error) {
      if (this.#wire.signal.aborted) throw error;
    }
    this.#mounting.set(from, undefined);
    return undefined;
  }
}
