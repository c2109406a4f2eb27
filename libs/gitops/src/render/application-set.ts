import Type, { type Static } from 'typebox';
import { readJson } from '../text/validate-text.ts';
import { GitopsError } from '../error.ts';
import type { Manifest } from './helm/manifest.ts';

const Text = Type.String({ minLength: 1 });

/** The fields of an Application that rendering needs. Its one source is a chart in Git. */
export const ApplicationManifest = Type.Object({
  metadata: Type.Object({ name: Text }),
  spec: Type.Object({
    source: Type.Object({
      repoURL: Text,
      targetRevision: Text,
      path: Text,
      helm: Type.Object({
        releaseName: Text,
        valueFiles: Type.Array(Text),
        parameters: Type.Optional(Type.Array(Type.Object({ name: Text, value: Type.String() }))),
        valuesObject: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      }),
    }),
    destination: Type.Object({ namespace: Text }),
  }),
});
export type ApplicationManifest = Static<typeof ApplicationManifest>;

const ApplicationSet = Type.Object({
  metadata: Type.Object({ name: Text }),
  spec: Type.Object({
    generators: Type.Array(
      Type.Object({ git: Type.Object({ files: Type.Array(Type.Object({ path: Text })) }) }),
      { minItems: 1, maxItems: 1 },
    ),
    template: Type.Unknown(),
  }),
});

/**
 * The Application that Argo CD's ApplicationSet controller generates for one file in Git. Supports the
 * generator for Git files with templates that contain only fields of the file (`{{ .release.config }}`) and
 * of its path (`{{ .path.basename }}`).
 *
 * @param file the path of the file, from the root of the branch
 * @param content the parsed file
 * @throws {GitopsError} `invalid` if the ApplicationSet does not match the file, uses a missing field, or has
 *   another form
 */
export function applicationOf(manifest: Manifest, file: string, content: object): ApplicationManifest {
  const name = `ApplicationSet ${manifest.metadata.name}`;
  const { spec } = readJson(ApplicationSet, JSON.stringify(manifest), name);
  const patterns = spec.generators.flatMap(({ git }) => git.files.map(({ path }) => path));
  if (!patterns.some((pattern) => matches(pattern, file))) {
    throw new GitopsError('invalid', `${name} matches ${patterns.join(', ')}, but not ${file}.`, {
      value: file,
    });
  }
  const segments = file.split('/').slice(0, -1);
  const fields = { ...content, path: { path: segments.join('/'), basename: segments.at(-1) ?? '' } };
  return readJson(ApplicationManifest, JSON.stringify(fillAll(spec.template, fields, name)), name);
}

/** Whether a path matches a pattern in which `*` matches anything except a slash. */
function matches(pattern: string, path: string): boolean {
  const literal = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${literal.join('[^/]*')}$`).test(path);
}

/** Fills in all texts of a template. */
function fillAll(template: unknown, fields: object, name: string): unknown {
  if (typeof template === 'string') return fill(template, fields, name);
  if (Array.isArray(template)) return template.map((entry) => fillAll(entry, fields, name));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) => [key, fillAll(value, fields, name)]),
  );
}

function fill(text: string, fields: object, name: string): string {
  return text.replace(/\{\{(.*?)\}\}/g, (action: string, inside: string) => {
    const path = /^\s*\.([A-Za-z]+(?:\.[A-Za-z]+)*)\s*$/.exec(inside)?.[1]?.split('.');
    const value = path?.reduce<unknown>(
      (here, key) => (here as Record<string, unknown> | undefined)?.[key],
      fields,
    );
    if (typeof value === 'string') return value;
    throw new GitopsError('invalid', `${name} uses ${action}, which the release does not have.`, {
      value: action,
    });
  });
}
