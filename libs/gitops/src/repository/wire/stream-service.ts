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
  /**
   * With what every question but the first begins. TCP holds back a small piece of an answer until the one before it is
   * acknowledged, and the system here does that 40 ms late where it has nothing to send. So a byte of the next question
   * goes out for each piece that comes in, and takes the acknowledgement along.
   */
  next?: Buffer;
}

/** A service that is talked to over one stream each way, for as long as there is something to ask. */
export function streamService({
  input,
  output,
  end,
  patience = PATIENCE,
  next = Buffer.alloc(0),
}: Streams): Service {
  input.on('error', () => {}); // its output ends; whoever reads it notices
  output.on('error', () => {});
  let asked = false;
  let sent = 0; // of the next question
  const received = (): void => {
    if (asked && sent < next.length) input.write(next.subarray(sent, ++sent));
  };
  const reader = new PacketReader(patiently(output, patience, received));
  return {
    greeting: async () => reader,
    ask: async (request) => {
      asked = true;
      input.write(request.subarray(sent));
      sent = 0;
      return reader;
    },
    close: () => {
      // "Nothing", where silence is logged as an error over there.
      if (input.writable && (!asked || sent > 0))
        input.write(asked ? Buffer.concat([next.subarray(sent), FLUSH]) : FLUSH);
      end();
    },
  };
}

/** Only what is waited for can be late: between two questions there is nothing to say. */
async function* patiently(output: Readable, patience: number, received: () => void): AsyncGenerator<Buffer> {
  const chunks = output[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    const late = setTimeout(() => output.destroy(new Error('the transfer has stalled')), patience);
    const { value, done } = await chunks.next().finally(() => clearTimeout(late));
    if (done) return;
    received();
    yield value;
  }
}
