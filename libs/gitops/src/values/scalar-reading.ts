import { isScalar, Scalar, Schema, type ScalarTag } from 'yaml';
import { isAmbiguous } from './ambiguous-scalar.ts';

/**
 * The value of a scalar for the two kinds of readers: YAML 1.2 (editors, CI tools) and YAML 1.1 (Helm, Argo
 * CD).
 */
interface Readings {
  readonly core: unknown;
  readonly v11: unknown;
}

const STRING_TAG = 'tag:yaml.org,2002:str';
const CORE = new Schema({ schema: 'core' });
const V11 = new Schema({ schema: 'yaml-1.1' });

/** Whether a scalar is a string for any text: it is quoted, a block scalar, or has the tag `!!str`. */
export function isString(node: Scalar): boolean {
  return node.type !== Scalar.PLAIN || node.tag === STRING_TAG;
}

/** The values that both kinds of readers get for a scalar of a document that was parsed without types. */
export function readings(node: Scalar): Readings {
  const text = String(node.value);
  if (isString(node)) return { core: text, v11: text };
  return { core: readPlain(text, CORE), v11: readPlain(text, V11) };
}

/** Whether every reader parses the scalar as exactly this value. */
export function readsAs(node: Scalar, value: string | number | boolean): boolean {
  const { core, v11 } = readings(node);
  const ambiguous = typeof value === 'string' && !isString(node) && isAmbiguous(value);
  return Object.is(core, value) && Object.is(v11, value) && !ambiguous;
}

function readPlain(text: string, schema: Schema): unknown {
  const tag = schema.tags.find((candidate) => matches(candidate, text)) as ScalarTag | undefined;
  const value = tag === undefined ? text : tag.resolve(text, () => undefined, {});
  return isScalar(value) ? value.value : value;
}

function matches(tag: Schema['tags'][number], text: string): boolean {
  return tag.collection === undefined && tag.default === true && tag.test?.test(text) === true;
}
