import { describe, expect, it } from 'vitest';
import { causesIn, isStarting, readObserved, type Observed } from '../../src/argocd/object-causes.ts';

const observed = (kind: string, status: unknown): Observed => {
  const json = JSON.stringify({ items: [{ kind, metadata: { name: 'x' }, status }] });
  return readObserved(json, 'a test')[0] as Observed;
};
const said = (kind: string, status: unknown) =>
  causesIn(observed(kind, status)).map(({ message }) => message);

describe('the faults of an object', () => {
  it.each<[string, string, unknown, string[]]>([
    [
      'a pod whose image cannot be pulled',
      'Pod',
      {
        containerStatuses: [
          {
            name: 'app',
            ready: false,
            state: { waiting: { reason: 'ImagePullBackOff', message: 'manifest unknown' } },
          },
        ],
      },
      ['container app: ImagePullBackOff: manifest unknown'],
    ],
    [
      'a pod that crashes',
      'Pod',
      {
        containerStatuses: [
          {
            name: 'app',
            ready: false,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 2, reason: 'Error' } },
          },
        ],
      },
      ['container app: CrashLoopBackOff (last exit code 2, Error)'],
    ],
    [
      'an init container',
      'Pod',
      { initContainerStatuses: [{ name: 'first', state: { waiting: { reason: 'ErrImagePull' } } }] },
      ['container first: ErrImagePull'],
    ],
    [
      'a pod that fits on no node',
      'Pod',
      {
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' },
          { type: 'Ready', status: 'False' },
        ],
      },
      ['Unschedulable: 0/1 nodes'],
    ],
    [
      'a Deployment that gave up',
      'Deployment',
      {
        conditions: [
          { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' },
        ],
      },
      ['ProgressDeadlineExceeded: timed out'],
    ],
    [
      'a Deployment that may make no pod',
      'Deployment',
      {
        conditions: [
          { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' },
        ],
      },
      ['FailedCreate: exceeded quota'],
    ],
    [
      'a secret that cannot be read',
      'ExternalSecret',
      {
        conditions: [
          { type: 'Ready', status: 'False', reason: 'SecretSyncedError', message: 'permission denied' },
        ],
      },
      ['SecretSyncedError: permission denied'],
    ],
    [
      'a route that no gateway takes',
      'HTTPRoute',
      { parents: [{ conditions: [{ type: 'Accepted', status: 'False', reason: 'NotAllowedByListeners' }] }] },
      ['NotAllowedByListeners'],
    ],
    [
      'an ApplicationSet with a mistake',
      'ApplicationSet',
      {
        conditions: [
          { type: 'ErrorOccurred', status: 'True', reason: 'RenderTemplateParamsError', message: 'no key' },
        ],
      },
      ['RenderTemplateParamsError: no key'],
    ],
  ])('is what it says of %s', (_, kind, status, messages) => {
    expect(said(kind, status)).toEqual(messages);
  });

  it('is nothing for sound objects and for those that just start', () => {
    expect(
      said('Pod', {
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [
          { name: 'app', ready: true, state: { running: {} }, lastState: { terminated: { exitCode: 1 } } },
        ],
      }),
    ).toEqual([]);
    expect(said('Deployment', { conditions: [{ type: 'Available', status: 'True' }] })).toEqual([]);
    expect(said('Service', undefined)).toEqual([]);
    const starting = {
      containerStatuses: [{ name: 'app', ready: false, state: { waiting: { reason: 'ContainerCreating' } } }],
    };
    expect(said('Pod', starting)).toEqual([]);
    expect(isStarting(observed('Pod', starting))).toBe(true);
    expect(isStarting(observed('Pod', {}))).toBe(false);
  });
});
