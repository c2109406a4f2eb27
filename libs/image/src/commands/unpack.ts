import type { Command } from 'commander';
import { unpackImage } from '../read/unpack-image.ts';
import { subcommandWithBlobs, type CommandIo } from './command-io.ts';

/** `image unpack`. */
export function unpackCommand(io: CommandIo): Command {
  return subcommandWithBlobs('unpack', 'unpack the root file system of an image')
    .argument('<layout>', 'folder of an OCI layout')
    .requiredOption('--output <dir>', 'folder for the root file system')
    .option('--digest <digest>', 'digest of the image, if the layout has several')
    .option('--platform <os/arch>', 'platform to unpack (default: the first)')
    .option('--replace', 'replace a folder that is not empty')
    .action(async (layout: string, { json, ...flags }: { output: string; blobs: string; json?: boolean }) => {
      const result = await unpackImage({ ...flags, layout });
      const start = `starts with: ${result.entrypoint.join(' ')}`;
      io.print(json ? JSON.stringify(result) : `${result.entries} entries are in ${result.output}\n${start}`);
    });
}
