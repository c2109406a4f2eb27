import type { Readable, Writable } from 'node:stream';
import { PATIENCE } from './limits.ts';
import { FLUSH, PacketReader } from './packet.ts';
import type { Service } from './service.ts';

/** Both directions of a conversation, and what ends it. */
export interface Streams {
  input: Writable;
  output: Readable;
  /** Ends it once what was written is on its way. */
  end(): void;
  /** Milliseconds without a byte after which an answer is given up. @default 30000 */
  patience?: number;
}

/** A service that is talked to over one stream each way, for as long as there is something to ask. */
export function streamService({ input, output, end, patience = PATIENCE }: Streams): Service {
  input.on('error', () => {}); // its output ends; whoever reads it notices
  output.on('error', () => {});
  const reader = new PacketReader(patiently(output, patience));
  let asked = false;
  return {
    greeting: async () => reader,
    ask: async (request) => {
      asked = true;
      input.write(request);
      return reader;
    },
    close: () => {
      if (!asked && input.writable) input.write(FLUSH); // "nothing", where silence is logged as an error over there
      end();
    },
  };
}

/** Only what is waited for can be late: between two questions there is nothing to say. */
async function* patiently(output: Readable, patience: number): AsyncGenerator<Buffer> {
  const chunks = output[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    const late = setTimeout(() => output.destroy(new Error('the transfer has stalled')), patience);
    const { value, done } = await chunks.next().finally(() => clearTimeout(late));
    if (done) return;
    yield value;
  }
}
