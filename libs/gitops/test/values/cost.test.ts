import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { setValue } from '../../src/values/index.ts';
import { bytesOf } from './bytes.ts';

/** A file of the usual kind: 400 apps of nine lines each, 100 KB. */
const FILE = Array.from(
  { length: 400 },
  (_, n) =>
    `app${n}:\n  image:\n    repository: registry.example.com/team/app${n}\n` +
    `    digest: "sha256:${'0123456789abcdef'.repeat(4)}" # pinned\n    tag: v1.${n}\n` +
    `  replicas: 3\n  env: { A: one, B: 'two' }\n  list:\n    - a\n`,
).join('');

function fastest(action: () => unknown): number {
  const times = Array.from({ length: 7 }, () => {
    const start = performance.now();
    action();
    return performance.now() - start;
  });
  return Math.min(...times);
}

test('an edit with its proof costs at most three times what parsing costs', () => {
  const bytes = bytesOf(FILE);
  const parsing = fastest(() => parseAllDocuments(FILE, { uniqueKeys: false }));
  const editing = fastest(() => setValue(bytes, 'app399.image.digest', 'sha256:new'));
  expect(editing / parsing).toBeLessThan(3);
});
