import type { FieldChange } from './field-changes.ts';
import type { ObjectChange } from './diff-manifests.ts';

/** The changed objects of one app. */
export interface AppDiff {
  app: string;
  objects: readonly ObjectChange[];
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

/**
 * The maximum length of a printed value, in characters. A longer value is cut around its first difference.
 */
const SHOWN = 100;

/** The number of characters to print before the first difference of a longer value. */
const LEAD = 20;

/** The maximum length of a line with both values of a field, in columns. Longer values get one line each. */
const WIDTH = 100;

/** Prints a diff as text: a line for each object, followed by its fields. */
export function diffText(apps: readonly AppDiff[]): string {
  const lines = apps.flatMap(({ app, objects }) => [
    `${app}: ${summary(objects)}`,
    ...objects.flatMap(({ object, change, fields }) => [
      `  ${SIGNS[change]} ${object}`,
      ...fields.flatMap((field) => describe(field).map((line) => `      ${line}`)),
    ]),
  ]);
  return lines.join('\n');
}

/** Prints a diff as Markdown for a pull request or a run's summary: one collapsed section for each app. */
export function diffMarkdown(apps: readonly AppDiff[]): string {
  return apps
    .map(({ app, objects }) => {
      const title = `**${app}**: ${summary(objects)}`;
      if (objects.length === 0) return title;
      const text = diffText([{ app, objects }]).split('\n').slice(1).join('\n');
      // A fence is longer than any in the text, so no value can end it.
      const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
      return `<details><summary>${title.replaceAll('**', '')}</summary>\n\n${fence}diff\n${forDiff(text)}\n${fence}\n\n</details>`;
    })
    .join('\n\n');
}

/** Moves the signs to the start of the line, where a `diff` block needs them for its colours. */
const forDiff = (text: string): string =>
  text.replaceAll(/^ {2}( {6})?([+-]) /gm, '$2$1 ').replaceAll(/^ {2}~ /gm, '! ');

function summary(objects: readonly ObjectChange[]): string {
  if (objects.length === 0) return 'no object changes';
  const kinds = (['added', 'changed', 'removed'] as const).map((kind) => {
    const count = objects.filter(({ change }) => change === kind).length;
    return count === 0 ? '' : `${count} ${kind}`;
  });
  return kinds.filter(Boolean).join(', ');
}

function describe({ path, before, after }: FieldChange): string[] {
  const [was, is] = [before, after].map(textOf);
  if (was === undefined || is === undefined) {
    return [`${path}: ${was === undefined ? '+' : '-'} ${excerpt(was ?? is ?? '', 0)}`];
  }
  const from = was.split('').findIndex((unit, at) => unit !== is[at]);
  const [old, next] = [was, is].map((text) => excerpt(text, from === -1 ? was.length : from));
  const line = `${path}: ${old} -> ${next}`;
  return line.length <= WIDTH ? [line] : [`${path}:`, `  - ${old}`, `  + ${next}`];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w./:@(), -]+$/.test(value) ? value : JSON.stringify(value);
}

/**
 * A text, or the part of a long text around its first difference. @param from the index of that difference
 */
function excerpt(text: string, from: number): string {
  if (text.length <= SHOWN) return text;
  const start = Math.max(0, Math.min(from - LEAD, text.length - SHOWN));
  const end = start + SHOWN;
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''} (${text.length} characters)`;
}
