import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { replaceFile } from '../disk/replace-file.ts';
import { updateBaseLock } from '../base/update-base-lock.ts';
import { NewBaseLockSchema, type BaseLock } from '../base/pinned-base.ts';
import { readJsonInput } from './read-input.ts';
import { subcommand, type CommandIo } from './command-io.ts';

/** `image base update`. */
export function baseCommand(io: CommandIo): Command {
  const update = subcommand('update', 'update the lock to the digest that its tag points to now')
    .argument('[lock]', 'the lock file', 'deploy/base/base.lock.yaml')
    .action(async (file: string, { json }: { json?: boolean }) => {
      const lock = await readJsonInput(NewBaseLockSchema, file, 'the base lock', io.parseYaml);
      const day = new Date().toISOString().slice(0, 10);
      const { lock: next, changed } = await updateBaseLock({ lock, day });
      await replaceFile(file, Buffer.from(lockText(await readFile(file, 'utf8'), next)));
      const line = changed
        ? `${lock.digest ?? 'new'} -> ${next.digest}`
        : `${next.digest} is still the digest of the tag`;
      io.print(json ? JSON.stringify({ ...next, changed }) : `${next.name}:${next.tag}  ${line}`);
    });
  return new Command('base').description('the pinned base image').addCommand(update);
}

/** The text of the lock in the format of the old file (JSON or YAML). The comment at the head is kept. */
function lockText(before: string, lock: BaseLock): string {
  if (before.trimStart().startsWith('{')) return `${JSON.stringify(lock, undefined, 2)}\n`;
  const head = /^(?:#.*\n)*/.exec(before)?.[0] ?? '';
  const platforms = Object.entries(lock.platforms ?? {}).map(([name, digest]) => `  ${name}: ${digest}`);
  const lines = [
    `name: ${lock.name}`,
    `tag: ${lock.tag}`,
    `digest: ${lock.digest}`,
    '# The date on which "slipway image base update" resolved the tag.',
    `resolved: ${lock.resolved}`,
    ...(platforms.length > 0 ? ['platforms:', ...platforms] : ['platforms: {}']),
  ];
  return `${head}${lines.join('\n')}\n`;
}
