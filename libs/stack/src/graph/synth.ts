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

/** A stack program: creates resources and returns the outputs. As a function it can run repeatedly. */
export type Program = () => Promise<Record<string, unknown> | void> | Record<string, unknown> | void;

export interface SynthOptions {
  project: string;
  stack: string;
  /** Configuration. Keys include the project, as in `cluster:version`. @default empty */
  config?: Readonly<Record<string, string>>;
  /** The keys of `config` that are secret. @default none */
  secretKeys?: readonly string[];
  /** Recorded answers to the program's lookups. @default empty: every lookup throws `lookup` */
  lookups?: Lookups;
  /** The program's folder, used in error messages. @default unknown */
  folder?: string;
  /** Time limit for the program, in seconds. @default 60 */
  timeout?: number;
}

/**
 * Runs a program with the SDK's mocks, in this process and without a cloud, and returns the graph of its
 * resources. Values known only after apply are unknown, as in a preview; ids and ARNs get named placeholders.
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

/** Runs the program in a stack with mocks and waits until all of its registrations have been answered. */
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
  await pulumi.runtime.disconnect(); // resolves once no registration is pending
}

function empty(project: string): StackError {
  return new StackError(
    'empty',
    `The program of ${project} registers no resource. Applying it would delete everything in the stack. ` +
      `Create resources in the function that the module exports by default, not while the module is imported.`,
    { value: project },
  );
}
