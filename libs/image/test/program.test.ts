import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { runImageCommand } from '../src/cli.ts';
import { version } from '../src/version.ts';
import { tempFolder, writeFiles } from './support/temp-folder.ts';

const bin = new URL('../bin/slipway-image.js', import.meta.url).pathname;

/** Runs the program in this process. */
async function program(...args: string[]) {
  const said = { output: '', error: '' };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((said.output += String(text)), true)),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((said.error += String(text)), true)),
  ];
  try {
    return { exitCode: await runImageCommand(args), ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe('the program', () => {
  const failed = ['unpack', '/nonexistent', '--output', '/nonexistent/root'];

  test.each<[number, RegExp, string[]]>([
    [1, /^error: .*build the image first \[document-invalid\]\n$/, failed],
    [2, /missing required argument 'bundle'/, ['build']],
    [2, /unknown command 'nothing'/, ['nothing']],
    [2, /unknown option '--bogus'/, ['base', 'update', '--bogus']],
    [2, /Usage: slipway-image/, []],
  ])('ends with %i and prints the reason to standard error: %s', async (exitCode, said, args) => {
    const ended = await program(...args);
    expect(ended).toMatchObject({ exitCode, output: '', error: expect.stringMatching(said) });
  });

  test.each([
    ['document-invalid', failed],
    ['invalid-input', ['ls', 'nowhere']],
    ['usage', ['build']],
    ['usage', ['base', 'update', '--bogus']],
  ])('with --json prints %s as one document to standard output', async (code, args) => {
    const { output, error } = await program(...args, '--json');
    const document = JSON.parse(output) as { error: { message: string } };
    expect(document).toMatchObject({ error: { code, retryable: false } });
    expect(error).toContain(document.error.message);
  });

  test('prints its version and its help and ends with 0', async () => {
    expect(await program('--version')).toEqual({ exitCode: 0, output: `${version}\n`, error: '' });
    const help = await program('base', 'update', '--help');
    expect(help).toMatchObject({ exitCode: 0, output: expect.stringContaining('[lock]'), error: '' });
  });
});

test('the program builds on the Node that runs it, and refuses secrets with 3', async () => {
  const folder = await tempFolder();
  await writeFiles(folder, { 'dist/main.mjs': 'x', 'secret/.env': 'x' });
  const program = (...args: string[]) =>
    promisify(execFile)(process.execPath, [bin, ...args], { cwd: folder }).then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      ({ code, stdout }: { code: number; stdout: string }) => ({ code, output: stdout }),
    );
  const built = await program('build', 'dist', '--output', 'image', '--name', 'app', '--json');
  expect(built.code).toBe(0);
  expect(JSON.parse(built.output)).toEqual(
    JSON.parse(await readFile(join(folder, 'image/image.json'), 'utf8')),
  );
  const refused = await program('build', 'secret', '--output', 'other', '--json');
  expect(refused.code).toBe(3);
  expect(JSON.parse(refused.output).error).toMatchObject({
    code: 'secret-refused',
    value: '.env',
    retryable: false,
  });
});
