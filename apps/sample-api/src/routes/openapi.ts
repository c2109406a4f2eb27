import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import * as Type from 'typebox';
import { COMMON_ERRORS } from '../schemas/http-error.ts';

/** The OpenAPI document. */
export const openapiRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/openapi.json',
    {
      schema: {
        operationId: 'getOpenapi',
        summary: 'This document',
        response: { 200: Type.Object({}, { additionalProperties: true }), ...COMMON_ERRORS },
      },
    },
    async () => app.swagger(),
  );
};
