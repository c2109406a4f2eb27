import { describe, expect, test } from 'vitest';
import { APP_RULES, PLATFORM_RULES } from '@slipway/gitops/render';
import { edited } from '../support/edit.ts';
import { hasHelm } from '../support/service-chart.ts';
import { FEWEST, manifestsOf } from '../support/platform-chart.ts';
import { problemsOf } from '../support/problems.ts';

const SPEC = '/spec/template/spec';

/** The rules that hold only for the platform; the others have their examples in ../rules. */
const PLATFORM = PLATFORM_RULES.filter((rule) => !APP_RULES.includes(rule));

/** Each rule of the platform, and edits that it must find. */
const BREAKS: Readonly<Record<string, readonly [kind: string, path: string, value?: unknown][]>> = {
  'own-cluster': [
    ['AppProject', '/spec/destinations/0/namespace', '*'],
    ['AppProject', '/spec/destinations/0/server', '*'],
  ],
  'own-repository': [['AppProject', '/spec/sourceRepos/0', '*']],
  'few-cluster-kinds': [['AppProject', '/spec/clusterResourceWhitelist/0/kind', '*']],
  'named-kinds': [
    ['AppProject', '/spec/namespaceResourceWhitelist/0/kind', '*'],
    ['AppProject', '/spec/namespaceResourceWhitelist/0/kind', 'Secret'],
    ['AppProject', '/spec/namespaceResourceWhitelist'],
  ],
  'default-locked': [['AppProject', '/metadata/name', 'default']],
  'strict-template': [
    ['ApplicationSet', '/spec/goTemplateOptions', []],
    ['ApplicationSet', '/spec/goTemplate', false],
  ],
  'pinned-source': [
    ['ApplicationSet', `${SPEC}/source/targetRevision`, 'main'],
    ['ApplicationSet', `${SPEC}/sources`, []],
  ],
  'literal-project': [
    ['ApplicationSet', `${SPEC}/project`, 'default'],
    ['ApplicationSet', `${SPEC}/project`, '{{ .project }}'],
  ],
  'text-parameters': [['ApplicationSet', `${SPEC}/source/helm/parameters/0/forceString`, false]],
};

describe.skipIf(!hasHelm)('a rule of the platform', () => {
  test.each(Object.entries(BREAKS))('%s finds each edit that breaks it', async (rule, edits) => {
    const good = await manifestsOf(FEWEST);
    expect(await problemsOf(PLATFORM_RULES, good)).toEqual([]);
    for (const [kind, path, value] of edits) {
      const problems = await problemsOf(PLATFORM, edited(good, { kind, path, value }));
      expect(problems.map((problem) => problem.rule)).toContain(rule);
    }
  });

  test('has an example', () => {
    expect(Object.keys(BREAKS)).toEqual(PLATFORM.map(({ id }) => id));
  });
});
