import { describe, expect, it } from 'vitest';
import { readApplication, type Application, type Cause } from '../../src/argocd/application.ts';
import type { ArgoCd } from '../../src/argocd/argocd.ts';
import { waitForRelease, type WaitRequest } from '../../src/argocd/wait-for-release.ts';
import { GitopsError } from '../../src/error.ts';
import { applicationJson, CONFIG, DIGEST, OLDER, type Edit } from '../support/application-json.ts';

const EXPECTED = { config: CONFIG, digest: DIGEST };
const application = (edit: Edit = {}) => readApplication(applicationJson(edit), 'a test');

/** A cluster that gives these answers, one a question, and then the last one for ever. */
function cluster(answers: readonly (Application | undefined | GitopsError)[], causes: Cause[] = []): ArgoCd {
  let at = 0;
  return {
    name: 'the context "test"',
    application: async () => {
      const answer = answers[Math.min(at, answers.length - 1)];
      at += 1;
      if (answer instanceof GitopsError) throw answer;
      return answer;
    },
    applications: async () => [],
    causes: async () => causes,
  };
}

const wait = (argocd: ArgoCd, request: Partial<WaitRequest> = {}) =>
  waitForRelease({
    app: 'api',
    environment: 'e2e',
    expected: async () => EXPECTED,
    argocd,
    pollMs: 1,
    ...request,
  });

describe('waiting for a release', () => {
  it('ends when the cluster runs it, after all that came before', async () => {
    const reported: string[] = [];
    const argocd = cluster([
      undefined,
      application({ targetRevision: OLDER }),
      application({ status: { health: { status: 'Progressing' } } }),
      application(),
    ]);
    expect(await wait(argocd, { onProgress: (waitingFor) => reported.push(waitingFor) })).toMatchObject({
      outcome: 'running',
      causes: [],
    });
    expect(reported).toEqual([
      'Argo CD to create the Application',
      'the Application to move from bbbbbbbbbbbb to cccccccccccc',
      'health (it is Progressing)',
    ]);
  });

  it('reports each state once, however long it lasts', async () => {
    const reported: string[] = [];
    await wait(cluster([undefined, undefined, undefined, application()]), {
      onProgress: (what) => reported.push(what),
    });
    expect(reported).toHaveLength(1);
  });

  it('ends at the deadline with the missing condition and its causes', async () => {
    const pod = { resource: 'Pod/api-1', message: 'container app: ImagePullBackOff: not found' };
    const degraded = application({
      status: { health: { status: 'Degraded', message: 'exceeded its deadline' } },
    });
    expect(await wait(cluster([degraded], [pod]), { deadlineMs: 50 })).toMatchObject({
      outcome: 'timeout',
      waitingFor: 'health (it is Degraded)',
      causes: [{ resource: 'Application/api', message: 'exceeded its deadline' }, pod],
    });
  });

  it('names the errors of Argo CD and the objects that it could not apply', async () => {
    const status = {
      sync: { status: 'Unknown' },
      conditions: [
        { type: 'ComparisonError', message: 'path deploy/charts/gone does not exist' },
        { type: 'SharedResourceWarning', message: 'only a remark' },
      ],
      operationState: {
        phase: 'Failed',
        message: 'one or more objects failed to apply',
        syncResult: {
          resources: [{ kind: 'Deployment', name: 'api', status: 'SyncFailed', message: 'admission denied' }],
        },
      },
    };
    const { causes } = await wait(cluster([application({ status })]), { deadlineMs: 30 });
    expect(causes.map(({ resource, message }) => `${resource}: ${message}`)).toEqual([
      'Application/api: path deploy/charts/gone does not exist',
      'Application/api: one or more objects failed to apply',
      'Deployment/api: admission denied',
    ]);
  });

  it('is superseded if the ledger has another release', async () => {
    const records = [EXPECTED, { config: OLDER, digest: DIGEST }];
    const argocd = cluster([application({ targetRevision: OLDER })]);
    expect(await wait(argocd, { expected: async () => records.shift() ?? EXPECTED })).toMatchObject({
      outcome: 'superseded',
      expected: EXPECTED,
    });
  });

  it('goes on when the cluster cannot be reached for a while', async () => {
    const gone = new GitopsError('network', 'the context "test" cannot be reached: connection refused');
    expect(await wait(cluster([gone, gone, application()]))).toMatchObject({ outcome: 'running' });
    expect(await wait(cluster([gone]), { deadlineMs: 30 })).toMatchObject({
      outcome: 'timeout',
      waitingFor: gone.message,
    });
  });

  it('ends at once if the cluster refuses', async () => {
    await expect(wait(cluster([new GitopsError('auth', 'forbidden')]))).rejects.toMatchObject({
      code: 'auth',
    });
  });

  it('refuses the cluster of another environment, and names the remedy', async () => {
    const other = application({ environment: 'production' });
    await expect(wait(cluster([other]))).rejects.toThrow(
      /is not the cluster of e2e: .*production\.yaml.*--context NAME/,
    );
  });
});
