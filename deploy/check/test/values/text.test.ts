import fc from 'fast-check';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '@slipway/gitops/render';
import { DEEP, SEED } from '../support/seed.ts';
import { EVERYTHING, hasHelm, only, outcomesOf, RELEASE } from '../support/service-chart.ts';
import { textPaths, withValue } from '../support/with-value.ts';

/** Text that could end a string, a block, a document or a template. */
const HOSTILE = [
  'x\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: stolen',
  '"\n          securityContext:\n            privileged: true\n          x: "',
  '{{ .Release.Name }}{{ fail "x" }}',
  '\'" # : - ? | > % @ ` \\ , [ ] { }',
  '&anchor *alias !!binary <<',
  '\r\n\u2028\u2029\u0085\ufeff\u007f\u001b\\x00\\u0000',
  '$(PORT) $$(PORT) $$$(PORT) $ $( $() ${PORT}',
  'no',
  '0x1F',
  '1e3',
  '~',
  '2026-11-23',
  '  leading and trailing  ',
  '',
];

/** The objects, and every key in them. */
function shapeOf(manifests: readonly Manifest[]): string[] {
  return manifests.flatMap((manifest) => keysIn(manifest, `${manifest.kind} `));
}

function keysIn(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, child]) => keysIn(child, `${path}/${key}`));
}

/** How Kubernetes expands `$(NAME)` and `$$` in the value of an environment variable, by its API reference. */
function expand(value: string, known: ReadonlyMap<string, string>): string {
  return value.replace(/\$(?:\$|\(([^)]*)\))/g, (whole, name?: string) =>
    name === undefined ? '$' : (known.get(name) ?? whole),
  );
}

const chunks = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));

describe.skipIf(!hasHelm)('text in values', () => {
  test(`reaches the app to the letter, whatever it is (seed ${SEED})`, async () => {
    const unit = fc.oneof(
      fc.constantFrom(...'\n\r\t "\'$(){}:#-&*!|>%@`\\'),
      fc.string({ unit: 'binary', maxLength: 2 }),
    );
    const anyText = fc.array(unit, { maxLength: 30 }).map((parts) => parts.join('').replaceAll('\0', ''));
    const texts = [...HOSTILE, ...fc.sample(anyText, { numRuns: DEEP ? 2000 : 100, seed: SEED })];
    const sets = chunks(texts, 50).map((some) =>
      Object.fromEntries(some.map((text, at) => [`T_${at}`, text])),
    );

    const outcomes = await outcomesOf(sets.map((env) => ({ ...RELEASE, env })));
    const harmless = await outcomesOf(
      sets.map((env) => ({ ...RELEASE, env: Object.fromEntries(Object.keys(env).map((key) => [key, 'x'])) })),
    );

    for (const [at, { manifests = [] }] of outcomes.entries()) {
      expect(shapeOf(manifests)).toEqual(shapeOf(harmless[at]?.manifests ?? []));
      const container = only<IDeployment>(manifests, 'Deployment').spec?.template.spec?.containers[0];
      const known = new Map((container?.env ?? []).map(({ name, value = '' }) => [name, value]));
      const expanded = [...known].map(([name, value]) => [name, expand(value, known)]);
      expect(Object.fromEntries(expanded)).toMatchObject(sets[at] ?? {});
    }
  });

  test('is refused at every other place, or changes neither objects nor keys', async () => {
    const hostile = DEEP ? HOSTILE : HOSTILE.slice(0, 3);
    const cases = textPaths(EVERYTHING).flatMap((path) => hostile.map((text) => ({ path, text })));
    const outcomes = await outcomesOf([
      EVERYTHING,
      ...cases.map(({ path, text }) => withValue(EVERYTHING, path, text)),
    ]);
    const shape = shapeOf(outcomes[0]?.manifests ?? []);
    const broken = outcomes
      .slice(1)
      .map(({ manifests }, at) => ({ ...cases[at], shape: manifests && shapeOf(manifests) }))
      .filter((one) => one.shape && !isSameOrLess(one.shape, shape));
    expect(cases.length).toBeGreaterThan(50);
    expect(shape.length).toBeGreaterThan(100);
    expect(broken).toEqual([]);
  });
});

/** Some texts turn a thing off: no gateway of this controller, no secret of no name. Nothing new may appear. */
function isSameOrLess(shape: readonly string[], usual: readonly string[]): boolean {
  const anywhere = (key: string) => key.replaceAll(/\/\d+(?=\/|$)/g, '/*');
  const known = new Set(usual.map(anywhere));
  return shape.length <= usual.length && shape.every((key) => known.has(anywhere(key)));
}
