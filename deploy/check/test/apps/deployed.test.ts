import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, test } from 'vitest';
import { APP_RULES, findOnPath, PLATFORM_RULES, requireHelm } from '@slipway/gitops/render';
import { listDeployed, renderDeployed, type Deployed } from '../support/deployed.ts';
import { WORKSPACE } from '../support/charts.ts';
import { problemsOf } from '../support/problems.ts';
import { hasHelm } from '../support/service-chart.ts';

const DEPLOYED = listDeployed(WORKSPACE);
const helm3 = await findOnPath('helm3', 3);
const snapshotOf = (environment: string, what: string) =>
  join(import.meta.dirname, '../../snapshots', environment, `${what}.yaml`);

let rendered: Promise<Deployed[]> | undefined;

async function find({ what, environment }: Pick<Deployed, 'what' | 'environment'>): Promise<Deployed> {
  rendered ??= requireHelm().then((helm) => renderDeployed(WORKSPACE, helm));
  const found = (await rendered).find((one) => one.what === what && one.environment === environment);
  if (found) return found;
  throw new Error(`${what} in ${environment} is not rendered.`);
}

/** What configures Argo CD has other kinds than an app. */
const rulesOf = (what: string) => (what === 'root' || what === 'platform' ? PLATFORM_RULES : APP_RULES);

describe.skipIf(!hasHelm)('what is deployed to an environment', () => {
  test('is the root, the platform and the apps that have a file for it', () => {
    expect(DEPLOYED).toEqual(
      expect.arrayContaining([
        { what: 'root', environment: 'development' },
        { what: 'platform', environment: 'production' },
        { what: 'sample-api', environment: 'local' },
      ]),
    );
    expect(DEPLOYED).not.toContainEqual({ what: 'platform', environment: 'local' });
  });

  test.each(DEPLOYED)('$what in $environment breaks no rule', async (deployed) => {
    const { manifests } = (await find(deployed)).rendered;
    expect(manifests.length).toBeGreaterThan(1);
    expect(await problemsOf(rulesOf(deployed.what), manifests)).toEqual([]);
  });

  test.each(DEPLOYED)('$what in $environment renders the committed snapshot', async (deployed) => {
    const file = snapshotOf(deployed.environment, deployed.what);
    const text = withoutCommits((await find(deployed)).rendered.text);
    const fresh = await format(text, { ...(await resolveConfig(file)), parser: 'yaml' });
    await expect(fresh, 'If the change is intended: npx vitest run -u').toMatchFileSnapshot(file);
  });

  test.skipIf(!helm3)('is the same by Helm 3, if a helm3 is on PATH', async () => {
    if (!helm3) return;
    const byHelm3 = await renderDeployed(WORKSPACE, helm3);
    const byHelm4 = await Promise.all(DEPLOYED.map(find));
    expect(byHelm3.map(({ rendered }) => rendered.manifests)).toEqual(
      byHelm4.map(({ rendered }) => rendered.manifests),
    );
  });
});

/** No rendered object names a commit. If one does, the snapshots must not change with every commit. */
const withoutCommits = (text: string): string => text.replace(/\b[0-9a-f]{40}\b/g, '<commit>');
