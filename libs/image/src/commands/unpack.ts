import type { Command } from 'commander';
import { unpackImage } from '../read/unpack.ts';
import { blobsVerb, type CommandIo } from './command-io.ts';

/** `image unpack`. */
export function unpackCommand(io: CommandIo): Command {
  return blobsVerb('unpack', 'lay out the root file system of an image')
    .argument('<layout>', 'folder of an OCI layout')
    .requiredOption('--output <dir>', 'folder that becomes the root')
    .option('--digest <digest>', 'which image, where the layout holds several')
    .option('--platform <os/arch>', 'which platform')
    .option('--replace', 'replace a folder that is not empty')
    .action(async (layout: string, { json, ...flags }: { output: string; blobs: string; json?: boolean }) => {
      const result = await unpackImage({ ...flags, layout });
      const start = `starts with: ${result.entrypoint.join(' ')}`;
      io.print(json ? JSON.stringify(result) : `${result.entries} entries are in ${result.output}\n${start}`);
    });
}
