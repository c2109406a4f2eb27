import { describe, expect, it } from 'vitest';
import { actionOn, ledgerMessage } from '../../src/ledger/ledger-message.ts';
import { plainUrl } from '../../src/text/one-line.ts';

describe('a message', () => {
  it('keeps every value on one line, so that no reason forges a trailer', () => {
    const message = ledgerMessage({
      subject: 'Hold api',
      trailers: [
        ['Reason', 'db\n\nSlipway-Action: unhold\u0000\r\n'],
        ['Until', undefined],
      ],
    });
    expect(message).toBe('Hold api\n\nSlipway-Reason: db Slipway-Action: unhold\n');
  });

  it('omits a value that is not a plain address', () => {
    expect(plainUrl('https://ci.example/1')).toBe('https://ci.example/1');
    expect(plainUrl('javascript:alert(1)')).toBeUndefined();
    expect(plainUrl('https://ci.example/1 x')).toBeUndefined();
  });
});

describe('the action on an app', () => {
  const trailers = (text: Record<string, string[]>) => new Map(Object.entries(text));

  it.each([
    ['release', { App: ['web', 'api'] }],
    ['rollback', { App: ['api'], Action: ['rollback'] }],
    ['promote', { App: ['api'], Action: ['promote'] }],
    ['remove', { Removed: ['api'] }],
    ['edit', {}],
    ['edit', { App: ['web'], Action: ['hold'] }],
    ['release', { App: ['api'], Action: ['something new'] }],
  ])('is %s for %j', (action, given) => {
    expect(actionOn('api', trailers(given as Record<string, string[]>))).toBe(action);
  });
});
