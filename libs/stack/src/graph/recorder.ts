import type {
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
} from '@pulumi/pulumi/proto/resource_pb.js';
import type { Struct } from 'google-protobuf/google/protobuf/struct_pb.js';
import { StackError } from '../error.ts';
import { canonicalValue, sortedObject } from './canonical.ts';
import type { GraphResource, Value } from './graph.ts';

type Callback = (error: unknown, response: unknown) => void;

/** The methods of the SDK's mock monitor that receive every registration. */
export interface Monitor {
  registerResource(request: RegisterResourceRequest, callback: Callback): unknown;
  registerResourceOutputs(request: RegisterResourceOutputsRequest, callback: Callback): unknown;
  newUrn(parent: string, type: string, name: string): string;
}

/** A registered resource. */
export interface Registration {
  resource: GraphResource;
  /** The inputs before masking. They never leave this process. */
  wire: Record<string, unknown>;
}

/** Records the resources that a program registers, by URN. */
export class Recorder {
  readonly registrations = new Map<string, Registration>();
  /** The stack's outputs, before masking. */
  outputs: Record<string, unknown> = {};

  /** The first {@link StackError}. It is kept because the SDK wraps errors and loses their message. */
  refusal: StackError | undefined;

  /** Runs a function and keeps the {@link StackError} that it throws. */
  refusing<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof StackError) this.refusal ??= error;
      throw error;
    }
  }

  /** Records the calls to a monitor without changing its answers. */
  listen(monitor: Monitor): void {
    const answer = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, callback) => {
      try {
        const urn = monitor.newUrn(request.getParent(), request.getType(), request.getName());
        this.refusing(() => this.#keep(request, urn));
      } catch (error) {
        return callback(error, undefined);
      }
      return answer(request, callback);
    };
    const answerOutputs = monitor.registerResourceOutputs.bind(monitor);
    monitor.registerResourceOutputs = (request, callback) => {
      if (request.getUrn().includes(`::${STACK}::`)) this.outputs = plain(request.getOutputs());
      return answerOutputs(request, callback);
    };
  }

  /** The unmasked inputs of the newest registration with this type and name. */
  inputsOf(type: string, name: string): Record<string, unknown> {
    const found = [...this.registrations.values()].findLast(
      ({ resource }) => resource.type === type && resource.name === name,
    );
    return found?.wire ?? {};
  }

  #keep(request: RegisterResourceRequest, mocked: string): void {
    if (request.getType() === STACK) return;
    const urn = engineUrn(mocked);
    if (this.registrations.has(urn)) {
      throw new StackError(
        'duplicate',
        `Two resources have the URN ${urn}. Rename one of them: the engine would refuse both.`,
        { value: urn },
      );
    }
    this.registrations.set(urn, {
      resource: resourceOf(request, urn),
      wire: plain(request.getObject()),
    });
  }
}

const STACK = 'pulumi:pulumi:Stack';

/** Converts a URN of the mocks, which contains the stack's own type, to the engine's form without it. */
function engineUrn(mocked: string): string {
  return mocked.replace(`${STACK}$`, '');
}

function plain(struct: Struct | undefined): Record<string, unknown> {
  return (struct?.toJavaScript() ?? {}) as Record<string, unknown>;
}

function resourceOf(request: RegisterResourceRequest, urn: string): GraphResource {
  const sources = sourcesOf(request);
  const inputs = plain(request.getObject());
  const parent = request.getParent();
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    ...(parent !== '' && !parent.includes(`::${STACK}::`) && { parent: engineUrn(parent) }),
    custom: request.getCustom(),
    inputs: sortedObject(inputs, (value, key) => canonicalValue(value, sources.get(key))),
    dependencies: [...new Set(request.getDependenciesList().map(engineUrn))].sort(),
    options: optionsOf(request),
  };
}

/** By property, the resources that its value comes from. */
function sourcesOf(request: RegisterResourceRequest): Map<string, string[]> {
  const sources = new Map<string, string[]>();
  request.getPropertydependenciesMap().forEach((dependencies, property) => {
    sources.set(property, dependencies.getUrnsList().map(engineUrn));
  });
  return sources;
}

/** Returns only the options that differ from their default, because those were set on purpose. */
function optionsOf(request: RegisterResourceRequest): GraphResource['options'] {
  const lists = {
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: request.getAliasesList().map((alias) => alias.toObject() as unknown as Value),
  };
  // The wire format is the provider's URN and id; the id is a placeholder here and is left out.
  const provider = engineUrn(request.getProvider()).replace(/::\$\{.*\}$/, '');
  const given = {
    protect: request.getProtect() || undefined,
    retainOnDelete: request.getRetainondelete() || undefined,
    deleteBeforeReplace: request.getDeletebeforereplace() || undefined,
    deletedWith: request.getDeletedwith() || undefined,
    import: request.getImportid() || undefined,
    provider: provider || undefined,
    ...Object.fromEntries(
      Object.entries(lists).flatMap(([name, list]) => (list.length > 0 ? [[name, [...new Set(list)]]] : [])),
    ),
  };
  return sortedObject<unknown>(given, (value) => canonicalValue(value));
}
