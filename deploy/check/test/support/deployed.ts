import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { listEnvironments, readEnvironment, Checkout } from '@slipway/gitops';
import {
  Exceptions,
  Renderer,
  survey,
  workTreeCommit,
  type Helm,
  type Rendered,
} from '@slipway/gitops/render';

/** An app, the platform or the root in an environment, rendered from the work tree as Argo CD would. */
export interface Deployed {
  readonly what: string;
  readonly environment: string;
  readonly rendered: Rendered;
}

/**
 * Everything in every environment, with samples of images.
 *
 * @throws if something does not render, or breaks a rule
 */
export async function renderDeployed(workspace: string, helm: Helm): Promise<Deployed[]> {
  const checkout = await Checkout.open(workspace);
  const commit = await workTreeCommit(checkout);
  const renderer = new Renderer(checkout, helm);
  try {
    const deployed: Deployed[] = [];
    for (const name of await listEnvironments(workspace)) {
      const environment = await readEnvironment(workspace, name);
      const found = await survey(checkout, renderer, environment, commit, new Exceptions());
      for (const { what, environment, rendered, problems } of found) {
        if (problems.length > 0 || rendered === undefined) throw new Error(JSON.stringify(problems));
        deployed.push({ what, environment, rendered });
      }
    }
    return deployed;
  } finally {
    await renderer.close();
  }
}

/** The names of everything that a workspace deploys to each environment, without rendering it. */
export function listDeployed(workspace: string): Pick<Deployed, 'what' | 'environment'>[] {
  const at = (...path: string[]) => join(workspace, ...path);
  const apps = readdirSync(at('apps'));
  return readdirSync(at('deploy/environments')).flatMap((environment) => {
    const platform = existsSync(at('deploy/environments', environment, 'values.yaml'));
    const deployed = apps.filter((app) => existsSync(at('apps', app, 'deploy', `${environment}.yaml`)));
    return [...(platform ? ['root', 'platform'] : []), ...deployed].map((what) => ({ what, environment }));
  });
}
