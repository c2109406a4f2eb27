/**
 * Makes an object out of another and what differs: runs of the other one's bytes, and bytes of its own.
 *
 * @param most bytes that the object may have
 * @throws {Error} for a difference that fits another base, is damaged, or makes more than that
 */
export function applyDelta(base: Buffer, delta: Buffer, most: number): Buffer {
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
  if (after > most) throw new Error('the pack is too large');
  const result = Buffer.alloc(after);
  let made = 0;
  const add = (source: Buffer, offset: number, size: number): void => {
    // More than was said, or more than there is: what is filled in is not what was meant.
    if (size === 0 || made + size > after || offset + size > source.length)
      throw new Error('the pack is damaged');
    made += source.copy(result, made, offset, offset + size);
  };
  while (at < delta.length) {
    const command = next();
    if (command & 0x80) {
      const offset = number(command & 0x0f, 4);
      add(base, offset, number((command >> 4) & 7, 3) || 0x10000);
    } else {
      add(delta, at, command);
      at += command;
    }
  }
  if (base.length !== before || made !== after) throw new Error('the pack is damaged');
  return result;
}
