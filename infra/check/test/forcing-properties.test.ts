import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { FORCING_PROPERTIES } from '@slipway/stack';
import { describe, expect, it } from 'vitest';

const resolve = createRequire(import.meta.url).resolve;

/** The inputs of a resource type in its SDK, and the declarations of all nested inputs of the SDK. */
function inputsOf(type: string): { own: ReadonlySet<string>; nested: string } {
  const [provider = '', module = '', kind = ''] = type.split(':');
  const sdk = dirname(resolve(`@pulumi/${provider}/package.json`));
  const file = module.replace(/^index\//, '');
  const text = readFileSync(join(sdk, `${file}.d.ts`), 'utf8');
  const declared = text.slice(text.indexOf(`export interface ${kind}Args {`));
  const own = new Set([...declared.matchAll(/^ {4}(\w+)\??:/gm)].map(([, name]) => name as string));
  return { own, nested: readFileSync(join(sdk, 'types/input.d.ts'), 'utf8') };
}

/** The properties that are not inputs of the type. */
function unknownIn(type: string, properties: readonly string[]): string[] {
  const { own, nested } = inputsOf(type);
  return properties.filter((property) => {
    const [first = '', ...inner] = property.split('.');
    return !own.has(first) || inner.some((name) => !new RegExp(`^ +${name}\\??:`, 'm').test(nested));
  });
}

describe('properties that force a replacement', () => {
  it.each(Object.entries(FORCING_PROPERTIES))('are inputs of %s', (type, properties) => {
    expect(properties.length).toBeGreaterThan(0);
    expect(unknownIn(type, properties)).toEqual([]);
  });

  it('are reported if they are not inputs, also nested ones', () => {
    const wrong = ['cidr', 'accessConfig.bootstrapAdmin', 'name'];
    expect(unknownIn('aws:eks/cluster:Cluster', wrong)).toEqual(['cidr', 'accessConfig.bootstrapAdmin']);
  });
});
