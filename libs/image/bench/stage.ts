import { join } from 'node:path';
import type { BaseLock } from '../src/base/pinned-base.ts';
import { startRegistry, type Registry } from './measure.ts';
import { compiledProgram } from './program.ts';
import { pushedBase } from './pushed-base.ts';

/** The shared setup of the parts of the benchmark. */
export interface Stage {
  folder: string;
  /** Two registries; the first has the base. */
  registries: [Registry, Registry];
  /** The compiled program. */
  program: string;
  lock: BaseLock;
  lockFile: string;
  /** Folder of base blobs. */
  blobs: string;
  close(): void;
}

export async function openStage(folder: string): Promise<Stage> {
  const [first, second] = [await startRegistry(join(folder, 'a')), await startRegistry(join(folder, 'b'))];
  const { lock, file } = await pushedBase(folder, first.host);
  return {
    folder,
    registries: [first, second],
    program: await compiledProgram(folder),
    lock,
    lockFile: file,
    blobs: join(folder, 'blobs'),
    close() {
      first.stop();
      second.stop();
    },
  };
}
