import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { replaceFile } from '../disk/replace.ts';
import { updateBaseLock } from '../base/update-base-lock.ts';
import { NewBaseLockSchema, type BaseLock } from '../base/pinned-base.ts';
import { readJsonInput } from './read-input.ts';
import { verb, type CommandIo } from './command-io.ts';

/** `image base update`. */
export function baseCommand(io: CommandIo): Command {
  const update = verb('update', 'move the lock to where its tag leads now')
    .argument('[lock]', 'the lock file', 'deploy/base/base.lock.yaml')
    .action(async (file: string, { json }: { json?: boolean }) => {
      const lock = await readJsonInput(NewBaseLockSchema, file, 'the base lock', io.parseYaml);
      const day = new Date().toISOString().slice(0, 10);
      const { lock: next, changed } = await updateBaseLock({ lock, day });
      await replaceFile(file, Buffer.from(lockText(await readFile(file, 'utf8'), next)));
      const line = changed
        ? `${lock.digest ?? 'new'} -> ${next.digest}`
        : `${next.digest} is still what ${next.tag} leads to`;
      io.print(json ? JSON.stringify({ ...next, changed }) : `${next.name}:${next.tag}  ${line}`);
    });
  return new Command('base').description('the pinned base image').addCommand(update);
}

/** The lock as a file of the same form; the comment at its head stays. */
function lockText(before: string, lock: BaseLock): string {
  if (before.trimStart().startsWith('{')) return `${JSON.stringify(lock, undefined, 2)}\n`;
  const head = /^(?:#.*\n)*/.exec(before)?.[0] ?? '';
  const platforms = Object.entries(lock.platforms ?? {}).map(([name, digest]) => `  ${name}: ${digest}`);
  const lines = [
    `name: ${lock.name}`,
    `tag: ${lock.tag}`,
    `digest: ${lock.digest}`,
    '# When the registry was asked where the tag leads ("slipway image base update").',
    `resolved: ${lock.resolved}`,
    ...(platforms.length > 0 ? ['platforms:', ...platforms] : ['platforms: {}']),
  ];
  return `${head}${lines.join('\n')}\n`;
}
