import Type, { type Static } from 'typebox';
import { readJson } from '../text/validate.ts';
import { GitopsError } from '../error.ts';
import type { Manifest } from './helm/manifest.ts';

const Text = Type.String({ minLength: 1 });

/** As much of an Application as rendering it needs: one source, which is a chart in Git. */
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
 * The Application that Argo CD's ApplicationSet controller makes of one file in Git: a generator of Git files whose
 * template names fields of the file (`{{ .release.config }}`) and of its path (`{{ .path.basename }}`), and nothing
 * else of Go's template language.
 *
 * @param file the file, from the root of the branch
 * @param content what it holds
 * @throws {GitopsError} `invalid` where the ApplicationSet does not look for that file, asks for a field that is
 *   not there, or is of another shape
 */
export function applicationOf(manifest: Manifest, file: string, content: object): ApplicationManifest {
  const place = `ApplicationSet ${manifest.metadata.name}`;
  const { spec } = readJson(ApplicationSet, JSON.stringify(manifest), place);
  const patterns = spec.generators.flatMap(({ git }) => git.files.map(({ path }) => path));
  if (!patterns.some((pattern) => matches(pattern, file))) {
    throw new GitopsError('invalid', `${place} looks for ${patterns.join(', ')}, which ${file} is not.`, {
      value: file,
    });
  }
  const segments = file.split('/').slice(0, -1);
  const fields = { ...content, path: { path: segments.join('/'), basename: segments.at(-1) ?? '' } };
  return readJson(ApplicationManifest, JSON.stringify(filled(spec.template, fields, place)), place);
}

/** Whether a path fits a pattern in which `*` stands for anything but a slash. */
function matches(pattern: string, path: string): boolean {
  const literal = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${literal.join('[^/]*')}$`).test(path);
}

/** A template with every text in it filled in. */
function filled(template: unknown, fields: object, place: string): unknown {
  if (typeof template === 'string') return fill(template, fields, place);
  if (Array.isArray(template)) return template.map((entry) => filled(entry, fields, place));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) => [key, filled(value, fields, place)]),
  );
}

function fill(text: string, fields: object, place: string): string {
  return text.replace(/\{\{(.*?)\}\}/g, (action: string, inside: string) => {
    const path = /^\s*\.([A-Za-z]+(?:\.[A-Za-z]+)*)\s*$/.exec(inside)?.[1]?.split('.');
    const value = path?.reduce<unknown>(
      (here, key) => (here as Record<string, unknown> | undefined)?.[key],
      fields,
    );
    if (typeof value === 'string') return value;
    throw new GitopsError('invalid', `${place} asks for ${action}, which the release does not have.`, {
      value: action,
    });
  });
}
