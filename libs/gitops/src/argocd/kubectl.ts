import Type from 'typebox';
import { readJson } from '../text/validate.ts';
import { GitopsError } from '../error.ts';
import {
  readApplication,
  readApplications,
  type Application,
  type Cause,
  type ManagedResource,
} from './application.ts';
import type { ArgoCd } from './argocd.ts';
import { causesIn, isStarting, readObserved, type Observed } from './object-causes.ts';

/** Runs one kubectl command; whatever it exits with is an answer. */
export type Kubectl = (
  args: readonly string[],
  signal?: AbortSignal,
) => Promise<{ code: number; stdout: string; stderr: string }>;

/** How long one question may take, as kubectl writes it. A cluster behind a closed network answers nothing at all. */
const PATIENCE = '--request-timeout=10s';

/**
 * The context of an environment: the one that is named, else the one that has the environment's name, else the current one.
 *
 * @returns nothing where kubectl knows no context at all
 * @throws {GitopsError} `usage` for a name that kubectl does not know
 */
export async function findContext(
  kubectl: Kubectl,
  environment: string,
  named?: string,
): Promise<string | undefined> {
  const known = (await kubectl(['config', 'get-contexts', '--output=name'])).stdout
    .split('\n')
    .filter(Boolean);
  if (named !== undefined && !known.includes(named)) {
    throw new GitopsError(
      'usage',
      `There is no context "${named}". kubectl knows: ${known.join(', ') || 'none'}.`,
      {
        value: named,
      },
    );
  }
  if (named !== undefined) return named;
  if (known.includes(environment)) return environment;
  return (await kubectl(['config', 'current-context'])).stdout.trim() || undefined;
}

/**
 * The Argo CD of the cluster behind a context of kubectl. It needs to read Applications, and for the causes of a
 * fault what they manage, and pods and events; it changes nothing.
 *
 * @param namespace where Argo CD keeps its Applications
 */
export function argoCdByKubectl(kubectl: Kubectl, context: string, namespace: string): ArgoCd {
  const name = `the context "${context}"`;
  const get = (args: readonly string[], signal?: AbortSignal) =>
    kubectl([`--context=${context}`, PATIENCE, 'get', '--output=json', ...args], signal);
  const read = async (args: readonly string[], signal?: AbortSignal): Promise<string> => {
    const { code, stdout, stderr } = await get(args, signal);
    if (code !== 0) throw clusterError(name, stderr);
    return stdout;
  };
  const applications = ['applications.argoproj.io', `--namespace=${namespace}`];
  return {
    name,
    async application(app, signal) {
      const found = await read([...applications, '--ignore-not-found', '--', app], signal);
      return found.trim() === '' ? undefined : readApplication(found, `Application ${app} in ${name}`);
    },
    async applications(signal) {
      return readApplications(await read(applications, signal), `the Applications in ${name}`);
    },
    causes: (application, signal) => causes(get, application, signal),
  };
}

type Get = (args: readonly string[], signal?: AbortSignal) => ReturnType<Kubectl>;

/** What cannot be read is left out: this explains a fault that is known already. */
async function causes(get: Get, application: Application, signal?: AbortSignal): Promise<Cause[]> {
  const observe = async (args: readonly string[], place: string): Promise<Observed[]> => {
    const { code, stdout } = await get(args, signal);
    return code === 0 && stdout.trim() !== '' ? readObserved(listOf(stdout), place) : [];
  };
  const { namespace } = application;
  const [pods, ...managed] = await Promise.all([
    observe(['pods', `--namespace=${namespace}`], `the pods in ${namespace}`),
    ...[...byNamespace(application)].map(([place, names]) =>
      observe([`--namespace=${place}`, '--ignore-not-found', '--', ...names], `objects in ${place}`),
    ),
  ]);
  const waiting = pods.filter(isStarting).map(({ metadata }) => metadata.name);
  const events = waiting.length > 0 ? await warnings(get, namespace, new Set(waiting), signal) : [];
  return [...pods.flatMap(causesIn), ...events, ...managed.flat().flatMap(causesIn)];
}

/** `kubectl get` answers one object where it was asked for one, else a list. */
const listOf = (json: string): string =>
  'items' in (JSON.parse(json) as object) ? json : `{"items":[${json}]}`;

/** Kinds that say nothing of their own state. */
const SILENT = new Set([
  'Namespace',
  'Service',
  'ServiceAccount',
  'ConfigMap',
  'Secret',
  'Role',
  'RoleBinding',
  'NetworkPolicy',
]);

function byNamespace({ namespace, resources }: Application): Map<string, string[]> {
  const names = new Map<string, string[]>();
  const nameOf = ({ kind, group, name }: ManagedResource) => `${kind}${group ? `.${group}` : ''}/${name}`;
  for (const resource of resources.filter(({ kind }) => !SILENT.has(kind))) {
    const place = resource.namespace ?? namespace;
    names.set(place, [...(names.get(place) ?? []), nameOf(resource)]);
  }
  return names;
}

const Events = Type.Object({
  items: Type.Array(
    Type.Object({
      involvedObject: Type.Object({ kind: Type.Optional(Type.String()), name: Type.Optional(Type.String()) }),
      reason: Type.Optional(Type.String()),
      message: Type.Optional(Type.String()),
    }),
  ),
});

/** The newest warning about each of these pods. */
async function warnings(
  get: Get,
  namespace: string,
  pods: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<Cause[]> {
  const args = [
    'events',
    `--namespace=${namespace}`,
    '--field-selector=type=Warning,involvedObject.kind=Pod',
    '--sort-by=.lastTimestamp',
  ];
  const { code, stdout } = await get(args, signal);
  if (code !== 0) return [];
  const { items } = readJson(Events, stdout, `the events in ${namespace}`);
  const newest = new Map(
    items
      .filter(({ involvedObject }) => pods.has(involvedObject.name ?? ''))
      .map(({ involvedObject, reason, message }) => [involvedObject.name ?? '', `${reason}: ${message}`]),
  );
  return [...newest].map(([pod, message]) => ({ resource: `Pod/${pod}`, message }));
}

/** Why the API server did not answer, in kubectl's words. */
function clusterError(name: string, words: string): GitopsError {
  const line = words.trim().split('\n').at(-1) ?? '';
  if (/doesn't have a resource type|could not find the requested resource/i.test(words))
    return new GitopsError('not-found', `${name} has no Argo CD: ${line}`, { value: name });
  if (
    /forbidden|unauthorized|must be logged in|provide credentials|getting credentials|context .* does not exist/i.test(
      words,
    )
  )
    return new GitopsError('auth', `${name} refuses: ${line}. It needs the right to read Applications.`, {
      value: name,
    });
  return new GitopsError('network', `${name} cannot be reached: ${line}`, { value: name });
}
