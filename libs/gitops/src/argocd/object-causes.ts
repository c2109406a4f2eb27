import Type, { type Static } from 'typebox';
import { readJson } from '../text/validate-text.ts';
import type { Cause } from './application.ts';

const OptionalText = Type.Optional(Type.String());
const Condition = Type.Object({
  type: Type.String(),
  status: Type.String(),
  reason: OptionalText,
  message: OptionalText,
});
const Ended = Type.Optional(
  Type.Object({ reason: OptionalText, message: OptionalText, exitCode: Type.Optional(Type.Number()) }),
);
const Container = Type.Object({
  name: Type.String(),
  ready: Type.Optional(Type.Boolean()),
  state: Type.Optional(Type.Object({ waiting: Ended, terminated: Ended })),
  lastState: Type.Optional(Type.Object({ terminated: Ended })),
});
const Conditions = Type.Optional(Type.Array(Condition));

/** The fields of a Kubernetes object that show its faults. */
const Observed = Type.Object({
  kind: Type.String(),
  metadata: Type.Object({ name: Type.String() }),
  status: Type.Optional(
    Type.Object({
      conditions: Conditions,
      parents: Type.Optional(Type.Array(Type.Object({ conditions: Conditions }))),
      initContainerStatuses: Type.Optional(Type.Array(Container)),
      containerStatuses: Type.Optional(Type.Array(Container)),
    }),
  ),
});
export type Observed = Static<typeof Observed>;

/** @throws {GitopsError} `invalid` */
export function readObserved(json: string, place: string): Observed[] {
  return readJson(Type.Object({ items: Type.Array(Observed) }), json, place).items;
}

/** Conditions that should be true, of the kinds in a service or the platform. */
const WANTED = new Set([
  'Ready',
  'Available',
  'Progressing',
  'Accepted',
  'ResolvedRefs',
  'Programmed',
  'PodScheduled',
]);

/** Conditions that should be false. */
const UNWANTED = new Set(['ReplicaFailure', 'ErrorOccurred']);

/** Waiting reasons of a normal start, which are not faults. */
const STARTING = new Set(['ContainerCreating', 'PodInitializing']);

/** The faults in the status of an object. Empty for a healthy one. */
export function causesIn({ kind, metadata, status = {} }: Observed): Cause[] {
  const resource = `${kind}/${metadata.name}`;
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const faults = containers.flatMap(containerFault);
  const conditions = [
    ...(status.conditions ?? []),
    ...(status.parents ?? []).flatMap((parent) => parent.conditions ?? []),
  ];
  // Other conditions of a pod only repeat that a container is not ready.
  const relevant = kind === 'Pod' ? conditions.filter(({ type }) => type === 'PodScheduled') : conditions;
  return [...faults, ...relevant.flatMap(conditionFault)].map((message) => ({ resource, message }));
}

/** Whether the containers of a pod have not started yet. Only events show why. */
export function isStarting({ kind, status = {} }: Observed): boolean {
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return kind === 'Pod' && containers.some(({ state }) => STARTING.has(state?.waiting?.reason ?? ''));
}

function containerFault({ name, ready, state, lastState }: Static<typeof Container>): string[] {
  const { waiting, terminated } = state ?? {};
  const ended = terminated ?? lastState?.terminated;
  const exit = ended?.exitCode
    ? ` (last exit code ${ended.exitCode}${ended.reason ? `, ${ended.reason}` : ''})`
    : '';
  if (waiting?.reason && !STARTING.has(waiting.reason))
    return [`container ${name}: ${sentence(waiting.reason, waiting.message)}${exit}`];
  return ready === false && exit ? [`container ${name} is not ready${exit}`] : [];
}

function conditionFault({ type, status, reason, message }: Static<typeof Condition>): string[] {
  const bad = (WANTED.has(type) && status === 'False') || (UNWANTED.has(type) && status === 'True');
  return bad ? [sentence(reason || `not ${type}`, message)] : [];
}

const sentence = (reason: string, message = ''): string => (message ? `${reason}: ${message}` : reason);
