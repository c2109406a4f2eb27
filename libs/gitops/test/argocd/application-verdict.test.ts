import { describe, expect, it } from 'vitest';
import { readApplication } from '../../src/argocd/application.ts';
import { belongsTo, expectedOf, verdict } from '../../src/argocd/application-verdict.ts';
import { applicationJson, CONFIG, DIGEST, OLDER, type Edit } from '../support/application-json.ts';

const EXPECTED = { config: CONFIG, digest: DIGEST };
const application = (edit: Edit = {}) => readApplication(applicationJson(edit), 'a test');

describe('the verdict on a release', () => {
  it('is that it runs when revision, digest and health are the record’s, seen after the sync', () => {
    expect(verdict(EXPECTED, application())).toEqual({ running: true });
  });

  it.each<[string, Edit, RegExp]>([
    [
      'Argo CD still follows another record',
      { targetRevision: OLDER },
      /move from bbbbbbbbbbbb to cccccccccccc/,
    ],
    ['a sync is running', { status: { operationState: { phase: 'Running' } } }, /the end of the sync/],
    ['another commit is synced', { status: { sync: { status: 'Synced', revision: OLDER } } }, /to be synced/],
    [
      'the cluster differs',
      { status: { sync: { status: 'OutOfSync', revision: CONFIG } } },
      /it is OutOfSync/,
    ],
    [
      'the state is older than the sync',
      { status: { reconciledAt: '2026-11-24T10:00:03Z' } },
      /refresh after the sync/,
    ],
    [
      'Argo CD did not refresh after the sync',
      { status: { reconciledAt: undefined } },
      /refresh after the sync/,
    ],
    [
      'pods run another digest',
      { status: { summary: { images: [`x@sha256:${'e'.repeat(64)}`] } } },
      /a pod with the image sha256:dddddddddddd/,
    ],
    ['no pod is known', { status: { summary: {} } }, /a pod with the image/],
    ['it is not healthy', { status: { health: { status: 'Degraded' } } }, /it is Degraded/],
    ['Argo CD has never compared', { status: { sync: undefined, health: undefined } }, /it is Unknown/],
  ])('names the missing condition if %s', (_, edit, waitingFor) => {
    expect(verdict(EXPECTED, application(edit))).toEqual({
      running: false,
      waitingFor: expect.stringMatching(waitingFor) as string,
    });
  });

  it('waits for an Application that does not exist', () => {
    expect(verdict(EXPECTED, undefined)).toMatchObject({ running: false });
  });

  it('expects no digest of a release without an image', () => {
    expect(verdict({ config: CONFIG }, application({ status: { summary: {} } }))).toEqual({ running: true });
    expect(expectedOf({ release: { source: CONFIG, config: CONFIG, chart: 'x' } })).toEqual({
      config: CONFIG,
    });
  });

  it('knows the environment of an Application by the values that it reads', () => {
    expect(belongsTo(application({ environment: 'production' }), 'production')).toBe(true);
    expect(belongsTo(application({ environment: 'pre-production' }), 'production')).toBe(false);
    expect(belongsTo({ ...application(), valueFiles: ['/deploy/environments/e2e/values.yaml'] }, 'e2e')).toBe(
      true,
    );
    expect(belongsTo({ ...application(), valueFiles: [] }, 'e2e')).toBe(false);
  });
});
