import type { Value } from '@slipway/stack';

interface Statement {
  Effect?: string;
  Action?: string | string[];
  Resource?: string | string[];
  Condition?: object;
}

/** Read-only actions. They may be allowed on all resources. */
const READING = /^[a-z0-9-]+:(Get|List|Describe)/;

/** Actions that change the permissions of a role. */
const GRANTING =
  /^iam:(CreateRole|PutRolePolicy|AttachRolePolicy|PutRolePermissionsBoundary|DeleteRolePermissionsBoundary)$/;

/**
 * Returns the allowed actions of a policy document that are not limited: `*` and `iam:*` always; write
 * actions on all resources without a condition (in IAM even with one); `iam:PassRole` without the receiving
 * service; and actions that grant permissions to roles without requiring a boundary, which could grant all
 * permissions.
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
        (/^iam:/.test(action) && everywhere && !READING.test(action)) ||
        (action === 'iam:PassRole' && !conditions.includes('"iam:PassedToService"')) ||
        (GRANTING.test(action) && !conditions.includes('"iam:PermissionsBoundary"')) ||
        (everywhere && !bound && !READING.test(action)),
    );
  });
}
