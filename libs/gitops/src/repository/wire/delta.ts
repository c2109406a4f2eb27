/**
 * Makes an object out of another and what differs: runs of the other one's bytes, and bytes of its own.
 *
 * @throws {Error} for a difference that fits another base, or is damaged
 */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  let at = 0;
  const next = (): number => delta.readUInt8(at++);
  const length = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = next();
      value += (byte & 0x7f) * scale;
      if (!(byte & 0x80)) return value;
    }
  };
  const number = (flags: number, bytes: number): number => {
    let value = 0;
    for (let index = 0; index < bytes; index += 1) if (flags & (1 << index)) value += next() * 256 ** index;
    return value;
  };
  const [before, after] = [length(), length()];
  const parts: Buffer[] = [];
  while (at < delta.length) {
    const command = next();
    if (command & 0x80) {
      const offset = number(command & 0x0f, 4);
      const size = number((command >> 4) & 7, 3) || 0x10000;
      parts.push(base.subarray(offset, offset + size));
    } else {
      parts.push(delta.subarray(at, (at += command)));
    }
  }
  const result = Buffer.concat(parts);
  if (base.length !== before || result.length !== after) throw new Error('the pack is damaged');
  return result;
}
