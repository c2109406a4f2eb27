/** A tar entry with exactly these values, also hostile ones that the library's writer does not write. */
export function rawEntry(path: string, type: string, target = '', text = '', mode = 0o644): Buffer {
  const header = Buffer.alloc(512);
  const content = Buffer.from(text);
  header.write(path, 0);
  for (const [value, at, digits] of [
    [mode, 100, 7],
    [0, 108, 7],
    [0, 116, 7],
    [content.length, 124, 11],
    [0, 136, 11],
  ] as const) {
    header.write(value.toString(8).padStart(digits, '0'), at);
  }
  header.write(type, 156);
  header.write(target, 157);
  header.write('ustar\x0000', 257);
  header.fill(' ', 148, 156);
  header.write(
    header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0'),
    148,
  );
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

/** An extended header for the next entry (POSIX pax). */
export function pax(key: string, value: string): Buffer {
  const rest = ` ${key}=${value}\n`;
  return rawEntry('PaxHeader', 'x', '', `${rest.length + 2}${rest}`); // two digits are enough here
}

/** GNU tar's header for a long path (`L`) or link target (`K`) of the next entry. */
export function gnuLong(type: 'L' | 'K', value: string): Buffer {
  return rawEntry('././@LongLink', type, '', `${value}\0`);
}

/** Entries as an archive. */
export function rawTar(...entries: Buffer[]): Buffer {
  return Buffer.concat([...entries, Buffer.alloc(1024)]);
}
