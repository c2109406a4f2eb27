import helmet from '@fastify/helmet';
import fp from 'fastify-plugin';

/**
 * Security headers. The content security policy allows nothing, because an API serves no pages.
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
