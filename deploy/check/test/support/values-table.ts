/** The keywords of JSON Schema that a values table shows. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** One key of the values. */
export interface ValueRow {
  readonly key: string;
  readonly type: string;
  readonly standard: string;
  readonly description: string;
}

/** Every key of a schema, in its order, with its default in `values.yaml`. Helm's own `global` is left out. */
export function valueRows(schema: Schema, defaults: unknown): ValueRow[] {
  const properties = Object.entries(schema.properties ?? {}).filter(([key]) => key !== 'global');
  return rowsIn(Object.fromEntries(properties), schema.$defs ?? {}, defaults, '');
}

/** Rows as a table in Markdown. */
export function valuesTable(rows: readonly ValueRow[]): string {
  const lines = rows.map(
    ({ key, type, standard, description }) =>
      `| \`${key}\` | ${type} | ${standard && `\`${standard}\``} | ${description.replaceAll('|', '\\|')} |`,
  );
  return ['| Key | Type | Default | What it is |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

/**
 * Replaces the text between `<!-- name -->` and `<!-- /name -->`.
 *
 * @throws when the text has no such place
 */
export function withPart(text: string, name: string, part: string): string {
  const place = new RegExp(`(<!-- ${name} -->\n).*?(<!-- /${name} -->)`, 's');
  if (!place.test(text))
    throw new Error(`The text has no <!-- ${name} --> … <!-- /${name} -->: add both lines.`);
  return text.replace(place, (_, start: string, end: string) => `${start}\n${part}\n\n${end}`);
}

function rowsIn(
  properties: Readonly<Record<string, Schema>>,
  definitions: Readonly<Record<string, Schema>>,
  defaults: unknown,
  prefix: string,
): ValueRow[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const key = `${prefix}${name}`;
    const standard = (defaults as Record<string, unknown> | undefined)?.[name];
    const { additionalProperties: named } = schema;
    const children = schema.properties
      ? rowsIn(schema.properties, definitions, standard, `${key}.`)
      : typeof named === 'object' && named.properties
        ? rowsIn(named.properties, definitions, undefined, `${key}.<name>.`)
        : [];
    return [{ key, ...describe(schema, definitions, standard) }, ...children];
  });
}

function describe(schema: Schema, definitions: Readonly<Record<string, Schema>>, standard: unknown) {
  const { minimum, maximum, description = '' } = schema;
  const range = minimum === undefined ? '' : ` ${minimum} to ${maximum ?? 'any'}`;
  // The defaults of an object with keys are listed at the keys.
  const isGroup =
    schema.properties !== undefined && Object.keys((standard as object | undefined) ?? {}).length > 0;
  return {
    type: `${typeOf(schema, definitions)}${range}`,
    standard: standard === undefined || isGroup ? '' : JSON.stringify(standard),
    description,
  };
}

function typeOf(schema: Schema, definitions: Readonly<Record<string, Schema>>): string {
  if (schema.type !== undefined) return schema.type;
  if (schema.const !== undefined) return schema.const === '' ? 'string' : JSON.stringify(schema.const);
  const referred = definitions[schema.$ref?.split('/').at(-1) ?? ''] ?? schema.anyOf?.[0];
  return referred ? typeOf(referred, definitions) : 'any';
}
