import { describe, expect, it } from 'vitest';
import { knownNames, similarName } from '../../src/text/similar-name.ts';

describe('the name that was meant', () => {
  it.each([
    ['apo', 'api'],
    ['stagign', 'staging'],
    ['sampel-api', 'sample-api'],
    ['prod', undefined],
    ['nope', undefined],
    ['', undefined],
    ['x', undefined],
  ])('for %j is %j', (wrong, meant) => {
    expect(similarName(wrong, ['api', 'web', 'sample-api', 'staging', 'production'])).toBe(meant);
  });

  it('is listed first, and a long list is cut', () => {
    expect(knownNames('Apps', 'wbe', ['api', 'web'])).toBe('Did you mean "web"? Apps: api, web.');
    expect(knownNames('Apps', 'x', [])).toBe('Apps: none.');
    const many = Array.from({ length: 23 }, (_, at) => `app-${at}`);
    expect(knownNames('Apps', 'nothing-like-it', many)).toMatch(/^Apps: app-0, .*app-19 and 3 more\.$/);
  });
});
