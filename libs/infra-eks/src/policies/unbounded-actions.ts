import type { Value } from '@slipway/stack';

interface Statement {
  Effect?: string;
  Action?: string | string[];
  Resource?: string | string[];
  Condition?: object;
}

/** Actions that only look, which may name every resource. */
const LOOKING = /^[a-z0-9-]+:(Get|List|Describe)/;

/** Actions that decide what a role may do. */
const GIVING =
  /^iam:(CreateRole|PutRolePolicy|AttachRolePolicy|PutRolePermissionsBoundary|DeleteRolePermissionsBoundary)$/;

/**
 * The allowed actions of a policy document that reach too far: `*` and `iam:*` always, `service:*` and writing
 * everywhere without a condition, handing on roles (`iam:PassRole`) without naming to whom, and giving roles permissions
 * without a boundary, which would be all of them.
 */
export function actionsWithoutBounds(document: Value): string[] {
  const read = (typeof document === 'string' ? JSON.parse(document) : document) as {
    Statement?: Statement[];
  } | null;
  return (read?.Statement ?? []).flatMap((statement) => {
    if (statement.Effect !== 'Allow') return [];
    const actions = [statement.Action ?? []].flat();
    const everywhere = [statement.Resource ?? []].flat().includes('*');
    const bound = statement.Condition !== undefined;
    const conditions = JSON.stringify(statement.Condition ?? '');
    return actions.filter(
      (action) =>
        action === '*' ||
        /^iam:\*/.test(action) ||
        (/^iam:/.test(action) && everywhere && !LOOKING.test(action)) ||
        (action === 'iam:PassRole' && !conditions.includes('"iam:PassedToService"')) ||
        (GIVING.test(action) && !conditions.includes('"iam:PermissionsBoundary"')) ||
        (everywhere && !bound && !LOOKING.test(action)),
    );
  });
}
