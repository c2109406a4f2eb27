import manifest from '../package.json' with { type: 'json' };
import fc from 'fast-check';
import Schema from 'typebox/schema';
import { expect, test } from 'vitest';
import type { App } from '../src/app.ts';
import { buildTestApp } from './build-test-app.ts';

interface Operation {
  operationId: string;
  summary: string;
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content: Record<string, { schema: object }> }>;
}

interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

/** An operation of the document. */
interface Call {
  method: 'GET' | 'POST';
  url: string;
  operation: Operation;
}

async function readDocument(app: App): Promise<Document> {
  return (await app.inject('/openapi.json')).json();
}

function callsOf(document: Document): Call[] {
  return Object.entries(document.paths).flatMap(([url, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase() as Call['method'],
      url,
      operation,
    })),
  );
}

/** Calls an operation. Returns the violation of the document by the response, or an empty text. */
async function violationOf(
  app: App,
  { components }: Document,
  call: Call,
  payload?: object,
): Promise<string> {
  const { method, url, operation } = call;
  const answer = await app.inject({ method, url, ...(payload && { payload }) });
  const result = `${method} ${url} ${JSON.stringify(payload)} gave ${answer.statusCode} ${answer.body.slice(0, 200)}`;
  if (answer.statusCode === 500) return `${result}: an internal error`;

  const { statusCode } = answer;
  const documented =
    operation.responses[statusCode] ?? operation.responses[`${Math.floor(statusCode / 100)}XX`];
  if (!documented) return `${result}: an undocumented status`;
  const type = String(answer.headers['content-type']).split(';', 1)[0] ?? '';
  const schema = documented.content[type]?.schema;
  if (!schema) return `${result}: an undocumented type, ${type}`;
  const value = type === 'application/json' ? answer.json() : answer.body;
  return Schema.Check({ ...schema, components }, value) ? '' : `${result}: an undocumented body`;
}

test('the document describes every route once, with a summary', async () => {
  const app = await buildTestApp();
  const document = await readDocument(app);
  expect(document).toMatchObject({
    openapi: '3.1.0',
    info: { title: 'sample-api', version: manifest.version },
  });

  const calls = callsOf(document);
  expect(calls.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /healthz',
    'GET /readyz',
    'GET /metrics',
    'GET /version',
    'GET /openapi.json',
    'GET /v1/keys',
    'POST /v1/messages',
    'POST /v1/messages/verify',
  ]);
  expect(new Set(calls.map(({ operation }) => operation.operationId)).size).toBe(calls.length);
  for (const { method, url, operation } of calls) {
    expect(app.hasRoute({ method, url }), url).toBe(true);
    expect(operation.summary, url).toMatch(/^[A-Z]/);
  }
});

test('every reference in the document has a target', async () => {
  const document = await readDocument(await buildTestApp());
  const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
  const names = new Set([...references].map(([, name]) => name));
  expect([...names]).toEqual(Object.keys(document.components.schemas));
});

test('every route answers as documented, when ready and when draining', async () => {
  const app = await buildTestApp();
  const document = await readDocument(app);
  const get = callsOf(document).filter(({ method }) => method === 'GET');
  for (const call of get) expect(await violationOf(app, document, call)).toBe('');
  app.drain();
  for (const call of get) expect(await violationOf(app, document, call)).toBe('');
});

test('every response to random input is documented', async () => {
  const app = await buildTestApp();
  const document = await readDocument(app);
  const posts = callsOf(document).filter(({ method }) => method === 'POST');
  expect(posts).toHaveLength(2);

  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('msg_1', '1700000000', 'v1,', '\ud800', '\u0000', 'a.b'),
  );
  const value = fc.oneof(text, fc.jsonValue());
  const headers = fc.dictionary(
    fc.constantFrom('webhook-id', 'webhook-timestamp', 'webhook-signature', 'other'),
    fc.oneof({ weight: 9, arbitrary: text }, value),
  );
  const body = fc.record(
    {
      id: value,
      payload: fc.oneof({ weight: 9, arbitrary: text }, value),
      headers: fc.oneof(headers, value),
      other: value,
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...posts), body, async (call, payload) => {
      expect(await violationOf(app, document, call, payload)).toBe('');
    }),
    { numRuns: 400 },
  );
});

test('an undocumented response is detected', async () => {
  const app = await buildTestApp();
  const document = await readDocument(app);
  const [call] = callsOf(document).filter(({ url }) => url === '/v1/keys');
  if (!call) throw new Error('/v1/keys is not in the document');
  const answer = { description: '', content: { 'application/json': { schema: { type: 'array' } } } };
  const wrongBody = { ...call, operation: { ...call.operation, responses: { 200: answer } } };
  const wrongStatus = { ...call, operation: { ...call.operation, responses: { 201: answer } } };
  expect(await violationOf(app, document, wrongBody)).toContain('undocumented body');
  expect(await violationOf(app, document, wrongStatus)).toContain('undocumented status');
});
