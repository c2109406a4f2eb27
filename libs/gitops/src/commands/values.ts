import { readFile, rename, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { GitopsError } from '../error.ts';
import { print } from './print.ts';

export function valuesCommand(): Command {
  const values = new Command('values').description(
    'Read and change single values of a YAML file, byte for byte',
  );
  values
    .command('get')
    .description('Print one value')
    .argument('<file>')
    .argument('<path>', 'for example image.digest or containers[0].image')
    .option('--json', 'print JSON')
    .action(async (file: string, path: string, { json }: { json?: boolean }) => {
      const { getValue } = await import('../values/index.ts');
      const value = getValue(await readBytes(file), path);
      print(json, value, () => String(value));
    });
  values
    .command('set')
    .description('Change one scalar and no other byte')
    .argument('<file>')
    .argument('<path>', 'for example image.digest or containers[0].image')
    .argument('<value>', 'text; see --type')
    .option('--type <type>', 'string, number or boolean', 'string')
    .option('--json', 'print JSON')
    .action(
      async (file: string, path: string, text: string, { type, json }: { type: string; json?: boolean }) => {
        const { setValue } = await import('../values/index.ts');
        const before = await readBytes(file);
        const after = setValue(before, path, typed(text, type));
        const changed = !before.equals(after);
        if (changed) {
          await writeFile(`${file}.${process.pid}`, after);
          await rename(`${file}.${process.pid}`, file);
        }
        print(json, { file, path, changed }, () =>
          changed ? `${file}: ${path} is set.` : `${file}: ${path} has this value already.`,
        );
      },
    );
  return values;
}

function readBytes(file: string): Promise<Buffer> {
  return readFile(file).catch((cause: unknown) => {
    throw new GitopsError('usage', `${file} cannot be read: ${(cause as Error).message}`, {
      value: file,
      cause,
    });
  });
}

/** @throws {GitopsError} `usage` for text that is not of the type */
function typed(text: string, type: string): string | number | boolean {
  if (type === 'string') return text;
  if (type === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  throw new GitopsError('usage', `"${text}" is not a ${type}. --type is string, number or boolean.`, {
    value: text,
  });
}
