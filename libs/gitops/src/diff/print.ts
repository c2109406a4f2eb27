import type { FieldChange } from './compare.ts';
import type { ObjectChange } from './diff.ts';

/** What becomes of the objects of one app, for printing. */
export interface AppDiff {
  app: string;
  objects: readonly ObjectChange[];
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

/** Longest value that is shown on one line; the rest is cut. */
const WIDTH = 100;

/** A diff as text: a line for each object, and below it one for each field. */
export function diffText(apps: readonly AppDiff[]): string {
  const lines = apps.flatMap(({ app, objects }) => [
    `${app}: ${summary(objects)}`,
    ...objects.flatMap(({ object, change, fields }) => [
      `  ${SIGNS[change]} ${object}`,
      ...fields.map((field) => `      ${describe(field)}`),
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
  text.replaceAll(/^ {2}([+-]) /gm, '$1 ').replaceAll(/^ {2}~ /gm, '! ');

function summary(objects: readonly ObjectChange[]): string {
  if (objects.length === 0) return 'no object changes';
  const kinds = (['added', 'changed', 'removed'] as const).map((kind) => {
    const count = objects.filter(({ change }) => change === kind).length;
    return count === 0 ? '' : `${count} ${kind}`;
  });
  return kinds.filter(Boolean).join(', ');
}

function describe({ path, before, after }: FieldChange): string {
  if (before === undefined) return `${path}: + ${short(after)}`;
  if (after === undefined) return `${path}: - ${short(before)}`;
  return `${path}: ${short(before)} -> ${short(after)}`;
}

function short(value: unknown): string {
  const text = typeof value === 'string' && /^[\w./:@(), -]+$/.test(value) ? value : JSON.stringify(value);
  return text.length > WIDTH ? `${text.slice(0, WIDTH)}… (${text.length} characters)` : text;
}
