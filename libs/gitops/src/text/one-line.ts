/** Text with every run of white space and control characters (C0, DEL, C1) as one space. */
// eslint-disable-next-line no-control-regex -- it replaces control characters
export const oneLine = (text: string): string => text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();

/** The address of a run; undefined if it is not a plain http(s) URL. */
export const plainUrl = (url: string | undefined): string | undefined =>
  url && /^https?:\/\/[^\s]+$/.test(url) ? url : undefined;
