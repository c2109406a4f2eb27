import { ImageError } from '../error.ts';
import type { PushProgress } from '../push/send-image.ts';

/** Reads the value of `--deadline`. */
export function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 86_400) return value;
  throw new ImageError('invalid-input', `the deadline "${text}" is not a number of seconds below one day`, {
    value: text,
  });
}

/** The minimum time between two notes about the upload of one blob, in milliseconds. */
const noteEveryMs = 5_000;

/** Notes the result of each blob in one line; for a long upload also its progress every few seconds. */
export function progressNotes(
  note: (text: string) => void,
  now: () => number = Date.now,
): (progress: PushProgress) => void {
  const lastNotes = new Map<string, number>();
  return ({ repository, digest, size, sent, state }) => {
    const [blob, time] = [`${repository} ${digest}`, now()];
    const last = lastNotes.get(blob) ?? time;
    const isUnderWay = state === 'uploading';
    const isSilent = isUnderWay && (sent === size || time - last < noteEveryMs);
    lastNotes.set(blob, isSilent ? last : time);
    if (isSilent) return;
    note(`${state.padEnd(9)}  ${digest}  ${isUnderWay ? `${sent} of ${size}` : size}  ${repository}`);
  };
}
