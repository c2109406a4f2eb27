import sensible from '@fastify/sensible';
import fp from 'fastify-plugin';
import { HTTP_ERROR } from '../schemas/http-error.ts';

/**
 * Errors by name (`app.httpErrors.notFound()`) and the schema that all error answers share.
 *
 * @see {@link https://github.com/fastify/fastify-sensible}
 */
export default fp(
  async (app) => {
    await app.register(sensible, { sharedSchemaId: HTTP_ERROR });
  },
  { name: 'sensible' },
);
