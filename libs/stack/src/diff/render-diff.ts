import { SECRET, shortName, UNKNOWN, type Value } from '../graph/graph.ts';
import type { Change, GraphDiff, PropertyChange } from './diff-graphs.ts';

const SIGN = { add: '+', remove: '-', change: '~', replace: '±' } as const;
const WORD = { add: 'add', change: 'change', replace: 'replace', remove: 'remove' } as const;

/** Longer values are cut: a policy document would fill the whole table. */
const LONGEST = 48;

/** `2 to add, 1 to change, 0 to replace, 0 to remove, 40 unchanged`. */
export function diffSummary({ changes, same }: GraphDiff): string {
  const count = (action: Change['action']) => changes.filter((change) => change.action === action).length;
  const parts = Object.entries(WORD).map(
    ([action, word]) => `${count(action as Change['action'])} to ${word}`,
  );
  return `${parts.join(', ')}, ${same} unchanged`;
}

/** Renders a diff for a terminal: one line per resource, followed by its changed properties. */
export function diffTable(diff: GraphDiff): string {
  const lines = diff.changes.flatMap((change) => [
    `${SIGN[change.action]} ${shortName(change.resource)}${warning(change)}`,
    ...change.properties.map((property) => `    ${propertyLine(property)}`),
  ]);
  const outputs = diff.outputs.map((output) => `    ${propertyLine(output)}`);
  return [
    ...lines,
    ...(outputs.length > 0 ? ['outputs', ...outputs] : []),
    ...(lines.length + outputs.length > 0 ? [''] : []),
    diffSummary(diff),
  ].join('\n');
}

/** Renders a diff as Markdown for a pull request. */
export function diffMarkdown(title: string, diff: GraphDiff): string {
  const rows = diff.changes.map(
    (change) =>
      `| ${SIGN[change.action]} ${change.action} | \`${cell(shortName(change.resource))}\`${warning(change)} | ${change.properties
        .map((property) => `\`${cell(propertyLine(property))}\``)
        .join('<br>')} |`,
  );
  const outputs = diff.outputs.map((output) => `| output | | \`${cell(propertyLine(output))}\` |`);
  const body = [...rows, ...outputs];
  return [
    `### ${title}`,
    '',
    diffSummary(diff),
    ...(body.length > 0 ? ['', '| | Resource | What differs |', '| --- | --- | --- |', ...body] : []),
    '',
  ].join('\n');
}

/** The engine refuses to delete a protected resource; the diff shows this before an update is started. */
function warning({ action, resource }: Change): string {
  const endangered = action === 'remove' || action === 'replace';
  return endangered && resource.options['protect'] === true
    ? ' (protected: the engine will refuse this)'
    : '';
}

function propertyLine({ path, before, after, forces }: PropertyChange): string {
  const [from, to] = [written(before), written(after)];
  const start = commonStart(from, to);
  const forced = forces ? '  (forces replacement)' : '';
  return `${path}: ${cut(from, start)} -> ${cut(to, start)}${forced}`;
}

function written(value: Value | undefined): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'object' && value !== null && SECRET in value) return '[secret]';
  if (typeof value === 'object' && value !== null && UNKNOWN in value) return '[known after apply]';
  return JSON.stringify(value);
}

/** The number of leading characters to leave out, so that the cut text still shows the difference. */
function commonStart(a: string, b: string): number {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  return same < LONGEST / 2 ? 0 : same - LONGEST / 4;
}

function cut(text: string, start: number): string {
  const rest = start > 0 ? `…${text.slice(start)}` : text;
  return rest.length > LONGEST ? `${rest.slice(0, LONGEST - 1)}…` : rest;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('`', "'").replaceAll('\n', ' ');
}
