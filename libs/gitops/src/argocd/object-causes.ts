import Type, { type Static } from 'typebox';
import { readJson } from '../text/validate.ts';
import type { Cause } from './application.ts';

const Word = Type.Optional(Type.String());
const Condition = Type.Object({ type: Type.String(), status: Type.String(), reason: Word, message: Word });
const Ended = Type.Optional(
  Type.Object({ reason: Word, message: Word, exitCode: Type.Optional(Type.Number()) }),
);
const Container = Type.Object({
  name: Type.String(),
  ready: Type.Optional(Type.Boolean()),
  state: Type.Optional(Type.Object({ waiting: Ended, terminated: Ended })),
  lastState: Type.Optional(Type.Object({ terminated: Ended })),
});
const Conditions = Type.Optional(Type.Array(Condition));

/** An object of Kubernetes, as far as it tells what is wrong with it. */
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

/** Conditions that are good when true, in the kinds that a service or the platform is made of. */
const WANTED = new Set([
  'Ready',
  'Available',
  'Progressing',
  'Accepted',
  'ResolvedRefs',
  'Programmed',
  'PodScheduled',
]);

/** Conditions that are bad when true. */
const UNWANTED = new Set(['ReplicaFailure', 'ErrorOccurred']);

/** What a container waits for in every start; it says nothing. */
const STARTING = new Set(['ContainerCreating', 'PodInitializing']);

/** What an object says is wrong with it; nothing for a sound one. */
export function causesIn({ kind, metadata, status = {} }: Observed): Cause[] {
  const resource = `${kind}/${metadata.name}`;
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const told = containers.flatMap(containerFault);
  const conditions = [
    ...(status.conditions ?? []),
    ...(status.parents ?? []).flatMap((parent) => parent.conditions ?? []),
  ];
  // A pod's conditions only say that a container is not ready, which the container says better.
  const fault = kind === 'Pod' ? conditions.filter(({ type }) => type === 'PodScheduled') : conditions;
  return [...told, ...fault.flatMap(conditionFault)].map((message) => ({ resource, message }));
}

/** Whether a pod has not got as far as starting its containers, for which only events say why. */
export function isStarting({ kind, status = {} }: Observed): boolean {
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return kind === 'Pod' && containers.some(({ state }) => STARTING.has(state?.waiting?.reason ?? ''));
}

function containerFault({ name, ready, state, lastState }: Static<typeof Container>): string[] {
  const { waiting, terminated } = state ?? {};
  const ended = terminated ?? lastState?.terminated;
  const exit = ended?.exitCode
    ? ` (it last ended with ${ended.exitCode}${ended.reason ? `, ${ended.reason}` : ''})`
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
