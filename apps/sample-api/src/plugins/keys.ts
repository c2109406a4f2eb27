import fp from 'fastify-plugin';
import { makeDevelopmentKey } from '../keys/make-development-key.ts';
import { openKeyRing, type KeyRing } from '../keys/open-key-ring.ts';
import type { Settings } from '../settings.ts';

declare module 'fastify' {
  interface FastifyInstance {
    keyRing: KeyRing;
  }
}

type KeySettings = Pick<Settings, 'NODE_ENV' | 'KEYS_DIR' | 'KEYS_POLL_MS'>;

/** The signing keys, updated until the app closes. Only in development, a missing key is created. */
export default fp<KeySettings>(
  async (app, { NODE_ENV, KEYS_DIR, KEYS_POLL_MS }) => {
    if (NODE_ENV === 'development') {
      const file = await makeDevelopmentKey(KEYS_DIR);
      if (file) app.log.warn({ file }, 'no key found; created one for development');
    }
    const ring = await openKeyRing({ dir: KEYS_DIR, pollMs: KEYS_POLL_MS, log: app.log });
    app.decorate('keyRing', ring);
    app.addHook('onClose', async () => ring.close());
  },
  { name: 'keys' },
);
