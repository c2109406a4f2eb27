import { describe, expect, test } from 'vitest';
import { completion } from '../../src/registry/chunked-upload.ts';

describe('the final URL of an upload', () => {
  test.each([
    ['without a query', 'https://registry.example/v2/app/blobs/uploads/1', '?'],
    ['with a state of the registry', 'https://registry.example/v2/app/blobs/uploads/1?_state=abc', '&'],
    ['with a state that form encoding would change', 'https://registry.example/u?_state=a%20b~c+d%2Be', '&'],
  ])('keeps the URL of the registry, %s', (_, location, joint) => {
    const given = new URL(location);
    expect(completion(given, 'sha256:ab').href).toBe(`${location}${joint}digest=sha256%3Aab`);
    expect(given.href).toBe(location);
  });
});
