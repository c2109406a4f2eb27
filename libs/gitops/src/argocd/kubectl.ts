import Type from 'typebox';
import { readJson } from '../text/validate-text.ts';
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

/** Runs one kubectl command and returns its result for any exit code. */
export type Kubectl = (
  args: readonly string[],
  signal?: AbortSignal,
) => Promise<{ code: number; stdout: string; stderr: string }>;

/** The timeout of one request. A cluster behind a closed network does not answer at all. */
const REQUEST_TIMEOUT = '--request-timeout=10s';

/**
 * The context of an environment: the given one, else the one with the environment's name, else the current
 * one.
 *
 * @returns undefined if kubectl has no context
 * @throws {GitopsError} `usage` if kubectl does not have the given context
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
      `kubectl has no context "${named}". Known: ${known.join(', ') || 'none'}.`,
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
 * The Argo CD of the cluster of a kubectl context. It needs the right to read Applications and, for causes,
 * their objects, pods and events. It changes nothing.
 *
 * @param namespace the namespace of Argo CD's Applications
 */
export function argoCdByKubectl(kubectl: Kubectl, context: string, namespace: string): ArgoCd {
  const name = `the context "${context}"`;
  const get = (args: readonly string[], signal?: AbortSignal) =>
    kubectl([`--context=${context}`, REQUEST_TIMEOUT, 'get', '--output=json', ...args], signal);
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

/** The causes that can be read. Objects that cannot be read are skipped. */
async function causes(get: Get, application: Application, signal?: AbortSignal): Promise<Cause[]> {
  const observe = async (args: readonly string[], place: string): Promise<Observed[]> => {
    const { code, stdout } = await get(args, signal);
    return code === 0 && stdout.trim() !== '' ? readObserved(listOf(stdout), place) : [];
  };
  const { namespace } = application;
  const [pods, ...managed] = await Promise.all([
    observe(['pods', `--namespace=${namespace}`], `the pods in ${namespace}`),
    ...[...byNamespace(application)].map(([name, objects]) =>
      observe([`--namespace=${name}`, '--ignore-not-found', '--', ...objects], `objects in ${name}`),
    ),
  ]);
  const waiting = pods.filter(isStarting).map(({ metadata }) => metadata.name);
  const events = waiting.length > 0 ? await warnings(get, namespace, new Set(waiting), signal) : [];
  return [...pods.flatMap(causesIn), ...events, ...managed.flat().flatMap(causesIn)];
}

/** `kubectl get` returns a single object if one was requested, else a list. */
const listOf = (json: string): string =>
  'items' in (JSON.parse(json) as object) ? json : `{"items":[${json}]}`;

/** Kinds without a status. */
const STATELESS = new Set([
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
  for (const resource of resources.filter(({ kind }) => !STATELESS.has(kind))) {
    const own = resource.namespace ?? namespace;
    names.set(own, [...(names.get(own) ?? []), nameOf(resource)]);
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

/** The error for a failed kubectl command. */
function clusterError(name: string, stderr: string): GitopsError {
  const line = stderr.trim().split('\n').at(-1) ?? '';
  if (/doesn't have a resource type|could not find the requested resource/i.test(stderr))
    return new GitopsError('not-found', `${name} has no Argo CD: ${line}`, { value: name });
  if (
    /forbidden|unauthorized|must be logged in|provide credentials|getting credentials|context .* does not exist/i.test(
      stderr,
    )
  )
    return new GitopsError(
      'auth',
      `${name} refused the request: ${line}. Reading Applications needs permission.`,
      {
        value: name,
      },
    );
  return new GitopsError('network', `${name} cannot be reached: ${line}`, { value: name });
}
