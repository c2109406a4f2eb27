import { InfraError } from './error.ts';
import { Settings } from './settings.ts';

type Outputs = Record<string, unknown> | void;

/**
 * Makes the program of a stack, for `export default`. It runs as one environment only. An {@link InfraError}
 * about a configuration value, also one thrown by a library, gets the file and key of the value.
 *
 * @param environment the only environment that the program may run as
 * @param make creates the resources and returns the outputs
 * @throws {InfraError} `wrong-environment`, thrown by the program, and all errors of `make`
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
