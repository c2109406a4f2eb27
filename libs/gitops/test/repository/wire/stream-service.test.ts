import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { packet } from '../../../src/repository/wire/packet.ts';
import { streamService } from '../../../src/repository/wire/stream-service.ts';

function stream(patience?: number) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const end = (): void => void input.end();
  return { input, output, service: streamService({ input, output, end, ...(patience && { patience }) }) };
}

describe('a conversation over streams', () => {
  it('is given up where an answer stalls', async () => {
    const { output, service } = stream(20);
    output.write('00');
    const reader = await service.ask(packet('x'));
    await expect(reader.next()).rejects.toThrow('the transfer has stalled');
  });

  it('may rest between two questions for as long as it likes', async () => {
    const { output, service } = stream(200);
    output.write(packet('one'));
    const reader = await service.ask(packet('x'));
    expect(String(await reader.next())).toBe('one');
    await new Promise((later) => setTimeout(later, 500));
    output.write(packet('two'));
    expect(String(await reader.next())).toBe('two');
  });

  it('says that it wants nothing where nothing was asked, and no more than that it is over elsewhere', async () => {
    const [silent, spoken] = [stream(), stream()];
    silent.service.close();
    await spoken.service.ask(packet('x'));
    spoken.service.close();
    expect([silent, spoken].map(({ input }) => String(input.read()))).toEqual(['0000', '0005x']);
  });

  it('sends a byte of the next question for each piece of an answer, and each byte once', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const next = packet('command=fetch\n');
    const service = streamService({ input, output, end: () => void input.end(), next });
    const reader = await service.ask(packet('first'));
    for (const piece of ['one', 'two', 'six']) {
      output.write(packet(piece));
      expect(String(await reader.next())).toBe(piece);
    }
    expect(String(input.read())).toBe('0009first001');
    await service.ask(Buffer.concat([next, packet('x')]));
    expect(String(input.read())).toBe('2command=fetch\n0005x');
    output.write(packet('end'));
    await reader.next();
    service.close();
    expect(String(input.read())).toBe('0012command=fetch\n0000'); // a whole question, for nothing
  });
});
