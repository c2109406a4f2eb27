import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';

export default [
  { ignores: ['**/dist/', '**/node_modules/', '.nx/', '.slipway/'] },
  ...nx.configs['flat/base'],
  ...nx.configs['flat/typescript'],
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions'] }],
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: true,
          allow: [],
          depConstraints: [
            { sourceTag: 'layer:app', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'layer:tools', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'layer:alone', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'layer:nx', onlyDependOnLibsWithTags: ['room:gitops'] },
            { sourceTag: 'layer:infra-core', onlyDependOnLibsWithTags: ['room:stack'] },
            { sourceTag: 'layer:infra', onlyDependOnLibsWithTags: ['layer:infra-core', 'room:stack'] },
            {
              sourceTag: 'layer:program',
              onlyDependOnLibsWithTags: ['layer:infra-core', 'layer:infra', 'room:stack'],
            },
            { sourceTag: 'layer:check', onlyDependOnLibsWithTags: ['room:gitops'] },
            { sourceTag: 'layer:e2e', onlyDependOnLibsWithTags: ['layer:tools'] },
            { sourceTag: 'layer:cli', onlyDependOnLibsWithTags: ['layer:alone', 'layer:nx'] },
          ],
        },
      ],
    },
  },
  {
    // Every project's tool configuration extends the workspace's own.
    files: ['**/*.config.ts', 'libs/*/compile.ts'],
    rules: { '@nx/enforce-module-boundaries': 'off' },
  },
  prettier,
];
