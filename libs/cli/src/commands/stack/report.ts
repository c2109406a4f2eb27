import { table } from '@slipway/gitops/cli';
import { evaluate, relaxationsOf } from '@slipway/stack';
import { print } from '../print.ts';
import { openStack, type StackOptions } from './open-stack.ts';

export async function report(folder: string, options: StackOptions): Promise<void> {
  const { policies, graph } = await openStack(folder, options);
  const findings = evaluate(policies, graph);
  const relaxations = relaxationsOf(graph);
  print(options.json, { relaxations, findings }, () => {
    const rows = relaxations.map(({ option, reason, urn }) => [
      option,
      urn.split('::').at(-1) as string,
      reason,
    ]);
    const first =
      rows.length > 0
        ? table(['OPTION', 'RESOURCE', 'REASON'], rows)
        : 'No option is relaxed: all defaults are hardened.';
    const states = findings.map(({ state, policy, source }) => [state, policy, source]);
    return `${first}\n\n${table(['STATE', 'POLICY', 'SOURCE'], states)}`;
  });
}
