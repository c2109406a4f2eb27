/**
 * Whether text can be the name of a branch, by the rules of `git check-ref-format --branch`, and is nothing that a
 * program could take for an option.
 */
export function isBranchName(text: string): boolean {
  return (
    text.length > 0 &&
    text.length <= 200 &&
    // eslint-disable-next-line no-control-regex -- control characters are what it is about
    !/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^[-/@]$|^-|^\/|\/$|\.$/.test(text) &&
    text.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'))
  );
}
