/** The first 20 bytes of an ELF file for a processor. */
export function elf(machine: number, bits = 2): Buffer {
  const head = Buffer.alloc(20);
  head.write('\x7fELF', 'latin1');
  head.set([bits, 1], 4);
  head.writeUInt16LE(machine, 18);
  return head;
}
