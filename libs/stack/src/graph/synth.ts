import * as pulumi from '@pulumi/pulumi';
import { StackError } from '../error.ts';
import { canonicalValue, sortedObject } from './canonical.ts';
import type { Graph } from './graph.ts';
import { inOneStack } from './in-one-stack.ts';
import { answer, type Lookups } from './lookup.ts';
import { placeholder, Placeholders } from './placeholders.ts';
import { programError } from './program-error.ts';
import { Recorder, type Monitor } from './recorder.ts';
import { assertNoLeak } from './redact.ts';

/** A stack program: makes resources and returns the stack's outputs. Must be a function, so that it can run twice. */
export type Program = () => Promise<Record<string, unknown> | void> | Record<string, unknown> | void;

export interface SynthOptions {
  project: string;
  stack: string;
  /** Configuration, each key with its project: `cluster:version`. @default none */
  config?: Readonly<Record<string, string>>;
  /** The keys of `config` that are secret. @default none */
  secretKeys?: readonly string[];
  /** Answers to what the program asks the cloud. @default none: a question is an error */
  lookups?: Lookups;
  /** Where the program lies, for errors. @default unknown */
  folder?: string;
  /** How long the program may take, in seconds. @default 60 */
  timeout?: number;
}

/**
 * Runs a program under the SDK's mocks, in this process and without any cloud, and answers what it would make.
 * What only the cloud can tell is unknown, as in a preview, but ids and ARNs have stand-ins with names.
 *
 * @throws {StackError} `program`, `endless`, `empty`, `duplicate`, `lookup`, `leak`
 */
export async function synth(program: Program, options: SynthOptions): Promise<Graph> {
  const { project, stack, config = {}, secretKeys = [], timeout = 60 } = options;
  const secrets = secretKeys.flatMap((key) => config[key] ?? []);
  const recorder = new Recorder();
  try {
    await inOneStack(timeout, () => run(program, recorder, options));
  } catch (error) {
    throw recorder.refusal ?? programError(error, options, secrets);
  }
  const found = [...recorder.registrations.values()];
  if (found.length === 0) throw empty(project);
  const outputs = sortedObject(recorder.outputs, (value) => canonicalValue(value));
  assertNoLeak(found, outputs, secrets);
  const resources = found.map(({ resource }) => resource).sort((a, b) => (a.urn < b.urn ? -1 : 1));
  return { project, stack, resources, outputs };
}

/** Runs the program inside a stack under mocks, and waits until everything it registers has been answered. */
async function run(program: Program, recorder: Recorder, options: SynthOptions): Promise<void> {
  const { project, stack, config = {}, secretKeys = [], lookups = {} } = options;
  const placeholders = new Placeholders();
  const mocks: pulumi.runtime.Mocks = {
    newResource: ({ type, name, custom }) => ({
      id: custom ? placeholder(type, name, 'id') : undefined,
      state: { ...placeholders.for(type, name), ...recorder.inputsOf(type, name) },
    }),
    call: ({ token, inputs }) => recorder.refusing(() => answer(lookups, token, inputs)),
  };
  await pulumi.runtime.setMocks(mocks, project, stack, true);
  recorder.listen(pulumi.runtime.getMonitor() as unknown as Monitor);
  pulumi.runtime.setAllConfig({ ...config }, [...secretKeys]);
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(placeholders.observe);
    return program();
  });
  await pulumi.runtime.disconnect(); // answers once nothing is pending
}

function empty(project: string): StackError {
  return new StackError(
    'empty',
    `The program of ${project} registers no resource; applied, it would delete everything the stack has. ` +
      `Make its resources inside the function that it exports by default, not while it is imported.`,
    { value: project },
  );
}
