import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** Files and the files that each imports, types included. */
type Imports = ReadonlyMap<string, readonly string[]>;

function importsOfWorkspace(): Imports {
  // Only the projects on which e2e depends: a cached result is not valid for changes of others.
  const args = [
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    'libs/*.ts',
    'e2e/*.ts',
    'tools/*.ts',
  ];
  const listed = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  const files = listed.split('\n').filter((file) => file !== '' && existsSync(join(ROOT, file)));
  return new Map(files.map((file) => [file, importsOf(file)]));
}

function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(ROOT, file), 'utf8'), true, true);
  const relative = importedFiles.map(({ fileName }) => fileName).filter((name) => name.startsWith('.'));
  return relative.map((name) => normalize(join(file, '..', name)));
}

/** One circle of imports, from a file back to itself; undefined if there is none. */
function findCircle(imports: Imports): string[] | undefined {
  const done = new Set<string>();
  const follow = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of imports.get(file) ?? []) {
      const circle = follow(next, [...path, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = follow(file, []);
    if (circle) return circle;
  }
  return undefined;
}

test('no file of the libraries imports itself through others', () => {
  const imports = importsOfWorkspace();
  expect([...imports.values()].flat().length).toBeGreaterThan(imports.size);
  expect(findCircle(imports)).toBeUndefined();
});

test('a circle is found, wherever it is entered', () => {
  const imports = new Map([
    ['main', ['a', 'd']],
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['a']],
    ['d', []],
  ]);
  expect(findCircle(imports)).toEqual(['a', 'b', 'c', 'a']);
  expect(findCircle(new Map(imports).set('c', ['d']))).toBeUndefined();
});
