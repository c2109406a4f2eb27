import { ImageError } from '../error.ts';
import type { PushProgress } from '../send.ts';

/** Reads the value of `--deadline`. */
export function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 86_400) return value;
  throw new ImageError('invalid-input', `the deadline "${text}" is no number of seconds below a day`, {
    value: text,
  });
}

/** One line for each blob that was sent or was there. */
export function progressNotes(note: (text: string) => void): (progress: PushProgress) => void {
  return ({ repository, digest, size, state }) => {
    if (state !== 'uploading')
      note(`${(state === 'exists' ? 'there already' : state).padEnd(13)}  ${digest}  ${size}  ${repository}`);
  };
}
