/** An Application as Argo CD 3 writes it, with the fields that tests need; by default of a release that runs. */
export const CONFIG = 'c'.repeat(40);
export const OLDER = 'b'.repeat(40);
export const DIGEST = `sha256:${'d'.repeat(64)}`;

export interface Edit {
  name?: string;
  environment?: string;
  targetRevision?: string;
  status?: Record<string, unknown>;
}

export function applicationManifest({
  name = 'api',
  environment = 'e2e',
  targetRevision = CONFIG,
  status,
}: Edit = {}) {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'apps',
      destination: { server: 'https://kubernetes.default.svc', namespace: name },
      source: {
        repoURL: 'https://git.example/team/repository.git',
        path: 'deploy/charts/service',
        targetRevision,
        helm: {
          valueFiles: [`/apps/${name}/deploy/values.yaml`, `/apps/${name}/deploy/${environment}.yaml`],
        },
      },
    },
    status: {
      sync: { status: 'Synced', revision: CONFIG },
      health: { status: 'Healthy' },
      reconciledAt: '2026-11-24T10:00:05Z',
      operationState: { phase: 'Succeeded', message: 'ok', finishedAt: '2026-11-24T10:00:04Z' },
      resources: [
        { group: 'apps', version: 'v1', kind: 'Deployment', namespace: name, name, status: 'Synced' },
        { version: 'v1', kind: 'Service', namespace: name, name, status: 'Synced' },
      ],
      summary: { images: [`registry.example/${name}:sha-dddddddddddd@${DIGEST}`] },
      ...status,
    },
  };
}

export const applicationJson = (edit: Edit = {}): string => JSON.stringify(applicationManifest(edit));
