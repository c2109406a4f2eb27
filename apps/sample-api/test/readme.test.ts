import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { SettingsSchema } from '../src/settings.ts';
import { buildTestApp } from './build-test-app.ts';

/** The cells of every table row in the README whose first cell is code. */
async function rows(): Promise<string[][]> {
  const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function settingRow([name, setting]: [string, object]): string[] {
  const { default: fallback, description } = setting as { default?: unknown; description?: string };
  return [
    `\`${name}\``,
    fallback === undefined || fallback === '' ? '' : `\`${String(fallback)}\``,
    description ?? '',
  ];
}

test('the table of settings equals the schema', async () => {
  const documented = (await rows()).filter(([first]) => /^`[A-Z_]+`$/.test(first ?? ''));
  expect(documented).toEqual(Object.entries(SettingsSchema.properties).map(settingRow));
});

test('the table of endpoints contains every route', async () => {
  const documented = (await rows())
    .map(([first = '']) => /^`((?:GET|POST) .*)`$/.exec(first)?.[1] ?? '')
    .filter(Boolean);
  const app = await buildTestApp();
  const { paths } = (await app.inject('/openapi.json')).json<{ paths: Record<string, object> }>();
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.sort()).toEqual(routes.sort());
});
