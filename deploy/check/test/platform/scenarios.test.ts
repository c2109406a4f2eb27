import { describe, expect, test } from 'vitest';
import { findOnPath, PLATFORM_RULES } from '@slipway/gitops/render';
import { problemsOf } from '../support/problems.ts';
import { hasHelm } from '../support/service-chart.ts';
import { manifestsOfScenario, SCENARIOS } from '../support/platform-chart.ts';

const helm3 = await findOnPath('helm3', 3);

describe.skipIf(!hasHelm)('a scenario of the platform', () => {
  test.each(SCENARIOS)('$name breaks no rule', async (scenario) => {
    expect(await problemsOf(PLATFORM_RULES, await manifestsOfScenario(scenario))).toEqual([]);
  });

  test.skipIf(!helm3).each(SCENARIOS)(
    '$name is the same by Helm 3, if a helm3 is on PATH',
    async (scenario) => {
      expect(await manifestsOfScenario(scenario, helm3)).toEqual(await manifestsOfScenario(scenario));
    },
  );
});
