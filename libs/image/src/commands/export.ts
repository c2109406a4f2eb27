import type { Command } from 'commander';
import { exportImage } from '../read/export-image.ts';
import { subcommandWithBlobs, type CommandIo } from './command-io.ts';

/** `image export`. */
export function exportCommand(io: CommandIo): Command {
  return subcommandWithBlobs('export', 'write a complete OCI layout for other tools')
    .argument('<layout>', 'folder of an OCI layout')
    .requiredOption('--output <path>', 'folder, or a file that ends in .tar')
    .option('--digest <digest>', 'digest of the image, if the layout has several')
    .option('--tag <tag>', 'tag of the exported image')
    .option('--replace', 'replace a folder that is not empty')
    .action(async (layout: string, { json, ...flags }: { output: string; blobs: string; json?: boolean }) => {
      const result = await exportImage({ ...flags, layout });
      io.print(
        json ? JSON.stringify(result) : `${result.digest} (${result.size} bytes) is in ${result.output}`,
      );
    });
}
