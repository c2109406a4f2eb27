import { withInput, type Graph, type GraphResource } from '@slipway/stack';
import { describe, expect, it } from 'vitest';
import { graphOf } from './stacks.ts';

const ROLE = 'aws:iam/role:Role';

interface Statement {
  Sid: string;
  Action: string | string[];
  Resource: string;
  Condition?: { StringEquals?: Record<string, string> };
}

/** The boundary and the path that the deploy role must use for a role that it creates. */
function allowedBy(foundation: Graph): { boundary: string | undefined; path: string | undefined } {
  const document = foundation.resources.find(
    ({ type, name }) => type === 'aws:iam/rolePolicy:RolePolicy' && name === 'production-ci-deploy',
  )?.inputs['policy'] as unknown as { Statement: Statement[] };
  const statement = document.Statement.find(({ Action }) => [Action].flat().includes('iam:CreateRole'));
  return {
    boundary: statement?.Condition?.StringEquals?.['iam:PermissionsBoundary'],
    path: /^arn:aws:iam::\d+:role(\/.*\/)\*$/.exec(statement?.Resource ?? '')?.[1],
  };
}

const rolesOf = ({ resources }: Graph): GraphResource[] => resources.filter(({ type }) => type === ROLE);

/** Roles that CI is not allowed to create. */
async function refused(graph: Graph): Promise<string[]> {
  const { boundary, path } = allowedBy(await graphOf('production', 'foundation'));
  return rolesOf(graph)
    .filter(({ inputs }) => inputs['permissionsBoundary'] !== boundary || inputs['path'] !== path)
    .map(({ name }) => name);
}

describe('the roles of the stacks that CI applies', () => {
  it('can be created by the deploy role: they have its path and its boundary', async () => {
    const cluster = await graphOf('production', 'cluster');
    expect(rolesOf(cluster).length).toBeGreaterThanOrEqual(5);
    expect(await refused(cluster)).toEqual([]);
    expect(rolesOf(await graphOf('production', 'registry'))).toEqual([]);
  });

  it('are reported if one has another boundary or path', async () => {
    const cluster = await graphOf('production', 'cluster');
    const [{ name }] = rolesOf(cluster) as [GraphResource];
    const other = 'arn:aws:iam::111122223333:policy/ci/development-platform-boundary';
    expect(await refused(withInput(cluster, ROLE, 'permissionsBoundary', other))).toContain(name);
    expect(await refused(withInput(cluster, ROLE, 'path', '/ci/'))).toContain(name);
  });

  it('have the boundary that the foundation creates, which does not allow IAM', async () => {
    const foundation = await graphOf('production', 'foundation');
    const made = foundation.resources.find(({ type }) => type === 'aws:iam/policy:Policy');
    const { boundary } = allowedBy(foundation);
    expect(boundary).toBe(
      `arn:aws:iam::111122223333:policy${String(made?.inputs['path'])}${String(made?.inputs['name'])}`,
    );
    expect(JSON.stringify(made?.inputs['policy'])).not.toMatch(/"(iam|sts):|"\*:/);
  });
});
