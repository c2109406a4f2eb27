import { describe, expect, it } from 'vitest';
import { Exceptions, nameOf } from '../../../src/render/check/exceptions.ts';
import type { Checkout } from '../../../src/checkout/checkout.ts';

const SECCOMP = { rule: 'seccomp', place: 'Deployment/api container main', message: 'x' };
const PORTS = { rule: 'host-ports', place: 'Deployment/api container main', message: 'x' };
const WHERE = { app: 'api', environment: 'development' };
const FOR_API = { rule: 'seccomp', app: 'api', reason: 'a test' };

/** The exceptions of a text. */
const read = (text: string | undefined) =>
  Exceptions.read(
    { readFile: () => Promise.resolve(text) } as Partial<Checkout> as Checkout,
    'HEAD' as never,
  );

describe('an exception', () => {
  it.each([
    ['for every environment and object', FOR_API],
    ['for the environment', { ...FOR_API, environment: 'development' }],
    ['for the object', { ...FOR_API, object: 'Deployment/api' }],
    ['for the container', { ...FOR_API, object: 'Deployment/api container main' }],
  ])('%s allows a problem of its rule, and no other', (_, exception) => {
    const exceptions = new Exceptions([exception]);
    expect(exceptions.withoutAllowed([SECCOMP, PORTS], WHERE)).toEqual([PORTS]);
    expect(exceptions.used).toEqual([exception]);
    expect(exceptions.unused(['api'])).toEqual([]);
  });

  it.each([
    ['another app', { ...FOR_API, app: 'web' }],
    ['another environment', { ...FOR_API, environment: 'production' }],
    ['another object', { ...FOR_API, object: 'Deployment/web' }],
    ['an object whose name is a beginning', { ...FOR_API, object: 'Deployment/a' }],
  ])('for %s allows nothing', (_, exception) => {
    const exceptions = new Exceptions([exception]);
    expect(exceptions.withoutAllowed([SECCOMP], WHERE)).toEqual([SECCOMP]);
    expect(exceptions.used).toEqual([]);
  });

  it('that allows nothing is a problem, once its app was checked', () => {
    const exceptions = new Exceptions([{ ...FOR_API, environment: 'production', object: 'Deployment/api' }]);
    expect(exceptions.unused(['web'])).toEqual([]);
    expect(exceptions.unused(['api'])).toEqual([
      {
        place: 'deploy/exceptions.yaml',
        message: 'has an exception that is not needed: seccomp for api in production Deployment/api',
        remedy: 'Remove it.',
      },
    ]);
  });

  it('allows only breaches of rules', () => {
    const refused = { place: 'api', message: 'cannot be rendered' };
    expect(new Exceptions([FOR_API]).withoutAllowed([refused], WHERE)).toEqual([refused]);
  });
});

describe('the file of exceptions', () => {
  it('may be missing', async () => {
    expect((await read(undefined)).withoutAllowed([SECCOMP], WHERE)).toEqual([SECCOMP]);
  });

  it('is a list of rule, app and reason', async () => {
    const exceptions = await read('- {rule: seccomp, app: api, reason: a test}\n');
    expect(exceptions.withoutAllowed([SECCOMP], WHERE)).toEqual([]);
    expect(exceptions.used.map(nameOf)).toEqual(['seccomp for api']);
  });

  it.each([
    ['an unknown rule', '- {rule: secomp, app: api, reason: x}', 'Did you mean "seccomp"?'],
    ['no reason', '- {rule: seccomp, app: api}', '0: needs reason'],
    ['a blank reason', "- {rule: seccomp, app: api, reason: ' '}", '0.reason: must match'],
    ['no app', '- {rule: seccomp, reason: x}', '0: needs app'],
    ['an unknown key', '- {rule: seccomp, app: api, reason: x, apps: y}', '0.apps: is not a known key'],
    ['a map', 'seccomp: api', '(whole file)'],
  ])('is refused with %s', async (_, text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(message) as string,
    });
  });
});
