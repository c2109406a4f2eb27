import { describe, expect, test } from 'vitest';
import { APP_RULES } from '@slipway/gitops/render';
import { problemsOf } from '../support/problems.ts';
import { EVERYTHING, hasHelm, outcomesOf } from '../support/service-chart.ts';

type Block = Readonly<Record<string, unknown>>;
const BLOCK = EVERYTHING.environment as Block;

/** The block without one key, at every depth: the block of a platform that is older than this chart. */
function older(block: Block): Block[] {
  return Object.entries(block).flatMap(([key, value]) => {
    const rest = Object.fromEntries(Object.entries(block).filter(([other]) => other !== key));
    const inside = isBlock(value) ? older(value).map((less) => ({ ...block, [key]: less })) : [];
    return [rest, ...inside];
  });
}

/** The block with a key that this chart does not know, at every depth: a newer platform may add it. */
function newer(block: Block): Block[] {
  const inside = Object.entries(block)
    .filter(([, value]) => isBlock(value))
    // Labels are free: no key of them is unknown.
    .filter(([key]) => key !== 'namespaceLabels')
    .flatMap(([key, value]) => newer(value as Block).map((more) => ({ ...block, [key]: more })));
  return [{ ...block, later: { list: [1, 'two', null] } }, ...inside];
}

const isBlock = (value: unknown): value is Block =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The account that requests tokens has a name and a namespace, or neither: half of it would bind a role to no account. */
const isWhole = (block: Block): boolean => {
  const requester = (block.secretStore as Block | undefined)?.tokenRequester as Block | undefined;
  return requester === undefined || ('name' in requester && 'namespace' in requester);
};

describe.skipIf(!hasHelm)('the environment block', () => {
  test('may lack any key that the chart knows', async () => {
    const blocks = [{}, ...older(BLOCK).filter(isWhole)];
    expect(blocks.length).toBeGreaterThan(14);
    const outcomes = await outcomesOf(blocks.map((environment) => ({ ...EVERYTHING, environment })));
    for (const { manifests, refusal } of outcomes) {
      expect(refusal).toBeUndefined();
      expect(await problemsOf(APP_RULES, manifests ?? [])).toEqual([]);
    }
  });

  test('may have keys that the chart does not know, which change nothing', async () => {
    const blocks = newer(BLOCK);
    expect(blocks.length).toBeGreaterThan(4);
    const [known, ...outcomes] = await outcomesOf(
      [BLOCK, ...blocks].map((environment) => ({ ...EVERYTHING, environment })),
    );
    expect(known?.manifests?.length).toBeGreaterThan(10);
    for (const { manifests } of outcomes) expect(manifests).toEqual(known?.manifests);
  });
});
