import { parseAllDocuments } from 'yaml';
import { GitopsError } from '../../error.ts';

/** A Kubernetes object: the fields that all kinds have. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** The name of a manifest in messages: `Deployment/api`. */
export const placeOf = ({ kind, metadata }: Manifest): string => `${kind}/${metadata.name}`;

/**
 * Parses Helm's output like Kubernetes: as YAML 1.1, in which an unquoted `no` is false. Empty documents are
 * skipped.
 *
 * @throws {GitopsError} `invalid` if the text is not YAML, repeats a key, or contains a document that is not
 *   a Kubernetes object
 */
export function parseManifests(text: string): Manifest[] {
  const documents = parseAllDocuments(text, { version: '1.1', logLevel: 'error' });
  if ('empty' in documents) return [];
  return documents.flatMap((document) => {
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem) throw new GitopsError('invalid', `The manifests are not YAML: ${problem.message}`);
    const value: unknown = document.toJS();
    return value === null ? [] : [asManifest(value)];
  });
}

function asManifest(value: unknown): Manifest {
  const { apiVersion, kind, metadata } = (value ?? {}) as Partial<Manifest>;
  const named = [apiVersion, kind, metadata?.name].every((part) => typeof part === 'string' && part !== '');
  if (named) return value as Manifest;
  throw new GitopsError(
    'invalid',
    `A document has no apiVersion, kind or metadata.name: ${JSON.stringify(value).slice(0, 200)}`,
    { value },
  );
}
