import { expect, it } from 'vitest';
import { DELIMITER, FLUSH, packet, PacketReader } from '../../../src/repository/wire/packet.ts';

/** Bytes that arrive in pieces of some size. */
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

it.each([1, 3, 4, 1000])('packets are read however they arrive: %i bytes at a time', async (size) => {
  const bytes = Buffer.concat([packet('one\n'), packet('zwö'), DELIMITER, packet('x'.repeat(500)), FLUSH]);
  const reader = new PacketReader(pieces(bytes, size));
  expect(await reader.lines()).toEqual(['one', 'zwö']);
  expect(await reader.lines()).toEqual(['x'.repeat(500)]);
  expect(await reader.next()).toBe('end');
});

it.each(['00', '0009abc', 'nope', '0002', '0003', '00g4', '+004', 'ffff', 'fff1'])(
  'what is no packet is an error: %s',
  async (text) => {
    const reader = new PacketReader(pieces(Buffer.from(text), 10));
    await expect(reader.next()).rejects.toThrow(/packet/);
  },
);

it('an answer without an end is left when it is longer than any should be', async () => {
  async function* endless(): AsyncGenerator<Buffer> {
    for (;;) yield packet('x'.repeat(995)); // 999 bytes
  }
  await expect(new PacketReader(endless(), 10_000).lines()).rejects.toThrow('too long');
  const whole = Buffer.concat([packet('x'.repeat(9_996)), FLUSH]);
  expect(await new PacketReader(pieces(whole, 999), 10_000).lines()).toHaveLength(1); // the negative control
});
