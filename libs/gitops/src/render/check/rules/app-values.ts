import type { ValuesFile } from '../app-settings.ts';
import type { Finding, Rule, Subject } from './rule.ts';

/** Values that an app may not set, and who sets them. */
const NOT_THE_APPS = {
  image: 'the release sets it',
  environment: 'the platform sets it, in deploy/environments/',
} as const;

/** Rules about the values that an app sets itself, which the chart's schema cannot check. */
export const APP_VALUES: readonly Rule[] = [
  {
    id: 'foreign-values',
    message: 'sets a value that is not the app’s to set',
    reason: 'Argo CD replaces it with the value of the release or of the platform.',
    source: 'The README of the service chart',
    remedy: 'Remove the value.',
    find: ({ settings }) => (settings?.files ?? []).flatMap(foreignValues),
  },
  {
    id: 'unrouted-paths',
    message: 'has public paths (route.paths), but its environment has no gateway',
    reason: 'No client can reach the paths, and nothing else reports it.',
    source: 'The README of the service chart',
    remedy: 'Set environment.domain and environment.gateway.name for the environment, or route.paths: [].',
    find: unroutedPaths,
  },
];

function foreignValues({ file, values }: ValuesFile): Finding[] {
  return Object.entries(NOT_THE_APPS)
    .filter(([key]) => key in values)
    .map(([key, owner]) => ({ place: file, message: `sets ${key}, but ${owner}` }));
}

function unroutedPaths({ settings, manifests }: Subject): Finding[] {
  if (!settings?.hasPlatform || manifests.some(({ kind }) => kind === 'HTTPRoute')) return [];
  const { files, environment } = settings;
  const pathsOf = ({ values }: ValuesFile) => (values['route'] as { paths?: unknown[] } | undefined)?.paths;
  const setting = files.findLast((file) => pathsOf(file) !== undefined);
  if (setting === undefined || pathsOf(setting)?.length === 0) return [];
  return [
    {
      place: setting.file,
      message: `has public paths (route.paths), but ${environment} has no gateway`,
      remedy:
        `Set environment.domain and environment.gateway.name in deploy/environments/${environment}/values.yaml, ` +
        `or route.paths: [] in ${files.at(-1)?.file}.`,
    },
  ];
}
