import * as pulumi from '@pulumi/pulumi';
import { synth } from '@slipway/stack';
import { describe, expect, it } from 'vitest';
import { ACCOUNT_ID, GITHUB_ID, KUBERNETES_VERSION, Settings, type Rule } from '../src/index.ts';

/** Reads settings in a program of the stack `stack`. A program must register a resource. */
async function reading<T>(
  read: () => T,
  config: Record<string, string> = {},
  stack = 'production',
): Promise<T> {
  let found: T | undefined;
  await synth(
    () => {
      found = read();
      new pulumi.ComponentResource('test:index:Nothing', 'nothing');
    },
    { project: 'cluster', stack, config },
  );
  return found as T;
}

const text = (key: string, rule: Rule, value?: string) =>
  reading(
    () => new Settings('production').text(key, rule),
    value === undefined ? {} : { [`cluster:${key}`]: value },
  );

describe('settings', () => {
  it('are read if they follow their rule', async () => {
    expect(await text('accountId', ACCOUNT_ID, '111122223333')).toBe('111122223333');
    expect(await text('version', KUBERNETES_VERSION, '1.36')).toBe('1.36');
  });

  it.each([
    ['accountId', ACCOUNT_ID, undefined, 'accountId is missing'],
    ['accountId', ACCOUNT_ID, '1111-2222-3333', '"1111-2222-3333"'],
    ['githubOwnerId', GITHUB_ID, 'acme', '"acme"'],
    ['githubOwnerId', GITHUB_ID, '0', '"0"'],
    ['version', KUBERNETES_VERSION, 'latest', '"latest"'],
  ] as const)(
    'cause an error with place, value and remedy if they break their rule: %s %j %s',
    async (key, rule, value, message) => {
      await expect(text(key, rule, value)).rejects.toThrow(message);
      await expect(text(key, rule, value)).rejects.toThrow('Pulumi.production.yaml, cluster:');
      await expect(text(key, rule, value)).rejects.toThrow(rule.expected);
    },
  );

  it('of one environment cannot be read by the program of another one', async () => {
    const reads = reading(() => new Settings('production'), {}, 'development');
    await expect(reads).rejects.toThrow('The program of production runs as the stack "development"');
  });

  it('can be lists without duplicates', async () => {
    const rule = { pattern: /^[a-z]+$/, expected: 'a word' };
    const list = (value?: unknown) =>
      reading(
        () => new Settings('production').list('words', rule),
        value === undefined ? {} : { 'cluster:words': JSON.stringify(value) },
      );
    expect(await list(['a', 'b'])).toEqual(['a', 'b']);
    await expect(list()).rejects.toThrow('words is missing');
    await expect(list(['a', 'a'])).rejects.toThrow('without duplicates');
    await expect(list(['a', 'B'])).rejects.toThrow('words[1] is "B"');
    await expect(list('a')).rejects.toThrow('a list');
  });
});
