import { describe, expect, test } from 'vitest';
import { findOnPath } from '@slipway/gitops/render';
import { PLATFORM_RULES } from '../../src/rules/all.ts';
import { unknownFields } from '../../src/rules/known-fields.ts';
import { check } from '../../src/rules/rule.ts';
import { hasHelm } from '../service-chart.ts';
import { manifestsOfScenario, SCENARIOS } from './platform-chart.ts';

const helm3 = await findOnPath('helm3', 3);

describe.skipIf(!hasHelm)('a scenario of the platform', () => {
  test.each(SCENARIOS)(
    '$name breaks no rule, and has no field that Argo CD does not know',
    async (scenario) => {
      const manifests = await manifestsOfScenario(scenario);
      expect(check(PLATFORM_RULES, manifests)).toEqual([]);
      expect(unknownFields(manifests)).toEqual([]);
    },
  );

  test.skipIf(!helm3).each(SCENARIOS)(
    '$name is the same by Helm 3, where a helm3 is on PATH',
    async (scenario) => {
      expect(await manifestsOfScenario(scenario, helm3)).toEqual(await manifestsOfScenario(scenario));
    },
  );
});
