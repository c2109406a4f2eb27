import { InfraError } from './error.ts';
import { Settings } from './settings.ts';

type Outputs = Record<string, unknown> | void;

/**
 * The program of a stack, for `export default`: it runs as one environment only, and whoever refuses a value of its
 * configuration, here or deep in a library, has it named with the file and the key that hold it.
 *
 * @param environment the only environment that it may run as
 * @param make makes the resources and returns the outputs
 */
export function stackProgram(
  environment: string,
  make: (settings: Settings) => Outputs | Promise<Outputs>,
): () => Promise<Outputs> {
  return async () => {
    const settings = new Settings(environment);
    try {
      return await make(settings);
    } catch (error) {
      throw error instanceof InfraError ? placed(error, settings.placeOf(error.value)) : error;
    }
  };
}

function placed(error: InfraError, place: string | undefined): InfraError {
  if (error.place !== undefined || place === undefined) return error;
  const { code, message, value } = error;
  return new InfraError(code, `${place}: ${message}`, { value, place, cause: error });
}
