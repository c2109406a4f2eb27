import { describe, expect, it } from 'vitest';
import { readApplication } from '../../src/argocd/application.ts';
import { argoCdByKubectl, findContext, type Kubectl } from '../../src/argocd/kubectl.ts';
import { applicationJson, applicationManifest } from '../support/application-json.ts';

/** A kubectl that answers the first pattern that its arguments match. */
function kubectl(answers: readonly [RegExp, string | { stderr: string }][]): Kubectl & { asked: string[] } {
  const asked: string[] = [];
  const run: Kubectl = async (args) => {
    asked.push(args.join(' '));
    const answer = answers.find(([pattern]) => pattern.test(args.join(' ')))?.[1] ?? '';
    return typeof answer === 'string'
      ? { code: 0, stdout: answer, stderr: '' }
      : { code: 1, stdout: '', ...answer };
  };
  return Object.assign(run, { asked });
}

const pod = {
  kind: 'Pod',
  metadata: { name: 'api-1' },
  status: {
    containerStatuses: [
      { name: 'app', ready: false, state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } },
    ],
  },
};
const starting = {
  kind: 'Pod',
  metadata: { name: 'api-2' },
  status: {
    containerStatuses: [{ name: 'app', ready: false, state: { waiting: { reason: 'ContainerCreating' } } }],
  },
};
const deployment = {
  kind: 'Deployment',
  metadata: { name: 'api' },
  status: {
    conditions: [
      { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: 'too few' },
    ],
  },
};
const event = (name: string, message: string) => ({
  involvedObject: { kind: 'Pod', name },
  reason: 'FailedMount',
  message,
});

describe('the context of an environment', () => {
  const contexts: [RegExp, string][] = [
    [/get-contexts/, 'development\nkind\n'],
    [/current-context/, 'kind\n'],
  ];

  it.each([
    ['the one that is named', 'development', 'kind', 'kind'],
    ['else the one with its name', 'development', undefined, 'development'],
    ['else the current one', 'production', undefined, 'kind'],
  ])('is %s', async (_, environment, named, found) => {
    expect(await findContext(kubectl(contexts), environment, named)).toBe(found);
  });

  it('is refused when kubectl does not know the name, with those that it knows', async () => {
    await expect(findContext(kubectl(contexts), 'development', 'prod')).rejects.toThrow(
      /no context "prod".*development, kind/,
    );
  });

  it('is undefined if kubectl has no context', async () => {
    expect(
      await findContext(
        kubectl([[/current/, { stderr: 'error: current-context is not set' }]]),
        'development',
      ),
    ).toBeUndefined();
  });
});

describe('Argo CD by kubectl', () => {
  it('reads one Application, of the named context and namespace, within a time limit', async () => {
    const run = kubectl([[/ -- api$/, applicationJson()]]);
    expect(await argoCdByKubectl(run, 'ctx', 'argo').application('api')).toMatchObject({
      name: 'api',
      namespace: 'api',
    });
    expect(run.asked).toEqual([
      '--context=ctx --request-timeout=10s get --output=json applications.argoproj.io --namespace=argo --ignore-not-found -- api',
    ]);
  });

  it('answers nothing for one that is not there', async () => {
    expect(await argoCdByKubectl(kubectl([]), 'ctx', 'argo').application('api')).toBeUndefined();
  });

  it('reads all of them', async () => {
    const items = [applicationManifest({ name: 'a' }), applicationManifest({ name: 'b' })];
    const found = await argoCdByKubectl(
      kubectl([[/applications/, JSON.stringify({ kind: 'List', items })]]),
      'ctx',
      'argo',
    ).applications();
    expect(found.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('names pods, the events of starting pods, and the objects of the Application', async () => {
    const run = kubectl([
      [/ pods /, JSON.stringify({ items: [pod, starting] })],
      [
        / events /,
        JSON.stringify({
          items: [event('api-2', 'old'), event('api-2', 'secret "api-keys" not found'), event('other', 'x')],
        }),
      ],
      [/Deployment\.apps\/api$/, JSON.stringify(deployment)],
    ]);
    const application = readApplication(applicationJson(), 'a test');
    expect(await argoCdByKubectl(run, 'ctx', 'argo').causes(application)).toEqual([
      { resource: 'Pod/api-1', message: 'container app: ErrImagePull: not found' },
      { resource: 'Pod/api-2', message: 'FailedMount: secret "api-keys" not found' },
      { resource: 'Deployment/api', message: 'MinimumReplicasUnavailable: too few' },
    ]);
  });

  it('skips what it may not read', async () => {
    const run = kubectl([
      [/pods/, { stderr: 'Error: pods is forbidden' }],
      [/Deployment/, JSON.stringify({ items: [deployment] })],
    ]);
    const causes = await argoCdByKubectl(run, 'ctx', 'argo').causes(
      readApplication(applicationJson(), 'a test'),
    );
    expect(causes).toHaveLength(1);
  });

  it.each([
    ['not-found', `error: the server doesn't have a resource type "applications"`],
    ['auth', 'Error from server (Forbidden): applications.argoproj.io is forbidden: User "x" cannot list'],
    ['auth', 'error: You must be logged in to the server (Unauthorized)'],
    ['network', 'Unable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout'],
    [
      'network',
      'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?',
    ],
  ])('takes as %s: %s', async (code, stderr) => {
    await expect(
      argoCdByKubectl(kubectl([[/./, { stderr }]]), 'ctx', 'argo').applications(),
    ).rejects.toMatchObject({
      code,
      message: expect.stringContaining('the context "ctx"') as string,
    });
  });
});
