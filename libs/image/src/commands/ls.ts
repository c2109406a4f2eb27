import type { Command } from 'commander';
import { listImages } from '../read/list-images.ts';
import { table } from './table.ts';
import { subcommand, type CommandIo } from './command-io.ts';

/** `image ls`. */
export function lsCommand(io: CommandIo): Command {
  return subcommand('ls', 'list the images of a repository by tag and digest')
    .argument('<repository>', 'host[:port]/path, or oci:DIR for a folder')
    .option('--insecure', 'use plain http for a host other than this machine')
    .action(async (repository: string, { json, ...flags }: { insecure?: boolean; json?: boolean }) => {
      const images = await listImages({ ...flags, repository });
      const rows = images.map(({ tag, digest }) => [tag ?? '-', digest]);
      io.print(json ? JSON.stringify(images) : table(['TAG', 'DIGEST'], rows));
    });
}
