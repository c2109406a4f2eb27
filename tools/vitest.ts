import { defineConfig, type ViteUserConfig } from 'vitest/config';

/**
 * The Vitest configuration every project shares: workspace packages are read from source
 * (the `@slipway/source` export condition), and each run leaves a JSON result that
 * `tools/test.ts` counts, also when Nx answers from its cache.
 */
export function projectTests(
  test: ViteUserConfig['test'] = {},
  // Vitest hands these to Node too, so they must not say `import` or `default`: a `require` would get an ES module.
  conditions = ['@slipway/source', 'module', 'node', 'development|production'],
): ViteUserConfig {
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
