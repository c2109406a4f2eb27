import { ImageError } from '../error.ts';
import type { PushProgress } from '../push/send.ts';

/** Reads the value of `--deadline`. */
export function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 86_400) return value;
  throw new ImageError('invalid-input', `the deadline "${text}" is no number of seconds below a day`, {
    value: text,
  });
}

/** How often a large blob that is on its way is spoken of. Milliseconds. */
const noteEveryMs = 5_000;

/** One line for each blob that was sent or was there, and now and then one for a blob that takes its time. */
export function progressNotes(
  note: (text: string) => void,
  now: () => number = Date.now,
): (progress: PushProgress) => void {
  const spokenOf = new Map<string, number>();
  return ({ repository, digest, size, sent, state }) => {
    const [blob, time] = [`${repository} ${digest}`, now()];
    const last = spokenOf.get(blob) ?? time;
    const isUnderWay = state === 'uploading';
    const isSilent = isUnderWay && (sent === size || time - last < noteEveryMs);
    spokenOf.set(blob, isSilent ? last : time);
    if (isSilent) return;
    const word = state === 'exists' ? 'there already' : state;
    note(`${word.padEnd(13)}  ${digest}  ${isUnderWay ? `${sent} of ${size}` : size}  ${repository}`);
  };
}
