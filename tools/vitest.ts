import { defineConfig, type ViteUserConfig } from 'vitest/config';

/**
 * The Vitest configuration every project shares: workspace packages are read from source
 * (the `@slipway/source` export condition), and each run leaves a JSON result that
 * `tools/test.ts` counts, also when Nx answers from its cache.
 */
export function projectTests(test: ViteUserConfig['test'] = {}): ViteUserConfig {
  // Vitest hands these to Node too, so they must not say `import` or `default`: a `require` would get an ES module.
  const conditions = ['@slipway/source', 'module', 'node', 'development|production'];
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: ['@slipway/source'] } },
    test: {
      include: ['test/**/*.test.ts'],
      testTimeout: 60_000, // a hang, not slowness: many tests start processes, and machines are busy
      reporters: ['default', ['json', { outputFile: 'dist/test/results.json' }]],
      ...test,
    },
  });
}
