import type { FieldChange } from './compare.ts';
import type { ObjectChange } from './diff.ts';

/** What becomes of the objects of one app, for printing. */
export interface AppDiff {
  app: string;
  objects: readonly ObjectChange[];
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

/** Longest value that is shown, in characters; of a longer one, where it begins to differ. */
const SHOWN = 100;

/** What stands before the first difference of a longer value, in characters. */
const LEAD = 20;

/** Longest line for both values of a field, in columns; else they have a line each. */
const WIDTH = 100;

/** A diff as text: a line for each object, and below it one for each field. */
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

/** A diff as Markdown, for a pull request or the summary of a run: details to unfold for each app. */
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

/** Signs where the colours of a diff look for them. */
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

/** A text, or a part of a long one. @param from where it differs from the other */
function excerpt(text: string, from: number): string {
  if (text.length <= SHOWN) return text;
  const start = Math.max(0, Math.min(from - LEAD, text.length - SHOWN));
  const end = start + SHOWN;
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''} (${text.length} characters)`;
}
