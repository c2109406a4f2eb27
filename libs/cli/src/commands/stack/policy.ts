import { evaluate, type Finding } from '@slipway/stack';
import { print } from '../print.ts';
import { openStack, type StackOptions } from './open-stack.ts';

export async function policy(folder: string, options: StackOptions): Promise<void> {
  const { policies, graph } = await openStack(folder, options);
  const findings = evaluate(policies, graph);
  print(options.json, findings, () => describe(folder, findings));
  if (findings.some(({ state }) => state === 'violated')) process.exitCode = 3;
}

function describe(folder: string, findings: readonly Finding[]): string {
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length;
  const lines = findings
    .filter(({ state }) => state === 'violated')
    .flatMap(({ policy, description, source, violations }) => [
      `${policy}: ${description} (${source})`,
      ...violations.map(
        ({ urn, property, message }) => `    ${nameIn(urn)}${property ? ` ${property}: ` : ' '}${message}`,
      ),
    ]);
  const relaxed = count('relaxed') > 0 ? `, ${count('relaxed')} relaxed explicitly` : '';
  return [
    ...lines,
    `${folder}: ${count('held')} policies held${relaxed}, ${count('violated')} violated`,
  ].join('\n');
}

/** The end of a URN: the name of the resource in its program. */
const nameIn = (urn: string | undefined): string => urn?.split('$').at(-1) ?? 'the stack:';
