import { readFileSync, writeFileSync } from 'node:fs';
import { ENVIRONMENT, type Checkout } from './checkout.ts';
import { apply, forward, kubectl, list } from './kubectl.ts';

const NAMESPACE = '--namespace=argocd';

/** The compared parts of an Application. */
export interface Application {
  spec: { source: { targetRevision: string } };
  status: { sync: { status: string; revision: string }; health: { status: string }; reconciledAt: string };
}

export async function application(name: string): Promise<Application> {
  const [found] = await list<Application>(NAMESPACE, 'application', name);
  if (!found) throw new Error(`There is no Application ${name}.`);
  return found;
}

/** The objects of this project in Argo CD's namespace, by kind and name. */
export async function leftInArgoCd(): Promise<string[]> {
  const kinds = ['applicationsets', 'applications', 'appprojects'];
  const text = await kubectl([
    'get',
    NAMESPACE,
    kinds.map((kind) => `${kind}.argoproj.io`).join(','),
    '--output=name',
  ]);
  return text.split('\n').filter((name) => name !== '' && name !== 'appproject.argoproj.io/default');
}

/** Saves the project `default`, because the platform locks it permanently. */
export async function rememberDefaultProject(file: string): Promise<void> {
  const [found] = await list<{ spec: object }>(NAMESPACE, 'appproject', 'default');
  writeFileSync(file, JSON.stringify(found?.spec ?? null));
}

export async function restoreDefaultProject(file: string): Promise<void> {
  const spec = JSON.parse(readFileSync(file, 'utf8')) as object | null;
  if (spec === null) return;
  await kubectl(['delete', NAMESPACE, 'appproject', 'default', '--ignore-not-found']);
  const project = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'default', namespace: 'argocd' },
    spec,
  };
  await apply(JSON.stringify(project));
}

/**
 * Notifies the ApplicationSet controller of a push to the ledger, like the webhook of a Git server, because
 * the test's repository is new and has no webhook.
 */
export async function openWebhook({ repository }: { repository: string }, checkout: Checkout) {
  const port = await forward('argocd', 'argocd-applicationset-controller', 7000);
  await fetch(`${port.address}/api/webhook`, { method: 'POST' }).catch((cause: unknown) => {
    port.close();
    const remedy = 'kubectl rollout restart deployment argocd-applicationset-controller --namespace argocd';
    throw new Error(
      `The ApplicationSet controller has no webhook: it started before Argo CD had its settings. ${remedy}`,
      { cause },
    );
  });
  const url = repository.replace(/\.git$/, '');
  return {
    notify: async (): Promise<void> => {
      const after = checkout.ledgerTip();
      const event = {
        ref: `refs/heads/env/${ENVIRONMENT}`,
        before: '0'.repeat(40),
        after,
        repository: { html_url: url, clone_url: repository, default_branch: 'main' },
        commits: [],
      };
      const answer = await fetch(`${port.address}/api/webhook`, {
        method: 'POST',
        headers: { 'x-github-event': 'push', 'content-type': 'application/json' },
        body: JSON.stringify(event),
      });
      if (!answer.ok) throw new Error(`The ApplicationSet controller's webhook answers ${answer.status}.`);
    },
    close: port.close,
  };
}
