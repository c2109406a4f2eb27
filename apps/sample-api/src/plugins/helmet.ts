import helmet from '@fastify/helmet';
import fp from 'fastify-plugin';

/**
 * Security headers. An API serves no pages, so its content policy allows nothing.
 *
 * @see {@link https://github.com/fastify/fastify-helmet}
 */
export default fp(
  async (app) => {
    await app.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      },
    });
  },
  { name: 'helmet' },
);
