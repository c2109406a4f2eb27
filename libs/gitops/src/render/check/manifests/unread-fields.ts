/** The keys of an object that were read. */
type Reads = Set<PropertyKey>;

/**
 * The fields of a value that a validator never reads, as JSON pointers. A compiled JSON Schema reads each field that it
 * knows, present or not, and lists the keys of a map; so a field that is not read is not in the schema. An object of
 * which it reads no field at all is free-form: its schema has no fields.
 */
export function unreadFields(value: object, validate: (watched: object) => void): string[] {
  const reads = new Map<object, Reads>();
  validate(watch(value, reads));
  return unreadIn(value, '', reads);
}

function watch<T>(value: T, reads: Map<object, Reads>): T {
  if (typeof value !== 'object' || value === null) return value;
  const keys = reads.get(value) ?? new Set();
  reads.set(value, keys);
  return new Proxy(value, {
    get(target, key) {
      keys.add(key);
      return watch(Reflect.get(target, key) as unknown, reads);
    },
    ownKeys(target) {
      const own = Reflect.ownKeys(target);
      for (const key of own) keys.add(key);
      return own;
    },
  });
}

function unreadIn(value: unknown, path: string, reads: ReadonlyMap<object, Reads>): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const keys = reads.get(value);
  if (keys === undefined || keys.size === 0) return [];
  return Object.entries(value).flatMap(([key, child]: [string, unknown]) => {
    const here = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return keys.has(key) ? unreadIn(child, here, reads) : [here];
  });
}
