import { orphanStack, type EnvironmentStatus, type StackStatus } from '@slipway/gitops';
import { table } from '@slipway/gitops/cli';

/** A table of stacks, which have neither image nor Application, and a line per stack without a folder. */
export function stackTable(statuses: readonly EnvironmentStatus[]): string[] {
  const rows = statuses.flatMap(({ environment, stacks }) =>
    stacks.map((status) => [
      status.stack,
      environment,
      status.applied?.graph?.replace('sha256:', 'graph-').slice(0, 'graph-'.length + 12) ?? '-',
      status.applied?.source?.slice(0, 8) ?? '-',
      stateOf(status),
    ]),
  );
  const orphans = statuses.flatMap(({ environment, stacks }) =>
    stacks.filter(({ orphan }) => orphan).map(({ stack }) => orphanStack(environment, stack)),
  );
  if (rows.length === 0) return [];
  return ['', table(['STACK', 'ENVIRONMENT', 'GRAPH', 'APPLIED', 'STATE'], rows), ...orphans];
}

function stateOf({ applied, pending, orphan }: StackStatus): string {
  const states = [orphan && 'orphan', pending && 'pending', !applied?.source && 'not applied'];
  return states.filter(Boolean).join(', ') || 'applied';
}
