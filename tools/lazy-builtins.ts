import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

const require = createRequire(import.meta.url);

/**
 * Takes from Node's own modules what is used and nothing else. An `import` reads all that a module exports, and some
 * of that is lazy for a reason: `http.WebSocket` loads undici, `process.stdin` opens it. That is half of a start.
 */
export const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'builtin', sideEffects: false } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: contentsOf(path) }));
  },
};

/** Named exports are dropped where nobody imports them; the default one asks when a property is read. */
function contentsOf(name: string): string {
  if (name === 'node:process') return 'export default process;';
  const keys = Object.keys(require(name) as object).filter(
    (key) => /^[A-Za-z_]\w*$/.test(key) && key !== 'default',
  );
  return [
    `const $get = (key) => process.getBuiltinModule('${name}')[key];`,
    ...keys.map((key) => `export const ${key} = /* @__PURE__ */ $get('${key}');`),
    'export default /* @__PURE__ */ new Proxy({}, { get: (_, key) => $get(key) });',
  ].join('\n');
}
