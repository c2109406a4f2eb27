import * as Type from 'typebox';
import { Check } from 'typebox/schema';
import { hexOf } from '../oci/digest.ts';
import type { ImageResult } from '../layout/image-json.ts';
import { version } from '../version.ts';

/** Types of in-toto statements that are written and read. */
export const predicateTypes = {
  /** slsa.dev/spec/v1.0/provenance */
  provenance: 'https://slsa.dev/provenance/v1',
  /** cyclonedx.org, as in-toto's attestation repository lists it. */
  sbom: 'https://cyclonedx.org/bom',
} as const;

/** The origin of an image, as provided by the builder. */
export interface ProvenanceSource {
  /** Repository: `git+https://…`. */
  uri: string;
  /** Commit that was built. */
  commit: string;
  /** The builder id: a URI that a policy can require, such as that of a workflow. */
  builder: string;
  /** The lockfile by name and SHA-256 (`sha256:…`). */
  lockfile?: { path: string; digest: string };
  /** URI of the build run, for information. */
  invocation?: string;
}

/** An in-toto statement (in-toto.io/Statement/v1): a predicate about the subject digests. */
export interface Statement {
  _type: 'https://in-toto.io/Statement/v1';
  subject: { name: string; digest: { sha256: string } }[];
  predicateType: string;
  predicate: object;
}

/** Makes a statement about an image: its subjects are the index and the manifest of each platform. */
export function statementAbout(image: ImageResult, predicateType: string, predicate: object): Statement {
  const digests = [image.digest, ...image.platforms.map(({ digest }) => digest)];
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [...new Set(digests)].map((digest) => ({ name: digest, digest: { sha256: hexOf(digest) } })),
    predicateType,
    predicate,
  };
}

/** SLSA provenance v1 of an image. It contains the commit and is therefore not part of the image. */
export function provenanceOf(image: ImageResult, source: ProvenanceSource): Statement {
  const { lockfile, builder, invocation, uri, commit } = source;
  const dependencies = [
    { uri, digest: { gitCommit: commit } },
    ...(lockfile ? [{ uri: `file:${lockfile.path}`, digest: { sha256: hexOf(lockfile.digest) } }] : []),
    ...(image.base.digest ? [{ uri: image.base.name, digest: { sha256: hexOf(image.base.digest) } }] : []),
  ];
  return statementAbout(image, predicateTypes.provenance, {
    buildDefinition: {
      buildType: 'pkg:npm/%40slipway/image#build',
      externalParameters: { source: uri, platforms: image.platforms.map(({ platform }) => platform) },
      internalParameters: { tools: image.tools },
      resolvedDependencies: dependencies,
    },
    runDetails: {
      builder: { id: builder, version: { '@slipway/image': version } },
      ...(invocation ? { metadata: { invocationId: invocation } } : {}),
    },
  });
}

/** The parts of SLSA provenance that are read: builder and dependencies. */
export const ProvenanceSchema = Type.Object({
  buildDefinition: Type.Object({
    resolvedDependencies: Type.Optional(
      Type.Array(
        Type.Object({
          uri: Type.Optional(Type.String()),
          digest: Type.Optional(Type.Record(Type.String(), Type.String())),
        }),
      ),
    ),
  }),
  runDetails: Type.Object({ builder: Type.Object({ id: Type.String() }) }),
});

/** The commits in a predicate. Returns an empty list if it is not provenance. */
export function commitsOf(predicate: unknown): string[] {
  if (!Check(ProvenanceSchema, predicate)) return [];
  const dependencies = predicate.buildDefinition.resolvedDependencies ?? [];
  return dependencies.flatMap(({ digest }) => digest?.['gitCommit'] ?? []);
}
