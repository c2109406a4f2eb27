import { describe, expect, test } from 'vitest';
import { APP_RULES } from '@slipway/gitops/render';
import { problemsOf } from '../support/problems.ts';
import { EVERYTHING, hasHelm, outcomesOf } from '../support/service-chart.ts';

type Block = Readonly<Record<string, unknown>>;
const BLOCK = EVERYTHING.environment as Block;

/** The block with one key left out, at every depth: what a platform knew that is older than this chart. */
function older(block: Block): Block[] {
  return Object.entries(block).flatMap(([key, value]) => {
    const rest = Object.fromEntries(Object.entries(block).filter(([other]) => other !== key));
    const inside = isBlock(value) ? older(value).map((less) => ({ ...block, [key]: less })) : [];
    return [rest, ...inside];
  });
}

/** The block with a key that this chart does not know, at every depth: what a newer platform may add. */
function newer(block: Block): Block[] {
  const inside = Object.entries(block)
    .filter(([, value]) => isBlock(value))
    // Labels are the platform's own words; there is nothing to know or not to know about them.
    .filter(([key]) => key !== 'namespaceLabels')
    .flatMap(([key, value]) => newer(value as Block).map((more) => ({ ...block, [key]: more })));
  return [{ ...block, later: { list: [1, 'two', null] } }, ...inside];
}

const isBlock = (value: unknown): value is Block =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The account that asks for tokens is named whole or not at all: half a name would bind a role to nobody. */
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
